"""The one path without chance: people by generation, and what a scheme leaves of one more yuan."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from qmcb.fund import cohorts, incentive, objectives, projection, retirement
from qmcb.fund.accounts import Panel
from qmcb.fund.assumptions import Assumptions
from qmcb.fund.behaviour import Behaviour
from qmcb.fund.exact import PPM
from qmcb.fund.outlook import Name
from qmcb.fund.projection import Plan
from qmcb.fund.scheme import Terms


def generations(
    panel: Panel, told: Assumptions, *, as_of: date, base: int | None = None, until: int = 2050
) -> pd.DataFrame:
    """Persons of all regions together by when they began to pay, as assumed, under the rules of a day.

    Columns: year (from the base year on); began (the year in which they began to pay; 0 for all who were
    insured or retired in the base year); insured and retired (persons, not rounded).
    """
    known = projection.start(panel, base, until)
    first, last = known.years[-1], known.accounts[-1]
    level = np.array([told.improvement.at(first)])
    lives = cohorts.live(told, retirement.load(as_of), first, until, level)
    whole = float(last.insured.sum())
    sizes = [whole, float(last.retirees.sum()), *(whole * told.entry.at(year) for year in lives.years)]
    began = np.array([0, 0, *lives.years])
    parts = [pd.DataFrame({"year": first, "began": 0, "insured": [whole], "retired": [sizes[1]]})]
    for at, year in enumerate(lives.years):
        flows = {"insured": lives.flows.insured, "retired": lives.flows.retired}
        persons = {name: flow[0, at] * sizes for name, flow in flows.items()}
        rows = pd.DataFrame({"year": year, "began": began, **persons})[began <= year]
        parts.append(rows.groupby(["year", "began"], as_index=False).sum())
    return pd.concat(parts, ignore_index=True)


def kept(
    panel: Panel, plans: Mapping[Name, tuple[Terms, Behaviour | None]], told: Assumptions, *,
    as_of: date, of: int, base: int | None = None, until: int = 2050,
) -> pd.DataFrame:  # fmt: skip
    """What at least stays of one more yuan collected, year after year, under several schemes.

    Counties that keep least are left out until those with `of` millionths of all contributions remain
    (see `objectives.reached`). Columns: plan, year, kept.
    """
    known = projection.start(panel, base, until)
    chosen = [Plan(*plan) for plan in plans.values()]
    rules = retirement.load(as_of)
    ran = projection.simulate(known, chosen, told.without_spread(), rules, until=until, draws=1, seed=0)
    rows = []
    for year, place, (settled,) in ran:
        accounts = settled.accounts
        mark = np.full(accounts.shape, round(told.coefficient.at(year) * PPM))
        pool = settled.shares.pool_opening
        stays = incentive.kept(accounts, chosen[place].terms, coefficient=mark, pool=pool)
        rows.append((list(plans)[place], year, objectives.reached(stays, accounts.contributions, of)))
    return pd.DataFrame(rows, columns=["plan", "year", "kept"])
