"""One person, one key: every record of every table of people, linked to the person it speaks of."""

from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from qmcb import balance
from qmcb.linkage import spec, written
from qmcb.linkage.link import link
from qmcb.linkage.links import CERTAIN, Links
from qmcb.linkage.spec import Thresholds
from qmcb.sources.book import Book
from qmcb.tables import CONTRACTS, together

# Whose word on a number and name counts first: public security, then those who check papers.
AUTHORITY = ("residents", "population", "registry", "enrolments", "cards", "students", "benefits")

_DECIDED = {
    "who": "int64",
    "person": "int64",
    "probability": "float64",
    "decision": "string",
    "basis": "string",
}
_DOUBTFUL = {"who": "int64", "person": "int64", "candidate": "int64", "probability": "float64"}


@dataclass(frozen=True)
class People:
    """The people of a source.

    `persons`: person (int64), number, birth_date, sex, resident (in the residents table).
    `identities`: who (see `who`), person, probability, decision, basis, by_number (the number
    written down is the person's own): one row for each way in which somebody is written down.
    `profiles`: each way in which somebody is written down: who, the columns of `written.FIELDS` as sent,
    number (18 characters, null where none is certain) and plain (the folded name).
    `doubtful`: who, person (as it stands), candidate (the person it may be), probability.
    """

    persons: ir.Table
    identities: ir.Table
    profiles: ir.Table
    doubtful: ir.Table
    links: Links
    lines: tuple[balance.Line, ...]

    def attach(self, table: ir.Table, persons: ir.Table | None = None) -> ir.Table:
        """The table with `person` and `by_number` in place of the columns that identify one.

        `persons`: only the rows of these.
        """
        known = self.identities.select("who", "person", "by_number")
        if persons is not None:
            known = known.semi_join(persons, "person")
        marked = table.mutate(who=who(table))
        joined = marked.join(known, "who")
        return joined.drop("who", *(field for field in written.FIELDS if field in table.columns))


def who(table: ir.Table) -> ir.IntegerValue:
    """One number for one way of writing somebody down: equal where all identifying columns are."""
    return ibis.struct({field: _field(table, field) for field in written.FIELDS}).hash()


def _field(table: ir.Table, field: str) -> ir.Value:
    kind = "date" if field == "birth_date" else "string"
    return table[field] if field in table.columns else ibis.null(kind)


def people(book: Book, thresholds: Thresholds | None = None) -> People:
    """Link all tables of people in the book; the result lives in the book's connection."""
    con = book.con
    profiles = con.create_table("profiles", written.derive(written.clean(_profiles(book).to_pyarrow())))
    anchors = con.create_table("anchors", _anchors(profiles))
    asked = replace(
        spec.load(), record_id="id", assignment="many_to_one", thresholds=thresholds or Thresholds()
    )
    found = link(_side(profiles, "who"), _side(anchors, "person"), asked)
    links = found.links.to_pandas().astype({"decision": object, "basis": object})
    accepted = links[links["decision"] == "accept"]
    known = accepted.rename(columns={"left_id": "who", "right_id": "person"})
    alone = _alone(profiles, known, anchors)
    identities = con.create_table("identities", _identities(profiles, anchors, pd.concat([known, alone])))
    review = links[links["decision"] == "review"]
    doubtful = con.create_table("doubtful", _doubtful(review, alone), schema=_DOUBTFUL)
    persons = con.create_table("persons", _persons(profiles, identities))
    line = balance.Line(
        "身份记录（去重）",
        int(profiles.count().to_pyarrow().as_py()),
        (
            ("号码姓名一致", int((known["basis"] == CERTAIN).sum())),
            ("比对认定", int((known["basis"] != CERTAIN).sum())),
            ("待复核", len(review)),
            ("未匹配，单独计为一人", len(alone) - len(review)),
        ),
    )
    return People(persons, identities, profiles, doubtful, found, (line,))


def _side(table: ir.Table, key: str) -> pa.Table:
    """The records of a table for linking, by their key."""
    return table.select(*written.FIELDS, id=table[key]).order_by("id").to_pyarrow()


