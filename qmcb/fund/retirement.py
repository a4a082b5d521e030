"""When people retire, for how long they have to pay before, and what is due: the rules in force on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qmcb import codes, paths
from qmcb.errors import InputError
from qmcb.fund import dated, parameters
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.parameters import parameter, whole

Real = NDArray[np.float64]

_AGE, _PAID = whole("years", 16, 110), whole("months", 0, 600)


@dataclass(frozen=True)
class Age:
    """A statutory age in years; where it rises, by a month for every `month_every` months, to `until`."""

    age: int = parameter(_AGE)
    until: int | None = parameter(_AGE, None)
    month_every: int = parameter(whole("months", 1, 120), 1)

    def reached(self, effective: date, born: Whole, years: Whole) -> Real:
        """The share of those born in a year who are past the age at the end of a year: (born, years).

        Births are spread evenly over the months. The rise counts from the month `effective` on, by
        the month in which the old age is reached: the first of them wait one month.
        """
        months = born[:, None] * 12 + np.arange(12)
        old = months + self.age * 12
        since = old - (effective.year * 12 + effective.month - 1)
        most = 0 if self.until is None else (self.until - self.age) * 12
        late = np.where(since >= 0, np.minimum(since // self.month_every + 1, most), 0)
        passed = (old + late)[:, :, None] <= years * 12 + 11
        share: Real = passed.mean(axis=1)
        return share


@dataclass(frozen=True)
class MinimumYears:
    """Months of contributions before a pension; where they rise, by `months_a_year` from `from_year` on."""

    months: int = parameter(_PAID)
    until: int | None = parameter(_PAID, None)
    months_a_year: int = parameter(whole("months", 1, 12), 1)
    from_year: int = parameter(whole("a year", 1949, 2100), 2100)

    def at(self, years: Whole) -> Whole:
        """The minimum in each year, in months."""
        risen = np.maximum(years - self.from_year + 1, 0) * self.months_a_year
        most = 0 if self.until is None else self.until - self.months
        made: Whole = self.months + np.minimum(risen, most)
        return made


@dataclass(frozen=True)
class Rate:
    """What employer and worker pay together of the base, in millionths."""

    percent: int = parameter(parameters.percent)


@dataclass(frozen=True)
class Rules:
    """The rules of pensions that are in force on a day, with what they say of later years.

    `ages` by codes.PENSION_CATEGORY, in force from `effective` on; `rates` by their dates.
    """

    as_of: date
    effective: date
    ages: Mapping[str, Age]
    minimum: MinimumYears
    rates: Mapping[date, Rate]

    def reached(self, born: Whole, years: Whole) -> Real:
        """The share of each sex and post past its age at the end of each year: (categories, born, years)."""
        ages = (self.ages[category] for category in codes.PENSION_CATEGORY)
        return np.stack([age.reached(self.effective, born, years) for age in ages])

    def rate(self, year: int) -> float:
        """The share of the base that is due in a year: the mean of its months, as known on `as_of`."""
        days = [min(date(year, month, 1), self.as_of) for month in range(1, 13)]
        begun = [[rate.percent for begins, rate in self.rates.items() if begins <= day] for day in days]
        if not all(begun):
            first = min(self.rates)
            raise InputError(f"a year from {first} on", str(year), "begin later, or add the earlier rate")
        return sum(rates[-1] for rates in begun) / 12 / PPM


def load(as_of: date, folder: Path = paths.PENSION) -> Rules:
    """The rules in force on a day: what is decided later is not known to them. Source: params/pension.

    Raises `InputError` where none is in force, and with the field for a file that is not as expected.
    """
    ages, minimum, rates = (
        dated.load(name, folder) for name in ("retirement_age", "minimum_years", "contribution_rate")
    )
    effective, since = ages.effective(as_of), minimum.effective(as_of)
    told = ages.values[effective]
    if told.keys() != codes.PENSION_CATEGORY.keys():
        where = f"{folder.name}/{ages.name}.yaml, {effective}"
        raise dated.broken(where, f"{', '.join(codes.PENSION_CATEGORY)}", ", ".join(told))
    return Rules(
        as_of,
        effective,
        {category: dated.build(Age, ages, effective, raw, folder) for category, raw in told.items()},
        dated.build(MinimumYears, minimum, since, minimum.values[since], folder),
        {day: dated.build(Rate, rates, day, raw, folder) for day, raw in rates.values.items()},
    )
