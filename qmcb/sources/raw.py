"""One file, sheet or table as it was sent: every value as it stands, every row with its line."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

LINE = "_line"
_STREAM = "_sent"
_ROWS, _BYTES = 122_880, 1 << 26  # a row group of DuckDB, which it writes once; smaller ones it writes twice


@dataclass(frozen=True)
class Torn:
    """A row whose columns do not fit the headings: its line and how many it has."""

    line: int
    columns: int


@dataclass(frozen=True)
class Raw:
    """Rows as sent.

    The columns of `table` are named by their places, "0", "1", …, and `headings` says what stood
    above them; `_line` is the row's place in the file, not counting the heading, or the row of its sheet.
    A table that is a stream can be read once; `torn` and `failure` are complete when it was.
    """

    name: str
    headings: tuple[str, ...]
    table: ir.Table
    torn: list[Torn] = field(default_factory=list)
    failure: list[Exception] = field(default_factory=list)


def streamed(
    con: Backend,
    name: str,
    headings: tuple[str, ...],
    schema: pa.Schema,
    batches: Iterator[pa.RecordBatch],
    torn: list[Torn] | None = None,
) -> Raw:
    """Rows that come in batches of `schema` (places and `_line`), read as DuckDB asks for them."""
    failure: list[Exception] = []
    coming = _ahead(_in_groups(batches))

    def watched() -> Iterator[pa.RecordBatch]:
        try:
            yield from coming
        except Exception as error:  # DuckDB would tell it as a text of its own, with the data in it
            failure.append(error)
            raise

    con.con.complete()  # the answer to a setting may not have been fetched to its end
    con.con.register(_STREAM, pa.RecordBatchReader.from_batches(schema, watched()))
    return Raw(name, headings, con.table(_STREAM), torn if torn is not None else [], failure)


def _in_groups(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of at least so many rows or bytes, but for the last."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        held.append(batch)
        rows, size = rows + len(batch), size + batch.nbytes
        if rows >= _ROWS or size >= _BYTES:
            yield pa.concat_batches(held)
            held, rows, size = [], 0, 0
    if held:
        yield pa.concat_batches(held)


def _ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same, each made in a thread of its own, the first from now on, while others use those before."""
    beside = ThreadPoolExecutor(1)
    first = beside.submit(next, batches, None)

    def following() -> Iterator[pa.RecordBatch]:
        coming = first
        with beside:
            while (batch := coming.result()) is not None:
                coming = beside.submit(next, batches, None)
                yield batch

    return following()


def text_schema(width: int) -> pa.Schema:
    """The schema of a stream whose columns are all text."""
    return pa.schema([*((str(place), pa.string()) for place in range(width)), (LINE, pa.int64())])
