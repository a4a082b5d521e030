"""The steps of which a scheme is made: each takes accounts and what was settled so far, and settles more.

A step is pure, works on arrays (…, regions) in whole fen and knows nothing of years. Steps come in three
phases: what is paid into the pool, what kind of gap there is, who bears it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from qmcb.errors import InputError
from qmcb.fund import exact, parameters, pooling
from qmcb.fund.accounts import UNKNOWN, Accounts
from qmcb.fund.capacity import EVERYBODY, by_tier
from qmcb.fund.parameters import Tiers, parameter
from qmcb.fund.state import KIND, State, Step


@dataclass(frozen=True, kw_only=True)
class ManagedPart(Step):
    """M = min(gap, max(0, target − contributions) + irregular spending): of the county's own making."""

    name = "managed_part"
    phase = KIND

    def __call__(self, accounts: Accounts, state: State) -> State:
        accounts.require(
            accounts.target != UNKNOWN,
            "a collection target for the managed part",
            "none in a year that is shared",
            "add the target, or take a scheme without a managed part",
        )
        missed = np.maximum(accounts.target - accounts.contributions, 0)
        made = np.minimum(state.policy, missed + accounts.irregular_spending)
        return replace(state, managed=made, managed_part=made, policy=state.policy - made)


@dataclass(frozen=True, kw_only=True)
class Assessed(Step):
    """What the adjustment fund pays is multiplied with the coefficient of the county's assessment."""

    name = "assessed"
    phase = KIND

    def __call__(self, accounts: Accounts, state: State) -> State:
        if state.coefficient is None:
            todo = "assess the budgets first, or take a scheme without assessment"
            raise InputError("the coefficients of an assessment", "none", todo)
        return replace(state, assessed=True)


@dataclass(frozen=True, kw_only=True)
class Reserve(Step):
    """The county's opening balance above so many months of spending goes to the policy part."""

    name = "reserve"
    months: int = parameter(parameters.months)

    def __call__(self, accounts: Accounts, state: State) -> State:
        kept = -(-accounts.spending * self.months // 12)
        spare = np.maximum(accounts.opening_balance - kept, 0)
        return state.bear("reserve", np.minimum(state.policy, spare))


@dataclass(frozen=True, kw_only=True)
class Grant(Step):
    """The region's finance bears a share of the policy part that is left, by tier."""

    name = "grant"
    tiers: Tiers = parameter(parameters.tiers, EVERYBODY)

    def __call__(self, accounts: Accounts, state: State) -> State:
        given = exact.part(state.policy, by_tier(self.tiers, accounts))
        return state.bear("grant", given)


@dataclass(frozen=True, kw_only=True)
class County(Step):
    """The county's finance bears the managed part and what is left, up to a share of its revenue."""

    name = "county"
    cap: int | None = parameter(parameters.percent, None)

    @property
    def bears_all(self) -> bool:
        return self.cap is None

    def __call__(self, accounts: Accounts, state: State) -> State:
        if self.cap is None:
            return state.bear("county", state.policy, state.managed)
        most = exact.part(accounts.fiscal_revenue, self.cap)
        managed = np.minimum(state.managed, most)
        return state.bear("county", np.minimum(state.policy, most - managed), managed)


@dataclass(frozen=True, kw_only=True)
class Advance(Step):
    """The region's finance advances all that is left; the county repays it."""

    name = "advance"

    @property
    def bears_all(self) -> bool:
        return True

    def __call__(self, accounts: Accounts, state: State) -> State:
        return state.bear("advance", state.policy, state.managed)


@dataclass(frozen=True, kw_only=True)
class Split(Step):
    """Payers bear all that is left in fixed shares; fen that do not divide go by largest remainder."""

    name = "split"
    shares: Mapping[str, int] = parameter(parameters.split)

    @property
    def bears_all(self) -> bool:
        return True

    def __call__(self, accounts: Accounts, state: State) -> State:
        rest = state.policy + state.managed
        parts = exact.allocate(
            rest, np.broadcast_to(list(self.shares.values()), (*rest.shape, len(self.shares)))
        )
        for place, payer in enumerate(self.shares):
            managed = np.minimum(parts[..., place], state.managed)
            state = state.bear(payer, parts[..., place] - managed, managed)
        return state


_ALL: tuple[type[Step], ...] = (
    pooling.PayInFromContributions,
    pooling.PayInFromWages,
    pooling.PayInFromSurplus,
    pooling.RegionAdds,
    ManagedPart,
    Assessed,
    Reserve,
    pooling.AdjustmentFund,
    pooling.PerRetiree,
    Grant,
    County,
    Advance,
    Split,
)
STEPS: Mapping[str, type[Step]] = {step.name: step for step in _ALL}
