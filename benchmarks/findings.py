"""Duplicates, benefits in doubt and missing people of a whole province, after linkage, on growing samples.

`python -m benchmarks.findings [--sizes N ...] [--data FOLDER]`. Linkage is left out: each record has the
person that the truth of the sample gives it, so that the findings alone are on the clock. Memory is that
of the whole process, reading included.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import ibis
import ibis.expr.types as ir

from benchmarks.measure import run
from qmcb import policy
from qmcb.linkage import evaluate
from qmcb.linkage.links import Links
from qmcb.linkage.people import People, who
from qmcb.periods import Period
from qmcb.sources import book as books
from qmcb.sources.book import Book
from qmcb.studies.cross_province import CrossProvince
from qmcb.tables import CONTRACTS, together

SIZES = (1_000_000, 7_200_000)
MEASURE = "import sys, pathlib, benchmarks.findings as b; b.measure(pathlib.Path(sys.argv[1]))"
FINDINGS: tuple[tuple[str, Callable[[CrossProvince], ir.Table]], ...] = (
    ("spells of persons", lambda study: study.facts.enrolled),
    ("spells that overlap", lambda study: study.overlaps),
    ("duplicates", lambda study: study.duplicates),
    ("benefits", lambda study: study.benefits),
    ("standing", lambda study: study.standing),
    ("missing", lambda study: study.missing),
    ("doubts", lambda study: study.doubts),
)


def true_people(book: Book) -> People:
    """The people of a sample as its truth has them; of two who are written alike the first."""
    con, told = book.con, evaluate.truth(book, "people")
    records = evaluate.truth(book, "records")
    rows = []
    for name in (name for name in book.tables if CONTRACTS[name].of_people):
        known = records.filter(records.table == name).select("record_id", "person")
        written = book[name].select("record_id", "id_number", who=who(book[name])).join(known, "record_id")
        numbers = written.join(told.select("person", own="id_number"), "person")
        rows.append(
            numbers.select("who", "person", by_number=(numbers.id_number == numbers.own).fill_null(False))
        )
    everyone = together(rows)
    identities = everyone.group_by("who").agg(
        person=everyone.person.min(), by_number=everyone.by_number.any()
    )
    persons = told.select("person", "birth_date", "sex", number="id_number", resident=told.kind == "resident")
    doubtful = ibis.memtable(
        [], schema={"who": "int64", "person": "int64", "candidate": "int64", "probability": "float64"}
    )
    return People(
        persons=con.create_table("persons", persons),
        identities=con.create_table("identities", identities),
        profiles=doubtful,  # none of the findings asks for it
        doubtful=con.create_table("doubtful", doubtful),
        links=cast(Links, None),
        lines=(),
    )


def measure(folder: Path) -> None:
    """Print what each finding took, in the order in which they are made."""
    with Stopwatch("read"):
        book = books.read(folder)
    with book:
        with Stopwatch("persons by truth"):
            people = true_people(book)
        study = CrossProvince(book, people, policy.load(), "64", Period(2024, 6))
        with Stopwatch("all findings"):
            for name, find in FINDINGS:
                with Stopwatch(name) as watch:
                    watch.rows = find(study).count().to_pyarrow().as_py()


class Stopwatch:
    """Prints what a block of work took."""

    def __init__(self, name: str) -> None:
        self.name, self.rows = name, 0

    def __enter__(self) -> "Stopwatch":
        self.start = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        wall, cpu = time.perf_counter() - self.start[0], time.process_time() - self.start[1]
        rows = f"{self.rows:>12,} rows" if self.rows else ""
        print(f"  {self.name:<20} {wall:7.1f} s wall {cpu:7.1f} s cpu {rows}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument("--data", type=Path, help="where the samples are kept and used again")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for people in asked.sizes:
            place = (asked.data or Path(scratch)) / str(people)
            if not place.exists():
                run([sys.executable, "-m", "qmcb.cli", "sample", str(place), "--people", str(people)])
            print(f"{people:,} residents", flush=True)
            print(f"  {run([sys.executable, '-c', MEASURE, str(place)], loud=True)}", flush=True)


if __name__ == "__main__":
    main()
