"""What notebook 07 asks: where the fund goes, what a scheme does to it, and which could be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from qmcb import paths, periods
from qmcb.balance import Line
from qmcb.errors import InputError
from qmcb.fund import (
    assumptions,
    behaviour,
    dated,
    frontier,
    ledger,
    mean_path,
    outlook,
    projection,
    scheme,
    space,
)  # fmt: skip
from qmcb.fund.accounts import Panel
from qmcb.fund.assumptions import Assumptions
from qmcb.fund.behaviour import Behaviour
from qmcb.fund.frontier import Frontier
from qmcb.fund.outlook import Outlook
from qmcb.fund.scheme import Scheme, Terms
from qmcb.studies import fund_source
from qmcb.studies.fund_source import FundSource
from qmcb.studies.lever import Lever, levers
from qmcb.studies.shift import Shift, shifts

Key = tuple[str, bool]  # the name of a scheme, and whether collection responds to it

_SPACE = "notice"


@dataclass(frozen=True)
class FundOutlook:
    """A fund projected under several schemes on the same paths, without a response of collection and with it.

    `outlooks` by scheme and whether there is a response; the scheme in question is the first of `schemes`.
    """

    source: FundSource
    schemes: Mapping[str, Scheme]
    behaviour: Behaviour
    told: Assumptions
    as_of: date
    draws: int
    seed: int
    outlooks: Mapping[Key, Outlook]

    @property
    def scheme(self) -> Scheme:
        """The scheme in question."""
        return next(iter(self.schemes.values()))

    @property
    def made(self) -> Outlook:
        """The outlook under the scheme in question, without a response."""
        return self.outlooks[self.scheme.name, False]

    @property
    def whole(self) -> Panel:
        """All actual accounts."""
        return self.source.fund["actual"]

    @property
    def panel(self) -> Panel:
        """The actual accounts up to the base year."""
        return self.whole.only(tuple(year for year in self.whole.years if year <= self.base))

    @property
    def base(self) -> int:
        return self.made.years[0] - 1

    @property
    def until(self) -> int:
        return self.made.years[-1]

    @property
    def terms(self) -> Mapping[Key, tuple[Terms, Behaviour | None]]:
        """Terms and response of every outlook."""
        return _plans(self.schemes, self.behaviour, self.as_of)

    @cached_property
    def responses(self) -> Mapping[str, Outlook]:
        """The outlook of the scheme in question under every published response, by its name."""
        told = {name: behaviour.load(name) for name in behaviour.names()}
        plans = {name: (self.scheme.at(self.as_of), each) for name, each in told.items()}
        return self._compared(plans)

    @cached_property
    def kept(self) -> pd.DataFrame:
        """What stays of one more yuan along the mean path: see `mean_path.kept`; plans are keys."""
        return mean_path.kept(
            self.panel, self.terms, self.told, as_of=self.as_of, of=self.space.of, until=self.until
        )

    @cached_property
    def other_day(self) -> date:
        """A day on which other retirement ages were known: before they last changed, or when they do."""
        last = max(dated.load("retirement_age", paths.PENSION).values)
        return last - timedelta(days=1) if self.as_of >= last else last

    @cached_property
    def generations(self) -> Mapping[date, pd.DataFrame]:
        """People by generation under the rules of `as_of`, and under those of the other day."""
        return {
            day: mean_path.generations(self.panel, self.told, as_of=day, until=self.until)
            for day in (self.as_of, self.other_day)
        }

    @cached_property
    def hindcast(self) -> Outlook | None:
        """What would have been projected from the first year that allows it; None a year before the last."""
        actual = self.whole
        first = self.told.history - 1
        if first + 2 >= len(actual.years):
            return None
        terms = scheme.load("none").at(actual.years[first] + 1)
        ends: dict[str, Any] = {"base": actual.years[first], "until": actual.years[-1]}
        return outlook.project(actual, terms, self.told, draws=self.draws, seed=self.seed, **ends)

    @cached_property
    def space(self) -> space.Space:
        """What of a scheme may be chosen."""
        return space.load(_SPACE, self.as_of)

    @property
    def lacking(self) -> str:
        """What the frontier needs and the accounts do not have; empty where it can be drawn."""
        if len(self.panel.regions) < 2:
            return "regions"
        return "" if "budget" in self.source.fund.panels else "budget"

    @cached_property
    def frontier(self) -> Frontier:
        """Fairness against cost over the last years of the accounts."""
        years = self.panel.years[-frontier.YEARS :]
        return frontier.frontier(self.source.fund, self.space, years=years, seed=self.seed)

    @cached_property
    def front(self) -> pd.DataFrame:
        """See `Frontier.front`."""
        return self.frontier.front()

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Where every scheme in force on the day stands: see `Frontier.schemes`."""
        return self.frontier.schemes(self.in_force)

    @cached_property
    def in_force(self) -> tuple[Scheme, ...]:
        """Every scheme of params/schemes that is in force on the day."""
        known = [scheme.load(name) for name in scheme.names()]
        return tuple(each for each in known if each.is_in_force(self.as_of))

    @property
    def choices(self) -> Mapping[str, Lever | Shift]:
        """What can be tried out, by the name that `tried` takes: parameters of the scheme, assumptions."""
        return {**levers(self.scheme, self.scheme.at(self.as_of)), **shifts(self.told)}

    def tried(self, **values: float) -> Outlook:
        """The outlook with some choices moved."""
        terms, told = self.scheme.at(self.as_of), self.told
        moved = {name: value for name, value in values.items() if value != self.choices[name].today}
        if not moved:
            return self.made
        for name, value in moved.items():
            choice = self.choices[name]
            if isinstance(choice, Shift):
                told = choice.moved(told, value)
            else:
                terms = choice.moved(terms, value)
        return self._compared({"": (terms, None)}, told)[""]

    def balance(self) -> tuple[Line, ...]:
        """Every balance line of this study; see `qmcb.balance.check`."""
        lines = [*self.source.book.balance(), *ledger.balance(self.panel)]
        for (name, responds), made in self.outlooks.items():
            line, label = made.balance(), self.schemes[name].label
            lines.append(Line(f"{label}{'（有征缴反应）' * responds}：{line.label}", line.whole, line.parts))
        return tuple(lines)

    def _compared(
        self, plans: Mapping[str, tuple[Terms, Behaviour | None]], told: Assumptions | None = None
    ) -> dict[str, Outlook]:
        ends: dict[str, Any] = {"base": self.base, "until": self.until, "as_of": self.as_of}
        told = told or self.told
        return outlook.compare(self.panel, plans, told, draws=self.draws, seed=self.seed, **ends)


