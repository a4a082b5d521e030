"""From weights to decisions: who is whom, each record at most once where the files say so."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qmcb.identity.text import Mask
from qmcb.linkage.keys import Pairs, Places
from qmcb.linkage.spec import Assignment, Thresholds

Floats = npt.NDArray[np.float64]

SOLVER = "scipy.sparse.csgraph"
"""What solves an assignment. Its import takes a quarter of a second, so it may be begun early."""
_HOPELESS = 0.01
_NOBODY = 1e-9
_TIE = 1e-6
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Assigned:
    """The candidate that each record keeps: row among the pairs, probability, decision (links.DECISIONS)."""

    row: Places
    probability: Floats
    decision: npt.NDArray[np.int8]


def assign(
    pairs: Pairs, log_odds: Floats, needed: Floats, thresholds: Thresholds, how: Assignment | None
) -> Assigned:
    """Decide on the best candidate of each record; on every pair where `how` is None (one file).

    The probability of a pair is shared among all candidates of its left record, of its right one too
    where a record of either file is linked once only, and 'none of them': two equally good candidates
    are never both likely, and a person looks where it is likely to be one of them, whichever.
    `needed` is the probability from which a pair is accepted at all (above 1: never).
    """
    odds = np.exp2(np.clip(log_odds, -500, 500))
    sides = {"one_to_one": pairs, "many_to_one": pairs[:1], None: ()}[how]
    all_of_them = odds.copy()
    for side in sides:
        all_of_them += np.bincount(side, weights=odds)[side] - odds
    probability, any_of_them = odds / (1.0 + all_of_them), all_of_them / (1.0 + all_of_them)
    rows = np.arange(len(odds))
    if how == "one_to_one":
        rows = _one_to_one(pairs, log_odds, np.flatnonzero(any_of_them > _HOPELESS))
    elif how == "many_to_one":
        rows = rows[_best(pairs[0], pairs[1], log_odds)]
    else:
        rows = np.flatnonzero(probability > _HOPELESS)
    sure = (probability >= thresholds.accept) & (probability >= needed)
    decision = np.where(sure, 0, np.where(any_of_them >= thresholds.review, 1, 2)).astype(np.int8)
    return Assigned(rows, probability[rows], decision[rows])


def _best(side: Places, other: Places, worth: Floats) -> Places:
    """The row of the best candidate of each record of one side, ties to the lesser on the other."""
    order = np.lexsort((other, -worth, side))
    return order[np.flatnonzero(np.diff(side[order], prepend=-1))]


def _one_to_one(pairs: Pairs, log_odds: Floats, likely: Places) -> Places:
    """The rows that the heaviest assignment keeps.

    A pair that is the best of both its records, neither of which has another candidate that wants it, needs
    no weighing up: only groups in which records compete are put to the solver.
    """
    left, right = (side[likely] for side in pairs)
    worth = _worth(left, right, log_odds[likely])
    best = _best(left, right, worth)
    contested = np.bincount(right[best])[right[best]] > 1 if best.size else np.zeros(0, np.bool_)
    if not contested.any():
        return likely[best]
    group = _groups(left, right)
    open_question = np.isin(group, group[best[contested]])
    settled = best[~open_question[best]]
    rest = np.flatnonzero(open_question)
    kept = _star_or_solved(left[rest], right[rest], group[rest], worth[rest])
    chosen: Places = likely[np.sort(np.concatenate([settled, rest[kept]]))]
    return chosen


def _worth(left: Places, right: Places, log_odds: Floats) -> Floats:
    """What a pair adds to an assignment; a crumb, the same from either side, decides between equals."""
    crumbs = ((left + 1) * _GOLDEN % 1.0) * ((right + 1) * _GOLDEN % 1.0)
    worth: Floats = np.logaddexp2(0.0, log_odds) + _TIE * crumbs
    return worth


def _groups(left: Places, right: Places) -> npt.NDArray[np.int32]:
    """Which connected group of records each pair belongs to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    lefts, here = np.unique(left, return_inverse=True)
    rights, there = np.unique(right, return_inverse=True)
    size = len(lefts) + len(rights)
    edges = coo_array((np.ones(len(left), np.int8), (here, len(lefts) + there)), shape=(size, size))
    group: npt.NDArray[np.int32] = connected_components(edges, directed=False)[1][here]
    return group


def _star_or_solved(left: Places, right: Places, group: npt.NDArray[np.int32], worth: Floats) -> Places:
    """Rows kept: in a group about one right record its best pair, in others what the solver finds."""
    order = np.lexsort((right, group))
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    several = np.maximum.reduceat(right[order], starts) != np.minimum.reduceat(right[order], starts)
    star = ~np.repeat(several, np.diff(np.append(starts, len(order))))
    in_star = np.zeros(len(order), np.bool_)
    in_star[order] = star
    stars, others = np.flatnonzero(in_star), np.flatnonzero(~in_star)
    best = stars[_best(right[stars], left[stars], worth[stars])]
    return np.concatenate([best, others[_heaviest(left[others], right[others], worth[others])]])


def _heaviest(left: Places, right: Places, worth: Floats) -> Places:
    """The rows of the heaviest assignment; a left record that gets nobody has a place of its own."""
    if not len(left):
        return np.zeros(0, np.int64)
    here, there = (np.unique(side, return_inverse=True)[1] for side in (left, right))
    lefts, rights = np.arange(here.max() + 1), there.max() + 1
    weights = np.append(worth, np.full(len(lefts), _NOBODY))
    edges = (np.append(here, lefts), np.append(there, rights + lefts))
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    chosen = min_weight_full_bipartite_matching(coo_array((weights, edges)).tocsr(), maximize=True)[1]
    kept: Mask = chosen[here] == there
    return np.flatnonzero(kept)
