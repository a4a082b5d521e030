"""What a scheme makes of some years, in three numbers: the region's cost, inequality, incentive."""

from dataclasses import dataclass

import numpy as np

from qmcb.errors import InputError
from qmcb.fund import fairness, incentive, sharing
from qmcb.fund.accounts import Accounts
from qmcb.fund.exact import Whole
from qmcb.fund.fairness import Floats
from qmcb.fund.scheme import Terms
from qmcb.fund.sharing import Shares

_DECIMALS = 4  # of what stays of one more yuan: payers' whole fen blur the sixth


def region_cost(shares: Shares) -> Whole:
    """What the finances above the counties give for good, in fen (…,).

    Grants of region and city and what the region adds to the pool. An advance is repaid and part of no
    cost but the county's (`Shares.cost`); a claim for which the pool is short falls on the county too.
    """
    given: Whole = (shares.borne["grant"] + shares.borne["city"]).sum(axis=-1) + shares.pool_added
    return given


def burden(shares: Shares, accounts: Accounts) -> Floats:
    """What the years together cost each region, over its fiscal revenue in them; (regions,).

    A year in which a region loses nothing counts 0, whatever it gains. Accounts are (years, regions).
    Raises `InputError` for a region without revenue.
    """
    revenue = accounts.fiscal_revenue.sum(axis=0)
    accounts.require(
        revenue > 0, "fiscal_revenue against which a burden is held", "none in all years", "correct it"
    )
    made: Floats = np.maximum(shares.cost, 0).sum(axis=0) / revenue
    return made


@dataclass(frozen=True)
class Outcome:
    """The region's cost of all years in fen, and the Gini coefficient of burdens (each insured person alike)."""

    cost: int
    gini: float


def outcome(accounts: Accounts, terms: Terms, coefficient: Whole | None) -> Outcome:
    """Cost and inequality of terms over the years of accounts (years, regions)."""
    shares = sharing.share(accounts, terms, coefficient=coefficient)
    gini = fairness.gini(burden(shares, accounts), accounts.insured.sum(axis=0))
    return Outcome(int(region_cost(shares).sum()), float(gini))


def kept(accounts: Accounts, terms: Terms, coefficient: Whole | None, of: float) -> float:
    """What stays of one more yuan collected at least in regions with the share `of` of contributions.

    Regions and years count by their contributions; those that keep least may be left out, up to
    1 − `of`. To four decimals.
    """
    left = incentive.kept(accounts, terms, coefficient=coefficient).ravel()
    best_first = np.argsort(-left, kind="stable")
    counted = accounts.contributions.ravel()[best_first].cumsum()
    place = np.searchsorted(counted, np.ceil(of * counted[-1]))
    return round(float(left[best_first][min(place, len(left) - 1)]), _DECIMALS)
