"""Which parameters of a scheme may be chosen: levers that move in steps, and a floor under the incentive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from qmcb import codes, paths
from qmcb.fund import dated, parameters, scheme
from qmcb.fund.parameters import WrongParameter, parameter
from qmcb.fund.scheme import Scheme, Terms

Place = tuple[int, ...]  # which of its values each lever has
Number = int | float

_MOST_VALUES = 1_000


def _number(raw: Any) -> Decimal:
    exact = Decimal(str(raw)) if type(raw) in (int, float) else Decimal("nan")
    if not exact.is_finite() or exact < 0:
        raise WrongParameter("a number of 0 and more", raw)
    return exact


def _name(raw: Any) -> str:
    if not isinstance(raw, str):
        raise WrongParameter("a name", raw)
    return raw


def _count(raw: Any) -> int:
    if type(raw) is not int or not 1 <= raw <= _MOST_VALUES:
        raise WrongParameter(f"a whole number from 1 to {_MOST_VALUES}", raw)
    return raw


def _levers(raw: Any) -> tuple["Lever", ...]:
    if not isinstance(raw, list) or not raw or any(not isinstance(row, dict) for row in raw):
        raise WrongParameter("a list of levers", raw)
    made = tuple(parameters.build(Lever, row) for row in raw)
    for each in made:
        steps = (each.most - each.least) / each.by if each.by else Decimal(-1)
        if not (0 <= steps < _MOST_VALUES and steps == int(steps)):
            raise WrongParameter(f"whole steps from least to most for {each.name}", f"by {each.by}")
    if len({each.name for each in made}) < len(made):
        raise WrongParameter("each lever once", ", ".join(each.name for each in made))
    return made


@dataclass(frozen=True)
class Lever:
    """A parameter of a step that may be chosen from `least` to `most` by equal steps, in YAML units.

    `tier` picks one of its tiers by the bound at_least.
    """

    step: str = parameters.parameter(_name)
    parameter: str = parameters.parameter(_name)
    least: Decimal = parameters.parameter(_number)
    most: Decimal = parameters.parameter(_number)
    by: Decimal = parameters.parameter(_number)
    tier: Decimal | None = parameters.parameter(_number, None)

    @property
    def name(self) -> str:
        """step.parameter, or step.parameter.tier: the name of a column."""
        return f"{self.step}.{self.parameter}" + ("" if self.tier is None else f".{self.tier}")

    @property
    def label(self) -> str:
        """What people call it."""
        tier = "" if self.tier is None else f"（财力达均值{self.tier}%）"
        return f"{codes.STEP[self.step]}·{codes.PARAMETER[self.parameter]}{tier}"

    @cached_property
    def values(self) -> tuple[Number, ...]:
        """All that it may be, ascending."""
        count = int((self.most - self.least) / self.by) + 1
        each = (self.least + place * self.by for place in range(count))
        return tuple(int(value) if value == int(value) else float(value) for value in each)


@dataclass(frozen=True)
class _Told:
    """A version of a space as its file tells it."""

    scheme: str = parameter(_name)
    kept: int = parameter(parameters.percent)
    of: int = parameter(parameters.percent)
    budgets: int = parameter(_count)
    levers: tuple[Lever, ...] = parameter(_levers)


@dataclass(frozen=True)
class Space:
    """A scheme with levers, under the terms in force `as_of` a day or for the whole of a year.

    The floor, in millionths: of one more yuan collected at least `kept` stays with the county, in
    counties with the share `of` of all contributions. `budgets` is for how many budgets of the region a
    best place is sought.
    """

    name: str
    label: str
    scheme: Scheme
    as_of: int | date
    levers: tuple[Lever, ...]
    kept: int
    of: int
    budgets: int

    @cached_property
    def terms(self) -> Terms:
        """The terms as they are."""
        return self.scheme.at(self.as_of)

    @cached_property
    def given(self) -> Mapping[str, Mapping[str, Any]]:
        """The parameters of each step as the scheme's file has them."""
        return {step["step"]: step for step in self.scheme.file.values[self.terms.effective]}

    @property
    def least(self) -> Place:
        """Every lever at its least."""
        return (0,) * len(self.levers)

    @property
    def most(self) -> Place:
        """Every lever at its most."""
        return tuple(len(lever.values) - 1 for lever in self.levers)

    @cached_property
    def today(self) -> Place:
        """Where the scheme's own parameters stand."""
        return tuple(lever.values.index(_value(self.given, lever)) for lever in self.levers)

    def values(self, place: Place) -> dict[str, Number]:
        """The value of each lever by its name."""
        return {lever.name: lever.values[at] for lever, at in zip(self.levers, place, strict=True)}

    def text(self, place: Place) -> str:
        """The values as people read them."""
        units = {"months": "个月"}
        return "；".join(
            f"{lever.label}{lever.values[at]}{units.get(lever.parameter, '%')}"
            for lever, at in zip(self.levers, place, strict=True)
        )

    def at(self, place: Place) -> Terms:
        """The terms at a place."""
        terms = self.terms
        for step, values in self._changes(place).items():
            terms = terms.changed(step, **values)
        return terms

    def _changes(self, place: Place) -> dict[str, dict[str, Any]]:
        made: dict[str, dict[str, Any]] = {}
        for lever, at in zip(self.levers, place, strict=True):
            step, value = made.setdefault(lever.step, {}), lever.values[at]
            if lever.tier is None:
                step[lever.parameter] = value
            else:
                rows = step.get(lever.parameter, self.given[lever.step][lever.parameter])
                step[lever.parameter] = [
                    {**row, "percent": value} if row["at_least"] == lever.tier else row for row in rows
                ]
        return made


def names(folder: Path = paths.FRONTIER) -> tuple[str, ...]:
    """The names of all spaces."""
    return dated.names(folder)


def load(name: str, as_of: int | date, folder: Path = paths.FRONTIER, schemes: Path = paths.SCHEMES) -> Space:
    """The space of a name over the terms in force on a day, or for the whole of a year.

    Raises `InputError` with file and field for whatever is not as expected: a lever that the scheme
    does not have, a value that it cannot have, today's value not among those to choose from.
    """
    file = dated.load(name, folder)
    day = file.effective(as_of)
    where = f"{folder.name}/{name}.yaml, {day}"
    try:
        told = parameters.build(_Told, file.values[day] if isinstance(file.values[day], dict) else {})
    except WrongParameter as error:
        raise dated.broken(where, error.expected, error.found) from error
    each = {part.name: getattr(told, part.name) for part in fields(_Told) if part.name != "scheme"}
    made = Space(name, file.label, scheme.load(told.scheme, schemes), as_of, **each)
    for lever in told.levers:
        value = _value(made.given, lever)
        if value not in lever.values:
            expected = f"a lever whose values have the one in force ({lever.name} of {told.scheme})"
            raise dated.broken(where, expected, "no number" if value is None else value)
    for place in (made.least, made.most):
        made.at(place)
    return made


def _value(given: Mapping[str, Mapping[str, Any]], lever: Lever) -> Any:
    """A lever's value as the scheme's file has it; None where there is no such number."""
    raw = given.get(lever.step, {}).get(lever.parameter)
    if lever.tier is None or not isinstance(raw, Sequence):
        return raw
    return next((row["percent"] for row in raw if row["at_least"] == lever.tier), None)
