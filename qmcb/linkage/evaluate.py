"""How right the linkage is, where a source comes with its truth (`truth/records.parquet`)."""

from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from qmcb.linkage.people import People, who
from qmcb.sources.book import Book
from qmcb.tables import CONTRACTS, together

# Which records are held against which: label, tables on the left, tables on the right (None: all).
_SETS: tuple[tuple[str, tuple[str, ...], tuple[str, ...] | None], ...] = (
    ("本省参保 × 外省参保", ("enrolments",), ("enrolments_elsewhere",)),
    ("户籍人口 × 其他各表", ("residents",), None),
)


def truth(book: Book, name: str) -> ir.Table:
    """A table of the source's truth folder; see the sample's README for its columns."""
    return book.con.read_parquet(Path(book.folder) / "truth" / f"{name}.parquet")


def has_truth(book: Book) -> bool:
    return (Path(book.folder) / "truth" / "records.parquet").is_file()


def judged(book: Book, people: People) -> ir.Table:
    """One row a way of writing somebody down in a table: table, who, person (found), true_person."""
    known = people.identities.select("who", "person")
    told = truth(book, "records").rename(true_person="person")
    rows = [
        book[name].select("record_id", table=ibis.literal(name), who=who(book[name]))
        for name in book.tables
        if CONTRACTS[name].of_people
    ]
    return (
        together(rows)
        .join(told, ["table", "record_id"])
        .join(known, "who")
        .select("table", "who", "person", "true_person")
        .distinct()
    )


def pairs(book: Book, people: People) -> pd.DataFrame:
    """Linked pairs of records against the truth.

    One row a set of tables: set, true (pairs of records of one person), found (linked pairs),
    right (both), precision, recall.
    """
    rows = judged(book, people)
    return pd.DataFrame([_compare(rows, *tables) for tables in _SETS])


def _compare(
    rows: ir.Table, label: str, left: tuple[str, ...], right: tuple[str, ...] | None
) -> dict[str, object]:
    on_left = rows.table.isin(left)
    on_right = rows.table.isin(right) if right else ~on_left
    counted = rows.mutate(one=on_left.cast("int64"), other=on_right.cast("int64"))

    def pairs_by(*keys: str) -> int:
        sums = counted.group_by(list(keys)).agg(one=counted.one.sum(), other=counted.other.sum())
        return int((sums.one * sums.other).sum().to_pyarrow().as_py() or 0)

    true, found, right_pairs = pairs_by("true_person"), pairs_by("person"), pairs_by("person", "true_person")
    return {
        "set": label,
        "true": true,
        "found": found,
        "right": right_pairs,
        "precision": right_pairs / found if found else 1.0,
        "recall": right_pairs / true if true else 1.0,
    }


def rightly_linked(rows: ir.Table) -> ir.Table:
    """True persons all of whose records were linked together and to nobody else's: person, true_person."""
    by_truth = rows.group_by("true_person").agg(keys=rows.person.nunique())
    by_key = rows.group_by("person").agg(truths=rows.true_person.nunique())
    whole = (
        rows.join(by_truth, "true_person").join(by_key, "person").filter(ibis._.keys == 1, ibis._.truths == 1)
    )
    return whole.select("person", "true_person").distinct()
