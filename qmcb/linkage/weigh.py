"""Fellegi–Sunter weights, learnt by expectation–maximisation on counts of distinct patterns."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from recordlinkage.base import BaseClassifier

Floats = npt.NDArray[np.float64]
_ROUNDS = 200
_STILL = 1e-7


class FellegiSunter(BaseClassifier):  # type: ignore[misc]  # recordlinkage has no types
    """Match probability of agreement levels, each feature's level weighed by m and u.

    `u`, how often two random records agree at a level, is given (from random pairs); m and the
    number of matches are learnt, and so is u of the levels that are too rare for a sample and found
    whole among the candidates (`rare`, by feature). recordlinkage's own ECM takes two levels a
    feature, counts a missing value as disagreement and learns every u from candidate pairs, where
    agreement is common; hence this classifier of the same base class. 'Missing' is a level with a
    weight of its own: whoever has a right number is linked already, so that in the remainder a
    missing one speaks for. A level of `silent` says nothing that another feature has not said.
    """

    def __init__(
        self,
        u: Sequence[Floats],
        possible_pairs: float,
        rare: Mapping[int, Sequence[int]] = MappingProxyType({}),
        silent: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        self.u = tuple(shares.copy() for shares in u)
        self.possible_pairs = max(possible_pairs, 1.0)
        self.rare = rare
        self.silent = silent
        self.m: tuple[Floats, ...] = tuple(_start(len(shares)) for shares in self.u)
        self.matches = 0.0

    def _fit(self, comparison_vectors: npt.NDArray[np.int8]) -> None:
        patterns, counts = np.unique(comparison_vectors, axis=0, return_counts=True)
        self.matches = counts.sum() / 4
        for _ in range(_ROUNDS):
            expected = _probability(self._weights(patterns)) * counts
            before, self.matches = self.matches, float(expected.sum())
            self.m = tuple(_shares(patterns[:, f], expected, len(shares)) for f, shares in enumerate(self.u))
            for feature, levels in self.rare.items():
                chance = np.bincount(
                    patterns[:, feature], weights=counts - expected, minlength=len(self.u[feature])
                )
                self.u[feature][levels] = (chance[levels] + 0.5) / self.possible_pairs
            if abs(self.matches - before) < _STILL * max(before, 1.0):
                break

    def _weights(self, patterns: npt.NDArray[np.int8]) -> Floats:
        """log2 odds of a match: prior plus Σ log2 m/u."""
        prior = np.log2(max(self.matches, 1e-9) / max(self.possible_pairs - self.matches, 1.0))
        total = np.full(len(patterns), prior)
        for feature, (m, u) in enumerate(zip(self.m, self.u, strict=True)):
            weights = np.log2(m / u)
            if feature in self.silent:
                weights[self.silent[feature]] = 0.0
            total += weights[patterns[:, feature]]
        return total

    def log_odds(self, comparison_vectors: npt.NDArray[np.int8]) -> Floats:
        """log2 odds that each pair is a match."""
        return self._weights(comparison_vectors)

    def _prob_match(self, comparison_vectors: npt.NDArray[np.int8]) -> Floats:
        return _probability(self._weights(comparison_vectors))

    def _predict(self, comparison_vectors: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
        return (self._prob_match(comparison_vectors) >= 0.5).astype(np.int64)

    def table(self, levels: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
        """One row a feature and level: feature, level, m, u, weight (log2 m/u)."""
        return [
            {
                "feature": feature,
                "level": level,
                "m": float(m[i]),
                "u": float(u[i]),
                "weight": float(np.log2(m[i] / u[i])),
            }
            for (feature, names), m, u in zip(levels.items(), self.m, self.u, strict=True)
            for i, level in enumerate(names)
        ]


def random_agreement(levels: npt.NDArray[np.int8], sizes: Sequence[int]) -> tuple[Floats, ...]:
    """u from the levels of random pairs: the share of each level."""
    ones = np.ones(len(levels))
    return tuple(_shares(levels[:, f], ones, size) for f, size in enumerate(sizes))


def _shares(levels: npt.NDArray[np.int8], weight: Floats, size: int) -> Floats:
    """Share of each level, one half of a case added to each."""
    counts = np.bincount(levels, weights=weight, minlength=size) + 0.5
    shares: Floats = counts / counts.sum()
    return shares


def _start(size: int) -> Floats:
    """m to begin with: each better level above the lowest two three times as likely as the one below it."""
    shares: Floats = np.append(1.0, 3.0 ** np.arange(size - 1))
    shares /= shares.sum()
    return shares


def _probability(log_odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp2(-np.clip(log_odds, -1000, 1000)))
