"""Regions by level: the same county, city or province; where none is told, the number's six digits."""

from collections.abc import Mapping
from enum import IntEnum
from typing import cast

import numpy as np
import numpy.typing as npt

from qmcb.identity import packed, text
from qmcb.linkage.fields.base import Facet, Facets, Field, Makers
from qmcb.linkage.keys import NONE, Keys


class Region(IntEnum):
    MISSING, OTHER, PROVINCE, CITY, COUNTY = range(5)


class RegionField(Field):
    """Region codes (GB/T 2260, six digits), or the head of the resident number `instead`. Key: the county."""

    kinds = Region
    equal = Region.COUNTY
    repeats = True

    def sent(self, values: text.Strings) -> Facets:
        return {self.part("sent"): text.by_distinct(values, _whole)}

    def keys(self, known: Mapping[str, Facet]) -> Makers:
        return {self.name: lambda: self._lives(known)}

    def _lives(self, known: Mapping[str, Facet]) -> Keys:
        lives = cast(Keys, known[self.part("sent")]).astype(np.uint64)
        if self.instead:
            unsent = np.flatnonzero(lives == NONE)
            lives[unsent] = packed.regions(cast(Keys, known[self.instead])[unsent])
        return lives

    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        one, other = cast(tuple[Keys, Keys], values)
        same = [one // np.uint64(size) == other // np.uint64(size) for size in (1, 100, 10_000)]
        return np.select(
            [(one == NONE) | (other == NONE), *same],
            [Region.MISSING, Region.COUNTY, Region.CITY, Region.PROVINCE],
            Region.OTHER,
        )


def _whole(values: text.Strings) -> npt.NDArray[np.uint32]:
    fits, content = text.fixed(text.strings(values), 6)
    digits = content - np.uint8(ord("0"))
    found = np.zeros(len(fits), np.uint32)
    found[fits] = np.where((digits > 9).any(axis=1), 0, text.whole(np.minimum(digits, 9)))
    return found
