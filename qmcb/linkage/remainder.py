"""Weighing what is not certain: candidates, their levels, weights learnt from them, and rarity."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, cast

import numpy as np

from qmcb.linkage import keys, side
from qmcb.linkage.candidates import Candidates
from qmcb.linkage.compare import Comparison, Patterns
from qmcb.linkage.fields.base import Facet
from qmcb.linkage.fields.date import Birth, DateField
from qmcb.linkage.keys import Keys, Pairs, Places
from qmcb.linkage.side import Rest, Side
from qmcb.linkage.spec import Spec
from qmcb.linkage.weigh import FellegiSunter, Floats, Weights, random_agreement, start

_SAMPLE, _SHIFTS = 4_000, 12  # random pairs: so many records of each side twice, each with so many others
_COUNTED = 200_000  # records of each side among which equal values are counted
_SALTS = (np.uint64(0x5851F42D4C957F2D), np.uint64(0x14057B7EF767814F))


@dataclass(frozen=True)
class Weighed:
    """The remainder of both sides, pair by pair: who found a pair, its levels, weights and rarity (log2)."""

    left: Side
    right: Side
    found: Candidates
    comparison: Comparison
    patterns: Patterns
    weights: Weights
    rarity: Floats

    @cached_property
    def log_odds(self) -> Floats:
        """log2 odds of each pair: those of its pattern, and what the rarity of equal values adds."""
        odds: Floats = self.weights.log_odds(self.patterns.distinct)[self.patterns.which] + self.rarity
        return odds


def weigh(
    found: Candidates,
    sides: tuple[Side, Side],
    rest: tuple[Rest, Rest],
    comparison: Comparison,
    beginning: Weights,
    spec: Spec,
    trained: Mapping[str, Any] | None,
) -> Weighed:
    """Compare the candidates and weigh them, by weights learnt from them or `trained` by an earlier run."""
    patterns = comparison.patterns(found.pairs, *sides)
    if trained is None:
        weights = FellegiSunter(beginning, rare(comparison, spec)).learn(patterns)
    else:
        weights = beginning.reused(trained)
    rarity = _rarity(found.pairs, sides[0], rest, comparison, patterns, weights)
    return Weighed(*sides, found, comparison, patterns, weights, rarity)


def beginning(left: Rest, right: Rest, comparison: Comparison, spec: Spec) -> Weights:
    """Weights before training: u from random pairs, and of equal values from counts unless `rare`."""
    learnt = rare(comparison, spec)
    patterns = _random_patterns(left, right, comparison, spec)
    counted = [_counted(left, spec)]
    counted.append(counted[0] if left is right else _counted(right, spec))
    equal = {
        at: (int(one.equal), _chance(*(_values(blocks, one.name) for blocks in counted), same=left is right))
        for at, one in enumerate(comparison.fields)
        if one.equal not in learnt.get(at, ())
    }
    u = random_agreement(patterns, comparison.sizes, equal)
    levels = {one.name: tuple(level.name.lower() for level in one.kinds) for one in comparison.fields}
    silent = {
        at: int(Birth.IMPLIED) for at, one in enumerate(comparison.fields) if isinstance(one, DateField)
    }
    possible = len(left) * (len(left) - 1) / 2 if left is right else float(len(left)) * len(right)
    return start(levels, u, possible, silent)


def _counted(rest: Rest, spec: Spec) -> Sequence[Mapping[str, Facet]]:
    """Many records with what passes look for, block by block."""
    return list(side.keyed(rest.known, _drawn(rest, _SALTS[0], _COUNTED), spec))


def _values(blocks: Sequence[Mapping[str, Facet]], name: str) -> Keys:
    return np.concatenate([side.key(block, name) for block in blocks]).astype(np.uint64, copy=False)


def _chance(values: Keys, others: Keys, *, same: bool) -> float:
    """How often two records with a value in a field have the same one."""
    possible = float(np.count_nonzero(values)) * np.count_nonzero(others)
    equal = keys.chance(values, others) * possible
    if same:  # not counting each record with itself
        size = np.count_nonzero(values)
        possible, equal = possible - size, equal - size
    return (equal + 0.5) / (possible + 1.0)


def _random_patterns(left: Rest, right: Rest, comparison: Comparison, spec: Spec) -> Patterns:
    """Patterns of pairs of records drawn by their contents, so that neither order nor side matters.

    The two sides are drawn apart, by different salts, so that the pairs are not the same people.
    """
    (left_one, left_other), (right_one, right_other) = (
        [_drawn(rest, salt, _SAMPLE) for salt in _SALTS] for rest in (left, right)
    )
    here, there = (np.zeros(0, np.int64),) * 2
    if len(left_one) and len(right_one):
        at = np.tile(np.arange(_SAMPLE), _SHIFTS)
        shifted = at + np.repeat(np.arange(1, _SHIFTS + 1), _SAMPLE)
        here = np.append(left_one[at % len(left_one)], left_other[shifted % len(left_other)])
        there = np.append(right_other[shifted % len(right_other)], right_one[at % len(right_one)])
    if left is right:
        apart = here != there
        here, there = here[apart], there[apart]
    drawn = [np.unique(places) for places in (here, there)]
    sides = (side.detailed(one.known, places, spec) for one, places in zip((left, right), drawn, strict=True))
    pairs = np.searchsorted(drawn[0], here), np.searchsorted(drawn[1], there)
    return comparison.patterns(pairs, *sides)


def _drawn(rest: Rest, salt: np.uint64, most: int) -> Places:
    """Places of some records, drawn by all that was sent of them, in an order that only contents decide."""
    drawn = keys.mixed(rest.contents + salt)
    places = keys.least(drawn, most)
    chosen: Places = rest.places[places[np.argsort(drawn[places], kind="stable")]]
    return chosen


def rare(comparison: Comparison, spec: Spec) -> dict[int, list[int]]:
    """Levels whose chance is learnt among the candidates, by field.

    They are the ones that a kind names, and equality where a pass looks for nothing else and so finds
    all of it.
    """
    alone = {one.same[0] for one in spec.passes.values() if len(one.same) == 1 and not one.any}
    found: dict[int, list[int]] = {}
    for at, one in enumerate(comparison.fields):
        levels = [*one.rare, *([int(one.equal)] if one.name in alone else [])]
        if levels:
            found[at] = levels
    return found


def _rarity(
    pairs: Pairs,
    left: Side,
    rest: tuple[Rest, Rest],
    comparison: Comparison,
    patterns: Patterns,
    weights: Weights,
) -> Floats:
    """log2 of how much rarer equal values are, on both sides, than equal values are on average."""
    rarity = np.zeros(len(pairs[0]))
    for at, one in enumerate(comparison.fields):
        if not one.telling_when_rare:
            continue
        equal = np.flatnonzero((patterns.distinct[:, at] == one.equal)[patterns.which])
        shared = cast(Keys, left.facets[one.name])[pairs[0][equal]]
        average = weights.u[at][one.equal]
        with ThreadPoolExecutor(2) as pool:
            for share in pool.map(partial(_share, shared, one.name), rest):
                rarity[equal] += np.log2(average / share) / 2
    return rarity


def _share(wanted: Keys, name: str, rest: Rest) -> Floats:
    """How large a share of the rest has each of the keys in a field."""
    values = cast(Keys, rest.known.facets[name])[rest.places]
    share: Floats = keys.occurrences(wanted, values) / max(len(rest), 1)
    return share
