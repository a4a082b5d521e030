"""Resident numbers as whole numbers, read eight digits at a time."""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qmcb.identity import number, region, text
from qmcb.identity.text import Bytes, Mask, Words

Codes = NDArray[np.uint64]

NONE = np.uint64(0)
_BLOCK = 1 << 15
_WIDTH, _OLD_WIDTH = 18, 15
_EVERY_OTHER = np.uint64(0x000F000F000F000F)
_CHECKS = np.frombuffer(b"10X98765432", np.uint8)[np.arange(1000) % 11]
# GB 11643's weights for the even and the odd of each eight digits, the first at the top, so that one
# multiplication leaves the weighted sum of four digits in the highest sixteen bits.
_WEIGHTS = tuple(
    np.uint64(sum(weight << (48 - 16 * place) for place, weight in enumerate(four)))
    for four in ((7, 10, 8, 2), (9, 5, 4, 1), (6, 7, 10, 8), (3, 9, 5, 4))
)


def codes(numbers: text.Strings) -> Codes:
    """Each number that is certain (`number.clean`) as one whole number: its 17 digits, plus 1; else 0."""
    return np.concatenate([_codes(part) for part in text.parts(numbers)])


def _codes(given: pa.StringArray) -> Codes:
    found = np.zeros(len(given), np.uint64)
    _read(given, found)
    rest = np.flatnonzero((found == NONE) & text.mask(given.is_valid()))
    rest = rest[_repairable(given.take(pa.array(rest)))]
    if rest.size:
        repaired = np.zeros(len(rest), np.uint64)
        _read(number.clean(given.take(pa.array(rest)))["number"].combine_chunks(), repaired)
        found[rest] = repaired
    return found


def _repairable(given: pa.StringArray) -> Mask:
    """Whether a number may be certain after all: an old one, or one with anything but digits and X."""
    ends, data = text.spread(given)
    strange = np.concatenate(([0], np.cumsum((data - np.uint8(ord("0")) > 9) & (data != ord("X")))))
    open_question: Mask = (np.diff(ends) == _OLD_WIDTH) | (np.diff(strange[ends]) > 0)
    return open_question


def _read(given: pa.StringArray, found: Codes) -> None:
    """Put the codes of numbers of 18 characters that are right where they belong."""
    eighteen = Words.of(given, _WIDTH)
    for start in range(0, len(eighteen.places), _BLOCK):
        part = eighteen[start : start + _BLOCK]
        found[part.places] = _block(part)


def _block(numbers: Words) -> Codes:
    first, second = numbers.eight(0), numbers.eight(8)
    last, check = numbers.bytes(16) - np.uint8(ord("0")), numbers.bytes(17)
    (high, strange), (low, also) = text.eight_digits(first), text.eight_digits(second)
    strange |= also | (last > 9)
    high[strange], low[strange] = 0, 0
    total = _weighted(first, *_WEIGHTS[:2]) + _weighted(second, *_WEIGHTS[2:]) + np.uint64(2) * last
    total[strange] = 0
    code, date = high // np.uint64(100), low // np.uint64(100)
    month_and_year = date // np.uint64(10_000)
    year = (high - code * np.uint64(100)) * np.uint64(100) + month_and_year
    day = date - month_and_year * np.uint64(10_000)
    right = number.born(year.astype(np.int16), day.astype(np.int16)) & (_CHECKS[total] == check) & ~strange
    right &= region.last_years()[code] != 0
    packed: Codes = np.where(right, high * np.uint64(10**9) + low * np.uint64(10) + last + np.uint64(1), NONE)
    return packed


def _weighted(written: Codes, even: np.uint64, odd: np.uint64) -> Codes:
    """The weighted sum of eight ASCII digits."""
    total: Codes = ((written & _EVERY_OTHER) * even) >> np.uint64(48)
    total += (((written >> np.uint64(8)) & _EVERY_OTHER) * odd) >> np.uint64(48)
    return total


def checks(found: Codes) -> Bytes:
    """The check characters (ASCII) of codes; that of 0 means nothing."""
    rest = found - np.minimum(found, np.uint64(1))
    total = np.zeros(len(found), np.uint16)
    for sums in _sums():
        left = rest // np.uint64(10_000)
        total += sums[rest - left * np.uint64(10_000)]
        rest = left
    characters: Bytes = _CHECKS[total]
    return characters


@cache
def _sums() -> tuple[NDArray[np.uint16], ...]:
    """The weighted sum of each four digits, for the places from the last of a code to the first."""
    weights = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1, 2, 4, 8, 5, 10, 9, 7, 0, 0, 0)
    digits = np.arange(10_000)[:, None] // np.array([1, 10, 100, 1000]) % 10
    return tuple((digits @ weights[at : at + 4]).astype(np.uint16) for at in range(0, 20, 4))


def births(found: Codes) -> NDArray[np.int32]:
    """The birth dates inside codes as yyyymmdd; 0 for 0."""
    return ((found - np.minimum(found, np.uint64(1))) // np.uint64(1000) % np.uint64(10**8)).astype(np.int32)


def regions(found: Codes) -> NDArray[np.int32]:
    """The six digits at the head of codes; 0 for 0."""
    return (found // np.uint64(10**11)).astype(np.int32)


def in_full(found: Codes) -> pa.StringArray:
    """The numbers of 18 characters that codes stand for; null for 0."""
    present = found != NONE
    body = pc.utf8_lpad(pa.array(found - np.minimum(found, np.uint64(1))).cast(pa.string()), 17, "0")
    full = pc.binary_join_element_wise(body, text.from_bytes(checks(found)[:, None], present), "")
    return pc.if_else(pa.array(present), full, None)
