"""Birth dates: equal, day and month swapped, one digit wrong, same year."""

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.identity import number, packed, text
from qmcb.linkage.fields.base import Facet, Facets, Field, Makers
from qmcb.linkage.keys import NONE, Keys


class Birth(IntEnum):
    """`IMPLIED`: the number, which holds the birth date, has already said so."""

    MISSING, OTHER, YEAR, ONE_DIGIT, SWAPPED, EQUAL, IMPLIED = range(7)


INFERRED = len(Birth)
"""For a while the level of equal births of which a number gave one; `Comparison` says what that is worth."""


class DateField(Field):
    """Birth dates as yyyymmdd, or as the resident number `instead` gives them.

    Keys: the whole, and `either_order` (the smaller of day and month first, so that swapped ones meet).
    """

    kinds = Birth
    equal = Birth.EQUAL
    repeats = True

    def sent(self, values: text.Strings) -> Facets:
        return {self.part("sent"): text.by_distinct(values, _dates) if _encoded(values) else _dates(values)}

    def keys(self, known: Mapping[str, Facet]) -> Makers:
        born = cache(lambda: self._born(known))
        return {self.name: born, self.part("either_order"): lambda: _either_order(born())}

    def _born(self, known: Mapping[str, Facet]) -> Keys:
        born: Keys = cast(Keys, known[self.part("sent")]).astype(np.uint64)
        if self.instead:
            unsent = np.flatnonzero(born == NONE)
            born[unsent] = packed.births(cast(Keys, known[self.instead])[unsent])
        return born

    @property
    def compared(self) -> tuple[str, ...]:
        return self.name, self.part("sent")

    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        one, sent, other, other_sent = cast(tuple[Keys, Keys, Keys, Keys], values)
        (year, month, day), (other_year, other_month, other_day) = _parts(one), _parts(other)
        same_year = year == other_year
        return np.select(
            [
                (one == NONE) | (other == NONE),
                (one == other) & ((sent == NONE) | (other_sent == NONE)),
                one == other,
                same_year & (month == other_day) & (day == other_month),
                _different_digits(one, other) == 1,
                same_year,
            ],
            [Birth.MISSING, INFERRED, Birth.EQUAL, Birth.SWAPPED, Birth.ONE_DIGIT, Birth.YEAR],
            Birth.OTHER,
        )


def _either_order(born: Keys) -> Keys:
    """The dates with the smaller of month and day before the greater."""
    year, month, day = _parts(born)
    order: Keys = year * np.uint64(100) + np.minimum(month, day)
    order *= np.uint64(100)
    order += np.maximum(month, day)
    return order


def _encoded(values: text.Strings) -> bool:
    return bool(pa.types.is_dictionary(values.type))


def _dates(sent: text.Strings) -> npt.NDArray[np.uint32]:
    return dates(sent).astype(np.uint32)


def dates(sent: text.Strings) -> Keys:
    """Dates, or texts such as 19800229, 1980-02-29 or 1980/02/29, as yyyymmdd; 0 for anything else.

    A date that exists only with day and month exchanged is kept as it was sent.
    """
    if pa.types.is_temporal(sent.type):
        days = pc.strftime(sent.cast(pa.date32()), format="%Y%m%d")
        return _whole(text.strings(days))
    if pa.types.is_integer(sent.type):
        sent = sent.cast(pa.string())
    written = text.strings(sent)
    found = _whole(written)
    rest = np.flatnonzero((found == NONE) & text.mask(written.is_valid()))
    if rest.size:
        found[rest] = _whole(_bare(written.take(pa.array(rest))))
    return found


def _bare(written: pa.StringArray) -> pa.StringArray:
    """Dates without separators and midnight, months and days of two digits."""
    for _ in range(2):  # a separator may end one part and begin the next
        written = pc.replace_substring_regex(written, r"([-/.年月])(\d)([-/.月日\s]|$)", r"\10\2\3")
    return pc.replace_substring_regex(written, r"[ T]00:00(:00(\.0+)?)?$|[-/.年月日\s]", "")


def _whole(written: pa.StringArray) -> Keys:
    eight = text.Words.of(written, 8)
    value, strange = text.eight_digits(eight.eight(0))
    value[strange] = NONE
    year, month, day = _parts(value)
    exists = number.born(year, month * np.uint64(100) + day) | number.born(year, day * np.uint64(100) + month)
    found = np.zeros(len(written), np.uint64)
    found[eight.places] = np.where(exists, value, NONE)
    return found


def _parts(born: Keys) -> tuple[Keys, Keys, Keys]:
    year: Keys = born // np.uint64(10_000)
    rest = born - year * np.uint64(10_000)
    month = rest // np.uint64(100)
    return year, month, rest - month * np.uint64(100)


def _different_digits(one: Keys, other: Keys) -> npt.NDArray[np.int8]:
    count = np.zeros(len(one), np.int8)
    for _ in range(8):
        (one, digit), (other, other_digit) = np.divmod(one, np.uint64(10)), np.divmod(other, np.uint64(10))
        count += digit != other_digit
    return count
