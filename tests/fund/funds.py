"""Accounts for tests: from the readable cases, and as rows of a source."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from qmcb.fund import scheme, sharing
from qmcb.fund.accounts import COLUMNS, UNKNOWN, Accounts
from qmcb.fund.sharing import Shares
from qmcb.sample.files import raw_schema
from qmcb.tables import CONTRACTS

Case = dict[str, Any]
Row = dict[str, Any]

UNITS = {"分": 1, "元": 100, "万元": 1_000_000}
PERSONS = ("insured", "insurable", "retirees")


def cases(name: str) -> list[Case]:
    loaded: list[Case] = yaml.safe_load((Path(__file__).parent / "cases" / f"{name}.yaml").read_text("utf-8"))
    return loaded


def fen(amount: float, unit: str) -> int:
    """An amount in a case's unit as whole fen."""
    exact = Decimal(str(amount)) * UNITS[unit]
    assert exact == int(exact), f"{amount} {unit} is no whole number of fen"
    return int(exact)


def accounts(regions: Mapping[str, Mapping[str, float]], unit: str = "分") -> Accounts:
    """Accounts of regions by code; what is not told is 0, a target that is not told unknown."""
    codes = tuple(sorted(regions))

    def column(name: str) -> list[int]:
        absent = UNKNOWN if name == "target" else 0
        return [
            (int(told[name]) if name in PERSONS else fen(told[name], unit)) if name in told else absent
            for told in (regions[code] for code in codes)
        ]

    return Accounts.build(codes, {name: column(name) for name in COLUMNS})


def shared(case: Case) -> tuple[Accounts, Shares]:
    """The accounts of a case, and how its scheme shares them."""
    unit = case.get("unit", "万元")
    made = accounts(case["accounts"], unit)
    terms = scheme.load(case["scheme"]).at(case.get("as_of", 2020))
    for step, values in case.get("with", {}).items():
        terms = terms.changed(step, **values)
    marks = case.get("coefficient")
    coefficient = None if marks is None else np.array([marks[code] * 10_000 for code in made.regions])
    pool = fen(case.get("pool", 0), unit)
    return made, sharing.share(made, terms, coefficient=coefficient, pool=pool)


def row(region: str = "640104", year: int = 2018, basis: str = "actual", **changed: object) -> Row:
    """A plausible row of fund_accounts in fen: a gap of 10 万元 on spending of 490."""
    told = {
        "region": region, "year": year, "basis": basis,
        "contributions": 400_000_000, "target": 420_000_000, "interest": 10_000_000, "transfers": 0,
        "subsidy": 70_000_000, "spending": 490_000_000, "irregular_spending": 1_000_000,
        "opening_balance": 500_000_000 - 10_000_000 * (year - 2018),
        "insured": 400, "insurable": 500, "retirees": 200, "average_wage": 60_000_00,
        "fiscal_revenue": 2_000_000_000,
    }  # fmt: skip
    return {**told, **changed}


def arrow(rows: Iterable[Row], name: str = "fund_accounts") -> pa.Table:
    """Rows as a table under its contract; columns not told are empty."""
    return pa.Table.from_pylist(list(rows), raw_schema(CONTRACTS[name]))


def table(folder: Path, rows: Iterable[Row], changes: Iterable[Row] = ()) -> Path:
    """A source folder with fund_accounts, and budget_changes where there are any."""
    for name, each in (("fund_accounts", list(rows)), ("budget_changes", list(changes))):
        if each:
            pq.write_table(arrow(each, name), folder / f"{name}.parquet")
    return folder
