"""Fairness against the region's cost: the schemes of one form that no other of it beats in both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import differential_evolution

from qmcb.errors import InputError
from qmcb.fund import assessment, bound, outcome, sharing
from qmcb.fund.accounts import Accounts
from qmcb.fund.bound import Burdens
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.ledger import Fund
from qmcb.fund.outcome import Outcome
from qmcb.fund.scheme import Scheme, Terms
from qmcb.fund.space import Place, Space

YEARS = 3
_POPULATION = 24
_GENERATIONS = 12


class Search:
    """What was found out about places of a space; nothing is computed twice."""

    def __init__(self, accounts: Accounts, coefficient: Whole | None, space: Space) -> None:
        self.accounts, self.coefficient, self.space = accounts, coefficient, space
        self._seen: dict[Place, Outcome] = {}
        self._kept: dict[Place, float] = {}

    def outcome(self, place: Place) -> Outcome:
        if place not in self._seen:
            terms = self.space.at(place)
            self._seen[place] = outcome.outcome(self.accounts, terms, self.coefficient)
        return self._seen[place]

    def kept(self, place: Place) -> float:
        if place not in self._kept:
            terms, of = self.space.at(place), self.space.of / PPM
            self._kept[place] = outcome.kept(self.accounts, terms, self.coefficient, of)
        return self._kept[place]

    def allowed(self, place: Place) -> bool:
        return self.kept(place) >= self.space.kept / PPM

    def front(self) -> list[Place]:
        """The allowed places seen of which no other is at most as dear and less unequal; cheapest first."""
        made: list[Place] = []
        for place in sorted(self._seen, key=lambda each: (self._seen[each].cost, self._seen[each].gini, each)):
            if (not made or self._seen[place].gini < self._seen[made[-1]].gini) and self.allowed(place):
                made.append(place)
        return made

    def best(self, budget: float, rng: np.random.Generator) -> Place:
        """The place of least inequality within a budget that keeps the floor, by differential evolution.

        Where there is none, one that is nearest to both.
        """

        def energy(at: NDArray[np.float64]) -> float:
            place = tuple(int(each) for each in np.rint(at))
            found = self.outcome(place)
            if found.cost > budget:
                return 2 + (found.cost - budget) / (budget + 1)
            if not self.allowed(place):
                return 1 + self.space.kept / PPM - self.kept(place)
            return found.gini

        most = np.array(self.space.most)
        started = rng.integers(0, most + 1, (_POPULATION, len(most)))
        known = [place for place in self.front() if self.outcome(place).cost <= budget][-_POPULATION // 3:]
        for row, place in enumerate([*known, self.space.today, self.space.least]):
            started[row] = place
        found = differential_evolution(
            energy,
            [(0, top) for top in most],
            init=started,
            integrality=[True] * len(most),
            maxiter=_GENERATIONS,
            polish=False,
            rng=rng,
        )
        return tuple(int(each) for each in np.rint(found.x))
