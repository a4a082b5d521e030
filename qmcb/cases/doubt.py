"""Doubts: what a run says of each case, under one contract, read from the run's stored tables."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qmcb import codes
from qmcb.errors import InputError
from qmcb.periods import Period
from qmcb.sources import book

_SIDES = ("source", "record_id", "insurance", "region")
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("finding", "kind", "case", "whose")),
        *((f"{name}_{side}", pa.string()) for side in "ab" for name in _SIDES),
        *((name, pa.date32()) for name in ("first_month", "last_month")),
        *((name, pa.int64()) for name in ("months", "amount")),
        *((name, pa.string()) for name in ("keep", "action", "decides", "rule")),
        ("effective", pa.date32()),
        ("office", pa.string()),
    ]
)
"""One row a case and stretch of months under one rule.

finding (of codes.FINDING), kind (of codes.DUPLICATE, BENEFIT or MISSING), case (its number), whose (a
number for the person), for each side source (table), record_id, insurance (for the missing a cover) and
region, null for a side that is not there; first_month and last_month (first days), months (whole), for
the missing only the first month without cover, where it is known: what lasts is not news; amount (fen at
stake, or null), keep (a, b or null), action, decides, rule (its name), effective, office (the region or
employer that has to act, one a case: that of its latest months).
"""

_CASE_WIDE = ("finding", "whose")
_NEVER_NULL = ("finding", "kind", "case", "whose", "source_a", "record_id_a", "action", "office")
_OFFICE = r"^[0-9A-Z]{2,18}$"
# Beside those in which its records stand, the tables from which a doubt of a kind or finding is made.
_MADE_FROM = {
    "missing": ("residents", "enrolments"),
    "pension_after_death": ("deaths",),
    "unemployment_after_death": ("deaths",),
    "drawn_while_cancelled": ("residents",),
}


@dataclass(frozen=True)
class Run:
    """The doubts of one run, with what they were found in.

    `doubts` is a table of SCHEMA ordered by case; `inputs` gives the SHA-256 of each table's file.
    """

    name: str
    period: Period
    province: str
    inputs: Mapping[str, str]
    doubts: pa.Table


def read_run(folder: Path) -> Run:
    """The doubts that a folder of `qmcb run` holds.

    Raises `InputError` for a folder that is none, whose tables are not those of its manifest, or
    that asked about no doubts.
    """
    plan, reports, hashes = _manifest(folder)
    for report in reports:
        tables = folder / "tables" / report["notebook"]["name"]
        if (tables / "doubts.parquet").is_file():
            break
    else:
        raise InputError("a run with tables of doubts", f"none in {folder}", "run 02_cross_province first")
    found = {file.stem: _table(file, folder, hashes) for file in sorted(tables.glob("*.parquet"))}
    inputs = found["inputs"].select(["table", "sha256"]).to_pylist()
    province = str(report["parameters"]["province"])
    return Run(
        f"{plan}/{folder.resolve().name}",
        Period.parse(report["parameters"]["period"]),
        province,
        book.hashes((row["table"], row["sha256"]) for row in inputs),
        _received(checked(found["doubts"]), province),
    )


def checked(doubts: pa.Table) -> pa.Table:
    """The doubts in the columns and types of SCHEMA, by case; `InputError` where they break it."""
    absent = [name for name in SCHEMA.names if name not in doubts.column_names]
    if absent:
        raise _broken(f"no column {', '.join(absent)}")
    order = [(name, "ascending") for name in ("case", "first_month", "last_month", "rule")]
    table = doubts.select(SCHEMA.names).cast(SCHEMA).sort_by(order)
    nulls = [name for name in _NEVER_NULL if table[name].null_count]
    if nulls:
        raise _broken(f"nulls in {', '.join(nulls)}")
    strange = set(table["finding"].unique().to_pylist()) - codes.FINDING.keys()
    if strange:
        raise _broken(f"finding {', '.join(sorted(strange))}")
    if not pc.all(pc.match_substring_regex(table["office"], _OFFICE), min_count=0).as_py():
        raise _broken("an office that is neither a region nor an employer")
    if len(table.group_by(["case", *_CASE_WIDE]).aggregate([])) > pc.count_distinct(table["case"]).as_py():
        raise _broken("one case with two persons or findings")
    return _steady(_one_office(table))


def _received(table: pa.Table, province: str) -> pa.Table:
    """Another province gets its cases in one, and divides them among its counties itself."""
    office = table["office"]
    elsewhere = pc.and_(pc.equal(pc.utf8_length(office), 6), pc.invert(pc.starts_with(office, province)))
    whole = pc.binary_join_element_wise(pc.utf8_slice_codeunits(office, 0, 2), "0000", "")
    at = SCHEMA.names.index("office")
    return table.set_column(at, SCHEMA.field(at), pc.if_else(elsewhere, whole, office))


def _one_office(table: pa.Table) -> pa.Table:
    last = table.group_by("case", use_threads=False).aggregate([("office", "last")])
    office = last["office_last"].take(pc.index_in(table["case"], last["case"].combine_chunks()))
    return table.set_column(SCHEMA.names.index("office"), "office", office)


def _steady(table: pa.Table) -> pa.Table:
    """Without what grows by itself from month to month while nobody is covered."""
    lasting = pc.equal(table["finding"], "missing")
    for name in ("last_month", "months"):
        at = SCHEMA.names.index(name)
        kept = pc.if_else(lasting, pa.scalar(None, SCHEMA.field(name).type), table[name])
        table = table.set_column(at, SCHEMA.field(name), kept)
    return table


def facts(rows: list[dict[str, Any]]) -> str:
    """The hash of everything that a run says of one case; equal where nothing has changed."""
    told = sorted(json.dumps(row, sort_keys=True, default=str, ensure_ascii=False) for row in rows)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def sources(row: Mapping[str, Any]) -> frozenset[str]:
    """The tables without which a run cannot say whether a doubt is still there."""
    sides = [row[f"source_{side}"] for side in "ab" if row[f"source_{side}"]]
    made_from = (_MADE_FROM.get(row[name], ()) for name in ("finding", "kind"))
    return frozenset(sides).union(*made_from)


def _manifest(folder: Path) -> tuple[str, list[dict[str, Any]], Mapping[str, str]]:
    """Of the in-toto statement of a run: the plan's name, its reports, and the hash of every file."""
    try:
        statement = json.loads((folder / "manifest.json").read_text("utf-8"))
        told = statement["predicate"]
        hashes = {one["name"]: one["digest"]["sha256"] for one in statement["subject"]}
        return told["plan"]["name"], [dict(report) for report in told["reports"]], hashes
    except (OSError, ValueError, KeyError, TypeError) as error:
        expected = "the folder of a run with its manifest.json"
        raise InputError(expected, str(folder), "name a folder that qmcb run has made") from error


def _table(file: Path, folder: Path, hashes: Mapping[str, str]) -> pa.Table:
    """A table of the run, as long as it is the one that the manifest tells of."""
    name = file.relative_to(folder).as_posix()
    if hashlib.sha256(file.read_bytes()).hexdigest() != hashes.get(name):
        raise InputError(f"{name} as the manifest of the run has it", "another one", "make the run anew")
    return pq.read_table(file)


def _broken(found: str) -> InputError:
    return InputError("doubts under their contract", found, "correct what made them")
