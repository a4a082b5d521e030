"""Sharing a fund's gap over years and draws, and its whole outlook to 2050: seconds and memory."""

import sys

from benchmarks.measure import run

ACCOUNTS = """
import time
from datetime import date
import numpy as np
from qmcb.fund import scheme, sharing
from qmcb.fund.accounts import COLUMNS, Accounts, Panel
rng = np.random.default_rng(1)
regions = tuple(f"{code:06}" for code in range(640_101, 640_128))
def accounts(*before):
    shape = (*before, len(regions))
    people = {"insured": rng.integers(10_000, 100_000, shape), "retirees": rng.integers(3_000, 50_000, shape)}
    people["insurable"] = people["insured"] * 5 // 4
    paid = people["insured"] * 60_000_00 // 6
    money = {
        "contributions": paid,
        "target": paid * 21 // 20,
        "spending": people["retirees"] * 60_000_00 * 2 // 5,
        "opening_balance": rng.integers(-(10**10), 10**11, shape),
        "irregular_spending": rng.integers(0, 10**8, shape),
        "fiscal_revenue": paid * 4,
    }
    told = {**dict.fromkeys(COLUMNS, 0), **people, **money, "average_wage": 60_000_00}
    return Accounts.build(regions, told), rng.integers(600_000, 1_000_001, shape)
"""
YEARS = """
panel_accounts, marks = accounts(20)
panel = Panel(tuple(range(2005, 2025)), panel_accounts, panel_accounts.closing_balance)
start = time.perf_counter()
for name in scheme.names():
    made = sharing.share_years(panel, scheme.load(name), as_of=date(2021, 1, 1), coefficient=marks)
    sharing.frame(made, panel)
print(f"  27 regions x 20 years x 6 schemes, files and tables included: {time.perf_counter() - start:.3f} s")
"""
DRAWS = """
terms = scheme.load("notice").at(2021)
draws, marks = accounts(10_000)
start, pool = time.perf_counter(), 0
for year in range(34):
    made = sharing.share(draws, terms, coefficient=marks, pool=pool)
    draws, pool = draws.changed(opening_balance=made.closing_balance.clip(-(10**13), 10**13)), made.pool_left
print(f"  10,000 draws x 27 regions x 34 years, notice: {time.perf_counter() - start:.2f} s")
"""
OUTLOOK = """
from qmcb.fund import assumptions, outlook
told, _ = accounts(3)
panel = Panel((2014, 2015, 2016), told, told.closing_balance)
start = time.perf_counter()
outlook.project(panel, scheme.load("notice").at(2021), assumptions.load(), until=2050, draws=10_000)
seconds = time.perf_counter() - start
print(f"  10,000 draws x 27 regions x 34 years, notice, from people to quantiles: {seconds:.2f} s")
"""


def main() -> None:
    for name, work in (("share years", YEARS), ("share draws", DRAWS), ("outlook", OUTLOOK)):
        print(f"{name:12} {run([sys.executable, '-c', ACCOUNTS + work], loud=True)}", flush=True)


if __name__ == "__main__":
    main()
