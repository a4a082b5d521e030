"""Values that are the same or not: sex, phone and other codes; and codes in which a digit may be wrong."""

from collections.abc import Mapping
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
from qmcb.linkage.keys import Keys

_SEXES = {"男": "1", "男性": "1", "M": "1", "女": "2", "女性": "2", "F": "2"}
_PHONE_BYTES = 11


class Same(IntEnum):
    MISSING, OTHER, EQUAL = range(3)


class CodeField(Field):
    """Codes that are equal, without blanks and in capitals, or are not."""

    kinds = Same
    equal = Same.EQUAL

    def whole(self, values: text.Strings, known: Mapping[str, Facet]) -> Facets:
        return {self.name: keys.of_text(self.tidied(text.strings(values)))}

    def tidied(self, values: pa.StringArray) -> pa.StringArray:
        found = values.dictionary_encode()
        return text.tidy(found.dictionary).codes.take(found.indices)

    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        one, other = cast(tuple[Keys, Keys], values)
        return same_or_not(one, other, Same.EQUAL)


class SexField(CodeField):
    """Sex as GB/T 2261.1 codes it, or as 男 and 女; 0 and 9, unknown, count as missing."""

    def tidied(self, values: pa.StringArray) -> pa.StringArray:
        found = values.dictionary_encode()
        codes = text.tidy(found.dictionary).codes.to_pylist()
        told = [_SEXES.get(code, code) for code in codes]
        return pa.array([code if code in ("1", "2") else None for code in told], pa.string()).take(
            found.indices
        )


class PhoneField(CodeField):
    """Phones, without blanks, hyphens and the country's 86."""

    def tidied(self, values: pa.StringArray) -> pa.StringArray:
        plain = pc.and_(pc.equal(pc.binary_length(values), _PHONE_BYTES), pc.ascii_is_decimal(values))
        odd = pc.invert(plain).fill_null(False)
        bare = text.tidy(values.filter(odd)).codes
        return pc.replace_with_mask(
            values, odd, pc.replace_substring_regex(bare, r"^(\+|00)?86(1\d{10})$", r"\2")
        )


class Digits(IntEnum):
    MISSING, OTHER, TWO_EDITS, ONE_EDIT, EQUAL = range(5)


class DigitsField(Field):
    """Codes in which a character may be wrong, lost or swapped with its neighbour."""

    kinds = Digits
    equal = Digits.EQUAL

    def whole(self, values: text.Strings, known: Mapping[str, Facet]) -> Facets:
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
