"""What one more yuan collected leaves with the county that collects it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qmcb.fund import alone, sharing
from qmcb.fund.accounts import COLUMNS, Accounts
from qmcb.fund.scheme import Terms

STEP = 1_000_000  # 1 万元 in fen: beside it the rounding of a few fen does not show


def kept(
    accounts: Accounts,
    terms: Terms,
    *,
    coefficient: ArrayLike | None = None,
    pool: ArrayLike = 0,
) -> NDArray[np.float64]:
    """The share of one more 万元 of contributions that stays with each region, (…, regions).

    The region alone collects it, all others stay as they are. It keeps what its cost (`Shares.cost`) falls
    by: 1 keeps all, 0 nothing, below 0 it is worse off for having collected. `coefficient` (…, regions) is
    held; `pool` is (…,), as in `sharing.share`. Exact to a few millionths, as parts are whole fen.
    """
    shape, regions = accounts.shape, len(accounts.regions)
    rows = Accounts.build(
        accounts.regions, {name: getattr(accounts, name).reshape(-1, regions) for name in COLUMNS}
    )
    pools = np.broadcast_to(np.asarray(pool, np.int64), shape[:-1]).reshape(-1)
    marks = None
    if coefficient is not None:
        marks = np.broadcast_to(np.asarray(coefficient, np.int64), shape).reshape(-1, regions)
    row, region = (each.ravel() for each in np.indices(rows.shape))
    before = sharing.share(rows, terms, coefficient=marks, pool=pools).cost
    more = {"contributions": rows.contributions.ravel() + STEP}
    after = alone.settle(
        rows, terms, row, region, more, lambda shares: shares.cost, coefficient=marks, pool=pools
    )
    made: NDArray[np.float64] = ((before.ravel() - after) / STEP).reshape(shape)
    return made
