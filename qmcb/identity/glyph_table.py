"""How `data/reference/look_alikes.csv` is made: the outlines of characters, laid over one another.

`python -m qmcb.identity.glyph_table` writes it. Nothing here is needed to use it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pylopdf_fonts_zh_cn
from matplotlib.ft2font import FT2Font, LoadFlags
from numpy.typing import NDArray

from qmcb.identity.glyph import TABLE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Picture = NDArray[np.float32]

# Characters outside GB 2312 that people are named with; the font has them all.
_NAMES = (
    "㛃㠭㬎㭎㺭㻬㻶䜣䣘䥽䶮亶伃伋伣伷佁佖佺侁俍俶倓倕倞倢偀偁偓偘偲傃傒僑僡儀儁凊劼勍勔勣勲勳卬叆喆喦"
    "嚞囧坰垚埇埈埼堃堉堎堽塽墡墺壎壵奡奭妎妏妘妧妭姁姃姈姌姞姤姮姯姵姽娍娖娢娫娬娸婄婌婍婞婠婭婳婻婼"
    "媃媄媋媕媖媗媞媤媱媺嫃嫄嫕嫚嫤嫽嬅嬛嬡嬿孖孞孮宬寔寗尭峂峘峣峯崑崚崟崡崶嵚嶪嶶巄巘帡帨廙弢弨弸彣"
    "彧徛徫忞悆悊惇惔惪愃愔慜慥憓憙扆抃揚斅旲旸旻旼旿昄昇昉昍昑昜昞昡昢昪昫昰昳昺晅晊晙晛晞晢晣晧晫晬"
    "晳晹暅暐暕暠暤暲暶暻曈曌曚朤杕杙杬杺枟枬柷栐栒栟栯桭桯桲梣梴梽棅棐棪棫棻棽椀楀楒楙榃榅榑榞槙樉樑"
    "橒檍檵欂汧汭汯沄沇沘沚沨泂泃泆泇泙泚泬洑洢洣洨洭洸洺浉浕浛浟浡浥浧浵涐涘涢涴淏淜淯渰渼湉湑湙湜湝"
    "湦湲溁溇溍溦滃滉滪漈漷漹潏潓潾澂澔澛澥澪澴濙濛濬瀍灝炆炘炟炣炤烔烜烠烺焄焌焜焴煃煇煐煒煴熀熅熇熜"
    "熤熥燊燏燚燨燿爔牁牂犇犨玏玓玕玗玘玙玚玞玠玡玥玦玭玱玹玼玿珅珇珌珒珖珛珝珣珤珦珪珫珮珰珵珹珺珽琀"
    "琄琇琈琍琎琟琠琡琤琫琭琯琲琸瑀瑂瑃瑄瑅瑆瑊瑑瑔瑝瑢瑧瑨瑮瑱瑸瑺璆璈璒璕璘璙璟璠璥璪璬璮璱璲璸璹璿"
    "瓀瓅瓘瓛甡甦畇畯皛皞皥皦盉盩眬睎瞾矞矻硚碁碶礽祃祎祐祼禔禛禤禩秾稑穠窅竑竫篯紘絜絪綝縂纮绤缊羑翀"
    "翃翙翚翯翾芃芣苢苧苪茀茝茞荙莀莐莙菂菉菼萇萩葇蒟蒨蓂蕗蘋虓虩螣衎袆袗褆訚訢訸詝諲譞讬诇谞贇赑赟趯"
    "遹郈鄀鄌鄘鄠鄫釆釨鈜鋆鍀鍂鍾鎔鏐鑑鑨钖钘铚锜锠锳锽镃镈镕镠隃隺雱霂霙霡霨霱靘韡韴頔頠頫颋颎颙颸飏"
    "飔飖飗餗馧骃骉骎骕骙骦髙鹍鹓鹔龑龢𪣻𫍯𫖮𫘧𫟹𫟼𫫇𬀩𬃊𬇕𬇙𬊈𬊤𬍛𬍡𬘓𬘘𬘩𬞟𬣡𬤇𬨂𬬭𬬱𬭎𬭚𬱖𬴊𬶨𬸚𬸦"
)
_HEAD = (
    "# Measured on the outlines of Noto Sans SC (SIL OFL 1.1), none of which is copied here. Licence: MIT.\n"
    "# Made by python -m qmcb.identity.glyph_table, not by hand.\n"
    "left,right\n"
)

_MOVE, _LINE, _CURVE = 1, 2, 4  # codes of matplotlib's paths
_THIRDS = np.array([[1 / 3], [2 / 3], [1.0]])
_BEZIER = np.hstack(
    [(1 - _THIRDS) ** 3, 3 * _THIRDS * (1 - _THIRDS) ** 2, 3 * _THIRDS**2 * (1 - _THIRDS), _THIRDS**3]
)
# In font units: the square in which a character stands, and how far apart its outline is measured.
_EM = np.array([[0.0, -120.0], [1000.0, 880.0]])
_STEP = 25.0
# A picture has so many directions; cells before and after blurring, a margin and a blur in cells before.
_DIRECTIONS, _FINE, _COARSE, _MARGIN, _BLUR = 4, 22, 11, 1.5, 1.03
_SCALE = 20.0
_SLIMMEST = 0.4  # a part counts as this wide at least (of its height), so that 丨 is not drawn as a square
_BLOCK = 512

# How much two pictures may differ: calibrated on the lists in tests/identity/test_glyph.py, by looking at
# the pairs just within and just beyond, and on the size of the table.
_WHOLE, _WHOLE_SHARE = 68_000, 0.40
_PART_SHARE = 0.12
_MAIN = 0.55  # of a character's outline belongs to a part that is compared, at least
_CUTS = (0.15, 0.85)  # where a character may fall into two parts
_OVERLAP = 0.10  # by which the parts may reach into one another


class _Outlines(NamedTuple):
    """Straight pieces of outlines, sorted by contour, and the character of each contour."""

    start: Floats
    end: Floats
    contour: Ints
    glyph: Ints


class _Part(NamedTuple):
    glyph: int
    contours: Ints


def characters() -> str:
    """The characters that are compared: all 6,763 of GB 2312, and others that people are named with."""
    cells = bytes(byte for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    return "".join(sorted({*cells.decode("gb2312", "ignore"), *_NAMES}))


def _outlines(wanted: str) -> _Outlines:
    font = FT2Font(str(pylopdf_fonts_zh_cn.sans_path()))
    vertices, codes = [], []
    for character in wanted:
        font.load_char(ord(character), flags=LoadFlags.NO_SCALE)
        points, kinds = font.get_path()
        vertices.append(points * 64)
        codes.append(kinds)
    glyph = np.repeat(np.arange(len(wanted)), [len(kinds) for kinds in codes])
    point, code = np.concatenate(vertices), np.concatenate(codes)
    contour = np.cumsum(code == _MOVE) - 1
    line, curve = np.flatnonzero(code == _LINE), np.flatnonzero(code == _CURVE)[::3]
    control = point[curve[:, None] + np.arange(-1, 3)]
    bends = np.concatenate((control[:, :1], np.einsum("tk,nkd->ntd", _BEZIER, control)), axis=1)
    start = np.concatenate((point[line - 1], bends[:, :-1].reshape(-1, 2)))
    end = np.concatenate((point[line], bends[:, 1:].reshape(-1, 2)))
    where = np.concatenate((line, np.repeat(curve, 3)))
    order = np.argsort(where, kind="stable")
    return _Outlines(start[order], end[order], contour[where[order]], glyph[code == _MOVE])


def _parts(outlines: _Outlines) -> dict[str, list[_Part]]:
    """Each character whole, and what lies on one side of a gap if it is the greater part of it."""
    first = np.searchsorted(outlines.contour, np.arange(len(outlines.glyph)))
    low = np.minimum.reduceat(outlines.start, first)
    high = np.maximum.reduceat(outlines.start, first)
    length = np.add.reduceat(np.hypot(*(outlines.end - outlines.start).T), first)
    parts: dict[str, list[_Part]] = {"whole": [], "right": [], "left": [], "above": [], "below": []}
    begins = np.searchsorted(outlines.glyph, np.arange(outlines.glyph[-1] + 2))
    for glyph, contours in enumerate(np.split(np.arange(len(outlines.glyph)), begins[1:-1])):
        parts["whole"].append(_Part(glyph, contours))
        for axis, names in enumerate((("left", "right"), ("below", "above"))):
            for name, piece in zip(names, _halves(low[contours, axis], high[contours, axis]), strict=False):
                if length[contours[piece]].sum() >= _MAIN * length[contours].sum():
                    parts[name].append(_Part(glyph, contours[piece]))
    return parts


def _halves(low: Floats, high: Floats) -> Iterator[Ints]:
    """The contours before the last gap along an axis, then those after the first; nothing without a gap."""
    order = np.argsort(low + high, kind="stable")
    before = np.maximum.accumulate(high[order])[:-1]
    after = np.minimum.accumulate(low[order][::-1])[::-1][1:]
    size = high.max() - low.min()
    place = ((before + after) / 2 - low.min()) / size
    gaps = np.flatnonzero((after - before >= -_OVERLAP * size) & (place >= _CUTS[0]) & (place <= _CUTS[1]))
    if gaps.size:
        yield order[: gaps[-1] + 1]
        yield order[gaps[0] + 1 :]


def _runs(first: Ints, count: Ints) -> tuple[Ints, Ints, Ints]:
    """The whole numbers of runs that begin at `first`; the run of each, and its place in the run."""
    run = np.repeat(np.arange(len(first)), count)
    within = np.arange(len(run)) - np.repeat(np.cumsum(count) - count, count)
    return first[run] + within, run, within


def _points(outlines: _Outlines, parts: Sequence[_Part], *, in_em: bool) -> tuple[Ints, Floats, Floats]:
    """Points along the outlines of parts: whose, where in the square, and the step that they stand for."""
    bounds = np.searchsorted(outlines.contour, np.arange(len(outlines.glyph) + 1))
    contours = np.concatenate([part.contours for part in parts])
    whose = np.repeat(np.arange(len(parts)), [len(part.contours) for part in parts])
    piece, run, _ = _runs(bounds[contours], np.diff(bounds)[contours])
    whose, start, end = whose[run], outlines.start[piece], outlines.end[piece]
    first = np.searchsorted(whose, np.arange(len(parts)))
    low, high = np.minimum.reduceat(start, first), np.maximum.reduceat(start, first)
    if in_em:
        low[:], high[:] = _EM
    size = np.maximum(high - low, _SLIMMEST * (high - low).max(axis=1, keepdims=True))
    scale, middle = (_FINE - 2 * _MARGIN) / size, (low + high) / 2
    count = np.maximum(1, np.ceil(np.hypot(*(end - start).T) / _STEP)).astype(np.int64)
    _, run, within = _runs(np.zeros_like(count), count)
    whose, step = whose[run], (end - start)[run] / count[run, None]
    where = start[run] + step * (within[:, None] + 0.5) - middle[whose]
    return whose, where * scale[whose] + _FINE / 2, step * scale[whose]


def _pictures(outlines: _Outlines, parts: Sequence[_Part], *, in_em: bool = False) -> Picture:
    """A row a part: how much outline runs in each direction about each place.

    The part lies where it lies in the em, or is stretched to fill the square. The numbers are whole, so
    that sums of products are exact and no machine's order of adding decides about a pair.
    """
    whose, where, step = _points(outlines, parts, in_em=in_em)
    column, row = np.clip(where, 0, _FINE - 1).astype(np.int64).T
    turn = np.arctan2(step[:, 1], step[:, 0]) % np.pi / np.pi * _DIRECTIONS
    length, lower = np.hypot(*step.T), np.floor(turn)
    drawn = np.zeros(len(parts) * _DIRECTIONS * _FINE**2)
    for direction, weight in ((lower, lower + 1 - turn), (lower + 1, turn - lower)):
        layer = whose * _DIRECTIONS + direction.astype(np.int64) % _DIRECTIONS
        drawn += np.bincount((layer * _FINE + row) * _FINE + column, length * weight, len(drawn))
    centre = (np.arange(_COARSE) + 0.5) * _FINE / _COARSE
    blur = np.exp(-0.5 * ((centre[:, None] - np.arange(_FINE) - 0.5) / _BLUR) ** 2)
    blurred = blur @ drawn.reshape(-1, _FINE, _FINE) @ blur.T
    return np.rint(blurred * _SCALE).reshape(len(parts), -1).astype(np.float32)


def _close(left: Picture, right: Picture, share: float, most: float = np.inf) -> Iterator[tuple[int, int]]:
    """Rows of both whose squared distance is at most `most` and at most `share` of what both hold."""
    held_left, held_right = ((rows.astype(np.float64) ** 2).sum(axis=1) for rows in (left, right))
    for begin in range(0, len(left), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        held = held_left[block, None] + held_right
        distance = held - 2 * (left[block] @ right.T)
        one, other = np.nonzero(distance <= np.minimum(held * (share / 2), most))
        yield from zip((one + begin).tolist(), other.tolist(), strict=True)


def pairs(wanted: str) -> list[tuple[str, str]]:
    """Every two of the characters that look alike, each pair once and in order of code point."""
    wanted = "".join(sorted(wanted))
    outlines = _outlines(wanted)
    parts = _parts(outlines)
    in_place = _pictures(outlines, parts["whole"], in_em=True)
    whole = _pictures(outlines, parts.pop("whole"))
    found: set[tuple[int, int]] = set(_close(in_place, in_place, _WHOLE_SHARE, _WHOLE))
    for some in filter(None, parts.values()):
        picture, glyph = _pictures(outlines, some), [part.glyph for part in some]
        found.update((glyph[one], glyph[other]) for one, other in _close(picture, picture, _PART_SHARE))
        found.update((glyph[one], other) for one, other in _close(picture, whole, _PART_SHARE))
    ordered = {(min(pair), max(pair)) for pair in found if pair[0] != pair[1]}
    return [(wanted[one], wanted[other]) for one, other in sorted(ordered)]


def table(wanted: str) -> str:
    """The pairs among `wanted` as the reference file has them."""
    return _HEAD + "".join(f"{one},{other}\n" for one, other in pairs(wanted))


if __name__ == "__main__":
    TABLE.write_text(table(characters()), encoding="utf-8", newline="\n")
