"""The pictures of linkage evidence: why two records are one person, how pairs are found, where to stop.

They count pairs of records, not people, so that no count is hidden. Values come in masked.
"""

from collections.abc import Iterable, Mapping
from math import ceil, floor
from typing import Literal

import numpy as np
import pandas as pd

from qmcb.errors import BalanceError
from qmcb.reports import style
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_ROW, _BAR, _GAP, _FLAG, _GLASS, _TOP, _PANEL = 0.32, 0.19, 0.16, 0.22, 0.4, 0.2, 1.35
_SLIVER, _SMALL = 0.02, 0.09  # the least that is seen; the part of the width below which passes are magnified
_NONE, _ABSENT, _BITS, _PAIRS = "无记录", "—", "比特", "对"
_NIL, _EVEN, _AGAINST, _FOR, _VALUES = "0.0", "同等可能", "← 不是同一人", "是同一人 →", "两条记录"
_BIT = "每多1比特，是同一人与不是同一人的可能性之比翻一番。"
_CHANCES = {"m": "同一人", "u": "非同一人"}
_PERCENT = "百分数为同一人、非同一人的记录对中出现该情形的比例。"
_COUNTS = {"pairs": "记录对", "alone": "独有", "accepted": "认定"}
_LANES = ((-0.12, 0.18, style.CONTEXT), (-0.12, 0.18, style.ACCENT), (0.06, 0.06, style.FIRM))
_ALONE, _SKIPPED = "“独有”为只有这一途径找到的记录对。", "略过 {:,} 对"
_FOUND, _LEFT_OUT = "记录对{:,}，独有{:,}，认定{:,}", "略过的记录对所在分组过大。"
_WEDGE, _MAGNIFIED = "#f6e3d8", "以下放大{:,.0f}倍"
_ERRORS = {"expected_false": ("预计误认", "非同一人而认定"), "expected_missed": ("预计漏认", "同一人未认定")}
_THRESHOLD, _CHOSEN, _HEIGHTS = "阈值（概率）", "采用{}，认定{}对", "两图纵向比例不同。"
_Align = Literal["left", "right"]
_Bar = tuple[float, float]  # start and length
_Column = tuple[Iterable[str], float, float, str, _Align]  # texts, em, size, heading; muted under one


def waterfall(
    table: pd.DataFrame, *, title: str, note: str = "", thresholds: Mapping[str, float] | None = None
) -> Picture:
    """Why two records were linked: from the odds before looking, field by field, to the total.

    Parameters
    ----------
    table
        ``label`` of the field, its ``level`` of agreement, ``left`` and ``right`` (the masked values
        of both records), ``weight`` in bits (log2). The first row is the prior, the last the total.
    thresholds
        Names of lines to reach, with their log2 odds.

    Raises
    ------
    BalanceError
        The last row is not the sum of those above, apart from rounding.
    """
    if table.empty:
        return _blank(table, title, _BITS, note)
    texts = table[["label", "level", "left", "right"]].astype(object).fillna("").astype(str)
    weights = table["weight"].astype(float).tolist()
    last, starts = len(weights) - 1, [0.0, *np.cumsum(weights[:-1]).tolist()]
    if last and not abs(starts[last] - weights[last]) <= 0.05 * len(weights):
        raise BalanceError(f"waterfall: the last row is {weights[last]}, those above make {starts[last]}")
    pairs = zip(texts["left"], texts["right"], strict=True)
    values = [f"{one or _ABSENT}\n{other or _ABSENT}" if one or other else "" for one, other in pairs]
    columns: list[_Column] = [
        (texts["label"], 8, 10, "", "left"),
        (texts["level"], 8, 9.5, "", "left"),
        (values, 14, 8.5, _VALUES if any(values) else "", "left"),
    ]
    bars = list(zip([*starts[:last], 0.0], weights, strict=True))
    marks = {f"{name}（{_bits(odds)}）": odds for name, odds in (thresholds or {}).items()}
    paper = _ladder(columns, bars, marks, [], title, note + _BIT)
    names, bits = _named(texts["label"], texts["level"]), [_bits(weight) for weight in weights]
    told = sentence(title, [names[last], *names[:last]], [bits[last], *bits[:last]], _BITS)  # never cut off
    return Picture(paper.figure, texts.assign(weight=np.round(weights, 1)), told)


