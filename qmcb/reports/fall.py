"""The fall from all to the few, with a magnifying glass on its tail."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from qmcb.errors import BalanceError
from qmcb.reports import mask, style
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_ROW = 0.33
_BAR = 0.2
_GLASS = 0.4
_SMALL = 0.09
"""What remains is magnified where it is a smaller part than this of the width."""
_COUNT, _SHARE = 1.0, 0.85
_COLOUR = {"total": style.FIRM, "out": style.CONTEXT, "kept": style.FIRM, "finding": style.ACCENT}
_INK = {"total": style.INK, "out": style.MUTED, "kept": style.INK, "finding": style.ACCENT}
_WHOLE = ("total", "kept")
_SHARE_HEADING = "占全部"
_MAGNIFIED = "以下放大{}倍"


@dataclass(frozen=True)
class _Step:
    label: str
    role: str
    text: str  # the count as shown
    share: str
    low: float  # between which amounts its bar lies
    high: float
    scale: float  # the amount for which the full width stands
    magnified: float  # how much wider than the row before

    @property
    def remains(self) -> float:
        return self.high if self.role in _WHOLE else self.low

    @property
    def strong(self) -> bool:
        return self.role != "out"


def fall(table: pd.DataFrame, *, title: str, unit: str, note: str = "") -> Picture:
    """Waterfall from all to the few: each row takes its part away, down to the finding in accent.

    Where little of the width remains, the rest is drawn again over the whole width, under a wedge
    that says how many times it is magnified, so that 37 of 20,000 can be seen.

    Parameters
    ----------
    table
        ``label``; ``count`` (whole persons or the like); ``role``: one ``total`` first, then ``out``
        (taken away), ``kept`` (a subtotal: what remains), ``finding`` (parts of what remains);
        ``unseen``: which counts not to show, where the page decides on it.

    Raises
    ------
    BalanceError
        A subtotal is not what remains there, or more is taken than there is.
    """
    steps = _steps(table)
    labels = [style.wrap(step.label, 15) for step in steps]
    heights = [max(_ROW, 0.2 * len(lines) + 0.08) for lines in labels]
    left = MARGIN + 0.15 + max(style.ems(line) for lines in labels for line in lines) * 10 / 72
    right = WIDTH - MARGIN - _COUNT - _SHARE - 0.1
    glasses = _GLASS * sum(step.magnified > 1 for step in steps)
    note += mask.explanation(step.text for step in steps)
    with sheet(sum(heights) + glasses, title=title, unit=unit, note=note) as paper:
        for x, heading in ((WIDTH - MARGIN - _SHARE, unit), (WIDTH - MARGIN, _SHARE_HEADING)):
            paper.write(x, -0.17, heading, size=9, colour=style.MUTED, align="right")
        y = 0.0
        for at, (step, lines, height) in enumerate(zip(steps, labels, heights, strict=True)):
            if step.magnified > 1:
                _glass(paper, y, left, right, step.magnified)
                y += _GLASS
            elif at:
                x = left + (right - left) * steps[at - 1].remains / step.scale
                half = _BAR / 2
                paper.line(x, y - heights[at - 1] / 2 + half, x, y + height / 2 - half, colour=style.CONTEXT)
            _row(paper, y + height / 2, step, lines, left, right)
            y += height
    texts = [step.text for step in steps]
    names = [step.label for step in steps]
    shown = pd.DataFrame({"label": names, "count": texts, "role": [step.role for step in steps]})
    return Picture(paper.figure, shown, sentence(title, names, texts, unit))


def _steps(table: pd.DataFrame) -> list[_Step]:
    labels, roles = table["label"].astype(str).tolist(), table["role"].tolist()
    counts = table["count"].astype("int64").tolist()
    unseen = table["unseen"].to_numpy(bool) if "unseen" in table else None
    texts, lengths = _shown(counts, roles, unseen)
    steps: list[_Step] = []
    remaining, level, scale = counts[0], float(counts[0]), max(counts[0], 1.0)
    for row, (label, role, count) in enumerate(zip(labels, roles, counts, strict=True)):
        last = row == len(counts) - 1 or (row > 0 and roles[row - 1] == "finding")
        magnified = scale / level if 0 < remaining < _SMALL * scale and not last else 1.0
        scale /= magnified
        remaining -= 0 if role in _WHOLE else count
        if remaining < 0 or (role in _WHOLE and count != remaining):
            raise BalanceError(f"fall: row {row + 1} ({label}) does not follow from the rows above")
        low, level = (0.0, float(count)) if role in _WHOLE else (level - lengths[row], level)
        share = style.share(count, counts[0]) if texts[row][0].isdigit() else ""
        steps.append(_Step(label, role, texts[row], share, low, level, scale, magnified))
        level = steps[-1].remains
    return steps


def _shown(
    counts: Sequence[int], roles: Sequence[str], unseen: npt.NDArray[np.bool_] | None
) -> tuple[list[str], list[float]]:
    """Texts and lengths of the rows; between two subtotals the hidden ones get equal lengths.

    Such a stretch has a known total, so that a single hidden count hides the smallest other too.
    """
    own, lengths = np.array(counts), np.array(counts, dtype=float)
    texts = mask.marked(own, np.zeros(own.size, bool) if unseen is None else unseen)
    whole = np.array([role in _WHOLE for role in roles])
    for stretch in np.unique(whole.cumsum()):
        rows = np.flatnonzero(~whole & (whole.cumsum() == stretch))
        hide = mask.hidden(own[rows]) if unseen is None else unseen[rows]
        texts[rows] = mask.marked(own[rows], hide)
        level = rows[hide]
        lengths[level] = lengths[level].mean() if level.size else 0.0
    return [str(text) for text in texts], lengths.tolist()


def _glass(paper: Sheet, y: float, left: float, right: float, times: float) -> None:
    """A wedge from the small remainder above to the whole width below."""
    top, low, narrow = y - _ROW / 2 + _BAR / 2, y + _GLASS, left + (right - left) / times
    paper.area([(left, top), (narrow, top), (right, low), (left, low)], "#f6e3d8")
    paper.write(
        left + 0.08, y + _GLASS * 0.55, _MAGNIFIED.format(f"{times:,.0f}"), size=8.5, colour=style.ACCENT
    )


def _row(paper: Sheet, y: float, step: _Step, lines: list[str], left: float, right: float) -> None:
    ink, sign = _INK[step.role], "−" if step.role == "out" else ""
    paper.write(left - 0.12, y, "\n".join(lines), colour=ink, align="right", strong=step.strong)
    width = max((right - left) * (step.high - step.low) / step.scale, 0.025 if step.high > step.low else 0)
    x = left + (right - left) * step.low / step.scale
    paper.block(min(x, right - width), y - _BAR / 2, width, _BAR, _COLOUR[step.role])
    paper.write(WIDTH - MARGIN - _SHARE, y, sign + step.text, colour=ink, align="right", strong=step.strong)
    paper.write(WIDTH - MARGIN, y, step.share, size=9, colour=ink, align="right")
