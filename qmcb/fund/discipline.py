"""What assessment does to a county's purse: the cost of its coefficient, the gain of a lower target."""

from dataclasses import replace

import numpy as np
import pandas as pd

from qmcb.errors import InputError
from qmcb.fund import assessment, exact, sharing
from qmcb.fund.accounts import UNKNOWN, Panel
from qmcb.fund.alone import Others
from qmcb.fund.assessment import Criteria
from qmcb.fund.exact import PPM
from qmcb.fund.ledger import Fund
from qmcb.fund.scheme import Terms


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
    others = Others.build(panel.accounts, terms, before)
    lowered = others.settle(
        *others.everyone(),
        lambda shares: shares.cost,
        coefficient=after.ravel(),
        target=target.ravel(),
    ).reshape(cost.shape)
    return panel.frame(cost=cost, lowered_cost=lowered, gain=cost - lowered, gains=cost > lowered)


def _less(fund: Fund, kept: int) -> Panel:
    budget = fund["budget"]
    lowered = exact.part(budget.accounts.contributions, kept)
    return replace(budget, accounts=budget.accounts.changed(contributions=lowered))
