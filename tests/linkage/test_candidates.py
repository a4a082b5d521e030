"""Candidate passes: what each must find, and how they count."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from files import everything
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb.errors import InputError
from qmcb.linkage import candidates, spec
from qmcb.linkage.candidates import KeyPass
from qmcb.linkage.side import Side
from qmcb.linkage.spec import Pass, Spec

PEOPLE = spec.load()
RIGHT = "64010419830527347X"  # no two neighbours are equal
OTHER = "11010519491231002X"
NUMBERS = [title for title in PEOPLE.passes if title.startswith("号码")]
SCHEMA = pa.schema([(name, pa.string()) for name in PEOPLE.columns])
NOBODY = (np.zeros(0, np.int64), np.zeros(0, np.int64))
Record = dict[str, str | None]


def records(*rows: Record) -> Side:
    table = pa.Table.from_pylist([{"phone": "13900000001", **row} for row in rows], SCHEMA)
    return everything(table.append_column("record_id", pa.array(range(len(rows)), pa.int64())), PEOPLE)


def only(*titles: str) -> Spec:
    return replace(PEOPLE, passes={title: PEOPLE.passes[title] for title in titles}, ways={})


def found(left: Side, right: Side, *titles: str) -> list[tuple[int, int]]:
    here, there = candidates.candidates(left, right, NOBODY, only(*titles) if titles else PEOPLE).pairs
    return list(zip(here.tolist(), there.tolist(), strict=True))


HOLDERS = [{"id_number": OTHER}, {"id_number": RIGHT}]


def by_number(damaged: str) -> bool:
    pairs = found(records({"id_number": damaged}), records(*HOLDERS), *NUMBERS)
    back = found(records(*HOLDERS), records({"id_number": damaged}), *NUMBERS)
    assert (0, 0) not in pairs and pairs == [(right, left) for left, right in back]
    return pairs == [(0, 1)]


@settings(max_examples=25)
@given(st.integers(0, 17), st.sampled_from("0123456789X"))
def test_a_wrong_digit_is_no_obstacle(place: int, digit: str) -> None:
    damaged = RIGHT[:place] + digit + RIGHT[place + 1 :]
    assert by_number(damaged) == (damaged != RIGHT)


@pytest.mark.parametrize("place", range(17))
def test_swapped_neighbours_are_no_obstacle(place: int) -> None:
    assert by_number(RIGHT[:place] + RIGHT[place + 1] + RIGHT[place] + RIGHT[place + 2 :])


@pytest.mark.parametrize("place", range(18))
def test_a_lost_or_doubled_digit_is_no_obstacle(place: int) -> None:
    assert by_number(RIGHT[:place] + RIGHT[place + 1 :])
    assert by_number(RIGHT[:place] + RIGHT[place] + RIGHT[place:])


def test_a_tail_that_a_spreadsheet_ate_is_no_obstacle() -> None:
    assert by_number(RIGHT[:15] + "000") and by_number(RIGHT[:14])


def test_where_all_numbers_have_18_characters_every_fragment_is_looked_up() -> None:
    damaged = [RIGHT[:3] + "9" + RIGHT[4:], RIGHT[:8] + "00" + RIGHT[10:], RIGHT[:12] + "00" + RIGHT[14:]]
    left, right = records(*({"id_number": one} for one in damaged)), records({"id_number": RIGHT})
    told = candidates.candidates(left, right, NOBODY, only(*NUMBERS)).reports
    assert {report.title: report.pairs for report in told} == {
        "号码前14位": 0,
        "号码后11位": 1,
        "号码缺第7至11位": 1,
        "号码缺第11至15位": 1,
    }


def test_two_right_numbers_that_differ_are_no_damage_to_each_other() -> None:
    near = "640104198305273453"
    assert found(records({"id_number": near}), records({"id_number": RIGHT}), *NUMBERS) == []
    eaten = "640104198305278000"  # right by chance, as one in eleven is
    sides = records({"id_number": eaten}), records({"id_number": RIGHT})
    assert sides[0].facets["number"][0] > 0
    assert found(*sides, *NUMBERS) == [(0, 0)]


NAMED = {"name": "王小明", "birth_date": "19800203", "phone": "13900000000"}


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        ({}, "姓名与出生日期"),
        ({"name": "王晓明"}, "读音与出生日期"),
        ({"birth_date": "1980-03-02"}, "读音与出生日期"),
        ({"name": "王晓明", "birth_date": None}, "姓名与联系电话"),
        ({"name": "李国庆", "birth_date": None}, "联系电话"),
        ({"region": "640104", "name": "王国庆", "phone": None}, "出生日期与行政区划"),
        ({"region": "640104", "name": "李光明", "phone": None}, "出生日期与行政区划"),
    ],
)
def test_without_a_number_other_fields_bring_together(changed: Record, title: str) -> None:
    person = NAMED | {"region": "640104"}
    assert found(records(NAMED | changed), records(person), title) == [(0, 0)]


@pytest.mark.parametrize(
    "changed",
    [
        {"birth_date": "19810203", "phone": None},  # the name
        {"name": "张国庆", "phone": None},  # the birth date
        {"name": "张国庆", "phone": None, "region": "640104"},  # and the county
    ],
)
def test_one_thing_in_common_is_not_enough(changed: Record) -> None:
    assert found(records(NAMED | changed), records(NAMED | {"region": "640104"})) == []


def test_missing_values_never_bring_together() -> None:
    nothing = {"phone": None}
    assert found(records(nothing, nothing), records(nothing, NAMED)) == []


def test_pairs_come_once_in_order_and_reports_count_what_only_one_pass_found() -> None:
    same = NAMED | {"id_number": "640104198002033"}  # 14 digits fit, the number does not
    left, right = records({"phone": NAMED["phone"]}, same), records(same, NAMED)
    told = candidates.candidates(left, right, NOBODY, PEOPLE)
    assert list(zip(*map(list, told.pairs), strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    counts = {report.title: (report.pairs, report.alone) for report in told.reports if report.pairs}
    assert counts.pop("联系电话") == (4, 2)
    assert (
        counts.pop("姓名与出生日期") == counts.pop("读音与出生日期") == counts.pop("姓名与联系电话") == (2, 0)
    )
    assert all(title in NUMBERS and told == (1, 0) for title, told in counts.items())
    bits = {title: 1 << place for place, title in enumerate(PEOPLE.passes, start=1)}
    assert told.found_by[:2].tolist() == [bits["联系电话"]] * 2
    assert told.found_by[3] == sum(
        bits[t] for t in ("姓名与出生日期", "读音与出生日期", "姓名与联系电话", "联系电话")
    )


def test_pairs_known_beforehand_are_among_them_and_no_pass_finds_them() -> None:
    left, right = records({"phone": None}, NAMED), records({"phone": None}, {"phone": None})
    told = candidates.candidates(left, right, (np.array([1, 1]), np.array([0, 0])), PEOPLE)
    assert [part.tolist() for part in told.pairs] == [[1], [0]] and told.found_by.tolist() == [1]
    assert all(report.pairs == report.alone == 0 for report in told.reports)


def test_what_is_known_beforehand_no_pass_finds_alone() -> None:
    told = candidates.candidates(
        records(NAMED), records(NAMED), (np.array([0]), np.array([0])), only("联系电话")
    )
    assert told.found_by.tolist() == [3] and (told.reports[0].pairs, told.reports[0].alone) == (1, 0)


def test_within_one_file_each_pair_once_and_nobody_with_himself() -> None:
    both = records(NAMED, NAMED, {"phone": None}, NAMED)
    assert found(both, both) == [(0, 1), (0, 3), (1, 3)]


@pytest.mark.parametrize("sides", [(0, 1), (1, 0), (0, 0)])
def test_an_empty_side_has_no_candidates(sides: tuple[int, int]) -> None:
    left, right = (records(*[NAMED] * count) for count in sides)
    told = candidates.candidates(left, right, NOBODY, PEOPLE)
    assert [len(part) for part in told.pairs] == [0, 0] and len(told.reports) == len(PEOPLE.passes)


def test_a_block_that_is_too_large_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LARGEST_BLOCK", 6)
    namesake = {"name": "王伟", "birth_date": "19800101", "phone": None}
    left, right = records(*[namesake] * 4), records(*[namesake] * 2, NAMED)
    (report,) = candidates.candidates(left, right, NOBODY, only("姓名与出生日期")).reports
    assert (report.pairs, report.skipped_blocks, report.skipped_pairs) == (0, 1, 8)
    fewer = left.take(np.arange(3))
    (report,) = candidates.candidates(fewer, right, NOBODY, only("姓名与出生日期")).reports
    assert (report.pairs, report.skipped_blocks, report.skipped_pairs) == (6, 0, 0)


def test_all_together_keep_to_the_most_that_a_part_may_make(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST_PAIRS", 5)
    left = records(*[NAMED] * 2, {"name": "李明", "birth_date": "19800203"})
    right = records(*[NAMED] * 2, *[{"name": "李明", "birth_date": "19800203"}] * 2)
    (report,) = candidates.candidates(left, right, NOBODY, only("姓名与出生日期")).reports
    assert (report.pairs, report.skipped_blocks, report.skipped_pairs) == (2, 1, 4)


@pytest.mark.parametrize(
    "one", [Pass(("number.first15",)), Pass(("name.text",)), Pass(("birth",), "number.right")]
)
def test_a_key_that_a_field_does_not_have_is_told_in_one_line(one: Pass) -> None:
    told = replace(PEOPLE, passes={"我的": one}, ways={})
    with pytest.raises(InputError, match=r"keys among number, .*name\.sound.*found (number|name)\.") as error:
        candidates.candidates(records(NAMED), records(NAMED), NOBODY, told)
    assert "\n" not in str(error.value)


def keyed(rows: list[tuple[int, bool]]) -> pd.DataFrame:
    """key, wanting"""
    key, wanting = ([row[at] for row in rows] for at in (0, 1))
    return pd.DataFrame({"key": np.array(key, np.uint64), "wanting": np.array(wanting, np.bool_)})


KEYED = st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=20)


@given(KEYED, KEYED)
def test_a_pass_finds_all_pairs_with_a_key_one_of_them_wanting(
    left: list[tuple[int, bool]], right: list[tuple[int, bool]]
) -> None:
    wanted = [(i, j) for i, (one, lacks) in enumerate(left) for j, (two, too) in enumerate(right)
              if one and one == two and (lacks or too)]  # fmt: skip
    told = KeyPass()
    assert sorted(told.index(keyed(left), keyed(right)).to_list()) == wanted and told.skipped == (0, 0)


def test_what_is_left_out_does_not_depend_on_the_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LARGEST_BLOCK", 5)
    left, right = keyed([(1, True), (1, False), (1, False)]), keyed([(1, True)] * 2 + [(1, False)] * 2)
    there, back = KeyPass(), KeyPass()
    pairs, mirrored = there.index(left, right), back.index(right, left)
    assert sorted(pairs) == sorted((i, j) for j, i in mirrored) and len(pairs) == 8
    assert there.skipped == back.skipped == (0, 0)
