"""A sample held against its truth: everything is found as it was planted, and what is off is seen."""

from pathlib import Path

import pandas as pd
import pytest

from qmcb import cli, codes
from qmcb.errors import InputError
from qmcb.studies import planted_quality, truth
from qmcb.studies.cross_province import CrossProvince
from qmcb.studies.data_quality import DataQuality


@pytest.fixture(scope="module")
def checked(default_study: CrossProvince) -> truth.Checked:
    return truth.confusion(default_study)


@pytest.fixture(scope="module")
def quality(default_study: CrossProvince) -> planted_quality.Checked:
    return planted_quality.check(DataQuality(default_study, None))


def test_every_planted_kind_is_found_as_itself_with_its_months(checked: truth.Checked) -> None:
    rows = checked.confusion
    assert rows[(rows["planted"] != rows["found"]) | (rows["count"] != rows["right_months"])].empty
    assert checked.right
    found = {finding: set(group["found"]) for finding, group in rows.groupby("finding")}
    assert found["duplicates"] == set(codes.DUPLICATE) | set(codes.LAWFUL)
    assert found["benefits"] == set(codes.BENEFIT)
    assert found["missing"] == set(codes.STANDING)
    unplanted = {"name", "employment", "registered_twice"}
    assert found["registry"] == set(codes.REGISTRY_DIFFERENCE) - unplanted


def test_few_people_are_not_judged(checked: truth.Checked) -> None:
    judged = checked.confusion.groupby("finding")["count"].sum()
    others = checked.others.set_index("finding")["planted"]
    assert (others / (judged + others)).max() < 0.02


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"planted": "move", "found": "employee_pension_twice"}, False),
        ({"planted": truth.NOTHING, "found": "lapsed"}, False),
        ({"planted": "lapsed", "found": truth.NOTHING}, False),
        ({"right_months": 1}, False),
        ({}, True),
    ],
)
def test_whatever_is_off_is_said(row: dict[str, object], told: bool) -> None:
    good = {"finding": "missing", "planted": "lapsed", "found": "lapsed", "count": 2, "right_months": 2}
    assert truth.Checked(pd.DataFrame([good, good | row]), pd.DataFrame()).right is told


def test_kinds_are_matched_by_records_where_they_differ() -> None:
    columns = ["person", "kind", "low", "high", "first_month", "last_month", "months"]
    planted = pd.DataFrame(
        [
            (1, "move", "a", "b", 0, 0, 0),
            (1, "lapsed", "c", "d", 202001, 202002, 2),
            (1, "dead", "e", "f", 0, 0, 0),
        ],
        columns=columns,
    )
    found = pd.DataFrame(
        [
            (1, "student", "a", "b", 0, 0, 0),
            (1, "lapsed", "c", "d", 202001, 202003, 3),
            (1, "partial", "x", "y", 0, 0, 0),
        ],
        columns=columns,
    )
    rows = truth.counted(found, planted)
    assert rows.to_numpy().tolist() == [
        ["move", "student", 1, 1],
        ["dead", truth.NOTHING, 1, 0],
        ["lapsed", "lapsed", 1, 0],
        [truth.NOTHING, "partial", 1, 0],
    ]


def test_a_folder_without_truth_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="qmcb sample"):
        truth.opened(tmp_path)
    assert cli.main(["check-sample", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_what_was_planted_is_found_as_its_damage_allows(quality: planted_quality.Checked) -> None:
    assert quality.right, quality.text()
    planted = {rule: set(rows["planted"]) for rule, rows in quality.confusion.groupby("rule")}
    assert planted["number"] == set(planted_quality.EXPECTED["number"])
    assert planted["holder"] == {"own", "of_another", "no_number", "elsewhere"}
    assert planted["name"] >= {"equal", "separator", "rare", "homophone", "look_alike", "replaced"}
    assert planted["dead"] == {"pension_after_death", "unemployment_after_death", "drawn_while_cancelled"}


def test_most_faults_are_found_as_what_they_are(quality: planted_quality.Checked) -> None:
    rows = quality.confusion[quality.confusion["rule"] == "name"]
    sounds = rows[rows["planted"] == "homophone"].set_index("found")["count"]
    assert sounds["homophone"] > 0.98 * sounds.sum()


@pytest.mark.parametrize(
    ("row", "wrong", "right"),
    [
        ({}, 0, True),
        ({"found": "own"}, 0, False),
        ({"planted": "-"}, 0, False),
        ({}, 1, False),
    ],
)
def test_whatever_is_off_in_numbers_and_names_is_said(row: dict[str, str], wrong: int, right: bool) -> None:
    good = {"rule": "holder", "planted": "of_another", "found": "shared", "count": 1}
    proposals = pd.DataFrame([{"evidence": "linked", "right": 3, "wrong": wrong}])
    assert planted_quality.Checked(pd.DataFrame([good | row]), proposals).right is right


@pytest.mark.parametrize(
    ("was", "written", "kind"),
    [
        ("马建国", "马建国", "equal"),
        ("买买提·吐尔逊", "买买提 吐尔逊", "separator"),
        ("马堃", "马?", "rare"),
        ("马堃", "马坤", "replaced"),
        ("马伟", "马位", "homophone"),
        ("马晴", "马悔", "look_alike"),
        ("王晓堃", "王小?", "several"),
        ("王晓红", "王小江", "several"),
        ("王晓红", None, "absent"),
    ],
)
def test_what_was_done_to_a_name(was: str, written: str | None, kind: str) -> None:
    assert planted_quality.name_kind(was, written) == kind