def weights(table: pd.DataFrame, *, title: str, note: str = "") -> Picture:
    """What each level of agreement says, field by field, and how often it is seen.

    Parameters
    ----------
    table
        ``field``, ``level``, ``m`` and ``u`` (its probability among pairs of one person and of two),
        ``weight`` in bits (log2 m/u).
    """
    if table.empty:
        return _blank(table, title, _BITS, note)
    table = table.iloc[np.argsort(pd.factorize(table["field"])[0], kind="stable")]
    texts, weights = table[["field", "level"]].astype(str), table["weight"].astype(float).tolist()
    first = ~texts["field"].duplicated()
    shares = {name: [style.share(value, 1) for value in table[name]] for name in _CHANCES}
    columns: list[_Column] = [
        (texts["field"].where(first, ""), 8, 10, "", "left"),
        (texts["level"], 10, 9.5, "", "left"),
        *((shares[name], 9, 8.5, heading, "right") for name, heading in _CHANCES.items()),
    ]
    rules = np.flatnonzero(first).tolist()
    paper = _ladder(columns, [(0.0, weight) for weight in weights], {}, rules, title, note + _BIT + _PERCENT)
    names, bits = _named(texts["field"], texts["level"]), [_bits(weight) for weight in weights]
    told = sentence(title, names, bits, _BITS)
    return Picture(paper.figure, texts.assign(**shares, weight=np.round(weights, 1)), told)


def _ladder(
    columns: list[_Column], bars: list[_Bar], marks: dict[str, float], rules: list[int], title: str, note: str
) -> Sheet:
    """Rows of text and a bar. Rules part them, or else each hangs on the last, from prior to total."""
    left, heights, written = MARGIN, np.full(len(bars), _ROW), []
    for texts, em, size, heading, align in columns:
        left = max(left, 0.85 * bool(heading))  # beside the unit
        cells = [[line for part in text.split("\n") for line in style.wrap(part, em)] for text in texts]
        width = max(_width(cells, size), _width([[heading]], 9))
        written.append((left + width * (align == "right"), cells, size, heading, align))
        heights = np.maximum(heights, [0.019 * size * len(cell) + 0.1 for cell in cells])
        left += width + _GAP
    marks = {**marks, _EVEN: 0.0}
    room = _width([[_bits(length) for _, length in bars]], 9.5) + 0.12
    ends = [*marks.values(), *(start for start, _ in bars), *map(sum, bars)]
    scale = (WIDTH - MARGIN - left - 2 * room) / max(max(ends) - min(ends), 1)
    zero, y = left + room - min(ends) * scale, _FLAG * len(marks)
    with sheet(y + sum(heights), title=title, unit=_BITS, note=note) as paper:
        paper.write(left, -0.17, _AGAINST, size=9, colour=style.ACCENT)
        paper.write(WIDTH - MARGIN, -0.17, _FOR, size=9, colour=style.FIRM, align="right")
        for row, name in enumerate(sorted(marks, key=lambda name: marks[name])):  # no line crosses a name
            x, up = zero + marks[name] * scale, y - _FLAG * (row + 1)
            paper.line(x, up, x, y + sum(heights), colour=style.MUTED if name == _EVEN else style.CONTEXT)
            x = max(x - 0.06, MARGIN + _width([[name]], 8.5))
            paper.write(x, up + 0.1, name, size=8.5, colour=style.MUTED, align="right")
        for x, *_, heading, align in written:
            paper.write(x, -0.17, heading, size=9, colour=style.MUTED, align=align)
        for at, ((start, length), height) in enumerate(zip(bars, heights, strict=True)):
            total = not rules and at == len(bars) - 1 > 0
            if at in rules:
                paper.line(MARGIN, y, WIDTH - MARGIN, y)
            elif at and not rules:
                x, half = zero + (length if total else start) * scale, _BAR / 2
                above, below = y - heights[at - 1] / 2 + half, y + height / 2 + (-half if length else half)
                paper.line(x, above, x, below, colour=style.CONTEXT)
            y += height / 2
            for x, cells, size, heading, align in written:
                ink, text = style.MUTED if heading else style.INK, "\n".join(cells[at])
                paper.write(x, y, text, size=size, colour=ink, align=align, strong=total)
            plain = not (at or rules) or _bits(length) == _NIL
            colour = style.CONTEXT if plain else style.FIRM if length > 0 else style.ACCENT
            _bar(paper, zero + start * scale, length * scale, y, _bits(length), colour, total)
            y += height / 2
    return paper


def _bar(paper: Sheet, x: float, length: float, y: float, text: str, colour: str, strong: bool) -> None:
    """A bar with its number beyond its end, on a ground that hides the lines below it."""
    end, width = x + length, _width([[text]], 9.5) + 0.08
    paper.block(min(x, end), y - _BAR / 2, max(abs(length), _SLIVER * bool(length)), _BAR, colour)
    paper.block(end + 0.03 if length >= 0 else end - 0.03 - width, y - 0.08, width, 0.16, style.PAPER)
    ink = style.MUTED if colour == style.CONTEXT else colour
    x = end + 0.07 if length >= 0 else end + 0.03 - width
    paper.write(x, y, text, size=9.5, colour=ink, strong=strong)


