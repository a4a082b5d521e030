"""The pictures of a report: each takes a small table and returns it with its drawing and a sentence.

Counts are of people: one to four are shown as ``<5``, and where a total would give a hidden count
away the smallest other is hidden too (``*``).
"""

from collections.abc import Callable, Collection, Mapping
from itertools import chain
from math import floor, log10

import numpy as np
import numpy.typing as npt
import pandas as pd

from qmcb.codes import DECISION
from qmcb.reports import mask, style, suppress
from qmcb.reports.fall import fall
from qmcb.reports.flow import flow
from qmcb.reports.heat import matrix, tiles
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet
from qmcb.reports.upset import upset

__all__ = ["bars", "fall", "flow", "histogram", "matrix", "scores", "tiles", "upset"]

_ROW = 0.3
_PARTS = (style.ACCENT, style.FIRM, style.CONTEXT, style.HAIRLINE)
_AXIS = 0.85
_NONE = "无记录"
_PALE = "浅色条的分项因人数过少不显示。"
_DECISION_COLOUR = {"reject": style.CONTEXT, "review": style.ACCENT, "accept": style.FIRM}
_LOGARITHMIC = "纵轴每格十倍"


def bars(
    table: pd.DataFrame,
    *,
    title: str,
    unit: str,
    note: str = "",
    finding: Collection[str] = (),
    colours: Mapping[str, str] | None = None,
    hide: Callable[[pd.DataFrame], Mapping[str, npt.NDArray[np.bool_]]] | None = None,
) -> Picture:
    """Horizontal bars, the longest first, each with its number; stacked where there are parts.

    Parameters
    ----------
    table
        ``label``, ``count``, and ``part`` where a label's bar is stacked from several rows.
    finding
        Labels drawn in accent, where there are no parts.
    colours
        Colour of each part, such as `style.INSURANCE` gives.
    hide
        What not to show where other numbers of the page would tell it: takes labels × parts, and
        returns ``cells`` and ``rows`` (the totals) as `suppress.table` does for a picture by itself.
    """
    parts = list(dict.fromkeys(table["part"])) if "part" in table else []
    wide = _wide(table, parts)
    totals = wide.sum(axis=1)
    held = suppress.table(wide.to_numpy(int), printed=("rows",)) if hide is None else hide(wide)
    texts = mask.marked(totals.to_numpy(int), held["rows"])
    labels = [style.wrap(str(label), 16) for label in wide.index]
    heights = [max(_ROW, 0.2 * len(lines) + 0.08) for lines in labels]
    palette = {part: _PARTS[min(at, len(_PARTS) - 1)] for at, part in enumerate(parts)} | dict(colours or {})
    undivided = [not parts or bool(row.any()) for row in held["cells"]]
    top = 0.35 if parts else 0.0
    note += mask.explanation(texts) + _PALE * (bool(parts) and any(undivided))
    with sheet(top + max(sum(heights), _ROW), title=title, unit=unit, note=note) as paper:
        paper.legend(0.13, {part: palette[part] for part in parts})
        left = MARGIN + 0.12 + max((style.ems(line) for line in chain(*labels)), default=0) * 10 / 72
        room = WIDTH - MARGIN - left - 0.1 - max(map(style.ems, texts), default=0) * 10 / 72
        y = top
        for label, lines, text, height, whole in zip(
            wide.index, labels, texts, heights, undivided, strict=True
        ):
            colour = style.ACCENT if label in finding else style.CONTEXT if parts else style.FIRM
            pieces = _pieces(wide.loc[label], {} if whole else palette, colour)
            paper.write(left - 0.1, y + height / 2, "\n".join(lines), align="right")
            _bar(paper, left, y + height / 2, room / max(int(totals.max()), 1), pieces, text)
            y += height
        if wide.empty:
            paper.write(MARGIN, top + _ROW / 2, _NONE, colour=style.MUTED)
    shown = pd.DataFrame({"label": wide.index.astype(str), "count": texts})
    if parts:
        hidden = mask.marked(wide.to_numpy(int), held["cells"])
        shown = shown.join(pd.DataFrame(hidden, columns=[str(part) for part in parts]))
    return Picture(paper.figure, shown, sentence(title, list(shown["label"]), list(texts), unit))


