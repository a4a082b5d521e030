"""The files of a source folder, read as they are: every value as it was sent, every row with its line."""

import codecs
import csv
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from qmcb.errors import InputError
from qmcb.tables import Contract

LINE = "_line"
_BLOCK = 4 << 20
_FORMS = {
    ".parquet": "Parquet",
    ".csv": "comma-separated text in UTF-8 or GB18030 with every quotation mark closed",
}


@dataclass(frozen=True)
class Raw:
    """One file as sent.

    The columns of `table` are named by their places, "0", "1", …, and `headings` says what stood
    above them; `_line` counts the rows from 1. `torn` are the lines whose columns do not fit.
    """

    path: Path
    headings: tuple[str, ...]
    table: ir.Table
    torn: tuple[int, ...] = ()


def find(folder: Path, contract: Contract) -> Path | None:
    """The file of a table: its English name or Chinese label with .parquet or .csv; None where absent."""
    names = (contract.name, contract.label)
    found = sorted(path for path in folder.iterdir() if path.stem.lower() in names and _form(path) in _FORMS)
    if len(found) > 1:
        raise InputError(
            f"one file for {contract.label} ({contract.name}) in the source",
            " and ".join(path.name for path in found),
            "remove all but one",
        )
    return found[0] if found else None


def known(path: Path) -> bool:
    """Whether the name of a file says that it can be read: .parquet or .csv."""
    return _form(path) in _FORMS


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever shows inside that the file cannot be read becomes an `InputError` without its data."""
    try:
        yield
    except (UnicodeDecodeError, csv.Error, pa.ArrowException, duckdb.Error, OSError) as error:
        number = getattr(error, "errno", None)
        found = os.strerror(number) if number else "something else, or a part of it"
        raise InputError(f"{path.name} to be {_FORMS[_form(path)]}", found, "have it sent again") from error


def read(con: Backend, path: Path, staging: Path) -> Raw:
    """A Parquet or CSV file as a table of `con`; a CSV passes through a Parquet file in `staging`."""
    return _read_csv(con, path, staging) if _form(path) == ".csv" else _read_parquet(con, path)


def _form(path: Path) -> str:
    return path.suffix.lower()


def _read_parquet(con: Backend, path: Path) -> Raw:
    metadata = pq.read_metadata(path)
    if not metadata.num_rows:
        raise _no_rows(path)
    sent = con.read_parquet(path, file_row_number=True, hive_partitioning=False, binary_as_string=True)
    places = {str(place): sent[name] for place, name in enumerate(sent.columns[:-1])}
    headings = tuple(metadata.schema.to_arrow_schema().names)
    return Raw(path, headings, sent.select(**places, **{LINE: sent.file_row_number + 1}))


def _read_csv(con: Backend, path: Path, staging: Path) -> Raw:
    encoding = encoding_of(path)
    headings, before = _header(path, encoding)
    schema = pa.schema([(str(place), pa.string()) for place in range(len(headings))])
    torn: list[int] = []

    def skip(row: pc.InvalidRow) -> str:
        torn.append(row.number - before)
        return "error" if "\n" in row.text and row.text.count('"') % 2 else "skip"

    reader = pc.open_csv(
        path,
        read_options=pc.ReadOptions(
            encoding=encoding,
            block_size=_BLOCK,
            use_threads=False,
            column_names=schema.names,
            skip_rows=before,
        ),
        parse_options=pc.ParseOptions(invalid_row_handler=skip, newlines_in_values=True),
        convert_options=pc.ConvertOptions(column_types=schema, strings_can_be_null=True, null_values=[""]),
    )
    staged = staging / f"{path.stem}.parquet"
    end: tuple[str, int] = ("", 0)
    with pq.ParquetWriter(staged, schema.append(pa.field(LINE, pa.int64())), compression="lz4") as writer:
        for batch in _numbered(reader, torn):
            writer.write_batch(batch)
            end = (batch[-2][-1].as_py() or "", batch[-1][-1].as_py())
    if "\n" in end[0] and end[1] > max(torn, default=0) and _last_byte(path) != b'"':
        raise csv.Error("a quoted text runs to the end of the file, and rows are lost in it")
    return Raw(path, headings, con.read_parquet(staged), tuple(torn))


def _last_byte(path: Path) -> bytes:
    """The last byte before the line ends at the end of a file."""
    return path.read_bytes().rstrip()[-1:]


def _numbered(reader: pc.CSVStreamingReader, torn: list[int]) -> Iterator[pa.RecordBatch]:
    """Each batch that has rows with their line numbers, which leave out the torn lines."""
    last = 0
    for batch in filter(len, reader):
        span = np.arange(last + 1, last + 1 + len(batch) + len(torn))
        lines = np.setdiff1d(span, torn, assume_unique=True)[: len(batch)]
        last = int(lines[-1])
        yield batch.append_column(LINE, pa.array(lines, pa.int64()))


def _header(path: Path, encoding: str) -> tuple[tuple[str, ...], int]:
    """The headings, and the number of physical lines down to their end."""
    with path.open(encoding=encoding, newline="") as stream:
        lines = csv.reader(line.removeprefix("\ufeff") for line in stream)
        rows = filter(None, lines)
        headings, before = next(rows, None), lines.line_num
        if headings is None:
            raise InputError("a heading in the first line", f"{path.name} is empty", "have it exported again")
        if next(rows, None) is None:
            raise _no_rows(path)
    return tuple(headings), before


def _no_rows(path: Path) -> InputError:
    return InputError(
        f"rows in {path.name}", "a heading and no row", "have it exported again, or remove the file"
    )


def encoding_of(path: Path) -> str:
    """utf-8 or gb18030: decided by the first block that holds anything but ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            if block.startswith(codecs.BOM_UTF8):
                break
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError:
                return "gb18030"
            if not text.isascii():
                break
    return "utf-8"
