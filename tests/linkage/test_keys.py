"""Join keys: equal exactly where what they stand for is, and joined as a merge would."""

from collections import Counter
from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb.linkage import keys
from qmcb.linkage.keys import Keys

TEXTS = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=12), max_size=20)
LONG = st.lists(st.sampled_from(["", "12345678", "abcdefg", "宁夏", "x", "\0"]), max_size=5).map("".join)
SMALL = st.lists(st.integers(0, 5), max_size=40)
FULL = 2**64


def of(values: list[int]) -> Keys:
    return np.array(values, np.uint64)


def unmixed(mixed: int) -> int:
    """The key that `keys.mixed` makes this number of."""
    key = mixed ^ (mixed >> 32)
    key = key * pow(int(keys._MIX_AGAIN), -1, FULL) % FULL
    key ^= (key >> 29) ^ (key >> 58)
    key = key * pow(int(keys._MIX), -1, FULL) % FULL
    return key ^ (key >> 32)


@given(TEXTS | st.lists(LONG, max_size=20))
def test_keys_of_texts_are_equal_exactly_where_the_texts_are(texts: list[str | None]) -> None:
    found = keys.of_text(pa.array(texts, pa.string())).tolist()
    for (one, left), (other, right) in product(zip(texts, found, strict=True), repeat=2):
        assert ((one or "") == (other or "")) == (left == right)
    assert all((key == 0) == (not text) for text, key in zip(texts, found, strict=True))


@pytest.mark.parametrize("width", [1, 7, 8, 9, 16, 17, 255, 257])
def test_one_place_tells_long_texts_apart(width: int) -> None:
    texts = ["a" * place + "b" + "a" * (width - place - 1) for place in range(width)]
    assert len(set(keys.of_text(pa.array(texts)).tolist())) == width


def test_texts_that_begin_or_end_alike_differ() -> None:
    texts = ["银川市兴庆区"[:n] for n in range(1, 7)] + ["a" * n for n in range(1, 40)] + ["b" + "a" * 20]
    texts += [
        "\x0fabcdefg",
        "abcdefg",
        "\x08" + "\0" * 7,
        "\0",
        "\0\0",
    ]  # where the length is in the first word
    found = keys.of_text(pa.array(texts)).tolist()
    assert len(set(found)) == len(texts) and 0 not in found


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
    assert keys.of_text(pa.array([], pa.string())).tolist() == []
    assert keys.of_text(pa.chunked_array([], pa.string())).tolist() == []


@given(st.lists(st.integers(0, FULL - 1), max_size=30))
def test_mixing_is_one_to_one_and_leaves_none_alone(values: list[int]) -> None:
    found = keys.mixed(of(values)).tolist()
    assert [unmixed(key) for key in found] == values
    assert keys.mixed(of([0])).tolist() == [0]


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=40))
def test_together_tells_apart_what_one_of_them_does(rows: list[tuple[int, int, int]]) -> None:
    found = keys.together(*(of(list(column)) for column in zip(*rows, strict=True))).tolist()
    for (one, left), (other, right) in product(zip(rows, found, strict=True), repeat=2):
        assert (left == right) == (one == other or (0 in one and 0 in other))
    assert all((key == 0) == (0 in row) for row, key in zip(rows, found, strict=True))


def test_together_leaves_its_parts_alone() -> None:
    first, second = of([1, 2]), of([0, 3])
    keys.together(first, second)
    keys.together(second)[:] = 9
    assert (first.tolist(), second.tolist()) == ([1, 2], [0, 3])


@given(SMALL, SMALL, st.integers(0, FULL - 1))
def test_the_sieve_never_loses_a_match(some: list[int], others: list[int], salt: int) -> None:
    one, other = ([value * salt % FULL for value in side] for side in (some, others))
    kept = set(keys.sieve(of(one), of(other)).tolist())
    assert {place for place, key in enumerate(one) if key and key in other} <= kept
    assert all(one[place] for place in kept)


@settings(max_examples=60)
@given(SMALL, SMALL)
def test_met_are_those_of_each_side_that_the_other_has(left: list[int], right: list[int]) -> None:
    here, there = keys.met(of(left), of(right))
    assert sorted(here) == [at for at, key in enumerate(left) if key and key in right]
    assert sorted(there) == [at for at, key in enumerate(right) if key and key in left]


@settings(max_examples=60)
@given(st.lists(st.integers(0, 2**64 - 1), max_size=60), st.integers(1, 50), st.booleans())
def test_least_are_the_first_of_all_sorted(values: list[int], count: int, mix: bool) -> None:
    given = keys.mixed(of(values)) if mix else of(values)
    assert sorted(given[keys.least(given, count)]) == sorted(given)[:count]


def test_the_sieve_keeps_few_that_do_not_match() -> None:
    values = np.random.default_rng(1).integers(1, FULL, 40_000, np.uint64)
    assert np.isin(values[:20_000], values[20_000:]).sum() == 0
    assert len(keys.sieve(values[:20_000], values[20_000:])) < 20_000 / 6


def check_groups(values: Keys) -> None:
    order, starts = keys.grouped(values)
    assert sorted(order.tolist()) == list(range(len(values)))
    groups = np.split(order, starts[1:]) if len(values) else []
    assert len(groups) == len(starts) == len(np.unique(values))
    for group in groups:
        assert len(set(values[group].tolist())) == 1 and (np.diff(group) > 0).all()


