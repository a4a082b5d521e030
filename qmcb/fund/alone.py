"""One region at a time does otherwise, all others as they are: what that makes of its own settlement."""

from collections.abc import Callable, Mapping

import numpy as np

from qmcb.fund import sharing
from qmcb.fund.accounts import Accounts
from qmcb.fund.exact import Whole
from qmcb.fund.scheme import Terms
from qmcb.fund.sharing import Shares

_AT_ONCE = 2_000_000  # cells of one array: what memory it takes does not grow with regions and years


def settle(
    accounts: Accounts,
    terms: Terms,
    row: Whole,
    region: Whole,
    own: Mapping[str, Whole],
    take: Callable[[Shares], Whole],
    *,
    coefficient: Whole | None = None,
    own_coefficient: Whole | None = None,
    pool: Whole,
) -> Whole:
    """What `take` reads of each case's own region, (cases,), each case settled by itself.

    `accounts` are (rows, regions), `coefficient` too, `pool` (rows,). A case is the accounts of one row
    in which one region alone has other columns (`own`, each (cases,)) and another coefficient.
    """
    made = np.empty(len(row), np.int64)
    step = max(1, _AT_ONCE // len(accounts.regions))
    for first in range(0, len(row), step):
        part = slice(first, first + step)
        rows, place = row[part], region[part]

        def put(values: Whole, alone: Whole, rows: Whole = rows, place: Whole = place) -> Whole:
            cases = values[rows]
            cases[np.arange(len(rows)), place] = alone
            return cases

        changed = {name: put(getattr(accounts, name), values[part]) for name, values in own.items()}
        marks = None if coefficient is None else coefficient[rows]
        if coefficient is not None and own_coefficient is not None:
            marks = put(coefficient, own_coefficient[part])
        cases = accounts[rows].changed(**changed)
        shares = sharing.share(cases, terms, coefficient=marks, pool=pool[rows])
        made[part] = take(shares)[np.arange(len(rows)), place]
    return made
