"""Names: one form to compare them in, how they sound, when two are one, what of them may be shown."""

import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qmcb.identity import text
from qmcb.identity.text import Mask

Points = NDArray[np.uint32]

_BASE = 0x9E3779B97F4A7C15  # of the polynomials that stand for sounds
SEPARATOR = "·"  # U+00B7, the one that 民委发〔2016〕33号 prescribes
# Before and after NFKC, which knows U+FF65 and U+FF0E but leaves U+30FB alone and breaks U+02D9 up.
_SEPARATORS = r"[·•・･‧．.․﹒。｡∙⋅●▪◦ᐧ⸱⸳ꞏ˙·_＿\-－‐‑‒–—―]+"
# White space, control and format characters, and the selectors of glyph variants.
_INVISIBLE = r"[\s\pZ\p{Cc}\p{Cf}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}]+"
# GBK has no code point for 80 characters and keeps them in the private use area from U+E815 on; these
# are the ones that GB 18030-2022 gives them, in the same order.
_PRIVATE_START = 0xE815
_STANDARD = (
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱"
    "䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)

# What systems write for a character that they do not have.
_MARKS = "?*□■〓�"
_UNREADABLE = np.array([ord(mark) for mark in _MARKS], np.uint32)
STAND_INS = f"[A-Z{_MARKS}]+"
"""Pattern of what stands in plain names for a character that a system does not have: its sound, or a mark."""

# Surnames that sound otherwise than the character usually does.
_SURNAMES = (
    "仇qiu 解xie 单shan 曾zeng 查zha 朴piao 区ou 盖ge 覃qin 翟zhai 牟mu 卜bu 缪miao 员yun 洗xian 召shao "
    "折she 黑he 种chong 祭zhai 秘bi 繁po 阚kan 乐yue 薄bo 郇xun 隗wei 藏zang 句gou 粘nian 都du 佴nai "
    "么yao 乜nie"
)
_COMPOUND_READINGS = {
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "单于": "chan yu",
    "澹台": "tan tai",
    "子车": "zi ju",
}
_COMPOUNDS = (
    "欧阳 司马 上官 诸葛 东方 皇甫 公孙 慕容 令狐 宇文 长孙 司徒 司空 司寇 夏侯 端木 独孤 南宫 西门 东郭 "
    "轩辕 鲜于 闻人 澹台 公羊 淳于 赫连 呼延 申屠 太史 太叔 钟离 濮阳 仲孙 宗政 拓跋 完颜 百里 闾丘 亓官 "
    "颛孙 乐正 巫马 公西 漆雕 公良 段干 梁丘 左丘 羊舌 微生 第五 纳兰 哥舒 叱干 贺兰 达奚 尉迟 万俟 单于 子车"
)


def _unusual(names: pa.StringArray) -> Mask:
    """Whether a name is empty or holds more than characters from U+4000 to U+9FFF, which folding leaves."""
    ends, data = text.spread(names)
    turned = data + np.uint8(0x40)  # what goes on in a character stands at the top, what begins it from 0 on
    bad = (turned < 0xC0) & (turned - np.uint8(0x24) > 0xE9 - 0xE4)
    unusual: Mask = ends[1:] == ends[:-1]
    unusual[np.searchsorted(ends, np.flatnonzero(bad), side="right") - 1] = True
    return unusual


def _standard(names: pa.StringArray) -> pa.StringArray:
    for place, character in enumerate(_STANDARD):
        names = pc.replace_substring(names, chr(_PRIVATE_START + place), character)
    return names


def _fold_unusual(names: pa.StringArray) -> pa.StringArray:
    private = pc.match_substring_regex(names, r"[\x{E815}-\x{E864}]")
    if pc.any(private).as_py():
        names = pc.replace_with_mask(names, private, _standard(names.filter(private)))
    names = pc.utf8_normalize(pc.replace_substring_regex(names, _SEPARATORS, SEPARATOR), "NFKC")
    names = pc.replace_substring_regex(pc.ascii_upper(names), _INVISIBLE, "")
    names = pc.utf8_trim(pc.replace_substring_regex(names, _SEPARATORS, SEPARATOR), SEPARATOR)
    names = pc.utf8_normalize(names, "NFKC")  # what was taken out may have kept a letter from its accent
    return pc.if_else(pc.equal(names, ""), None, names)


def _plain_unusual(names: pa.StringArray) -> pa.StringArray:
    """Most have nothing unusual but separators of the right kind, so that not all have to be folded."""
    plain = pc.replace_substring(names, SEPARATOR, "")
    rest = _unusual(plain)
    folded = pc.replace_substring(_fold_unusual(names.filter(pa.array(rest))), SEPARATOR, "")
    return pc.replace_with_mask(plain, pa.array(rest), folded)


def _where_unusual(names: text.Strings, change: Callable[[pa.StringArray], pa.StringArray]) -> pa.StringArray:
    """`names` with `change` made to those that are not plain Chinese characters already."""
    whole = text.strings(names)
    unusual = _unusual(whole)
    found = whole.filter(pa.array(unusual)).dictionary_encode()
    changed = text.spaced(change(found.dictionary).take(found.indices), unusual)
    return pc.if_else(pa.array(unusual), changed, whole)


def fold(names: text.Strings) -> pa.StringArray:
    """The form in which names are compared; null where nothing is left.

    Compatibility forms and GBK's private characters become standard ones, every separator that is seen
    in minority names becomes one "·" (none at the edges), white space goes, Latin letters are capitals.
    """
    return _where_unusual(names, _fold_unusual)


def separator_free(names: text.Strings) -> pa.StringArray:
    """Folded names without "·", so that names that lost their separators are equal to those that did not."""
    return _where_unusual(names, _plain_unusual)


def _points(names: pa.StringArray) -> tuple[NDArray[np.int64], Points]:
    """The n + 1 places where names begin, and the code points of all of them; null has none."""
    filled = names.fill_null("")
    ends = np.concatenate(([0], np.cumsum(pc.utf8_length(filled).to_numpy(), dtype=np.int64)))
    return ends, np.frombuffer(text.spread(filled)[1].tobytes().decode().encode("utf-32-le"), np.uint32)


def _pinyin_dict() -> dict[int, str]:
    """pypinyin's readings of characters, without its phrases, which take ten times as long to load."""
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pypinyin")
    path = Path(package.origin).with_name("pinyin_dict.py")
    spec = spec_from_file_location("qmcb_pinyin_dict", path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    readings: dict[int, str] = module.pinyin_dict
    return readings


@cache
def _readings() -> tuple[dict[str, int], NDArray[np.uint16], NDArray[np.uint16]]:
    """Syllables with their ids, and the id for each code point: usual, and as a surname; 0 for none."""
    pinyin_dict = _pinyin_dict()
    first = "\n".join(readings.split(",")[0] for readings in pinyin_dict.values())
    plain = unicodedata.normalize("NFD", first).replace("u\u0308", "v").encode("ascii", "ignore").decode()
    surnames = {ord(entry[0]): entry[1:] for entry in _SURNAMES.split()}
    compounds = " ".join(_COMPOUND_READINGS.values()).split()
    syllables = sorted({*plain.split("\n"), *surnames.values(), *compounds} - {""})
    ids = {"": 0} | {syllable: place for place, syllable in enumerate(syllables, start=1)}
    usual = np.zeros(0x110000, np.uint16)
    usual[list(pinyin_dict)] = [ids[syllable] for syllable in plain.split("\n")]
    as_surname = usual.copy()
    as_surname[list(surnames)] = [ids[syllable] for syllable in surnames.values()]
    return ids, usual, as_surname


def _syllable_ids(starts: NDArray[np.int64], points: Points) -> NDArray[np.int32]:
    ids, usual, as_surname = _readings()
    sounds = usual[points].astype(np.int32)
    heads = starts[:-1][np.diff(starts) > 0]
    sounds[heads] = as_surname[points[heads]]
    begin_compound = np.zeros(len(usual), np.bool_)
    begin_compound[[ord(surname[0]) for surname in _COMPOUND_READINGS]] = True
    pairs = starts[:-1][np.diff(starts) > 2]
    pairs = pairs[begin_compound[points[pairs]]]
    for surname, reading in _COMPOUND_READINGS.items():
        compound = pairs[(points[pairs] == ord(surname[0])) & (points[pairs + 1] == ord(surname[1]))]
        sounds[compound], sounds[compound + 1] = (ids[syllable] for syllable in reading.split())
    return sounds


def pinyin(names: text.Strings) -> pa.StringArray:
    """How names sound: the syllables without tones, run together (ü is v).

    A surname has the reading that it has as a surname. A character without any stands for itself in
    lower case, so that a rare one written as its sound (赵BEN for 赵犇) sounds right.
    """
    plain = separator_free(names)
    starts, points = _points(plain)
    sounds = _syllable_ids(starts, points)
    strange, which = np.unique(points[sounds == 0], return_inverse=True)
    syllables = list(_readings()[0])
    sounds[sounds == 0] = len(syllables) + which
    tokens = pa.array(syllables + [chr(point).lower() for point in strange], pa.string())
    lists = pa.ListArray.from_arrays(pa.array(starts, pa.int32()), tokens.take(pa.array(sounds)))
    return pc.if_else(plain.is_valid(), pc.binary_join(lists, ""), None)


@cache
def _sound_terms() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """For each syllable id its letters as a polynomial, and the power of its length."""
    syllables = list(_readings()[0])
    letters = [_polynomial(syllable) for syllable in syllables]
    terms, powers = (np.array(values, np.uint64) for values in zip(*letters, strict=True))
    return terms, powers


def _polynomial(letters: str) -> tuple[int, int]:
    term, power = 0, 1
    for letter in letters:
        term, power = (term * _BASE + ord(letter)) % 2**64, power * _BASE % 2**64
    return term, power


def sound_keys(plain: pa.StringArray) -> NDArray[np.uint64]:
    """A number for how each name without separators sounds: equal where `pinyin` is; 0 for null.

    It is the polynomial of all letters of the syllables, so that it does not matter whether a letter
    came from a character's reading or stood there itself, as in 赵BEN for 赵犇.
    """
    starts, points = _points(plain)
    sounds = _syllable_ids(starts, points)
    terms, powers = (values[sounds] for values in _sound_terms())
    strange = np.flatnonzero(sounds == 0)
    lowered = [_polynomial(chr(point).lower()) for point in points[strange].tolist()]
    if lowered:
        terms[strange], powers[strange] = (
            np.array(values, np.uint64) for values in zip(*lowered, strict=True)
        )
    lengths = np.diff(starts)
    keys = np.zeros(len(plain), np.uint64)
    for place in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero(lengths > place)
        at = starts[rows] + place
        keys[rows] = keys[rows] * powers[at] + terms[at]
    return keys


def ends(plain: pa.StringArray) -> tuple[Points, Points]:
    """The first and the last character of each name as code points; 0 for null."""
    starts, points = _points(plain)
    padded = np.append(points, np.uint32(0))
    first, last = padded[starts[:-1]], padded[starts[1:] - 1]
    first[starts[:-1] == starts[1:]] = last[starts[:-1] == starts[1:]] = 0
    return first, last


def mask(names: text.Strings) -> pa.StringArray:
    """The most of a name that a page may show: the surname, and ＊ for each character after it.

    Of names with a separator or more than four characters the first character and ＊＊; of a name of
    one character nothing.
    """
    folded = fold(names)
    length = pc.utf8_length(folded)
    long = pc.or_(pc.match_substring(folded, SEPARATOR), pc.greater(length, 4))
    compound = pc.is_in(pc.utf8_slice_codeunits(folded, 0, 2), pa.array(_COMPOUNDS.split()))
    double = pc.and_(pc.and_(compound, pc.greater(length, 2)), pc.invert(long))
    shown = pc.if_else(double, pc.utf8_slice_codeunits(folded, 0, 2), pc.utf8_slice_codeunits(folded, 0, 1))
    shown = pc.if_else(pc.equal(length, 1), "", shown)
    hidden = pc.if_else(long, 2, pc.subtract(length, pc.utf8_length(shown)))
    return pc.binary_join_element_wise(shown, pa.array(["", "＊", "＊＊", "＊＊＊"]).take(hidden), "")


def _near(left: pa.StringArray, right: pa.StringArray) -> Mask:
    """Whether unequal names, without separators and none null, agree all the same."""
    (starts, points), (other_starts, other_points) = _points(left), _points(right)
    lengths, other_lengths = np.diff(starts), np.diff(other_starts)
    shared = np.minimum(lengths, other_lengths)
    begin = np.cumsum(shared) - shared
    within = np.arange(shared.sum()) - np.repeat(begin, shared)
    one = points[np.repeat(starts[:-1], shared) + within]
    other = other_points[np.repeat(other_starts[:-1], shared) + within]
    told = ~np.isin(one, _UNREADABLE) & ~np.isin(other, _UNREADABLE)
    different = np.add.reduceat((one != other) & told, begin, dtype=np.int64)
    one_wrong = (different == 1) & (shared >= 3) & (lengths == other_lengths) & (one[begin] == other[begin])
    near: Mask = (shared >= 2) & ((different == 0) | one_wrong)
    rest = ~near
    sounds = [pinyin(names.filter(pa.array(rest))) for names in (left, right)]
    near[rest] = text.mask(pc.equal(*sounds))
    return near


def agree(left: text.Strings, right: text.Strings) -> pa.BooleanArray:
    """Whether two names agree well enough that an equal valid number makes them one person.

    They do when, without separators, they are equal; or sound the same (toneless pinyin); or have the
    same length of three characters or more, the same surname, and differ in exactly one; or one begins
    with the whole of the other, of two characters or more (a field that cut it off). A mark for a
    character that a system did not have (马? for 马堃) agrees with any. So two names of two characters
    with different given names agree only as homophones. Null where either name is absent.
    """
    one, other = separator_free(left), separator_free(right)
    equal = pc.equal(one, other)
    unequal = pc.invert(equal).fill_null(False)
    if not pc.any(unequal, min_count=0).as_py():
        return equal
    near = _near(one.filter(unequal), other.filter(unequal))
    return pc.replace_with_mask(equal, unequal, pa.array(near))
