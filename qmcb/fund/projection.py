"""The accounts of the years to come, path by path: people, wages and pensions once, balances by scheme."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qmcb.errors import InputError
from qmcb.fund import cohorts, sharing
from qmcb.fund.accounts import UNKNOWN, Accounts, Panel
from qmcb.fund.assumptions import Assumptions
from qmcb.fund.behaviour import Behaviour
from qmcb.fund.cohorts import Lives
from qmcb.fund.draws import Draws
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.retirement import Rules
from qmcb.fund.scheme import Terms
from qmcb.fund.sharing import Shares

Real = NDArray[np.float64]

_AT_ONCE = 1_000  # paths that are settled together: what fits the processor's cache
_NEEDED = ("insured", "retirees", "average_wage", "contributions", "spending")


@dataclass(frozen=True)
class Plan:
    """A scheme, and how collection responds to it (None: not at all)."""

    terms: Terms
    behaviour: Behaviour | None = None


@dataclass(frozen=True)
class Settled:
    """Some paths of a year: their accounts as projected, and how the scheme shared them."""

    accounts: Accounts
    shares: Shares


@dataclass(frozen=True)
class Ratios:
    """What a county's own accounts say of it, (regions,): sums of some years over sums of the same years.

    `collection` is contributions over what was due, `pension` spending per retiree over the wage,
    `insurable` persons per insured, `transfers` and `target` over contributions, `subsidy` and
    `irregular` over spending; a target is not a number where one was not set.
    """

    collection: Real
    pension: Real
    insurable: Real
    transfers: Real
    target: Real
    subsidy: Real
    irregular: Real

    @classmethod
    def of(cls, panel: Panel, rules: Rules) -> "Ratios":
        told = panel.accounts
        rate = np.array([[rules.rate(year)] for year in panel.years])
        wages, pensions = (
            getattr(told, each) * told.average_wage.astype(float) for each in ("insured", "retirees")
        )
        unset = (told.target == UNKNOWN).any(axis=0)
        return cls(
            collection=_over(told.contributions, wages * rate),
            pension=_over(told.spending, pensions),
            insurable=_over(told.insurable, told.insured),
            transfers=_over(told.transfers, told.contributions),
            target=np.where(unset, np.nan, _over(np.maximum(told.target, 0), told.contributions)),
            subsidy=_over(told.subsidy, told.spending),
            irregular=_over(told.irregular_spending, told.spending),
        )


@dataclass(frozen=True)
class Outside:
    """What no scheme changes in a year: arrays that broadcast to (draws, regions), money in fen.

    `due` is what ought to be collected, `collection` the share of it that is by custom, `luck` what this
    year adds to it.
    """

    insured: Real
    retirees: Real
    wage: Real
    revenue: Real
    spending: Real
    due: Real
    collection: Real
    luck: Real
    balance_return: Real
    coefficient: int

    def rows(self, part: slice) -> "Outside":
        cut: dict[str, Any] = {
            name: value[part] if isinstance(value, np.ndarray) and len(value) > 1 else value
            for name, value in vars(self).items()
        }
        return Outside(**cut)


def start(panel: Panel, base: int | None, until: int) -> Panel:
    """The panel up to the base year, its last unless told; raises `InputError` where nothing can follow."""
    base = panel.years[-1] if base is None else base
    if base not in panel.years:
        had = f"{panel.years[0]} to {panel.years[-1]}"
        raise InputError(f"a base year from {had}", str(base), "name a year that the accounts have")
    if not base < until <= 2100:
        raise InputError(f"a last year after {base} and up to 2100", str(until), "correct the year")
    made = panel.only(tuple(year for year in panel.years if year <= base))
    for name in _NEEDED:
        known = getattr(made.accounts, name)[-1:] > 0
        made.accounts.require(known, f"{name} above 0 in {base}", "0", "correct the accounts")
    return made


def outside(
    panel: Panel, ratios: Ratios, told: Assumptions, rules: Rules, draws: Draws, until: int
) -> Iterator[tuple[int, Outside]]:
    """The years after a panel's last, with what happens in them whatever the scheme."""
    base, last = panel.years[-1], panel.accounts[-1]
    lives = cohorts.live(told, rules, base, until, draws.levels())
    people = _People(lives, last, told, draws)
    retirees, wage = last.retirees.astype(float), last.average_wage.astype(float)
    bill = ratios.pension * retirees * wage
    grown: Real = np.ones((1, 1))
    for at, year in enumerate(lives.years):
        insured, now, retiring = people.at(at)
        growth = (told.wage_growth.at(year) + draws.deviation("wage_growth", year))[:, None]
        prices = (told.price_growth.at(year) + draws.deviation("price_growth", year))[:, None]
        grown = grown * (1 + growth)
        raised = 1 + told.indexation[0] * growth + told.indexation[1] * prices
        first = ratios.pension * told.new_pension.at(year) * wage * grown
        bill = bill * ((now - retiring) / retirees) * raised + retiring * first
        retirees = now
        luck = 1 + draws.deviation("collection", year)
        yield (
            year,
            Outside(
                insured=insured,
                retirees=now,
                wage=wage * grown,
                revenue=last.fiscal_revenue * grown,
                spending=bill,
                due=insured * (wage * grown * rules.rate(year)),
                collection=(ratios.collection * told.collection.at(year))[None],
                luck=np.maximum(luck, 0),
                balance_return=np.maximum(
                    told.balance_return.at(year) + draws.deviation("balance_return", year), 0
                )[:, None],
                coefficient=round(told.coefficient.at(year) * PPM),
            ),
        )


