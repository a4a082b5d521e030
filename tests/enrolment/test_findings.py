"""The readable cases of keep, benefits and missing, each against the real reading, linkage and rules."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pytest
from town import Case, Number, Source, Town, cases, period

from qmcb import codes
from qmcb.enrolment import benefits, doubts, duplicates, missing, overlaps, standing
from qmcb.periods import Period

FILES = ("keep", "benefits", "missing")
TOLD = {name: cases(name) for name in FILES}
ALL = [case for name in FILES for case in TOLD[name]]
pytestmark = pytest.mark.usefixtures("few_random_pairs")


class Found:
    """The findings of each month, made when they are asked for."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.facts, self.table = cache(town.facts), cache(self._table)

    def _table(self, month: Period, name: str) -> ir.Table:
        facts = self.facts(month)

        def of(other: str) -> ir.Table:
            return self.table(month, other)

        made: dict[str, Callable[[], ir.Table]] = {
            "overlaps": lambda: overlaps.overlaps(facts),
            "duplicates": lambda: duplicates.duplicates(facts, of("overlaps")),
            "benefits": lambda: benefits.benefits(facts, of("overlaps")),
            "standing": lambda: standing.standing(facts),
            "missing": lambda: missing.missing(facts, of("standing")),
            "excluded": lambda: missing.excluded(facts, of("standing")),
            "lists": lambda: missing.lists(of("missing")),
            "doubts": lambda: doubts.doubts(facts, of("duplicates"), of("benefits"), of("missing")),
        }
        return facts.kept(name, made[name]())

    def at(self, month: Period, name: str) -> pd.DataFrame:
        rows: pd.DataFrame = self.table(month, name).to_pandas()
        return rows

    def of(self, case: Case, name: str) -> list[Any]:
        rows = self.at(period(case), name)
        own = rows[rows["person"].map(self.town.persons) == ALL.index(case)]
        return [row._asdict() for row in own.itertuples(index=False)]


@pytest.fixture(scope="module")
def found(source: Source, number: Number) -> Iterator[Found]:
    town = Town(ALL, source, number)
    yield Found(town)
    town.book.close()


def plain(value: object) -> object:
    """Null as None, whole numbers as int, as YAML has them."""
    if value is None or pd.isna(value):
        return None
    return int(value) if isinstance(value, float) else value


def month(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m}"


def stays(row: dict[str, Any]) -> str | None:
    side = plain(row["stays"])
    return f"{row[f'insurance_{side}']} {row[f'region_{side}']}" if side else None


@pytest.mark.parametrize("case", TOLD["keep"], ids=lambda case: case["name"])
def test_which_side_stays(found: Found, case: Case) -> None:
    rows = [
        [row["kind"], row["months"], stays(row), row["why"]]
        + [plain(row[name]) for name in ("refunded", "recovered", "no_amount")]
        for row in found.of(case, "duplicates")
    ]
    assert sorted(rows, key=repr) == sorted(case["expected"], key=repr)


@pytest.mark.parametrize("case", TOLD["benefits"], ids=lambda case: case["name"])
def test_benefits(found: Found, case: Case) -> None:
    rows = [
        [
            row["kind"],
            month(row["first_month"]),
            month(row["last_month"]),
            row["months"],
            plain(row["amount"]),
            row["action"],
        ]
        for row in found.of(case, "benefits")
    ]
    assert sorted(rows, key=repr) == sorted(case["expected"], key=repr)


@pytest.mark.parametrize("case", TOLD["missing"], ids=lambda case: case["name"])
def test_missing(found: Found, case: Case) -> None:
    rows = {
        row["cover"]: [row["standing"], plain(row["months"]), row["priority"], row["reasons"], row["action"]]
        for row in found.of(case, "missing")
    }
    assert rows == case["expected"]
    left_out = {row["cover"]: row["standing"] for row in found.of(case, "excluded")}
    assert left_out == case.get("excluded", {})


def test_every_reason_and_kind_has_a_case() -> None:
    why = {row[3] for case in TOLD["keep"] for row in case["expected"]}
    # What the sample has and these few rows do not.
    assert set(codes.WHY) - why == {"registry", "both_ten_years", "no_employer", "medical_open", "no_medical"}
    assert {row[0] for case in TOLD["benefits"] for row in case["expected"]} == set(codes.BENEFIT)
    reasons = {r for case in TOLD["missing"] for row in case["expected"].values() for r in row[3].split("、")}
    assert reasons - {""} == set(codes.PRIORITY.values())


def test_recovery_goes_by_the_rule_of_the_period(found: Found) -> None:
    late, early = (found.at(Period.parse(month), "benefits") for month in ("2024-06", "2011-09"))
    assert set(late["recovery"]) == {"recover_overpayment"} and early["recovery"].isna().all()


NOW = Period(2024, 6)


def test_doubts_have_the_columns_and_rows_of_the_findings(found: Found) -> None:
    rows = found.at(NOW, "doubts")
    assert list(rows.columns) == list(doubts.COLUMNS)
    sizes = rows.groupby("finding").size().to_dict()
    assert sizes == {name: len(found.at(NOW, name)) for name in ("duplicates", "benefits", "missing")}
    assert rows["office"].notna().all() and rows["record_id_a"].notna().all()
    assert set(rows["decides"].dropna()) <= set(codes.DECIDES) and set(rows["action"]) <= set(codes.ACTION)
    assert (rows["decides"].isna() == (rows["action"] == "consult")).all()


def test_the_office_is_that_of_the_side_that_ends(found: Found) -> None:
    rows = found.at(NOW, "doubts").query("finding == 'duplicates'")
    ended = rows["region_b"].where(rows["keep"] == "a", rows["region_a"])
    assert (rows["office"] == ended)[rows["keep"].notna()].all()
    undecided = rows[rows["keep"].isna()]
    assert undecided["office"].str.startswith("64").all() and len(undecided)


def test_lists_count_every_missing_cover_once(found: Found) -> None:
    lists, lacking = found.at(NOW, "lists"), found.at(NOW, "missing")
    assert lists["people"].sum() == len(lacking)
    assert (lists["first"] <= lists["people"]).all()
    named = lists[(lists["employer_id"] == "E1") & (lists["cover"] == "injury")]
    assert named["people"].sum() == 2  # whom E1 pays, one in missing.yaml and one in keep.yaml
