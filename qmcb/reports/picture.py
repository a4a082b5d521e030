"""A picture with the table it was drawn from, and the sheet of paper on which it is drawn."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle
from matplotlib.patheffects import withStroke
from PIL import Image

from qmcb.reports import style

WIDTH = 8.8
"""Inches; a hundred to the inch on a page's screen, drawn at twice that."""
MARGIN = 0.03
_PIXELS = 100
_SHARPNESS = 2
_COLOURS = 256
_HINTED = 0.98  # small type is drawn on whole pixels, and so a little wider
_SENTENCE = 12
_LINE = 1.3
_UNIT = "单位："
_MORE = "……共{}项"
_NOTHING = "无记录"


@dataclass(frozen=True)
class Picture:
    """A figure, the small table it shows (as text where counts are hidden), and a sentence from it."""

    figure: Figure
    table: pd.DataFrame
    alt: str

    def png(self) -> bytes:
        """The picture as PNG at twice the size, in few colours so that a page stays light."""
        drawn, packed = io.BytesIO(), io.BytesIO()
        with style.look():
            self.figure.savefig(drawn, dpi=_PIXELS * _SHARPNESS, format="png", metadata={"Software": None})
        image = Image.open(drawn).convert("RGB")
        image.quantize(_COLOURS, dither=Image.Dither.NONE).save(packed, "png", optimize=True)
        return packed.getvalue()

    def plain(self) -> str:
        """The sentence and the values, the same on every machine: what nbval compares."""
        shown = self.table.apply(lambda column: column.map(_cell))
        return "\n".join([self.alt, "\t".join(map(str, shown.columns)), *map("\t".join, shown.to_numpy())])

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, bytes | str], dict[str, dict[str, str | int]]]:
        """PNG and text for a notebook; the description travels in the output's metadata."""
        width = round(self.figure.get_figwidth() * _PIXELS)
        data: dict[str, bytes | str] = {"image/png": self.png(), "text/plain": self.plain()}
        return data, {"image/png": {"alt": self.alt, "width": width}}


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if pd.isna(value) else style.number(round(float(value), 4))  # type: ignore[arg-type,call-overload]


def sentence(title: str, labels: Sequence[str], values: Sequence[str], unit: str) -> str:
    """What a listener hears instead of the picture: the title and its first dozen values."""
    told = [f"{label}：{value}{unit}" for label, value in zip(labels, values, strict=True)]
    more = _MORE.format(len(told)) if len(told) > _SENTENCE else ""
    return f"{title}。{'，'.join(told[:_SENTENCE]) or _NOTHING}{more}。"


@dataclass(frozen=True)
class Sheet:
    """A sheet measured in inches: x from the left, y downwards from below title and unit."""

    figure: Figure
    axes: Axes

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 10,
        colour: str = style.INK,
        align: Literal["left", "center", "right"] = "left",
        strong: bool = False,
    ) -> None:
        """Lines of text centred on y; `strong` thickens them, as the font has one weight."""
        effects = [withStroke(linewidth=size * 0.035, foreground=colour)] if strong else []
        lines = text.split("\n")
        for at, line in enumerate(lines):
            base = y + (0.37 + _LINE * (at - (len(lines) - 1) / 2)) * size / 72
            self.axes.text(
                x, base, style.drawable(line), size=size, color=colour, ha=align, path_effects=effects
            )

    def block(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.axes.add_patch(Rectangle((x, y), width, height, facecolor=colour, linewidth=0))

    def tile(self, x: float, y: float, width: float, height: float, colour: str, radius: float) -> None:
        """A rounded block; outlined by a hairline so that the lightest stands out from the paper."""
        shape = f"round,pad=0,rounding_size={radius}"
        self.axes.add_patch(
            FancyBboxPatch(
                (x, y), width, height, shape, facecolor=colour, edgecolor=style.HAIRLINE, linewidth=0.6
            )
        )

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        self.axes.add_patch(Circle((x, y), radius, facecolor=colour, edgecolor=style.PAPER, linewidth=0.6))

    def area(self, corners: Sequence[tuple[float, float]], colour: str, *, opacity: float = 1.0) -> None:
        self.axes.add_patch(Polygon(corners, facecolor=colour, linewidth=0, alpha=opacity))

    def frame(self, x: float, y: float, width: float, height: float, colour: str = style.INK) -> None:
        """An outline around a block that stands out among others."""
        self.axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=colour, linewidth=1.8))

    def line(self, x0: float, y0: float, x1: float, y1: float, *, colour: str = style.HAIRLINE) -> None:
        self.path([(x0, y0), (x1, y1)], colour=colour)

    def path(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str = style.HAIRLINE,
        width: float = 0.8,
        over: bool = False,
    ) -> None:
        """A line through points, beneath what is written and, unless `over`, what is filled.

        `width` is in points of type.
        """
        xs, ys = zip(*points, strict=True)
        self.axes.plot(
            xs, ys, color=colour, linewidth=width, solid_capstyle="butt", zorder=1.5 if over else 0.5
        )

    def legend(self, y: float, names: Mapping[str, str]) -> None:
        """Names, each behind a block of its colour, in one row centred on y."""
        x = MARGIN
        for name, colour in names.items():
            self.block(x, y - 0.07, 0.14, 0.14, colour)
            self.write(x + 0.2, y, name, size=9)
            x += 0.45 + style.inches(name, 9)


@contextmanager
def sheet(height: float, *, title: str, unit: str, note: str) -> Iterator[Sheet]:
    """A white sheet with `height` inches to draw on, headed by title and unit, footed by the note.

    Drawing happens inside the context: there the one style holds.
    """
    with style.look():
        yield _sheet(height, title, unit, note)


def _sheet(height: float, title: str, unit: str, note: str) -> Sheet:
    titles = style.wrap(title, (WIDTH - 2 * MARGIN) * 72 / 15 - 1)  # a stop may hang over by one
    notes = style.wrap(note, _HINTED * (WIDTH - 2 * MARGIN) * 72 / 8.5 - 1) if note else []
    head, foot = 0.16 + 0.3 * len(titles) + 0.3, 0.2 * len(notes) + 0.16
    whole = head + height + foot
    figure = Figure(figsize=(WIDTH, whole), facecolor=style.PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(whole - head, -head))
    axes.set_axis_off()
    paper = Sheet(figure, axes)
    for row, text in enumerate(titles):
        paper.write(MARGIN, 0.3 + 0.3 * row - head, text, size=15, strong=True)
    paper.write(MARGIN, -0.17, f"{_UNIT}{unit}", size=9, colour=style.MUTED)
    for row, text in enumerate(notes):
        paper.write(MARGIN, height + 0.16 + 0.2 * row, text, size=8.5, colour=style.MUTED)
    return paper
