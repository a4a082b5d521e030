"""The files of a source: which there are of a table, and what each of them is."""

import csv
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from python_calamine import CalamineError

from qmcb.errors import InputError
from qmcb.periods import Period
from qmcb.sources import delimited, workbook
from qmcb.sources.headings import Headings
from qmcb.sources.mapping import TableMap
from qmcb.sources.raw import LINE, Raw
from qmcb.tables import Contract

_DELIMITED = "delimited text in UTF-8 or GB18030 with every quotation mark closed"
_FORMS = {
    ".parquet": "Parquet",
    ".csv": _DELIMITED,
    ".txt": _DELIMITED,
    ".tsv": _DELIMITED,
    ".xlsx": "an Excel workbook without a password",
    ".xls": "an Excel workbook without a password",
}
_PERIOD = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:-\d{2}|\d{2}|年\d{1,2}月)(?!\d)")


@dataclass(frozen=True)
class Part:
    """A file of a table, and the period whose folder it lies in."""

    path: Path
    period: Period | None = None


def find(folder: Path, contract: Contract, told: TableMap) -> list[Part]:
    """The files of a table, earlier periods first; none where the folder does not have it.

    They are one file, or those of a folder of parts, named by the table's English name, its Chinese label,
    or as the map says; and the same in each folder with a period in its name.
    """
    periods = sorted(
        (period, path)
        for path in folder.iterdir()
        if path.is_dir() and (period := _period(path.name, contract, told))
    )
    if told.periods == "whole":
        held = [(period, path) for period, path in periods if _of(path, contract, told)]
        if held:
            period, path = held[-1]
            return [Part(file, period) for file in _of(path, contract, told)]
    parts = [Part(file) for file in _of(folder, contract, told)]
    return parts + [Part(file, period) for period, path in periods for file in _of(path, contract, told)]


def _period(name: str, contract: Contract, told: TableMap) -> Period | None:
    found = _PERIOD.search(name)
    return Period.parse(found[0]) if found and not _named(name, contract, told) else None


def _named(stem: str, contract: Contract, told: TableMap) -> bool:
    return stem.lower() in {name.lower() for name in (contract.name, contract.label, told.name) if name}


def _of(folder: Path, contract: Contract, told: TableMap) -> list[Path]:
    """The file, or the files of the folder of parts, in one folder."""
    found = sorted(path for path in folder.iterdir() if _is_table(path, contract, told))
    if len(found) > 1:
        raise InputError(
            f"one file for {contract.label} ({contract.name}) in the source",
            " and ".join(path.name for path in found),
            "remove all but one, or put parts into a folder of that name",
        )
    if not found or not found[0].is_dir() or known(found[0]):
        return found
    parts = sorted(path for path in found[0].iterdir() if not path.name.startswith((".", "_", "~")))
    wrong = [path.name for path in parts if not known(path) or path.is_dir()]
    if wrong or not parts:
        found_there = " and ".join(wrong) or "an empty folder"
        raise InputError(
            f"parts of {contract.name} in {', '.join(_FORMS)}", found_there, "remove what is none"
        )
    return parts


def _is_table(path: Path, contract: Contract, told: TableMap) -> bool:
    if told.name and path.name.lower() == told.name.lower():
        return True
    return _named(path.stem, contract, told) and (known(path) or (path.is_dir() and not path.suffix))


def known(path: Path) -> bool:
    """Whether the name of a file says that it can be read."""
    return path.suffix.lower() in _FORMS


def forms() -> str:
    """The endings of the files that can be read."""
    return ", ".join(_FORMS)


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever shows inside that the file cannot be read becomes an `InputError` without its data."""
    try:
        yield
    except (UnicodeError, csv.Error, pa.ArrowException, duckdb.Error, CalamineError, OSError) as error:
        number = getattr(error, "errno", None)
        found = os.strerror(number) if number else "something else, or a part of it"
        form = _FORMS[path.suffix.lower()]
        raise InputError(f"{path.name} to be {form}", found, "have it sent again") from error


def read(con: Backend, path: Path, headings: Headings, told: TableMap) -> Iterator[Raw]:
    """What a file holds: one table, or one for each sheet of a workbook; each is read before the next."""
    match path.suffix.lower():
        case ".parquet":
            yield _read_parquet(con, path)
        case ".xlsx" | ".xls":
            yield from workbook.read(con, path, headings, told.sheet)
        case _:
            yield delimited.read(con, path, headings, told.encoding, told.delimiter)


def _read_parquet(con: Backend, path: Path) -> Raw:
    metadata = pq.read_metadata(path)
    if not metadata.num_rows:
        raise delimited.no_rows(path.name)
    sent = con.read_parquet(path, file_row_number=True, hive_partitioning=False, binary_as_string=True)
    places = {str(place): sent[name] for place, name in enumerate(sent.columns[:-1])}
    headings = tuple(metadata.schema.to_arrow_schema().names)
    return Raw(path.name, headings, sent.select(**places, **{LINE: sent.file_row_number + 1}))
