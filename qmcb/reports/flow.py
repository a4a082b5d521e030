"""From which state to which: bands between two stacks, as wide as the counts that went along them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.colors import to_hex, to_rgb

from qmcb.reports import mask, style
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_HIGH = 3.2
_GAP = 0.12
_NODE = 0.16
_LEAST = 0.02  # inches; a band that is there can be seen
_TEXT = 1.75
_WRITTEN = 0.15  # inches from which a band has room for its count
_PALE = 0.62  # how far a band is from its state's colour towards the paper
_STEPS = np.linspace(0, 1, 41)
_ARROW = "→"

Cells = npt.NDArray[Any]
Texts = npt.NDArray[np.object_]


def flow(
    table: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    ends: tuple[str, str],
    title: str,
    unit: str,
    note: str = "",
    finding: Collection[str] = (),
) -> Picture:
    """Two stacks, before and after, and a band for each way that something went between them.

    Counts of one to four, and those by which they could be found out, are hidden; their bands are
    all of one small width.

    Parameters
    ----------
    table
        ``before`` and ``after`` (keys of `labels`) and ``count``, one row a way.
    labels
        Every state that may stand in the table, in the order from top to bottom, with its name.
    ends
        What the left and the right stack are of, such as two periods.
    finding
        States drawn in accent.
    """
    ways = table.pivot_table("count", "before", "after", "sum", fill_value=0)
    rows = [state for state in labels if state in ways.index]
    columns = [state for state in labels if state in ways.columns]
    counts = ways.reindex(index=rows, columns=columns).to_numpy("int64").reshape(len(rows), len(columns))
    # One list, whose hidden counts are no part of a total that is shown.
    texts = mask.suppress_all(counts.ravel()).reshape(counts.shape)
    hidden = mask.hidden(counts.ravel()).reshape(counts.shape)
    shown = _shown(rows, columns, counts, texts, labels)
    note += mask.explanation(shown["count"])
    with sheet(_HIGH + 0.3, title=title, unit=unit, note=note) as paper:
        lengths = np.where(hidden, 0.0, counts).astype(float)
        whole = max(lengths.sum(), 1.0)
        room = _HIGH - _GAP * max(len(rows), len(columns))
        lengths = np.where(counts > 0, np.maximum(lengths * room / whole, _LEAST), 0.0)
        left, right = MARGIN + _TEXT, WIDTH - MARGIN - _TEXT - _NODE
        paper.write(left + _NODE, 0.05, ends[0], size=9.5, colour=style.MUTED, align="right")
        paper.write(right, 0.05, ends[1], size=9.5, colour=style.MUTED)
        colours = [style.ACCENT if state in finding else style.FIRM for state in rows]
        _bands(paper, lengths, texts, colours, left + _NODE, right)
        for at, (state, y, height) in enumerate(zip(rows, *_stack(lengths.sum(axis=1)), strict=True)):
            paper.block(left, y, _NODE, height, colours[at])
            told = f"{labels[state]}{_total(counts[at], hidden[at])}"
            paper.write(left - 0.1, y + height / 2, told, align="right")
        for at, (state, y, height) in enumerate(zip(columns, *_stack(lengths.sum(axis=0)), strict=True)):
            paper.block(right, y, _NODE, height, style.ACCENT if state in finding else style.FIRM)
            told = f"{labels[state]}{_total(counts[:, at], hidden[:, at])}"
            paper.write(right + _NODE + 0.1, y + height / 2, told)
    return Picture(paper.figure, shown, sentence(title, list(shown["label"]), list(shown["count"]), unit))


def _shown(
    rows: Sequence[str], columns: Sequence[str], counts: Cells, texts: Texts, labels: Mapping[str, str]
) -> pd.DataFrame:
    """The ways along which something went, in words."""
    told = [
        {"label": f"{labels[before]}{_ARROW}{labels[after]}", "count": str(texts[i, j])}
        for i, before in enumerate(rows)
        for j, after in enumerate(columns)
        if counts[i, j]
    ]
    return pd.DataFrame(told, columns=["label", "count"])


def _total(counts: Cells, hidden: Cells) -> str:
    """The sum of a stack's bands, where none of them is hidden."""
    return "" if hidden.any() else f" {counts.sum():,}"


def _stack(heights: Cells) -> tuple[list[float], list[float]]:
    """Tops and heights of the blocks of one side."""
    tops = 0.25 + np.cumsum(heights + _GAP) - (heights + _GAP)
    return tops.tolist(), heights.tolist()


def _bands(
    paper: Sheet, lengths: Cells, texts: Texts, colours: Sequence[str], left: float, right: float
) -> None:
    """The bands, each with its count where it is wide enough."""
    from_top, to_top = (np.array(_stack(lengths.sum(axis=axis))[0]) for axis in (1, 0))
    begin = from_top[:, None] + np.cumsum(lengths, axis=1) - lengths
    end = to_top[None, :] + np.cumsum(lengths, axis=0) - lengths
    bend = _STEPS**2 * (3 - 2 * _STEPS)
    x = left + (right - left) * _STEPS
    for (i, j), width in np.ndenumerate(lengths):
        if width:
            top = begin[i, j] + (end[i, j] - begin[i, j]) * bend
            corners = [*zip(x, top, strict=True), *zip(x[::-1], (top + width)[::-1], strict=True)]
            paper.area(corners, _pale(colours[i]))
            if width > _WRITTEN:
                paper.write(left + 0.1, begin[i, j] + width / 2, str(texts[i, j]), size=8.5)


def _pale(colour: str) -> str:
    ink, blank = np.array(to_rgb(colour)), np.array(to_rgb(style.PAPER))
    return to_hex(ink + (blank - ink) * _PALE)
