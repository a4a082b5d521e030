"""What a whole is made of along years: parts stacked on one another, named where they are widest."""

from collections.abc import Mapping

import pandas as pd

from qmcb.reports import axis, style
from qmcb.reports.axis import SMALL, Plot
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_HIGH = 2.5
_TOP = 0.62
_GAP = 0.35
_EVERY = 5


def areas(
    table: pd.DataFrame, *, title: str, unit: str, colours: Mapping[str, str], note: str = ""
) -> Picture:
    """A panel for each whole, on one scale: the parts stacked in the order of their colours.

    Parameters
    ----------
    table
        ``panel``, ``year``, ``part``, ``amount`` (in the unit; nothing where a part is not told).
    colours
        The colour of each part, the lowest first.
    """
    panels = list(dict.fromkeys(table["panel"]))
    wide = {
        panel: table[table["panel"] == panel].pivot(index="year", columns="part", values="amount").fillna(0)
        for panel in panels
    }
    wide = {panel: own[[part for part in colours if part in own]] for panel, own in wide.items()}
    high = max(float(own.sum(axis=1).max()) for own in wide.values()) * 1.08
    left = MARGIN + 0.1 + max(style.inches(axis.amount(each), SMALL) for each in axis.ticks(0, high, 7))
    width = (WIDTH - MARGIN - left - _GAP * (len(panels) - 1) - 0.3) / len(panels)
    with sheet(_TOP + _HIGH + 0.3, title=title, unit=unit, note=note) as paper:
        paper.legend(0.13, {part: colour for part, colour in colours.items() if part in set(table["part"])})
        for at, (panel, own) in enumerate(wide.items()):
            x = left + at * (width + _GAP)
            plot = Plot(paper, x, _TOP, width, _HIGH, own.index.min(), own.index.max(), 0.0, high)
            plot.levels(named=at == 0)
            plot.years()
            _stack(plot, own, colours)
            whole = own.sum(axis=1)
            paper.write(x, _TOP - 0.15, str(panel), strong=True)
            ends = f"{axis.digits(whole.iloc[0])} → {axis.digits(whole.iloc[-1])}"
            paper.write(plot.right, _TOP - 0.15, ends, size=9, colour=style.MUTED, align="right")
    kept = table["year"].isin([table["year"].min(), table["year"].max()]) | (table["year"] % _EVERY == 0)
    shown = table[kept].round(4).astype({"year": str})[["panel", "year", "part", "amount"]]
    texts = [axis.digits(float(own.iloc[-1].sum())) for own in wide.values()]
    told = sentence(title, [str(panel) for panel in panels], texts, unit)
    return Picture(paper.figure, shown.reset_index(drop=True), told)


def _stack(plot: Plot, own: pd.DataFrame, colours: Mapping[str, str]) -> None:
    years, below = own.index.tolist(), own.iloc[:, 0] * 0
    for part in own:
        above = below + own[part]
        corners = plot.points(years, above.tolist()) + plot.points(years, below.tolist())[::-1]
        plot.paper.area(corners, colours[str(part)])
        plot.paper.path(plot.points(years, above.tolist()), colour=style.PAPER, width=0.8, over=True)
        _number(plot.paper, plot, own[part], below, colours[str(part)])
        below = above


def _number(paper: Sheet, plot: Plot, part: pd.Series, below: pd.Series, colour: str) -> None:
    """The last amount inside its part, where that is wide enough."""
    last = float(part.iloc[-1])
    middle = plot.y(float(below.iloc[-1]) + last / 2)
    if plot.bottom - plot.y(last) > 0.17:
        ink = style.ink_on(colour)
        paper.write(plot.right - 0.06, middle, axis.digits(last), size=SMALL, colour=ink, align="right")
