"""A department's fund accounts read whole, or refused with one line that says what is wrong with them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from qmcb import codes, paths
from qmcb.balance import Line
from qmcb.errors import InputError
from qmcb.fund import units
from qmcb.fund.accounts import COLUMNS, UNKNOWN, Accounts, Panel
from qmcb.fund.exact import Whole
from qmcb.identity import region as regions_in_time
from qmcb.sources import book, files
from qmcb.sources.book import Book
from qmcb.tables import CONTRACTS

_ACCOUNTS, _CHANGES = "fund_accounts", "budget_changes"
_TODO = "correct the accounts"
# Columns whose sum over the regions is the total of the province.
_ADDED = tuple(name for name in COLUMNS if name not in ("average_wage", "target"))


@dataclass(frozen=True)
class Fund:
    """The accounts of one fund, whole and reconciled.

    `panels` by basis (codes.ACCOUNT_BASIS). `changes` are the changes of budgets, columns region,
    year, item, amount (fen) and policy_basis (None without one); empty where none were sent.
    """

    panels: Mapping[str, Panel]
    changes: pd.DataFrame

    def __getitem__(self, basis: str) -> Panel:
        """The panel of a basis; raises `InputError` where the accounts do not have it."""
        if basis not in self.panels:
            label = f"{codes.ACCOUNT_BASIS[basis]} ({basis}) in fund_accounts"
            raise InputError(f"accounts of basis {label}", "none", "add their rows")
        return self.panels[basis]


def read(place: Path) -> Fund:
    """The fund accounts in a source folder or in one file, with the budget changes of the folder.

    Raises `InputError` with one line for whatever is wrong: see `fund`.
    """
    with open_accounts(place) as opened:
        return fund(opened)


def open_accounts(source: str | Path) -> Book:
    """fund_accounts in one file, or in a source with the budget changes that it has.

    Raises `InputError` where there are no accounts.
    """
    file = paths.resolve(source)
    if files.known(file) and not file.is_dir():
        return book.read_files({_ACCOUNTS: file})
    return book.read(source, needed=(_ACCOUNTS,), only=(_ACCOUNTS, _CHANGES))


def fund(opened: Book) -> Fund:
    """The fund accounts of a source.

    Raises `InputError` where a row broke its contract, a region is unknown or did not exist in the
    year, a region has a year twice or lacks one, money is not in fen, a balance does not
    follow from the one before, or the province's total is not the sum of its regions.
    """
    _refuse_quarantined(opened)
    rows = opened[_ACCOUNTS].to_pyarrow()
    changes = opened[_CHANGES].to_pandas() if _CHANGES in opened else pd.DataFrame(columns=_changes())
    present = [basis for basis in codes.ACCOUNT_BASIS if basis in set(rows["basis"].to_pylist())]
    panels = {basis: panel(rows.filter(pc.equal(rows["basis"], basis)), basis) for basis in present}
    made = Fund(panels, changes[_changes()].sort_values(["region", "year", "item"], ignore_index=True))
    _known(list(made.changes["region"]), list(made.changes["year"]), _CHANGES)
    return made


def panel(rows: pa.Table, basis: str) -> Panel:
    """The rows of one basis, in any order, as a panel; rows of a province are held against their parts."""
    regions, years = rows["region"].to_pylist(), rows["year"].to_pylist()
    _known(regions, years, _ACCOUNTS)
    twice = [pair for pair, count in Counter(zip(regions, years, strict=True)).items() if count > 1]
    if twice:
        code, year = min(twice)
        label = codes.ACCOUNT_BASIS[basis]
        raise InputError(
            f"one row a region, year and basis in {_ACCOUNTS}", f"{code} {year} {label} twice", _TODO
        )
    parts = {code for code in regions if not _is_total(code, regions)}
    made = _square(rows, basis, tuple(sorted(parts)))
    for code in sorted(set(regions) - parts):
        total = _square(rows.filter(pc.equal(rows["region"], code)), basis, (code,))
        _adds_up(made, total, code)
    return made


def balance(made: Panel) -> tuple[Line, ...]:
    """Closing balance = opening balance + income − spending, a line a year whose closing is told, in fen."""
    accounts = made.accounts
    amounts = (("上年结余", accounts.opening_balance), ("本年收入", accounts.income),
               ("调剂补助", accounts.adjustment_received), ("调剂上解", -accounts.adjustment_paid),
               ("待遇支出", -accounts.spending))  # fmt: skip
    return tuple(
        Line(
            f"{year}年末结余（分）",
            int(made.closed[place].sum()),
            tuple((label, int(values[place].sum())) for label, values in amounts),
        )
        for place, year in enumerate(made.years)
        if (made.closed[place] != UNKNOWN).all()
    )


def _changes() -> list[str]:
    return list(CONTRACTS[_CHANGES].names)


def _refuse_quarantined(opened: Book) -> None:
    rows = opened.quarantine
    broken = rows.filter(rows.table.isin([_ACCOUNTS, _CHANGES])).order_by("table", "line").to_pandas()
    if len(broken):
        first = broken.iloc[0]
        others = f" and {len(broken) - 1} more rows" if len(broken) > 1 else ""
        found = f"{first['reason']} in line {first['line']}{others}"
        raise InputError(f"every row of {first['file']} to keep its contract", found, _TODO)


def _known(regions: list[str], years: list[int], table: str) -> None:
    valid = regions_in_time.valid_at(pa.array(regions, pa.string()), np.asarray(years, np.int64))
    for code, year, known in zip(regions, years, valid.to_pylist(), strict=True):
        if not known:
            raise InputError(
                f"a region code of GB/T 2260 in force in {year} in {table}", code, "correct the code"
            )


def _is_total(code: str, regions: Iterable[str]) -> bool:
    """Whether a province's row stands for the sum: rows of its regions are there too."""
    return code.endswith("0000") and any(other[:2] == code[:2] and other != code for other in regions)


