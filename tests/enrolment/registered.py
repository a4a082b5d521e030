"""The readable cases of cases/registry.yaml and cases/golden.yaml as one source: a person a case."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from qmcb import policy
from qmcb.enrolment.facts import Facts
from qmcb.linkage.people import people
from qmcb.periods import Period
from qmcb.sources import book as books
from qmcb.tables import CONTRACTS

Case = Mapping[str, Any]
Row = dict[str, Any]
Tables = dict[str, list[Row]]

_CASES = Path(__file__).parent / "cases"
_FAMILY_NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_HOME = {"hukou_region": "640104", "residence_region": "640104"}
_ALWAYS = {
    "residents": {"alive": "1"},
    "cards": {"region": "640104"},
    "enrolments": {"status": "1"},
    "enrolments_elsewhere": {"status": "1"},
    "medical_filings": {"region": "640104"},
}


def cases(name: str) -> list[Case]:
    """The cases of one file of tests/enrolment/cases."""
    told: list[Case] = yaml.load((_CASES / f"{name}.yaml").read_text("utf-8"), yaml.BaseLoader)
    return told


def name(place: int) -> str:
    return _FAMILY_NAMES[place % 30] + chr(0x5200 + 37 * place) + chr(0x6700 + 53 * place)


def tables(told: list[Case], number: Callable[..., str]) -> Tables:
    """Every row of the cases by table, record numbers telling case and row."""
    written: defaultdict[str, list[Row]] = defaultdict(list)
    for place, case in enumerate(told):
        born = case.get("born", "1980-01-01")
        own = {"id_number": number(place + 1, born.replace("-", "")), "name": name(place), "birth_date": born}
        for table in sorted(CONTRACTS.keys() & case.keys()):
            for at, row in enumerate(_rows(table, case[table])):
                told_name = {"name": own["name"][:-1] + "华"} if row.pop("other_name", "") else {}
                record = {"record_id": f"{place:03}-{table}-{at}"}
                known = {column: value for column, value in (own | told_name | row).items() if value != ""}
                columns = {n: v for n, v in known.items() if n in CONTRACTS[table].names}
                written[table].append(record | columns)
    return dict(written)


def _rows(table: str, rows: list[Any]) -> Iterator[Row]:
    for row in rows:
        yield _ALWAYS.get(table, {}) | (_of_words(table, row) if isinstance(row, str) else _of_mapping(row))


def _of_mapping(row: Mapping[str, Any]) -> Row:
    return (_HOME if "HOME" in row else {}) | {
        column: value for column, value in row.items() if column != "HOME"
    }


def _of_words(table: str, words: str) -> Row:
    if words == "HOME":
        return dict(_HOME)
    first, *more = words.split()
    if table == "medical_filings":
        start, end = first.split("..")
        return {"filed_on": start, "ends_on": end, "filed_region": more[0]}
    region, months, *employer = more
    start, end = ("", "") if months == "never" else months.split("..")
    spell = {"insurance": first, "region": region, "first_month": start, "last_month": end}
    return spell | ({"employer_id": employer[0]} if employer else {})


def facts(folder: Path) -> Facts:
    """What a source says up to 2024-06."""
    book = books.read(folder)
    return Facts(book, people(book), policy.load(), "64", Period(2024, 6))


def places(told: Facts) -> dict[int, int]:
    """Case by person: whoever has the right number of a case."""
    rows = told.people.persons.filter(told.people.persons.number.notnull())
    found = rows.select("person", place=rows.number.substr(14, 3).cast("int64") - 1).to_pandas()
    return dict(zip(found["person"], found["place"], strict=True))
