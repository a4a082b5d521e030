"""Weighing what is not certain: candidates, their levels, weights learnt from them, and rarity."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from qmcb.linkage import keys
from qmcb.linkage.candidates import Candidates
from qmcb.linkage.certain import Pairs
from qmcb.linkage.compare import Comparison, Patterns
from qmcb.linkage.fields.base import Field
from qmcb.linkage.fields.date import Birth, DateField
from qmcb.linkage.keys import Keys, Places
from qmcb.linkage.side import Side
from qmcb.linkage.spec import Spec
from qmcb.linkage.weigh import FellegiSunter, Floats, Weights, random_agreement, start

_SAMPLE, _SHIFTS = 4_000, 12  # random pairs: so many records of each side twice, each with so many others
_COUNTED = 200_000  # records of each side among which equal values are counted
_FACTORS = np.random.default_rng(1984).integers(1, 2**63, 64, dtype=np.uint64) | np.uint64(1)
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
    found: Candidates, left: Side, right: Side, comparison: Comparison, beginning: Weights, spec: Spec
) -> Weighed:
    """Compare the candidates and weigh them, by weights learnt from them."""
    patterns = comparison.patterns(found.pairs, left, right)
    weights = FellegiSunter(beginning, rare(comparison, spec)).learn(patterns)
    return _weighed(found, left, right, comparison, patterns, weights)


def weigh_as_before(
    found: Candidates,
    left: Side,
    right: Side,
    comparison: Comparison,
    beginning: Weights,
    trained: Mapping[str, Any],
) -> Weighed:
    """Compare the candidates and weigh them, by weights of an earlier run (`Weights.to_dict`)."""
    patterns = comparison.patterns(found.pairs, left, right)
    return _weighed(found, left, right, comparison, patterns, beginning.reused(trained))


def _weighed(
    found: Candidates, left: Side, right: Side, comparison: Comparison, patterns: Patterns, weights: Weights
) -> Weighed:
    rarity = _rarity(found.pairs, left, right, comparison, patterns, weights)
    return Weighed(left, right, found, comparison, patterns, weights, rarity)


def _chance(one: Field, left: Side, right: Side) -> float:
    """How often two records with a value in a field have the same one, counted among many of each side."""
    drawn = [_drawn(side, _SALTS[0], _COUNTED) for side in (left, right)]
    values, others = (
        keys.mixed(_values(side, one.name)[places]) for side, places in zip((left, right), drawn, strict=True)
    )
    possible = float(np.count_nonzero(values)) * np.count_nonzero(others)
    equal = keys.chance(values, others) * possible
    if left is right:  # not counting each record with itself
        size = np.count_nonzero(values)
        possible, equal = possible - size, equal - size
    return (equal + 0.5) / (possible + 1.0)


def _values(side: Side, facet: str) -> Keys:
    return cast(Keys, side.facets[facet])


def beginning(left: Side, right: Side, comparison: Comparison, spec: Spec) -> Weights:
    """Weights before training: u from random pairs, and of equal values from counts unless `rare`."""
    learnt = rare(comparison, spec)
    patterns = comparison.patterns(_random_pairs(left, right), left, right)
    equal = {
        at: (int(one.equal), _chance(one, left, right))
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


def _random_pairs(left: Side, right: Side) -> Pairs:
    """Pairs of records drawn by their contents, so that neither order nor side matters.

    The two sides are drawn apart, by different salts, so that the pairs are not the same people.
    """
    (left_one, left_other), (right_one, right_other) = (
        [_drawn(side, salt, _SAMPLE) for salt in _SALTS] for side in (left, right)
    )
    if not len(left_one) or not len(right_one):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at = np.tile(np.arange(_SAMPLE), _SHIFTS)
    shifted = at + np.repeat(np.arange(1, _SHIFTS + 1), _SAMPLE)
    here = np.append(left_one[at % len(left_one)], left_other[shifted % len(left_other)])
    there = np.append(right_other[shifted % len(right_other)], right_one[at % len(right_one)])
    apart = here != there if left is right else np.ones(len(here), np.bool_)
    return here[apart], there[apart]


def _drawn(side: Side, salt: np.uint64, most: int) -> Places:
    """Places of some records, drawn by all that their keys hold, in an order that only contents decide."""
    contents = np.full(len(side), salt)
    for facet, factor in zip(side.keys(), _FACTORS, strict=False):
        contents += _values(side, facet) * factor
    drawn = keys.mixed(contents)
    places = np.argpartition(drawn, most)[:most] if len(side) > most else np.arange(len(side))
    chosen: Places = places[np.argsort(drawn[places], kind="stable")]
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
    pairs: Pairs, left: Side, right: Side, comparison: Comparison, patterns: Patterns, weights: Weights
) -> Floats:
    """log2 of how much rarer equal values are, on both sides, than equal values are on average."""
    rarity = np.zeros(len(pairs[0]))
    for at, one in enumerate(comparison.fields):
        if not one.telling_when_rare:
            continue
        equal = np.flatnonzero((patterns.distinct[:, at] == one.equal)[patterns.which])
        shared = _values(left, one.name)[pairs[0][equal]]
        average = weights.u[at][one.equal]
        for side in (left, right):
            share = keys.occurrences(shared, _values(side, one.name)) / max(len(side), 1)
            rarity[equal] += np.log2(average / share) / 2
    return rarity
