"""Letters to persons and the list of whom to call: they carry names, and leave only encrypted."""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from qmcb import codes

ROUNDS = 600_000
"""Of PBKDF2 with SHA-256, as OWASP advises since 2023."""
_MATTER = ("case", "kind", "side_a", "side_b", "span", "advice", "basis")

Row = Mapping[str, Any]


def calls(rows: Sequence[Row]) -> list[Row]:
    """Whom to call, one row a person by employer (columns of `workbook.CALLS`, and `matters`)."""
    people: dict[object, list[Row]] = {}
    for row in rows:
        known = (row["id_number"], row["name"]) if row["id_number"] else row["whose"]
        people.setdefault(known, []).append(row)
    told = [_call(own) for own in people.values()]
    return sorted(told, key=lambda call: (not call["employer"], call["employer"], call["cases"]))


def letters(calls: Sequence[Row], office: str, today: date) -> str:
    """A printable page of letters, one A4 sheet a person."""
    told = {"calls": calls, "office": office, "today": today, "matter": _MATTER}
    return _template("letters.html.j2").render(**told, text=codes.NOTICE, column=codes.CASE_COLUMN)


class Envelope:
    """Encrypts pages under one password, which is stretched only once."""

    def __init__(self, password: str) -> None:
        self._salt = os.urandom(16)
        self._key = hashlib.pbkdf2_hmac("sha256", password.encode(), self._salt, ROUNDS)

    def page(self, calls: Sequence[Row], office: str, today: date) -> bytes:
        """The letters as a page that a browser opens with the password, without a network."""
        nonce = os.urandom(12)
        sealed = AESGCM(self._key).encrypt(nonce, letters(calls, office, today).encode(), None)
        parts = {"salt": self._salt, "nonce": nonce, "sealed": sealed}
        told = {name: base64.b64encode(part).decode() for name, part in parts.items()}
        page = _template("sealed.html.j2").render(**told, rounds=ROUNDS, text=codes.NOTICE, office=office)
        return page.encode()


def _template(name: str) -> Template:
    loader = PackageLoader("qmcb.cases")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(name)


def _call(own: Sequence[Row]) -> Row:
    first = own[0]
    return {
        **{name: first[name] for name in ("employer", "name", "id_number", "phone")},
        "cases": "\n".join(row["case"] for row in own),
        "matter": "\n".join(_matter(row) for row in own),
        "due": min(row["due"] for row in own),
        "result": "",
        "matters": own,
    }


def _matter(row: Row) -> str:
    span = row["span"].replace("\n", "，")
    return f"{row['kind']}（{span}）" if span else str(row["kind"])
