"""A town with a few doubts, hand-made: its source, and runs whose doubts a test may change."""

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa

from qmcb.cases import answers, dispatch, doubt, encrypted, store, update
from qmcb.cases.doubt import Run
from qmcb.cases.store import Store
from qmcb.periods import Period
from qmcb.sources import files

KEY = b"a key of more than sixteen bytes"
PASSWORD = "口令 for the offices"
WHO = "tester"
JULY, AUGUST, SEPTEMBER = (datetime(2024, month, 5, 9, 30) for month in (7, 8, 9))
Row = dict[str, Any]
Fill = Mapping[int, str | tuple[str, str]]

# Names that a spreadsheet would take for a formula, and one with a control character.
NAMES = ("=1+1王", "+李四", "-赵六", "@SUM(A1)", "\t钱七", "欧阳\x07修")


def enrolment(record: str, name: str, number: str, region: str) -> Row:
    told = {"record_id": record, "name": name, "id_number": number, "region": region, "insurance": "110"}
    return told | {"first_month": "201001", "status": "1", "employer_id": "E1", "phone": "13900000000"}


def tables(number: Callable[..., str]) -> dict[str, list[Row]]:
    here, elsewhere, residents = [], [], []
    for at, name in enumerate(NAMES):
        own = number(at + 1)
        here.append(enrolment(f"H{at}", name, own, "640104"))
        elsewhere.append(enrolment(f"O{at}", name, own, "440104"))
        told = {"record_id": f"R{at}", "name": name, "id_number": own, "hukou_region": "640105", "alive": "1"}
        residents.append(told)
    return {"enrolments": here, "enrolments_elsewhere": elsewhere, "residents": residents}


def pair(at: int, first: str = "2019-01", last: str = "2024-06", **more: Any) -> Row:
    """A doubt of employee pension paid twice by person `at`."""
    start, end = (date.fromisoformat(f"{month}-01") for month in (first, last))
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    told = {
        "finding": "duplicates", "kind": "employee_pension_twice", "case": f"CF-{at:012}",
        "whose": f"CFR-{at:012}", "source_a": "enrolments", "record_id_a": f"H{at}", "insurance_a": "110",
        "region_a": "640104", "source_b": "enrolments_elsewhere", "record_id_b": f"O{at}",
        "insurance_b": "110", "region_b": "440104", "first_month": start, "last_month": end,
        "months": months, "amount": 1_234_56 * months, "keep": "a", "action": "transfer_then_clear",
        "decides": "receiving_office", "rule": "duplicates/employee_pension_twice/across",
        "effective": date(2010, 9, 26), "office": "640104",
    }  # fmt: skip
    return told | more


def lack(at: int, **more: Any) -> Row:
    """A doubt that resident `at` has no medical cover."""
    told = dict.fromkeys(doubt.SCHEMA.names) | {
        "finding": "missing", "kind": "lapsed", "case": f"LB-{at:012}", "whose": f"LBR-{at:012}",
        "source_a": "residents", "record_id_a": f"R{at}", "insurance_a": "medical", "region_a": "640105",
        "first_month": date(2022, 4, 1), "last_month": date(2024, 6, 1), "months": 27,
        "action": "resume_payment", "decides": "county_office",
        "rule": "missing/standing/lapsed", "effective": date(2017, 1, 1), "office": "640105",
    }  # fmt: skip
    return told | more


def run(rows: Iterable[Row], source: Path, period: str = "2024-06", *, lacking: str = "") -> Run:
    """A run that found these doubts in a source, or in the source without one table."""
    inputs = {path.stem: files.sha256(path) for path in source.glob("*.parquet") if path.stem != lacking}
    table = doubt.checked(pa.Table.from_pylist(list(rows), doubt.SCHEMA))
    return Run(f"sample/{period}", Period.parse(period), "64", inputs, table)


def take(cases: Store, taken: Run, now: datetime = JULY) -> Mapping[str, int]:
    """What happened, without what did not."""
    counts = update.update(cases, taken, who=WHO, now=now).counts
    return {name: count for name, count in counts.items() if count}


def send(cases: Store, source: Path, out: Path, now: datetime = JULY) -> dict[str, Path]:
    """The workbook of each office."""
    out.mkdir(exist_ok=True)
    sent = dispatch.dispatch(cases, source, out, password=PASSWORD, key=KEY, who=WHO, now=now)
    return {path.name.split("-")[0]: path for path in sent.files if path.suffix == ".xlsx"}


def decrypted(path: Path) -> bytes:
    return encrypted.decrypt(path.read_bytes(), PASSWORD, path.name)


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(decrypted(path)))


def save(book: openpyxl.Workbook, path: Path, password: str = PASSWORD) -> Path:
    plain = io.BytesIO()
    book.save(plain)
    path.write_bytes(encrypted.encrypt(plain.getvalue(), password))
    return path


def fill(path: Path, sheet: str, told: Fill) -> Path:
    """Put answers, or answers with the side that is kept, into rows of a workbook."""
    book = opened(path)
    heads = [cell.value for cell in book[sheet][1]]
    for row, given in told.items():
        answer, kept = given if isinstance(given, tuple) else (given, None)
        book[sheet].cell(row, heads.index("答复（请选择）") + 1).value = answer
        if kept:
            book[sheet].cell(row, heads.index("实际保留（请选择）") + 1).value = kept
    return save(book, path.with_name(f"filled-{path.name}"))


def answer(cases: Store, path: Path, now: datetime = AUGUST) -> answers.Imported:
    return answers.take(cases, path, password=PASSWORD, key=KEY, who=WHO, now=now)


def later(doubts: Run, period: str, rows: Iterable[Row]) -> Run:
    table = doubt.checked(pa.Table.from_pylist(list(rows), doubt.SCHEMA))
    return replace(doubts, name=f"sample/{period}", period=Period.parse(period), doubts=table)


def events(cases: Store) -> list[Row]:
    told: list[Row] = cases["events"].order_by("number").to_pyarrow().to_pylist()
    return told


def new_store(path: Path) -> Path:
    store.create(path, "64", KEY)
    return path