def open_study(
    source: str,
    *,
    province: str | int,
    base: int = 0,
    until: int = 2050,
    draws: int = 200,
    seed: int = 0,
    schemes: Sequence[str],
    response: str,
    as_of: str = "",
) -> FundOutlook:
    """Read a fund's accounts and project them.

    Parameters
    ----------
    source
        A folder with fund_accounts (and budget_changes), or the file of fund_accounts.
    province
        The two digits of the province whose counties these are.
    base, until
        The last year that is taken as it was (0: the last of the accounts), and the last that is projected.
    draws, seed
        How many paths, and which.
    schemes
        Names of schemes (params/schemes); the first is the one in question.
    response
        How collection may respond (params/behaviour).
    as_of
        The day whose rules hold for all years to come; empty: the first day after the base year.

    Raises
    ------
    InputError
        Whatever is wrong with the accounts or the parameters, in one line.
    """
    if not schemes:
        raise InputError("one scheme or more", "none", "give the parameter schemes")
    wanted = {name: scheme.load(name) for name in schemes}
    told, responds = assumptions.load(), behaviour.load(response)
    opened = fund_source.read(source, str(province))
    actual = opened.fund["actual"]
    first = projection.start(actual, base or None, until).years[-1]
    day = periods.day(as_of) if as_of else date(first + 1, 1, 1)
    plans = _plans(wanted, responds, day)
    made = outlook.compare(actual, plans, told, base=first, until=until, draws=draws, seed=seed, as_of=day)
    return FundOutlook(opened, wanted, responds, told, day, draws, seed, made)


def _plans(
    schemes: Mapping[str, Scheme], response: Behaviour, day: date
) -> dict[Key, tuple[Terms, Behaviour | None]]:
    return {
        (name, responds): (each.at(day), response if responds else None)
        for responds in (False, True)
        for name, each in schemes.items()
    }
