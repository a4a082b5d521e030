"""How well two records agree, field by field, in levels; a missing value is a level of its own."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import recordlinkage
from rapidfuzz import process
from rapidfuzz.distance import OSA
from recordlinkage.base import BaseCompareFeature

from qmcb.linkage.certain import Pairs

Levels = npt.NDArray[np.int8]
BATCH = 500_000


class Number(IntEnum):
    """`FOREIGN` are two right numbers that differ: somebody else's, or another person.

    `OTHER` is a damaged number unlike the right one, which damage to it does not explain; `SHARED`
    one right number under names that do not agree.
    """

    MISSING, OTHER, FOREIGN, REGION, TWO_EDITS, TAIL_LOST, ONE_EDIT, SHARED = range(8)


class Name(IntEnum):
    MISSING, OTHER, FAMILY_NAME, ONE_CHARACTER, SOUND, EQUAL = range(6)


class Birth(IntEnum):
    """`IMPLIED`: the damaged number, which holds the birth date, has already said so."""

    MISSING, OTHER, YEAR, ONE_DIGIT, SWAPPED, EQUAL, IMPLIED = range(7)


class Same(IntEnum):
    MISSING, OTHER, EQUAL = range(3)


DAMAGED = (Number.TWO_EDITS, Number.TAIL_LOST, Number.ONE_EDIT)

LEVELS: dict[str, type[IntEnum]] = {
    "number": Number,
    "name": Name,
    "birth": Birth,
    "sex": Same,
    "phone": Same,
}


class _Feature(BaseCompareFeature):  # type: ignore[misc]  # recordlinkage has no types
    """A feature over the same columns on both sides."""

    columns: tuple[str, ...]

    def __init__(self, label: str) -> None:
        super().__init__(list(self.columns), list(self.columns), label=label)


class NumberFeature(_Feature):
    """Numbers by the damage that explains their difference; edits count characters."""

    columns = ("digits", "number", "born")

    def _compute_vectorized(
        self,
        left: pd.Series,
        left_number: pd.Series,
        left_born: pd.Series,
        right: pd.Series,
        right_number: pd.Series,
        right_born: pd.Series,
    ) -> Levels:
        a, b, missing = _texts(left, right)
        both_right = (left_number.notna() & right_number.notna()).to_numpy()
        both_born = (left_born.notna() & right_born.notna()).to_numpy()
        edits = process.cpdist(a, b, scorer=OSA.distance, score_cutoff=2, dtype=np.int8)
        eaten = (_codes(a, 18)[:, 15:] == ord("0")).all(axis=1) | (_codes(b, 18)[:, 15:] == ord("0")).all(
            axis=1
        )
        start = _prefix_equal(a, b, 15) & eaten
        levels = np.select(
            [
                missing,
                (edits == 0) & both_born,
                edits == 0,
                start,
                both_right,
                edits == 1,
                edits == 2,
                _prefix_equal(a, b, 6),
            ],
            [
                Number.MISSING,
                Number.SHARED,
                Number.MISSING,
                Number.TAIL_LOST,
                Number.FOREIGN,
                Number.ONE_EDIT,
                Number.TWO_EDITS,
                Number.REGION,
            ],
            Number.OTHER,
        )
        return levels.astype(np.int8)


class NameFeature(_Feature):
    """Names by character, then sound, then family name; separators do not count."""

    columns = ("plain", "pinyin")

    def _compute_vectorized(
        self, left: pd.Series, left_sound: pd.Series, right: pd.Series, right_sound: pd.Series
    ) -> Levels:
        a, b, missing = _texts(left, right)
        p, q, _ = _texts(left_sound, right_sound)
        edits = process.cpdist(a, b, scorer=OSA.distance, score_cutoff=1, dtype=np.int8)
        longer = np.maximum(_lengths(a), _lengths(b))
        family = _prefix_equal(a, b, 1)
        levels = np.select(
            [missing, a == b, p == q, (edits == 1) & (longer > 2), family],
            [Name.MISSING, Name.EQUAL, Name.SOUND, Name.ONE_CHARACTER, Name.FAMILY_NAME],
            Name.OTHER,
        )
        return levels.astype(np.int8)


class BirthFeature(_Feature):
    """Birth dates (yyyymmdd): equal, day and month swapped, one digit wrong, same year."""

    columns = ("birth",)

    def _compute_vectorized(self, left: pd.Series, right: pd.Series) -> Levels:
        a, b, missing = _texts(left, right)
        x, y = _codes(a, 8), _codes(b, 8)
        swapped = (x == y[:, [0, 1, 2, 3, 6, 7, 4, 5]]).all(axis=1)
        levels = np.select(
            [missing, a == b, swapped, (x != y).sum(axis=1) == 1, (x[:, :4] == y[:, :4]).all(axis=1)],
            [Birth.MISSING, Birth.EQUAL, Birth.SWAPPED, Birth.ONE_DIGIT, Birth.YEAR],
            Birth.OTHER,
        )
        return levels.astype(np.int8)


class SameFeature(_Feature):
    """Two values that are the same or not."""

    def __init__(self, column: str) -> None:
        self.columns = (column,)
        super().__init__(column)

    def _compute_vectorized(self, left: pd.Series, right: pd.Series) -> Levels:
        a, b, missing = _texts(left, right)
        return np.select([missing, a == b], [Same.MISSING, Same.EQUAL], Same.OTHER).astype(np.int8)


def levels(pairs: Pairs, left: pa.Table, right: pa.Table) -> npt.NDArray[np.int8]:
    """The agreement level of each pair (n, features in the order of `LEVELS`)."""
    compare = recordlinkage.Compare(
        [
            NumberFeature("number"),
            NameFeature("name"),
            BirthFeature("birth"),
            SameFeature("sex"),
            SameFeature("phone"),
        ]
    )
    here, there = pairs
    batches = [
        _batch(
            compare,
            left.take(pa.array(here[start : start + BATCH])),
            right.take(pa.array(there[start : start + BATCH])),
        )
        for start in range(0, max(len(here), 1), BATCH)
    ]
    return np.concatenate(batches)


def _batch(compare: recordlinkage.Compare, left: pa.Table, right: pa.Table) -> npt.NDArray[np.int8]:
    """Levels of the rows side by side."""
    columns = list(dict.fromkeys(column for feature in compare.features for column in feature.columns))
    rows = np.arange(len(left))
    sides = (side.select(columns).to_pandas() for side in (left, right))
    found: npt.NDArray[np.int8] = compare.compute(pd.MultiIndex.from_arrays([rows, rows]), *sides).to_numpy()
    number, birth = found[:, 0], found[:, 2]
    birth[np.isin(number, DAMAGED) & (birth == Birth.EQUAL)] = Birth.IMPLIED
    return found


def _texts(
    left: pd.Series, right: pd.Series
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """Both sides as text, '' for missing, and where either is missing."""
    missing = (left.isna().to_numpy() | right.isna().to_numpy()).astype(bool)
    return left.fillna("").to_numpy(dtype=object), right.fillna("").to_numpy(dtype=object), missing


def _codes(texts: npt.NDArray[np.object_], width: int) -> npt.NDArray[np.uint32]:
    """Code points, one row a text, cut or padded with 0 to `width`."""
    return texts.astype(f"<U{width}").view(np.uint32).reshape(len(texts), width)


def _lengths(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


def _prefix_equal(
    a: npt.NDArray[np.object_], b: npt.NDArray[np.object_], width: int
) -> npt.NDArray[np.bool_]:
    equal: npt.NDArray[np.bool_] = (_codes(a, width) == _codes(b, width)).all(axis=1)
    return equal