@given(SMALL)
def test_groups_hold_equal_keys_in_rising_order(values: list[int]) -> None:
    check_groups(of(values))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=40))
def test_keys_that_share_their_first_bits_are_told_apart(told: list[tuple[int, int]]) -> None:
    values = of([unmixed((first << 40) + last) for first, last in told])
    bits = max(len(values) - 1, 1).bit_length()
    alike = {first for first, _ in told}
    assert (
        len(set((keys.mixed(values) >> np.uint64(max(bits, 2))).tolist())) <= max(len(alike), 1) or bits < 2
    )
    check_groups(values)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_groups_of_few(count: int) -> None:
    check_groups(of([7] * count))


def merged(left: list[int], right: list[int]) -> pd.DataFrame:
    """All pairs with equal keys but 0, and how many pairs the key of each makes."""
    one, other = (
        pd.DataFrame({"key": of(side), name: range(len(side))}).query("key > 0")
        for side, name in ((left, "left"), (right, "right"))
    )
    pairs = one.merge(other, on="key")
    return pairs.assign(size=pairs.groupby("key")["key"].transform("size"))


def check_join(left: list[int], right: list[int], largest: int) -> None:
    pairs = merged(left, right)
    kept, gone = pairs[pairs["size"] <= largest], pairs[pairs["size"] > largest]
    joined = keys.join(of(left), of(right), largest)
    (here, there), skipped = joined.pairs, joined.skipped
    assert sorted(zip(here, there, strict=True)) == sorted(zip(kept["left"], kept["right"], strict=True))
    assert skipped == (gone["key"].nunique(), len(gone))
    times = Counter(left[row] for row in here)
    assert [times[left[row]] == 1 for row in here] == [at < joined.single for at in range(len(here))]


@settings(max_examples=40)
@given(SMALL, SMALL, st.integers(0, 40))
def test_join_is_a_merge_without_zeros_and_without_what_is_too_large(
    left: list[int], right: list[int], largest: int
) -> None:
    check_join(left, right, largest)


@settings(max_examples=40)
@given(SMALL, SMALL)
def test_join_tells_keys_apart_that_share_their_first_bits(left: list[int], right: list[int]) -> None:
    check_join(*([unmixed((9 << 50) + value) for value in side] for side in (left, right)), 1_000)


@settings(max_examples=50)
@given(SMALL, SMALL, st.integers(0, 30), st.integers(0, 60))
def test_the_largest_go_first_where_all_together_are_too_many(
    left: list[int], right: list[int], largest: int, most: int
) -> None:
    sizes = Counter(merged(left, right).groupby("key").size().tolist())
    limit = max(
        (
            size
            for size in (0, *sizes)
            if size <= largest and sum(s * n for s, n in sizes.items() if s <= size) <= most
        ),
    )
    joined = keys.join(of(left), of(right), largest, most)
    (here, there), skipped = joined.pairs, joined.skipped
    assert len(here) == len(there) == sum(size * n for size, n in sizes.items() if size <= limit) <= most
    assert skipped == (
        sum(n for size, n in sizes.items() if size > limit),
        sum(size * n for size, n in sizes.items() if size > limit),
    )
    back = keys.join(of(right), of(left), largest, most)
    assert sorted(zip(here, there, strict=True)) == sorted(zip(*back.pairs[::-1], strict=True))
    assert skipped == back.skipped


@pytest.mark.parametrize(("most", "pairs"), [(14, 14), (13, 5), (5, 5), (4, 1), (1, 1), (0, 0)])
def test_exactly_as_many_as_may_be_are_kept(most: int, pairs: int) -> None:
    keyed = of([1, 2, 2, 3, 3, 3])  # 1, 4 and 9 pairs
    assert len(keys.join(keyed, keyed, 9, most).pairs[0]) == pairs


def test_join_knows_the_largest_key() -> None:
    most = FULL - 1
    here, there = keys.join(of([most, 1, most]), of([2, most]), 9).pairs
    assert sorted(zip(here, there, strict=True)) == [(0, 1), (2, 1)]


@pytest.mark.parametrize("largest", [0, 9])
def test_joins_one_after_another_keep_single_pairs_first(largest: int) -> None:
    parts = [keys.join(of(one), of([2, 3, 3]), largest) for one in ([3, 2], [], [2])]
    joined = keys.Joined.of(parts)
    assert joined.single == (2 if largest else 0)
    assert joined.skipped == (0 if largest else 3, 0 if largest else 4)
    assert list(zip(*joined.pairs, strict=True)) == ([(1, 0), (0, 0), (0, 1), (0, 2)] if largest else [])


@given(SMALL, SMALL)
def test_chance_is_the_share_of_pairs_with_equal_keys(left: list[int], right: list[int]) -> None:
    pairs = [(one, other) for one in left for other in right if one and other]
    wanted = sum(one == other for one, other in pairs) / len(pairs) if pairs else 0.0
    assert keys.chance(of(left), of(right)) == pytest.approx(wanted)


@given(SMALL, SMALL)
def test_occurrences_are_counted(wanted: list[int], among: list[int]) -> None:
    found = keys.occurrences(of(wanted), of(among)).tolist()
    assert found == [among.count(key) if key else 0 for key in wanted]
