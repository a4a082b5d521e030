"""Resident numbers (GB 11643): judged, tidied, upgraded from 15 to 18 digits, and read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qmcb.codes import NUMBER_PROBLEM
from qmcb.identity import region, text
from qmcb.identity.text import Bytes, Mask

FIRST_YEAR, LAST_YEAR = 1880, 2100
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.uint16)
_CHECKS = np.frombuffer(b"10X98765432", np.uint8)[np.arange(1000) % 11]
_ZERO, _X = ord("0"), ord("X")
_BLOCK = 1 << 16

_PLACE = {problem: place for place, problem in enumerate(NUMBER_PROBLEM)}
_CERTAIN = _PLACE["fifteen"]  # the problems up to this one leave the number certain
_OLD = [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16]  # where the 15 digits stand among the 18
# 15-digit numbers from this sequence on were kept for people over a hundred, born in the 1800s.
_CENTENARIAN = 996

_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _calendar() -> Mask:
    """Which mmdd exist in each year from the first on; one more year in which none does."""
    days = np.zeros((LAST_YEAR - FIRST_YEAR + 2, 10_000), np.bool_)
    for month, length in enumerate(_MONTHS, start=1):
        days[:-1, month * 100 + 1 : month * 100 + length + 1] = True
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    days[:-1, 229] = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    return days


_DAYS = _calendar()


def check_characters(digits: Bytes) -> Bytes:
    """The check characters (n, ASCII codes) that belong to the first 17 digits (n, 17; values 0–9)."""
    characters: Bytes = _CHECKS[np.einsum("ij,j->i", digits, _WEIGHTS)]
    return characters


@dataclass(frozen=True)
class _Fields:
    """The whole numbers inside n numbers; day is mmdd."""

    region: NDArray[np.int32]
    year: NDArray[np.int32]
    day: NDArray[np.int32]

    @classmethod
    def of(cls, digits: Bytes) -> "_Fields":
        return cls(*(text.whole(digits[:, start:stop]) for start, stop in ((0, 6), (6, 10), (10, 14))))


def born(year: NDArray[np.integer], day: NDArray[np.integer]) -> Mask:
    """Whether year and mmdd are a day of the calendar on which a living person may be born."""
    row = np.minimum((year.astype(np.int32) - FIRST_YEAR).view(np.uint32), len(_DAYS) - 1)
    known: Mask = _DAYS.ravel()[(row * np.uint32(10_000) + day).astype(np.intp)]
    return known


def _judge_block(content: Bytes) -> Bytes:
    digits, last = content[:, :17] - np.uint8(_ZERO), content[:, 17]
    strange = (reduce(np.maximum, digits.T) > 9) | (((last < _ZERO) | (last > _ZERO + 9)) & (last != _X))
    digits[digits > 9] = 0
    fields = _Fields.of(digits)
    mismatch = check_characters(digits) != last
    faults = {
        "characters": strange,
        "region": region.last_years()[fields.region] == 0,
        "birth": ~born(fields.year, fields.day),
        "spreadsheet": mismatch & (reduce(np.maximum, content[:, 15:].T) == _ZERO),
        "check": mismatch,
    }
    places = [np.uint8(_PLACE[fault]) for fault in faults]
    return np.select(list(faults.values()), places, np.uint8(_PLACE["ok"]))


def _judge(content: Bytes) -> Bytes:
    """What is wrong with numbers of 18 bytes (n, 18): the place of the problem in NUMBER_PROBLEM."""
    verdict = np.empty(len(content), np.uint8)
    for start in range(0, len(content), _BLOCK):
        verdict[start : start + _BLOCK] = _judge_block(content[start : start + _BLOCK])
    return verdict


def _upgrade(old: Bytes) -> Bytes:
    """18-digit numbers (n, 18) from 15 digits (n, 15): 19 after the sixth, check character at the end."""
    new = np.empty((len(old), 18), np.uint8)
    new[:, _OLD], new[:, 6:8] = old, np.frombuffer(b"19", np.uint8)
    new[:, 17] = check_characters(np.minimum(new[:, :17] - np.uint8(_ZERO), 9))
    return new


def _judge_old(content: Bytes) -> Bytes:
    """What is wrong with upgraded numbers (n, 18): "fifteen" where nothing, "century" where 18 fits too."""
    verdict = _judge(content)
    right = verdict == _PLACE["ok"]
    late = text.whole(content[:, 14:17] - np.uint8(_ZERO)) >= _CENTENARIAN
    return np.where(right, np.where(late, _PLACE["century"], _PLACE["fifteen"]), verdict)


def _tidy(given: pa.StringArray) -> tuple[Bytes, Bytes]:
    """The slow way, for what is not right as it stands: numbers (n, 18; 0 where unknown) and problems (n)."""
    tidied = text.tidy(given)
    digits_only = pc.match_substring_regex(tidied.codes, "^[0-9]*X?$")
    problem = np.where(text.mask(digits_only), _PLACE["length"], _PLACE["characters"])
    problem[~text.mask(pc.greater(pc.binary_length(tidied.codes), 0))] = _PLACE["absent"]
    content = np.zeros((len(given), 18), np.uint8)

    eighteen, found = text.fixed(tidied.codes, 18)
    problem[eighteen], content[eighteen] = _judge(found), found
    right = problem == _PLACE["ok"]
    problem[right & tidied.lower] = _PLACE["lower_x"]
    problem[right & tidied.stray] = _PLACE["spaces"]
    problem[right & tidied.full_width] = _PLACE["full_width"]

    fifteen, old = text.fixed(tidied.codes, 15)
    upgraded = _upgrade(old)
    problem[fifteen], content[fifteen] = _judge_old(upgraded), upgraded
    return content, problem.astype(np.uint8)


def _clean(given: pa.StringArray) -> pa.Table:
    eighteen, found = text.fixed(given, 18)
    problem = np.full(len(given), _PLACE["length"], np.uint8)
    problem[eighteen] = _judge(found)
    rest = np.flatnonzero(problem != _PLACE["ok"])
    content = found
    if len(rest):
        content = np.zeros((len(given), 18), np.uint8)
        content[eighteen] = found
        content[rest], problem[rest] = _tidy(given.take(rest))
    certain = problem <= _CERTAIN
    return pa.table(
        {
            "number": text.from_bytes(content, certain),
            "core": text.from_bytes(content[:, _OLD], certain | (problem == _PLACE["century"])),
            "problem": pa.array(NUMBER_PROBLEM.keys(), pa.string()).take(pa.array(problem)),
        }
    )


def clean(numbers: text.Strings) -> pa.Table:
    """Each number as it certainly is, and what was wrong with it; one row out for each row in.

    Columns: number (18 characters; null where none is certain), core (the 15 digits of the old form,
    also where only the century is open; null where no number is right) and problem (NUMBER_PROBLEM).
    Of several repairs the most telling is named: fifteen, then full_width, spaces, lower_x. A number
    is right when its six digits ever were a region's code, its birth date is a day between 1880 and
    2100 and its check character fits (GB 11643). The core leaves out the century: equal cores are
    equal people only where the birth years agree. One spreadsheet-eaten number in eleven ends in a
    000 that fits by chance and passes as right.
    """
    return pa.concat_tables([_clean(part) for part in text.parts(numbers)])


def _right(numbers: text.Strings) -> Iterator[tuple[Mask, Bytes]]:
    """For each part of `numbers`: which rows are right as they stand (n), and their digits (k, 17)."""
    for part in text.parts(numbers):
        right, content = text.fixed(part, 18)
        good = _judge(content) == _PLACE["ok"]
        right[right] = good
        yield right, (content if good.all() else content[good])[:, :17] - np.uint8(_ZERO)


def _column(right: Mask, values: NDArray[np.int32]) -> pa.Int32Array:
    """An int32 column that holds `values` (k) at the `right` rows (n) and null elsewhere."""
    column = np.zeros(len(right), np.int32)
    column[right] = values
    return pa.array(column, mask=~right)


def birth_dates(numbers: text.Strings) -> pa.Date32Array:
    """The birth dates inside numbers; null where a number is not right as it stands."""
    dates = []
    for right, digits in _right(numbers):
        fields = _Fields.of(digits)
        months = ((fields.year - 1970) * 12 + fields.day // 100 - 1).astype("datetime64[M]")
        dates.append(_column(right, months.astype("datetime64[D]").astype(np.int32) + fields.day % 100 - 1))
    return pa.concat_arrays(dates).view(pa.date32())


def sexes(numbers: text.Strings) -> pa.StringArray:
    """The sex that the 17th digit gives, "1" odd or "2" even; null where a number is not right."""
    odd = [_column(right, digits[:, 16].astype(np.int32) % 2) for right, digits in _right(numbers)]
    return pa.array(["2", "1"]).take(pa.concat_arrays(odd))


def regions(numbers: text.Strings) -> pa.StringArray:
    """The region code at the head of numbers; null where a number is not right as it stands."""
    heads = []
    for right, digits in _right(numbers):
        head = np.zeros((len(right), 6), np.uint8)
        head[right] = digits[:, :6] + np.uint8(_ZERO)
        heads.append(text.from_bytes(head, right))
    return pa.concat_arrays(heads)


def region_valid_at_birth(numbers: text.Strings) -> pa.BooleanArray:
    """Whether the region code was in force at birth or later; null where a number is not right.

    A number carries the code in force when it was issued: at registration soon after birth for the
    young, in the 1980s for those born before. So a code that came after the birth is in order, and only
    one that had ended before it is doubtful.
    """
    valid = []
    for right, digits in _right(numbers):
        fields = _Fields.of(digits)
        valid.append(_column(right, (region.last_years()[fields.region] >= fields.year).astype(np.int32)))
    return pa.concat_arrays(valid).cast(pa.bool_())