def _wide(table: pd.DataFrame, parts: list[str]) -> pd.DataFrame:
    """One row a label, the largest first (equal ones as given), one column a part."""
    if parts:
        wide = table.pivot_table("count", "label", "part", "sum", fill_value=0, sort=False)[parts]
    else:
        wide = table.groupby("label", sort=False)[["count"]].sum()
    return wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def _pieces(counts: "pd.Series[int]", palette: Mapping[str, str], whole: str) -> list[tuple[int, str]]:
    """Lengths and colours along one bar; undivided where there are no parts, or one too small to show."""
    if not palette:
        return [(int(counts.sum()), whole)]
    return [(int(count), palette[str(part)]) for part, count in counts.items()]


def _bar(
    paper: Sheet, left: float, middle: float, scale: float, pieces: list[tuple[int, str]], text: str
) -> None:
    """Pieces side by side; a hidden count gets no length that could be measured."""
    x = left
    if text[0].isdigit():
        for count, colour in pieces:
            paper.block(x, middle - 0.1, count * scale, 0.2, colour)
            x += count * scale
    paper.line(left, middle - 0.13, left, middle + 0.13, colour=style.CONTEXT)
    paper.write(x + 0.08, middle, text, size=9.5)


def histogram(
    table: pd.DataFrame,
    *,
    title: str,
    unit: str,
    note: str = "",
    axis: str = "",
    finding: Collection[str] = (),
) -> Picture:
    """Upright bars of ordered buckets, in the order given.

    Parameters
    ----------
    table
        ``label`` of each bucket and its ``count``.
    axis
        What the buckets measure, with its unit.
    finding
        Buckets drawn in accent.
    """
    labels = [str(label) for label in table["label"]]
    counts = [int(count) for count in table["count"]]
    texts = [str(text) for text in mask.suppress_all(counts)]
    every = _every(texts, (WIDTH - 2 * MARGIN) / max(len(labels), 1))
    left = MARGIN if every == 1 else _AXIS
    pitch = (WIDTH - MARGIN - left) / max(len(labels), 6)
    note += mask.explanation(texts)
    high = 2.6
    with sheet(high + _foot(axis), title=title, unit=unit, note=note) as paper:
        scale = (high - 0.2) / max([1, *counts])
        if every > 1:
            _grid(paper, high, scale, max(counts))
        for at, (label, count, text) in enumerate(zip(labels, counts, texts, strict=True)):
            x = left + (at + 0.5) * pitch
            height = count * scale if text[0].isdigit() else 0.0
            colour = style.ACCENT if label in finding else style.FIRM
            paper.block(x - pitch * 0.41, high - height, pitch * 0.82, height, colour)
            if every == 1:
                paper.write(x, high - height - 0.11, text, size=8.5, align="center")
        _below(paper, labels, left, pitch, high, axis)
    return Picture(
        paper.figure, pd.DataFrame({"label": labels, "count": texts}), sentence(title, labels, texts, unit)
    )


def _every(texts: list[str], pitch: float) -> int:
    """Every how many-th text fits where each bucket is `pitch` wide."""
    widest = max(map(style.ems, texts), default=0) * 8.5 / 72 + 0.06
    return max(1, int(np.ceil(widest / pitch)))


def _foot(axis: str) -> float:
    return 0.56 if axis else 0.34


