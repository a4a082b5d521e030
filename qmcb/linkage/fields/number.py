"""Resident numbers as evidence: levels by the damage that explains a difference, keys that outlive damage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, partial
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA

from qmcb.identity import packed, text
from qmcb.identity.text import Bytes, Mask
from qmcb.linkage.fields.base import Facet, Facets, Field, Makers, one_begins_other, some
from qmcb.linkage.keys import Keys, Places

_WIDTH = 18
_SHORTEST = 12
_TEN = np.uint64(10)
# Places of the 18 that each fragment keeps, counted from the left and, after that, with the end set
# against the right. A number with one digit wrong, lost or doubled or two swapped keeps one of them.
_FRAGMENTS: Mapping[str, tuple[slice, slice]] = {
    "first14": (slice(0, 14), slice(0, 0)),
    "last11": (slice(0, 0), slice(7, 18)),
    "without7to11": (slice(0, 6), slice(11, 18)),
    "without11to15": (slice(0, 10), slice(15, 18)),
}


class Number(IntEnum):
    """`FOREIGN` are two right numbers that differ: somebody else's, or another person.

    `OTHER` is a damaged number unlike the right one, which damage to it does not explain; `REGION` one
    whose first six digits are those of the other; `TAIL_LOST` the last digits rounded away or cut off;
    `ONE_EDIT` one digit wrong, lost or doubled or two neighbours swapped; `SHARED` one right number
    under names that do not agree.
    """

    MISSING, OTHER, FOREIGN, REGION, TWO_EDITS, TAIL_LOST, ONE_EDIT, SHARED = range(8)


DAMAGED = (Number.TWO_EDITS, Number.TAIL_LOST, Number.ONE_EDIT)


class NumberField(Field):
    """Resident numbers (GB 11643). Keys: the whole, `sure` ones only, `first14` … that survive damage."""

    kinds = Number
    equal = Number.SHARED
    rare = (*DAMAGED, Number.SHARED)

    def sent(self, values: text.Strings) -> Facets:
        written = text.strings(values)
        codes = packed.codes(written)
        wrong = codes == packed.NONE
        return {self.name: codes, self.part("damaged"): text.spaced(written.filter(pa.array(wrong)), wrong)}

    def keys(self, known: Mapping[str, Facet]) -> Makers:
        digits = cache(lambda: _Digits.of(*self._sent(known)))
        fragments = {self.part(name): partial(_fragment, digits, name) for name in _FRAGMENTS}
        return {self.part("sure"): lambda: _sure(self._sent(known)[0]), **fragments}

    def told(self, known: Mapping[str, Facet]) -> Facets:
        codes, damaged = self._sent(known)
        return {self.part("text"): pc.coalesce(packed.in_full(codes), _tidied(damaged))}

    def _sent(self, known: Mapping[str, Facet]) -> tuple[Keys, pa.StringArray]:
        return cast(Keys, known[self.name]), cast(pa.StringArray, known[self.part("damaged")])

    @property
    def compared(self) -> tuple[str, ...]:
        return self.name, self.part("text")

    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        code, a, other_code, b = cast(tuple[Keys, pa.StringArray, Keys, pa.StringArray], values)
        missing = ~(text.mask(a.is_valid()) & text.mask(b.is_valid()))
        both_right = (code != packed.NONE) & (other_code != packed.NONE)
        eaten = text.mask(pc.or_(pc.ends_with(a, "000"), pc.ends_with(b, "000")))
        cut = eaten & _begins_alike(a, b, 15)
        shorter = pc.min_element_wise(pc.binary_length(a), pc.binary_length(b), skip_nulls=False)
        short = np.flatnonzero(text.mask(pc.less(shorter, 17)))
        cut[short[one_begins_other(some(short, a), some(short, b))]] = True
        open_question = ~(missing | both_right | cut)
        edits = np.full(len(a), 9, np.int8)
        edits[open_question] = process.cpdist(
            some(open_question, a), some(open_question, b), scorer=OSA.distance, score_cutoff=2, dtype=np.int8
        )
        return np.select(
            [
                missing,
                both_right & (code == other_code),
                cut,
                both_right,
                edits == 0,
                edits == 1,
                edits == 2,
                _begins_alike(a, b, 6),
            ],
            [
                Number.MISSING,
                Number.SHARED,
                Number.TAIL_LOST,
                Number.FOREIGN,
                Number.ONE_EDIT,
                Number.ONE_EDIT,
                Number.TWO_EDITS,
                Number.REGION,
            ],
            Number.OTHER,
        )


def _sure(codes: Keys) -> Keys:
    """The numbers without those that end in 000: a spreadsheet may have done it, and one in eleven fits."""
    body = codes - np.minimum(codes, np.uint64(1))
    rounded = np.flatnonzero(body // np.uint64(100) * np.uint64(100) == body)
    eaten = rounded[packed.checks(codes[rounded]) == ord("0")]
    found = codes.copy()
    found[eaten] = packed.NONE
    return found


def _tidied(damaged: pa.StringArray) -> pa.StringArray:
    """What was sent without blanks, in capitals; null where it is shorter than 12.

    15 digits are told with their century, so that they can be held against 18.
    """
    bare = text.tidy(damaged).codes
    old = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(bare, 0, 6), "19", pc.utf8_slice_codeunits(bare, 6, 15), ""
    )
    bare = pc.if_else(pc.equal(pc.utf8_length(bare), 15), old, bare)
    return pc.if_else(pc.greater_equal(pc.utf8_length(bare), _SHORTEST), bare, pa.scalar(None, pa.string()))


@dataclass(frozen=True)
class _Digits:
    """What numbers are read as: the right ones by their first 17 digits and check, others by character.

    `right` and `damaged` are their places among `size` records.
    """

    size: int
    right: Places
    body: Keys
    check: Bytes
    damaged: Places
    written: tuple[Bytes, Bytes]

    @classmethod
    def of(cls, codes: Keys, damaged: pa.StringArray) -> "_Digits":
        right, rows = np.flatnonzero(codes), np.flatnonzero(text.mask(damaged.is_valid()))
        digits = _tidied(damaged.take(pa.array(rows)))
        told = text.mask(digits.is_valid())
        return cls(
            len(codes),
            right,
            codes[right] - np.uint64(1),
            _value(packed.checks(codes[right])),
            rows[told],
            _written(digits.filter(pa.array(told))),
        )


def _fragment(digits: Callable[[], _Digits], name: str) -> Keys:
    """A fragment of each number: the whole number of the digits it keeps, plus 1; 0 where one is missing."""
    told, spans = digits(), _FRAGMENTS[name]
    found = np.zeros(told.size, np.uint64)
    found[told.right] = _kept(told.body, told.check, spans)
    found[told.damaged] = _read(told.written, spans)
    return found


def _kept(body: Keys, check: Bytes, spans: tuple[slice, slice]) -> Keys:
    """A fragment of right numbers, from their first 17 digits as a whole number and the check's value."""
    left, right = spans
    total = body // np.uint64(10 ** (17 - left.stop)) if left.stop else np.zeros(len(body), np.uint64)
    if right.stop:
        size = np.uint64(10 ** (17 - right.start))
        total = (total * size + (body - body // size * size)) * np.uint64(11) + check
    kept: Keys = total + np.uint64(1)
    return kept


def _written(digits: pa.StringArray) -> tuple[Bytes, Bytes]:
    """Values of the characters (n, 18) from the left and set against the right; 255 for none or no digit.

    X is ten.
    """
    ends, data = text.spread(pc.replace_substring_regex(digits, r"[^\x00-\x7F]", "?"))
    padded = np.concatenate((np.zeros(_WIDTH, np.uint8), data, np.zeros(_WIDTH, np.uint8)))
    lengths, place = np.diff(ends)[:, None], np.arange(_WIDTH)
    left = np.where(place < lengths, padded[ends[:-1, None] + place + _WIDTH], 0)
    right = np.where(place >= _WIDTH - lengths, padded[ends[1:, None] + place], 0)
    return _value(left), _value(right)


def _value(characters: Bytes) -> Bytes:
    values: Bytes = np.where(characters == ord("X"), np.uint8(10), characters - np.uint8(ord("0")))
    values[values > 10] = 255
    return values


def _read(written: tuple[Bytes, Bytes], spans: tuple[slice, slice]) -> Keys:
    """A fragment of damaged numbers; X counts only as the last character."""
    total = np.zeros(len(written[0]), np.uint64)
    lacks = np.zeros(len(total), np.bool_)
    for side, span in zip(written, spans, strict=True):
        for place in range(_WIDTH)[span]:
            digit, last = side[:, place], place == _WIDTH - 1
            lacks |= digit > (10 if last else 9)
            total = total * np.uint64(11 if last else 10) + digit
    total += np.uint64(1)
    total[lacks] = packed.NONE
    return total


def _begins_alike(a: pa.StringArray, b: pa.StringArray, width: int) -> Mask:
    return text.mask(pc.equal(*(pc.utf8_slice_codeunits(side, 0, width) for side in (a, b))))
