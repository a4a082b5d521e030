"""Which pairs are worth comparing: passes that each look for one thing two records may share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from recordlinkage.base import BaseIndexAlgorithm

from qmcb.identity import text
from qmcb.linkage import keys
from qmcb.linkage.keys import Keys, Places

LARGEST_BLOCK = 200_000
_WIDTH = 18
_FACTORS = np.random.default_rng(11643).integers(1, 2**63, _WIDTH, dtype=np.uint64) | np.uint64(1)

Key = Callable[[pa.Table], Keys]


class KeyPass(BaseIndexAlgorithm):  # type: ignore[misc]  # recordlinkage has no types
    """Pairs of records with the same `key` (0: none), at least one of them with `wanting`.

    A key that would make more than `LARGEST_BLOCK` pairs is left out, counted apart for the pairs that
    are wanting on both sides, the left and the right; `skipped` holds the number of keys and of pairs
    that the last call left out.
    """

    def __init__(self, title: str) -> None:
        super().__init__(verify_integrity=False)
        self.title = title
        self.skipped = (0, 0)

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        left, right = (frame["key"].to_numpy() for frame in (df_a, df_b))
        wanting, other = (frame["wanting"].to_numpy() for frame in (df_a, df_b))
        parts = [
            keys.join(np.where(one, left, keys.NONE), np.where(two, right, keys.NONE), LARGEST_BLOCK)
            for one, two in ((wanting, other), (wanting, ~other), (~wanting, other))
        ]
        here, there = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
        blocks, pairs = np.sum([part[2] for part in parts], axis=0)
        self.skipped = (int(blocks), int(pairs))
        return pd.MultiIndex.from_arrays([df_a.index[here], df_b.index[there]])


def _fragment(left: slice, right: slice) -> Key:
    """Some of eighteen places counted from the left, and some with the end set against the right."""
    spans = ((0, np.arange(_WIDTH)[left]), (1, np.arange(_WIDTH)[right]))

    def key(records: pa.Table) -> Keys:
        digits = text.strings(records["digits"])
        total = np.zeros(len(digits), np.uint64)
        lacking = np.zeros(len(digits), np.bool_)
        for side, places in spans:
            content = _aligned(digits, side)[:, places]
            lacking |= (content == 0).any(axis=1)
            for place, factor in enumerate(_FACTORS[places]):
                total += content[:, place] * factor
        total[lacking] = keys.NONE
        return total

    return key


def _aligned(texts: pa.StringArray, right: int) -> text.Bytes:
    """Bytes of the texts, (n, 18), from the left or set against the right; 0 where there is none."""
    content = np.zeros((len(texts), _WIDTH), np.uint8)
    whole, content_of_whole = text.fixed(texts, _WIDTH)
    content[whole] = content_of_whole
    rest = np.flatnonzero(~whole)
    ends, data = text.spread(texts.take(pa.array(rest)).fill_null(""))
    lengths = np.diff(ends)
    row = np.repeat(np.arange(len(rest)), lengths)
    place = np.arange(len(data)) - np.repeat(ends[:-1], lengths) + right * (_WIDTH - lengths[row])
    fits = (place >= 0) & (place < _WIDTH)
    content[rest[row[fits]], place[fits]] = data[fits]
    return content


def _together(*columns: str) -> Key:
    return lambda records: keys.together(*(keys.of_text(records[column]) for column in columns))


def _either_order(records: pa.Table) -> Keys:
    """Sound and birth date with the smaller of day and month first, so that swapped ones meet."""
    present, content = text.fixed(text.strings(records["birth"]), 8)
    digits = content.astype(np.int64) - ord("0")
    month, day = digits[:, 4] * 10 + digits[:, 5], digits[:, 6] * 10 + digits[:, 7]
    born = np.zeros(len(records), np.uint64)
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    born[present] = year * 10_000 + np.minimum(month, day) * 100 + np.maximum(month, day)
    return keys.together(keys.of_text(records["pinyin"]), born)


_NO_PLACE = slice(0, 0)
# Fragments of eighteen places: a number with one digit wrong, swapped, lost or doubled keeps one of
# them whole; those counted from the right outlive a digit lost before them.
PASSES: Mapping[str, Key] = MappingProxyType(
    {
        "号码前14位": _fragment(slice(0, 14), _NO_PLACE),
        "号码后11位": _fragment(_NO_PLACE, slice(7, 18)),
        "号码缺第7至11位": _fragment(slice(0, 6), slice(11, 18)),
        "号码缺第11至15位": _fragment(slice(0, 10), slice(15, 18)),
        "姓名与出生日期": _together("plain", "birth"),
        "读音与出生日期": _either_order,
        "联系电话": _together("phone"),
    }
)


# Two right numbers that differ are no damage to each other, however much they share.
_OF_NUMBERS = [title for title in PASSES if title.startswith("号码")]


@dataclass(frozen=True)
class PassReport:
    """What one pass found: pairs, pairs that no other pass found, keys and pairs it left out."""

    title: str
    pairs: int
    alone: int
    skipped_blocks: int
    skipped_pairs: int


def pairs(
    left: pa.Table, right: pa.Table, shared: tuple[Places, Places], passes: Mapping[str, Key] = PASSES
) -> tuple[Places, Places, tuple[PassReport, ...]]:
    """Positions of all pairs of any pass, in their order, and a report a pass.

    `shared` are pairs known to be worth a look: one right number under different names.
    """
    algorithms = [KeyPass(title) for title in passes]
    wanting = [_wanting(side["number"]) for side in (left, right)]
    found = []
    for algorithm, key in zip(algorithms, passes.values(), strict=True):
        sides = (
            pd.DataFrame({"key": key(side), "wanting": lacks if algorithm.title in _OF_NUMBERS else True})
            for side, lacks in zip((left, right), wanting, strict=True)
        )
        found.append(_codes(algorithm.index(*sides), len(right)))
    known = np.unique(shared[0] * len(right) + shared[1])
    union, counts = np.unique(np.concatenate([known, *found]), return_counts=True)
    single = union[counts == 1]
    reports = tuple(
        PassReport(algorithm.title, len(codes), int(np.isin(codes, single).sum()), *algorithm.skipped)
        for algorithm, codes in zip(algorithms, found, strict=True)
    )
    return *np.divmod(union, max(len(right), 1)), reports


def _codes(index: pd.MultiIndex, width: int) -> Places:
    """Each pair as one integer: left position × number of right records + right position."""
    left = index.get_level_values(0).to_numpy(dtype=np.int64)
    right = index.get_level_values(1).to_numpy(dtype=np.int64)
    return np.unique(left * width + right)


def _wanting(numbers: pa.ChunkedArray) -> text.Mask:
    """Whether there is no right number, or one that a spreadsheet may have ended with 000."""
    return text.mask(pc.or_(numbers.is_null(), pc.ends_with(numbers, "000").fill_null(False)))


def report(reports: Iterable[PassReport]) -> pd.DataFrame:
    """The reports as a table: 途径, 候选记录对, 独有, 超限跳过的分组, 超限跳过的记录对."""
    rows: Sequence[tuple[object, ...]] = [
        (r.title, r.pairs, r.alone, r.skipped_blocks, r.skipped_pairs) for r in reports
    ]
    return pd.DataFrame(rows, columns=["途径", "候选记录对", "独有", "超限跳过的分组", "超限跳过的记录对"])
