"""The accounts of a pension fund as arrays: one region a place in the last axis, years or draws before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qmcb.errors import InputError
from qmcb.fund.exact import Whole
from qmcb.identity import region as regions_in_time

UNKNOWN = np.iinfo(np.int64).min  # a target that was not set

INCOME = ("contributions", "interest", "transfers", "subsidy")
_PERSONS = ("insured", "insurable", "retirees")
_SIGNED = ("transfers", "opening_balance")
# Bounds under which no product of two columns overflows: 1 万亿元 a region, a wage of 1000 万元 a year.
_MOST = {"average_wage": 10**9, **dict.fromkeys(_PERSONS, 2 * 10**9)}
_MOST_MONEY = 10**14


@dataclass(frozen=True)
class Accounts:
    """What came in and went out of each region's fund: int64 arrays of one shape (…, regions).

    Money in whole fen, `average_wage` a year, `insured`, `insurable` and `retirees` in persons. The
    regions stand in order of their codes, each once. `subsidy` is the region's own finance;
    `adjustment_received` and `adjustment_paid` are what an adjustment fund really paid and took, and
    no part of the gap. A target that was not set is `UNKNOWN`. `spending` includes `irregular_spending`.
    """

    regions: tuple[str, ...]
    contributions: Whole
    target: Whole
    interest: Whole
    transfers: Whole
    subsidy: Whole
    adjustment_received: Whole
    adjustment_paid: Whole
    spending: Whole
    irregular_spending: Whole
    opening_balance: Whole
    insured: Whole
    insurable: Whole
    retirees: Whole
    average_wage: Whole
    fiscal_revenue: Whole

    @classmethod
    def build(cls, regions: tuple[str, ...], columns: Mapping[str, ArrayLike]) -> Self:
        """Accounts of columns that broadcast to (…, regions).

        Without them no target is known and nothing passed through an adjustment fund; every other
        column has to be there. Raises `InputError` for regions out of order, a column that is
        absent or unknown, and an amount beyond its bounds.
        """
        if not regions or list(regions) != sorted(set(regions)):
            raise InputError("regions in order of their codes, each once", ", ".join(regions), "sort them")
        given = {"target": UNKNOWN, "adjustment_received": 0, "adjustment_paid": 0, **columns}
        if given.keys() != set(COLUMNS):
            wrong = ", ".join(sorted(given.keys() ^ set(COLUMNS)))
            raise InputError(
                "the columns of fund_accounts", f"absent or unknown: {wrong}", "correct the columns"
            )
        arrays = [np.asarray(given[name], np.int64) for name in COLUMNS]
        shape = np.broadcast_shapes((len(regions),), *(array.shape for array in arrays))
        for name, array in zip(COLUMNS, arrays, strict=True):
            _check(name, array)
        return cls(regions, *(np.broadcast_to(array, shape) for array in arrays))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.contributions.shape

    @cached_property
    def income(self) -> Whole:
        """Contributions, interest, net transfers and own subsidy."""
        return self.contributions + self.interest + self.transfers + self.subsidy

    @cached_property
    def gap(self) -> Whole:
        """G of policy.md §5: spending less income; negative where there is a surplus."""
        return self.spending - self.income

    @property
    def closing_balance(self) -> Whole:
        """Opening balance, less the gap, and what the adjustment fund really paid less what it took."""
        return self.opening_balance - self.gap + self.adjustment_received - self.adjustment_paid

    def __getitem__(self, places: object) -> Self:
        """The accounts at some places of the axes before the regions."""
        return self._each(lambda array: array[places])  # type: ignore[call-overload]

    def changed(self, **columns: ArrayLike) -> Self:
        """The same accounts with some columns replaced; what is given broadcasts."""
        kept = {name: getattr(self, name) for name in COLUMNS}
        return self.build(self.regions, {**kept, **columns})

    def require(self, known: NDArray[np.bool_], expected: str, found: str, todo: str) -> None:
        """Raise `InputError` naming the first region for which something is not so."""
        if not known.all():
            place = int(np.flatnonzero(~known.reshape(-1, known.shape[-1]).all(axis=0))[0])
            raise InputError(f"{expected} of {self.regions[place]}", found, todo)

    def _each(self, do: Callable[[Whole], Whole]) -> Self:
        return type(self)(self.regions, *(do(getattr(self, name)) for name in COLUMNS))


COLUMNS = tuple(field.name for field in fields(Accounts) if field.name != "regions")


@dataclass(frozen=True)
class Panel:
    """The accounts of every region in every year: arrays of shape (years, regions), years ascending.

    `closed` is the closing balance as the books have it: as reported, else as the next year opens;
    `UNKNOWN` where they do not say.
    """

    years: tuple[int, ...]
    accounts: Accounts
    closed: Whole

    @property
    def regions(self) -> tuple[str, ...]:
        return self.accounts.regions

    def only(self, years: tuple[int, ...]) -> "Panel":
        """The panel of some of its years; raises `InputError` for a year that it does not have."""
        absent = sorted(set(years) - set(self.years))
        if absent:
            had = f"{self.years[0]} to {self.years[-1]}"
            raise InputError(f"a year from {had}", str(absent[0]), "name a year that the accounts have")
        places = [self.years.index(year) for year in years]
        return Panel(years, self.accounts[places], self.closed[places])

    def frame(self, **columns: NDArray[np.generic]) -> pd.DataFrame:
        """One row a region and year: region, name, year, and each column given as (years, regions)."""
        years, count = len(self.years), len(self.regions)
        return pd.DataFrame(
            {
                "region": np.tile(self.regions, years),
                "name": np.tile([regions_in_time.label(code) for code in self.regions], years),
                "year": np.repeat(self.years, count),
                **{name: values.ravel() for name, values in columns.items()},
            }
        )


def figures(panel: Panel) -> pd.DataFrame:
    """What the accounts say of each region and year.

    Columns: region, name, year; gap (fen, negative for a surplus); reserve_months (closing balance over
    a month's spending); dependency (retirees per insured); coverage (insured of insurable);
    collection_rate (contributions over insured × average wage); replacement (spending per retiree over
    the average wage). Raises `InputError` where one of them would divide by nothing.
    """
    accounts = panel.accounts
    for name in ("spending", "insured", "insurable", "retirees", "average_wage"):
        known = getattr(accounts, name) > 0
        accounts.require(
            known, f"{name} above 0 in every year", "0", "correct the accounts or leave the region out"
        )
    wages = accounts.insured * accounts.average_wage.astype(np.float64)
    return panel.frame(
        gap=accounts.gap,
        reserve_months=accounts.closing_balance * 12 / accounts.spending,
        dependency=accounts.retirees / accounts.insured,
        coverage=accounts.insured / accounts.insurable,
        collection_rate=accounts.contributions / wages,
        replacement=accounts.spending / accounts.retirees / accounts.average_wage,
    )


def _check(name: str, array: Whole) -> None:
    most = _MOST.get(name, _MOST_MONEY)
    least = -most if name in _SIGNED else 0
    known = array[array != UNKNOWN] if name == "target" else array
    if known.size and (known.min() < least or known.max() > most):
        found = int(known.min() if known.min() < least else known.max())
        raise InputError(f"{name} between {least} and {most}", str(found), "correct the accounts")