def _grid(paper: Sheet, high: float, scale: float, most: int) -> None:
    """Two to six lines at round numbers, named on the left."""
    step = 10 ** floor(log10(max(most, 1)))
    step = step if most / step >= 3 else max(step // 2 if most / step >= 1.5 else step // 4, 1)
    for value in range(step, most + 1, step):
        _level(paper, high - value * scale, f"{value:,}")


def _level(paper: Sheet, y: float, text: str) -> None:
    paper.line(_AXIS, y, WIDTH - MARGIN, y)
    paper.write(_AXIS - 0.08, y, text, size=8.5, colour=style.MUTED, align="right")


def _below(paper: Sheet, labels: list[str], left: float, pitch: float, high: float, axis: str) -> None:
    """The base line, the buckets' names as far as they fit, and what they measure."""
    paper.line(left, high, WIDTH - MARGIN, high, colour=style.CONTEXT)
    for at in range(0, len(labels), _every(labels, pitch)):
        paper.write(left + (at + 0.5) * pitch, high + 0.15, labels[at], size=8.5, align="center")
    paper.write(WIDTH - MARGIN, high + 0.39, axis, size=8.5, colour=style.MUTED, align="right")


def scores(table: pd.DataFrame, *, title: str, unit: str, note: str = "", axis: str = "") -> Picture:
    """How link probabilities are spread, with the doubtful band between the thresholds in accent.

    Heights are logarithmic, as the doubtful are few among many; these have their numbers on them.

    Parameters
    ----------
    table
        ``bucket`` of probability in ascending order, pairs in it by decision: ``accept``,
        ``review``, ``reject``.
    """
    labels = [str(bucket) for bucket in table["bucket"]]
    high = 2.9
    pitch = (WIDTH - MARGIN - _AXIS) / max(len(labels), 6)
    decisions = list(_DECISION_COLOUR)
    counts = table[decisions].astype(int).reset_index(drop=True)
    with sheet(high + _foot(axis), title=title, unit=f"{unit}（{_LOGARITHMIC}）", note=note) as paper:
        most = log10(max(int(counts.to_numpy().max(initial=1)), 9))
        scale = (high - 0.65) / (most + 0.3)
        for power in range(floor(most) + 1):
            _level(paper, high - (power + 0.3) * scale, f"{10**power:,}")
        _bands(paper, counts, pitch, high, unit)
        for at, row in enumerate(counts.itertuples(index=False)):
            present = [(name, int(count)) for name, count in zip(decisions, row, strict=True) if count]
            for slot, (name, count) in enumerate(present):
                width = pitch * 0.82 / len(present)
                x, height = _AXIS + at * pitch + pitch * 0.09 + slot * width, (log10(count) + 0.3) * scale
                paper.block(x, high - height, width, height, _DECISION_COLOUR[name])
                if name == "review":
                    above = high - height - 0.09
                    paper.write(
                        x + width / 2, above, f"{count:,}", size=8, colour=style.ACCENT, align="center"
                    )
        _below(paper, labels, _AXIS, pitch, high, axis)
    sums = [int(counts[name].sum()) for name in decisions]
    told = sentence(title, [DECISION[name] for name in decisions], [f"{total:,}" for total in sums], unit)
    return Picture(paper.figure, counts.assign(bucket=labels)[["bucket", *decisions]], told)


def _bands(paper: Sheet, counts: pd.DataFrame, pitch: float, high: float, unit: str) -> None:
    """Over each decision's buckets how many they hold; the doubtful band tinted."""
    for name, colour in _DECISION_COLOUR.items():
        held = np.flatnonzero(counts[name].to_numpy())
        if not held.size:
            continue
        x0, x1 = _AXIS + held[0] * pitch, _AXIS + (held[-1] + 1) * pitch
        text = f"{DECISION[name]} {int(counts[name].sum()):,}{unit}"
        half = style.ems(text) * 10 / 144
        middle = min(max((x0 + x1) / 2, MARGIN + half), WIDTH - MARGIN - half)
        y = 0.3 if name == "review" else 0.06
        if name == "review":
            paper.block(x0, 0.44, x1 - x0, high - 0.44, "#f9ece4")
        ink = colour if name == "review" else style.MUTED if name == "reject" else style.INK
        paper.write(middle, y, text, colour=ink, align="center", strong=name == "review")