def passes(table: pd.DataFrame, *, title: str, note: str = "") -> Picture:
    """What each candidate pass found, the most first; short bars magnified under a wedge that says so.

    Parameters
    ----------
    table
        ``label`` of a pass, ``pairs`` it found, ``alone`` (of these, found by no other), ``accepted``
        (of these, linked), ``skipped_pairs`` (left out because their block was too large). More alone or
        accepted than there are raise a BalanceError.
    """
    if table.empty:
        return _blank(table, title, _PAIRS, note)
    shown = table[["label", *_COUNTS, "skipped_pairs"]].sort_values("pairs", ascending=False, kind="stable")
    counts, names = shown[list(_COUNTS)].to_numpy(int).tolist(), shown["label"].astype(str).tolist()
    if any(max(row) > row[0] for row in counts):
        raise BalanceError("passes: more pairs are alone or accepted than a pass found")
    skipped = [_SKIPPED.format(count) if count else "" for count in shown["skipped_pairs"].astype(int)]
    labels = [style.wrap(name, 14) + [text] * bool(text) for name, text in zip(names, skipped, strict=True)]
    heights = [max(_ROW, 0.19 * len(lines) + 0.1) for lines in labels]
    left, column = MARGIN + 0.12 + _width(labels, 10), max(0.65, 0.2 + _width([[f"{counts[0][0]:,}"]], 9.5))
    room, rights = WIDTH - MARGIN - 3 * column - left, [WIDTH - MARGIN - column * at for at in (2, 1, 0)]
    most = max(counts[0][0], 1)
    glass = next((at for at, (pairs, *_) in enumerate(counts) if 0 < pairs < _SMALL * most), 0)
    note += _ALONE + _LEFT_OUT * any(skipped)
    with sheet(sum(heights) + _GLASS * (glass > 0), title=title, unit=_PAIRS, note=note) as paper:
        y, scale = 0.0, room / most
        for right, heading, (*_, colour) in zip(rights, _COUNTS.values(), _LANES, strict=True):
            paper.write(right, -0.17, heading, size=9, align="right")
            paper.block(right - 0.18 - _width([[heading]], 9), -0.22, 0.1, 0.1, colour)
        for at, height in enumerate(heights):
            if at == glass > 0:
                low, times = y + _GLASS, most / counts[at][0]
                paper.area([(left, y), (left + room / times, y), (left + room, low), (left, low)], _WEDGE)
                paper.write(left + 0.08, y + 0.22, _MAGNIFIED.format(times), size=8.5, colour=style.ACCENT)
                y, scale = low, scale * times
            y += height / 2
            paper.write(left - 0.1, y, "\n".join(labels[at]), align="right")
            paper.line(left, y - 0.15, left, y + 0.15, colour=style.CONTEXT)
            for count, right, (above, thick, colour) in zip(counts[at], rights, _LANES, strict=True):
                paper.block(left, y + above, max(count * scale, _SLIVER * bool(count)), thick, colour)
                paper.write(right, y, f"{count:,}", size=9.5, align="right")
            y += height / 2
    told = [_FOUND.format(*row) for row in counts]
    return Picture(paper.figure, shown, sentence(title, _named(names, skipped), told, ""))


