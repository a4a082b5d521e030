"""Small spaces for tests: two counties and a pool, and the notice with fewer levers."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from qmcb.fund import scheme, space
from qmcb.fund.accounts import COLUMNS, Accounts
from qmcb.fund.space import Lever, Space

NOTICE = space.load("notice", 2020)
TERMS = {name: scheme.load(name).at(2020) for name in scheme.names()}

# One year of two counties, in 万元. Each has revenue of 1000 and contributions of 1000, A spends 1000 and
# B 1100. Only B is poor enough to be paid from the pool, and is paid all of it.
TWO = {
    code: {"contributions": 1000, "fiscal_revenue": 1000, "insured": 9, **told}
    for code, told in {
        "640104": {"spending": 1000, "insurable": 100},
        "640105": {"spending": 1100, "insurable": 300},
    }.items()
}
POOL = """\
label: 调剂
description: A pool for the poor.
values:
  2017-01-01:
    - {step: pay_in_contributions, percent: 1}
    - {step: region_adds, percent: 50}
    - {step: reserve, months: 0}
    - {step: adjustment, tiers: [{at_least: 0, percent: 100}, {at_least: 100, percent: 0}]}
    - {step: county}
references: {}
confirmed: null
assumed: true
note: For tests.
"""
CHOICE = """\
label: 可选
description: What may be chosen.
values:
  2017-01-01:
    scheme: pool
    kept: 98
    of: 100
    budgets: 100
    levers:
      - {step: pay_in_contributions, parameter: percent, least: 0, most: 5, by: 1}
      - {step: region_adds, parameter: percent, least: 0, most: 100, by: 50}
references: {}
confirmed: null
assumed: true
note: For tests.
"""


def stacked(made: Accounts, years: int = 1) -> Accounts:
    """The same accounts in each of some years."""
    columns = {name: np.stack([getattr(made, name)] * years) for name in COLUMNS}
    return Accounts.build(made.regions, columns)


def load(folder: Path, choice: str = CHOICE, pool: str = POOL) -> Space:
    for name, text in (("frontier/choice.yaml", choice), ("schemes/pool.yaml", pool)):
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    return space.load("choice", 2020, folder / "frontier", folder / "schemes")


def reached(levers: Iterable[tuple[int, int, int, int]]) -> tuple[Lever, ...]:
    """Some of the notice's levers with another reach: which, least, most, by."""
    return tuple(
        replace(NOTICE.levers[lever], least=Decimal(least), most=Decimal(most), by=Decimal(by))
        for lever, least, most, by in levers
    )
