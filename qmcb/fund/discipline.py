"""What assessment does to a county's purse: the cost of its coefficient, the gain of a lower target."""

from dataclasses import replace

import numpy as np
import pandas as pd

from qmcb.errors import InputError
from qmcb.fund import assessment, exact, sharing
from qmcb.fund.accounts import UNKNOWN, Accounts, Panel
from qmcb.fund.assessment import Criteria
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.ledger import Fund
from qmcb.fund.scheme import Terms

_AT_ONCE = 2_000_000  # cells of one array: what memory the gaming test takes does not grow with the regions


def coefficient_cost(fund: Fund, terms: Terms, rules: Criteria) -> pd.DataFrame:
    """What its coefficient cost each county: its own cost less what it would be if all had full marks.

    Columns: region, name, year, coefficient, cost (fen; negative where a county gains because others
    lose in a pool that does not reach for all).
    """
    panel = fund["actual"]
    made = assessment.assess(fund, rules)
    assessed = sharing.share(panel.accounts, terms, coefficient=made.coefficient)
    full = sharing.share(panel.accounts, terms, coefficient=np.full_like(made.coefficient, PPM))
    return panel.frame(coefficient=made.coefficient / PPM, cost=assessed.cost - full.cost)


def lower_target(fund: Fund, terms: Terms, rules: Criteria, percent: float = 10) -> pd.DataFrame:
    """Whether a county gains by asking for a lower target, all else equal: the gaming test.

    One county at a time has its target and its budget of contributions lowered by so many per cent,
    collects and spends what it did, and is assessed and shared anew.

    Columns: region, name, year, cost and lowered_cost (fen, see Shares.cost), gain (fen), gains
    (bool). Raises `InputError` where a target is not known.
    """
    panel = fund["actual"]
    if not 0 < percent < 100:
        raise InputError(
            "a per cent between 0 and 100 by which targets are lowered", str(percent), "correct it"
        )
    known = panel.accounts.target != UNKNOWN
    panel.accounts.require(known, "a collection target", "none in a year", "add the target")
    kept = PPM - round(percent * PPM / 100)
    asked = replace(fund, panels={**fund.panels, "budget": _less(fund, kept)})
    target = exact.part(panel.accounts.target, kept)
    before, after = (assessment.assess(each, rules).coefficient for each in (fund, asked))
    cost = sharing.share(panel.accounts, terms, coefficient=before).cost
    lowered = _one_at_a_time(panel.accounts, terms, (before, after), target)
    return panel.frame(cost=cost, lowered_cost=lowered, gain=cost - lowered, gains=cost > lowered)


def _less(fund: Fund, kept: int) -> Panel:
    budget = fund["budget"]
    lowered = exact.part(budget.accounts.contributions, kept)
    return replace(budget, accounts=budget.accounts.changed(contributions=lowered))


def _one_at_a_time(accounts: Accounts, terms: Terms, marks: tuple[Whole, Whole], target: Whole) -> Whole:
    """The cost of each county when it alone has the other target and coefficient."""
    regions = accounts.shape[-1]
    cost = np.empty(accounts.shape, np.int64)
    step = max(1, _AT_ONCE // accounts.contributions.size)
    for first in range(0, regions, step):
        alone = np.arange(first, min(first + step, regions))
        own = np.expand_dims(np.eye(regions, dtype=np.bool_)[alone], tuple(range(1, len(accounts.shape))))
        asked = accounts.changed(target=np.where(own, target, accounts.target))
        made = sharing.share(asked, terms, coefficient=np.where(own, marks[1], marks[0]))
        cost[..., alone] = np.moveaxis(made.cost[np.arange(len(alone)), ..., alone], 0, -1)
    return cost
