"""Resident numbers as whole numbers, read eight digits at a time."""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qmcb.identity import number, region, text
from qmcb.identity.text import Bytes, Mask

Codes = NDArray[np.uint64]

NONE = np.uint64(0)
_BLOCK = 1 << 15
_WIDTH, _OLD_WIDTH = 18, 15
_EIGHT_ZEROS = np.uint64(0x3030303030303030)
_TOO_GREAT, _HIGH_BITS = np.uint64(0x7676767676767676), np.uint64(0x8080808080808080)
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
    ends, data = text.spread(given)
    lengths, sent = np.diff(ends), text.mask(given.is_valid())
    found = np.zeros(len(given), np.uint64)
    eighteen = np.flatnonzero((lengths == _WIDTH) & sent)
    found[eighteen] = _of_eighteen(data, ends[eighteen].astype(np.int64))
    rest = np.flatnonzero((found == NONE) & sent)
    rest = rest[(lengths[rest] == _OLD_WIDTH) | ~_bare(given.take(pa.array(rest)))]
    if rest.size:
        repaired = number.clean(given.take(pa.array(rest)))["number"].combine_chunks()
        ends, data = text.spread(repaired)
        certain = text.mask(repaired.is_valid())
        found[rest[certain]] = _of_eighteen(data, ends[:-1][certain].astype(np.int64))
    return found


def _bare(given: pa.StringArray) -> Mask:
    """Whether a text has nothing but digits and X, so that nothing in it can be repaired."""
    ends, data = text.spread(given)
    strange = np.concatenate(([0], np.cumsum((data - np.uint8(ord("0")) > 9) & (data != ord("X")))))
    bare: Mask = strange[ends[1:]] == strange[ends[:-1]]
    return bare


def _of_eighteen(data: Bytes, starts: NDArray[np.int64]) -> Codes:
    """Codes of the numbers of 18 bytes that begin at some places, 0 where one is not right."""
    found = np.empty(len(starts), np.uint64)
    for start in range(0, len(starts), _BLOCK):
        found[start : start + _BLOCK] = _block(data, starts[start : start + _BLOCK])
    return found


def _block(data: Bytes, starts: NDArray[np.int64]) -> Codes:
    words: Codes = np.ndarray(max(len(data) - 7, 0), "<u8", data, 0, (1,))  # eight bytes from each one on
    first, second = words[starts], words[starts + 8]
    last, check = data[starts + 16] - np.uint8(ord("0")), data[starts + 17]
    strange = last > 9
    high, high_sum = _eight(first, strange, *_WEIGHTS[:2])
    low, low_sum = _eight(second, strange, *_WEIGHTS[2:])
    high[strange], low[strange], total = 0, 0, np.where(strange, 0, high_sum + low_sum + 2 * last)
    code, date = high // np.uint64(100), low // np.uint64(100)
    month_and_year = date // np.uint64(10_000)
    year = (high - code * np.uint64(100)) * np.uint64(100) + month_and_year
    day = date - month_and_year * np.uint64(10_000)
    right = number.born(year.astype(np.int16), day.astype(np.int16)) & (_CHECKS[total] == check) & ~strange
    right &= region.last_years()[code] != 0
    packed: Codes = np.where(right, high * np.uint64(10**9) + low * np.uint64(10) + last + np.uint64(1), NONE)
    return packed


def _eight(written: Codes, strange: Mask, even: np.uint64, odd: np.uint64) -> tuple[Codes, Codes]:
    """The whole number that eight ASCII digits write, and their weighted sum; marks what are no digits."""
    digits = written - _EIGHT_ZEROS
    strange |= ((digits + _TOO_GREAT) | digits) & _HIGH_BITS != 0
    total = ((digits & _EVERY_OTHER) * even) >> np.uint64(48)
    total += (((digits >> np.uint64(8)) & _EVERY_OTHER) * odd) >> np.uint64(48)
    twos = (digits & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(2561) >> np.uint64(8)
    fours = (twos & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601) >> np.uint64(16)
    whole = (fours & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001) >> np.uint64(32)
    return whole, total


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
