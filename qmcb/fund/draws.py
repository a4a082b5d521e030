"""Random paths: every figure, year and county has a stream of its own, the same for all schemes."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qmcb.fund.assumptions import Assumptions, Quantity

Real = NDArray[np.float64]

# The streams in an order that stays: a number here is part of what a seed means.
_STREAMS = ("improvement", "entry", "wage_growth", "price_growth", "collection", "balance_return")
_BY_COUNTY = ("entry", "collection")
_EVERYWHERE = "0"
_ONCE = 3.0  # standard deviations beyond which a figure that is drawn once does not go


def normal(seed: int, name: str, year: int, code: str, count: int) -> Real:
    """`count` standard normal deviates of one figure, year and county, each with its mirror image after it.

    They hang on nothing else: not on other counties, nor on how many are drawn after them.
    """
    key = np.random.SeedSequence((seed, _STREAMS.index(name), year, int(code)))
    half = np.random.default_rng(key).standard_normal((count + 1) // 2)
    return np.stack([half, -half], axis=-1).reshape(-1)[:count]


@dataclass
class Draws:
    """Paths of all that varies, year after year: arrays (draws,) or, by county, (draws, regions).

    A deviation keeps `persistence` of itself from year to year and is renewed so that its spread settles;
    it begins at 0 in the base year. By county, a part of it is `common` to all counties.
    """

    told: Assumptions
    regions: tuple[str, ...]
    count: int
    seed: int
    _deviation: dict[str, Real] = field(default_factory=dict)

    def improvement(self) -> Real:
        """The yearly fall of mortality of each path, drawn once."""
        figure = self.told.improvement
        if not figure.spread:
            return np.full(1, figure.at(0))
        drawn = normal(self.seed, "improvement", 0, _EVERYWHERE, self.count)
        return figure.at(0) + figure.spread * np.clip(drawn, -_ONCE, _ONCE)

    def levels(self) -> Real:
        """Falls of mortality between which every path lies."""
        figure = self.told.improvement
        sides = np.linspace(-_ONCE, _ONCE, 7) if figure.spread else np.zeros(1)
        return figure.at(0) + figure.spread * sides

    def deviation(self, name: str, year: int) -> Real:
        """How far each path is from the mean in a year; years have to be asked for in order, each once."""
        figure: Quantity = getattr(self.told, name)
        if not figure.spread:
            return np.zeros((1, 1) if name in _BY_COUNTY else 1)
        drawn = self._drawn(name, year, figure.common)
        renewed = figure.spread * np.sqrt(1 - figure.persistence**2) * drawn
        self._deviation[name] = figure.persistence * self._deviation.get(name, 0) + renewed
        return self._deviation[name]

    def _drawn(self, name: str, year: int, common: float) -> Real:
        everywhere = normal(self.seed, name, year, _EVERYWHERE, self.count)
        if name not in _BY_COUNTY:
            return everywhere
        own = np.stack([normal(self.seed, name, year, code, self.count) for code in self.regions], axis=-1)
        made: Real = np.sqrt(common) * everywhere[:, None] + np.sqrt(1 - common) * own
        return made
