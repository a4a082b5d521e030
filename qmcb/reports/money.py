"""Amounts of money as people read them, and the two plain pictures of them.

Money is no count of people: no amount is hidden, however small it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from qmcb.errors import BalanceError
from qmcb.reports import style
from qmcb.reports.picture import MARGIN, WIDTH, Picture, sentence, sheet

_ROW = 0.33
_BAR = 0.2
_SLIVER = 0.015
_NONE = "无记录"


@dataclass(frozen=True)
class Unit:
    """How many fen one of it is, what it is called, and with how many decimals it is written."""

    fen: int
    label: str
    decimals: int

    def text(self, fen: float, *, signed: bool = False) -> str:
        """An amount of fen in this unit, with a true minus; `signed` writes the plus as well."""
        value = round(fen / self.fen, self.decimals)
        sign = "−" if value < 0 else "+" if signed and value > 0 else ""
        return f"{sign}{abs(value):,.{self.decimals}f}"


WAN = Unit(1_000_000, "万元", 0)
YI = Unit(10_000_000_000, "亿元", 2)


def unit(amounts: Iterable[float]) -> Unit:
    """亿元 where the largest amount (fen) reaches one of them, else 万元."""
    return YI if max((abs(amount) for amount in amounts), default=0) >= YI.fen else WAN


def told(fen: float, *, signed: bool = False) -> str:
    """One amount with its own unit, as in a sentence."""
    one = unit([fen])
    return one.text(fen, signed=signed) + one.label


def ladder(table: pd.DataFrame, *, title: str, note: str = "") -> Picture:
    """From one total to another, cause by cause: more in accent to the right, less in grey to the left.

    Parameters
    ----------
    table
        ``label``, ``amount`` (fen), ``role``: ``total`` for the first row and the last, ``step`` between.

    Raises
    ------
    BalanceError
        The last row is not the sum of those above.
    """
    labels, amounts = table["label"].astype(str).tolist(), table["amount"].astype("int64").tolist()
    if sum(amounts[:-1]) != amounts[-1]:
        raise BalanceError(f"ladder: the last row is {amounts[-1]}, those above make {sum(amounts[:-1])}")
    one = unit(amounts)
    total = (table["role"] == "total").tolist()
    texts = [one.text(amount, signed=not whole) for amount, whole in zip(amounts, total, strict=True)]
    levels = np.cumsum(amounts[:-1]).tolist()
    bars = [(0, amounts[0]), *pairwise(levels), (0, amounts[-1])]
    room = max(style.inches(text, 9.5) for text in texts) + 0.12
    left = MARGIN + 0.15 + max(style.inches(label, 10) for label in labels)
    low, high = min(0, *map(min, bars)), max(1, *map(max, bars))
    scale = (WIDTH - MARGIN - left - room * (2 if low < 0 else 1)) / (high - low)
    zero = left - low * scale + (room if low < 0 else 0)
    with sheet(_ROW * len(labels), title=title, unit=one.label, note=note) as paper:
        paper.line(zero, 0, zero, _ROW * len(labels), colour=style.CONTEXT)
        for at, ((start, end), text, whole) in enumerate(zip(bars, texts, total, strict=True)):
            y, x0, x1 = (at + 0.5) * _ROW, zero + start * scale, zero + end * scale
            colour = style.FIRM if whole else style.ACCENT if end > start else style.CONTEXT
            ink = style.MUTED if colour == style.CONTEXT else colour
            paper.write(left - 0.1, y, labels[at], align="right", strong=whole)
            paper.block(min(x0, x1), y - _BAR / 2, max(abs(x1 - x0), _SLIVER), _BAR, colour)
            paper.write(max(x0, x1) + 0.07, y, text, size=9.5, colour=ink, strong=whole)
            if at < len(bars) - 1:
                paper.line(x1, y + _BAR / 2, x1, y + _ROW - _BAR / 2, colour=style.CONTEXT)
    shown = pd.DataFrame({"label": labels, "amount": amounts, "role": table["role"].tolist()})
    return Picture(paper.figure, shown, sentence(title, labels, texts, one.label))


def stacks(
    table: pd.DataFrame,
    *,
    title: str,
    colours: Mapping[str, str],
    note: str = "",
    finding: str = "",
) -> Picture:
    """One bar a label, made of its parts; what is below 0 lies left of the line.

    Parameters
    ----------
    table
        ``label``, ``part``, ``amount`` (fen), labels and parts in the order in which they first stand.
    colours
        The colour of each part.
    finding
        The label to stress.
    """
    wide = table.pivot_table("amount", "label", "part", "sum", fill_value=0, sort=False).astype("int64")
    parts = [part for part in dict.fromkeys(table["part"]) if wide[part].any()]
    one = unit(wide.abs().to_numpy().ravel())
    more, less = wide.clip(lower=0).sum(axis=1), wide.clip(upper=0).sum(axis=1)
    labels = [str(label) for label in wide.index]
    texts = [one.text(total) for total in wide.sum(axis=1)]
    left = MARGIN + 0.12 + max((style.inches(label, 10) for label in labels), default=0)
    room = max((style.inches(text, 10) for text in texts), default=0) + 0.15
    scale = (WIDTH - MARGIN - left - room) / max(int(more.max() - less.min()), 1)
    zero, pitch, top = left - int(less.min()) * scale, 0.42, 0.35
    with sheet(top + pitch * len(labels), title=title, unit=one.label, note=note) as paper:
        paper.legend(0.13, {part: colours[part] for part in parts})
        for at, label in enumerate(labels):
            y = top + (at + 0.5) * pitch
            paper.write(left - 0.1, y, label, align="right", strong=label == finding)
            ends = {1: zero, -1: zero}
            for part in parts:
                amount = int(wide.iloc[at][part])
                side, length = (1 if amount >= 0 else -1), abs(amount) * scale
                x = ends[side] if side > 0 else ends[side] - length
                ends[side] += side * length
                paper.block(x, y - 0.13, length, 0.26, colours[part])
                text = one.text(amount)
                if length > style.inches(text, 9) + 0.1:
                    ink = style.ink_on(colours[part])
                    paper.write(x + length / 2, y, text, size=9, colour=ink, align="center")
            paper.write(ends[1] + 0.08, y, texts[at], strong=label == finding)
        paper.line(zero, top, zero, top + pitch * len(labels), colour=style.CONTEXT)
    shown = wide[parts].reset_index().rename_axis(columns=None)
    spoken = [
        f"{text}{one.label}，其中{'、'.join(f'{part}{one.text(row[part])}' for part in parts if row[part])}"
        for text, (_, row) in zip(texts, wide.iterrows(), strict=True)
    ]
    return Picture(paper.figure, shown, sentence(title, labels, spoken, ""))
