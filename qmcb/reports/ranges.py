"""Ranges: a row a label with the spread of what may come, from the least to the most likely."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from qmcb.reports import style
from qmcb.reports.axis import Plot
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

QUANTILES = ("p5", "p25", "p50", "p75", "p95")
_ROW, _LINE = 0.23, 0.19
_APART = 0.08
_HEAD = 0.42
_SIZE = 9.0
_GAP = 0.3


def ranges(
    table: pd.DataFrame,
    *,
    title: str,
    unit: str,
    colours: Mapping[str, str],
    span: tuple[float, float] | None = None,
    years: bool = False,
    note: str = "",
) -> Picture:
    """A thin line from 5 to 95 per cent, a thick one from 25 to 75, a dot at the median, and its text.

    Parameters
    ----------
    table
        ``panel`` (empty where there is but one), ``group`` (empty where there is none), ``label``,
        ``series``, ``p5`` to ``p95`` (QUANTILES; one that is null lies beyond the span: an arrow), ``text``.
    colours
        The colour of each series; a legend names them where there are several.
    span
        Where the scale begins and ends; from 0 to above the most where it is not told.
    years
        Whether the scale is one of years.
    """
    panels = list(dict.fromkeys(table["panel"].astype(str)))
    rows = table[["group", "label"]].drop_duplicates()
    series = list(dict.fromkeys(table["series"].astype(str)))
    height = max(_ROW, _LINE * len(series) + 0.09 * (len(series) > 1))
    low, high = float(table["p5"].min()), float(table["p95"].max())
    least, most = span or (min(0.0, low * 1.02), high * 1.02 or 1.0)
    gutter = max(style.inches(str(group), _SIZE) for group in rows["group"]) + 0.1
    left = MARGIN + gutter + max(style.inches(str(label), _SIZE) for label in rows["label"]) + 0.14
    texts = max(style.inches(text, _SIZE) for text in table["text"]) + 0.2
    width = (WIDTH - MARGIN - left - _GAP * (len(panels) - 1)) / len(panels) - texts
    head = _HEAD if len(series) > 1 or any(panels) else 0.12
    head += 0.2 * (len(series) > 1 and any(panels))
    tops, y, before = dict[str, float](), head, None
    for group, label in rows.itertuples(index=False):
        y += _APART if before not in (None, group) else 0
        tops[str(label)], y, before = y, y + height, group
    with sheet(y + 0.3, title=title, unit=unit, note=note) as paper:
        if len(series) > 1:
            paper.legend(0.13, {name: colours[name] for name in series})
        _names(paper, rows, tops, left, height)
        for at, panel in enumerate(panels):
            x = left + at * (width + texts + _GAP)
            plot = Plot(paper, x, head, width, y - head, least, most, 0, 1)
            plot.years(high=y - head) if years else plot.across()
            if panel:
                paper.write(x, head - 0.14, panel, size=_SIZE, strong=True)
            own = table[table["panel"].astype(str) == panel]
            for row in own.to_dict("records"):
                shift = (series.index(str(row["series"])) + 0.5 - len(series) / 2) * _LINE
                _range(plot, tops[str(row["label"])] + height / 2 + shift, row, colours[str(row["series"])])
    several = len(series) > 1
    labels = [
        "，".join(part for part in (str(row.label), str(row.panel), str(row.series) * several) if part)
        for row in table.itertuples()
    ]
    shown = table[[*("panel", "label", "series"), *QUANTILES, "text"]].round(4).reset_index(drop=True)
    if years:
        shown = shown.astype({name: "Int64" for name in QUANTILES}).astype({name: str for name in QUANTILES})
    return Picture(paper.figure, shown, sentence(title, labels, table["text"].tolist(), ""))


def _names(paper: Sheet, rows: pd.DataFrame, tops: Mapping[str, float], left: float, height: float) -> None:
    first = ~rows["group"].duplicated()
    for (group, label), new in zip(rows.itertuples(index=False), first, strict=True):
        top = tops[str(label)]
        if new:
            paper.write(MARGIN, top + height / 2, str(group), size=_SIZE, colour=style.MUTED)
            paper.line(MARGIN, top - _APART / 2, WIDTH - MARGIN, top - _APART / 2)
        paper.write(left - 0.1, top + height / 2, str(label), size=_SIZE, align="right")


def _range(plot: Plot, y: float, row: Mapping[Hashable, Any], colour: str) -> None:
    ends = {name: plot.right if pd.isna(row[name]) else plot.x(float(row[name])) for name in QUANTILES}
    if not pd.isna(row["p5"]):
        plot.paper.block(ends["p5"], y - 0.011, ends["p95"] - ends["p5"], 0.022, colour)
    if not pd.isna(row["p25"]):
        plot.paper.block(ends["p25"], y - 0.035, ends["p75"] - ends["p25"], 0.07, colour)
    if not pd.isna(row["p5"]) and pd.isna(row["p95"]):
        x = plot.right
        plot.paper.area([(x, y - 0.055), (x + 0.07, y), (x, y + 0.055)], colour)
    strong = not pd.isna(row["p50"])
    if strong:
        plot.paper.dot(ends["p50"], y, 0.055, colour)
    ink = style.INK if strong else style.MUTED
    plot.paper.write(plot.right + 0.12, y, str(row["text"]), size=_SIZE, colour=ink)
