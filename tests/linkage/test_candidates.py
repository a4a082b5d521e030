"""Candidate passes: what each must find, and how they count."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmcb.linkage import candidates
from qmcb.linkage.candidates import PASSES, KeyPass

RIGHT = "64010419830527316X"  # no two neighbours are equal
NUMBERS = [title for title in PASSES if title.startswith("号码")]


def person(digits: str | None = None, **fields: str | None) -> dict[str, str | None]:
    columns = ("digits", "number", "plain", "pinyin", "birth", "phone")
    return {**dict.fromkeys(columns), "digits": digits, **fields}


NOBODY = (np.zeros(0, np.int64), np.zeros(0, np.int64))
SCHEMA = pa.schema([(name, pa.string()) for name in person()])


def frame(*rows: dict[str, str | None]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), SCHEMA)


def found(left: pa.Table, right: pa.Table, *titles: str) -> list[tuple[int, int]]:
    passes = {title: PASSES[title] for title in titles or PASSES}
    here, there, _ = candidates.pairs(left, right, NOBODY, passes)
    return list(zip(here.tolist(), there.tolist(), strict=True))


def by_number(damaged: str) -> bool:
    other = person("11010519900202444X", number="11010519900202444X")
    return (0, 1) in found(frame(person(damaged)), frame(other, person(RIGHT, number=RIGHT)), *NUMBERS)


@given(st.integers(0, 17), st.sampled_from("0123456789X"))
def test_a_wrong_digit_is_no_obstacle(place: int, digit: str) -> None:
    assert by_number(RIGHT[:place] + digit + RIGHT[place + 1 :])


@given(st.integers(0, 16))
def test_swapped_neighbours_are_no_obstacle(place: int) -> None:
    assert by_number(RIGHT[:place] + RIGHT[place + 1] + RIGHT[place] + RIGHT[place + 2 :])


@given(st.integers(0, 17))
def test_a_lost_digit_is_no_obstacle(place: int) -> None:
    assert by_number(RIGHT[:place] + RIGHT[place + 1 :])


@given(st.integers(0, 17))
def test_a_doubled_digit_is_no_obstacle(place: int) -> None:
    assert by_number(RIGHT[:place] + RIGHT[place] + RIGHT[place:])


def test_a_tail_that_a_spreadsheet_ate_is_no_obstacle() -> None:
    assert by_number(RIGHT[:15] + "000")


NAMED = person(plain="王小明", pinyin="wangxiaoming", birth="19800203", phone="13900000000")


@pytest.mark.parametrize(
    ("changed", "title"),
    [
        ({}, "姓名与出生日期"),
        ({"plain": "王晓明"}, "读音与出生日期"),
        ({"birth": "19800302"}, "读音与出生日期"),
        ({"plain": "王小朋", "pinyin": "wangxiaopeng", "birth": None}, "联系电话"),
    ],
)
def test_without_a_number_other_fields_bring_together(changed: dict[str, str | None], title: str) -> None:
    assert found(frame(NAMED | changed), frame(NAMED), title) == [(0, 0)]


@pytest.mark.parametrize(
    "changed",
    [
        {"birth": "19810203", "phone": None},  # the name
        {"plain": "张国庆", "pinyin": "zhangguoqing", "phone": None},  # the birth date
    ],
)
def test_one_thing_in_common_is_not_enough(changed: dict[str, str | None]) -> None:
    assert found(frame(NAMED | changed), frame(NAMED)) == []


def test_missing_values_never_bring_together() -> None:
    assert found(frame(person(), person()), frame(person(), NAMED)) == []


def test_pairs_come_once_in_order_and_reports_count_what_only_one_pass_found() -> None:
    same = NAMED | {"digits": RIGHT}
    by_phone = person(phone="13900000000")
    here, there, reports = candidates.pairs(frame(by_phone, same), frame(same, NAMED), NOBODY)
    told = {report.title: (report.pairs, report.alone) for report in reports}
    assert list(zip(here, there, strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert told == {
        "号码前14位": (1, 0),
        "号码后11位": (1, 0),
        "号码缺第7至11位": (1, 0),
        "号码缺第11至15位": (1, 0),
        "姓名与出生日期": (2, 0),
        "读音与出生日期": (2, 0),
        "联系电话": (4, 2),
    }


def keyed(records: pa.Table) -> pd.DataFrame:
    return pd.DataFrame({"key": PASSES["姓名与出生日期"](records), "wanting": True})


def test_a_block_that_is_too_large_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LARGEST_BLOCK", 6)
    left = frame(*[person("640104198001011", plain="王伟", birth="19800101")] * 4)
    right = frame(*[person("640104198001012", plain="王伟", birth="19800101")] * 2, NAMED)
    skipping = KeyPass("姓名与出生日期")
    assert len(skipping.index(keyed(left), keyed(right))) == 0
    assert skipping.skipped == (1, 8)
    assert len(skipping.index(keyed(left[:3]), keyed(right))) == 6
    assert skipping.skipped == (0, 0)
    reports = candidates.pairs(left, right, NOBODY)[2]
    assert {report.title: (report.pairs, report.skipped_blocks, report.skipped_pairs) for report in reports}[
        "姓名与出生日期"
    ] == (0, 1, 8)


def test_the_report_is_a_row_a_pass() -> None:
    told = candidates.report(candidates.pairs(frame(NAMED), frame(NAMED), NOBODY)[2])
    assert told["途径"].tolist() == list(PASSES)
    assert told.shape == (len(PASSES), 5)


@pytest.mark.parametrize("sides", [(0, 1), (1, 0), (0, 0)])
def test_an_empty_side_has_no_candidates(sides: tuple[int, int]) -> None:
    left, right = (frame(NAMED)[:count] for count in sides)
    here, there, reports = candidates.pairs(left, right, NOBODY)
    assert len(here) == len(there) == 0 and len(reports) == len(PASSES)


def test_two_right_numbers_that_differ_are_no_damage_to_each_other() -> None:
    near = RIGHT[:16] + "28"
    assert found(frame(person(near, number=near)), frame(person(RIGHT, number=RIGHT)), *NUMBERS) == []
    eaten = RIGHT[:15] + "000"  # right by chance, as one in eleven is
    assert found(frame(person(eaten, number=eaten)), frame(person(RIGHT, number=RIGHT)), *NUMBERS) == [(0, 0)]


def test_pairs_known_beforehand_are_among_them_and_no_pass_finds_them() -> None:
    here, there, reports = candidates.pairs(
        frame(person(), NAMED), frame(person(), person()), (np.array([1]), np.array([0]))
    )
    assert (here.tolist(), there.tolist()) == ([1], [0])
    assert all(report.pairs == report.alone == 0 for report in reports)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans())),
    st.lists(st.tuples(st.integers(0, 3), st.booleans())),
)
def test_a_pass_finds_all_pairs_with_a_key_one_of_them_wanting(
    left: list[tuple[int, bool]], right: list[tuple[int, bool]]
) -> None:
    sides = [pd.DataFrame({"key": np.array([key for key, _ in rows], np.uint64),
                           "wanting": np.array([lacks for _, lacks in rows], np.bool_)})
             for rows in (left, right)]  # fmt: skip
    wanted = [(i, j) for i, (one, lacks) in enumerate(left) for j, (two, too) in enumerate(right)
              if one and one == two and (lacks or too)]  # fmt: skip
    told = KeyPass("")
    assert sorted(told.index(*sides).to_list()) == wanted and told.skipped == (0, 0)


def test_what_is_left_out_does_not_depend_on_the_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LARGEST_BLOCK", 5)
    sides = [pd.DataFrame({"key": np.ones(len(lacks), np.uint64), "wanting": lacks})
             for lacks in ([True, False, False], [True, True, False, False])]  # fmt: skip
    there, back = KeyPass(""), KeyPass("")
    pairs, mirrored = there.index(*sides), back.index(*reversed(sides))
    assert sorted(pairs) == sorted((i, j) for j, i in mirrored) and len(pairs) == 8
    assert there.skipped == back.skipped == (0, 0)
