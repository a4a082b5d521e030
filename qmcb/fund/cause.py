"""Why the gap moved from one year to another: each region's change, put down to its causes to the fen."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial, floor, prod

import numpy as np
import pandas as pd

from qmcb import codes
from qmcb.balance import Line
from qmcb.errors import InputError
from qmcb.fund.accounts import Panel

Figures = dict[str, int]  # the columns of one region in one year

_COLUMNS = ("insurable", "insured", "average_wage", "retirees", "contributions", "spending")
_PLAIN = ("interest", "transfers", "subsidy")
_MOST = np.iinfo(np.int64).max


def decompose(panel: Panel, before: int, after: int) -> pd.DataFrame:
    """By how much each cause moved each region's gap between two years.

    Spending is retirees × pension (spending a head), contributions are insurable × coverage × wage ×
    collection rate. Each factor's part is its Shapley value: the mean over all orders in which the
    factors can have moved, so that no order is preferred and, the years exchanged, every part changes its
    sign. Computed in exact fractions; whole fen by largest remainder, equal ones to the earlier cause.

    Columns: region, name, since and year (the two years); cause (of codes.CAUSE); amount (fen, above 0
    where it widens the gap). The amounts of a region sum to the change of its gap. Raises `InputError`
    for a year that is not there, and where a region has no insured, wage or retirees to go by, or such
    that a cause cannot be told in fen.
    """
    pair = panel.only((before, after))
    todo = "correct the accounts or leave the region out"
    for name in _COLUMNS[:4]:
        known = getattr(pair.accounts, name) > 0
        pair.accounts.require(known, f"{name} above 0 in both years", "0", todo)
    columns = {name: getattr(pair.accounts, name).tolist() for name in (*_COLUMNS, *_PLAIN)}
    parts = [
        _parts(*({name: values[year][place] for name, values in columns.items()} for year in (0, 1)))
        for place in range(len(panel.regions))
    ]
    for code, region in zip(panel.regions, parts, strict=True):
        if max(map(abs, region)) > _MOST:
            found = "a cause of more than 64 bits of fen"
            raise InputError(f"insurable, insured and wage of {code} that fit its money", found, todo)
    amounts = np.array(parts, np.int64).T[:, None, :]
    wide = panel.only((after,)).frame(**dict(zip(codes.CAUSE, amounts, strict=True)))
    keys = ["region", "name", "since", "year"]
    long = wide.assign(since=before).melt(keys, list(codes.CAUSE), var_name="cause", value_name="amount")
    return long.sort_values("region", kind="stable", ignore_index=True)


def total(made: pd.DataFrame) -> pd.DataFrame:
    """The causes of all regions together: since, year, cause, amount (fen).

    Each region is decomposed and then added up. What moves the sum because people moved between regions
    of unlike wages or rates thus stays with the people, not with an average that no region has.
    """
    return made.groupby(["since", "year", "cause"], sort=False)["amount"].sum().reset_index()


def balance(made: pd.DataFrame, panel: Panel) -> tuple[Line, ...]:
    """The change of all regions' gap = Σ causes, in fen: a line for each pair of years."""
    gap = dict(zip(panel.years, panel.accounts.gap.sum(axis=-1).tolist(), strict=True))
    lines = []
    for _, rows in total(made).groupby(["since", "year"]):
        since, year = int(rows["since"].iloc[0]), int(rows["year"].iloc[0])
        parts = tuple(zip(rows["cause"].map(codes.CAUSE), rows["amount"].map(int), strict=True))
        lines.append(Line(f"{since}年至{year}年缺口变动（分）", gap[year] - gap[since], parts))
    return tuple(lines)


def shapley(before: Sequence[Fraction], after: Sequence[Fraction]) -> list[Fraction]:
    """What each factor adds to the change of their product, averaged over all orders in which they move.

    A factor moves while those of some set have moved already and the others have not: the orders in which
    that is so are as many as the set and the rest have orders.
    """
    count = len(before)
    made = []
    for factor in range(count):
        others = [each for each in range(count) if each != factor]
        mean = Fraction(0)
        for size in range(count):
            orders = factorial(size) * factorial(count - 1 - size)
            for moved in combinations(others, size):
                mean += orders * prod((after if each in moved else before)[each] for each in others)
        made.append((after[factor] - before[factor]) * mean / factorial(count))
    return made


def _parts(before: Figures, after: Figures) -> list[int]:
    """The change of one region's gap by cause, in the order of codes.CAUSE."""
    spending = shapley(_spending(before), _spending(after))
    income = shapley(_contributions(before), _contributions(after))
    plain = [Fraction(before[name] - after[name]) for name in _PLAIN]
    return _whole([*spending, *(-part for part in income), *plain])


def _spending(told: Figures) -> list[Fraction]:
    """Retirees and pension, of which it is the product."""
    return [Fraction(told["retirees"]), Fraction(told["spending"], told["retirees"])]


def _contributions(told: Figures) -> list[Fraction]:
    """Insurable, coverage, wage and collection rate, of which they are the product."""
    insured, wage = told["insured"], told["average_wage"]
    return [
        Fraction(told["insurable"]),
        Fraction(insured, told["insurable"]),
        Fraction(wage),
        Fraction(told["contributions"], insured * wage),
    ]


def _whole(parts: list[Fraction]) -> list[int]:
    """Parts whose sum is whole, as whole numbers with the same sum, each less than one away."""
    made = [floor(part) for part in parts]
    left = int(sum(parts)) - sum(made)
    for place in sorted(range(len(parts)), key=lambda place: made[place] - parts[place])[:left]:
        made[place] += 1
    return made
