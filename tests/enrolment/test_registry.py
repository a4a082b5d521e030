"""The readable cases of cases/registry.yaml against real reading, linkage and rules; what always holds."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from registered import Case, cases, facts, places, tables

from qmcb import codes
from qmcb.enrolment import databases, holders, obliged, registry
from qmcb.enrolment.facts import Facts

Source = Callable[[Mapping[str, Any]], Path]
Number = Callable[..., str]
Found = dict[str, pd.DataFrame]
CASES = cases("registry")
pytestmark = pytest.mark.usefixtures("few_random_pairs")


def judged(told: Facts) -> Found:
    """Every table of the registry's findings, with the case of each row."""
    held = told.kept("held", databases.held(told))
    compared = told.kept("compared", registry.reconciled(told, held))
    found = {
        "held": held,
        "reconciled": compared,
        "differences": registry.differences(told, compared),
        "obligations": obliged.obligations(told, held),
        "holders": holders.holders(told, held),
    }
    if set(codes.HOUSEHOLD) & set(told.book.tables):
        found["visits"] = databases.visits(told, held)
    persons = places(told)
    frames = {name: rows.to_pandas() for name, rows in found.items()}
    told.book.close()
    return {name: rows.assign(case=rows["person"].map(persons)) for name, rows in frames.items()}


@pytest.fixture(scope="module")
def found(source: Source, number: Number) -> Found:
    return judged(facts(source(tables(CASES, number))))


def kinds(found: Found, place: int) -> set[str]:
    rows = pd.concat(found[name][["case", "kind"]] for name in ("differences", "holders", "visits"))
    return set(rows.loc[rows["case"] == place, "kind"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(found: Found, case: Case) -> None:
    place = CASES.index(case)
    rows = found["reconciled"]
    states = rows.loc[rows["case"] == place, "state"].tolist()
    assert states == ([case["state"]] if "state" in case else [])
    assert kinds(found, place) == set(case.get("kinds", ()))
    if "owed" in case:
        owed = found["obligations"]
        own = owed[owed["case"] == place].set_index("cover")["state"]
        assert own.to_dict() == case["owed"]
    if "months" in case:
        differences = found["differences"]
        months = differences.loc[differences["case"] == place, "months"].tolist()
        assert months == [int(case["months"])] if case["months"] != "null" else pd.isna(months).all()


def test_every_state_and_kind_has_a_case(found: Found) -> None:
    assert set(found["reconciled"]["state"]) == set(codes.RECONCILED)
    assert set(found["differences"]["kind"]) == set(codes.REGISTRY_DIFFERENCE)
    assert set(found["holders"]["kind"]) == set(codes.HOLDER)
    assert set(found["visits"]["kind"]) == set(codes.VISIT)
    assert set(found["obligations"]["state"]) == set(codes.OBLIGATION)


def test_a_visit_says_where_to_find_the_row(found: Found) -> None:
    rows = found["visits"].set_index("kind")
    assert rows["source"].to_dict() == {"lives_here": "population", "hukou_only": "residents"}
    assert rows["region"].to_dict() == {"lives_here": "640106", "hukou_only": "640104"}
    assert rows["record_id"].str.contains(rows["source"].iloc[0]).any() and set(rows["action"]) == {
        "home_visit"
    }


def test_a_county_is_where_one_lives_else_has_hukou_else_is_enrolled(found: Found) -> None:
    rows = found["differences"].set_index("case")["county"]
    by_name = {case["name"]: rows.get(place) for place, case in enumerate(CASES)}
    assert by_name["登记的是旧住址"] == "640106"
    assert by_name["户籍已迁出，登记库未改"] == "640104"
    assert by_name["只在登记库，已死亡"] == "640104"
    assert by_name["在保未登记"] == "640104"
    assert pd.isna(by_name["只在登记库，从未参保"])


def balanced(found: Found) -> None:
    """Persons of the union once by state, and once by state for each cover; kinds follow from the state."""
    held = found["held"]
    either = held[held["registry"] | held["production"]]
    rows = found["reconciled"]
    assert sorted(rows["person"]) == sorted(either["person"])
    both = held[held["registry"] & held["production"]]["person"]
    assert set(rows.loc[rows["state"].isin(["agrees", "differs"]), "person"]) == set(both)
    covers = found["obligations"].groupby("cover")["person"].agg(sorted)
    assert covers.to_dict() == {cover: sorted(either["person"]) for cover in codes.COVERS}
    differences = found["differences"]
    assert not differences.duplicated(["person", "kind"]).any()
    apart = set(rows.loc[rows["state"] != "agrees", "person"])
    dead = set(held.loc[held["dead"] & ~held["registry"], "person"])
    assert set(differences["person"]) == apart - dead
    if "visits" not in found:
        return
    home = held[(held["residents"] | held["population"]) & ~held["dead"]]
    alone = home[~home[list(codes.SOCIAL)].any(axis=1)]
    assert sorted(found["visits"]["person"]) == sorted(alone["person"])


def test_what_the_cases_give_balances(found: Found) -> None:
    balanced(found)


def shapes(found: Found) -> dict[str, Counter[tuple[object, ...]]]:
    """What is found by case, without the numbers that persons get in one run."""
    columns = {
        "reconciled": ["case", "state", "record_id", "verified", "county"],
        "differences": ["case", "kind", "months", "county", "action"],
        "obligations": ["case", "cover", "state"],
        "holders": ["case", "kind", "record_id", "region"],
        "visits": ["case", "kind", "record_id", "region"],
    }
    return {
        name: Counter(map(tuple, found[name][own].astype(str).to_numpy().tolist()))
        for name, own in columns.items()
    }


def test_the_order_of_rows_and_tables_decides_nothing(found: Found, source: Source, number: Number) -> None:
    written = {name: random.Random(7).sample(rows, len(rows)) for name, rows in tables(CASES, number).items()}
    turned = judged(facts(source({name: written[name] for name in sorted(written, reverse=True)})))
    assert shapes(turned) == shapes(found)


def test_without_cards_filings_and_national_library_the_rest_is_told(source: Source, number: Number) -> None:
    kept = ("registry", "enrolments")
    told = {name: rows for name, rows in tables(CASES, number).items() if name in kept}
    found = judged(facts(source(told)))
    balanced(found)
    assert found["holders"].empty
    assert "enrolled_elsewhere" not in set(found["differences"]["kind"])
