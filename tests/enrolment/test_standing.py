"""The readable cases of cases/standing.yaml, each against the real reading, linkage and rules."""

from collections.abc import Iterator

import pandas as pd
import pytest
from town import Case, Number, Source, Town, cases, period, periods

from qmcb import codes, policy
from qmcb.enrolment import missing, standing
from qmcb.errors import InputError
from qmcb.periods import Period

CASES = cases("standing")
RULES = policy.load()
pytestmark = pytest.mark.usefixtures("few_random_pairs")


@pytest.fixture(scope="module")
def town(source: Source, number: Number) -> Iterator[Town]:
    town = Town(CASES, source, number)
    yield town
    town.book.close()


@pytest.fixture(scope="module")
def found(town: Town) -> dict[Period, pd.DataFrame]:
    persons = town.persons
    told = {month: standing.standing(town.facts(month)).to_pandas() for month in periods(CASES)}
    return {month: rows.assign(case=rows["person"].map(persons)) for month, rows in told.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(found: dict[Period, pd.DataFrame], case: Case) -> None:
    rows = found[period(case)]
    own = rows[rows["case"] == CASES.index(case)].set_index("cover")
    assert own["standing"].to_dict() == case["expected"]
    assert own.index[own["doubtful"]].tolist() == case.get("doubtful", [])


def test_every_standing_has_a_case() -> None:
    assert {key for case in CASES for key in case["expected"].values()} == set(codes.STANDING)


def test_one_row_a_resident_and_cover(found: dict[Period, pd.DataFrame]) -> None:
    for rows in found.values():
        assert len(rows) == len(codes.COVER) * len(CASES)
        assert not rows.duplicated(["person", "cover"]).any()


def test_the_missing_are_those_who_stand_so_each_with_one_recommendation(town: Town) -> None:
    month = Period(2024, 6)
    rows = standing.standing(town.facts(month))
    lacking = missing.missing(town.facts(month), rows).to_pandas()
    everyone = rows.to_pandas()
    assert len(lacking) == everyone["standing"].isin(codes.MISSING).sum()
    assert lacking.groupby("standing")["action"].first().to_dict() == {
        "lapsed": "resume_payment",
        "never_paid": "collect_first_payment",
        "partial": "extend_cover",
        "registered": "mobilise",
        "no_database": "home_visit",
    }


def test_before_the_notice_there_is_no_rule_to_recommend_by(town: Town) -> None:
    month = Period(2016, 12)
    facts = town.facts(month)
    lacking = missing.missing(facts, standing.standing(facts)).to_pandas()
    assert set(lacking["action"]) == {"consult"} and lacking["article"].isna().all()


def test_before_the_age_of_the_resident_pension_was_set_nobody_can_be_judged(town: Town) -> None:
    with pytest.raises(InputError, match="pension_age_from"):
        standing.standing(town.facts(Period(2014, 1)))
