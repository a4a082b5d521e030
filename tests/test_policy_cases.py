"""The readable cases of tests/policy: what each duplicates rule says in a month."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from qmcb import codes, policy
from qmcb.periods import Period

UNTIL = Period.parse("2024-06")
CASES: list[dict[str, Any]] = [
    case
    for file in sorted((Path(__file__).parent / "policy").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text("utf-8"))
]
BOOK = policy.load()
INTERVALS = BOOK.intervals("duplicates", UNTIL)


def rows(case: dict[str, Any]) -> list[dict[str, Any]]:
    month = Period.parse(case["month"]).first_day
    return [
        row
        for row in INTERVALS
        if row["kind"] == case["rule"]
        and row["scope"] in scopes(case)
        and isinstance(row["first_month"], date)
        and isinstance(row["last_month"], date)
        and row["first_month"] <= month <= row["last_month"]
    ]


def scopes(case: dict[str, Any]) -> list[str]:
    return [case["scope"]] if "scope" in case else list(codes.SCOPE)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    found = [
        {"action": row["action"], "keep": row["keep"], "document": row["document"]} for row in rows(case)
    ]
    assert found == [case["expected"]] * len(scopes(case))


def test_cases_stand_on_both_sides_of_every_effective_date() -> None:
    told = {(case["rule"], scope, case["month"]) for case in CASES for scope in scopes(case)}
    wanted = {
        (rule.name.split("/")[1], scope, str(version.governs_from.shift(months)))
        for rule in BOOK.rules.values()
        for scope in rule.scopes
        for version in rule.versions
        for months in (-1, 0)
    }
    assert wanted - told == set()


def test_every_kind_has_a_case() -> None:
    assert {case["rule"] for case in CASES} == set(codes.DUPLICATE)
