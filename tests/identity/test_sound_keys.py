"""Names as numbers: how they sound, and the characters at their ends."""

from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmcb.identity import name

SOUNDS = st.text(
    st.sampled_from("王汪伟玮犇赵单于万俟尉迟乐仇吕驴女BENbenaİßé䶮\U00020087\U0002a6a5·"), max_size=5
)
NAMES = st.lists(st.none() | SOUNDS | st.text(max_size=4), max_size=25)


def plain_of(names: list[str | None]) -> pa.StringArray:
    return name.separator_free(pa.array(names, pa.string()))


@given(NAMES)
def test_keys_are_equal_exactly_where_names_sound_the_same(names: list[str | None]) -> None:
    plain = plain_of(names)
    sounds, found = name.pinyin(plain).to_pylist(), name.sound_keys(plain)
    assert found.dtype == np.uint64
    for (one, left), (other, right) in product(zip(sounds, found.tolist(), strict=True), repeat=2):
        assert (one == other) == (left == right)
    assert all((key == 0) == (sound is None) for key, sound in zip(found, sounds, strict=True))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("赵犇", "赵BEN", True),  # a rare character written as its sound
        ("赵犇", "赵B", False),
        ("王伟", "汪玮", True),
        ("王伟", "伟王", False),
        ("单于明", "单明", False),
        ("万俟春", "莫其春", True),
        ("单明", "善明", True),  # as a surname, shan
        ("张单", "张丹", True),  # and dan elsewhere
        ("西安", "先", True),  # as pinyin without marks has it
        ("吕明", "卢明", False),
        ("王\U0002a6a5", "王\U00020087", False),
    ],
)
def test_what_sounds_the_same(one: str, other: str, same: bool) -> None:
    left, right = name.sound_keys(plain_of([one, other]))
    assert (left == right) == same
    sounds = name.pinyin(plain_of([one, other]))
    assert (sounds[0] == sounds[1]) == same


@given(NAMES)
def test_ends_are_the_first_and_the_last_character(names: list[str | None]) -> None:
    plain = plain_of(names)
    first, last = name.ends(plain)
    told = plain.to_pylist()
    assert first.tolist() == [ord(one[0]) if one else 0 for one in told]
    assert last.tolist() == [ord(one[-1]) if one else 0 for one in told]


@given(NAMES, st.integers(0, 5))
def test_a_part_of_a_column_has_the_keys_of_the_whole(names: list[str | None], start: int) -> None:
    plain = plain_of(names)
    assert name.sound_keys(plain.slice(start)).tolist() == name.sound_keys(plain).tolist()[start:]
    for part, whole in zip(name.ends(plain.slice(start)), name.ends(plain), strict=True):
        assert part.tolist() == whole.tolist()[start:]


def test_nobody() -> None:
    for nobody in (pa.array([], pa.string()), pa.nulls(3, pa.string())):
        assert name.sound_keys(nobody).tolist() == [0] * len(nobody)
        assert [side.tolist() for side in name.ends(nobody)] == [[0] * len(nobody)] * 2
