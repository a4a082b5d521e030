"""Linking two tables: certain first, then the remainder; what it must never depend on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qmcb.linkage import certain, keys, records
from qmcb.linkage.assign import Thresholds
from qmcb.linkage.link import CERTAIN, Links, link

Sides = tuple[pa.Table, pa.Table]
Number = Callable[..., str]


pytestmark = pytest.mark.usefixtures("few_random_pairs")


def numbered(table: pa.Table) -> pa.Table:
    return table.append_column("id", pa.array(range(len(table)), pa.int64()))


def written(folder: Path, name: str) -> pa.Table:
    table = pq.read_table(folder / f"{name}.parquet")
    return records.clean(table).select(list(records.FIELDS))


@pytest.fixture(scope="module")
def sides(small: Path) -> Sides:
    """Those enrolled elsewhere, and the residents with a certain number, each once."""
    elsewhere, residents = (written(small, name) for name in ("enrolments_elsewhere", "residents"))
    number = keys.of_numbers(records.clean(residents)["number"])
    firsts = np.unique(number, return_index=True)[1][1:]
    return numbered(elsewhere.group_by(list(records.FIELDS)).aggregate([])), numbered(residents.take(firsts))


@pytest.fixture(scope="module")
def found(sides: Sides) -> Links:
    return link(*sides)


def same(one: Links, other: Links) -> None:
    for name in ("links", "conflicts", "passes", "weights"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True, obj=name)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_does_not_matter(sides: Sides, found: Links, seed: int) -> None:
    rng = np.random.default_rng(seed)
    same(link(*(side.take(rng.permutation(len(side))) for side in sides)), found)


def test_the_weights_are_learnt_from_contents_not_from_ids(sides: Sides, found: Links) -> None:
    turned = [side.drop_columns(["id"]).take(pa.array(np.arange(len(side))[::-1])) for side in sides]
    pd.testing.assert_frame_equal(link(*map(numbered, turned)).weights, found.weights, rtol=0, atol=1e-9)


def test_two_runs_are_the_same(sides: Sides, found: Links) -> None:
    same(link(*sides), found)


def test_each_left_record_is_linked_once_at_most(sides: Sides, found: Links) -> None:
    assert found.links["left_id"].is_unique
    assert found.links["left_id"].isin(sides[0]["id"].to_pylist()).all()
    assert found.links["right_id"].isin(sides[1]["id"].to_pylist()).all()


def test_decisions_keep_to_the_thresholds(sides: Sides, found: Links) -> None:
    strict = link(*sides, Thresholds(accept=0.9999, review=0.9)).links
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


@pytest.fixture(scope="module")
def lists(small: Path) -> Sides:
    """Everybody as two tables write them, people several times in each."""
    left, right = written(small, "enrolments_elsewhere")[:500], written(small, "cards")[:3_000]
    copies = left.take(pa.array(np.arange(0, 500, 9)))
    return numbered(pa.concat_tables([left, copies])), numbered(right)


@pytest.fixture(scope="module")
def one_to_one(lists: Sides) -> Links:
    return link(*lists, one_to_one=True)


def test_one_to_one_links_nobody_twice(one_to_one: Links) -> None:
    assert one_to_one.links["left_id"].is_unique and one_to_one.links["right_id"].is_unique
    assert {"accept", "review"} <= set(one_to_one.links["decision"])


def test_one_to_one_does_not_depend_on_the_side(lists: Sides, one_to_one: Links) -> None:
    mirrored = link(*reversed(lists), one_to_one=True)
    turned = mirrored.links.rename(columns={"left_id": "right_id", "right_id": "left_id"})
    order = ["left_id", "right_id"]
    pd.testing.assert_frame_equal(
        turned.sort_values(order, ignore_index=True)[one_to_one.links.columns], one_to_one.links,
        rtol=0, atol=1e-12,
    )  # fmt: skip
    pd.testing.assert_frame_equal(mirrored.passes, one_to_one.passes)
    assert len(mirrored.conflicts) == len(one_to_one.conflicts)


def test_one_to_one_does_not_depend_on_the_order_of_rows(lists: Sides, one_to_one: Links) -> None:
    rng = np.random.default_rng(4)
    same(link(*(side.take(rng.permutation(len(side))) for side in lists), one_to_one=True), one_to_one)


@pytest.mark.parametrize("one_to_one", [False, True])
@pytest.mark.parametrize("empty", [(True, False), (False, True), (True, True)])
def test_an_empty_side_links_nothing(
    sides: Sides, found: Links, empty: tuple[bool, bool], one_to_one: bool
) -> None:
    nothing = link(
        *(side[:0] if bare else side for side, bare in zip(sides, empty, strict=True)), one_to_one=one_to_one
    )
    assert nothing.links.empty and nothing.conflicts.empty
    assert nothing.links.columns.tolist() == found.links.columns.tolist()
    assert nothing.weights["weight"].notna().all()


@pytest.mark.parametrize("one_to_one", [False, True])
def test_without_any_right_number_nothing_is_certain(sides: Sides, one_to_one: bool) -> None:
    told = link(*(side.drop_columns(["id_number"]) for side in sides), one_to_one=one_to_one)
    assert told.conflicts.empty and CERTAIN not in set(told.links["basis"])
    assert (told.links["decision"] == "accept").any()


@pytest.mark.parametrize("one_to_one", [False, True])
def test_where_all_names_are_equal_numbers_still_tell(sides: Sides, one_to_one: bool) -> None:
    named = [side.set_column(side.column_names.index("name"), "name", pa.array(["王伟"] * len(side)))
             for side in sides]  # fmt: skip
    told = link(*named, one_to_one=one_to_one)
    assert told.conflicts.empty and told.links["left_id"].is_unique
    assert (told.links["basis"] == CERTAIN).sum() > 100
    assert told.weights["weight"].notna().all()


@pytest.mark.parametrize("absent", records.FIELDS)
def test_a_column_that_is_absent_is_one_without_values(sides: Sides, absent: str) -> None:
    without = [side.drop_columns([absent]) for side in sides]
    empty = [side.append_column(absent, pa.nulls(len(side), pa.string())) for side in without]
    same(link(*without), link(*empty))


@pytest.mark.parametrize("one_to_one", [False, True])
def test_very_many_copies_of_one_person_are_left_out_aloud(number: Number, one_to_one: bool) -> None:
    count = 300_000
    person = {"id_number": number(1), "name": "王小明", "birth_date": "1980-01-01", "phone": "13900000000"}
    row = pa.table({name: pa.array([value]).dictionary_encode() for name, value in person.items()})
    copies = numbered(row.take(pa.array(np.zeros(count, np.int64))))
    told = link(copies, copies, one_to_one=one_to_one)
    assert told.links.empty and told.conflicts.empty
    skipped = told.passes.set_index("途径")[["超限跳过的分组", "超限跳过的记录对"]]
    assert skipped.loc["号码一致"].tolist() == skipped.loc["联系电话"].tolist() == [1, count**2]


def one(name: str | None, number: str, birth: str | None = None) -> pa.Table:
    return pa.table({"id_number": [number], "name": pa.array([name], pa.string()),
                     "birth_date": pa.array([birth], pa.string())})  # fmt: skip


def decided(left: pa.Table, right: pa.Table) -> tuple[int, int]:
    """How many links and conflicts."""
    left, right = records.clean(left), records.clean(right)
    links, conflicts = certain.decide(certain.equal_numbers(left, right, 9)[0], left, right)
    return len(links[0]), len(conflicts[0])


@pytest.mark.parametrize(
    ("name", "birth", "agrees"),
    [
        ("王小明", None, True),
        ("王小明", "1991-02-03", True),
        (" 王 小 明", None, True),
        ("王晓明", None, True),  # sounds the same
        ("王小朋", "1980-02-03", True),
        ("王小朋", "19800203", True),
        ("王小朋", None, True),
        ("王小朋", "1991-02-03", False),  # alike, but of another age
        ("王晓明", "19910203", False),
        ("李国庆", None, False),
        (None, None, False),
    ],
)
def test_an_equal_number_needs_an_agreeing_name(
    number: Number, name: str | None, birth: str | None, agrees: bool
) -> None:
    sides = one(name, number(123), birth), one("王小明", number(123), "1980-01-01")
    wanted = (1, 0) if agrees else (0, 1)
    assert decided(*sides) == decided(*reversed(sides)) == wanted


@pytest.mark.parametrize("name", [None, "", " ", "·"])
def test_two_that_have_no_name_do_not_agree(number: Number, name: str | None) -> None:
    assert decided(one(name, number(123)), one(name, number(123))) == (0, 1)


def test_birth_dates_count_where_both_stand_there_as_dates_too(number: Number) -> None:
    def dated(table: pa.Table) -> pa.Table:
        return table.set_column(2, "birth_date", table["birth_date"].cast(pa.date32()))

    left, right = (dated(one(name, number(1), day))
                   for name, day in (("王小明", "1980-01-01"), ("王小朋", "1991-01-01")))  # fmt: skip
    assert decided(left, right) == (0, 1)
    assert decided(left, dated(one("王小朋", number(1), "1980-12-31"))) == (1, 0)
    assert decided(left, dated(one("王小朋", number(1)))) == (1, 0)


def test_a_wrong_check_character_is_no_certain_number(number: Number) -> None:
    right = number(123)
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    assert decided(one("王小明", wrong), one("王小明", right)) == (0, 0)


def test_a_rare_name_tells_more_than_a_common_one(number: Number) -> None:
    days = [f"{year}-{month:02}-15" for year in (1970, 1980, 1990) for month in range(1, 13)]
    rows = [one("买买提" if day == days[0] else "王伟", number(place, day.replace("-", "")), day)
            for place, day in enumerate(days)]  # fmt: skip
    left = numbered(pa.concat_tables([one("买买提", "", days[0]), one("王伟", "", days[1])]))
    rare, common = link(left, numbered(pa.concat_tables(rows))).links.set_index("left_id")["probability"]
    assert rare > 2 * common
