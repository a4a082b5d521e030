"""Values that are the same or not: sex, phone and other codes; and codes in which a digit may be wrong."""

from enum import IntEnum
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA

from qmcb.identity import text
from qmcb.linkage import keys
from qmcb.linkage.fields.base import Facet, Facets, Field, same_or_not, some
from qmcb.linkage.keys import NONE, Keys

_SEXES = {"1": 1, "男": 1, "男性": 1, "M": 1, "2": 2, "女": 2, "女性": 2, "F": 2}
_PHONE_DIGITS, _THOUSAND = 11, np.uint64(1000)


class Same(IntEnum):
    MISSING, OTHER, EQUAL = range(3)


class CodeField(Field):
    """Codes that are equal, without blanks and in capitals, or are not."""

    kinds = Same
    equal = Same.EQUAL
    repeats = True

    def sent(self, values: text.Strings) -> Facets:
        return {self.name: text.by_distinct(values, _key)}

    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        one, other = cast(tuple[Keys, Keys], values)
        return same_or_not(one, other, Same.EQUAL)


class SexField(CodeField):
    """Sex as GB/T 2261.1 codes it, or as 男 and 女; 0 and 9, unknown, count as missing."""

    def sent(self, values: text.Strings) -> Facets:
        return {self.name: text.by_distinct(values, _sex)}


class PhoneField(CodeField):
    """Phones, without blanks, hyphens and the country's 86."""

    repeats = False

    def sent(self, values: text.Strings) -> Facets:
        written = text.strings(values)
        found = _whole(written)
        rest = np.flatnonzero((found == NONE) & text.mask(written.is_valid()))
        if rest.size:
            bare = text.tidy(written.take(pa.array(rest))).codes
            bare = pc.replace_substring_regex(bare, r"^(\+|00)?86(1\d{10})$", r"\2")
            again = _whole(bare)
            found[rest] = np.where(again == NONE, keys.of_text(bare), again)
        return {self.name: found}


def _key(values: text.Strings) -> Keys:
    return keys.of_text(text.tidy(text.strings(values)).codes)


def _sex(values: text.Strings) -> npt.NDArray[np.uint8]:
    codes = text.tidy(text.strings(values)).codes.to_pylist()
    return np.array([_SEXES.get(code, 0) for code in codes], np.uint8)


def _whole(written: pa.StringArray) -> Keys:
    """Phones of eleven digits as whole numbers; 0 for anything else."""
    eleven = text.Words.of(written, _PHONE_DIGITS)
    (head, strange), (tail, also) = (text.eight_digits(eleven.eight(place)) for place in (0, 3))
    found = np.zeros(len(written), np.uint64)
    found[eleven.places] = np.where(strange | also, NONE, head * _THOUSAND + tail % _THOUSAND)
    return found


class Digits(IntEnum):
    MISSING, OTHER, TWO_EDITS, ONE_EDIT, EQUAL = range(5)


class DigitsField(Field):
    """Codes in which a character may be wrong, lost or swapped with its neighbour."""

    kinds = Digits
    equal = Digits.EQUAL

    def sent(self, values: text.Strings) -> Facets:
        tidied = text.tidy(text.strings(values)).codes
        return {self.name: keys.of_text(tidied), self.part("text"): tidied}

    @property
    def compared(self) -> tuple[str, ...]:
        return self.name, self.part("text")

    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        one, a, other, b = values
        found = same_or_not(cast(Keys, one), cast(Keys, other), Digits.EQUAL)
        rest = np.flatnonzero(found == Digits.OTHER)
        edits = process.cpdist(
            some(rest, a), some(rest, b), scorer=OSA.distance, score_cutoff=2, dtype=np.int8
        )
        found[rest[edits == 1]], found[rest[edits == 2]] = Digits.ONE_EDIT, Digits.TWO_EDITS
        return found
