"""What is assumed of the years to come: a file of params/outlook, each figure with its spread and reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qmcb import codes, paths
from qmcb.errors import InputError
from qmcb.fund import dated, parameters
from qmcb.fund.exact import Whole
from qmcb.fund.parameters import WrongParameter, parameter, whole

Real = NDArray[np.float64]

LEAST_AGE, MOST_AGE = 16, 110
_GROUPS = ("insured", "retirees", "entrants")
_SEX = {"men": "men", "women_workers": "women", "women_cadres": "women"}


@dataclass(frozen=True)
class Quantity:
    """A figure by year, as a ratio: its mean goes in straight lines between the years that are told.

    `spread` is the standard deviation of the paths around it, `persistence` the share of a deviation
    that is still there a year later, `common` the share of its variance that all counties have in common.
    `raw` is how the file tells it.
    """

    mean: Mapping[int, float]
    spread: float
    persistence: float
    common: float
    raw: Mapping[str, Any]

    def at(self, year: int) -> float:
        """The mean in a year; before the first and after the last that is told, theirs."""
        return float(np.interp(year, list(self.mean), list(self.mean.values())))


@dataclass(frozen=True)
class Gompertz:
    """Mortality that grows with age: `mode` is the age at which most die, `scale` its width, in years."""

    mode: float
    scale: float

    def hazard(self, ages: Whole) -> Real:
        """The hazard of a year of life, from each age to the next."""
        made: Real = np.exp((ages + 1 - self.mode) / self.scale) - np.exp((ages - self.mode) / self.scale)
        return made


def _number(raw: Any, least: float, most: float) -> float:
    if type(raw) not in (int, float) or not least <= raw <= most:
        raise WrongParameter(f"a number from {least:g} to {most:g}", raw)
    return float(raw)


def _item(raw: Any, *needs: str, may: tuple[str, ...] = ()) -> dict[str, Any]:
    """A figure of the file: what it needs and may have, and why: in a note, and for a page in Chinese."""
    if not isinstance(raw, dict) or not raw.keys() <= {*needs, *may, "reason", "note"}:
        raise WrongParameter(f"only {', '.join((*needs, *may, 'note', 'reason'))}", raw)
    if absent := [name for name in (*needs, "note") if name not in raw]:
        raise WrongParameter(f"also {', '.join(absent)}", f"{', '.join(map(str, raw)) or 'nothing'}")
    return raw


_ONCE, _YEARLY, _BY_COUNTY = ("spread",), ("spread", "persistence"), ("spread", "persistence", "common")


def _quantity(least: float, most: float, varies: tuple[str, ...] = ()) -> Callable[[Any], Quantity]:
    def read(raw: Any) -> Quantity:
        item = _item(raw, "mean", may=varies)
        mean = item["mean"] if isinstance(item["mean"], dict) else {2000: item["mean"]}
        if not mean or any(type(year) is not int for year in mean) or list(mean) != sorted(mean):
            raise WrongParameter("a mean, or means by year in order", mean)
        return Quantity(
            {year: _number(value, least, most) / 100 for year, value in mean.items()},
            _number(item.get("spread", 0), 0, 100) / 100,
            _number(item.get("persistence", 0), 0, 99) / 100,
            _number(item.get("common", 100), 0, 100) / 100,
            item,
        )

    return read


def _categories(raw: Any) -> Mapping[str, Real]:
    item = _item(raw, *_GROUPS)
    return {group: _shares(value) for group, value in item.items() if group in _GROUPS}


def _shares(raw: Any) -> Real:
    if not isinstance(raw, dict) or list(raw) != list(codes.PENSION_CATEGORY):
        raise WrongParameter(f"per cents of {', '.join(codes.PENSION_CATEGORY)}", raw)
    values = np.array([_number(value, 0, 100) for value in raw.values()])
    if values.sum() != 100:
        raise WrongParameter("per cents that sum to 100", raw)
    return values / 100


def _ages(raw: Any) -> Mapping[str, Real]:
    item = _item(raw, *_GROUPS)
    return {group: _weights(value) for group, value in item.items() if group in _GROUPS}


def _weights(raw: Any) -> Real:
    """The weight of each age from LEAST_AGE to MOST_AGE."""
    if not isinstance(raw, dict) or not raw or any(type(age) is not int for age in raw):
        raise WrongParameter("weights by age", raw)
    if list(raw) != sorted(raw) or min(raw) < LEAST_AGE or max(raw) > MOST_AGE:
        raise WrongParameter(f"ages in order from {LEAST_AGE} to {MOST_AGE}", list(raw))
    told = np.array([0.0, *(_number(value, 0, 1e9) for value in raw.values())])
    return told[np.searchsorted(list(raw), np.arange(LEAST_AGE, MOST_AGE + 1), side="right")]


def _mortality(raw: Any) -> Mapping[str, Gompertz]:
    item = _item(raw, "men", "women")
    laws = {}
    for sex in ("men", "women"):
        if not isinstance(item[sex], dict) or item[sex].keys() != {"mode", "scale"}:
            raise WrongParameter("mode and scale", item[sex])
        laws[sex] = Gompertz(_number(item[sex]["mode"], 50, 120), _number(item[sex]["scale"], 1, 30))
    return {category: laws[sex] for category, sex in _SEX.items()}


def _indexation(raw: Any) -> tuple[float, float]:
    item = _item(raw, "wages", "prices")
    return _number(item["wages"], 0, 200) / 100, _number(item["prices"], 0, 200) / 100


def _history(raw: Any) -> int:
    return whole("years", 1, 50)(_item(raw, "years")["years"])


@dataclass(frozen=True)
class Assumptions:
    """All that is assumed, under the names of codes.ASSUMPTION; ratios, not per cents.

    `categories` and `ages` by group (insured, retirees, entrants), `mortality` by category;
    `indexation` is the share of wage growth and of price growth.
    """

    categories: Mapping[str, Real] = parameter(_categories)
    ages: Mapping[str, Real] = parameter(_ages)
    mortality: Mapping[str, Gompertz] = parameter(_mortality)
    improvement: Quantity = parameter(_quantity(-10, 10, _ONCE))
    entry: Quantity = parameter(_quantity(0, 100, _BY_COUNTY))
    lapse: Quantity = parameter(_quantity(0, 90))
    wage_growth: Quantity = parameter(_quantity(-20, 30, _YEARLY))
    price_growth: Quantity = parameter(_quantity(-20, 30, _YEARLY))
    collection: Quantity = parameter(_quantity(0, 200, _BY_COUNTY))
    balance_return: Quantity = parameter(_quantity(0, 30, _YEARLY))
    indexation: tuple[float, float] = parameter(_indexation)
    new_pension: Quantity = parameter(_quantity(0, 300))
    coefficient: Quantity = parameter(_quantity(0, 100))
    history: int = parameter(_history)

    def changed(self, name: str, **values: Any) -> "Assumptions":
        """The same with mean, spread, persistence or common part of one figure replaced, as in the file.

        `assumptions.changed("wage_growth", mean=4)`. Raises `InputError` for what is not as expected.
        """
        old = getattr(self, name, None)
        if not isinstance(old, Quantity):
            raise InputError(f"one of {', '.join(self._quantities())}", name, "correct the name")
        try:
            read = parameters.of(Assumptions)[name].metadata["read"]
            return replace(self, **{name: read({**old.raw, **values})})
        except WrongParameter as error:
            raise InputError(f"{name} with {error.expected}", error.found, "correct it") from error

    def without_spread(self) -> "Assumptions":
        """The same with every path at its mean."""
        still: dict[str, Any] = {name: replace(each, spread=0.0) for name, each in self._quantities().items()}
        return replace(self, **still)

    def table(self) -> list[dict[str, str]]:
        """The figures that have a mean, as people read them: all of them assumed.

        Columns: assumption (label), mean, spread, persistence, common (text in per cent), status (label
        of codes.RULE_STATUS).
        """
        return [
            {
                "assumption": codes.ASSUMPTION[name],
                "mean": "；".join(
                    f"{year}年{value * 100:g}" if len(each.mean) > 1 else f"{value * 100:g}"
                    for year, value in each.mean.items()
                ),
                "spread": f"{each.spread * 100:g}",
                "persistence": f"{each.persistence * 100:g}",
                "common": f"{each.common * 100:g}",
                "status": codes.RULE_STATUS["assumed"],
            }
            for name, each in self._quantities().items()
        ]

    def _quantities(self) -> dict[str, Quantity]:
        told = {name: getattr(self, name) for name in codes.ASSUMPTION}
        return {name: each for name, each in told.items() if isinstance(each, Quantity)}


def load(name: str = "baseline", as_of: date | None = None, folder: Path = paths.OUTLOOK) -> Assumptions:
    """The assumptions of a file of params/outlook: its last version, or that of a day.

    Raises `InputError` for an unknown name, and with file and figure for one that is not as expected.
    """
    file = dated.load(name, folder)
    day = max(file.values) if as_of is None else file.effective(as_of)
    return dated.build(Assumptions, file, day, file.values[day], folder)
