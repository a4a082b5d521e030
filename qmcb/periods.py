"""Months, the unit in which enrolment is counted and reports are made."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from qmcb.errors import InputError

_FORMS = re.compile(r"([0-9]{4})(?:-?([0-9]{2})|年([0-9]{1,2})月)")
_YEARS = range(1949, 2101)


@dataclass(frozen=True, order=True)
class Period:
    """One month between 1949-01 and 2100-12; earlier months are smaller."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if self.year not in _YEARS or not 1 <= self.month <= 12:
            raise InputError(
                f"a month between {_YEARS[0]}-01 and {_YEARS[-1]}-12",
                f"year {self.year}, month {self.month}",
                "give another month",
            )

    @classmethod
    def parse(cls, text: object) -> "Period":
        """The month written as 2024-06, 202406 or 2024年6月; InputError for anything else."""
        found = _FORMS.fullmatch(str(text))
        if found is None:
            raise InputError("a month such as 2024-06", repr(text), "write year and month as YYYY-MM")
        return cls(int(found[1]), int(found[2] or found[3]))

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def label(self) -> str:
        return f"{self.year}年{self.month}月"

    def shift(self, months: int) -> "Period":
        """The month so many months later, or earlier where `months` is negative."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Period(year, month + 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


def day(text: str) -> date:
    """A day written as 2021-01-01; `InputError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError("a day such as 2021-01-01", repr(text), "write year, month and day") from error
