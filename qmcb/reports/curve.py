"""Lorenz curves: how far what is borne is from being borne alike."""

import pandas as pd

from qmcb.reports import style
from qmcb.reports.picture import MARGIN, Picture, Sheet, sentence, sheet

_SIDE = 4.5
_SIZE = 9.5
_PITCH = 0.25
_LEADER = 0.86  # where along the curve its name is tied to it
_PERCENT = "%"
_TICKS = (0, 25, 50, 75, 100)


def lorenz(
    table: pd.DataFrame, *, title: str, across: str, along: str, even: str, finding: str, note: str = ""
) -> Picture:
    """One curve a label, named beside it, the line on which all bear alike, and one curve in accent.

    Parameters
    ----------
    table
        ``label``, ``weight`` and ``borne`` (shares of the whole from 0 to 1, ascending), ``text`` (what
        stands behind the label, such as its index), labels in order.
    across, along
        What the axes measure, upwards and to the right.
    even
        The name of the diagonal.
    finding
        The label of the curve in accent.
    """
    curves = {str(label): own for label, own in table.groupby("label", sort=False)}
    left, low = MARGIN + 0.5, _SIDE + 0.3

    def at(weight: float, borne: float) -> tuple[float, float]:
        return left + weight * _SIDE, low - borne * _SIDE

    heights = {label: _height(own) for label, own in curves.items()}
    order = sorted([*heights, even], key=lambda label: -heights.get(label, _LEADER))
    with sheet(low + 0.5, title=title, unit=_PERCENT, note=note) as paper:
        _grid(paper, left, low, across, along)
        paper.path([at(0, 0), at(1, 1)], colour=style.CONTEXT)
        for label, own in curves.items():
            ink = style.ACCENT if label == finding else style.FIRM
            points = [at(*point) for point in own[["weight", "borne"]].to_numpy().tolist()]
            paper.path(points, colour=ink, width=2.2 if label == finding else 1.1)
        x, y = left + _SIDE + 0.35, 0.0
        for label in order:
            tied = at(_LEADER, heights.get(label, _LEADER))
            y = max(y + _PITCH, tied[1])
            ink = style.ACCENT if label == finding else style.MUTED if label == even else style.INK
            paper.line(*tied, x - 0.06, y, colour=style.CONTEXT)
            paper.dot(*tied, 0.035, ink)
            text = f"{label}  {curves[label]['text'].iloc[0]}" if label in curves else label
            paper.write(x, y, text, size=_SIZE, colour=ink, strong=label == finding)
    labels = list(curves)
    texts = [str(own["text"].iloc[0]) for own in curves.values()]
    shown = table[["label", "weight", "borne"]].reset_index(drop=True)
    return Picture(paper.figure, shown, sentence(title, labels, texts, ""))


def _height(own: pd.DataFrame) -> float:
    """How much is borne up to where the name is tied."""
    before, after = own[own["weight"] <= _LEADER].iloc[-1], own[own["weight"] >= _LEADER].iloc[0]
    wide = float(after["weight"] - before["weight"])
    part = (_LEADER - float(before["weight"])) / wide if wide else 0.0
    return float(before["borne"]) + part * float(after["borne"] - before["borne"])


def _grid(paper: Sheet, left: float, low: float, across: str, along: str) -> None:
    for tick in _TICKS:
        x, y = left + tick / 100 * _SIDE, low - tick / 100 * _SIDE
        paper.line(left, y, left + _SIDE, y)
        paper.write(left - 0.08, y, str(tick), size=8.5, colour=style.MUTED, align="right")
        paper.write(x, low + 0.14, str(tick), size=8.5, colour=style.MUTED, align="center")
    paper.line(left, low, left + _SIDE, low, colour=style.CONTEXT)
    paper.write(left, 0.1, across, size=8.5, colour=style.MUTED)
    paper.write(left + _SIDE, low + 0.34, along, size=8.5, colour=style.MUTED, align="right")
