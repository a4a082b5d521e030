"""Who prepared, reviewed and approved a run: one signed record each, naming the hash of its manifest.

A record is a DSSE envelope (as in-toto uses it) around a Statement whose subject is the manifest,
signed with Ed25519. Private keys lie with their owners; the public ones as `<name>.pub` (PEM) in a
folder that QMCB_SIGN_KEYS names. Whose key is not in it is told as unknown.
"""

import base64
import getpass
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from qmcb import paths
from qmcb.codes import SIGN_OFF
from qmcb.errors import InputError
from qmcb.reports import stage
from qmcb.reports.stage import MANIFEST
from qmcb.reports.stage import SIGN_OFF as FOLDER

KEYS = "QMCB_SIGN_KEYS"
_STATEMENT = "https://in-toto.io/Statement/v1"
_SIGN_OFF = "urn:qmcb:sign-off:1"
_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True)
class State:
    """One sign-off: a key of codes.SIGN_OFF, when (ISO), by whom (None: unknown key), what is wrong."""

    role: str
    at: str
    by: str | None
    key: str
    problem: str | None = None


def sign(run: Path, role: str, key_file: Path, keys: Path | None = None) -> Path:
    """Add the record of a role to a run and return where it lies.

    Raises `InputError` where the key cannot be used or lies within the project, an earlier role is not
    signed or no longer holds, the role is signed already, or the same key has signed another role.
    """
    key = _private(key_file, run)
    name = _name(key.public_key())
    before = states(run, keys)
    order = list(SIGN_OFF)
    missing = [other for other in order[: order.index(role)] if other not in [each.role for each in before]]
    if missing:
        raise InputError(f"a run that is signed as {missing[0]}", "none", "have that done first")
    for state in before:
        if state.problem:
            raise InputError("sign-offs that hold", state.problem, "see qmcb verify")
        if state.role == role:
            raise InputError(
                f"a run not yet signed as {role}", f"signed at {state.at}", "nothing is left to do"
            )
        if state.key == name:
            found = f"the key that signed as {state.role}"
            raise InputError("another key for each role", found, "have another person sign")
    statement = {
        "_type": _STATEMENT,
        "subject": [{"name": MANIFEST, "digest": {"sha256": _manifest(run)}}],
        "predicateType": _SIGN_OFF,
        "predicate": {"role": role, "at": stage.now().isoformat(timespec="seconds")},
    }
    payload = json.dumps(statement, ensure_ascii=False).encode()
    raw = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    envelope = {
        "payloadType": _TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"keyid": raw, "sig": base64.b64encode(key.sign(_encoded(payload))).decode()}],
    }
    record = run / FOLDER / f"{role}.json"
    record.parent.mkdir(exist_ok=True)
    stage.write(record, json.dumps(envelope, indent=1) + "\n")
    return record


def roles(run: Path) -> list[str]:
    """The roles of which a record lies beside a run, whether or not it holds."""
    return [role for role in SIGN_OFF if (run / FOLDER / f"{role}.json").is_file()]


def states(run: Path, keys: Path | None = None) -> list[State]:
    """Every sign-off of a run in the order of the roles; `keys` defaults to what QMCB_SIGN_KEYS names."""
    known = _known(keys)
    return [_state(run, role, known) for role in roles(run)]


def _state(run: Path, role: str, known: Mapping[str, str]) -> State:
    try:
        envelope = json.loads((run / FOLDER / f"{role}.json").read_text("utf-8"))
        payload = base64.b64decode(envelope["payload"])
        statement = json.loads(payload)
        [signature] = envelope["signatures"]
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature["keyid"]))
        name = _name(public)
        by, at = known.get(name), str(statement["predicate"]["at"])
        public.verify(base64.b64decode(signature["sig"]), _encoded(payload))
        of_role = (statement["predicateType"], statement["predicate"]["role"]) == (_SIGN_OFF, role)
        [subject] = statement["subject"]
    except (OSError, ValueError, KeyError, TypeError, InvalidSignature):
        return State(role, "", None, "", f"{FOLDER}/{role}.json: the signature does not hold")
    if not of_role:
        return State(role, at, by, name, f"{FOLDER}/{role}.json: signed for another role")
    if subject["digest"]["sha256"] != _manifest(run):
        return State(role, at, by, name, f"{MANIFEST} changed after it was signed as {role}")
    if known and by is None:
        return State(role, at, by, name, f"{FOLDER}/{role}.json: signed with a key that is not registered")
    return State(role, at, by, name)


def _private(file: Path, run: Path) -> Ed25519PrivateKey:
    inside = [place for place in (paths.ROOT, run.resolve()) if file.resolve().is_relative_to(place)]
    if inside:
        raise InputError("a key outside the project and its runs", str(file), "keep it with its owner")
    try:
        content = file.read_bytes()
        if file.stat().st_mode & 0o077:
            raise InputError("a key that only its owner can read", str(file), f"chmod 600 {file}")
        try:
            key = load_pem_private_key(content, None)
        except TypeError:  # it is encrypted
            key = load_pem_private_key(content, getpass.getpass(f"password of {file}: ").encode())
    except OSError as error:
        raise _unusable(f"{file}: {error.strerror}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _unusable(f"something else in {file}, or another password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _unusable(f"a key of another kind in {file}")
    return key


def _unusable(found: str) -> InputError:
    todo = "make one: openssl genpkey -algorithm ed25519 -out KEY"
    return InputError("a private Ed25519 key in PEM", found, todo)


def _known(keys: Path | None) -> dict[str, str]:
    """Names of the registered keys' owners, by the names of their keys."""
    folder = keys or (Path(os.environ[KEYS]) if os.environ.get(KEYS) else None)
    if folder is None:
        return {}
    known = {}
    for file in sorted(folder.glob("*.pub")):
        try:
            key = load_pem_public_key(file.read_bytes())
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            todo = "make it: openssl pkey -in KEY -pubout"
            raise InputError(f"a public Ed25519 key in PEM in {file.name}", "something else", todo)
        known[_name(key)] = file.stem
    if not known:
        raise InputError("public keys (*.pub) in the key folder", f"none in {folder}", f"correct {KEYS}")
    return known


def _name(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def _manifest(run: Path) -> str:
    return hashlib.sha256((run / MANIFEST).read_bytes()).hexdigest()


def _encoded(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is signed says what it is."""
    return b"DSSEv1 %d %s %d %s" % (len(_TYPE), _TYPE.encode(), len(payload), payload)
