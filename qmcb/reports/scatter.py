"""Two aims against each other: the front of what can be had, the bound below it, and where others stand."""

from itertools import pairwise

import pandas as pd

from qmcb.reports import axis, style
from qmcb.reports.axis import SMALL, Plot
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_HIGH = 4.2
_TOP = 0.34
_SIZE = 9.5
_Box = tuple[float, float, float, float]


def front(
    points: pd.DataFrame,
    bounds: pd.DataFrame,
    *,
    title: str,
    unit: str,
    across: str,
    along: str,
    finding: str,
    note: str = "",
) -> Picture:
    """Points of a front joined and numbered, others named, lines of the bound; the less of both the better.

    Parameters
    ----------
    points
        ``label``, ``x``, ``y``, ``front`` (true for those of the front, from left to right).
    bounds
        ``label`` of a line, its ``x`` and ``y`` from left to right.
    across, along
        What the axes measure, upwards and to the right.
    finding
        The label of the point in accent.
    """
    wide, high = 1.04 * max(float(points["x"].max()), 1e-9), 1.08 * _greatest(points, bounds)
    ticks = axis.ticks(0, high, 13)
    left = MARGIN + 0.1 + max(style.inches(axis.amount(each), SMALL) for each in ticks)
    own, others = points[points["front"]], points[~points["front"]]
    with sheet(_TOP + _HIGH + 0.55, title=title, unit=unit, note=note) as paper:
        plot = Plot(paper, left, _TOP, WIDTH - MARGIN - 0.15 - left, _HIGH, -0.015 * wide, wide, 0.0, high)
        plot.levels()
        plot.across()
        paper.write(MARGIN, 0.1, f"↑ {across}", size=SMALL, colour=style.MUTED)
        paper.write(
            plot.right, plot.bottom + 0.36, f"{along} →", size=SMALL, colour=style.MUTED, align="right"
        )
        taken: list[_Box] = []
        for label, line in bounds.groupby("label", sort=False):
            taken += _bound(plot, str(label), line[line["x"] <= wide])
        spots = plot.points(own["x"].tolist(), own["y"].tolist())
        if len(spots) > 1:
            paper.path(spots, colour=style.FIRM, width=1.6)
        taken += [(x - 0.05, y - 0.05, x + 0.05, y + 0.05) for x, y in spots]
        for label, x, y in others[["label", "x", "y"]].itertuples(index=False):
            ink = style.ACCENT if label == finding else style.INK
            spot = plot.x(x), plot.y(y)
            paper.dot(*spot, 0.075 if label == finding else 0.06, ink)
            taken.append((spot[0] - 0.08, spot[1] - 0.08, spot[0] + 0.08, spot[1] + 0.08))
        for label, x, y in others[["label", "x", "y"]].itertuples(index=False):
            ink = style.ACCENT if label == finding else style.INK
            _name(plot, str(label), plot.x(x), plot.y(y), ink, taken, strong=label == finding)
        for (x, y), label in zip(spots, own["label"], strict=True):
            paper.dot(x, y, 0.05, style.FIRM)
            _number(paper, x, y - 0.14, str(label), taken)
    shown = points[["label", "x", "y", "front"]].round(4).reset_index(drop=True)
    named = pd.concat([others, own])
    pairs = [f"{axis.digits(x)}，{y:.3f}" for x, y in named[["x", "y"]].itertuples(index=False)]
    return Picture(paper.figure, shown, sentence(title, named["label"].astype(str).tolist(), pairs, ""))


def _greatest(points: pd.DataFrame, bounds: pd.DataFrame) -> float:
    return max(float(points["y"].max()), float(bounds["y"].max()) if len(bounds) else 0.0, 1e-9)


def _bound(plot: Plot, label: str, line: pd.DataFrame) -> list[_Box]:
    """A line of the bound, named above its end; the places that it takes."""
    spots = plot.points(line["x"].tolist(), line["y"].tolist())
    plot.paper.path(spots, colour=style.CONTEXT, width=1.6)
    size = style.inches(label, SMALL) + 0.05
    x = spots[-1][0]
    y = min(y for at, y in spots if at >= x - size * 1.2)  # above the line, wherever it is under the name
    plot.paper.write(x, y - 0.1, label, size=SMALL, colour=style.MUTED, align="right")
    edges = [(min(a, c), min(b, d), max(a, c), max(b, d)) for (a, b), (c, d) in pairwise(spots)]
    return [(x - size, y - 0.18, x, y - 0.02), *edges]


def _name(plot: Plot, text: str, x: float, y: float, ink: str, taken: list[_Box], *, strong: bool) -> None:
    """A point's name on the first of its sides that is free."""
    size = style.inches(text, _SIZE)
    sides = [(x + 0.12, y), (x - 0.12 - size, y), (x - size / 2, y - 0.18), (x - size / 2, y + 0.18)]
    boxes = [(each, (each[0], each[1] - 0.09, each[0] + size, each[1] + 0.09)) for each in sides]
    inside = [(each, box) for each, box in boxes if box[0] >= plot.left and box[2] <= WIDTH - MARGIN]
    free = [pair for pair in inside if not any(_meet(pair[1], other) for other in taken)]
    (at, box), *_ = free or inside or boxes
    plot.paper.write(*at, text, size=_SIZE, colour=ink, strong=strong)
    taken.append(box)


def _number(paper: Sheet, x: float, y: float, text: str, taken: list[_Box]) -> None:
    """A number above its point where there is room for it."""
    half = style.inches(text, SMALL) / 2 + 0.03
    box = (x - half, y - 0.075, x + half, y + 0.075)
    if not any(_meet(box, other) for other in taken):
        paper.write(x, y, text, size=SMALL, colour=style.FIRM, align="center")
        taken.append(box)


def _meet(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
