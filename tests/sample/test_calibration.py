import pandas as pd
import pytest

from qmcb.paths import REFERENCE
from qmcb.sample import calibration


def test_counties_are_those_of_the_reference_in_its_order() -> None:
    reference = pd.read_csv(REFERENCE / "counties_64.csv")
    counties = calibration.figures()["counties"]
    assert [county["code"] for county in counties] == reference.code.tolist()
    assert all(full.startswith(county["name"]) for full, county in zip(reference.name, counties, strict=True))


@pytest.mark.parametrize(
    ("figure", "insurances", "table"),
    [
        ("enterprise_pension_paying", ["110"], "enrolments"),
        ("employee_medical", ["310"], "enrolments"),
        ("resident_medical", ["390"], "enrolments"),
        ("unemployment", ["210"], "enrolments"),
        ("work_injury", ["410"], "enrolments"),
        ("maternity", ["510"], "enrolments"),
        ("enterprise_pension_retired", ["110"], "benefits"),
    ],
)
def test_shares_are_near_those_of_2016(read, figure: str, insurances: list[str], table: str) -> None:  # type: ignore[no-untyped-def]
    records = read("truth/records")
    rows = read(table).merge(records[records.table == table], on="record_id")
    now = rows[rows.last_month.isna() & rows.first_month.notna() & rows.insurance.isin(insurances)]
    share = (
        calibration.figures()["enrolled_2016"][figure] * 1e4 / calibration.figures()["region"]["population"]
    )
    assert now.person.nunique() / 20_000 == pytest.approx(share, rel=0.2)
