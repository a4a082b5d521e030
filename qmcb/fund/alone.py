"""One region at a time does otherwise, all others as they are: what that makes of its own settlement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from qmcb.fund import sharing
from qmcb.fund.accounts import COLUMNS, Accounts
from qmcb.fund.exact import Whole
from qmcb.fund.scheme import Terms
from qmcb.fund.sharing import Shares

_AT_ONCE = 2_000_000  # cells of one array: what memory it takes does not grow with regions and years


@dataclass(frozen=True)
class Others:
    """What stays as it is: `accounts` and `coefficient` (rows, regions), the `pool` each row opens with."""

    accounts: Accounts
    terms: Terms
    coefficient: Whole | None
    pool: Whole

    @classmethod
    def build(
        cls, accounts: Accounts, terms: Terms, coefficient: ArrayLike | None = None, pool: ArrayLike = 0
    ) -> Self:
        """Accounts, coefficient (…, regions) and pool (…,) with all axes before the regions made one."""
        shape, regions = accounts.shape, accounts.regions
        flat = {name: getattr(accounts, name).reshape(-1, len(regions)) for name in COLUMNS}
        marks = None
        if coefficient is not None:
            marks = np.broadcast_to(np.asarray(coefficient, np.int64), shape).reshape(-1, len(regions))
        pools = np.broadcast_to(np.asarray(pool, np.int64), shape[:-1]).reshape(-1)
        return cls(Accounts.build(regions, flat), terms, marks, pools)

    def everyone(self) -> tuple[Whole, Whole]:
        """Row and region of every place of the accounts, in their order."""
        rows, regions = self.accounts.shape
        return np.repeat(np.arange(rows), regions), np.tile(np.arange(regions), rows)

    def settle(
        self,
        row: Whole,
        region: Whole,
        take: Callable[[Shares], Whole],
        *,
        coefficient: Whole | None = None,
        **own: Whole,
    ) -> Whole:
        """What `take` reads of (cases, regions, …) for each case's own region: (cases, …).

        A case is the accounts of one row in which one region alone has other columns (`own`, each
        (cases,)) and, where told, another coefficient. Each case is settled by itself.
        """
        step = max(1, _AT_ONCE // len(self.accounts.regions))
        parts = []
        for first in range(0, len(row), step):
            part = slice(first, first + step)
            rows, at = row[part], (np.arange(len(row[part])), region[part])
            columns = {
                name: _with(getattr(self.accounts, name)[rows], at, values[part])
                for name, values in own.items()
            }
            marks = None if self.coefficient is None else self.coefficient[rows]
            if marks is not None and coefficient is not None:
                marks = _with(marks, at, coefficient[part])
            cases = self.accounts[rows].changed(**columns)
            parts.append(take(sharing.share(cases, self.terms, coefficient=marks, pool=self.pool[rows]))[at])
        return np.concatenate(parts)


def _with(values: Whole, at: tuple[Whole, Whole], own: Whole) -> Whole:
    """Rows freshly taken, with each case's own value in its region's place."""
    values[at] = own
    return values
