"""Candidate passes: what each must find, and how they count."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmcb.linkage import candidates
from qmcb.linkage.candidates import PASSES, KeyPass

RIGHT = "64010419830527316X"  # no two neighbours are equal
NUMBERS = [title for title in PASSES if title.startswith("号码")]


def person(digits: str | None = None, **fields: str | None) -> dict[str, str | None]:
    columns = ("digits", "plain", "family_name", "pinyin", "birth", "phone")
    return {**dict.fromkeys(columns), "digits": digits, **fields}


def frame(*rows: dict[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), dtype=object)


def found(left: pd.DataFrame, right: pd.DataFrame, *titles: str) -> list[tuple[int, int]]:
    passes = {title: PASSES[title] for title in titles or PASSES}
    return candidates.pairs(left, right, passes)[0].to_list()


def by_number(damaged: str) -> bool:
    other = person("11010519900202444X")
    return (0, 1) in found(frame(person(damaged)), frame(other, person(RIGHT)), *NUMBERS)


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


NAMED = person(plain="王小明", family_name="王", pinyin="wangxiaoming", birth="19800203", phone="13900000000")


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
        {"birth": "19810203", "phone": None},
        {"family_name": "张", "pinyin": "zhangxiaoming", "plain": "张小明"},
    ],
)
def test_one_thing_in_common_is_not_enough(changed: dict[str, str | None]) -> None:
    assert found(frame(NAMED | changed), frame(NAMED)) == []


def test_missing_values_never_bring_together() -> None:
    assert found(frame(person(), person()), frame(person(), NAMED)) == []


def test_pairs_come_once_in_order_and_reports_count_what_only_one_pass_found() -> None:
    same = NAMED | {"digits": RIGHT}
    by_phone = person(phone="13900000000", family_name="王")
    pairs, reports = candidates.pairs(frame(by_phone, same), frame(same, NAMED))
    told = {report.title: (report.pairs, report.alone) for report in reports}
    assert pairs.to_list() == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert told == {
        "号码前14位": (1, 0),
        "号码后11位": (1, 0),
        "号码缺第7至11位": (1, 0),
        "号码缺第11至15位": (1, 0),
        "姓名与出生日期": (2, 0),
        "读音与出生日期": (2, 0),
        "联系电话": (4, 2),
    }


def test_a_block_that_is_too_large_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "LARGEST_BLOCK", 6)
    left = frame(*[person("640104198001011", plain="王伟", birth="19800101")] * 4)
    right = frame(*[person("640104198001012", plain="王伟", birth="19800101")] * 2, NAMED)
    skipping = KeyPass("姓名与出生日期", PASSES["姓名与出生日期"])
    assert len(skipping.index(left, right)) == 0
    assert skipping.skipped == (1, 8)
    assert len(skipping.index(left[:3], right)) == 6
    assert skipping.skipped == (0, 0)
    reports = candidates.pairs(left, right)[1]
    assert {report.title: (report.pairs, report.skipped_blocks, report.skipped_pairs) for report in reports}[
        "姓名与出生日期"
    ] == (0, 1, 8)


def test_the_report_is_a_row_a_pass() -> None:
    told = candidates.report(candidates.pairs(frame(NAMED), frame(NAMED))[1])
    assert told["途径"].tolist() == list(PASSES)
    assert told.shape == (len(PASSES), 5)


@pytest.mark.parametrize("sides", [(0, 1), (1, 0), (0, 0)])
def test_an_empty_side_has_no_candidates(sides: tuple[int, int]) -> None:
    left, right = (frame(NAMED)[:count] for count in sides)
    pairs, reports = candidates.pairs(left, right)
    assert len(pairs) == 0 and len(reports) == len(PASSES)
