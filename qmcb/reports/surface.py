"""What comes of two choices together: a cell a pair, with today's framed."""

import pandas as pd

from qmcb.reports import style
from qmcb.reports.picture import MARGIN, WIDTH, Picture, sentence, sheet

_ROW = 0.3
_WIDEST = 0.8
_SIZE = 9.5
_ABSENT = "—"


def surface(
    table: pd.DataFrame, *, title: str, unit: str, across: str, along: str, today: str, note: str = ""
) -> Picture:
    """A heat map of values with their numbers, deeper where there is more; the chosen cell is framed.

    Parameters
    ----------
    table
        ``column`` and ``row`` (what was chosen, as text, in the order in which they first stand),
        ``value`` and its ``text``, ``chosen`` (true for one cell or none).
    across, along
        What rows and columns choose.
    today
        What the framed cell is called.
    """
    columns, rows = ([str(each) for each in dict.fromkeys(table[name])] for name in ("column", "row"))
    left = MARGIN + 0.15 + max(style.inches(f"{across} ↓", 9), *(style.inches(row, _SIZE) for row in rows))
    width = min(_WIDEST, (WIDTH - MARGIN - left) / len(columns))
    least, most = float(table["value"].min()), float(table["value"].max())
    top = 0.55
    with sheet(top + _ROW * len(rows) + 0.05, title=title, unit=unit, note=note) as paper:
        paper.write(left, 0.13, f"{along} →", size=9, colour=style.MUTED)
        paper.write(left - 0.1, top - 0.14, f"{across} ↓", size=9, colour=style.MUTED, align="right")
        for at, column in enumerate(columns):
            paper.write(left + (at + 0.5) * width, top - 0.14, column, size=9, align="center")
        for at, row in enumerate(rows):
            paper.write(left - 0.1, top + (at + 0.5) * _ROW, row, size=_SIZE, align="right")
        framed = []
        for column, row, value, text, chosen in zip(*_cells(table), strict=True):
            x, y = left + columns.index(column) * width, top + rows.index(row) * _ROW
            colour = style.shade(value, least, most)
            paper.block(x + 0.01, y + 0.01, width - 0.02, _ROW - 0.02, colour)
            ink, middle = style.ink_on(colour), (x + width / 2, y + _ROW / 2)
            paper.write(*middle, text, size=_SIZE, colour=ink, align="center", strong=chosen)
            framed += [(x, y)] if chosen else []
        for x, y in framed:
            paper.frame(x + 0.01, y + 0.01, width - 0.02, _ROW - 0.02)
    told = table.sort_values("chosen", ascending=False, kind="stable")
    labels = [
        f"{today * chosen}{across}{row}、{along}{column}"
        for column, row, _, _, chosen in zip(*_cells(told), strict=True)
    ]
    shown = table[["column", "row", "value", "chosen"]].reset_index(drop=True)
    return Picture(paper.figure, shown, sentence(title, labels, list(told["text"].astype(str)), ""))


def _cells(table: pd.DataFrame) -> tuple[list[str], list[str], list[float], list[str], list[bool]]:
    texts = (table[name].astype(str).tolist() for name in ("column", "row", "text"))
    column, row, text = texts
    return column, row, table["value"].astype(float).tolist(), text, table["chosen"].astype(bool).tolist()
