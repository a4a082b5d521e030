"""A search of a space of schemes for those that no other beats both in cost and in equality."""

from itertools import product
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import differential_evolution

from qmcb.errors import InputError
from qmcb.fund import objectives, sharing
from qmcb.fund.accounts import Accounts
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.objectives import Objectives
from qmcb.fund.space import Place, Space

_POPULATION = 16
_GENERATIONS = 12
_LEVERS_AT_ONCE = 2


class Search:
    """What is known of the places of a space, over accounts (years, regions); each is computed once."""

    def __init__(self, accounts: Accounts, coefficient: Whole | None, space: Space) -> None:
        self.accounts, self.coefficient, self.space = accounts, coefficient, space
        self._objectives: dict[Place, Objectives] = {}
        self._kept: dict[Place, float] = {}

    def __len__(self) -> int:
        """How many places were seen."""
        return len(self._objectives)

    def __getitem__(self, place: Place) -> Objectives:
        """The objectives at a place."""
        if place not in self._objectives:
            shares = sharing.share(self.accounts, self.space.at(place), coefficient=self.coefficient)
            self._objectives[place] = Objectives.of(shares, self.accounts)
        return self._objectives[place]

    def kept(self, place: Place) -> float:
        """What stays of one more yuan collected, on which the floor is."""
        if place not in self._kept:
            terms = self.space.at(place)
            self._kept[place] = objectives.kept(self.accounts, terms, self.coefficient, self.space.of)
        return self._kept[place]

    def keeps_floor(self, place: Place) -> bool:
        return self.kept(place) >= self.space.kept / PPM

    def front(self) -> list[Place]:
        """Of the places seen that keep the floor those that no other beats, the cheapest first."""
        made: list[Place] = []
        for place in sorted(self._objectives, key=lambda each: (self[each], each)):
            if (not made or self[place].gini < self[made[-1]].gini) and self.keeps_floor(place):
                made.append(place)
        return made

    def run(self, seed: int = 0) -> list[Place]:
        """The front after the whole search: one budget below the other, then every near place.

        Raises `InputError` where no place was found that keeps the floor.
        """
        rng = np.random.default_rng(seed)
        best = self.best(inf, rng)
        if not self.keeps_floor(best):
            expected = f"a floor that some parameters in {self.space.name} keep"
            found = f"{self.space.kept / PPM:.2%} to be kept, at most {max(self._kept.values()):.2%} found"
            raise InputError(expected, found, "lower the floor, or let the levers move further")
        step = max(self[best].cost // self.space.budgets, 1)
        budget = self[best].cost - 1
        while budget >= 0:
            best = self.best(budget, rng)
            if self[best].cost > budget or not self.keeps_floor(best):
                break
            budget = min(self[best].cost - 1, budget - step)
        self._look_around()
        return self.front()

    def best(self, budget: float, rng: np.random.Generator) -> Place:
        """The place of least inequality that keeps budget and floor, by differential evolution.

        Where none is found, one that is near to keeping them: a Gini coefficient is below 1, so whatever
        breaks the floor counts more, and what breaks the budget more than that.
        """

        def energy(at: NDArray[np.float64]) -> float:
            place = _whole(at)
            if self[place].cost > budget:
                return 2 + (self[place].cost - budget) / (budget + 1)
            if not self.keeps_floor(place):
                return 1 + self.space.kept / PPM - self.kept(place)
            return self[place].gini

        known = [place for place in self.front() if self[place].cost <= budget][-_POPULATION // 4 :]
        start = rng.integers(0, np.array(self.space.most) + 1, (_POPULATION, len(self.space.most)))
        for row, place in enumerate([self.space.today, self.space.least, *known]):
            start[row] = place
        found = differential_evolution(
            energy,
            [(0, most) for most in self.space.most],
            init=start,
            integrality=[True] * len(self.space.most),
            maxiter=_GENERATIONS,
            polish=False,
            rng=rng,
        )
        return _whole(found.x)

    def _look_around(self) -> None:
        """See all places a step or two from the front, until none of them is on it."""
        done: set[Place] = set()
        while near := [place for place in self.front() if place not in done]:
            for place in near:
                for other in self._neighbours(place):
                    self[other]
            done.update(near)

    def _neighbours(self, place: Place) -> list[Place]:
        """The places at which one lever or two stand a step elsewhere."""
        reach = [
            range(max(at - 1, 0), min(at + 1, most) + 1)
            for at, most in zip(place, self.space.most, strict=True)
        ]
        return [other for other in product(*reach) if _moved(other, place) <= _LEVERS_AT_ONCE]


def _moved(one: Place, other: Place) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _whole(at: NDArray[np.float64]) -> Place:
    return tuple(int(each) for each in np.rint(at))
