"""The records that some pass can pair with one of the other side: only they are looked at in detail."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qmcb.identity import text
from qmcb.linkage import keys, side
from qmcb.linkage.fields.base import Facets
from qmcb.linkage.keys import Keys, Places
from qmcb.linkage.side import Rest
from qmcb.linkage.spec import Pass, Spec

Halves = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class _Sought:
    """What the passes look for in the records of one side, in the order of the passes.

    `halves` are the upper halves of their keys (0: none), `wanting` which of the records lack what a
    pass asks one of a pair to lack, none where it asks for nothing.
    """

    halves: Sequence[Halves]
    wanting: Sequence[text.Mask | None]


def contenders(sides: Sequence[Rest], spec: Spec, pool: Executor) -> list[Places]:
    """Places of the records of each side that may be in a pair of a pass, and few others, rising.

    Where one of a pair has to lack something, a record that has it is only held against those that
    lack it.
    """
    sought = list(pool.map(lambda one: _sought(one, spec), sides))
    others = sought[::-1]
    found = pool.map(_in_reach, sought, others)
    return [one.places[np.flatnonzero(reached)] for one, reached in zip(sides, found, strict=True)]


def pass_key(facets: Facets, one: Pass) -> Keys:
    """What a pass looks for in some records; 0 where a part of it is missing."""
    return keys.together(*(keys.mixed(side.key(facets, facet)) for facet in one.same))


def lacks(facets: Facets, one: Pass) -> text.Mask | None:
    """Which records lack what a pass asks one of a pair to lack; none where it asks for nothing."""
    return None if one.lacking is None else side.key(facets, one.lacking) == keys.NONE


def _sought(rest: Rest, spec: Spec) -> _Sought:
    passes = tuple(spec.passes.values())
    halves = [np.empty(len(rest), np.uint32) for _ in passes]
    wanting = [None if one.lacking is None else np.empty(len(rest), np.bool_) for one in passes]
    start = 0
    for facets in side.keyed(rest.known, rest.places, spec):
        for at, one in enumerate(passes):
            key = pass_key(facets, one)
            end = start + len(key)
            halves[at][start:end] = _half(key)
            if (mask := wanting[at]) is not None:
                mask[start:end] = lacks(facets, one)
        start = end
    return _Sought(halves, wanting)


def _half(key: Keys) -> Halves:
    half = (keys.mixed(key) >> np.uint64(32)).astype(np.uint32)
    half[(half == 0) & (key != keys.NONE)] = 1
    return half


def _in_reach(one: _Sought, other: _Sought) -> text.Mask:
    reached = np.zeros(len(one.halves[0]), np.bool_)
    for mine, theirs, wanting, lacking in zip(
        one.halves, other.halves, one.wanting, other.wanting, strict=True
    ):
        if wanting is None or lacking is None:
            reached[keys.found_in(mine, theirs)] = True
            continue
        reached[keys.found_in(mine, theirs[lacking])] = True
        few = np.flatnonzero(wanting)
        reached[few[keys.found_in(mine[few], theirs)]] = True
    return reached