def thresholds(table: pd.DataFrame, *, title: str, note: str = "") -> Picture:
    """What a threshold costs: links at it that are expected to be false, and links missed.

    Parameters
    ----------
    table
        ``threshold`` (probability; 0.5, 0.9, 0.99 are drawn equally far apart), ``accepted`` links at
        it, ``expected_false`` among these, ``expected_missed``, ``chosen`` (true for one row or none).
    """
    if table.empty:
        return _blank(table, title, _PAIRS, note)
    table = table.sort_values("threshold", kind="stable")
    chosen: list[int] = np.flatnonzero(table["chosen"].astype(bool)).tolist()
    names = [np.format_float_positional(chance, 12, trim="-") for chance in table["threshold"].astype(float)]
    accepted = [f"{count:,}" for count in table["accepted"].astype(int)]
    texts = {name: [_expected(value) for value in table[name].astype(float)] for name in _ERRORS}
    rows = zip(names, accepted, table["chosen"], strict=True)
    labels = [_CHOSEN.format(name, count) if marked else name for name, count, marked in rows]
    places = _nines(table["threshold"].astype(float))
    first, end = floor(min(places)), ceil(max(places))
    first, end = (first, end) if first < end else (first - 1, end + 1)
    edge, low = max(0.6, _width(texts.values(), 9.5) + 0.12), _TOP + 2 * _PANEL
    left, right = MARGIN + _width(_ERRORS.values(), 9) + edge, WIDTH - MARGIN - edge
    pitch = (right - left) / (end - first)
    xs = [left + (place - first) * pitch for place in places]
    with sheet(low + 0.24, title=title, unit=_PAIRS, note=note + _HEIGHTS) as paper:
        paper.write(MARGIN, low + 0.14, _THRESHOLD, size=8.5, colour=style.MUTED)
        for nine in range(max(first, 0), end + 1, ceil((end + 3) * 0.07 / pitch)):
            x, text = left + (nine - first) * pitch, "0." + ("9" * nine or "5")
            paper.line(x, _TOP, x, low)
            paper.write(x, low + 0.14, text, size=8.5, colour=style.MUTED, align="center")
        for base, (name, (heading, meaning)) in zip((low - _PANEL, low), _ERRORS.items(), strict=True):
            values = table[name].to_numpy(float)
            ys = (base - (_PANEL - 0.35) * values / max(values.max(), 1e-9)).tolist()
            paper.write(MARGIN, base - 0.7, heading)
            paper.write(MARGIN, base - 0.5, meaning, size=8.5, colour=style.MUTED)
            paper.area([(xs[0], base), *zip(xs, ys, strict=True), (xs[-1], base)], style.HAIRLINE)
            paper.line(left, base, right, base, colour=style.CONTEXT)
            _points(paper, xs, ys, texts[name], chosen, "left" if base < low else "right")
        for at in chosen:
            paper.line(xs[at], 0.18, xs[at], low, colour=style.ACCENT)
            x = min(xs[at], WIDTH - MARGIN - _width([[labels[at]]], 9) / 2)
            paper.write(x, 0.08, labels[at], size=9, colour=style.ACCENT, align="center", strong=True)
    order = [*chosen, *(at for at in range(len(names)) if at not in chosen)]
    told = ["，".join(_ERRORS[name][0] + texts[name][at] for name in _ERRORS) for at in order]
    columns = {"threshold": names, "accepted": accepted, **texts, "chosen": table["chosen"].tolist()}
    alt = sentence(title, [labels[at] for at in order], told, "")
    return Picture(paper.figure, pd.DataFrame(columns), alt)


def _nines(chances: "pd.Series[float]") -> list[float]:
    """Places on the axis: 0.5 at 0, 0.9 at 1, 0.99 at 2; certainty one beyond the last below it."""
    doubt = (1 - chances).where(chances < 1)
    nines, half = -np.log10(doubt.fillna(np.fmin(doubt.min(), 0.5) / 10).to_numpy()), np.log10(2)
    return [float(x) for x in np.where(nines < 1, (nines - half) / (1 - half), nines).round(6)]


def _points(
    paper: Sheet, xs: list[float], ys: list[float], texts: list[str], chosen: list[int], align: _Align
) -> None:
    """Points with their numbers on one side, the chosen first, the others as far as there is room."""
    side, taken = 1 if align == "left" else -1, list[tuple[float, float]]()
    for at in sorted(range(len(xs)), key=lambda at: at not in chosen):
        x, y, ink = xs[at], ys[at], style.ACCENT if at in chosen else style.FIRM
        paper.tile(x - 0.045, y - 0.045, 0.09, 0.09, ink, 0.045)
        start, end = sorted([x, x + side * (_width([[texts[at]]], 9.5) + 0.1)])
        if all(end < low or high < start for low, high in taken):
            taken.append((start, end))
            x, y = x + 0.06 * side, y - 0.11
            paper.write(x, y, texts[at], size=9.5, colour=ink, align=align, strong=at in chosen)


def _expected(value: float) -> str:
    """As fine as an expected number is worth."""
    return "<0.01" if 0 < value < 0.005 else style.number(float(f"{value:.3g}"))


def _blank(table: pd.DataFrame, title: str, unit: str, note: str) -> Picture:
    with sheet(_ROW, title=title, unit=unit, note=note) as paper:
        paper.write(MARGIN, _ROW / 2, _NONE, colour=style.MUTED)
    return Picture(paper.figure, table, sentence(title, [], [], unit))


def _bits(value: float) -> str:
    """Signed, to one decimal."""
    return f"{value:+.1f}".replace("-", "−") if round(value, 1) else _NIL


def _named(names: Iterable[str], more: Iterable[str]) -> list[str]:
    return [f"{name}（{text}）" if text else name for name, text in zip(names, more, strict=True)]


def _width(cells: Iterable[Iterable[str]], size: float) -> float:
    """Inches of the widest line."""
    return max((style.ems(line) for cell in cells for line in cell), default=0.0) * size / 72
