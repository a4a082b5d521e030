"""Files under a password: workbooks as spreadsheet programs encrypt them, and the password itself."""

import io
import os
import zipfile
from pathlib import Path

import msoffcrypto
from msoffcrypto.exceptions import InvalidKeyError
from msoffcrypto.format.ooxml import OOXMLFile

from qmcb.errors import InputError

PASSWORD = "QMCB_PASSWORD"
_SHORTEST, _LONGEST = 10, 255


def password(file: Path | None) -> str:
    """The password in a file, else in the environment variable QMCB_PASSWORD.

    Raises `InputError` where there is none, or it is shorter than 10 or longer than 255 characters.
    """
    if file is None:
        told = os.environ.get(PASSWORD, "")
    else:
        try:
            told = file.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            found = getattr(error, "strerror", None) or "another encoding"
            raise InputError(f"a password in UTF-8 in {file.name}", found, "name another file") from error
    told = told.strip("\r\n")
    if not _SHORTEST <= len(told) <= _LONGEST or "\n" in told:
        found = f"{len(told)} characters" if told else "none"
        todo = f"give it in --password-file or {PASSWORD}"
        raise InputError(f"one line of {_SHORTEST} to {_LONGEST} characters as password", found, todo)
    return told


def encrypt(workbook: bytes, password: str) -> bytes:
    """The workbook under a password: AES-256 with SHA-512, the agile form of ECMA-376."""
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook)).encrypt(password, sealed)
    return sealed.getvalue()


def decrypt(sent: bytes, password: str, name: str) -> bytes:
    """The workbook that was encrypted; raises `InputError` where it is none or the password is another."""
    if zipfile.is_zipfile(io.BytesIO(sent)):
        raise InputError(f"{name} under its password", "no password", "save it with the password again")
    plain = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(sent))
        file.load_key(password=password, verify_password=True)
        file.decrypt(plain, verify_integrity=True)
    except InvalidKeyError as error:
        raise InputError(f"the password of {name}", "another one", "ask for the right one") from error
    except Exception as error:  # msoffcrypto fails in as many ways as a file can be broken
        expected = f"{name} to be an encrypted workbook"
        raise InputError(expected, "something else", "have it sent again") from error
    return plain.getvalue()
