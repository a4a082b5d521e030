"""What of the assumptions can be tried out: a figure whose mean is moved in every year alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from qmcb import codes
from qmcb.fund.assumptions import Assumptions

# By which figures and how far, in percentage points; 0 is what is assumed.
_SHIFTS: Mapping[str, tuple[float, ...]] = {
    "wage_growth": (-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2),
    "entry": (-2, -1, 0, 1, 2),
    "collection": (-10, -5, 0, 5, 10),
}


@dataclass(frozen=True)
class Shift:
    """A figure of the assumptions and by how many percentage points its mean may be moved."""

    name: str
    values: tuple[float, ...]
    today: float = 0.0

    @property
    def label(self) -> str:
        return codes.ASSUMPTION[self.name]

    @property
    def options(self) -> list[tuple[str, float]]:
        """Every value as people read it."""
        return [(f"{value:+g}个百分点" if value else "如假定", value) for value in self.values]

    def moved(self, told: Assumptions, value: float) -> Assumptions:
        """The assumptions with this figure moved."""
        mean = getattr(told, self.name).mean
        return told.changed(
            self.name, mean={year: round(each * 100 + value, 6) for year, each in mean.items()}
        )


def shifts(told: Assumptions) -> dict[str, Shift]:
    """What of these assumptions can be moved, by name."""
    made = {name: Shift(name, values) for name, values in _SHIFTS.items()}
    return {name: each for name, each in made.items() if min(getattr(told, name).mean.values()) * 100 > 2}
