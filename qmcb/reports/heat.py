"""Numbers whose size shows as the depth of one hue: the tile map and the heat table."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_integer_dtype

from qmcb.reports import mask, style
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_GAP = 0.1
_GROUND = "#d3dbe1"
_EMPTY = "#f6f8f9"
_ABSENT = "—"
_UNSEEN = "<*—"  # first characters of what is unknown or hidden: no depth of colour may tell it
_SUFFIXES = ("自治县", "区", "县", "市", "旗")


def tiles(table: pd.DataFrame, *, title: str, unit: str, note: str = "") -> Picture:
    """A tile map: one tile a county where it lies, deeper where there is more; cities share a ground.

    Parameters
    ----------
    table
        ``region`` (six digits, the first four its city), ``name``, ``column`` and ``row`` of its tile
        from the top left, ``value`` (of a whole-number type a count of people, else a rate, shown with
        one decimal; null where unknown), ``city``, its name, where it shall be written, and ``unseen``,
        which counts not to show, where the page decides on it.
    """
    frame = table.reset_index(drop=True)
    texts = _value_texts(frame["value"], frame.get("unseen"))
    columns, rows = int(frame["column"].max()) + 1, int(frame["row"].max()) + 1
    gutter = 0.75 if "city" in frame else 0.0
    width = min(1.55, (WIDTH - 2 * MARGIN - gutter - 1.2) / columns)
    height = min(0.56, max(0.42, 6.5 / rows))
    left = MARGIN + gutter
    note += mask.explanation(texts)
    with sheet(rows * height + 0.1, title=title, unit=unit, note=note) as paper:
        places = frame["region"].astype(str).str[:4].to_dict()
        spots = {(int(c), int(r)): places[at] for at, c, r in frame[["column", "row"]].itertuples()}
        _grounds(paper, spots, left, width, height)
        if "city" in frame:
            _cities(paper, frame, left, width, height)
        least, most = frame["value"].min(), frame["value"].max()
        for at, value in enumerate(frame["value"]):
            x, y = left + frame["column"][at] * width + _GAP / 2, frame["row"][at] * height + _GAP / 2
            colour = _EMPTY if texts[at][0] in _UNSEEN else style.shade(value, least, most)
            paper.tile(x, y, width - _GAP, height - _GAP, colour, 0.06)
            _name_and_value(
                paper, x, y, width - _GAP, height - _GAP, str(frame["name"][at]), texts[at], colour
            )
        _scale(paper, left + columns * width + 0.3, frame["value"], texts)
    shown = pd.DataFrame({"region": frame["region"], "name": frame["name"], "value": texts})
    return Picture(paper.figure, shown, sentence(title, list(shown["name"]), texts, unit))


def _value_texts(values: pd.Series, unseen: pd.Series | None) -> list[str]:
    known = values.dropna()
    if is_integer_dtype(values.dtype):
        counts = known.to_numpy(int)
        hide = mask.hidden(counts) if unseen is None else unseen[known.index]
        filled = iter(mask.marked(counts, hide))
        return [_ABSENT if pd.isna(value) else str(next(filled)) for value in values]
    return [_ABSENT if pd.isna(value) else f"{value:,.1f}" for value in values]


def _short(name: str) -> str:
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def _name_and_value(
    paper: Sheet, x: float, y: float, width: float, height: float, name: str, text: str, colour: str
) -> None:
    ink = style.ink_on(colour)
    short = _short(name)
    one_line = (style.ems(short) * 9.5 + style.ems(text) * 10 + 24) / 72 < width
    if one_line:
        paper.write(x + 0.1, y + height / 2, short, size=9.5, colour=ink)
        paper.write(x + width - 0.1, y + height / 2, text, colour=ink, align="right", strong=True)
    else:
        size = min(9.0, (width - 0.06) * 72 / max(style.ems(short), style.ems(text)))
        paper.write(x + width / 2, y + height * 0.3, short, size=size, colour=ink, align="center")
        paper.write(x + width / 2, y + height * 0.7, text, size=size, colour=ink, align="center", strong=True)


def _grounds(
    paper: Sheet, spots: dict[tuple[int, int], str], left: float, width: float, height: float
) -> None:
    """A grey ground under the tiles of one city, white between two cities."""
    rim = 0.02
    for (column, row), city in spots.items():
        x, y = left + column * width + rim, row * height + rim
        right, below, both = (spots.get((column + c, row + r)) == city for c, r in ((1, 0), (0, 1), (1, 1)))
        paper.block(x, y, width - 2 * rim * (not right), height - 2 * rim, _GROUND)
        paper.block(x, y, width - 2 * rim, height - 2 * rim * (not below), _GROUND)
        if right and below and both:
            paper.block(x, y, width, height, _GROUND)


def _cities(paper: Sheet, frame: pd.DataFrame, left: float, width: float, height: float) -> None:
    """Each city's name in the free place beside its tiles that is nearest to their middle."""
    taken = set(zip(frame["column"], frame["row"], strict=True))
    for city, own in frame.groupby("city", sort=False):
        middle = own["row"].mean()
        for row in sorted(own["row"].unique(), key=lambda row: (abs(row - middle), row)):
            first, last = own.loc[own["row"] == row, "column"].agg(["min", "max"])
            y = (row + 0.5) * height
            if (first - 1, row) not in taken:
                paper.write(
                    left + first * width - 0.08, y, str(city), size=9, colour=style.MUTED, align="right"
                )
                break
            if (last + 1, row) not in taken:
                paper.write(left + (last + 1) * width + 0.08, y, str(city), size=9, colour=style.MUTED)
                break


