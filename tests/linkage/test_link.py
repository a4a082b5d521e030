"""Linking two tables: certain first, then the remainder; what it must never depend on."""

from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from qmcb.linkage import certain, link, records
from qmcb.linkage.assign import Thresholds
from qmcb.linkage.link import CERTAIN, Links

Sides = tuple[pa.Table, pa.Table]


pytestmark = pytest.mark.usefixtures("few_random_pairs")


def prepared(table: pa.Table, start: int = 0) -> pa.Table:
    fields = [
        table[name] if name in table.column_names else pa.nulls(len(table), pa.string())
        for name in records.FIELDS
    ]
    ready = records.prepare(pa.table(fields, names=list(records.FIELDS)))
    return ready.append_column("id", pa.array(range(start, start + len(table)), pa.int64()))


def linked(left: pa.Table, right: pa.Table, thresholds: Thresholds | None = None) -> Links:
    return link.link(ibis.memtable(left), ibis.memtable(right), thresholds)


@pytest.fixture(scope="module")
def sides(small: Path) -> Sides:
    """Those enrolled elsewhere, and the residents with a certain number, each once."""
    elsewhere = pq.read_table(small / "enrolments_elsewhere.parquet", columns=list(records.FIELDS))
    residents = prepared(pq.read_table(small / "residents.parquet"))
    certain_number = residents.filter(pc.is_valid(residents["number"]))
    firsts = np.unique(
        certain_number["number"].to_numpy(zero_copy_only=False).astype(str), return_index=True
    )[1]
    return prepared(elsewhere.group_by(list(records.FIELDS)).aggregate([])), certain_number.take(firsts)


@pytest.fixture(scope="module")
def found(sides: Sides) -> Links:
    return linked(*sides)


def same(one: Links, other: Links) -> None:
    for name in ("links", "conflicts", "passes", "weights"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True, obj=name)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_does_not_matter(sides: Sides, found: Links, seed: int) -> None:
    rng = np.random.default_rng(seed)
    same(linked(*(side.take(rng.permutation(len(side))) for side in sides)), found)


def test_two_runs_are_the_same(sides: Sides, found: Links) -> None:
    same(linked(*sides), found)


def test_each_left_record_is_linked_once_at_most(sides: Sides, found: Links) -> None:
    assert found.links["left_id"].is_unique
    assert found.links["left_id"].isin(sides[0]["id"].to_pylist()).all()
    assert found.links["right_id"].isin(sides[1]["id"].to_pylist()).all()


def test_decisions_keep_to_the_thresholds(sides: Sides, found: Links) -> None:
    strict = linked(*sides, Thresholds(accept=0.9999, review=0.9)).links
    for links, accept in ((found.links, 0.99), (strict, 0.9999)):
        accepted = links[links["decision"] == "accept"]
        assert (accepted["probability"] >= accept).all()
        assert (links.loc[links["decision"] == "reject", "probability"] < accept).all()
        assert (accepted["basis"] != CERTAIN).any() and (accepted["basis"] == CERTAIN).any()
    assert (strict["decision"] == "accept").sum() < (found.links["decision"] == "accept").sum()


def test_a_conflict_is_no_certain_link(found: Links) -> None:
    sure = found.links[found.links["basis"] == CERTAIN]
    assert len(found.conflicts) > 0
    assert sure.merge(found.conflicts, on=["left_id", "right_id"]).empty


def test_weights_cover_every_level(found: Links) -> None:
    weights = found.weights.set_index(["feature", "level"])["weight"]
    assert weights.notna().all()
    assert weights["name", "equal"] > weights["name", "sound"] > 0 > weights["name", "other"]
    assert weights["number", "one_edit"] > 0 > weights["number", "other"]


@pytest.mark.parametrize("empty", [(True, False), (False, True), (True, True)])
def test_an_empty_side_links_nothing(sides: Sides, found: Links, empty: tuple[bool, bool]) -> None:
    nothing = linked(*(side[:0] if bare else side for side, bare in zip(sides, empty, strict=True)))
    assert nothing.links.empty and nothing.conflicts.empty
    assert nothing.links.columns.tolist() == found.links.columns.tolist()
    assert nothing.weights["weight"].notna().all()


def one(name: str | None, number: str, birth: str | None = None) -> pa.Table:
    return pa.table({"id_number": [number], "name": pa.array([name], pa.string()),
                     "birth_date": pa.array([birth], pa.string())})  # fmt: skip


@pytest.mark.parametrize(
    ("name", "birth", "agrees"),
    [
        ("王小明", None, True),
        (" 王 小 明", None, True),
        ("王晓明", None, True),  # sounds the same
        ("王小朋", "1980-02-03", True),
        ("王小朋", "1991-02-03", False),  # alike, but of another age
        ("李国庆", None, False),
        (None, None, False),
    ],
)
def test_an_equal_number_needs_an_agreeing_name(
    number: object, name: str | None, birth: str | None, agrees: bool
) -> None:
    right_number = number(123)  # type: ignore[operator]
    left, right = (
        prepared(one(name, right_number, birth)),
        prepared(one("王小明", right_number, "1980-01-01")),
    )
    pairs = certain.equal_numbers(ibis.memtable(left), ibis.memtable(right))
    links, conflicts = certain.decide(pairs)
    assert (len(links), len(conflicts)) == ((1, 0) if agrees else (0, 1))


def test_a_wrong_check_character_is_no_certain_number(number: object) -> None:
    right = number(123)  # type: ignore[operator]
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    left, other = prepared(one("王小明", wrong)), prepared(one("王小明", right))
    links, conflicts = certain.decide(certain.equal_numbers(ibis.memtable(left), ibis.memtable(other)))
    assert (len(links), len(conflicts)) == (0, 0)


def test_a_rare_name_tells_more_than_a_common_one(number: object) -> None:
    days = [f"{year}-{month:02}-15" for year in (1970, 1980, 1990) for month in range(1, 13)]
    rows = [one("买买提" if day == days[0] else "王伟", number(place, day.replace("-", "")), day)  # type: ignore[operator]
            for place, day in enumerate(days)]  # fmt: skip
    right = prepared(pa.concat_tables(rows))
    left = prepared(pa.concat_tables([one("买买提", "", days[0]), one("王伟", "", days[1])]))
    rare, common = linked(left, right).links.set_index("left_id")["probability"]
    assert rare > 2 * common
