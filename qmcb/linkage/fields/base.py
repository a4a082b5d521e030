"""What every kind of field has: facets that are held against each other, keys for passes, levels.

Facets are whole numbers, 0 for missing, and texts (Arrow strings, null for missing, of a whole file in
pieces).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qmcb.identity import text
from qmcb.linkage.keys import NONE, Keys, Places

Levels: TypeAlias = npt.NDArray[np.int8]
Facet: TypeAlias = Keys | pa.StringArray | pa.ChunkedArray
Facets: TypeAlias = dict[str, Facet]
Makers: TypeAlias = Mapping[str, Callable[[], Facet]]

MISSING = 0
"""The level of every field whose value is missing on either side; 1 is no agreement at all."""


class Deferred(Mapping[str, Facet]):
    """Facets of some records, each made when it is first asked for."""

    def __init__(self, makers: Makers) -> None:
        self._makers = dict(makers)
        self._made: Facets = {}

    @classmethod
    def of(cls, facets: Mapping[str, Facet]) -> "Deferred":
        """Facets that are there already, so that others can be added."""
        return cls({name: partial(facets.__getitem__, name) for name in facets})

    def add(self, makers: Makers) -> None:
        """More of the same records' facets, which may rest on those that are there."""
        self._makers |= makers

    def __getitem__(self, name: str) -> Facet:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass(frozen=True)
class Field(ABC):
    """One thing that records say, by the name that a spec gives it.

    `instead` is the field whose value stands in for a missing one.
    """

    name: str
    instead: str | None = None

    kinds: ClassVar[type[IntEnum]]
    equal: ClassVar[int]
    """The level of equal values."""
    telling_when_rare: ClassVar[bool] = False
    """Whether an equal value tells the more the rarer it is."""
    repeats: ClassVar[bool] = False
    """Whether a file says the same few things again and again, so that each is looked at once."""
    rare: ClassVar[tuple[int, ...]] = ()
    """Levels too rare among random pairs to be sampled, all of whose pairs the passes find."""

    @abstractmethod
    def sent(self, values: text.Strings) -> Facets:
        """What a file says, kept for each of its records and so as small as can be."""

    def keys(self, known: Mapping[str, Facet]) -> Makers:
        """How to make what else passes look for, where `known` has what all fields `sent` of the records.

        With it there is a facet named like the field, equal where its values are.
        """
        return {}

    def told(self, known: Mapping[str, Facet]) -> Facets:
        """What else is compared, where `known` has the keys too."""
        return {}

    @property
    def compared(self) -> tuple[str, ...]:
        """The facets by which two records are compared."""
        return (self.name,)

    @abstractmethod
    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        """The level of each pair, from the facets `compared` of the left side and then of the right."""

    def part(self, name: str) -> str:
        return f"{self.name}.{name}"


def same_or_not(one: Keys, other: Keys, equal: int) -> npt.NDArray[np.int64]:
    """`MISSING` where either key is 0, `equal` where they are the same, else 1."""
    return np.select([(one == NONE) | (other == NONE), one == other], [MISSING, equal], 1)


def some(places: npt.NDArray[np.bool_] | Places, values: pa.StringArray) -> list[str]:
    """Texts at some places, as rapidfuzz takes them."""
    chosen = np.flatnonzero(places) if places.dtype == np.bool_ else places
    found: list[str] = values.take(pa.array(chosen)).to_pylist()
    return found


def one_begins_other(a: list[str], b: list[str]) -> npt.NDArray[np.bool_]:
    """Whether one of two texts begins with the whole of the other."""
    pairs = zip(a, b, strict=True)
    return np.fromiter((x.startswith(y) or y.startswith(x) for x, y in pairs), np.bool_, len(a))
