"""A range cut into stretches: one row a label, each stretch in the colour of its zone with its number."""

from collections.abc import Mapping

import pandas as pd

from qmcb.reports import style
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_ROW = 0.23
_APART = 0.08
_HEAD = 0.62
_SIZE = 9.0
_STEP = 10


def stretches(
    table: pd.DataFrame,
    *,
    title: str,
    unit: str,
    along: str,
    here: float,
    here_label: str,
    colours: Mapping[str, str],
    note: str = "",
) -> Picture:
    """Rows in groups, each a bar over one range that is cut where its zone or value changes.

    Parameters
    ----------
    table
        ``group`` (empty where there is none), ``label``, ``start`` and ``end`` on the range, ``zone``,
        ``depth`` (how much of the zone's colour, up to 1), ``text`` (written in a stretch that is wide
        enough), and ``value``, its text where the range is `here`, once a row.
    along, here, here_label
        What the range measures, where on it we are and what that is called.
    colours
        The colour of each zone; the legend names those that occur.
    """
    rows = table[["group", "label", "value"]].drop_duplicates(["group", "label"])
    least, most = float(table["start"].min()), float(table["end"].max())
    gutter = max(style.inches(str(group), _SIZE) for group in rows["group"]) + 0.1
    left = MARGIN + gutter + max(style.inches(str(label), _SIZE) for label in rows["label"]) + 0.14
    right = WIDTH - MARGIN - max(style.inches(text, _SIZE) for text in [here_label, *rows["value"]]) - 0.1
    scale = (right - left) / (most - least)
    tops: dict[str, float] = {}
    y, before = _HEAD, None
    for group, label in rows[["group", "label"]].itertuples(index=False):
        y += _APART if before not in (None, group) else 0
        tops[label], y, before = y, y + _ROW, group
    there = [zone for zone in colours if zone in set(table["zone"])]
    with sheet(y + 0.3, title=title, unit=unit, note=note) as paper:
        paper.legend(0.13, {zone: colours[zone] for zone in there})
        paper.write(WIDTH - MARGIN, _HEAD - 0.17, here_label, size=_SIZE, align="right")
        first = ~rows["group"].duplicated()
        for (group, label, value), new in zip(rows.itertuples(index=False), first, strict=True):
            middle = tops[label] + _ROW / 2
            if new:
                paper.write(MARGIN, middle, group, size=_SIZE, colour=style.MUTED)
                paper.line(MARGIN, tops[label] - _APART / 2, WIDTH - MARGIN, tops[label] - _APART / 2)
            paper.write(left - 0.08, middle, label, size=_SIZE, align="right")
            paper.write(WIDTH - MARGIN, middle, value, size=_SIZE, align="right")
        x = left + (here - least) * scale
        ends = left + (table[["start", "end"]].to_numpy(float) - least) * scale
        cuts = zip(
            ends.tolist(), table[["label", "zone", "text"]].to_numpy().tolist(), table["depth"], strict=True
        )
        for (x0, x1), (label, zone, text), depth in cuts:
            _stretch(paper, x0, x1, tops[label], style.tint(colours[zone], float(depth)), text, x)
        _axis(paper, left, scale, least, most, y, along)
        paper.block(x - 0.009, _HEAD - 0.03, 0.018, y - _HEAD + 0.06, style.INK)
    labels = [f"{label}" for label in rows["label"]]
    shown = table[["label", "start", "end", "zone", "text"]].reset_index(drop=True)
    return Picture(paper.figure, shown, sentence(title, labels, list(rows["value"]), ""))


def _stretch(paper: Sheet, x0: float, x1: float, top: float, colour: str, text: str, here: float) -> None:
    """A block with its number in the middle, or in the longer part where the line of `here` cuts it."""
    paper.block(x0 + 0.008, top + 0.025, max(x1 - x0 - 0.016, 0.012), _ROW - 0.05, colour)
    if x0 < here < x1:
        x0, x1 = (x0, here) if here - x0 > x1 - here else (here, x1)
    if x1 - x0 > style.inches(text, 8.5) + 0.1:
        ink = style.ink_on(colour)
        paper.write((x0 + x1) / 2, top + _ROW / 2, text, size=8.5, colour=ink, align="center")


def _axis(paper: Sheet, left: float, scale: float, least: float, most: float, y: float, along: str) -> None:
    first = int(-(-least // _STEP) * _STEP)
    for tick in range(first, int(most) + 1, _STEP):
        x = left + (tick - least) * scale
        paper.write(x, y + 0.14, str(tick), size=8.5, colour=style.MUTED, align="center")
    paper.write(left, _HEAD - 0.17, along, size=_SIZE, colour=style.MUTED)
