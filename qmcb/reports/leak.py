"""The last look at a page before it is published: does a person's number, phone, card or name stand in it?"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qmcb.codes import PROVINCE
from qmcb.identity import employer

Kind = Literal["resident_number", "phone", "bank_card", "name"]


@dataclass(frozen=True, order=True)
class Leak:
    """Where (characters from the start) what kind of thing stands; never the thing itself."""

    position: int
    kind: Kind


_PICTURE = re.compile(r"""data:image/[a-z+.]+;base64,[^"'\s)]*|"image/(?:png|jpeg)":\s*"[^"]*\"""")
_NARROW = {ord("０") + digit: str(digit) for digit in range(10)} | {ord(c): "X" for c in "xＸｘ"}
_NARROW |= dict.fromkeys(map(ord, "－‐‑–—"), "-")
_NARROW |= dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " ")

_SPLIT = "[ ,-]?"  # one mark may stand between any two digits
_FROM, _TO = r"(?<![0-9A-Za-z])(?<![0-9]\.)", r"(?![0-9A-Za-z])"
_DIGITS = re.compile(r"\d[\dX ,-]{9,}")


def _either(*texts: str) -> str:
    return f"(?:{'|'.join(_SPLIT.join(text) for text in texts)})"


def _digits(count: int) -> list[str]:
    return [r"\d"] * count


_REGION = [_either(*PROVINCE), *_digits(4)]
_DAY = [
    _either(*(f"{month:02}" for month in range(1, 13))),
    _either(*(f"{day:02}" for day in range(1, 32))),
]
_LONG = [*_REGION, _either("18", "19", "20"), *_digits(2), *_DAY, *_digits(3), "[0-9X]"]
_SHORT = [*_REGION, *_digits(2), *_DAY, *_digits(3)]
_CARD = r"[3-9]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?:[ -]?\d{1,3})?"
_PHONE = r"(?:(?:00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("resident_number", re.compile(_FROM + _SPLIT.join(_LONG) + _TO)),
    ("resident_number", re.compile(_FROM + _SPLIT.join(_SHORT) + _TO)),
    ("phone", re.compile(_FROM + _PHONE + _TO)),
    ("bank_card", re.compile(_FROM + _CARD + _TO)),
)


def scan(text: str, *, names: Collection[str] = (), known: str = "") -> list[Leak]:
    """What in a page or notebook points at a person, in the order of the text.

    Found are resident numbers of 18 and 15 digits (a real province and a possible date; the check
    character is not asked for, as a mistyped number still points at somebody), mobile phones, and
    bank cards (16 to 19 digits with a right Luhn digit), also in full-width digits and with single
    spaces or hyphens inside, the first also with thousands separators. Embedded images are skipped.

    Names of three characters and more are found wherever they stand. Names of two stand inside
    many ordinary words, so that they are found only where no Chinese character is beside them, as
    in a cell of a table. What also stands in `known` (say the labels and the notebook's own prose)
    is no leak: 贺兰 is a county, and somebody's name.

    Parameters
    ----------
    names
        Names of the source's people, as written there; 100,000 cost some tens of milliseconds.
    known
        Text that was written without looking at the source.
    """
    bare = _PICTURE.sub(lambda image: " " * len(image[0]), text)
    found = {Leak(at, "name") for at in _names(bare, names, known)}
    return sorted(found.union(_numbers(bare.translate(_NARROW))))


def _numbers(text: str) -> Iterator[Leak]:
    for run in _DIGITS.finditer(text):
        seen: set[int] = set()
        for kind, pattern in _PATTERNS:
            for match in pattern.finditer(text, run.start(), run.end() + 1):
                if match.start() not in seen and (kind != "bank_card" or _card(match[0])):
                    seen.add(match.start())
                    yield Leak(match.start(), kind)


def _card(digits: str) -> bool:
    """Whether it may be a bank card; an employer's code, of 18 with a check character, is none."""
    return _luhn(digits) and not employer.clean(pa.chunked_array([[digits]]))["uscc"].is_valid()[0].as_py()


def _luhn(card: str) -> bool:
    digits = [int(c) for c in reversed(card) if c.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _names(text: str, names: Collection[str], known: str) -> Iterator[int]:
    """Positions of names: starts are looked up all at once, and only the few that fit are compared."""
    points = _points(text)
    chinese = (points >= 0x3400) & (points < 0xFF00) | (points >= 0x20000) | (points == ord("·"))
    alone = ~np.concatenate([[False], chinese, [False]])
    by_length: dict[int, set[str]] = {}
    for name in names:
        by_length.setdefault(len(name), set()).add(name)
    for length, wanted in by_length.items():
        if length < 2:
            continue
        begin = min(length, 3)
        keys = _windows(_points("".join(name[:begin] for name in wanted)), begin)[::begin]
        fits = np.isin(_windows(points, begin), keys)
        if length == 2:
            fits &= alone[: fits.size] & alone[3:]
        for at in np.flatnonzero(fits).tolist():
            found = text[at : at + length]
            if found in wanted and found not in known:
                yield at


def _points(text: str) -> npt.NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)


def _windows(points: npt.NDArray[np.uint64], length: int) -> npt.NDArray[np.uint64]:
    """Every window of two or three characters as one number (a code point has 21 bits)."""
    count = max(points.size - length + 1, 0)
    key = np.zeros(count, dtype=np.uint64)
    for at in range(length):
        key = (key << np.uint64(21)) | points[at : at + count]
    return key
