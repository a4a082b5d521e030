"""Join keys: what two records may share as one 64-bit number each, and the join of such numbers."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qmcb.identity import text

Keys = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

NONE = np.uint64(0)
_ROWS = 1 << 18
_MIX = np.uint64(0x9E3779B97F4A7C15)
_TENS = 10.0 ** np.arange(8, -1, -1)


def of_text(values: text.Strings) -> Keys:
    """A key for each text: equal texts have equal ones, others all but surely not; 0 for null or ''."""
    found = text.strings(values).dictionary_encode()
    keys = np.append(_of_distinct(found.dictionary), NONE)
    place: Places = found.indices.fill_null(len(keys) - 1).to_numpy()
    return keys[place]


def _of_distinct(values: pa.StringArray) -> Keys:
    ends, data = text.spread(values)
    keys = np.zeros(len(values), np.uint64)
    lengths = np.diff(ends)
    present = np.flatnonzero(lengths)
    if present.size:
        starts = ends[:-1][present]
        place = np.arange(len(data)) - np.repeat(starts, lengths[present])
        terms = (data.astype(np.uint64) + np.uint64(1)) * _factors(lengths.max())[place]
        keys[present] = np.add.reduceat(terms, starts)
    return keys


def _factors(count: int) -> Keys:
    """An odd factor for each place in a text, the same ones however long the longest is."""
    return np.random.default_rng(20170801).integers(1, 2**63, count, dtype=np.uint64) | np.uint64(1)


def of_numbers(numbers: text.Strings) -> Keys:
    """A key for each resident number of 18 characters: its first 17 digits, plus 1; 0 for others and null."""
    return np.concatenate([_of_numbers(part) for part in text.parts(numbers)])


def _of_numbers(numbers: pa.StringArray) -> Keys:
    present, content = text.fixed(numbers, 18)
    keys = np.zeros(len(numbers), np.uint64)
    keys[present] = np.concatenate(
        [np.zeros(0, np.uint64)]
        + [_whole(content[start : start + _ROWS]) for start in range(0, len(content), _ROWS)]
    )
    return keys


def _whole(content: text.Bytes) -> Keys:
    digits = content[:, :17].astype(np.float64) - 48.0
    high, low = digits[:, :9] @ _TENS, digits[:, 9:] @ _TENS[1:]
    return high.astype(np.uint64) * np.uint64(10**8) + low.astype(np.uint64) + np.uint64(1)


def together(*keys: Keys) -> Keys:
    """One key of several; 0 where one of them is 0."""
    first, *others = keys
    mixed, none = first.copy(), first == NONE
    for other in others:
        mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX + other
        none |= other == NONE
    mixed[none] = NONE
    return mixed


def join(left: Keys, right: Keys, largest: int) -> tuple[Places, Places, tuple[int, int]]:
    """Positions of all pairs with equal keys, and how many keys and pairs were left out.

    A key that would make more than `largest` pairs is left out. 0 equals nothing.
    """
    here, there = np.flatnonzero(left), np.flatnonzero(right)
    here, there = here[np.argsort(left[here])], there[np.argsort(right[there])]
    sorted_left, sorted_right = left[here], right[there]
    first = np.flatnonzero(np.diff(sorted_left, prepend=~sorted_left[:1]))
    rows = np.diff(np.append(first, here.size))
    begin = np.searchsorted(sorted_right, sorted_left[first], "left")
    columns = np.searchsorted(sorted_right, sorted_left[first], "right") - begin
    large = rows * columns > largest
    skipped = int(large.sum()), int((rows * columns)[large].sum())
    kept = np.flatnonzero((columns > 0) & ~large)
    row, column = _expand(first[kept], rows[kept], begin[kept], columns[kept])
    return here[row], there[column], skipped


def _expand(first: Places, rows: Places, begin: Places, columns: Places) -> tuple[Places, Places]:
    """Every row of each group with every column of it."""
    count = rows * columns
    group = np.repeat(np.arange(len(count)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    row, column = np.divmod(within, columns[group])
    return first[group] + row, begin[group] + column
