"""Rows of findings as they are stored: under case numbers in place of persons."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qmcb.enrolment.facts import Facts
from qmcb.linkage.people import People
from qmcb.periods import Period
from qmcb.reports import mask, shown
from qmcb.reports.suppress import Numbers
from qmcb.sources.book import Book
from qmcb.studies.cuts import Hidden


def cases(people: People, period: Period, rows: ir.Table, prefix: str, key: bytes) -> pa.Table:
    """The rows with `case` and `whose` for the person, and an age band for the birth date.

    Who has no number, or shares one with another name, is told apart by how he or she is written.
    A pair of records is one case whichever of them stands first in the files. The person, birth date and
    employer are left out.
    """
    told = whose(people, rows).to_pyarrow()
    about = [told[name] for name in ("whose", "kind", "cover", "insurance") if name in told.column_names]
    keys = pc.binary_join_element_wise(*about, *_unordered(told), "|")
    persons = mask.case_numbers(told["whose"].combine_chunks(), key=key, prefix=f"{prefix}R")
    told = told.drop_columns(["whose"]).add_column(0, "whose", persons)
    told = told.add_column(0, "case", mask.case_numbers(keys.combine_chunks(), key=key, prefix=prefix))
    if "birth_date" in told.column_names:
        told = told.append_column("age_band", mask.age_band(told["birth_date"], period.last_day))
    kept = [name for name in told.column_names if name not in ("person", "birth_date", "employer_id")]
    return told.select(kept).sort_by(
        [(name, "ascending") for name in ("case", "first_month") if name in kept]
    )


def whose(people: People, rows: ir.Table) -> ir.Table:
    """The rows with `whose`: a text for each person, the number or, where it tells several, the writing."""
    identities = people.identities
    written = identities.group_by("person").agg(written=identities.who.min().cast("string"))
    persons = people.persons.join(written, "person")
    shared = persons.person.count().over(group_by=persons.number) > 1
    by_number = ibis.ifelse(shared, persons.number + " " + persons.written, persons.number)
    own = persons.select("person", whose=ibis.coalesce(by_number, persons.written))
    return rows.join(own, "person")


def save_inputs(book: Book, place: Path) -> None:
    """Write what was read and what was kept apart, as every run has it: inputs and quarantine."""
    pq.write_table(pa.Table.from_pylist([asdict(file) for file in book.files]), place / "inputs.parquet")
    quarantine = book.quarantine.order_by("table", "line").to_pyarrow()
    pq.write_table(quarantine, place / "quarantine.parquet")


def save_shown(facts: Facts, place: Path, told: Mapping[str, tuple[Numbers, Hidden]]) -> None:
    """Write what the page shows of its counts by question, to hold it against pages of other regions."""
    shown.save(place, _region(facts), str(facts.period), told)


def _region(facts: Facts) -> str:
    """The county, city or province in which all residents have their hukou."""
    counties = []
    if "residents" in facts.book:
        told = facts.residents.hukou_region.name("region").as_table().distinct().to_pyarrow()["region"]
        counties = sorted(told.drop_null().to_pylist())
    shared = [{code[:digits] for code in counties} for digits in (6, 4)]
    return next((codes.pop() for codes in shared if len(codes) == 1), facts.province)


def _unordered(told: pa.Table) -> tuple[pa.ChunkedArray, ...]:
    """The records of each pair, the lesser first; none where rows are not pairs."""
    if "record_id_b" not in told.column_names:
        return ()
    sides = [
        pc.binary_join_element_wise(*(told[name] for name in (f"source_{side}", f"record_id_{side}")), " ")
        if f"source_{side}" in told.column_names
        else told[f"record_id_{side}"]
        for side in "ab"
    ]
    return pc.min_element_wise(*sides), pc.max_element_wise(*sides)
