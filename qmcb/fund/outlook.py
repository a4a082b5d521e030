"""The outlook: what becomes of each county's fund under a scheme, in thousands of paths."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qmcb import codes
from qmcb.balance import Line
from qmcb.errors import InputError
from qmcb.fund import fairness, projection, retirement
from qmcb.fund.accounts import Panel
from qmcb.fund.assumptions import Assumptions
from qmcb.fund.behaviour import Behaviour
from qmcb.fund.exact import Whole
from qmcb.fund.projection import Plan, Settled
from qmcb.fund.scheme import Terms
from qmcb.identity import region as regions_in_time

Name = TypeVar("Name", bound=Hashable)

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MEASURES = (*codes.OUTLOOK, *codes.PAYER)
# What of the adjustment fund belongs to a measure of all regions together.
_OF_POOL = {"closing_balance": "pool_left", "given": "pool_added"}
SUMS = ("deficit", "cost", "given", "pool")


@dataclass(frozen=True)
class Outlook:
    """What came out of all paths, by year and county; the last place of the regions is all of them together.

    `amounts` has for each of MEASURES an array (years, quantiles, regions + 1), persons or whole fen, each
    the amount of one path. Of all together, the closing balance has what the adjustment fund keeps in it,
    and what is given (grants of city and region) what the region adds to that fund.
    `gini` is that of the burdens to fiscal revenue, counted by insured persons, (years, quantiles); not a
    number where a county has no revenue. `sums` has for each of SUMS what all years and regions together
    come to in each path, (draws,) fen: the deficit is what it costs counties, what is given, and what the
    adjustment fund had and has no more.
    `exhausted` is the share of paths, (years, regions + 1), in which the balance
    was used up in that year or before: a year comes in which a part of the gap that is not of the
    county's own making is left to public finance, because neither the balance that may be drawn on nor
    the adjustment fund covers it; for all together, in which the deficit is above all balances and the pool.
    """

    scheme: str
    behaviour: str | None
    as_of: date
    years: tuple[int, ...]
    regions: tuple[str, ...]
    draws: int
    seed: int
    amounts: Mapping[str, Whole]
    gini: NDArray[np.float64]
    sums: Mapping[str, Whole]
    exhausted: NDArray[np.float64]

    def balance(self) -> Line:
        """The deficit of all years = what counties, the finances above them and the fund bear, all paths."""
        whole, *parts = (sum(map(int, self.sums[name])) for name in SUMS)
        labels = (codes.OUTLOOK["cost"], codes.OUTLOOK["given"], codes.PURSE["pool"])
        return Line(
            f"全部路径{codes.OUTLOOK['deficit']}（分）", whole, tuple(zip(labels, parts, strict=True))
        )


def project(
    panel: Panel, terms: Terms, assumptions: Assumptions, *, base: int | None = None, until: int = 2050,
    draws: int = 1000, seed: int = 0, behaviour: Behaviour | None = None, as_of: date | None = None,
) -> Outlook:  # fmt: skip
    """The outlook of a panel's counties from its last year (or `base`) on under one scheme.

    The rules of pensions are those in force on `as_of`, unless told the first day after the base year;
    the terms hold for all years. The same seed gives the same paths under every scheme. Raises
    `InputError` for a base year that is not there, an end before it, accounts without insured, retirees,
    wage, contributions or spending in it, and whatever the scheme needs and the accounts do not have.
    """
    plans = {"": (terms, behaviour)}
    return compare(
        panel, plans, assumptions, base=base, until=until, draws=draws, seed=seed, as_of=as_of
    )[""]  # fmt: skip


def compare(
    panel: Panel, plans: Mapping[Name, tuple[Terms, Behaviour | None]], assumptions: Assumptions, *,
    base: int | None = None, until: int = 2050, draws: int = 1000, seed: int = 0, as_of: date | None = None,
) -> dict[Name, Outlook]:  # fmt: skip
    """The outlook under several schemes, each with or without a response, on the same paths: by name.

    See `project` for the rest and for what it raises.
    """
    known = projection.start(panel, base, until)
    day = date(known.years[-1] + 1, 1, 1) if as_of is None else as_of
    chosen = [Plan(*plan) for plan in plans.values()]
    tallies = [_Tally(draws, len(known.regions)) for _ in chosen]
    rules = retirement.load(day)
    paths = projection.simulate(known, chosen, assumptions, rules, until=until, draws=draws, seed=seed)
    for _, place, settled in paths:
        tallies[place].add(settled)
    span = tuple(range(known.years[-1] + 1, until + 1))
    return {
        name: Outlook(
            scheme=plan.terms.scheme,
            behaviour=plan.behaviour.file.name if plan.behaviour else None,
            as_of=day,
            years=span,
            regions=(*known.regions, _all(known.regions)),
            draws=draws,
            seed=seed,
            amounts={measure: np.stack(tally.amounts[measure]) for measure in MEASURES},
            gini=np.stack(tally.gini),
            sums=tally.sums,
            exhausted=np.stack(tally.exhausted),
        )
        for name, plan, tally in zip(plans, chosen, tallies, strict=True)
    }


def fan(outlook: Outlook, what: str) -> pd.DataFrame:
    """A measure as rows for a fan chart, all regions together last in each year.

    Columns: region, name, year, quantile (of QUANTILES), amount (persons, or whole fen). Raises
    `InputError` for a measure that is not one of MEASURES.
    """
    if what not in MEASURES:
        raise InputError(f"one of {', '.join(MEASURES)}", what, "correct the name")
    count = len(outlook.regions)
    shape = (len(outlook.years), len(QUANTILES), count)
    year, quantile = np.broadcast_arrays(
        np.array(outlook.years)[:, None, None], np.array(QUANTILES)[None, :, None], np.empty(shape)
    )[:2]
    return pd.DataFrame(
        {
            "region": np.tile(outlook.regions, shape[0] * shape[1]),
            "name": np.tile(_names(outlook), shape[0] * shape[1]),
            "year": year.ravel(),
            "quantile": quantile.ravel(),
            "amount": outlook.amounts[what].ravel(),
        }
    )


def exhaustion(outlook: Outlook) -> pd.DataFrame:
    """When balances are used up, all regions together last in each year.

    Columns: region, name, year, share (of paths in which it came in that year or before), first (of
    paths in which that year is the first).
    """
    years, count = len(outlook.years), len(outlook.regions)
    return pd.DataFrame(
        {
            "region": np.tile(outlook.regions, years),
            "name": np.tile(_names(outlook), years),
            "year": np.repeat(outlook.years, count),
            "share": outlook.exhausted.ravel(),
            "first": np.diff(outlook.exhausted, axis=0, prepend=0).ravel(),
        }
    )


class _Tally:
    """What is kept of each year's paths: quantiles, and where balances have been used up."""

    def __init__(self, draws: int, regions: int) -> None:
        self.places = [max(int(np.ceil(share * draws)) - 1, 0) for share in QUANTILES]
        self.amounts: dict[str, list[Whole]] = {measure: [] for measure in MEASURES}
        self.gini: list[NDArray[np.float64]] = []
        self.sums = {name: np.zeros(draws, np.int64) for name in SUMS}
        self.ever = np.zeros((draws, regions + 1), np.bool_)
        self.exhausted: list[NDArray[np.float64]] = []

    def add(self, blocks: Sequence[Settled]) -> None:
        for measure in MEASURES:
            values = np.concatenate([_measure(each, measure).T for each in blocks], axis=1)
            total = values.sum(axis=0)
            if measure in _OF_POOL:
                total = total + np.concatenate([getattr(each.shares, _OF_POOL[measure]) for each in blocks])
            if measure in self.sums:
                self.sums[measure] += total
            everywhere = np.concatenate([values, total[None]])
            everywhere.sort(axis=1)
            self.amounts[measure].append(everywhere[:, self.places].T)
        shares = [each.shares for each in blocks]
        self.sums["pool"] += np.concatenate([each.pool_opening - each.pool_left for each in shares])
        self.gini.append(np.sort(np.concatenate([_gini(each) for each in blocks]))[self.places])
        self.ever |= np.concatenate([_exhausted(each) for each in blocks])
        self.exhausted.append(self.ever.mean(axis=0))


