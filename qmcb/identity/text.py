"""Codes in Arrow string columns as byte matrices and back, and how a badly typed code is tidied."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Strings: TypeAlias = pa.Array | pa.ChunkedArray
Bytes: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.int64]
Whole = TypeVar("Whole", bound=NDArray[np.unsignedinteger])

_ROWS = 1 << 21
_EIGHT_ZEROS = np.uint64(0x3030303030303030)
_TOO_GREAT, _HIGH_BITS = np.uint64(0x7676767676767676), np.uint64(0x8080808080808080)
# What strays into a typed code: white space, control and format characters, quotes, hyphens.
_STRAY = r"""[\s\pZ\p{Cc}\p{Cf}'"`‘’“”＇＂\-－‐‑–—]+"""


def parts(values: Strings) -> Iterator[pa.StringArray]:
    """`values` of any string, dictionary or null type as plain arrays of bounded length, at least one."""
    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    if not len(values):
        yield pa.array([], pa.string())
    for chunk in chunks:
        for start in range(0, len(chunk), _ROWS):
            yield chunk.slice(start, _ROWS).cast(pa.string())


def strings(values: Strings) -> pa.StringArray:
    """`values` as one plain string array."""
    found = list(parts(values))
    return found[0] if len(found) == 1 else pa.concat_arrays(found)


def by_distinct(values: Strings, change: Callable[[Strings], Whole]) -> Whole:
    """What `change` makes of values, each distinct one looked at once; 0 for null."""
    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    parts = [_by_distinct(chunk, change) for chunk in chunks or [pa.nulls(0)]]
    return cast(Whole, np.concatenate(parts))


def _by_distinct(values: pa.Array, change: Callable[[Strings], Whole]) -> Whole:
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    found = change(encoded.dictionary)
    none = np.zeros(1, found.dtype)
    which = encoded.indices.cast(pa.int64()).fill_null(len(found)).to_numpy()
    return cast(Whole, np.concatenate((found, none))[which])


def mask(values: pa.BooleanArray) -> Mask:
    """A boolean array in numpy, null as false."""
    return cast(Mask, values.fill_null(False).to_numpy(zero_copy_only=False))


def spread(values: pa.StringArray) -> tuple[NDArray[np.int32], Bytes]:
    """The n + 1 offsets, counted from 0, and the bytes of a string array, without a copy of the bytes."""
    _, places, data = values.buffers()
    if not len(values) or data is None:
        return np.zeros(len(values) + 1, np.int32), np.zeros(0, np.uint8)
    ends = np.frombuffer(places, np.int32)[values.offset : values.offset + len(values) + 1]
    return ends - ends[0], np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]


@dataclass(frozen=True)
class Words:
    """Texts of one width: their places among all, where each begins, and the bytes they stand in."""

    places: Places
    starts: Places
    data: Bytes

    @classmethod
    def of(cls, values: pa.StringArray, width: int) -> "Words":
        ends, data = spread(values)
        fits = np.diff(ends) == width
        if values.null_count:
            fits &= mask(values.is_valid())
        places = np.flatnonzero(fits)
        return cls(places, ends[places].astype(np.int64), data)

    def __getitem__(self, rows: slice) -> "Words":
        return Words(self.places[rows], self.starts[rows], self.data)

    def bytes(self, place: int) -> Bytes:
        """The byte at a place of each text."""
        return self.data[self.starts + place]

    def eight(self, place: int) -> NDArray[np.uint64]:
        """Eight bytes of each text from a place on, the first in the lowest bits."""
        words = np.ndarray(max(len(self.data) - 7, 0), "<u8", self.data, 0, (1,))  # from each byte on
        found: NDArray[np.uint64] = words[self.starts + place]
        return found


def eight_digits(written: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], Mask]:
    """The whole numbers that eight ASCII digits write (`Words.eight`), and which are not all digits."""
    digits = written - _EIGHT_ZEROS
    strange = ((digits + _TOO_GREAT) | digits) & _HIGH_BITS != 0
    twos = (digits & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(2561) >> np.uint64(8)
    fours = (twos & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601) >> np.uint64(16)
    whole = (fours & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001) >> np.uint64(32)
    return whole, strange


def fixed(values: pa.StringArray, width: int) -> tuple[Mask, Bytes]:
    """The rows of exactly `width` bytes: which they are (n), and their bytes (k, width)."""
    fits = mask(pc.equal(pc.binary_length(values), width))
    kept = values if fits.all() else values.filter(pa.array(fits))
    return fits, spread(kept)[1].reshape(-1, width)


def spaced(values: pa.StringArray, places: Mask) -> pa.StringArray:
    """The values one after another at the places of a mask, null elsewhere."""
    lengths = np.zeros(len(places) + 1, np.int32)
    ends, data = spread(values)
    lengths[1:][places] = np.diff(ends)
    present = places.copy()
    present[places] = mask(values.is_valid())
    told = pa.py_buffer(np.cumsum(lengths, dtype=np.int32)), pa.py_buffer(data)
    return pa.StringArray.from_buffers(len(places), *told, pa.array(present).buffers()[1])


def from_bytes(content: Bytes, present: Mask) -> pa.StringArray:
    """Strings (n) from ASCII bytes (n, width), null where not `present`."""
    kept, valid = np.ascontiguousarray(content), None
    if not present.all():
        kept, valid = np.ascontiguousarray(content[present]), pa.array(present).buffers()[1]
    ends = np.concatenate(([0], np.cumsum(present, dtype=np.int32) * content.shape[1])).astype(np.int32)
    return pa.StringArray.from_buffers(len(present), pa.py_buffer(ends), pa.py_buffer(kept), valid)


def whole(digits: Bytes) -> NDArray[np.int32]:
    """The whole numbers (n) that decimal digits write (n, width; values 0–9)."""
    return reduce(lambda number, digit: number * 10 + digit, digits.T, np.zeros(len(digits), np.int32))


@dataclass(frozen=True)
class Tidied:
    """Badly typed codes set right as far as that is certain, and which rows each step changed."""

    codes: pa.StringArray
    stray: Mask
    full_width: Mask
    lower: Mask


def tidy(values: pa.StringArray) -> Tidied:
    """Take out what strays into a code, narrow full-width characters, raise small letters."""
    bare = pc.replace_substring_regex(values, _STRAY, "")
    narrow = pc.utf8_normalize(bare, "NFKC")
    upper = pc.ascii_upper(narrow)
    changed = [mask(pc.not_equal(*pair)) for pair in ((values, bare), (bare, narrow), (narrow, upper))]
    return Tidied(upper, *changed)
