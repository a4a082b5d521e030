"""Which pairs are worth comparing: passes that each look for one thing two records may share."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd

from qmcb.identity import text
from qmcb.linkage import keys
from qmcb.linkage.certain import LARGEST_BLOCK
from qmcb.linkage.contenders import lacks, pass_key
from qmcb.linkage.engine import BaseIndexAlgorithm, pair_index
from qmcb.linkage.keys import Keys, Pairs, Places
from qmcb.linkage.links import PassReport
from qmcb.linkage.side import Side, key
from qmcb.linkage.spec import Pass, Spec

MOST_PAIRS = 30_000_000
"""Pairs that one part of a pass may make; its largest blocks are left out, aloud, until it keeps to that."""


class KeyPass(BaseIndexAlgorithm):  # type: ignore[misc]  # recordlinkage has no types
    """Pairs of records with the same `key` (0: none), one of them at least `wanting`.

    A key that would make more than `LARGEST_BLOCK` pairs is left out, counted apart for the pairs that
    are wanting on both sides, the left and the right; `skipped` holds the number of keys and of pairs
    that the last call left out.
    """

    def __init__(self) -> None:
        super().__init__(verify_integrity=False)
        self.skipped = (0, 0)

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        left, right = (frame["key"].to_numpy() for frame in (df_a, df_b))
        wanting, other = (frame["wanting"].to_numpy() for frame in (df_a, df_b))
        parts = [
            keys.join(one, two, LARGEST_BLOCK, MOST_PAIRS)
            for one, two in (
                (_only(left, wanting), _only(right, other)),
                (_only(left, wanting), _only(right, ~other)),
                (_only(left, ~wanting), _only(right, other)),
            )
        ]
        found = keys.Joined.of(parts)
        self.skipped = found.skipped
        return pair_index((df_a.index, df_b.index), found.pairs)


def _only(found: Keys, which: text.Mask) -> Keys:
    return np.where(which, found, keys.NONE)


@dataclass(frozen=True)
class Candidates:
    """Places of the pairs in their order, and for each a bit for every pass that found it.

    The first bit stands for pairs that are known beforehand, the next for the passes of the spec.
    """

    pairs: Pairs
    found_by: npt.NDArray[np.uint32]
    reports: tuple[PassReport, ...]


def candidates(left: Side, right: Side, shared: Pairs, spec: Spec) -> Candidates:
    """The pairs of all passes of the spec and those of `shared`, which are known to be worth a look.

    Where `right` is `left` itself, each pair once, the lesser place first.
    """
    width = max(len(right), 1)
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda one: _codes(left, right, one), spec.passes.values()))
    found = [np.unique(shared[0] * width + shared[1]), *(codes for codes, _ in told)]
    union, bits = _united(found)
    single = bits & (bits - np.uint32(1)) == 0
    alone = [int((single & (bits == 1 << place)).sum()) for place in range(len(found))]
    reports = [
        PassReport(title, len(codes), only, *left_out)
        for title, (codes, left_out), only in zip(spec.passes, told, alone[1:], strict=True)
    ]
    here, there = np.divmod(union, width)
    return Candidates((here, there), bits, tuple(reports))


def _codes(left: Side, right: Side, one: Pass) -> tuple[Places, tuple[int, int]]:
    """Each pair of a pass as one number, left place × right records + right place; what was left out."""
    algorithm = KeyPass()
    frames = (_frame(side, one) for side in (left, right))
    index = algorithm.index(*frames)
    here, there = (index.get_level_values(level).to_numpy(np.int64) for level in (0, 1))
    if right is left:
        once = here < there
        here, there = here[once], there[once]
    if one.any:
        shares = [_shares(left, right, here, there, facet) for facet in one.any]
        kept = reduce(np.logical_or, shares)
        here, there = here[kept], there[kept]
    return here * max(len(right), 1) + there, algorithm.skipped


def _frame(side: Side, one: Pass) -> pd.DataFrame:
    wanting = lacks(side.facets, one)
    told = np.ones(len(side), np.bool_) if wanting is None else wanting
    return pd.DataFrame({"key": pass_key(side.facets, one), "wanting": told}, copy=False)


def _shares(left: Side, right: Side, here: Places, there: Places, facet: str) -> text.Mask:
    one, other = key(left.facets, facet)[here], key(right.facets, facet)[there]
    same: text.Mask = (one == other) & (one != keys.NONE)
    return same


def _united(found: Sequence[Places]) -> tuple[Places, npt.NDArray[np.uint32]]:
    """All pairs once, in their order, with a bit for each of the lists that hold them."""
    codes = np.concatenate(found)
    bits = np.repeat(np.uint32(1) << np.arange(len(found), dtype=np.uint32), [len(part) for part in found])
    order = np.argsort(codes, kind="stable")
    codes, bits = codes[order], bits[order]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    return codes[starts], np.bitwise_or.reduceat(bits, starts) if len(starts) else bits
