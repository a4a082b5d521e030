"""Contenders: no pair of any pass is lost by looking only at the records that a pass can reach."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from files import everything
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb.linkage import candidates, records, side, spec
from qmcb.linkage.contenders import contenders
from qmcb.linkage.side import Rest, Side

PEOPLE = spec.load()
SCHEMA = pa.schema([("record_id", pa.int64()), *((name, pa.string()) for name in PEOPLE.columns)])
NOBODY = (np.zeros(0, np.int64), np.zeros(0, np.int64))
NUMBERS = ["64010419830527347X", "64010419830527348X", "640104198305273", "11010519491231002X", "无", None]
VALUES = st.fixed_dictionaries(
    {
        "id_number": st.sampled_from(NUMBERS),
        "name": st.sampled_from(["王小明", "王晓明", "马·哈桑", None]),
        "birth_date": st.sampled_from(["19830527", "19832705", "19491231", None]),
        "region": st.sampled_from(["640104", "640105", None]),
        "phone": st.sampled_from(["13900000001", "+86 13900000001", "13900000002", None]),
    }
)
Record = dict[str, str | None]
ROWS = st.lists(VALUES, min_size=1, max_size=8)


def table(rows: list[Record]) -> pa.Table:
    return pa.Table.from_pylist([{"record_id": at, **row} for at, row in enumerate(rows)], SCHEMA)


def rest(rows: list[Record]) -> Rest:
    source, places = records.opened(table(rows), PEOPLE), np.arange(len(rows))
    return Rest(side.completed(source, side.read(source, PEOPLE), places, PEOPLE), places)


def found(left: Side, right: Side) -> set[tuple[int, int]]:
    here, there = candidates.candidates(left, right, NOBODY, PEOPLE).pairs
    ids = left.ids.take(pa.array(here)).to_pylist(), right.ids.take(pa.array(there)).to_pylist()
    return set(zip(*ids, strict=True))


@settings(max_examples=30)
@given(ROWS, ROWS)
def test_no_pair_of_a_pass_is_lost(left: list[Record], right: list[Record]) -> None:
    sides = (rest(left), rest(right))
    with ThreadPoolExecutor(1) as pool:
        reached = contenders(sides, PEOPLE, pool)
    few = [side.detailed(one.known, places, PEOPLE) for one, places in zip(sides, reached, strict=True)]
    assert found(few[0], few[1]) == found(everything(table(left), PEOPLE), everything(table(right), PEOPLE))


def test_two_right_numbers_are_not_held_against_each_other() -> None:
    one = {"id_number": NUMBERS[0], "name": "王小明", "birth_date": "19830527", "region": "640104"}
    other = {"id_number": NUMBERS[3], "name": "李四", "birth_date": "19830527", "region": "640104"}
    damaged = {**other, "id_number": "1101051949123100", "name": "李五"}
    with ThreadPoolExecutor(1) as pool:
        apart = contenders((rest([one]), rest([other])), PEOPLE, pool)
        near = contenders((rest([one]), rest([damaged])), PEOPLE, pool)
    assert [len(places) for places in apart] == [0, 0]
    assert [len(places) for places in near] == [1, 1]


def test_nothing_of_a_block_outlives_it() -> None:
    """Facets are large; in a cycle they would stay until the collector comes."""
    known = rest([{"id_number": NUMBERS[0], "name": "王小明", "birth_date": "19830527"}])
    gc.disable()
    try:
        (block,) = side.keyed(known.known, known.places, PEOPLE)
        assert dict(block)
        gone = weakref.ref(block)
        del block
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("encoded", [False, True])
def test_a_column_says_the_same_however_it_is_stored(encoded: bool) -> None:
    plain = table(
        [{"id_number": NUMBERS[0], "birth_date": "1983-05-27", "region": "640104", "sex": "男"}, {}]
    )
    stored = plain
    if encoded:
        for at, name in enumerate(plain.column_names):
            if name in ("birth_date", "region", "sex"):
                stored = stored.set_column(at, name, plain[name].dictionary_encode())
    known = everything(stored, PEOPLE)
    assert [known.facets[name].tolist() for name in ("birth", "region", "sex")] == [
        [19830527, 0], [640104, 0], [1, 0],
    ]  # fmt: skip