def _measure(settled: Settled, name: str) -> Whole:
    accounts, shares = settled.accounts, settled.shares
    if name in codes.PAYER:
        return shares.borne[name]
    if name == "given":
        return shares.borne["grant"] + shares.borne["city"]
    made: Whole = getattr(shares if hasattr(shares, name) else accounts, name)
    return made


def _gini(settled: Settled) -> NDArray[np.float64]:
    """How unequally a year is borne in each path: (draws,)."""
    revenue = settled.accounts.fiscal_revenue
    if not revenue.all():
        return np.full(len(revenue), np.nan)
    return fairness.gini(fairness.burden(settled.shares) / revenue, settled.accounts.insured)


def _exhausted(settled: Settled) -> NDArray[np.bool_]:
    accounts, shares = settled.accounts, settled.shares
    covered = shares.managed + shares.borne["reserve"] + shares.borne["adjustment"]
    had = accounts.opening_balance.sum(axis=-1) + shares.pool_opening
    everywhere = shares.deficit.sum(axis=-1) > had
    return np.concatenate([shares.gap > covered, everywhere[:, None]], axis=1)


def _all(regions: tuple[str, ...]) -> str:
    """The code of all regions together: of their province, or of the state."""
    provinces = {code[:2] for code in regions}
    return f"{provinces.pop()}0000" if len(provinces) == 1 else "000000"


def _names(outlook: Outlook) -> list[str]:
    return [*(regions_in_time.label(code) for code in outlook.regions[:-1]), codes.TOTAL]