def simulate(
    panel: Panel, plans: Sequence[Plan], told: Assumptions, rules: Rules, *, until: int, draws: int, seed: int
) -> Iterator[tuple[int, int, list[Settled]]]:
    """Every year after a panel's last under every plan, on the same paths: (year, place of the plan, paths).

    A year's paths come in blocks, in order. Balance and pool are carried from year to year, by path.
    """
    if draws < 1 or seed < 0:
        raise InputError("1 path or more and a seed of 0 or more", f"{draws} and {seed}", "correct them")
    last, first = panel.accounts[-1], panel.years[-1] + 1
    ratios = Ratios.of(panel.only(panel.years[-told.history :]), rules)
    closed = np.where(panel.closed[-1] == UNKNOWN, last.closing_balance, panel.closed[-1])
    parts = [slice(at, min(at + _AT_ONCE, draws)) for at in range(0, draws, _AT_ONCE)]
    begin = [(np.tile(closed, (part.stop - part.start, 1)), np.zeros((), np.int64)) for part in parts]
    carried = {place: begin for place in range(len(plans))}
    paths = Draws(told, panel.regions, draws, seed)
    for year, given in outside(panel, ratios, told, rules, paths, until):
        for place, plan in enumerate(plans):
            collected = _collected(given, plan, last.gap > 0, year, first)
            made = []
            for part, (balance, pool) in zip(parts, carried[place], strict=True):
                accounts = _accounts(given.rows(part), collected, ratios, last, balance)
                mark = np.int64(given.coefficient)
                shares = sharing.share(accounts, plan.terms, coefficient=mark, pool=pool)
                made.append(Settled(accounts, shares))
            carried[place] = [(each.shares.closing_balance, each.shares.pool_left) for each in made]
            yield year, place, made


class _People:
    """The people of each path and county: how many of each group, times what becomes of one of it."""

    def __init__(self, lives: Lives, last: Accounts, told: Assumptions, draws: Draws) -> None:
        flows = (lives.flows.insured, lives.flows.retired, lives.flows.retiring)
        self.lives = np.stack(flows, axis=2)  # (levels, years, 3, groups)
        self.weights = lives.weights(draws.improvement())
        self.years, self.told, self.draws = lives.years, told, draws
        self.insured = last.insured.astype(float)
        count = draws.count if told.entry.spread else 1
        self.sizes = np.zeros((count, self.lives.shape[-1], len(self.insured)))
        self.sizes[:, cohorts.INSURED] = self.insured
        self.sizes[:, cohorts.RETIRED] = last.retirees

    def at(self, place: int) -> tuple[Real, Real, Real]:
        """Insured, retired and retiring persons of a year, (paths, regions) each; years in order."""
        year, group = self.years[place], cohorts.FIRST_ENTRANTS + place
        varied = np.maximum(1 + self.draws.deviation("entry", year), 0)
        self.sizes[:, group] = self.insured * self.told.entry.at(year) * varied
        lived = self.lives[:, place, :, : group + 1]
        each = (self.weights @ lived.reshape(len(lived), -1)).reshape(-1, *lived.shape[1:])
        made = each @ self.sizes[:, : group + 1]
        return made[:, 0], made[:, 1], made[:, 2]


def _collected(given: Outside, plan: Plan, in_deficit: NDArray[np.bool_], year: int, first: int) -> Real:
    """The share of what is due that is collected under a plan, before a year's luck: (1, regions)."""
    if plan.behaviour is None:
        return given.collection
    part = plan.behaviour.part(year, first)
    return plan.behaviour.response.collected(given.collection, in_deficit, part)


def _accounts(given: Outside, collected: Real, ratios: Ratios, last: Accounts, balance: Whole) -> Accounts:
    """The accounts of a year in whole fen and persons, before any sharing."""
    contributions = given.due * (collected * given.luck)
    columns = {
        "contributions": contributions,
        "interest": np.maximum(balance, 0) * given.balance_return,
        "transfers": contributions * ratios.transfers,
        "subsidy": given.spending * ratios.subsidy,
        "spending": given.spending,
        "irregular_spending": given.spending * ratios.irregular,
        "insured": given.insured,
        "insurable": given.insured * ratios.insurable,
        "retirees": given.retirees,
        "average_wage": given.wage,
        "fiscal_revenue": given.revenue,
    }
    whole = {name: _whole(values) for name, values in columns.items()}
    target = _whole(np.nan_to_num(given.due * (given.collection * ratios.target)))
    whole["target"] = np.where(np.isnan(ratios.target), UNKNOWN, target)
    return Accounts.build(last.regions, {**whole, "opening_balance": balance})


def _whole(values: Real) -> Whole:
    with np.errstate(invalid="ignore"):  # what is beyond 64 bits is refused by the accounts' bounds
        return np.rint(values).astype(np.int64)


def _over(amounts: Whole, bases: NDArray[np.generic]) -> Real:
    made: Real = amounts.sum(axis=0) / bases.sum(axis=0)
    return made
