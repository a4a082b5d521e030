"""Rows of findings as they are stored: under case numbers in place of persons."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.linkage.people import People
from qmcb.periods import Period
from qmcb.reports import mask


def cases(people: People, period: Period, rows: ir.Table, prefix: str, key: bytes) -> pa.Table:
    """The rows with `case` and `whose` for the person, and an age band for the birth date.

    Who has no number, or shares one with another name, is told apart by how he or she is written.
    A pair of records is one case whichever of them stands first in the files. The person, birth date and
    employer are left out.
    """
    identities = people.identities
    written = identities.group_by("person").agg(written=identities.who.min().cast("string"))
    persons = people.persons.join(written, "person")
    shared = persons.person.count().over(group_by=persons.number) > 1
    by_number = ibis.ifelse(shared, persons.number + " " + persons.written, persons.number)
    own = persons.select("person", whose=ibis.coalesce(by_number, persons.written))
    told = rows.join(own, "person").to_pyarrow()
    about = [told[name] for name in ("whose", "kind", "cover", "insurance") if name in told.column_names]
    keys = pc.binary_join_element_wise(*about, *_unordered(told), "|")
    whose = mask.case_numbers(told["whose"].combine_chunks(), key=key, prefix=f"{prefix}R")
    told = told.drop_columns(["whose"]).add_column(0, "whose", whose)
    told = told.add_column(0, "case", mask.case_numbers(keys.combine_chunks(), key=key, prefix=prefix))
    if "birth_date" in told.column_names:
        told = told.append_column("age_band", mask.age_band(told["birth_date"], period.last_day))
    kept = [name for name in told.column_names if name not in ("person", "birth_date", "employer_id")]
    return told.select(kept).sort_by(
        [(name, "ascending") for name in ("case", "first_month") if name in kept]
    )


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
