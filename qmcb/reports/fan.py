"""Fans: what was, then the spread of what may come, in one panel or in many on one scale."""

from collections.abc import Mapping

import pandas as pd

from qmcb.reports import axis, style
from qmcb.reports.axis import SMALL, Plot
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

QUANTILES = ("p5", "p25", "p50", "p75", "p95")
_BANDS = (("p5", "p95", 0.2), ("p25", "p75", 0.4))
_HEIGHT = {1: 3.2, 2: 2.3, 3: 1.6, 4: 1.5}
_SMALLEST = 1.05
_LEGEND, _HEAD, _FOOT, _GAP = 0.34, 0.26, 0.3, 0.18
_NARROW = 5  # panels beside one another above which years stand apart of themselves
_EVERY = 5  # years that a picture's table has of each panel, beside the first and the last
_BEYOND = 1.06  # of the greatest amount, so that no line runs along the edge
_OUTER, _INNER, _MEDIAN, _PAST = "九成的路径在此之内", "五成的路径", "中位数", "决算"
_ENDS = {"p95": "95%", "p50": "中位", "p5": "5%"}


def fans(
    table: pd.DataFrame,
    *,
    title: str,
    unit: str,
    note: str = "",
    across: int = 0,
    colours: Mapping[str, str] | None = None,
) -> Picture:
    """A panel for each series, all on one scale: actual amounts as a line, then bands and the median.

    Parameters
    ----------
    table
        ``panel`` (in order; a second line says more), ``year``, ``actual`` and ``p5`` to ``p95``
        (QUANTILES) in the unit, null where there is none. Where a year has both, the actual line crosses
        the fan.
    across
        Panels beside one another; as many as suit where it is 0.
    colours
        The colour of a panel's fan; accent where it is not told.
    """
    panels = {str(name): own for name, own in table.groupby("panel", sort=False)}
    across = across or _across(len(panels))
    high = _HEIGHT.get(across, _SMALLEST)
    values = table[["actual", *QUANTILES]].to_numpy(float)
    low, top = min(0.0, pd.Series(values.ravel()).min()), max(0.0, pd.Series(values.ravel()).max())
    low, top = low * _BEYOND, top * _BEYOND or 1.0
    rows = -(-len(panels) // across)
    left = MARGIN + 0.1 + max(style.inches(axis.amount(each), SMALL) for each in axis.ticks(low, top, 5))
    ends = max(style.inches(text, SMALL) for own in panels.values() for text in _ends(own).values()) + 0.15
    gutter = ends + 0.1 if across <= 2 else _GAP if across > _NARROW else 2 * _GAP
    width = (WIDTH - MARGIN - left - gutter * (across - 1) - (ends if across <= 2 else 0.15)) / across
    heads = max(len(name.split("\n")) for name in panels)
    pitch = (_HEAD + 0.17 * (heads - 1) if len(panels) > 1 else 0.1) + high + _GAP
    span = float(table["year"].min()), float(table["year"].max())
    with sheet(_LEGEND + rows * pitch + _FOOT - _GAP, title=title, unit=unit, note=note) as paper:
        hues = set((colours or {}).values()) or {style.ACCENT}
        _legend(paper, table, hues.pop() if len(hues) == 1 else style.FIRM)
        for at, (name, own) in enumerate(panels.items()):
            row, column = divmod(at, across)
            x, y = left + column * (width + gutter), _LEGEND + row * pitch + pitch - _GAP - high
            plot = Plot(paper, x, y, width, high, *span, low, top)
            plot.levels(named=column == 0)
            plot.years(named=at + across >= len(panels))
            colour = (colours or {}).get(name, style.ACCENT)
            _fan(plot, own, colour, ends=across <= 2)
            if len(panels) > 1:
                _head(plot, name, own, told=across > 2)
    shown = _shown(table)
    names = [name.replace("\n", "，") for name in panels]
    texts = [_last(own) for own in panels.values()]
    return Picture(paper.figure, shown, sentence(title, names, texts, ""))


def _across(panels: int) -> int:
    return panels if panels <= 4 else 3 if panels <= 9 else 6


def _legend(paper: Sheet, table: pd.DataFrame, colour: str) -> None:
    x = MARGIN
    for name, opacities in ((_OUTER, (0.2,)), (_INNER, (0.2, 0.4))):
        for opacity in opacities:
            corners = [(x, 0.04), (x + 0.3, 0.04), (x + 0.3, 0.2), (x, 0.2)]
            paper.area(corners, colour, opacity=opacity)
        paper.write(x + 0.37, 0.12, name, size=9)
        x += 0.6 + style.inches(name, 9)
    lines = [(_MEDIAN, colour)] + [(_PAST, style.INK)] * bool(table["actual"].notna().any())
    for name, ink in lines:
        paper.path([(x, 0.12), (x + 0.3, 0.12)], colour=ink, width=1.8)
        paper.write(x + 0.37, 0.12, name, size=9)
        x += 0.6 + style.inches(name, 9)


def _fan(plot: Plot, own: pd.DataFrame, colour: str, *, ends: bool) -> None:
    ahead, past = own[own["p50"].notna()], own[own["actual"].notna()]
    joined = past[~past["year"].isin(ahead["year"])].tail(1)
    if len(ahead):
        start = {name: [*joined["actual"], *ahead[name]] for name in QUANTILES}
        years = [*joined["year"], *ahead["year"]]
        for lower, upper, opacity in _BANDS:
            corners = plot.points(years, start[upper]) + plot.points(years, start[lower])[::-1]
            plot.paper.area(corners, colour, opacity=opacity)
        plot.paper.path(plot.points(years, start["p50"]), colour=colour, width=1.8, over=True)
        if ends:
            _write_ends(plot, ahead.iloc[-1], _ends(ahead), colour)
    if len(past):
        points = plot.points(past["year"].tolist(), past["actual"].tolist())
        plot.paper.path(points, colour=style.INK, width=1.8, over=True)
        for x, y in points[-1:]:
            plot.paper.dot(x, y, 0.04, style.INK)


def _ends(own: pd.DataFrame) -> dict[str, str]:
    """What the last year's amounts are called."""
    last = own.iloc[-1]
    return {name: f"{label} {axis.digits(float(last[name]))}" for name, label in _ENDS.items()}


def _write_ends(plot: Plot, last: pd.Series, texts: Mapping[str, str], colour: str) -> None:
    """The last year's amounts beside the fan."""
    wanted = [plot.y(float(last[name])) for name in _ENDS]
    places = axis.apart(wanted, 0.15, plot.top, plot.bottom)
    for (name, text), y in zip(texts.items(), places, strict=True):
        strong = name == "p50"
        ink = colour if strong else style.MUTED
        plot.paper.write(plot.right + 0.07, y, text, size=SMALL, colour=ink, strong=strong)


def _head(plot: Plot, name: str, own: pd.DataFrame, *, told: bool) -> None:
    """The panel's name over it, a second line of it muted, and the last median on the right."""
    first, *more = name.split("\n")
    y = plot.top - 0.13
    plot.paper.write(plot.left, y - 0.17 * len(more), first, size=9, strong=True)
    for line in more:
        plot.paper.write(plot.left, y, line, size=9, colour=style.MUTED)
    if told:
        plot.paper.write(plot.right, y, _last(own), size=9, align="right")


def _last(own: pd.DataFrame) -> str:
    """The median of the last year, or what was where nothing is ahead."""
    row = own.iloc[-1]
    return axis.digits(float(row["actual"] if pd.isna(row["p50"]) else row["p50"]))


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Each panel's first and last year, the last that was, and every fifth, to four decimals."""
    years = table.groupby("panel", sort=False)["year"]
    ends = (table["year"] == years.transform("min")) | (table["year"] == years.transform("max"))
    was = table["year"].where(table["actual"].notna()).groupby(table["panel"], sort=False).transform("max")
    ends |= table["year"] == was
    kept = table[ends | (table["year"] % _EVERY == 0)].reset_index(drop=True)
    told = kept.assign(panel=kept["panel"].str.replace("\n", "，"), year=kept["year"].astype(str))
    return told.round(4)[["panel", "year", "actual", *QUANTILES]]
