"""A fund's accounts settled under a scheme, and the table of it written whole or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from qmcb import balance, codes
from qmcb.balance import Line
from qmcb.drafts import drafts
from qmcb.errors import InputError
from qmcb.fund import assessment, sharing
from qmcb.fund.accounts import Panel
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.ledger import Fund
from qmcb.fund.scheme import Scheme, Terms
from qmcb.fund.sharing import Shares

_FORMS = (".csv", ".parquet")
_NOT_FEN = ("region", "name", "year", "scheme", "effective", "coefficient")


@dataclass(frozen=True)
class Settlement:
    """What a scheme makes of actual accounts: `terms` by year, `coefficient` where they are assessed."""

    panel: Panel
    scheme: Scheme
    terms: tuple[Terms, ...]
    shares: Shares
    coefficient: Whole | None

    def table(self) -> pd.DataFrame:
        """One row a region and year: the columns of codes.SETTLEMENT and codes.PAYER, money in whole fen.

        `coefficient` is 1 where the scheme asks for no assessment; `effective` is the day from which the
        terms are in force.
        """
        rows = sharing.frame(self.shares, self.panel)
        count = len(self.panel.regions)
        return rows.assign(
            scheme=self.scheme.name,
            effective=[terms.effective for terms in self.terms for _ in range(count)],
            coefficient=1.0 if self.coefficient is None else self.coefficient.ravel() / PPM,
        )[list(columns())]

    def balance(self) -> tuple[Line, ...]:
        """Gap = Σ payers, and the pool, a line each a year."""
        return sharing.balance(self.shares, self.panel.years)


def settle(
    fund: Fund, scheme: Scheme, *, years: Iterable[int] | None = None, as_of: int | date | None = None
) -> Settlement:
    """Share the actual accounts of some years (all unless told) under a scheme.

    Each year goes by the terms and criteria in force in it, or all by those of `as_of`. Raises
    `InputError` for a year that is not there or in which the scheme is not in force, and for
    whatever the scheme needs and the accounts do not have.
    """
    actual = fund["actual"]
    panel = actual if years is None else actual.only(tuple(sorted(set(years))))
    part = replace(fund, panels={**fund.panels, "actual": panel})
    terms = tuple(scheme.at(year if as_of is None else as_of) for year in panel.years)
    assessed = any("assessed" in each for each in terms)
    coefficient = assessment.coefficients(part, as_of) if assessed else None
    shares = sharing.share_years(panel, scheme, as_of=as_of, coefficient=coefficient)
    made = Settlement(panel, scheme, terms, shares, coefficient)
    balance.check(made.balance())
    return made


def under(made: Settlement, terms: Terms) -> Settlement:
    """The same accounts and marks under other terms of the scheme, in all years."""
    shares = sharing.share(made.panel.accounts, terms, coefficient=made.coefficient)
    again = replace(made, terms=(terms,) * len(made.panel.years), shares=shares)
    balance.check(again.balance())
    return again


def writable(path: Path, source: Path) -> None:
    """Raise `InputError` where a table cannot go: unknown form, no folder, or over its own source."""
    if path.suffix.lower() not in _FORMS or path.is_dir():
        raise InputError("a file .csv or .parquet to write", str(path), "name another file")
    if not path.parent.is_dir():
        raise InputError("a folder that is there to write to", f"no folder {path.parent}", "make it first")
    if path.resolve() in (source.resolve(), *(file.resolve() for file in source.glob("*"))):
        raise InputError("another file than the source to write", str(path), "name another file")


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table whole or not at all.

    A CSV is for reading: Chinese headings with the unit, UTF-8 with a byte order mark as spreadsheets
    expect. A Parquet file is for programs: the names of the columns.
    """
    with drafts(path) as (draft,):
        if path.suffix.lower() == ".csv":
            told = table.rename(columns=_headings())
            told.to_csv(draft, index=False, encoding="utf-8-sig", lineterminator="\n")
        else:
            table.to_parquet(draft, index=False)


def columns() -> dict[str, str]:
    """The columns of a settlement's table in order, and their labels: the payers stand after the gap."""
    before = dict(list(codes.SETTLEMENT.items())[: list(codes.SETTLEMENT).index("managed") + 1])
    return {**before, **codes.PAYER, **codes.SETTLEMENT}


def _headings() -> dict[str, str]:
    return {name: label if name in _NOT_FEN else f"{label}（分）" for name, label in columns().items()}
