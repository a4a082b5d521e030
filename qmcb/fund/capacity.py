"""Fiscal capacity, by which tiers go: what a region's finance has a head, against the average."""

import numpy as np

from qmcb.errors import InputError
from qmcb.fund import exact
from qmcb.fund.accounts import Accounts
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.parameters import Tiers

EVERYBODY = Tiers((0,), (PPM,))


def capacity(accounts: Accounts) -> Whole:
    """Fiscal revenue per insurable person and retiree, in millionths of the average of all regions.

    Both are taken in whole fen a head; a hundred times the average counts as the most. Raises
    `InputError` where a region has nobody or all regions together no revenue.
    """
    people = accounts.insurable + accounts.retirees
    todo = "correct the accounts, or take a scheme without tiers"
    accounts.require(people > 0, "insurable persons or retirees, by whom tiers go,", "none", todo)
    average = accounts.fiscal_revenue.sum(axis=-1, keepdims=True) // people.sum(axis=-1, keepdims=True)
    if (average == 0).any():
        raise InputError(
            "fiscal_revenue, by which tiers go, in whole fen", "none in any region of a year", todo
        )
    return exact.ratio(np.minimum(accounts.fiscal_revenue // people, average * 100), average)


def by_tier(tiers: Tiers, accounts: Accounts) -> Whole:
    """The share of each region by its capacity; one tier is for everybody."""
    if len(tiers.bounds) == 1:
        return np.array(tiers.shares[0], np.int64)
    return tiers.at(capacity(accounts))
