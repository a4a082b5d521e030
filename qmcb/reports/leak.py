"""The last look before something is published: does a person's number, phone, card or name stand in it?

Looked through is every writing of a text (`unfold`), once for what looks like a number, phone or card
and once for the people of the source (`known`); in pages and outputs also for counts of people that
are too small to be shown.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from qmcb.codes import PROVINCE
from qmcb.identity import employer
from qmcb.reports import hashes, small, unfold
from qmcb.reports.known import NOBODY, People

Kind = Literal["resident_number", "phone", "bank_card", "name", "small_count"]


@dataclass(frozen=True, order=True)
class Leak:
    """What kind of thing stands where; never the thing itself.

    The place is in characters from the start: of the text without its pixels, or of what was decoded from it.
    """

    position: int
    kind: Kind


_NARROW = {ord("０") + digit: str(digit) for digit in range(10)} | {ord(c): "X" for c in "xＸｘ"}
_NARROW |= dict.fromkeys(map(ord, "－‐‑–—"), "-")
_NARROW |= {ord(c): str(at % 10) for at, c in enumerate("〇一二三四五六七八九零壹贰叁肆伍陆柒捌玖○")}
_NARROW |= dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " ")

_SPLIT = "[ ,-]?"  # one mark may stand between any two digits
_FROM, _TO = r"(?<![0-9A-Za-z])(?<![0-9]\.)", r"(?![0-9A-Za-z])"
_PADDED = re.compile(r"(?<=[\u3400-\u9fff])[ \u00a0\u3000]+(?=[\u3400-\u9fff])")
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


def scan(text: str, people: People = NOBODY) -> list[Leak]:
    """What in a text points at a person, in the order of the text, then of what it holds otherwise.

    Found are resident numbers of 18 and 15 digits (a real province and a possible date; the check
    character is not asked for, as a mistyped number still points at somebody), mobile phones, and
    bank cards (16 to 19 digits with a right Luhn digit), in full-width and Chinese digits too and with
    single spaces or hyphens inside, the first also with thousands separators; numbers of the source
    whatever stands between their digits; names of the source (see `known.People.names_in`).
    """
    found: list[Leak] = []
    told: set[tuple[Kind, str]] = set()
    for layer in unfold.layers(text):
        here = list(_of_layer(layer, people))
        found += sorted({Leak(at, kind) for at, kind, value in here if (kind, value) not in told})
        told |= {(kind, value) for _, kind, value in here}
    return found


def scan_file(path: Path, people: People = NOBODY) -> list[Leak]:
    """The same of a file: of the different texts of a Parquet file, of everything else as text.

    In a column of record numbers, which an office may write as it likes, and of whole numbers, which
    may be fen, only resident numbers and names count. Pages and notebooks are also searched for counts
    of people too small to be shown.
    """
    if path.suffix == ".parquet":
        return _in_table(path, people)
    text = path.read_bytes().decode("utf-8", "replace")
    counts = small.in_page(text) if path.suffix == ".html" else 0
    counts += small.in_notebook(text) if path.suffix == ".ipynb" else 0
    return scan(text, people) + [Leak(0, "small_count")] * counts


def scan_folder(folder: Path, people: People = NOBODY) -> list[str]:
    """A line for each file below a folder that is to be withheld, with how much of what is in it."""
    lines = []
    for path in hashes.visible(folder):
        if leaks := scan_file(path, people):
            lines.append(f"{path.relative_to(folder).as_posix()} ({told(leaks)})")
    return lines


def told(leaks: Sequence[Leak]) -> str:
    """How many of each kind, in words."""
    counts = Counter(leak.kind for leak in leaks)
    return ", ".join(
        f"{counts[kind]} {kind.replace('_', ' ')}{'s' * (counts[kind] > 1)}" for kind in sorted(counts)
    )


def _in_table(path: Path, people: People) -> list[Leak]:
    file = pq.ParquetFile(path)
    metadata = (part for pair in (file.schema_arrow.metadata or {}).items() for part in pair)
    notes = [*file.schema_arrow.names, *(part.decode("utf-8", "replace") for part in metadata)]
    found = scan("\n".join(notes), people)
    for name, kind in zip(file.schema_arrow.names, file.schema_arrow.types, strict=True):
        if pa.types.is_floating(kind) or pa.types.is_boolean(kind):
            continue
        column = file.read([name])[name].combine_chunks()
        values = column.to_pylist() if pa.types.is_nested(kind) else column.unique().to_pylist()
        leaks = scan("\n".join(str(value) for value in values if value is not None), people)
        own_writing = name.startswith("record_id") or pa.types.is_integer(kind)
        found += [leak for leak in leaks if not own_writing or leak.kind in ("resident_number", "name")]
    return found


def _of_layer(layer: str, people: People) -> Iterator[tuple[int, Kind, str]]:
    narrow = layer.translate(_NARROW)
    yield from _numbers(narrow)
    for text in {narrow, unfold.without_tags(narrow)}:
        yield from ((at, "resident_number", value) for at, value in people.numbers_in(text))
    for text in {layer, _PADDED.sub("", layer)}:
        yield from ((at, "name", value) for at, value in people.names_in(text))


def _numbers(text: str) -> Iterator[tuple[int, Kind, str]]:
    for run in _DIGITS.finditer(text):
        seen: set[int] = set()
        for kind, pattern in _PATTERNS:
            for match in pattern.finditer(text, run.start(), run.end() + 1):
                if match.start() not in seen and (kind != "bank_card" or _card(match[0])):
                    seen.add(match.start())
                    yield match.start(), kind, "".join(filter(str.isalnum, match[0]))


def _card(digits: str) -> bool:
    """Whether it may be a bank card; an employer's code, of 18 with a check character, is none."""
    return _luhn(digits) and not employer.clean(pa.chunked_array([[digits]]))["uscc"].is_valid()[0].as_py()


def _luhn(card: str) -> bool:
    digits = [int(c) for c in reversed(card) if c.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0
