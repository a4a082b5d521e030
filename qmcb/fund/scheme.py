"""Schemes of who bears the gap: dated files, each version an ordered list of named steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from qmcb import codes, paths
from qmcb.errors import InputError
from qmcb.fund import dated, parameters
from qmcb.fund.dated import Dated
from qmcb.fund.parameters import WrongParameter
from qmcb.fund.state import Step
from qmcb.fund.steps import STEPS


@dataclass(frozen=True)
class Terms:
    """What a scheme says from a date on: its steps in order."""

    scheme: str
    effective: date
    steps: tuple[Step, ...]

    def __contains__(self, step: object) -> bool:
        return any(each.name == step for each in self.steps)

    def changed(self, step: str, **values: Any) -> "Terms":
        """The same terms with parameters of one step replaced, in the units of the YAML file.

        `terms.changed("reserve", months=6)`. Raises `InputError` for a step that the scheme does not
        have and for a parameter that is not as expected.
        """
        if step not in self:
            raise InputError(
                f"a step of {self.scheme}", step, f"take one of {', '.join(s.name for s in self.steps)}"
            )
        try:
            steps = [each.changed(**values) if each.name == step else each for each in self.steps]
        except WrongParameter as error:
            raise InputError(
                f"{error.expected} ({self.scheme}, {step})", error.found, "correct it"
            ) from error
        return replace(self, steps=_in_order(steps, self.scheme))


@dataclass(frozen=True)
class Scheme:
    """A dated scheme; `terms` go by effective date, None where it ended."""

    file: Dated
    terms: Mapping[date, Terms | None]

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def label(self) -> str:
        return self.file.label

    def at(self, when: int | date) -> Terms:
        """The terms in force for the whole of a year, or on a day; `InputError` where there are none."""
        terms = self.terms[self.file.effective(when)]
        assert terms is not None
        return terms

    def is_in_force(self, day: date) -> bool:
        """Whether there are terms on a day."""
        past = [terms for effective, terms in self.terms.items() if effective <= day]
        return bool(past) and past[-1] is not None

    def parameters(self, when: int | date) -> list[dict[str, str]]:
        """Every parameter in force, for a page: a ratio that no document gives is marked 假定.

        Columns: step, parameter, value (text), document, article and status (label of codes.RULE_STATUS).
        """
        terms = self.at(when)
        reference = self.file.references.get(terms.effective)
        return [
            {
                "step": codes.STEP[step.name],
                "parameter": codes.PARAMETER[each.name],
                "value": parameters.text(each, getattr(step, each.name)),
                "document": reference.document if reference and not step.assumed else "",
                "article": reference.article if reference and not step.assumed else "",
                "status": codes.RULE_STATUS[self._status(step)],
            }
            for step in terms.steps
            for each in parameters.of(type(step)).values()
            if getattr(step, each.name) not in (None, ())
        ]

    def _status(self, step: Step) -> str:
        if step.assumed or self.file.assumed:
            return "assumed"
        return "confirmed" if self.file.confirmed else "unconfirmed"


def names(folder: Path = paths.SCHEMES) -> tuple[str, ...]:
    """The names of all schemes."""
    return dated.names(folder)


def load(name: str, folder: Path = paths.SCHEMES) -> Scheme:
    """The scheme of a name.

    Raises `InputError` for an unknown name, and with file, date and step for whatever in the file is
    not as expected: a step or parameter that does not exist, steps out of order, a gap left over.
    """
    file = dated.load(name, folder)
    terms = {day: _terms(file, day, raw) for day, raw in file.values.items()}
    return Scheme(file, terms)


def _terms(file: Dated, day: date, raw: Any) -> Terms | None:
    if raw is None:
        return None
    where = f"schemes/{file.name}.yaml, {day}"
    if not isinstance(raw, list):
        raise dated.broken(where, "a list of steps", type(raw).__name__)
    steps = [_step(each, f"{where}, step {place}") for place, each in enumerate(raw, 1)]
    return Terms(file.name, day, _in_order(steps, where))


def _step(raw: Mapping[str, Any], where: str) -> Step:
    name, assumed = str(raw.get("step")), raw.get("assumed", False)
    if name not in STEPS:
        raise dated.broken(where, f"step: one of {', '.join(STEPS)}", name)
    if type(assumed) is not bool:
        raise dated.broken(f"{where} ({name})", "assumed: true or none", assumed)
    given = {key: value for key, value in raw.items() if key not in ("step", "assumed")}
    try:
        return parameters.build(STEPS[name], given, assumed=assumed)
    except WrongParameter as error:
        raise dated.broken(f"{where} ({name})", error.expected, error.found) from error


def _in_order(steps: Sequence[Step], where: str) -> tuple[Step, ...]:
    """The steps: each once, phase after phase, one that pays out the pool, the last leaving nothing."""
    order = [step.name for step in steps]
    if len(set(order)) < len(order):
        raise dated.broken(where, "each step once", ", ".join(order))
    phases = [step.phase for step in steps]
    if phases != sorted(phases):
        raise dated.broken(
            where, "first what is paid in, then what kind of gap, then who bears it", ", ".join(order)
        )
    if {"adjustment", "per_retiree"} <= set(order):
        raise dated.broken(where, "one way in which the pool is paid out", "adjustment and per_retiree")
    if not steps[-1].bears_all:
        raise dated.broken(where, "a last step that bears all that is left", steps[-1].name)
    return tuple(steps)
