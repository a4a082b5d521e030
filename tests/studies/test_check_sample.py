"""A sample held against its truth: everything is found as it was planted, and what is off is seen."""

from pathlib import Path

import pandas as pd
import pytest

from qmcb import cli, codes
from qmcb.errors import InputError
from qmcb.studies import truth


@pytest.fixture(scope="module")
def checked(default_sample: Path) -> truth.Checked:
    return truth.check(default_sample)


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
        truth.check(tmp_path)
    assert cli.main(["check-sample", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
