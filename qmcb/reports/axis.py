"""A plot of amounts along years: its scales, its lines at round numbers, names that do not overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from qmcb.reports import style
from qmcb.reports.picture import Sheet

SMALL = 8.5
_STEPS = (1, 2, 5, 10)
_YEARS = (1, 2, 5, 10, 20, 50)
_SLACK = 1e-9
_TICK = (style.CONTEXT, style.HAIRLINE)


@dataclass(frozen=True)
class Plot:
    """A place on a sheet, in inches: x from `first` to `last`, y upwards from `low` to `high`."""

    paper: Sheet
    left: float
    top: float
    width: float
    height: float
    first: float
    last: float
    low: float
    high: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def right(self) -> float:
        return self.left + self.width

    def x(self, value: float) -> float:
        return self.left + (value - self.first) / max(self.last - self.first, _SLACK) * self.width

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / max(self.high - self.low, _SLACK) * self.height

    def points(self, xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
        return [(self.x(x), self.y(y)) for x, y in zip(xs, ys, strict=True)]

    def levels(self, *, named: bool = True) -> None:
        """Lines at round amounts, that at 0 darker; `named` writes them on the left."""
        for value in ticks(self.low, self.high, max(2, int(self.height / 0.32))):
            y = self.y(value)
            self.paper.line(self.left, y, self.right, y, colour=style.HAIRLINE if value else style.CONTEXT)
            if named:
                self.paper.write(
                    self.left - 0.07, y, amount(value), size=SMALL, colour=style.MUTED, align="right"
                )

    def across(self) -> None:
        """Lines at round numbers, with their names below."""
        self._below(ticks(self.first, self.last, max(2, int(self.width / 0.75))), self.height, named=True)

    def years(self, *, named: bool = True, high: float = 0) -> None:
        """Ticks at round years below, with their names as far as they fit; `high` makes lines of them."""
        step = next(step for step in _YEARS if self.width / max(self.last - self.first, 1) * step >= 0.42)
        years = range(ceil(self.first / step) * step, int(self.last) + 1, step)
        self._below(years, high, named=named)

    def _below(self, values: Sequence[float], high: float, *, named: bool) -> None:
        for value in values:
            x = self.x(value)
            self.paper.line(x, self.bottom - high, x, self.bottom + 0.04, colour=_TICK[high > 0])
            if named:
                text = str(value) if isinstance(value, int) else amount(value)
                self.paper.write(x, self.bottom + 0.14, text, size=SMALL, colour=style.MUTED, align="center")


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most so many round numbers from low to high, and two where there is room for them."""
    wide = max(high - low, _SLACK)
    power = 10.0 ** floor(log10(wide / most))
    step = next(step * power for step in _STEPS if wide / (step * power) <= most + _SLACK)
    return [round(at * step, 10) for at in range(ceil(low / step - _SLACK), floor(high / step + _SLACK) + 1)]


def amount(value: float) -> str:
    """A number on an axis, with a true minus."""
    text = f"{abs(value):,.10f}".rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 else text


def digits(value: float) -> str:
    """A number as fine as it is worth: three digits and no more, whole above a hundred."""
    size = abs(value)
    decimals = 0 if size >= 99.95 or not size else 1 if size >= 9.995 else 2
    text = f"{size:,.{decimals}f}"
    return f"−{text}" if value < 0 and text.strip("0.") else text


def apart(wanted: Sequence[float], pitch: float, low: float, high: float) -> list[float]:
    """Heights near the wanted, each a pitch or more from the next, between low and high where they fit."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    placed = [0.0] * len(wanted)
    y = low - pitch
    for at in order:
        y = placed[at] = max(wanted[at], y + pitch)
    limit = high
    for at in reversed(order):
        placed[at] = limit = min(placed[at], limit)
        limit -= pitch
    return placed
