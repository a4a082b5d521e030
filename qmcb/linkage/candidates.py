"""Which pairs are worth comparing: passes that each look for one thing two records may share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
from recordlinkage.base import BaseIndexAlgorithm

LARGEST_BLOCK = 200_000

Key = Callable[[pd.DataFrame], pd.Series]


class KeyPass(BaseIndexAlgorithm):  # type: ignore[misc]  # recordlinkage has no types
    """Pairs of records that share a key; a block of more than `LARGEST_BLOCK` pairs is left out and counted.

    `skipped` holds the number of blocks and of pairs that the last call left out.
    """

    def __init__(self, title: str, key: Key) -> None:
        super().__init__(verify_integrity=False)
        self.title = title
        self.key = key
        self.skipped = (0, 0)

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        left, right = self.key(df_a).dropna(), self.key(df_b).dropna()
        sizes = left.value_counts().mul(right.value_counts(), fill_value=0)
        large = sizes[sizes > LARGEST_BLOCK]
        self.skipped = (len(large), int(large.sum()))
        if len(large):
            left = left[~left.isin(large.index)]
        pairs = pd.merge(_indexed(left, "left"), _indexed(right, "right"), on="key")
        return pd.MultiIndex.from_arrays([pairs["left"].to_numpy(), pairs["right"].to_numpy()])


def _indexed(keys: pd.Series, side: str) -> pd.DataFrame:
    return pd.DataFrame({"key": keys.to_numpy(), side: keys.index.to_numpy()})


def _fragment(*spans: slice) -> Key:
    def key(records: pd.DataFrame) -> pd.Series:
        digits = records["digits"].str
        return reduce(add, (digits[span] for span in spans))

    return key


def _together(*columns: str) -> Key:
    def key(records: pd.DataFrame) -> pd.Series:
        return reduce(add, (records[column] + "|" for column in columns))

    return key


def _swapped_birth(records: pd.DataFrame) -> pd.Series:
    """Name and birth date with the smaller of day and month first, so that swapped ones meet."""
    born = records["birth"].dropna()
    year, month, day = (born.str[span] for span in (slice(4), slice(4, 6), slice(6, 8)))
    ordered = (month + day).where(month <= day, day + month)
    return records["pinyin"][born.index] + "|" + year + ordered


# What the four fragments leave out (15–18, 1–7, 7–11, 11–15) covers every neighbouring two of the
# eighteen places: a number with one digit wrong, swapped, lost or doubled keeps one fragment whole.
PASSES: Mapping[str, Key] = MappingProxyType(
    {
        "号码前14位": _fragment(slice(0, 14)),
        "号码后11位": _fragment(slice(-11, None)),
        "号码缺第7至11位": _fragment(slice(0, 6), slice(-7, None)),
        "号码缺第11至15位": _fragment(slice(0, 10), slice(-3, None)),
        "姓名与出生日期": _together("plain", "birth"),
        "读音与出生日期": _swapped_birth,
        "联系电话": _together("phone", "family_name"),
    }
)


@dataclass(frozen=True)
class PassReport:
    """What one pass found: pairs, pairs that no other pass found, blocks and pairs it left out."""

    title: str
    pairs: int
    alone: int
    skipped_blocks: int
    skipped_pairs: int


def pairs(
    left: pd.DataFrame, right: pd.DataFrame, passes: Mapping[str, Key] = PASSES
) -> tuple[pd.MultiIndex, tuple[PassReport, ...]]:
    """All pairs of any pass, in order of their positions, and a report a pass."""
    algorithms = [KeyPass(title, key) for title, key in passes.items()]
    found = [_codes(algorithm.index(left, right), len(right)) for algorithm in algorithms]
    union, counts = np.unique(np.concatenate(found), return_counts=True)
    single = union[counts == 1]
    reports = tuple(
        PassReport(algorithm.title, len(codes), int(np.isin(codes, single).sum()), *algorithm.skipped)
        for algorithm, codes in zip(algorithms, found, strict=True)
    )
    return pd.MultiIndex.from_arrays(
        [union // len(right), union % len(right)], names=["left", "right"]
    ), reports


def _codes(index: pd.MultiIndex, width: int) -> npt.NDArray[np.int64]:
    """Each pair as one integer: left position × number of right records + right position."""
    left = index.get_level_values(0).to_numpy(dtype=np.int64)
    right = index.get_level_values(1).to_numpy(dtype=np.int64)
    return np.unique(left * width + right)


def report(reports: Iterable[PassReport]) -> pd.DataFrame:
    """The reports as a table: 途径, 候选记录对, 独有, 超限跳过的分组, 超限跳过的记录对."""
    rows: Sequence[tuple[object, ...]] = [
        (r.title, r.pairs, r.alone, r.skipped_blocks, r.skipped_pairs) for r in reports
    ]
    return pd.DataFrame(rows, columns=["途径", "候选记录对", "独有", "超限跳过的分组", "超限跳过的记录对"])
