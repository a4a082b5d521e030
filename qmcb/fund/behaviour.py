"""How collection responds to a scheme: published estimates as scenarios, never as facts about a county."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qmcb import codes, paths
from qmcb.errors import InputError
from qmcb.fund import dated
from qmcb.fund.dated import Dated
from qmcb.fund.parameters import WrongParameter, parameter

Real = NDArray[np.float64]


def _unit(raw: Any) -> str:
    if raw not in codes.RESPONSE_UNIT:
        raise WrongParameter(f"one of {', '.join(codes.RESPONSE_UNIT)}", raw)
    return str(raw)


def _change(raw: Any) -> float:
    if type(raw) not in (int, float) or not -100 <= raw <= 100:
        raise WrongParameter("a number from -100 to 100", raw)
    return float(raw)


@dataclass(frozen=True)
class Response:
    """What collection changes by, in counties with a surplus and with a deficit in the base year.

    In `points`, percentage points of what is due; in `percent`, per cent of what is collected.
    """

    unit: str = parameter(_unit)
    surplus: float = parameter(_change)
    deficit: float = parameter(_change)

    def collected(self, collection: Real, in_deficit: NDArray[np.bool_], part: float) -> Real:
        """The share of what is due that is collected when `part` of the response is there."""
        change = np.where(in_deficit, self.deficit, self.surplus) / 100 * part
        changed = collection + change if self.unit == "points" else collection * (1 + change)
        return np.clip(changed, 0, None)


@dataclass(frozen=True)
class Behaviour:
    """A response that begins in a year (the first that is projected unless told), over so many years."""

    file: Dated
    response: Response
    begins: int | None = None
    over: int = 1

    def starting(self, year: int, over: int = 1) -> "Behaviour":
        """The same response from a year on, there in full after so many years."""
        if over < 1:
            raise InputError("a response over 1 year or more", str(over), "correct the years")
        return replace(self, begins=year, over=over)

    def part(self, year: int, first: int) -> float:
        """How much of the response is there in a year."""
        begins = first if self.begins is None else self.begins
        return min(max(year - begins + 1, 0) / self.over, 1.0)

    def row(self) -> dict[str, str]:
        """What a page says of it.

        Columns: label, surplus, deficit (text with unit), document, number, status (codes.RULE_STATUS).
        """
        day = max(self.file.values)
        source = self.file.references.get(day)
        unit = codes.RESPONSE_UNIT[self.response.unit]
        return {
            "label": self.file.label,
            "surplus": f"{self.response.surplus:+g}{unit}",
            "deficit": f"{self.response.deficit:+g}{unit}",
            "document": source.title if source else "",
            "number": (source and source.number) or "",
            "status": codes.RULE_STATUS["assumed" if self.file.assumed else "unconfirmed"],
        }


def names(folder: Path = paths.BEHAVIOUR) -> tuple[str, ...]:
    """The names of all responses."""
    return dated.names(folder)


def load(name: str, folder: Path = paths.BEHAVIOUR) -> Behaviour:
    """The response of a name from params/behaviour; raises `InputError` as files of dated values do."""
    file = dated.load(name, folder)
    day = max(file.values)
    return Behaviour(file, dated.build(Response, file, day, file.values[day], folder))
