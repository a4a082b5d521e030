"""The adjustment fund's steps: what regions pay in, what the region adds, how it is paid out."""

from dataclasses import dataclass, replace

import numpy as np

from qmcb.errors import InputError
from qmcb.fund import exact, parameters
from qmcb.fund.accounts import Accounts
from qmcb.fund.capacity import EVERYBODY, by_tier
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.parameters import Tiers, parameter
from qmcb.fund.state import POOL, State, Step


@dataclass(frozen=True, kw_only=True)
class PayInFromContributions(Step):
    """Each region pays a share of its contributions into the pool."""

    name = "pay_in_contributions"
    phase = POOL
    percent: int = parameter(parameters.percent)

    def __call__(self, accounts: Accounts, state: State) -> State:
        return _pay_in(accounts, state, exact.part(accounts.contributions, self.percent))


@dataclass(frozen=True, kw_only=True)
class PayInFromWages(Step):
    """Each region pays average wage × `of_wage` × insurable persons × `percent` (国发〔2018〕18号)."""

    name = "pay_in_wages"
    phase = POOL
    of_wage: int = parameter(parameters.percent)
    percent: int = parameter(parameters.percent)

    def __call__(self, accounts: Accounts, state: State) -> State:
        wages = accounts.average_wage * accounts.insurable
        paid, _ = exact.scaled(wages, self.of_wage * self.percent, PPM * PPM)
        return _pay_in(accounts, state, paid)


@dataclass(frozen=True, kw_only=True)
class PayInFromSurplus(Step):
    """Each region with a surplus pays a share of it into the pool."""

    name = "pay_in_surplus"
    phase = POOL
    percent: int = parameter(parameters.percent)

    def __call__(self, accounts: Accounts, state: State) -> State:
        surplus = np.maximum(-accounts.gap - state.paid_in, 0)
        return _pay_in(accounts, state, exact.part(surplus, self.percent))


@dataclass(frozen=True, kw_only=True)
class RegionAdds(Step):
    """The region's finance adds a share of what was paid in to the pool."""

    name = "region_adds"
    phase = POOL
    percent: int = parameter(parameters.percent)

    def __call__(self, accounts: Accounts, state: State) -> State:
        added = exact.part(state.paid_in.sum(axis=-1), self.percent)
        return replace(state, pool=state.pool + added, added=state.added + added)


@dataclass(frozen=True, kw_only=True)
class AdjustmentFund(Step):
    """The pool pays a share of the policy part that is left, by tier and assessment, as far as it reaches.

    Where it does not reach, it is divided in proportion to the claims, by largest remainder.
    """

    name = "adjustment"
    tiers: Tiers = parameter(parameters.tiers, EVERYBODY)

    def __call__(self, accounts: Accounts, state: State) -> State:
        claims = exact.part(state.policy, by_tier(self.tiers, accounts))
        if state.assessed and state.coefficient is not None:
            claims = exact.part(claims, state.coefficient)
        paid = exact.allocate(np.minimum(claims.sum(axis=-1), state.pool), claims)
        return _pay_out(state, paid)


@dataclass(frozen=True, kw_only=True)
class PerRetiree(Step):
    """All of the pool is paid out by retirees; `held` regions get back at least what they paid in."""

    name = "per_retiree"
    held: tuple[str, ...] = parameter(parameters.regions, ())

    def __call__(self, accounts: Accounts, state: State) -> State:
        if ((accounts.retirees.sum(axis=-1) == 0) & (state.pool > 0)).any():
            found = "none in any region of a year"
            raise InputError("retirees by whose number the pool is paid out", found, "correct the accounts")
        held = np.array([code in self.held for code in accounts.regions])
        back = np.zeros(accounts.shape, np.bool_)
        while True:  # a region given back what it paid leaves the others less, which may drop one more
            left = state.pool - np.where(back, state.paid_in, 0).sum(axis=-1)
            shares = exact.allocate(left, np.where(back, 0, accounts.retirees))
            short = held & ~back & (shares < state.paid_in)
            if not short.any():
                return _pay_out(state, np.where(back, state.paid_in, shares))
            back |= short


def _pay_in(accounts: Accounts, state: State, paid: Whole) -> State:
    """Into the pool; a surplus that does not suffice leaves a gap, which is borne like any other."""
    total = state.paid_in + paid
    gap = np.maximum(accounts.gap + total, 0)
    return replace(state, paid_in=total, pool=state.pool + paid.sum(axis=-1), policy=gap)


def _pay_out(state: State, paid: Whole) -> State:
    """Out of the pool; what is above the gap goes to the region's balance."""
    paid_out = replace(state, paid_out=state.paid_out + paid, pool=state.pool - paid.sum(axis=-1))
    return paid_out.bear("adjustment", np.minimum(paid, state.policy))
