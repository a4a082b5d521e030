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
    """The records that have nothing in a facet, block by block with all facets; nobody where none is named."""
    places = np.zeros(0, np.int64)
    if facet is not None:
        blocks = side.keyed(rest.known, rest.places, spec)
        places = np.flatnonzero(np.concatenate([side.key(block, facet) == keys.NONE for block in blocks]))
    return places, list(side.keyed(rest.known, rest.places[places], spec))


def _every(rest: Rest, others: Sequence[_Keyed], spec: Spec) -> list[_Keyed]:
    """For each pass those that it may pair with one of the `others`, or everybody where it asks for nothing."""
    passes = spec.passes.values()
    told = [
        np.empty(len(rest), np.uint64) if one.lacking is None else Sieve(few.keys)
        for one, few in zip(passes, others, strict=True)
    ]
    found: list[list[_Keyed]] = [[] for _ in passes]
    start = 0
    for block in side.keyed(rest.known, rest.places, spec):
        for one, all_or_sieve, parts in zip(passes, told, found, strict=True):
            key = pass_key(block, one)
            if isinstance(all_or_sieve, Sieve):
                places = all_or_sieve.passed(key)
                parts.append(_Keyed(places + start, key[places]))
            else:
                all_or_sieve[start : start + len(key)] = key
        start += len(key)
    return [
        _joined(parts) if isinstance(one, Sieve) else _Keyed(None, one)
        for one, parts in zip(told, found, strict=True)
    ]


def _joined(parts: Sequence[_Keyed]) -> _Keyed:
    return _Keyed(np.concatenate([one.places for one in parts]), np.concatenate([one.keys for one in parts]))


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
