"""The one look of all pictures: font, colours that keep their meaning, numbers and line breaks."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

import matplotlib
import pylopdf_fonts_zh_cn
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

INK = "#1f2a33"
MUTED = "#66737f"
HAIRLINE = "#dfe4e8"
PAPER = "#ffffff"
CONTEXT = "#b4c0ca"  # what is not the finding
FIRM = "#5d7282"  # totals and what remains
ACCENT = "#c4501b"  # the finding, and nothing else
LESS = "#2c6e8f"  # a change for less, where accent is one for more
TINT = "#e3b49b"  # the finding's second part, and bars behind the numbers of a table

# Hues after Okabe and Ito, told apart by colour-blind readers; one family of insurance, one hue.
INSURANCE: Mapping[str, str] = {
    "pension": "#0072b2",
    "medical": "#009e73",
    "unemployment": "#e69f00",
    "work_injury": "#8a5a00",
    "maternity": "#cc79a7",
    "110": "#0072b2",
    "120": "#004f7c",
    "170": "#6db3dd",
    "210": "#e69f00",
    "310": "#009e73",
    "390": "#7fcfb6",
    "410": "#8a5a00",
    "510": "#cc79a7",
}
# Hues after Tol's muted scheme, keyed as codes.PAYER; what is to be repaid is a tint of what is given.
PAYER: Mapping[str, str] = {
    "reserve": "#999933",
    "adjustment": "#882255",
    "county": "#ddcc77",
    "city": "#88ccee",
    "grant": "#332288",
    "advance": "#8d83c7",
}
# Whose purse (codes.PURSE) has the colour of the payer that stands for it.
PURSE: Mapping[str, str] = {
    "counties": PAYER["county"],
    "city": PAYER["city"],
    "province": PAYER["grant"],
    "pool": PAYER["adjustment"],
}
# What stays with a county (codes.ZONE): the less, the deeper, warm from a half on, accent where it loses.
ZONE: Mapping[str, str] = {
    "perverse": ACCENT,
    "indifferent": "#e09a6e",
    "weak": "#f0cdb4",
    "partial": "#8ca3b5",
    "full": "#eef2f4",
}
SHADES = LinearSegmentedColormap.from_list("qmcb", ["#fdf1e8", "#f2bd94", "#d9783f", "#a83f10", "#6f2606"])

_FAMILY = "Noto Sans SC"
_RC = {
    "backend": "agg",
    "font.family": [_FAMILY],
    "axes.unicode_minus": False,
    "path.simplify": True,
    "svg.hashsalt": "qmcb",
}
_MISSING = "〓"  # the printer's mark for a character that the font does not have
_UNBROKEN = re.compile(r"[（《「【“‘]*(?:[0-9A-Za-z.,%+\-–<]+|.|$)", re.DOTALL)
_WIDE = "—‘’“”…‰·"
_NOT_FIRST = "，。、；：！？）》」】”’％·"


@cache
def glyphs() -> frozenset[int]:
    """Code points that the font can draw; the first call makes the font known to matplotlib."""
    path = pylopdf_fonts_zh_cn.sans_path()
    font_manager.fontManager.addfont(str(path))
    return frozenset(font_manager.get_font(str(path)).get_charmap())


@contextmanager
def look() -> Iterator[None]:
    """Draw and save inside this context; nothing of it remains outside."""
    glyphs()
    with matplotlib.rc_context(_RC):  # type: ignore[arg-type]
        yield


def drawable(text: str) -> str:
    """`text` with every character that the font lacks shown as 〓; dollar signs stay plain text."""
    known = glyphs()
    return "".join(c if c == "\n" or ord(c) in known else _MISSING for c in text).replace("$", r"\$")


def ems(text: str) -> float:
    """Width of `text` in em: one for Chinese characters and stops, about half of it for others."""
    return sum(1.0 if ord(c) >= 0x2E80 or c in _WIDE else 0.58 for c in text)


def inches(text: str, size: float) -> float:
    """About how wide `text` is at a size in points."""
    return ems(text) * size / 72


def wrap(text: str, width: float) -> list[str]:
    """Lines of at most `width` em, broken neither inside a number or word nor before a stop."""
    lines = [""]
    for token in _UNBROKEN.findall(text):
        if lines[-1] and ems(lines[-1] + token) > width and token not in _NOT_FIRST:
            lines.append("")
        lines[-1] += token if lines[-1] else token.lstrip()
    return [line.rstrip() for line in lines]


def number(value: float) -> str:
    """Thousands separated; whole numbers stay whole, others get at most two decimals."""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def share(part: float, whole: float) -> str:
    """`part` of `whole` in per cent, finer where it is small."""
    percent = 100 * part / whole if whole else 0.0
    if 0 < percent < 0.01:
        return "<0.01%"
    return f"{percent:.1f}%" if percent >= 1 or percent == 0 else f"{percent:.2f}%"


def shade(value: float, least: float, most: float) -> str:
    """The colour of `value` on the one-hue scale from `least` to `most`."""
    return to_hex(SHADES((value - least) / (most - least) if most > least else 0.35))


def tint(colour: str, depth: float) -> str:
    """`colour` mixed with the paper: 1 is all of it, 0 none."""
    own, paper = to_rgb(colour), to_rgb(PAPER)
    red, green, blue = (depth * own[at] + (1 - depth) * paper[at] for at in range(3))
    return to_hex((red, green, blue))


def ink_on(background: str) -> str:
    """White or black, whichever contrasts more: never below 4.5 to 1 (WCAG relative luminance)."""
    light = _luminance(background) + 0.05
    return PAPER if 1.05 / light > light / 0.05 else "#000000"


def _luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
