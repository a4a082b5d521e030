"""Months counted from year 0, and the period as of which the province is shown."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from qmcb.errors import InputError

Months = NDArray[np.int64]
Days = NDArray[np.datetime64]

_EPOCH = 1970 * 12
FIRST_YEAR, LAST_YEAR = 2016, 2035


def month(year: int, of_year: int = 1) -> int:
    """Index of a month: 12 × year + month − 1."""
    return year * 12 + of_year - 1


def months_of(days: Days) -> Months:
    """Index of the month in which each day lies."""
    return days.astype("datetime64[M]").astype(np.int64) + _EPOCH


def first_days(months: Months) -> Days:
    """First day of each month."""
    return cast(Days, (months - _EPOCH).astype("datetime64[M]").astype("datetime64[D]"))


def yyyymm(months: Months) -> Months:
    """Months as offices write them: 202406."""
    return months // 12 * 100 + months % 12 + 1


@dataclass(frozen=True)
class Clock:
    """The period: `month` is its index, `last_day` its last day."""

    month: int
    last_day: np.datetime64

    @classmethod
    def at(cls, period: str) -> "Clock":
        """The clock of a period written 2024-06."""
        year, _, of_year = period.partition("-")
        todo = f"give one from {FIRST_YEAR}-01 to {LAST_YEAR}-12"
        if not (len(year) == 4 and len(of_year) == 2 and (year + of_year).isdecimal()):
            raise InputError("a period as YYYY-MM", repr(period), todo)
        if not (FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(of_year) <= 12):
            raise InputError("a period the sample can show", repr(period), todo)
        index = month(int(year), int(of_year))
        return cls(index, first_days(np.array([index + 1]))[0] - np.timedelta64(1, "D"))

    @property
    def year(self) -> int:
        return self.month // 12

    def full_years(self, births: Days) -> Months:
        """Age in full years on the last day of the period."""
        months = self.month - months_of(births)
        day = (births - births.astype("datetime64[M]")).astype(np.int64)
        last = (self.last_day - self.last_day.astype("datetime64[M]")).astype(np.int64)
        return cast(Months, (months - (day > last)) // 12)
