"""The golden record: readable cases, the choice against one written plainly, and one number a person."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registered import Case, cases, facts, name, tables

from qmcb import codes
from qmcb.enrolment import databases, golden, one_number
from qmcb.enrolment.facts import Facts
from qmcb.policy import Order

Source = Callable[[Mapping[str, Any]], Path]
Number = Callable[..., str]
CASES = cases("golden")
TOLD = {"residents", "registry", "population", "cards", "enrolments"}
CLAIM = {"person": "int64", "source": "string", "value": "string", "alike": "string", "day": "date"}
pytestmark = pytest.mark.usefixtures("few_random_pairs")


@pytest.fixture(scope="module")
def town(source: Source, number: Number) -> Iterator[Facts]:
    told = facts(source(tables(CASES, number)))
    yield told
    told.book.close()


def records(told: Facts) -> pd.DataFrame:
    """The golden records with the case of each, which the names tell."""
    rows: pd.DataFrame = golden.golden(told, told.kept("held", databases.held(told))).to_pandas()
    named = {name(place)[:-1]: place for place in range(len(CASES))}
    return rows.assign(case=rows["name"].str[:-1].map(named)).drop(columns="person")


@pytest.fixture(scope="module")
def found(town: Facts) -> pd.DataFrame:
    return records(town)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(found: pd.DataFrame, case: Case) -> None:
    place = CASES.index(case)
    (row,) = found[found["case"] == place].to_dict("records")
    for field, words in case["golden"].items():
        value, *more = words.replace("OWN", name(place)).split()
        if value == "-":
            assert pd.isna(row[field]) and pd.isna(row[f"{field}_from"])
            assert row[f"{field}_agreement"] == "none"
        else:
            held = str(row[field])[: len(value)]
            assert [held, *(row[f"{field}_{what}"] for what in ("from", "agreement")[: len(more)])] == [
                value,
                *more,
            ]


def test_one_row_a_person_and_a_number_once(found: pd.DataFrame) -> None:
    assert found["case"].tolist() != [] and not found["case"].duplicated().any()
    assert len(found) == len(CASES) and found["id_number"].dropna().is_unique
    assert found.loc[found["id_number"].isna(), "why"].tolist() == ["none"]


def test_the_order_of_rows_and_tables_decides_nothing(
    found: pd.DataFrame, source: Source, number: Number
) -> None:
    written = {
        table: random.Random(3).sample(rows, len(rows)) for table, rows in tables(CASES, number).items()
    }
    turned = facts(source({table: written[table] for table in sorted(written, reverse=True)}))
    again = records(turned)
    turned.book.close()
    order = found.sort_values("case", ignore_index=True)
    pd.testing.assert_frame_equal(again.sort_values("case", ignore_index=True), order)


def test_the_dead_and_those_of_other_provinces_have_none(source: Source, number: Number) -> None:
    own = [{"id_number": number(at), "name": name(at)} for at in range(3)]
    spell = {"insurance": "110", "first_month": "2020-01", "status": "1"}
    told = facts(
        source(
            {
                "enrolments": [own[0] | spell | {"region": "640104"}],
                "enrolments_elsewhere": [own[1] | spell | {"region": "330106"}],
                "residents": [own[2] | {"hukou_region": "640104", "alive": "0"}],
            }
        )
    )
    assert records(told)["id_number"].tolist() == [number(0)]
    told.book.close()


# The choice, against one written plainly

days = st.none() | st.sampled_from([date(2020, 1, 1), date(2020, 1, 2)])
claims = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.integers(0, 1),
            "source": st.sampled_from(["residents", "registry", "payroll"]),
            "value": st.none() | st.sampled_from("abcA"),
            "day": days,
            "rows": st.integers(1, 3),
        }
    ),
    min_size=1,
    max_size=14,
)
orders = st.builds(Order, st.permutations(["residents", "registry"]).map(tuple), newest=st.booleans())


def plainly(rows: list[dict[str, Any]], order: Order) -> dict[int, tuple[str, str, str]]:
    """Value, source and agreement by person, as the rule says it."""
    told = {}
    for person in {row["person"] for row in rows}:
        merged: dict[tuple[str, str], tuple[date, int]] = {}
        for row in rows:
            if row["person"] == person and row["value"] and row["source"] in order.sources:
                key = row["source"], row["value"]
                day, count = merged.get(key, (date.min, 0))
                merged[key] = max(day, row["day"] or date.min), count + row["rows"]
        if merged:

            def rank(key: tuple[str, str], merged: Any = merged) -> tuple[Any, ...]:
                (day, count), place = merged[key], order.sources.index(key[0])
                age = -day.toordinal()
                first = (age, place) if order.newest else (place, age)
                return (*first, -count, key[1])

            source, value = min(merged, key=rank)
            differ = len({value.lower() for _, value in merged}) > 1
            several = len({source for source, _ in merged}) > 1
            told[person] = value, source, "differ" if differ else "agree" if several else "alone"
    return told


@pytest.fixture(scope="module")
def con() -> Iterator[Any]:
    con = ibis.duckdb.connect()
    yield con
    con.disconnect()


@settings(max_examples=50)
@given(rows=claims, order=orders, turned=st.randoms(use_true_random=False))
def test_the_choice_is_the_one_that_the_rule_tells(con: Any, rows: Any, order: Order, turned: Any) -> None:
    turned.shuffle(rows)
    alike = [row | {"alike": row["value"] and row["value"].lower()} for row in rows]
    table = ibis.memtable(pd.DataFrame(alike, dtype=object), schema=CLAIM | {"rows": "int64"})
    chosen = con.to_pyarrow(golden._chosen(table, order, "f")).to_pylist()
    found = {row["person"]: (row["f"], row["f_from"], row["f_agreement"]) for row in chosen}
    assert found == plainly(rows, order)


# One number a person

WRITTEN = {"person": "int64", "source": "string", "number": "string", "by_number": "boolean"}


def proposed(town: Facts, rows: list[tuple[int, str, str, bool]], review: list[int]) -> dict[int, Any]:
    doubtful = pd.DataFrame({"who": 0, "person": review, "candidate": 9, "probability": 0.5})
    schema = {"who": "int64", "person": "int64", "candidate": "int64", "probability": "float64"}
    told = replace(town, people=replace(town.people, doubtful=ibis.memtable(doubtful, schema=schema)))
    written = ibis.memtable(pd.DataFrame(rows, columns=list(WRITTEN)), schema=WRITTEN)
    persons = ibis.memtable({"person": sorted({row[0] for row in rows} | set(review))})
    found = town.book.con.to_pyarrow(one_number.numbers(told, written, persons)).to_pylist()
    return {row["person"]: (row["id_number"], row["source"], row["why"]) for row in found}


def test_every_way_to_propose_a_number(town: Facts) -> None:
    a, b, c, d, e, f, eaten = (f"{letter}17" for letter in "abcdefg")
    eaten += "000"
    rows = [
        (1, "residents", a, True), (1, "cards", a, True),
        (2, "residents", b, True), (2, "registry", a, False),
        (3, "residents", c, True), (3, "cards", d, False),
        (4, "registry", e, True), (4, "cards", f, False),
        (5, "cards", a, False),
        (6, "registry", eaten, True),
        (7, "registry", f, False),
    ]  # fmt: skip
    found = proposed(town, rows, review=[7, 8])
    assert found == {
        1: (a, "residents", "only"),
        2: (b, "residents", "own"),
        3: (c, "residents", "public_security"),
        4: (e, "registry", "two_numbers"),
        5: (None, None, "shared"),
        6: (None, None, "none"),
        7: (None, None, "review"),
        8: (None, None, "review"),
    }
    assert {why for _, _, why in found.values()} == set(codes.NUMBER_WHY)


@settings(max_examples=15)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(sorted(TOLD)), st.integers(0, 5)),
        min_size=1,
        max_size=12,
    ),
    turned=st.randoms(use_true_random=False),
)
def test_a_number_is_proposed_to_one_person_whatever_the_order(town: Facts, rows: Any, turned: Any) -> None:
    """As linkage does it, a number's own person is one of those who write it."""
    owner = {number: min(p for p, _, n in rows if n == number) for _, _, number in rows}
    taken: dict[int, int] = {}
    for number, person in sorted(owner.items()):
        taken.setdefault(person, number)
    written = [(p, s, f"n{n}", taken.get(p) == n) for p, s, n in rows]
    one = proposed(town, written, [])
    turned.shuffle(written)
    assert proposed(town, written, []) == one
    given_out = [number for number, _, _ in one.values() if number]
    assert len(set(given_out)) == len(given_out)