def _profiles(book: Book) -> ir.Table:
    """Each way of writing somebody down: who, the identifying columns, authority and rows."""
    tables = [book[name] for name in book.tables if CONTRACTS[name].of_people]
    ranks = [_rank(name) for name in book.tables if CONTRACTS[name].of_people]
    each = [
        table.select(
            who=who(table), authority=ibis.literal(rank), **{f: _field(table, f) for f in written.FIELDS}
        )
        for table, rank in zip(tables, ranks, strict=True)
    ]
    rows = together(each)
    grouped = rows.group_by("who", *written.FIELDS).agg(authority=rows.authority.min(), rows=rows.count())
    return grouped.order_by("who")


def _rank(name: str) -> int:
    return AUTHORITY.index(name) if name in AUTHORITY else len(AUTHORITY)


def _anchors(profiles: ir.Table) -> ir.Table:
    """One record for each valid number that has a name: as its first authority writes it.

    Gaps are filled from records under the same name only: another's phone would speak for the other.

    Of the numbers that a spreadsheet has ended with 000, one in eleven has a right check character
    by chance; such a number counts only where public security has it.
    """
    eaten = profiles.number.endswith("000") & (profiles.authority > 0)
    valid = profiles.filter(profiles.number.notnull(), ~eaten)
    fields = [name for name in valid.columns if name not in ("number", "who", "rows")]
    order = [valid.authority, valid.rows.desc(), valid.plain, valid.who]
    owner = valid.plain.first(where=valid.plain.notnull(), order_by=order)
    rows = valid.semi_join(valid.group_by("number").agg(plain=owner), ["number", "plain"])
    ranks = [rows.authority, rows.rows.desc(), rows.who]
    firsts = {name: rows[name].first(where=rows[name].notnull(), order_by=ranks) for name in fields}
    anchors = rows.group_by("number").agg(**firsts)
    return anchors.mutate(person=ibis.row_number().over(order_by=anchors.number))


def _alone(profiles: ir.Table, known: pd.DataFrame, anchors: ir.Table) -> pd.DataFrame:
    """The records that were linked to nobody, each a person; equal number, name and birth date are one."""
    rest = profiles.anti_join(ibis.memtable(known[["who"]]), "who")
    rest = (
        rest.select("who", "digits", "plain", "birth").order_by("digits", "plain", "birth", "who").to_pandas()
    )
    telling = rest[["plain", "birth"]].notna().all(axis=1) | rest[["plain", "digits"]].notna().all(axis=1)
    key = rest["digits"].fillna("") + "|" + rest["plain"].fillna("") + "|" + rest["birth"].fillna("")
    key = key.where(telling, rest["who"].astype(str))
    first = int(anchors.count().to_pyarrow().as_py())
    return pd.DataFrame(
        {
            "who": rest["who"].astype("int64"),
            "person": first + pd.factorize(key)[0].astype("int64"),
            "probability": 1.0,
            "decision": "accept",
            "basis": "alone",
        }
    )


def _identities(profiles: ir.Table, anchors: ir.Table, decided: pd.DataFrame) -> ir.Table:
    """The decisions with by_number: whether the number written down is the person's own."""
    numbers = anchors.select("person", own="number")
    rows = ibis.memtable(decided, schema=_DECIDED).join(profiles.select("who", "number"), "who")
    rows = rows.left_join(numbers, "person")
    return rows.select(*_DECIDED, by_number=(rows.number == rows.own).fill_null(False))


def _doubtful(review: pd.DataFrame, alone: pd.DataFrame) -> pd.DataFrame:
    named = review.rename(columns={"left_id": "who", "right_id": "candidate"})
    return named.merge(alone[["who", "person"]], on="who")[list(_DOUBTFUL)]


def _persons(profiles: ir.Table, identities: ir.Table) -> ir.Table:
    """One row a person: number, birth date and sex by the first authority that gives them."""
    rows = profiles.join(identities.select("who", "person"), "who")
    order = [rows.authority, rows.rows.desc(), rows.who]
    best = {
        name: rows[name].first(where=rows[name].notnull(), order_by=order)
        for name in ("number", "plain", "birth", "sex")
    }
    people = rows.group_by("person").agg(**best, resident=(rows.authority == 0).any())
    born = ibis.coalesce(people.number.substr(6, 8), people.birth)
    born = born.substr(0, 4) + "-" + born.substr(4, 2) + "-" + born.substr(6, 2)
    return people.mutate(birth_date=born.try_cast("date")).drop("birth")
