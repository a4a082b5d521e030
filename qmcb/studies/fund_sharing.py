"""What notebook 06 asks: each county's gap, who bears it under each scheme, and what that does."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from qmcb import codes, periods
from qmcb.balance import Line
from qmcb.errors import InputError
from qmcb.fund import assessment, cause, discipline, fairness, incentive, ledger, scheme, settle
from qmcb.fund.assessment import Criteria
from qmcb.fund.ledger import Fund
from qmcb.fund.scheme import Terms
from qmcb.fund.settle import Settlement
from qmcb.studies import fund_source
from qmcb.studies.fund_source import FundSource
from qmcb.studies.lever import Lever, levers


@dataclass(frozen=True)
class FundSharing(FundSource):
    """The accounts of a province's counties, settled under one scheme and under others to compare with.

    `settlements` begins with the scheme in question; all are of `years`.
    """

    years: tuple[int, ...]
    as_of: date | None
    settlements: tuple[Settlement, ...]

    @property
    def made(self) -> Settlement:
        """The settlement under the scheme in question, all years."""
        return self.settlements[0]

    @property
    def year(self) -> int:
        """The last year, which pictures of one year show."""
        return self.years[-1]

    @property
    def terms(self) -> Terms:
        """The terms of the scheme in question in the last year."""
        return self.made.terms[-1]

    @cached_property
    def last(self) -> tuple[Settlement, ...]:
        """All settlements of the last year alone."""
        year = (self.year,)
        return tuple(
            settle.settle(self.fund, made.scheme, years=year, as_of=self.as_of) for made in self.settlements
        )

    @cached_property
    def year_fund(self) -> Fund:
        """The fund with the actual accounts of the last year only."""
        panels = {**self.fund.panels, "actual": self.fund["actual"].only((self.year,))}
        return replace(self.fund, panels=panels)

    @property
    def since(self) -> int | None:
        """The year from which the gap's change is told: the first asked for, else the year before."""
        if len(self.years) > 1:
            return self.years[0]
        return self.year - 1 if self.year - 1 in self.fund["actual"].years else None

    @property
    def criteria(self) -> Criteria | None:
        """By what budgets are assessed in the last year; None where there are no budgets."""
        if "budget" not in self.fund.panels:
            return None
        return assessment.criteria(self.as_of or self.year)

    @property
    def levers(self) -> Mapping[str, Lever]:
        """What of the scheme can be tried out, by the name that `tried` takes."""
        return levers(self.made.scheme, self.terms)

    def tried(self, **values: float) -> Settlement:
        """The last year under the scheme with some levers moved, marks held."""
        terms = self.terms
        for name, value in values.items():
            terms = self.levers[name].moved(terms, value)
        return settle.under(self.last[0], terms)

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Why each county's gap moved from `since` to the last year: see `cause.decompose`."""
        assert self.since is not None
        return cause.decompose(self.fund["actual"], self.since, self.year)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """What one more yuan leaves with each county in the last year: see `incentive.curve`.

        Where the scheme asks for an assessment, marks move with what is collected.
        """
        marks = None
        if "assessed" in self.terms and self.criteria is not None:
            marks = incentive.following(self.year_fund, self.criteria)
        return incentive.curve(self.year_fund["actual"], self.terms, coefficient=marks)

    @cached_property
    def discipline(self) -> pd.DataFrame:
        """How each county kept to its budget in the last year, what its marks cost it, and the gaming test.

        The columns of `assessment.frame`, `mark_cost` (fen, see `discipline.coefficient_cost`), `gain`
        (fen) and `gains`, by a target lower by a tenth (see `discipline.lower_target`).
        """
        assert self.criteria is not None
        fund = self.year_fund
        made = assessment.frame(assessment.assess(fund, self.criteria), fund["actual"])
        cost = discipline.coefficient_cost(fund, self.terms, self.criteria)["cost"]
        lowered = discipline.lower_target(fund, self.terms, self.criteria)
        return made.assign(mark_cost=cost, gain=lowered["gain"], gains=lowered["gains"])

    def balance(self) -> tuple[Line, ...]:
        """Every balance line of this study; see `qmcb.balance.check`."""
        change = fairness.purses(self.last, self.made.scheme.name)
        lines = [*self.book.balance(), *ledger.balance(self.made.panel), *self.made.balance()]
        lines += fairness.balance(self.made)
        for made in self.last[1:]:
            own = change[change["scheme"] == made.scheme.name]
            parts = tuple(zip(own["purse"].map(codes.PURSE), own["change"].map(int), strict=True))
            lines.append(Line(f"改为{made.scheme.label}的增减（分）", 0, parts))
        if self.since is not None:
            lines += cause.balance(self.causes, self.fund["actual"])
        return tuple(lines)

    def save(self, folder: str) -> None:
        """Write every table behind the pictures as Parquet; nothing where `folder` is empty."""
        if not folder:
            return
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        name = self.made.scheme.name
        tables = {
            "settlements": pd.concat([made.table() for made in self.settlements]),
            "burdens": fairness.burdens(self.made),
            "inequality": pd.concat([fairness.inequality(made) for made in self.settlements]),
            "who_would_pay": fairness.who_would_pay(self.settlements, name),
            "purses": fairness.purses(self.settlements, name),
            "incentive": self.curve,
            "inputs": pd.DataFrame([asdict(file) for file in self.book.files]),
        }
        if self.since is not None:
            tables["causes"] = self.causes
        if self.criteria is not None:
            tables["discipline"] = self.discipline
            tables["findings"] = assessment.findings(self.fund)
        for table, rows in tables.items():
            rows.to_parquet(place / f"{table}.parquet", index=False)


def open_study(
    source: str,
    *,
    province: str | int,
    years: Sequence[int],
    scheme_name: str,
    against: Sequence[str] = (),
    as_of: str = "",
) -> FundSharing:
    """Read a fund's accounts and settle them.

    Parameters
    ----------
    source
        A folder with fund_accounts (and budget_changes), or the file of fund_accounts.
    province
        The two digits of the province whose counties these are.
    years
        The years to settle, one or more.
    scheme_name, against
        The scheme in question, and those it is compared with (params/schemes).
    as_of
        A day whose rules are applied to all years; empty: each year goes by the rules in force in it.

    Raises
    ------
    InputError
        Whatever is wrong with the accounts or the parameters, in one line.
    """
    if not years:
        raise InputError("one year or more", "none", "give the parameter years")
    wanted = [scheme.load(name) for name in dict.fromkeys([scheme_name, *against])]
    day = periods.day(as_of) if as_of else None
    read = fund_source.read(source, str(province))
    settlements = tuple(settle.settle(read.fund, each, years=years, as_of=day) for each in wanted)
    settled = settlements[0].panel.years
    return FundSharing(read.book, read.fund, read.province, read.counties, settled, day, settlements)
