"""What of a scheme can be tried out: one number each, which moves one step's parameter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qmcb import codes
from qmcb.fund.scheme import Scheme, Terms

_UNIT = {"months": "个月", "percent": "%", "tiers": "%"}
# By which names, which steps and parameters, and over which values; today's is always among them.
_LEVERS: Mapping[str, tuple[str, str, range]] = {
    "pay_in": ("pay_in_contributions", "percent", range(0, 11)),
    "alpha": ("adjustment", "tiers", range(10, 101, 10)),
    "months": ("reserve", "months", range(0, 13)),
}


@dataclass(frozen=True)
class Lever:
    """A parameter of a scheme's step with its values in YAML units; `today` is the one in force.

    For tiers it is the greatest share of any tier, and the others move in proportion.
    """

    label: str
    step: str
    unit: str
    values: tuple[float, ...]
    today: float
    write: Callable[[float], dict[str, Any]]

    @property
    def options(self) -> list[tuple[str, float]]:
        """Every value as people read it."""
        return [(self.text(value), value) for value in self.values]

    def text(self, value: float) -> str:
        return f"{value:g}{self.unit}"

    def moved(self, terms: Terms, value: float) -> Terms:
        """The terms with this parameter at a value."""
        return terms.changed(self.step, **self.write(value))


def levers(scheme: Scheme, terms: Terms) -> dict[str, Lever]:
    """The levers that a scheme has under these terms, by name."""
    given = {step["step"]: step for step in scheme.file.values[terms.effective]}
    return {
        name: _lever(step, parameter, values, given[step][parameter])
        for name, (step, parameter, values) in _LEVERS.items()
        if parameter in given.get(step, {})
    }


def _lever(step: str, parameter: str, values: range, raw: Any) -> Lever:
    rows = raw if parameter == "tiers" else []
    today = max(row["percent"] for row in rows) if rows else raw

    def write(value: float) -> dict[str, Any]:
        if not rows:
            return {parameter: value}
        return {parameter: [{**row, "percent": round(row["percent"] * value / today, 4)} for row in rows]}

    label = f"{codes.STEP[step]}·{codes.PARAMETER[parameter]}"
    return Lever(label, step, _UNIT[parameter], tuple(sorted({*values, today})), today, write)
