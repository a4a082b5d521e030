"""The records that some pass can pair with one of the other side: only they are looked at in detail."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from qmcb.identity import text
from qmcb.linkage import keys, side
from qmcb.linkage.fields.base import Deferred, Facet
from qmcb.linkage.keys import Keys, Places, Sieve
from qmcb.linkage.side import Rest
from qmcb.linkage.spec import Pass, Spec


@dataclass(frozen=True)
class _Keyed:
    """Some records of a side, by their places in its rest (None: all), and what a pass looks for in them."""

    places: Places | None
    keys: Keys

    def at(self, rows: Places) -> Places:
        return rows if self.places is None else self.places[rows]


def contenders(sides: Sequence[Rest], spec: Spec, pool: Executor) -> list[Places]:
    """Places of the records of each side that may be in a pair of a pass, rising.

    Where one of a pair has to lack something, which few do, all of a side are held against those of the
    other that lack it, and against nobody else.
    """
    lacking = list(pool.map(lambda one: _lacking(one, spec), sides))
    every = list(pool.map(lambda one, few: _every(one, few, spec), sides, lacking[::-1]))
    reached = [np.zeros(len(one), np.bool_) for one in sides]
    for met in pool.map(_met, _meetings(lacking, every, spec)):
        for mask, places in zip(reached, met, strict=True):
            mask[places] = True
    return [one.places[np.flatnonzero(mask)] for one, mask in zip(sides, reached, strict=True)]


def pass_key(facets: Mapping[str, Facet], one: Pass) -> Keys:
    """What a pass looks for in some records; 0 where a part of it is missing."""
    return keys.together(*(side.key(facets, facet).astype(np.uint64, copy=False) for facet in one.same))


def lacks(facets: Mapping[str, Facet], one: Pass) -> text.Mask | None:
    """Which records lack what a pass asks one of a pair to lack; none where it asks for nothing."""
    return None if one.lacking is None else side.key(facets, one.lacking) == keys.NONE


def _lacking(rest: Rest, spec: Spec) -> list[_Keyed]:
    """For each pass those that lack what it asks one of a pair to lack; nobody where it asks for nothing."""
    passes = spec.passes.values()
    few = {facet: _without(rest, facet, spec) for facet in dict.fromkeys(one.lacking for one in passes)}
    found = []
    for one in passes:
        places, blocks = few[one.lacking]
        found.append(_Keyed(places, np.concatenate([pass_key(block, one) for block in blocks])))
    return found


def _without(rest: Rest, facet: str | None, spec: Spec) -> tuple[Places, list[Deferred]]:
    """The records that have nothing in a facet, and them block by block; nobody where none is named."""
    places = np.zeros(0, np.int64)
    if facet is not None:
        blocks = side.keyed(rest.known, rest.places, spec)
        places = np.flatnonzero(np.concatenate([side.key(block, facet) == keys.NONE for block in blocks]))
    return places, list(side.keyed(rest.known, rest.places[places], spec))


def _every(rest: Rest, others: Sequence[_Keyed], spec: Spec) -> list[_Keyed]:
    """For each pass those it may pair with one of the `others`, or everybody where it asks for nothing."""
    chosen = [
        _Everybody(len(rest)) if one.lacking is None else _Some(few.keys)
        for one, few in zip(spec.passes.values(), others, strict=True)
    ]
    for block in side.keyed(rest.known, rest.places, spec):
        for one, found in zip(spec.passes.values(), chosen, strict=True):
            found.add(pass_key(block, one))
    return [found.all_of_them() for found in chosen]


class _Everybody:
    """Takes in what a pass looks for in each record."""

    def __init__(self, size: int) -> None:
        self._keys, self._end = np.empty(size, np.uint64), 0

    def add(self, found: Keys) -> None:
        start, self._end = self._end, self._end + len(found)
        self._keys[start : self._end] = found

    def all_of_them(self) -> _Keyed:
        return _Keyed(None, self._keys)


class _Some:
    """Takes in the records in which a pass may look for the same as in some others."""

    def __init__(self, others: Keys) -> None:
        self._sieve, self._end = Sieve(others), 0
        self._places = [np.zeros(0, np.int64)]
        self._keys = [np.zeros(0, np.uint64)]

    def add(self, found: Keys) -> None:
        places = self._sieve.passed(found)
        self._places.append(places + self._end)
        self._keys.append(found[places])
        self._end += len(found)

    def all_of_them(self) -> _Keyed:
        return _Keyed(np.concatenate(self._places), np.concatenate(self._keys))


def _meetings(
    lacking: Sequence[Sequence[_Keyed]], every: Sequence[Sequence[_Keyed]], spec: Spec
) -> Iterator[tuple[_Keyed, _Keyed]]:
    """Records of the one side and of the other that a pass may pair."""
    for at, one in enumerate(spec.passes.values()):
        if one.lacking is None:
            yield every[0][at], every[1][at]
        else:
            yield lacking[0][at], every[1][at]
            yield every[0][at], lacking[1][at]


def _met(both: tuple[_Keyed, _Keyed]) -> tuple[Places, Places]:
    one, other = both
    here, there = keys.met(one.keys, other.keys)
    return one.at(here), other.at(there)
