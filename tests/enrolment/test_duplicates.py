"""The readable cases of cases/duplicates.yaml, each against the real reading, linkage and rules."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from town import Case, Number, Source, Town, cases, period, periods

from qmcb import codes, policy
from qmcb.enrolment import duplicates, overlaps
from qmcb.periods import Period

CASES = cases("duplicates")
RULES = policy.load()
pytestmark = pytest.mark.usefixtures("few_random_pairs")
Finding = list[object]


@dataclass(frozen=True)
class Found:
    """What was found in each period: duplicates, and kinds of lawful pairs, by case; overlapping months."""

    duplicates: dict[Period, dict[int, list[Finding]]]
    lawful: dict[Period, dict[int, list[str]]]
    shared: dict[Period, int]


@pytest.fixture(scope="module")
def found(source: Source, number: Number) -> Iterator[Found]:
    town = Town(CASES, source, number)
    told = Found({}, {}, {})
    for month in periods(CASES):
        facts = town.facts(month)
        shared = facts.kept("overlaps", overlaps.overlaps(facts))
        rows = duplicates.duplicates(facts, shared).to_pandas()
        rows = rows.sort_values(["first_month", "scope"], ascending=[True, False])
        told.duplicates[month] = _by_case(
            town,
            zip(rows.person, rows[["kind", "scope", "months", "action", "document"]].to_numpy(), strict=True),
        )
        apart = overlaps.lawful(facts, shared).to_pandas()
        told.lawful[month] = _by_case(town, zip(apart.person, apart.kind, strict=True))
        pairs = shared.to_pandas()
        pairs = pairs[pairs.kind.isin(list(codes.DUPLICATE))]
        first, last = (
            pairs[name].dt.year * 12 + pairs[name].dt.month for name in ("first_month", "last_month")
        )
        told.shared[month] = int((last - first + 1).sum())
    yield told
    town.book.close()


def _by_case(town: Town, rows: Iterator[tuple[int, object]]) -> dict[int, list]:
    persons, told = town.persons, defaultdict(list)
    for person, finding in rows:
        told[persons[person]].append(finding if isinstance(finding, str) else list(finding))
    return told


def _place(case: Case) -> int:
    return CASES.index(case)


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=repr)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(found: Found, case: Case) -> None:
    assert _sorted(found.duplicates[period(case)].get(_place(case), [])) == _sorted(case["expected"])
    assert found.lawful[period(case)].get(_place(case), []) == case.get("lawful", [])


@pytest.mark.parametrize("month", sorted(periods(CASES)), ids=str)
def test_rows_of_a_pair_add_up_to_the_months_that_it_shares(found: Found, month: Period) -> None:
    rows = [row for case in found.duplicates[month].values() for row in case]
    assert sum(row[2] for row in rows) == found.shared[month] > 0


def test_every_kind_has_a_case() -> None:
    assert {row[0] for case in CASES for row in case["expected"]} == set(codes.DUPLICATE)


def test_every_version_of_every_rule_has_a_case_and_so_has_the_time_before() -> None:
    told = {(row[0], row[1], row[4]) for case in CASES for row in case["expected"]}
    wanted = {
        (rule.name.split("/")[1], version and version.reference.document)
        for rule in RULES.rules.values()
        for version in (None, *rule.versions)
        if rule.scopes
    }
    assert wanted - {(kind, document) for kind, _, document in told} == set()
