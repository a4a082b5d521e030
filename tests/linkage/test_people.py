"""One person, one key: sources in which everybody is alike, nobody has a number, or nothing is left."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qmcb import balance
from qmcb.linkage import written
from qmcb.linkage.people import People, people, who
from qmcb.sources import book as books
from qmcb.sources.book import Book
from qmcb.tables import CONTRACTS

Rows = list[dict[str, str | None]]
Source = Callable[[Mapping[str, Any]], Path]
Number = Callable[..., str]


pytestmark = pytest.mark.usefixtures("few_random_pairs")


def resident(number: str | None, name: str | None, birth: str | None = None) -> dict[str, str | None]:
    return {"id_number": number, "name": name, "birth_date": birth, "hukou_region": "640104", "alive": "1"}


def enrolment(
    number: str | None, name: str | None, birth: str | None = None, phone: str | None = None
) -> dict[str, str | None]:
    spell = {"insurance": "110", "region": "640104", "first_month": "2020-01", "status": "1"}
    return {"id_number": number, "name": name, "birth_date": birth, "phone": phone} | spell


def identities(found: People) -> pd.DataFrame:
    return found.identities.to_pandas()


def sound(book: Book, found: People) -> None:
    """What holds for whatever source."""
    known = identities(found)
    everybody = {
        key
        for name in book.tables
        if CONTRACTS[name].of_people
        for key in book[name].select(who=who(book[name])).distinct().to_pandas()["who"]
    }
    assert known["who"].is_unique and set(known["who"]) == everybody
    persons = found.persons.to_pandas()
    assert persons["person"].is_unique and set(persons["person"]) == set(known["person"])
    assert (
        known.loc[known["by_number"], "person"].isin(persons.loc[persons["number"].notna(), "person"]).all()
    )
    balance.check(found.lines)
    for name in book.tables:
        if CONTRACTS[name].of_people:
            rows = found.attach(book[name]).to_pandas()
            assert sorted(rows["row"]) == sorted(book[name].to_pandas()["row"])
            assert not set(written.FIELDS) & set(rows.columns)
    assert set(found.links.links["right_id"].to_pylist()) <= set(persons["person"])
    doubtful = found.doubtful.to_pandas()
    assert doubtful["who"].is_unique and doubtful["candidate"].isin(persons["person"]).all()
    assert (doubtful["person"] != doubtful["candidate"]).all()


def made(source: Source, tables: Mapping[str, Rows]) -> pd.DataFrame:
    """The identities of a source, which must be sound."""
    with books.read(source(tables)) as book:
        found = people(book)
        sound(book, found)
        return identities(found)


def test_the_sample(small: Path) -> None:
    with books.read(small) as book:
        sound(book, people(book))


def test_nothing_remains_after_the_certain_stage(source: Source, number: Number) -> None:
    known = made(source, {"residents": [resident(number(i), f"王{chr(0x5000 + 91 * i)}") for i in range(9)]})
    assert known["person"].nunique() == 9


def test_no_valid_number_at_all(source: Source) -> None:
    names = [f"王{chr(0x5000 + 91 * i)}芳" for i in range(5)]
    tables = {
        "residents": [resident(None, name, "1980-01-01") for name in names],
        "enrolments": [enrolment("1234", name) for name in names],
    }
    assert made(source, tables)["person"].nunique() == 10


def test_everybody_has_one_name_and_one_birth_date(source: Source, number: Number) -> None:
    tables = {
        "residents": [resident(number(i), "王伟", "1980-01-01") for i in range(60)],
        "enrolments": [enrolment(None, "王伟", "1980-01-01", f"139{i:08}") for i in range(60)],
    }
    known = made(source, tables)
    assert set(known["basis"]) == {"number:equal name:agrees", "alone"}
    assert known.loc[known["basis"] == "alone", "person"].nunique() == 1


def test_one_row(source: Source, number: Number) -> None:
    assert len(made(source, {"residents": [resident(number(1), "王小明")]})) == 1
    assert len(made(source, {"cards": [{"name": "王小明", "region": "640104"}]})) == 1


def test_a_thousand_copies_are_one_way_of_writing_one_person(source: Source, number: Number) -> None:
    assert len(made(source, {"enrolments": [enrolment(number(1), "王小明")] * 1000})) == 1


def test_a_thousand_ways_of_writing_one_person(source: Source, number: Number) -> None:
    rows = [enrolment(number(1), "王小明", None, f"139{i:08}") for i in range(1000)]
    known = made(source, {"residents": [resident(number(1), "王小明")], "enrolments": rows})
    assert len(known) == 1001 and known["person"].nunique() == 1 and known["by_number"].all()


def test_one_person_twice_in_public_security(source: Source, number: Number) -> None:
    twice = [resident(number(1), "王小明"), resident(number(1), "王小明"), resident(number(1), "王晓明")]
    assert made(source, {"residents": twice})["person"].nunique() == 1


def test_without_a_number_name_and_birth_make_one_person_but_a_name_alone_does_not(source: Source) -> None:
    tables = {
        "residents": [resident(None, "王小明", "1980-01-01"), resident(None, "王小明")],
        "population": [
            {
                "name": "王小明",
                "birth_date": "1980-01-01",
                "residence_region": "640104",
                "phone": "13900000001",
            },
            {"name": "王小明", "residence_region": "640104", "phone": "13900000002"},
        ],
    }
    assert made(source, tables)["person"].nunique() == 3


def test_a_number_without_a_name_is_not_held_against_itself(source: Source, number: Number) -> None:
    folk = [enrolment(number(i), f"王{chr(0x5000 + 91 * i)}", "1980-01-01", f"139{i:08}") for i in range(60)]
    nameless = enrolment(number(60), None, "1980-01-01", "13800000000")
    with books.read(source({"enrolments": [*folk, nameless]})) as book:
        found = people(book)
        sound(book, found)
        assert found.persons.to_pandas()["number"].nunique() == 61


def test_a_number_that_a_spreadsheet_ended_with_zeros_makes_nobody(source: Source, number: Number) -> None:
    eaten = next(found for day in range(1, 29) if (found := number(100, f"198001{day:02}")).endswith("000"))
    known = made(
        source,
        {
            "residents": [resident(number(7), "李国庆")],
            "enrolments": [enrolment(eaten, "王小明"), enrolment(eaten, "王晓明")],
        },
    )
    assert known["person"].nunique() == 3


RIGHT = ("640104198001010013", "64010419800101003X")


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Rows]:
    """Few people, often written alike, often with something missing or wrong."""
    serial = st.sampled_from([None, "12", RIGHT[0][:-1], *RIGHT])
    name = st.sampled_from([None, "王伟", "王玮", "买买提·艾力", "买买提艾力", "李小明", "李晓明"])
    birth = st.sampled_from([None, "1980-01-01", "1980-01-02"])
    phone = st.sampled_from([None, "13900000001", "13900000002"])
    people_here = st.lists(st.builds(resident, serial, name, birth), max_size=6)
    rows = st.lists(st.builds(enrolment, serial, name, birth, phone), min_size=1, max_size=10)
    told = {"residents": draw(people_here), "enrolments": draw(rows)}
    return {table: rows for table, rows in told.items() if rows}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_any_source_is_sound(source: Source, told: dict[str, Rows]) -> None:
    made(source, told)
