"""Panels and assumptions for tests of the outlook."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from qmcb import paths
from qmcb.fund import assumptions
from qmcb.fund.accounts import COLUMNS, Accounts, Panel
from qmcb.fund.assumptions import Assumptions

ALL = assumptions.load()
STILL = ALL.without_spread()
CODES = ("640104", "640105", "640106")


def baseline() -> dict[str, Any]:
    """The file of the baseline as it stands."""
    made: dict[str, Any] = yaml.safe_load((paths.OUTLOOK / "baseline.yaml").read_text("utf-8"))
    return {**made, "values": {str(day): dict(value) for day, value in made["values"].items()}}


def changed(folder: Path, items: Mapping[str, Any]) -> Assumptions:
    """The baseline with whole items replaced, read from a file as any other."""
    raw = baseline()
    raw["values"] = {day: {**value, **items} for day, value in raw["values"].items()}
    (folder / "case.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True, sort_keys=False), "utf-8")
    return assumptions.load("case", folder=folder)


def panel(*counties: Mapping[str, int], years: tuple[int, ...] = (2017,)) -> Panel:
    """Counties with the same accounts in each year, in fen; closed as their accounts close."""
    told = {name: [county[name] for county in counties] for name in counties[0]}
    columns = {name: np.tile(told.get(name, [0] * len(counties)), (len(years), 1)) for name in COLUMNS}
    made = Accounts.build(CODES[: len(counties)], columns)
    return Panel(years, made, made.closing_balance)


def county(**told: int) -> dict[str, int]:
    """A county of 10,000 insured and 4,000 retirees with a small deficit, in fen."""
    return {
        "contributions": 100_000_000_00, "target": 105_000_000_00, "interest": 1_000_000_00,
        "transfers": 2_000_000_00, "subsidy": 5_000_000_00, "spending": 110_000_000_00,
        "irregular_spending": 100_000_00, "opening_balance": 60_000_000_00, "insured": 10_000,
        "insurable": 12_500, "retirees": 4_000, "average_wage": 60_000_00,
        "fiscal_revenue": 500_000_000_00, **told,
    }  # fmt: skip
