"""Regions by level: the same county, city or province; where none is told, the number's six digits."""

from collections.abc import Mapping
from enum import IntEnum
from typing import cast

import numpy as np
import numpy.typing as npt

from qmcb.identity import packed, text
from qmcb.linkage.fields.base import Facet, Facets, Field
from qmcb.linkage.keys import NONE, Keys


class Region(IntEnum):
    MISSING, OTHER, PROVINCE, CITY, COUNTY = range(5)


class RegionField(Field):
    """Region codes (GB/T 2260, six digits), or the head of the resident number `instead`. Key: the county."""

    kinds = Region
    equal = Region.COUNTY

    def whole(self, values: text.Strings, known: Mapping[str, Facet]) -> Facets:
        fits, content = text.fixed(text.strings(values), 6)
        digits = content - np.uint8(ord("0"))
        sent = np.zeros(len(fits), np.uint64)
        sent[fits] = np.where((digits > 9).any(axis=1), 0, text.whole(np.minimum(digits, 9)))
        if self.instead:
            inside = packed.regions(cast(Keys, known[self.instead])).astype(np.uint64)
            sent = np.where(sent == NONE, inside, sent)
        return {self.name: sent}

    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        one, other = cast(tuple[Keys, Keys], values)
        same = [one // np.uint64(size) == other // np.uint64(size) for size in (1, 100, 10_000)]
        return np.select(
            [(one == NONE) | (other == NONE), *same],
            [Region.MISSING, Region.COUNTY, Region.CITY, Region.PROVINCE],
            Region.OTHER,
        )
