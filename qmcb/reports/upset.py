"""Sets that overlap: a row for each way in which they do, with dots for its sets and a bar for its people."""

from collections.abc import Sequence

import pandas as pd

from qmcb.reports import mask, style
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet
from qmcb.reports.suppress import Key, Numbers

_ROW = 0.29
_COLUMN = 0.8
_HEAD = 0.5
_DOT = 0.075
_OTHERS = "其余{}种"
_NOWHERE = "均无"
_JOIN = "＋"


def upset(
    table: pd.DataFrame, *, title: str, unit: str, most: int = 14, finding: Sequence[str] = (), note: str = ""
) -> Picture:
    """The largest overlaps, each row a combination; the smaller ones together in the last row.

    Parameters
    ----------
    table
        A column of flags for each set, in order, and ``count`` of people in just these sets.
    most
        So many combinations are told apart.
    finding
        Combinations in accent, told as their sets' names joined by ``＋``.
    """
    sets = [str(name) for name in table if name != "count"]
    rows = table[table["count"] > 0].sort_values(["count", *sets], ascending=False, ignore_index=True)
    labels = [_JOIN.join(name for name in sets if row[name]) or _NOWHERE for _, row in rows.iterrows()]
    counts = [int(count) for count in rows["count"]]
    rest = len(counts) - most
    if rest > 0:
        labels, counts = [*labels[:most], _OTHERS.format(rest)], [*counts[:most], sum(counts[most:])]
    numbers = _numbers(rows, sets, most if rest > 0 else len(rows))
    hidden = numbers.hidden()
    texts = [mask.text(count, at in hidden) for at, count in enumerate(counts)]
    totals = [mask.text(numbers.values[name], name in hidden) for name in sets]
    note += mask.explanation((*texts, *totals))
    left = MARGIN + _COLUMN * len(sets) + 0.15
    room = WIDTH - MARGIN - left - 0.15 - max(map(style.ems, texts), default=0) * 9.5 / 72
    with sheet(_HEAD + _ROW * max(len(counts), 1), title=title, unit=unit, note=note) as paper:
        for at, (name, total) in enumerate(zip(sets, totals, strict=True)):
            x = MARGIN + (at + 0.5) * _COLUMN
            paper.write(x, 0.1, name, size=9, align="center", strong=True)
            paper.write(x, 0.29, total, size=8.5, colour=style.MUTED, align="center")
        for at, (label, count, text) in enumerate(zip(labels, counts, texts, strict=True)):
            y = _HEAD + (at + 0.5) * _ROW
            colour = style.ACCENT if label in finding else style.FIRM
            if rest > 0 and at == most:
                colour = style.CONTEXT
                paper.write(left - 0.15, y, label, size=9, colour=style.MUTED, align="right")
            else:
                _dots(paper, y, [bool(rows[name][at]) for name in sets], colour)
            shown = text[0].isdigit()
            paper.block(left, y - 0.09, count * room / max(counts) if shown else 0.0, 0.18, colour)
            paper.line(left, y - 0.12, left, y + 0.12, colour=style.CONTEXT)
            end = left + (count * room / max(counts) if shown else 0.0)
            paper.write(end + 0.08, y, text, size=9.5)
    shown_table = pd.DataFrame({"label": labels, "count": texts})
    return Picture(paper.figure, shown_table, sentence(title, labels, texts, unit))


def _numbers(rows: pd.DataFrame, sets: list[str], most: int) -> Numbers:
    """The combinations by their place, those after the first `most` as one, and the sets by their names."""
    held, counts = Numbers(), [int(count) for count in rows["count"]]
    keys: list[Key] = [at if at < most else ("other", at) for at in range(len(counts))]
    for key, count in zip(keys, counts, strict=True):
        (held.unsaid if isinstance(key, tuple) else held.show)(key, count)
    if most < len(counts):
        held.show(most, sum(counts[most:]))
        held.total(most, keys[most:])
    held.known("whole", sum(counts))
    held.total("whole", keys)
    for name in sets:
        own = [key for key, within in zip(keys, rows[name].astype(bool), strict=True) if within]
        held.show(name, sum(held.values[key] for key in own))
        held.total(name, own)
    return held


def _dots(paper: Sheet, y: float, within: list[bool], colour: str) -> None:
    """A dot for each set, joined from the first to the last that is meant."""
    places = [MARGIN + (at + 0.5) * _COLUMN for at in range(len(within))]
    meant = [x for x, inside in zip(places, within, strict=True) if inside]
    if meant:
        paper.path([(meant[0], y), (meant[-1], y)], colour=colour, width=2.0)
    for x, inside in zip(places, within, strict=True):
        paper.dot(x, y, _DOT, colour if inside else style.HAIRLINE)
