"""From what it is to what it would be: two dots a row, one panel for each alternative."""

from collections.abc import Iterable

import pandas as pd

from qmcb.reports import money, style
from qmcb.reports.money import Unit
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_ROW = 0.2
_APART = 0.08
_HEAD = 0.72
_SIZE = 9.0
_DOT = 0.042
_NIL = "0"
_TOTAL = "合计"


def dumbbells(
    table: pd.DataFrame, *, title: str, before: str, more: str, less: str, note: str = ""
) -> Picture:
    """A row a label in groups, a panel an alternative: a grey dot before, a coloured one after.

    Accent where it becomes more, blue where less; the change stands at the end of each row.

    Parameters
    ----------
    table
        ``group`` (empty where there is none), ``label``, ``panel``, ``before`` and ``after`` (fen), in order.
    before, more, less
        What the grey dots are, and the others where it becomes more, or less.
    """
    panels = [str(panel) for panel in dict.fromkeys(table["panel"])]
    rows = table[["group", "label"]].drop_duplicates()
    change = table["after"] - table["before"]
    one = money.unit([*table["before"], *table["after"]])
    tops = _tops(rows["group"])
    gutter = max(style.inches(str(group), _SIZE) for group in rows["group"]) + 0.1
    left = MARGIN + gutter + max(style.inches(str(label), _SIZE) for label in rows["label"]) + 0.14
    width = (WIDTH - MARGIN - left) / len(panels)
    number = max(style.inches(one.text(each, signed=True), _SIZE) for each in change) + 0.08
    low = min(0, int(table[["before", "after"]].min().min()))
    high = max(1, int(table[["before", "after"]].max().max()))
    scale = (width - number - 0.3) / (high - low)
    bottom = tops[-1] + _ROW
    with sheet(bottom + 0.05, title=title, unit=one.label, note=note) as paper:
        x = MARGIN + 0.06
        for name, colour in ((before, style.CONTEXT), (more, style.ACCENT), (less, style.LESS)):
            paper.dot(x, 0.13, 0.05, colour)
            paper.write(x + 0.11, 0.13, name, size=_SIZE)
            x += 0.35 + style.inches(name, _SIZE)
        _names(paper, rows, tops, left)
        for place, panel in enumerate(panels):
            own = table[table["panel"] == panel]
            zero = left + place * width + 0.1 - low * scale
            _heading(paper, panel, own, zero + low * scale, one)
            paper.line(zero, _HEAD - 0.06, zero, bottom, colour=style.CONTEXT)
            end = left + (place + 1) * width - 0.08
            ends = own[["before", "after"]].astype("int64").to_numpy().tolist()
            for top, (was, now) in zip(tops, ends, strict=True):
                _row(paper, top + _ROW / 2, zero, scale, was, now, end, one)
    labels = [f"{label}（{panel}）" for label, panel in zip(table["label"], table["panel"], strict=True)]
    texts = [one.text(each, signed=True) + one.label for each in change]
    shown = table[["label", "panel", "before", "after"]].assign(change=change).reset_index(drop=True)
    return Picture(paper.figure, shown, sentence(title, labels, texts, ""))


def _tops(groups: Iterable[str]) -> list[float]:
    tops: list[float] = []
    y, before = _HEAD, None
    for group in groups:
        y += _APART if before not in (None, group) else 0
        tops.append(y)
        y, before = y + _ROW, group
    return tops


def _names(paper: Sheet, rows: pd.DataFrame, tops: list[float], left: float) -> None:
    first = ~rows["group"].duplicated()
    for top, group, label, new in zip(tops, rows["group"], rows["label"], first, strict=True):
        if new:
            paper.write(MARGIN, top + _ROW / 2, group, size=_SIZE, colour=style.MUTED)
            paper.line(MARGIN, top - _APART / 2, WIDTH - MARGIN, top - _APART / 2)
        paper.write(left - 0.08, top + _ROW / 2, label, size=_SIZE, align="right")


def _heading(paper: Sheet, panel: str, own: pd.DataFrame, x: float, one: Unit) -> None:
    total = int((own["after"] - own["before"]).sum())
    paper.write(x, 0.35, panel, size=_SIZE, strong=True)
    text = f"{_TOTAL}{one.text(total, signed=True) if total else _NIL}"
    paper.write(x, 0.52, text, size=_SIZE, colour=_ink(total))


def _row(
    paper: Sheet, y: float, zero: float, scale: float, was: int, now: int, end: float, one: Unit
) -> None:
    ink = _ink(now - was)
    x0, x1 = zero + was * scale, zero + now * scale
    paper.block(min(x0, x1), y - 0.015, abs(x1 - x0), 0.03, ink)
    paper.dot(x0, y, _DOT, style.CONTEXT)
    if now != was:
        paper.dot(x1, y, _DOT, ink)
    text = one.text(now - was, signed=True) if now != was else _NIL
    paper.write(end, y, text, size=_SIZE, colour=ink, align="right")


def _ink(change: int) -> str:
    return style.ACCENT if change > 0 else style.LESS if change < 0 else style.MUTED
