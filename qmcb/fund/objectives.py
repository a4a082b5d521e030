"""What a scheme makes of some years, in three numbers: cost of the finances above, inequality, incentive."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from qmcb.fund import fairness, incentive
from qmcb.fund.accounts import Accounts
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.fairness import Floats
from qmcb.fund.scheme import Terms
from qmcb.fund.sharing import Shares

_DECIMALS = 4  # of what stays of one more yuan: payers' whole fen blur the sixth


@dataclass(frozen=True, order=True)
class Objectives:
    """Both are to be small: what finances above the counties give, and the Gini coefficient of burdens.

    `cost` is the sum of all years in fen: the grants of region and city, and what the region adds to the
    pool. It is given for good: an advance is repaid, a claim for which the pool is short falls on the
    county, and both are part of the county's burden (fairness.burden). `gini` is that of each region's
    burdens to its fiscal revenue, both of all years together, counted by insured persons.
    """

    cost: int
    gini: float

    @classmethod
    def of(cls, shares: Shares, accounts: Accounts) -> Self:
        """Those of shares and accounts (years, regions); raises `InputError` for a region without revenue."""
        given = (shares.borne["grant"] + shares.borne["city"]).sum() + shares.pool_added.sum()
        ratios = fairness.burden(shares).sum(axis=0) / revenue(accounts)
        return cls(int(given), float(fairness.gini(ratios, accounts.insured.sum(axis=0))))


def revenue(accounts: Accounts) -> Whole:
    """The fiscal revenue of each region in all years (years, regions) together, in fen: above 0."""
    made: Whole = accounts.fiscal_revenue.sum(axis=0)
    todo = "correct the accounts or leave the region out"
    accounts.require(made > 0, "fiscal_revenue above 0, to which a burden is held,", "0", todo)
    return made


def kept(accounts: Accounts, terms: Terms, coefficient: Whole | None, of: int) -> float:
    """What at least stays of one more yuan collected with the best-kept `of` millionths of contributions.

    Each region and year counts by its contributions; those that keep least are left out as far as `of`
    lets them. To four decimals.
    """
    return reached(incentive.kept(accounts, terms, coefficient=coefficient), accounts.contributions, of)


def reached(values: Floats, weights: Whole, of: int) -> float:
    """The greatest value that `of` millionths of the weights reach, to four decimals."""
    best_first = np.argsort(-values, axis=None, kind="stable")
    counted = weights.ravel()[best_first].cumsum()
    needed = -(-int(counted[-1]) * of // PPM)
    return round(float(values.ravel()[best_first][np.searchsorted(counted, needed)]), _DECIMALS)
