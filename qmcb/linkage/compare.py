"""How well two records agree, field by field, in levels; a missing value is a level of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from qmcb.identity import text
from qmcb.linkage.engine import BaseCompare, BaseCompareFeature, pair_index
from qmcb.linkage.fields.base import Facet, Field, Levels
from qmcb.linkage.fields.date import INFERRED, Birth, DateField
from qmcb.linkage.fields.number import DAMAGED, Number, NumberField
from qmcb.linkage.keys import Pairs, Places
from qmcb.linkage.side import Side

BATCH = 500_000
_DENSE = 1 << 22


@dataclass(frozen=True)
class Patterns:
    """Levels of pairs, pattern by pattern: the distinct ones, and which of them each pair has.

    `distinct` is (patterns, fields) of levels, `which` (pairs), `counts` (patterns).
    """

    distinct: Levels
    which: npt.NDArray[np.int32]
    counts: Places

    @classmethod
    def of(cls, codes: Places, sizes: Sequence[int]) -> "Patterns":
        """From one number a pair, the levels of the fields as digits of base `sizes`."""
        if np.prod(sizes, dtype=float) <= _DENSE:
            all_counts = np.bincount(codes, minlength=1)
            found = np.flatnonzero(all_counts)
            place = np.zeros(len(all_counts), np.int32)
            place[found] = np.arange(len(found), dtype=np.int32)
            which, counts = place[codes], all_counts[found]
        else:
            found, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
            which = inverse.astype(np.int32)
        return cls(np.stack(np.unravel_index(found, sizes), axis=1).astype(np.int8), which, counts)


class FieldFeature(BaseCompareFeature):  # type: ignore[misc]  # recordlinkage has no types
    """A field as a recordlinkage feature over the same facets on both sides."""

    def __init__(self, field: Field) -> None:
        super().__init__(list(field.compared), list(field.compared), label=field.name)
        self.field = field

    def _compute_vectorized(self, *columns: pd.Series) -> Levels:
        return self.field.levels(*map(_values, columns)).astype(np.int8)


def _values(column: pd.Series) -> Facet:
    if isinstance(column.dtype, pd.ArrowDtype):
        return text.strings(pa.chunked_array(column.array.__arrow_array__()))
    values: Facet = column.to_numpy()
    return values


@dataclass(frozen=True)
class Comparison:
    """The fields of a linkage, and how records are compared in each."""

    fields: tuple[Field, ...]

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many levels each field has."""
        return tuple(len(one.kinds) for one in self.fields)

    def patterns(self, pairs: Pairs, left: Side, right: Side) -> Patterns:
        """The agreement of each pair, compared in batches so that memory is bounded."""
        compare = BaseCompare([FieldFeature(one) for one in self.fields])
        here, there = pairs
        batches = [
            self._batch(compare, left, right, here[start : start + BATCH], there[start : start + BATCH])
            for start in range(0, max(len(here), 1), BATCH)
        ]
        return Patterns.of(np.concatenate(batches), self.sizes)

    def _batch(self, compare: BaseCompare, left: Side, right: Side, here: Places, there: Places) -> Places:
        rows = pd.RangeIndex(len(here))
        facets = list(dict.fromkeys(name for one in self.fields for name in one.compared))
        sides = (_frame(side, places, facets) for side, places in ((left, here), (right, there)))
        found = compare.compute(pair_index((rows, rows), (np.arange(len(rows)),) * 2), *sides).to_numpy()
        self._imply(found)
        codes: Places = np.ravel_multi_index(tuple(found.T.astype(np.int64)), self.sizes)
        return codes

    def _imply(self, found: Levels) -> None:
        """Equal births say nothing new where the number has agreed from which one of them comes.

        A damaged number holds the birth whether or not it was sent as well.
        """
        numbers = {one.name: at for at, one in enumerate(self.fields) if isinstance(one, NumberField)}
        for at, one in enumerate(self.fields):
            if not isinstance(one, DateField):
                continue
            birth = found[:, at]
            inferred = birth == INFERRED
            birth[inferred] = Birth.EQUAL
            if one.instead in numbers:
                number = found[:, numbers[one.instead]]
                said = np.isin(number, DAMAGED) | (inferred & (number == Number.SHARED))
                birth[said & (birth == Birth.EQUAL)] = Birth.IMPLIED


def _frame(side: Side, places: Places, facets: Sequence[str]) -> pd.DataFrame:
    chosen = side.take_facets(places, facets)
    return pd.DataFrame({name: _column(facet) for name, facet in chosen.items()}, copy=False)


def _column(facet: Facet) -> "npt.NDArray[np.uint64] | pd.api.extensions.ExtensionArray":
    return facet if isinstance(facet, np.ndarray) else pd.arrays.ArrowExtensionArray(facet)