def _square(rows: pa.Table, basis: str, regions: tuple[str, ...]) -> Panel:
    """Rows as arrays (years, regions); every region needs every year."""
    years = tuple(sorted(set(rows["year"].to_pylist())))
    place = {(year, code): i for i, (year, code) in enumerate((y, r) for y in years for r in regions)}
    pairs = zip(rows["year"].to_pylist(), rows["region"].to_pylist(), strict=True)
    at = np.array([place.get(pair, -1) for pair in pairs])
    lacking = sorted(set(range(len(place))) - set(at.tolist()))
    if lacking:
        year, code = list(place)[lacking[0]]
        found = f"none of {code} in {year}"
        raise InputError(f"{codes.ACCOUNT_BASIS[basis]} of every region in every year", found, "add the row")
    shape = (len(years), len(regions))
    arrays = {name: _array(rows, name, at, shape) for name in (*COLUMNS, "closing_balance")}
    told = arrays.pop("closing_balance")
    accounts = Accounts.build(regions, arrays)
    units.check(accounts, years)
    following = _next_opening(years, accounts) if basis == "actual" else np.full(shape, UNKNOWN)
    for closed in (told, following):
        _follows(closed, accounts, years)
    return Panel(years, accounts, np.where(told == UNKNOWN, following, told))


def _array(rows: pa.Table, name: str, at: Whole, shape: tuple[int, int]) -> Whole:
    absent = UNKNOWN if name in ("target", "closing_balance") else 0
    column = rows[name].combine_chunks().cast(pa.int64()).fill_null(absent).to_numpy(zero_copy_only=False)
    made = np.empty(shape, np.int64)
    made.reshape(-1)[at[at >= 0]] = column[at >= 0]
    return made


def _next_opening(years: tuple[int, ...], accounts: Accounts) -> Whole:
    """What the next year opens with, for each year whose next is there."""
    opening = np.concatenate([accounts.opening_balance[1:], np.full((1, len(accounts.regions)), UNKNOWN)])
    follows = np.array([year + 1 in years for year in years])
    return np.where(follows[:, None], opening, UNKNOWN)


def _follows(closed: Whole, accounts: Accounts, years: tuple[int, ...]) -> None:
    """Opening balance + income − spending is the closing balance, where that is told."""
    off = np.where(closed == UNKNOWN, 0, closed - accounts.closing_balance)
    for at, code in zip(*np.nonzero(off), strict=True):
        where = f"{accounts.regions[code]} in {years[at]}"
        found = f"a closing or next opening balance that differs by {off[at, code]} fen"
        raise InputError(f"opening balance + income − spending = closing balance of {where}", found, _TODO)


def _adds_up(made: Panel, total: Panel, code: str) -> None:
    inside = [place for place, region in enumerate(made.regions) if region[:2] == code[:2]]
    for name in _ADDED:
        parts = getattr(made.only(total.years).accounts, name)[:, inside].sum(axis=-1)
        off = getattr(total.accounts, name)[:, 0] - parts
        for at in np.flatnonzero(off):
            unit = "persons" if name in ("insured", "insurable", "retirees") else "fen"
            found = f"a total that differs by {off[at]} {unit}"
            raise InputError(
                f"{name} of {code} in {total.years[at]} to be the sum of its regions", found, _TODO
            )
