"""Who bears how much of its means, how unequally, and who would pay under another scheme."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qmcb import codes
from qmcb.balance import Line
from qmcb.errors import InputError
from qmcb.fund.exact import Whole
from qmcb.fund.settle import Settlement
from qmcb.fund.sharing import Shares
from qmcb.identity import region as regions_in_time

Floats = NDArray[np.float64]

# What a burden is measured by (codes.BURDEN): a column of the accounts. Counties are weighted by one, too.
_MEANS = {"of_revenue": "fiscal_revenue", "per_insured": "insured", "per_retiree": "retirees"}


@dataclass(frozen=True)
class Theil:
    """Theil's T of all regions, and its parts within and between groups of them: arrays (…,)."""

    total: Floats
    within: Floats
    between: Floats


def burden(shares: Shares) -> Whole:
    """What the year takes from each region's own means, (…, regions) in fen, never negative.

    Its own gap and what it pays in, less what the pool, the city and the province give: that is its cost
    without what it has left over itself, so that a surplus does not hide what is taken from it. From its
    balance, from its finance or by an advance that it repays: all of it is its own. A region that is given
    more than its gap and its pay-in bears nothing; what it gains is no negative burden of others, for which
    Gini and Theil have no meaning.
    """
    return np.maximum(shares.cost + np.maximum(-shares.deficit, 0), 0)


def burdens(made: Settlement) -> pd.DataFrame:
    """Each county's burden against its means.

    Columns: region, name, year; burden (fen); of_revenue (ratio to fiscal revenue), per_insured and
    per_retiree (fen a head). Raises `InputError` where a region has nothing of these means.
    """
    borne = burden(made.shares)
    return made.panel.frame(burden=borne, **{name: borne / _means(made, name) for name in _MEANS})


def lorenz(made: Settlement, measure: str = "of_revenue", weight: str = "insured") -> pd.DataFrame:
    """The Lorenz curve of each year: counties from the lightest burden on, added up.

    `measure` is one of codes.BURDEN, `weight` a column of the accounts by which a county counts.
    Columns: year; region (empty where the curve begins) and name; weight and borne (shares of the whole up
    to and with the region). A year in which nobody bears anything runs along the diagonal.
    """
    x, w = _checked(burden(made.shares) / _means(made, measure), getattr(made.panel.accounts, weight))
    order = np.argsort(x, axis=-1, kind="stable")
    counted = np.take_along_axis(w, order, axis=-1)
    borne = np.take_along_axis(w * x, order, axis=-1)
    nobody = borne.sum(axis=-1, keepdims=True) == 0
    codes_in_order = np.array(made.panel.regions)[order]
    rows = {
        "year": np.repeat(made.panel.years, order.shape[-1] + 1),
        "region": np.insert(codes_in_order.astype(object), 0, "", axis=-1).ravel(),
        "weight": _cumulated(counted).ravel(),
        "borne": _cumulated(np.where(nobody, counted, borne)).ravel(),
    }
    table = pd.DataFrame(rows)
    table.insert(2, "name", [regions_in_time.label(code) for code in table["region"]])
    return table


def inequality(made: Settlement, weight: str = "insured") -> pd.DataFrame:
    """How unequally counties bear in each year, by each measure; the city is the code's first four digits.

    Columns: year, scheme, measure (of codes.BURDEN), gini, theil, within and between (cities; they sum to
    theil). `weight` is the column of the accounts by which a county counts.
    """
    borne, weights = burden(made.shares), getattr(made.panel.accounts, weight)
    cities = [code[:4] for code in made.panel.regions]
    parts = []
    for measure in codes.BURDEN:
        values = borne / _means(made, measure)
        index = theil(values, weights, cities)
        columns = {"theil": index.total, "within": index.within, "between": index.between}
        told = {"year": made.panel.years, "scheme": made.scheme.name, "measure": measure}
        parts.append(pd.DataFrame({**told, "gini": gini(values, weights), **columns}))
    return pd.concat(parts).sort_values("year", kind="stable", ignore_index=True)


def gini(values: ArrayLike, weights: ArrayLike) -> Floats:
    """The Gini coefficient of values (…, regions), each counted with its weight; (…,), in [0, 1).

    Half the mean absolute difference of any two, over the mean: 0 where all bear alike, or nobody bears
    anything. Weights broadcast to the values. Raises `InputError` for a negative value or weight, and
    where all weights are 0: the index has no meaning there. A burden is never negative (`burden`).
    """
    x, w = _checked(values, weights)
    order = np.argsort(x, axis=-1)
    x, w = np.take_along_axis(x, order, axis=-1), np.take_along_axis(w, order, axis=-1)
    below = np.cumsum(w, axis=-1) - w / 2
    whole, borne = w.sum(axis=-1), (w * x).sum(axis=-1)
    apart = (w * x * (2 * below - whole[..., None])).sum(axis=-1)
    made: Floats = np.maximum(apart / (whole * np.where(borne > 0, borne, 1)), 0)
    return made