def _scale(paper: Sheet, x: float, values: pd.Series, texts: list[str]) -> None:
    """The ramp from least to most, so that a colour can be read back."""
    known = values.dropna()
    if known.nunique() < 2:
        return
    for step in range(60):
        paper.block(x, 0.25 + step * 0.025, 0.14, 0.026, style.shade(59 - step, 0, 59))
    for at, y in ((int(known.argmax()), 0.25), (int(known.argmin()), 1.75)):
        paper.write(x + 0.22, y, texts[known.index[at]], size=8.5, colour=style.MUTED)


def matrix(table: pd.DataFrame, *, title: str, unit: str, note: str = "") -> Picture:
    """A heat table with its numbers: rows and columns in the order in which they first appear.

    Parameters
    ----------
    table
        ``row``, ``column``, ``count`` of people; what is not given counts as none. ``unseen``: which
        of them not to show, where the page decides on it; the sentence then tells no sums.
    """
    wide = table.pivot_table("count", "row", "column", "sum", fill_value=0, sort=False).astype(int)
    wide = wide[list(dict.fromkeys(table["column"]))]
    counts, of_page = wide.to_numpy(), "unseen" in table
    hide = _unseen(table, wide) if of_page else mask.hidden(counts)
    texts = mask.marked(counts, hide)
    heads = [[*style.wrap(str(name), 6)] for name in wide.columns]
    labels = [style.wrap(str(name), 16) for name in wide.index]
    left = MARGIN + 0.12 + max(style.ems(line) for lines in labels for line in lines) * 10 / 72
    width = min(1.3, (WIDTH - MARGIN - left) / len(heads))
    size = min(9.5, (width - 0.05) * 72 / max(style.ems(text) for text in texts.ravel()))
    if max(style.ems(line) for lines in heads for line in lines) * 9 / 72 > width:
        heads = [list(str(name)) for name in wide.columns]
    head = min(9.0, size + 1)
    top = head * 1.3 / 72 * max(map(len, heads)) + 0.08
    note += mask.explanation(texts.ravel())
    with sheet(top + 0.36 * len(wide), title=title, unit=unit, note=note) as paper:
        for at, lines in enumerate(heads):
            y = top - 0.05 - head * 0.65 / 72 * len(lines)
            x = left + (at + 0.5) * width
            paper.write(x, y, "\n".join(lines), size=head, colour=style.MUTED, align="center")
        most = float(np.sqrt(wide.to_numpy().max(initial=1)))
        for row, lines in enumerate(labels):
            y = top + row * 0.36
            paper.write(left - 0.1, y + 0.18, "\n".join(lines), align="right")
            for at, count in enumerate(wide.iloc[row]):
                told = count and texts[row, at][0] not in _UNSEEN
                colour = style.shade(np.sqrt(count), 0, most) if told else _EMPTY
                paper.block(left + at * width + 0.015, y + 0.015, width - 0.03, 0.33, colour)
                ink = style.ink_on(colour) if count else style.CONTEXT
                x = left + (at + 0.5) * width
                paper.write(x, y + 0.18, texts[row, at], size=size, colour=ink, align="center")
    shown = pd.DataFrame(texts, columns=[str(name) for name in wide.columns])
    shown.insert(0, "row", [str(name) for name in wide.index])
    names, told = list(shown["row"]), [mask.suppress(int(total)) for total in wide.sum(axis=1)]
    if of_page:  # a sum may be what the page hides
        most = np.where(hide, -1, counts).argmax(axis=1)
        names = [f"{name}（{wide.columns[at]}）" for name, at in zip(names, most, strict=True)]
        told = [str(own[at]) for own, at in zip(texts, most, strict=True)]
    return Picture(paper.figure, shown, sentence(title, names, told, unit))


def _unseen(table: pd.DataFrame, wide: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which cells of the matrix the page hides."""
    marks = table.assign(unseen=table["unseen"].astype(int))
    found = marks.pivot_table("unseen", "row", "column", "max", fill_value=0, sort=False)
    told: npt.NDArray[np.bool_] = found.loc[wide.index, wide.columns].to_numpy(bool)
    return told
