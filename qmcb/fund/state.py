"""What a scheme has settled so far, and what a step of it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from qmcb.fund import parameters
from qmcb.fund.accounts import Accounts
from qmcb.fund.exact import Whole

POOL, KIND, BEAR = range(3)  # the phases: paid into the pool, kind of gap, who bears it


@dataclass(frozen=True)
class State:
    """What is settled so far: fen in arrays (…, regions), of the pool (…,).

    `managed` and `policy` are the parts of the gap that nobody bears yet, `managed_part` all of M.
    `pool` is what the adjustment fund still has, `added` what the region put into it. `coefficient` is
    the assessment's, in millionths; `assessed` says whether steps ask for it.
    """

    managed: Whole
    policy: Whole
    managed_part: Whole
    paid_in: Whole
    paid_out: Whole
    pool: Whole
    added: Whole
    coefficient: Whole | None
    assessed: bool
    borne: Mapping[str, Whole]

    def bear(self, payer: str, policy: Whole, managed: Whole | int = 0) -> Self:
        """A payer takes over so much of each part."""
        taken = self.borne.get(payer, 0) + policy + managed
        borne = {**self.borne, payer: taken}
        return replace(self, borne=borne, policy=self.policy - policy, managed=self.managed - managed)


def begin(accounts: Accounts, pool: Whole, coefficient: Whole | None) -> State:
    """Nothing settled: the gap all of it of the policy's making, the pool as it opens."""
    none = np.zeros(accounts.shape, np.int64)
    gap = np.maximum(accounts.gap, 0)
    return State(none, gap, none, none, none, pool, np.zeros_like(pool), coefficient, False, {})


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step; `assumed` says that no document gives its parameters."""

    name: ClassVar[str]
    phase: ClassVar[int] = BEAR
    assumed: bool = False

    @property
    def bears_all(self) -> bool:
        """Whether nothing of the gap is left after it."""
        return False

    def __call__(self, accounts: Accounts, state: State) -> State:
        raise NotImplementedError

    def changed(self, **values: Any) -> Self:
        """The same step with some parameters replaced, in the units of the YAML file."""
        return replace(self, **parameters.read(type(self), values))