def theil(values: ArrayLike, weights: ArrayLike, groups: Sequence[str]) -> Theil:
    """Theil's T of values (…, regions), each counted with its weight, within and between groups.

    T is the mean of r ln r, r a value over the mean, and 0 ln 0 = 0. Between: each region has its group's
    mean; within: each group's own T, counted with the group's share of the whole. They sum to the
    total. All are 0 where nobody bears anything. Raises `InputError` as `gini`.
    """
    x, w = _checked(values, weights)
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    member = np.eye(len(names))[place]
    borne = w * x
    share, expected = _shares(borne), _shares(w)
    share_of_group, expected_of_group = share @ member, expected @ member
    between = _entropy(share_of_group, expected_of_group).sum(axis=-1)
    inside = _entropy(share, expected * _over(share_of_group, expected_of_group)[..., place])
    return Theil(_entropy(share, expected).sum(axis=-1), inside.sum(axis=-1), between)


def who_would_pay(settlements: Sequence[Settlement], against: str) -> pd.DataFrame:
    """What each county would bear under each scheme, held against one of them.

    The settlements are of one fund and the same years, each under another scheme. Columns: region, name,
    year, scheme; cost (fen, see Shares.cost); change (fen, cost less what it is under `against`);
    outcome (of codes.OUTCOME). What counties gain others pay: see `purses`.
    """
    base = _named(settlements, against).shares.cost
    parts = []
    for made in settlements:
        cost = made.shares.cost
        parts.append(made.panel.frame(cost=cost, change=cost - base).assign(scheme=made.scheme.name))
    table = pd.concat(parts, ignore_index=True)
    outcome = np.array(["winner", "same", "loser"])[np.sign(table["change"].to_numpy()) + 1]
    return table.assign(outcome=outcome)[["region", "name", "year", "scheme", "cost", "change", "outcome"]]


def purses(settlements: Sequence[Settlement], against: str) -> pd.DataFrame:
    """Out of whose purse the deficit of all counties together comes under each scheme.

    Columns: year, scheme, purse (of codes.PURSE), amount (fen; all purses sum to the deficit, negative where
    there is a surplus), change (fen, against the scheme `against`; all purses sum to 0).
    """
    base = _purses(_named(settlements, against).shares)
    parts = []
    for made in settlements:
        for purse, amount in _purses(made.shares).items():
            told = {"year": made.panel.years, "scheme": made.scheme.name, "purse": purse}
            parts.append(pd.DataFrame({**told, "amount": amount, "change": amount - base[purse]}))
    return pd.concat(parts).sort_values("year", kind="stable", ignore_index=True)


def balance(made: Settlement) -> tuple[Line, ...]:
    """The deficit of all counties = Σ purses, in fen: a line a year."""
    amounts = _purses(made.shares)
    return tuple(
        Line(
            f"{year}年收支缺口（分）",
            int(made.shares.deficit[place].sum()),
            tuple((codes.PURSE[purse], int(amount[place])) for purse, amount in amounts.items()),
        )
        for place, year in enumerate(made.panel.years)
    )


def _purses(shares: Shares) -> dict[str, Whole]:
    return {
        "counties": shares.cost.sum(axis=-1),
        "city": shares.borne["city"].sum(axis=-1),
        "province": shares.borne["grant"].sum(axis=-1) + shares.pool_added,
        "pool": shares.pool_opening - shares.pool_left,
    }


def _named(settlements: Sequence[Settlement], name: str) -> Settlement:
    named = {made.scheme.name: made for made in settlements}
    if name not in named:
        raise InputError(f"a settlement under {name} to hold others against", ", ".join(named), "settle it")
    years = {made.panel.years for made in settlements}
    if len(years) > 1 or len(named) < len(settlements):
        raise InputError("settlements of the same years, one a scheme", "others", "settle all alike")
    return named[name]


def _means(made: Settlement, measure: str) -> Whole:
    name = _MEANS[measure]
    means: Whole = getattr(made.panel.accounts, name)
    todo = "correct the accounts or leave the region out"
    made.panel.accounts.require(means > 0, f"{name} above 0 in every year", "0", todo)
    return means


def _checked(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    x, w = np.broadcast_arrays(np.asarray(values, np.float64), np.asarray(weights, np.float64))
    for name, array in (("values", x), ("weights", w)):
        if not (array >= 0).all():
            todo = "take the burden, which is never negative"
            raise InputError(f"{name} of 0 and more to measure inequality", f"{array.min():g}", todo)
    if not w.any(axis=-1).all():
        raise InputError("a weight above 0", "none", "count the regions with something they have")
    return x, w


def _cumulated(parts: Floats) -> Floats:
    return np.insert(np.cumsum(_shares(parts), axis=-1), 0, 0, axis=-1)


def _shares(parts: Floats) -> Floats:
    return _over(parts, parts.sum(axis=-1, keepdims=True))


def _over(part: Floats, whole: Floats) -> Floats:
    """Part over whole, 0 where the whole is."""
    return np.divide(part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)


def _entropy(share: Floats, expected: Floats) -> Floats:
    """share × ln(share ÷ expected), 0 for a share of 0."""
    logs: Floats = np.log(np.where(share > 0, _over(share, expected), 1))
    return share * logs
