"""Agreement of pairs of records: a level for each field, and which patterns there are."""

import numpy as np
import pyarrow as pa
import pytest
from files import everything
from hypothesis import given
from hypothesis import strategies as st

from qmcb.linkage import compare, side, spec
from qmcb.linkage.compare import Comparison, Patterns
from qmcb.linkage.fields.code import Same
from qmcb.linkage.fields.date import Birth
from qmcb.linkage.fields.name import Name
from qmcb.linkage.fields.number import Number
from qmcb.linkage.fields.region import Region
from qmcb.linkage.side import Side

PEOPLE = spec.load()
COMPARISON = Comparison(side.fields(PEOPLE))
RIGHT = "64010419830527347X"
SCHEMA = pa.schema([(name, pa.string()) for name in PEOPLE.columns])
Record = dict[str, str | None]


def records(*rows: Record) -> Side:
    table = pa.Table.from_pylist(list(rows), SCHEMA)
    return everything(table.append_column("record_id", pa.array(range(len(rows)), pa.int64())), PEOPLE)


def levels(left: Record, right: Record) -> dict[str, int]:
    """The levels of one pair by field, whichever side is which."""
    both, pairs = records(left, right), (np.array([0, 1]), np.array([1, 0]))
    found = COMPARISON.patterns(pairs, both, both)
    assert found.distinct.dtype == np.int8 and found.counts.tolist() == [2] and found.which.tolist() == [0, 0]
    return dict(zip(PEOPLE.fields, found.distinct[0].tolist(), strict=True))


def test_each_field_has_its_level() -> None:
    one = {"id_number": RIGHT, "name": "王小明", "sex": "男", "region": "640104", "phone": "13900000001"}
    other = {"id_number": RIGHT, "name": "王晓明", "sex": "2", "region": "640121", "birth_date": "19830728"}
    assert levels(one, other) == {
        "number": Number.SHARED,
        "name": Name.SOUND,
        "birth": Birth.YEAR,
        "sex": Same.OTHER,
        "region": Region.CITY,
        "phone": Same.MISSING,
    }
    assert set(levels({}, {}).values()) == set(levels(one, {}).values()) == {0}


@pytest.mark.parametrize(
    ("sent", "birth", "expected"),
    [
        (RIGHT[:16] + "X7", "19830527", Birth.IMPLIED),
        (RIGHT[:15] + "000", "19830527", Birth.IMPLIED),
        (RIGHT[:14] + "999" + RIGHT[17], "19830527", Birth.EQUAL),  # three wrong: not explained by damage
        (RIGHT[:14] + "99" + RIGHT[16:], "19830527", Birth.IMPLIED),
        (RIGHT[:16] + "X7", "19830528", Birth.ONE_DIGIT),
        ("110105199912312222", "19830527", Birth.EQUAL),
        (RIGHT, "19830527", Birth.IMPLIED),  # shared, and one of the births is read from it
        (None, "19830527", Birth.EQUAL),
    ],
)
def test_a_birth_date_that_the_damaged_number_holds_is_implied(
    sent: str | None, birth: str, expected: Birth
) -> None:
    assert levels({"id_number": sent, "birth_date": birth}, {"id_number": RIGHT})["birth"] == expected


def test_a_birth_date_of_its_own_is_not_implied() -> None:
    own = Comparison(tuple(type(one)(one.name) for one in COMPARISON.fields))  # no field stands in for it
    both = records(
        {"id_number": RIGHT, "birth_date": "19830527"}, {"id_number": RIGHT[:17], "birth_date": "19830527"}
    )
    found = own.patterns((np.array([0]), np.array([1])), both, both)
    assert found.distinct[0, 2] == Birth.EQUAL and found.distinct[0, 0] == Number.ONE_EDIT


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 4)), max_size=40), st.booleans()
)
def test_patterns_are_the_distinct_levels(rows: list[tuple[int, int, int]], few: bool) -> None:
    sizes = (4, 2, 5)
    codes = np.array([np.ravel_multi_index(row, sizes) for row in rows], np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare, "_DENSE", 1 << 22 if few else 1)
        found = Patterns.of(codes, sizes)
    assert [tuple(found.distinct[place].tolist()) for place in found.which] == rows
    assert [tuple(row) for row in found.distinct.tolist()] == sorted(set(rows))
    assert found.counts.tolist() == [rows.count(row) for row in sorted(set(rows))]


def test_batches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    people = records(
        *({"id_number": f"{RIGHT[:15]}{row % 7:03}", "name": "王李赵"[row % 3] + "明", "phone": str(row % 5)}
          for row in range(40))
    )  # fmt: skip
    pairs = np.repeat(np.arange(0, 40, 3), 40), np.tile(np.arange(40), 14)
    whole = COMPARISON.patterns(pairs, people, people)
    monkeypatch.setattr(compare, "BATCH", 100)
    parts = COMPARISON.patterns(pairs, people, people)
    assert len(whole.which) == 560 and len(whole.distinct) > 5
    for name in ("distinct", "which", "counts"):
        assert getattr(whole, name).tolist() == getattr(parts, name).tolist()


def test_no_pairs() -> None:
    nobody, none = records(), np.zeros(0, np.int64)
    found = COMPARISON.patterns((none, none), nobody, nobody)
    assert found.distinct.shape == (0, len(PEOPLE.fields)) and len(found.which) == len(found.counts) == 0
