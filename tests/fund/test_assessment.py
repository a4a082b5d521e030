"""Budget discipline: the readable cases, what is found, and what is refused."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from funds import Case, accounts, cases

from qmcb import codes
from qmcb.errors import InputError
from qmcb.fund import assessment
from qmcb.fund.accounts import COLUMNS, UNKNOWN, Accounts, Panel
from qmcb.fund.ledger import Fund

CASES = cases("assessment")
CHANGES = ["region", "year", "item", "amount", "policy_basis"]


def panel(told: Mapping[str, Mapping[str, float]], *years: int) -> Panel:
    each = accounts(told, "万元")
    columns = {name: np.stack([getattr(each, name)] * len(years)) for name in COLUMNS}
    made = Accounts.build(each.regions, columns)
    return Panel(years, made, np.full(made.shape, UNKNOWN))


def fund(case: Case, *years: int) -> Fund:
    rows = [
        {"region": "640104", "year": (years or (2020,))[0], "item": item, "amount": amount * 1_000_000,
         "policy_basis": basis[0] if basis else None}
        for item, amount, *basis in case.get("changes", [])
    ]  # fmt: skip
    panels = {basis: panel({"640104": case[basis]}, *(years or (2020,))) for basis in ("budget", "actual")}
    return Fund(panels, pd.DataFrame(rows, columns=CHANGES))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: Case) -> None:
    made = assessment.assess(fund(case), assessment.criteria(2020))
    told = assessment.frame(made, fund(case)["actual"]).iloc[0]
    expected = case["expected"]
    assert told["contributions_completion"] * 100 == pytest.approx(expected["contributions"])
    assert told["spending_completion"] * 100 == pytest.approx(expected["spending"], abs=1e-4)
    assert (bool(told["deficit"]), told["unfounded"]) == (expected["deficit"], expected["unfounded"])
    assert told["score"] == expected["score"]
    assert told["coefficient"] * 100 == expected["coefficient"]


def test_every_coefficient_has_a_case() -> None:
    given = {share // 10_000 for share in assessment.criteria(2020).coefficient.shares}
    assert {case["expected"]["coefficient"] for case in CASES} == given


def test_findings_are_the_deficits_and_the_changes_without_a_basis() -> None:
    found = assessment.findings(fund(CASES[4] | {"changes": [["subsidy", 7], ["spending", 3, "文件"]]}))
    assert found[["region", "name", "year", "finding", "item", "amount"]].to_numpy().tolist() == [
        ["640104", "兴庆区", 2020, "deficit_budget", "", 10_000_000],
        ["640104", "兴庆区", 2020, "change_without_basis", "subsidy", 7_000_000],
    ]
    assert set(found["finding"]) == set(codes.BUDGET_FINDING)


def test_years_go_by_their_own_criteria_or_by_those_of_a_day() -> None:
    both = fund(CASES[2], 2019, 2020)
    assert assessment.coefficients(both).tolist() == [[900_000], [900_000]]
    early = fund(CASES[2], 2015)
    with pytest.raises(InputError, match="completion in force for the whole of 2015"):
        assessment.coefficients(early)
    assert assessment.coefficients(early, date(2017, 1, 1)).tolist() == [[900_000]]


def test_a_change_of_another_year_is_not_counted() -> None:
    both = fund(CASES[6], 2019, 2020)
    assert assessment.assess(both, assessment.criteria(2020)).unfounded.tolist() == [[1], [0]]


def planned(contributions: int, spending: int, year: int = 2020, region: str = "640104") -> Panel:
    return panel({region: {"contributions": contributions, "spending": spending}}, year)


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        (planned(0, 5), "a budget of contributions above 0 of 640104"),
        (planned(5, 0), "a budget of spending above 0 of 640104"),
        (planned(5, 5, year=2019), "a budget for each year of the accounts; found none for 2020"),
        (planned(5, 5, region="640105"), "found only one of them for 640104"),
    ],
)
def test_a_budget_that_cannot_be_held_against_is_refused(budget: Panel, says: str) -> None:
    actual = planned(5, 5)
    with pytest.raises(InputError, match=says):
        assessment.assess(
            Fund({"budget": budget, "actual": actual}, pd.DataFrame(columns=CHANGES)),
            assessment.criteria(2020),
        )


def test_criteria_that_are_wrong_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "assessment"
    folder.mkdir()
    good = (Path(assessment.paths.ASSESSMENT) / "completion.yaml").read_text("utf-8")
    (folder / "completion.yaml").write_text(good.replace("spending_over: 2", "spending_over: -2"), "utf-8")
    with pytest.raises(
        InputError, match=r"spending_over as .* in assessment/completion.yaml, 2017-01-01; found -2"
    ):
        assessment.criteria(2020, folder=folder)
