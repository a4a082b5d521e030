"""The pension fund's accounts by county and year, made up within plausible ranges."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qmcb.sample.calibration import figures
from qmcb.sample.clock import Clock
from qmcb.sample.wages import average

FIRST_YEAR = 2015
_RATE = 0.24
_CHANGES = (
    ("contributions", 0.02, "人社部发〔2016〕132号"),
    ("spending", 0.03, "基本养老金年度调整"),
    ("spending", 0.015, None),
    ("subsidy", 0.05, None),
)
_INCOME = ("contributions", "interest", "transfers", "subsidy")
_MONEY = (*_INCOME, "spending", "irregular_spending")


def _people(rng: np.random.Generator, years: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Insured, insurable and retired persons (22, years) at the scale of the real counties."""
    enrolled, population = figures()["enrolled_2016"], figures()["region"]["population"]
    resident = np.array([county["resident"] for county in figures()["counties"]])[:, None]
    shape = (len(resident), len(years))
    urban = rng.uniform(0.6, 1.4, (len(resident), 1))
    grown = 1.035 ** (years - 2016)
    insured = resident / population * enrolled["enterprise_pension_paying"] * 1e4 * urban * grown
    burden = rng.uniform(0.7, 1.35, (len(resident), 1))
    retired = resident / population * enrolled["enterprise_pension_retired"] * 1e4 * urban * burden
    return {
        "insured": insured.astype(np.int64),
        "insurable": (insured * rng.uniform(1.08, 1.35, shape)).astype(np.int64),
        "retirees": (retired * 1.055 ** (years - 2016)).astype(np.int64),
    }


def _actual(
    rng: np.random.Generator, people: dict[str, NDArray[np.int64]], years: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Money (22, years) in fen; the balance of each year opens the next."""
    shape = people["insured"].shape
    wage = np.broadcast_to(average(years) * 12, shape)
    paid = people["insured"] * wage * 0.76 * _RATE * rng.uniform(0.85, 1.08, shape)
    spending = people["retirees"] * wage * 0.43 * rng.uniform(0.94, 1.06, shape)
    money = {
        "contributions": paid,
        "transfers": paid * rng.uniform(-0.02, 0.05, shape),
        "subsidy": spending * rng.uniform(0.02, 0.12, shape),
        "spending": spending,
        "irregular_spending": spending
        * np.where(rng.random(shape) < 0.25, rng.uniform(0.0005, 0.004, shape), 0),
        "target": paid * rng.uniform(0.96, 1.08, shape),
        "average_wage": wage,
        "fiscal_revenue": paid * rng.uniform(2.5, 6.0, (shape[0], 1)),
    }
    whole = {name: np.round(values).astype(np.int64) for name, values in money.items()}
    balance = np.round(spending[:, 0] * rng.uniform(0.4, 1.6, shape[0])).astype(np.int64)
    whole["opening_balance"], whole["interest"] = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for year in range(shape[1]):
        whole["opening_balance"][:, year] = balance
        whole["interest"][:, year] = np.maximum(balance, 0) * 25 // 1_000
        balance = balance + sum(whole[name][:, year] for name in _INCOME) - whole["spending"][:, year]
    return whole


def _closed(table: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.int64]]:
    """The accounts with what they close with, before any adjustment fund."""
    none = np.zeros_like(table["spending"])
    closing = table["opening_balance"] + sum(table[name] for name in _INCOME) - table["spending"]
    return {**table, "adjustment_received": none, "adjustment_paid": none, "closing_balance": closing}


def columns(rng: np.random.Generator, clock: Clock) -> dict[str, pa.Array]:
    """Budget and actual of every county and year since 2015; spending includes what is irregular.

    The opening balance plus contributions, interest, transfers and subsidy less spending is the closing
    balance, and of the actual accounts the next year's opening balance. A budget opens with the actual
    balance. No adjustment fund pays or is paid.
    """
    years = np.arange(FIRST_YEAR, clock.year + 1)
    people = _people(rng, years)
    actual = {**_actual(rng, people, years), **people}
    shape = people["insured"].shape
    budget = {
        name: (values * rng.uniform(0.95, 1.05, shape)).astype(np.int64) if name in _MONEY else values
        for name, values in actual.items()
    }
    budget["irregular_spending"] = np.zeros(shape, np.int64)
    actual, budget = _closed(actual), _closed(budget)
    codes = np.repeat([county["code"] for county in figures()["counties"]], len(years))
    return {
        "region": pa.array(np.tile(codes, 2)).cast(pa.string()),
        "year": pa.array(np.tile(years, 2 * shape[0])),
        "basis": pa.array(np.repeat(["budget", "actual"], len(codes))),
        **{name: pa.array(np.concatenate([budget[name].ravel(), actual[name].ravel()])) for name in actual},
    }


def changes(rng: np.random.Generator, accounts: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Changes of about a third of the budgets, some with a policy behind them and some without."""
    rows = np.flatnonzero(np.asarray(accounts["basis"]) == "budget")
    rows = rows[rng.random(len(rows)) < 0.35]
    kind = rng.integers(0, len(_CHANGES), len(rows))
    items = [item for item, _, _ in _CHANGES]
    parts = np.array([part for _, part, _ in _CHANGES])
    policies = [policy for _, _, policy in _CHANGES]
    values = np.stack([accounts[item].to_numpy()[rows] for item in items], axis=1)[np.arange(len(rows)), kind]
    amount = np.round(values * parts[kind] * rng.uniform(0.5, 1.5, len(rows))).astype(np.int64)
    return {
        "region": accounts["region"].take(rows),
        "year": accounts["year"].take(rows),
        "item": pa.array(items).take(kind),
        "amount": pa.array(amount),
        "policy_basis": pa.array(policies).take(kind),
    }
