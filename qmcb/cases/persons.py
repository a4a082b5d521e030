"""Whom a case is about: names and numbers, joined from the source at dispatch and never stored."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from qmcb.errors import InputError
from qmcb.sources import book as books
from qmcb.sources.book import Book
from qmcb.tables import CONTRACTS

_ASKED = ("id_number", "name", "phone", "employer_id")
_NOBODY: Mapping[str, str] = dict.fromkeys(_ASKED, "")

Persons = Mapping[tuple[str, str], Mapping[str, str]]


def persons(source: Path, hashes: Mapping[str, str], records: Iterable[tuple[str, str]]) -> Persons:
    """id_number, name, phone and employer_id, as written, of each record (table, record_id).

    Record numbers may be lines of a file, so that the files must be those of the run (`hashes` of
    tables). Raises `InputError` where they are others, or a record is not in them.
    """
    wanted: dict[str, set[str]] = {}
    for table, record in records:
        wanted.setdefault(table, set()).add(record)
    if not wanted:
        return {}
    with _read(source, wanted, hashes) as book:
        found = {
            (table, row.pop("record_id")): {**_NOBODY, **{name: text or "" for name, text in row.items()}}
            for table, ids in wanted.items()
            for row in _rows(book, table, ids)
        }
    lost = sum(len(ids) for ids in wanted.values()) - len(found)
    if lost:
        expected = "every record of a case in the source"
        raise InputError(expected, f"{lost:,} that are not there", "make the run anew and take it")
    return found


@contextmanager
def _read(source: Path, tables: Iterable[str], hashes: Mapping[str, str]) -> Iterator[Book]:
    if not source.exists():
        raise InputError("the folder that the run was made from", f"no folder {source}", "name it")
    asked = set(tables)
    with books.read(source, only=asked) as book:
        held = books.hashes((file.table, file.sha256) for file in book.files)
        for name in sorted(asked):
            if name not in held or held[name] != hashes.get(name):
                found = "another one" if name in held else "no such table"
                todo = "name the source of the last run taken, or take a run of this one"
                raise InputError(f"{CONTRACTS[name].label} as the last run read it", found, todo)
        yield book


def _rows(book: Book, name: str, ids: set[str]) -> list[dict[str, Any]]:
    table = book[name]
    asked = [column for column in _ASKED if column in table.columns]
    listed = ibis.memtable(pa.table({"record_id": sorted(ids)}))
    rows = table.semi_join(listed, "record_id")
    first = {column: rows[column].first(order_by=rows.row) for column in asked}
    found: list[dict[str, Any]] = rows.group_by("record_id").agg(**first).to_pyarrow().to_pylist()
    return found
