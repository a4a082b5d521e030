"""Small waterfalls on one scale, one a county: its whole, and what each payer takes of it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from qmcb.reports import money, style
from qmcb.reports.money import Unit
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_PITCH = 0.235  # inches a bar, so that a number of four characters fits above it
_WIDEST = 0.5
_HEAD, _HIGH, _FOOT = 0.4, 1.3, 0.2  # above the bars, the tallest, below
_LEAST = 0.35  # inches for the bars of a row, however small they are
_NUMBER = 7.5
_SLIVER = 0.012


def waterfalls(
    table: pd.DataFrame,
    *,
    title: str,
    colours: Mapping[str, str],
    whole: str,
    nothing: str,
    note: str = "",
) -> Picture:
    """One waterfall a label, in rows by group, all on one scale: from the whole down, part by part.

    Parameters
    ----------
    table
        ``group`` (empty where there is none), ``label``, ``part``, ``amount`` (fen, not negative), in order.
    colours
        The colour of each part; parts that nobody has are left out.
    whole, nothing
        What the sum of the parts is called, and what stands where it is none.
    """
    keys = ["group", "label"]
    wide = table.pivot_table("amount", keys, "part", "sum", fill_value=0, sort=False).astype("int64")
    parts = [part for part in dict.fromkeys(table["part"]) if wide[part].any()]
    totals = wide.sum(axis=1)
    one = money.unit(totals)
    gutter = max((style.inches(group, 9) for group, _ in wide.index), default=0) + 0.12
    room, bars = WIDTH - 2 * MARGIN - gutter, len(parts) + 1
    largest = int(wide.groupby("group", sort=False).size().max())
    across = max(1, min(largest, int(room / (_PITCH * bars + 0.1))))
    width = min(room / across, _WIDEST * bars + 0.1)
    places = _places(wide, across)
    scale = _HIGH / max(int(totals.max()), 1)
    highest = [0.0] * (max(row for row, _ in places) + 1)
    for (row, _), total in zip(places, totals, strict=True):
        highest[row] = max(highest[row], _LEAST, total * scale)
    lows = np.cumsum([_HEAD + high + _FOOT for high in highest]) + 0.35 - _FOOT
    with sheet(float(lows[-1]) + 0.08, title=title, unit=one.label, note=note) as paper:
        paper.legend(0.13, {whole: style.FIRM, **{part: colours[part] for part in parts}})
        told = set[str]()
        for (group, label), (row, column) in zip(wide.index, places, strict=True):
            x, low = MARGIN + gutter + column * width, float(lows[row])
            y = low - highest[row] - _HEAD
            if group not in told:
                paper.line(MARGIN, y - 0.02, WIDTH - MARGIN, y - 0.02)
                paper.write(MARGIN, y + 0.14, group, size=9, colour=style.MUTED)
                told.add(group)
            amounts = wide.loc[(group, label)]
            total = one.text(int(totals[group, label])) if totals[group, label] else nothing
            paper.write(x, y + 0.14, label, size=9.5, strong=True)
            paper.write(x + style.inches(label, 9.5) + 0.07, y + 0.14, total, size=9.5, colour=style.MUTED)
            _panel(paper, x, low, (width - 0.1) / bars, scale, amounts, parts, colours, one)
    labels = [label for _, label in wide.index]
    texts = [one.text(total) if total else nothing for total in totals]
    shown = pd.DataFrame({"label": labels, whole: totals.tolist()}).join(
        wide[parts].reset_index(drop=True).rename_axis(columns=None)
    )
    return Picture(paper.figure, shown, sentence(title, labels, texts, ""))


def _places(wide: pd.DataFrame, across: int) -> list[tuple[int, int]]:
    """Row and column of each panel: a group begins a row, and takes more where it does not fit."""
    places: list[tuple[int, int]] = []
    before = None
    for group, _ in wide.index:
        row, column = places[-1] if places else (-1, 0)
        places.append((row, column + 1) if group == before and column + 1 < across else (row + 1, 0))
        before = group
    return places


def _panel(
    paper: Sheet,
    x: float,
    low: float,
    pitch: float,
    scale: float,
    amounts: "pd.Series[int]",
    parts: list[str],
    colours: Mapping[str, str],
    one: Unit,
) -> None:
    """The whole from the base line up, then each part down from where the last one ended."""
    whole = level = int(amounts.sum())
    thick = pitch * 0.82
    paper.line(x, low, x + pitch * len(parts) + thick, low, colour=style.CONTEXT)
    paper.block(x, low - whole * scale, thick, max(whole * scale, _SLIVER * bool(whole)), style.FIRM)
    for at, part in enumerate(parts, 1):
        amount, bar, top = int(amounts[part]), x + at * pitch, low - level * scale
        if amount:
            paper.line(x, top, bar + thick, top)
            paper.block(bar, top, thick, max(amount * scale, _SLIVER), colours[part])
            paper.write(bar + thick / 2, top - 0.075, one.text(amount), size=_NUMBER, align="center")
            level -= amount
