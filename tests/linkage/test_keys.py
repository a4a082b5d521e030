"""Join keys: equal exactly where what they stand for is, and joined as a merge would."""

from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmcb.linkage import keys
from qmcb.linkage.keys import Keys

TEXTS = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=12), max_size=30)
SMALL = st.lists(st.integers(0, 5), max_size=40)


def of(values: list[int]) -> Keys:
    return np.array(values, np.uint64)


@given(TEXTS)
def test_keys_of_texts_are_equal_exactly_where_the_texts_are(texts: list[str | None]) -> None:
    found = keys.of_text(pa.array(texts, pa.string()))
    for (one, left), (other, right) in product(zip(texts, found, strict=True), repeat=2):
        assert ((one or "") == (other or "")) == (left == right)
    assert all((key == 0) == (not text) for text, key in zip(texts, found, strict=True))


@pytest.mark.parametrize("width", [1, 255, 256, 257, 600])
def test_one_place_tells_long_texts_apart(width: int) -> None:
    texts = ["a" * place + "b" + "a" * (width - place - 1) for place in range(width)]
    assert len(set(keys.of_text(pa.array(texts)).tolist())) == width


@given(TEXTS)
def test_the_form_of_a_column_does_not_matter(texts: list[str | None]) -> None:
    plain = pa.array(texts, pa.string())
    padded = pa.array(["垫", None, *texts, "x"], pa.string()).slice(2, len(texts))
    half = len(texts) // 2
    forms = [
        padded,
        padded.cast(pa.large_string()),
        padded.dictionary_encode(),
        pa.chunked_array([plain.slice(0, half), padded.slice(half)], pa.string()),
    ]
    wanted = keys.of_text(plain)
    assert all(keys.of_text(form).tolist() == wanted.tolist() for form in forms)


def test_the_longest_text_does_not_change_the_keys_of_others() -> None:
    long = pa.array(["王小明", "a" * 5_000])
    assert keys.of_text(long)[0] == keys.of_text(long[:1])[0]


def test_no_text_at_all() -> None:
    assert keys.of_text(pa.nulls(3)).tolist() == [0, 0, 0]
    assert len(keys.of_text(pa.chunked_array([], pa.string()))) == 0


@given(st.lists(st.none() | st.integers(0, 10**17 - 1), max_size=20))
def test_keys_of_numbers_are_their_first_17_digits_and_one(numbers: list[int | None]) -> None:
    written = [None if number is None else f"{number:017}X" for number in numbers]
    wanted = [0 if number is None else number + 1 for number in numbers]
    for form in (pa.array(written, pa.string()), pa.chunked_array([written[:3], written[3:]], pa.string())):
        assert keys.of_numbers(form).tolist() == wanted


def test_what_has_not_18_characters_has_no_key() -> None:
    assert (
        keys.of_numbers(pa.array(["", None, "64010419830527316", "6401041983052731666"])).tolist() == [0] * 4
    )


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=40))
def test_together_tells_apart_what_one_of_them_does(rows: list[tuple[int, int, int]]) -> None:
    found = keys.together(*(of(list(column)) for column in zip(*rows, strict=True)))
    for (one, left), (other, right) in product(zip(rows, found, strict=True), repeat=2):
        assert (left == right) == (one == other or (0 in one and 0 in other))
    assert all((key == 0) == (0 in row) for row, key in zip(rows, found, strict=True))


def test_together_leaves_its_parts_alone() -> None:
    first, second = of([1, 2]), of([0, 3])
    keys.together(first, second)
    assert (first.tolist(), second.tolist()) == ([1, 2], [0, 3])


@given(SMALL, SMALL, st.integers(0, 40))
def test_join_is_a_merge_without_zeros_and_without_what_is_too_large(
    left: list[int], right: list[int], largest: int
) -> None:
    one, other = (
        pd.DataFrame({"key": side, name: range(len(side))}).query("key > 0")
        for side, name in ((left, "left"), (right, "right"))
    )
    merged = one.merge(other, on="key").astype("int64")
    size = merged.groupby("key")["key"].transform("size")
    kept, gone = merged[size <= largest], merged[size > largest]
    here, there, skipped = keys.join(of(left), of(right), largest)
    assert sorted(zip(here, there, strict=True)) == sorted(zip(kept["left"], kept["right"], strict=True))
    assert skipped == (gone["key"].nunique(), len(gone))


def test_join_knows_the_largest_key() -> None:
    most = 2**64 - 1
    here, there, _ = keys.join(of([most, 1, most]), of([2, most]), 9)
    assert sorted(zip(here, there, strict=True)) == [(0, 1), (2, 1)]
