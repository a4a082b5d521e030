"""Fellegi–Sunter weights, learnt by expectation–maximisation on counts of distinct patterns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qmcb.errors import InputError
from qmcb.linkage.compare import Patterns
from qmcb.linkage.engine import BaseClassifier
from qmcb.linkage.fields.base import MISSING, Levels

Floats = npt.NDArray[np.float64]
_ROUNDS = 500
_STILL = 1e-9
# What is known beforehand, so that a handful of records does not teach nonsense: as if so many matches
# had been seen with the levels to begin with, and so many random pairs without one of the rare levels.
KNOWN_MATCHES = 4.0
KNOWN_PAIRS = 1e6


@dataclass(frozen=True)
class Weights:
    """What each level of each field says: m of matches, u of random pairs, both by field.

    `matches` is the expected number of matches among `possible_pairs`.
    """

    levels: Mapping[str, tuple[str, ...]]
    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    matches: float
    possible_pairs: float
    silent: Mapping[int, int]

    @property
    def prior(self) -> float:
        """log2 odds that a random pair is a match."""
        return float(np.log2(max(self.matches, 1e-9) / max(self.possible_pairs - self.matches, 1.0)))

    def of(self, place: int) -> Floats:
        """log2 m/u of the levels of a field, by its place; 0 for a level that only repeats another field."""
        weights = np.log2(self.m[place] / self.u[place])
        if place in self.silent:
            weights[self.silent[place]] = 0.0
        return weights

    def log_odds(self, patterns: Levels) -> Floats:
        """log2 odds that a pair of each pattern is a match: prior plus Σ log2 m/u."""
        total = np.full(len(patterns), self.prior)
        for place in range(len(self.m)):
            total += self.of(place)[patterns[:, place]]
        return total

    def table(self) -> pd.DataFrame:
        """One row a field and level: field, level, m, u, weight (log2 m/u)."""
        rows = [
            (field, level, self.m[place][at], self.u[place][at], self.of(place)[at])
            for place, (field, levels) in enumerate(self.levels.items())
            for at, level in enumerate(levels)
        ]
        return pd.DataFrame(rows, columns=["field", "level", "m", "u", "weight"])

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain numbers and texts, for JSON."""
        told = {
            field: {level: [float(m), float(u)] for level, m, u in zip(levels, ms, us, strict=True)}
            for (field, levels), ms, us in zip(self.levels.items(), self.m, self.u, strict=True)
        }
        return {"matches": self.matches, "possible_pairs": self.possible_pairs, "fields": told}

    def reused(self, told: Mapping[str, Any]) -> "Weights":
        """These fields and levels with m and u as another run learnt them; matches scaled to these pairs."""
        fields = told.get("fields", {})
        known = {field: set(levels) for field, levels in fields.items()}
        if known != {field: set(levels) for field, levels in self.levels.items()}:
            raise InputError("weights of the same fields and levels", "others", "train them with this spec")
        try:
            m, u = (
                tuple(
                    np.array([float(fields[name][level][at]) for level in levels])
                    for name, levels in self.levels.items()
                )
                for at in (0, 1)
            )
            share = told["matches"] / told["possible_pairs"]
        except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError) as error:
            raise InputError(
                "weights as a run of qmcb link stores them", "others", "train them anew"
            ) from error
        if not all((shares > 0).all() for shares in (*m, *u)):
            raise InputError("weights with chances above 0", "0 or less", "train them anew")
        return replace(self, m=m, u=u, matches=max(share * self.possible_pairs, 1e-9))


class FellegiSunter(BaseClassifier):  # type: ignore[misc]  # recordlinkage has no types
    """Learns m and the number of matches, with u known from random pairs.

    recordlinkage's own ECM takes two levels a field, counts a missing value as disagreement and learns
    every u from candidate pairs, where agreement is common; hence this classifier of the same base
    class. u of the levels that are too rare for a sample and found whole among the candidates (`rare`,
    by field) is learnt too. 'Missing' is a level with a weight of its own: whoever has a right number
    is linked already, so that in the remainder a missing one speaks for. A level of `silent` says
    nothing that another field has not said.
    """

    def __init__(self, weights: Weights, rare: Mapping[int, Sequence[int]]) -> None:
        self.weights = weights
        self.rare = rare

    def learn(self, patterns: Patterns) -> Weights:
        """The weights after expectation–maximisation on these pairs; deterministic."""
        distinct, counts = patterns.distinct, patterns.counts
        now = replace(self.weights, matches=counts.sum() / 4)
        for _ in range(_ROUNDS):
            expected = _probability(now.log_odds(distinct)) * counts
            u = [shares.copy() for shares in now.u]
            for place, levels in self.rare.items():
                chance = np.bincount(distinct[:, place], weights=counts - expected, minlength=len(u[place]))
                seen = now.possible_pairs + KNOWN_PAIRS
                u[place][list(levels)] = (chance[list(levels)] + 0.5) / seen
            m = [
                _shares(distinct[:, place], expected, KNOWN_MATCHES * usual)
                for place, usual in enumerate(self.weights.m)
            ]
            matches = max(float(expected.sum()), 0.5)
            before, now = now, replace(now, m=tuple(m), u=tuple(u), matches=matches)
            if abs(now.matches - before.matches) < _STILL * max(before.matches, 1.0):
                break
        self.weights = now
        return now

    def _fit(self, comparison_vectors: Levels) -> None:
        distinct, which, counts = np.unique(
            comparison_vectors, axis=0, return_inverse=True, return_counts=True
        )
        self.learn(Patterns(distinct, which.astype(np.int32), counts))

    def _prob_match(self, comparison_vectors: Levels) -> Floats:
        return _probability(self.weights.log_odds(comparison_vectors))

    def _predict(self, comparison_vectors: Levels) -> npt.NDArray[np.int64]:
        return (self._prob_match(comparison_vectors) >= 0.5).astype(np.int64)


def random_agreement(
    patterns: Patterns, sizes: Sequence[int], equal: Mapping[int, tuple[int, float]]
) -> tuple[Floats, ...]:
    """u from the levels of random pairs: the share of each level.

    `equal` gives, by field, the level of equal values and how often two random records that both have
    a value have the same one, where that was counted: a sample holds too few of them.
    """
    found = []
    for place, size in enumerate(sizes):
        shares = _shares(patterns.distinct[:, place], patterns.counts, np.zeros(size))
        if place in equal:
            level, chance = equal[place]
            others = np.delete(np.arange(size), [MISSING, level])
            rest = 1.0 - shares[MISSING]
            shares[level] = min(max(rest * chance, 1e-12), rest / 2)
            shares[others] *= (rest - shares[level]) / shares[others].sum()
        found.append(shares)
    return tuple(found)


def start(levels: Mapping[str, tuple[str, ...]], u: tuple[Floats, ...], possible_pairs: float,
          silent: Mapping[int, int]) -> Weights:  # fmt: skip
    """Weights to begin with: each level above the lowest two three times as likely as the one below."""
    m = []
    for shares in u:
        rising = np.append(1.0, 3.0 ** np.arange(len(shares) - 1))
        m.append(rising / rising.sum())
    return Weights(levels, tuple(m), u, 1.0, max(possible_pairs, 1.0), silent)


def _shares(levels: Levels, weight: npt.NDArray[Any], known: Floats) -> Floats:
    """Share of each level, with what is `known` of it beforehand and one half of a case added to each."""
    counts = np.bincount(levels, weights=weight, minlength=len(known)) + known + 0.5
    shares: Floats = counts / counts.sum()
    return shares


def _probability(log_odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp2(-np.clip(log_odds, -1000, 1000)))
