"""Who stands in a source, kept so that his name or number is found in a page; and the project's own words."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

import nbformat
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qmcb import paths
from qmcb.identity import name as names_
from qmcb.identity import region

Keys = npt.NDArray[np.uint64]

_SERIAL = 17  # digits of a resident number before its check character
_OLD = 15
_FULL = str.maketrans("０１２３４５６７８９Ｘｘx", "0123456789XXX")
_PACKAGE = paths.ROOT / "qmcb"
_MADE_UP = _PACKAGE / "sample"  # its lists of surnames and given names are no words of a page
_TEXTS = {".py", ".yaml", ".j2", ".json", ".csv", ".md"}
_NONE: Keys = np.empty(0, np.uint64)


@dataclass(frozen=True)
class People:
    """The names and resident numbers of a source.

    `short` holds names of two and three characters as numbers (21 bits a code point, exact), `begins`
    the first three characters of longer ones and `long` these names themselves; `serials` the first 17
    digits of numbers, `olds` those of fifteen. All arrays are sorted. `words` is text written without
    looking at the source: a name that stands in it is none where it stands in a page.
    """

    short: Keys = field(default_factory=_NONE.copy)
    begins: Keys = field(default_factory=_NONE.copy)
    long: frozenset[str] = frozenset()
    serials: Keys = field(default_factory=_NONE.copy)
    olds: Keys = field(default_factory=_NONE.copy)
    words: str = ""

    def names_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Where which name stands.

        Names of three characters and more are found wherever they stand; those of two only where no
        Chinese character is beside them, as in a cell or a list, for they stand in many ordinary words.
        """
        points = _points(text)
        chinese = (points >= 0x3400) & (points < 0xFF00) | (points >= 0x20000) | (points == ord("·"))
        alone = ~np.concatenate([[False], chinese, [False]])
        two, three = _windows(points, 2), _windows(points, 3)
        places = _among(two, self.short) & alone[: two.size] & alone[3 : 3 + two.size]
        yield from self._told(text, places, 2)
        yield from self._told(text, _among(three, self.short), 3)
        lengths = sorted({len(name) for name in self.long})
        for at in np.flatnonzero(_among(three, self.begins)).tolist():
            for length in lengths:
                found = text[at : at + length]
                if found in self.long and found not in self.words:
                    yield at, found

    def _told(self, text: str, places: npt.NDArray[np.bool_], length: int) -> Iterator[tuple[int, str]]:
        for at in np.flatnonzero(places).tolist():
            if (found := text[at : at + length]) not in self.words:
                yield at, found

    def numbers_in(self, text: str) -> Iterator[tuple[int, str]]:
        """Where which resident number begins, whatever stands between its digits."""
        points = _points(text)
        places = np.flatnonzero((points >= ord("0")) & (points <= ord("9")))
        digits = points[places] - np.uint64(ord("0"))
        for length, keys in ((_SERIAL, self.serials), (_OLD, self.olds)):
            count = digits.size - length + 1
            if count <= 0 or not keys.size:
                continue
            values = np.zeros(count, np.uint64)
            for at in range(length):
                values = values * np.uint64(10) + digits[at : at + count]
            for at in np.flatnonzero(_among(values, keys)).tolist():
                yield int(places[at]), f"{int(values[at]):0{length}}"


NOBODY = People()


def people(batches: Iterable[tuple[pa.Array, pa.Array]], *, words: str) -> People:
    """The people of names and resident numbers as they are sent, batch by batch; null is allowed.

    Ten million rows take some seconds and eight bytes each of their different values.
    """
    parts: dict[str, list[Keys]] = {name: [] for name in ("short", "begins", "serials", "olds")}
    long: set[str] = set()
    for sent, numbers in batches:
        told = names_.fold(sent.unique()).drop_null().to_pylist()
        for length in (2, 3):
            parts["short"].append(_packed([name for name in told if len(name) == length], length))
        longer = {name for name in told if len(name) > 3}
        parts["begins"].append(_packed([name[:3] for name in longer], 3))
        long |= longer
        for name, keys in zip(("serials", "olds"), _numbered(numbers.unique()), strict=True):
            parts[name].append(keys)
    held = {name: np.unique(np.concatenate([_NONE, *keys])) for name, keys in parts.items()}
    return People(**held, long=frozenset(long), words=words)


def people_named(names: Collection[str], numbers: Collection[str] = (), *, words: str = "") -> People:
    """The same of a few names and numbers at hand."""
    sent = (pa.array(sorted(values), pa.string()) for values in (names, numbers))
    return people([tuple(sent)], words=words)


@cache
def vocabulary() -> str:
    """All text of the project from which pages are made: code, rules, reference data, notebooks, regions.

    The notebooks' own text is in it, their outputs are not; nor are the sample's lists of names.
    """
    files = [
        path
        for folder in (_PACKAGE, paths.PARAMS, paths.REFERENCE)
        for path in sorted(folder.rglob("*"))
        if path.suffix in _TEXTS and not path.is_relative_to(_MADE_UP)
    ]
    told = [path.read_text("utf-8") for path in files]
    for path in sorted(paths.NOTEBOOKS.glob("*.ipynb")):
        book = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        told += [cell.source for cell in book.cells]
    return "\n".join([*told, *region.table()["name"].unique().to_pylist()])


def _numbered(sent: pa.Array) -> tuple[Keys, Keys]:
    """Serials of eighteen and of fifteen characters; what is written otherwise is left to the patterns."""
    texts = pc.drop_null(sent)
    odd = pc.match_substring_regex(texts, "[^0-9X]")
    tidied = ("".join(filter(str.isalnum, text.translate(_FULL))) for text in texts.filter(odd).to_pylist())
    bare = pa.concat_arrays([texts.filter(pc.invert(odd)), pa.array(tidied, pa.string())])
    new = bare.filter(pc.match_substring_regex(bare, r"^[0-9]{17}[0-9X]$"))
    old = bare.filter(pc.match_substring_regex(bare, r"^[0-9]{15}$"))
    places = (pc.utf8_slice_codeunits(new, 0, 6), pc.utf8_slice_codeunits(new, 8, _SERIAL))
    upgraded = pc.binary_join_element_wise(*places, "")
    serials = pc.cast(pc.utf8_slice_codeunits(new, 0, _SERIAL), pa.uint64())
    olds = pc.cast(pa.concat_arrays([old, upgraded]), pa.uint64())
    return np.unique(serials.to_numpy()), np.unique(olds.to_numpy())


def _packed(texts: Collection[str], length: int) -> Keys:
    """Texts of one length as numbers."""
    keys: Keys = _windows(_points("".join(texts)), length)[::length]
    return np.unique(keys)


def _points(text: str) -> Keys:
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)


def _windows(points: Keys, length: int) -> Keys:
    """Every window of two or three characters as one number (a code point has 21 bits)."""
    count = max(points.size - length + 1, 0)
    key = np.zeros(count, dtype=np.uint64)
    for at in range(length):
        key = (key << np.uint64(21)) | points[at : at + count]
    return key


def _among(values: Keys, keys: Keys) -> npt.NDArray[np.bool_]:
    """Which values are among the sorted keys."""
    if not keys.size:
        return np.zeros(values.size, np.bool_)
    found: npt.NDArray[np.bool_] = keys[np.minimum(np.searchsorted(keys, values), keys.size - 1)] == values
    return found
