"""Databases: a DuckDB file, or a server that Ibis reaches by a connection string."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends import BaseBackend
from ibis.backends.duckdb import Backend

from qmcb.errors import InputError
from qmcb.sources.delimited import no_rows
from qmcb.sources.raw import LINE, Raw, streamed

SCHEMES = ("postgresql", "postgres", "oracle", "mysql")
PASSWORD = "QMCB_DATABASE_PASSWORD"
FILES = (".duckdb", ".ddb")
_ROWS = 100_000
_EXTRA = {"postgres": "postgres", "postgresql": "postgres", "oracle": "oracle", "mysql": "mysql"}


def is_address(place: str) -> bool:
    """Whether a place is written as a connection string, such as postgresql://reader@host/database."""
    return "://" in place


def told(address: str) -> str:
    """A connection string as it may be told: without user and password."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def connect(address: str) -> BaseBackend:
    """A connection to read from; the password stands in the environment, never in the address.

    Raises `InputError` where the kind of database is not known, its driver is not installed, a password
    stands in the address, or nobody answers.
    """
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES:
        raise InputError(
            f"a connection string that begins with {', '.join(SCHEMES[:1] + SCHEMES[2:])}",
            parts.scheme,
            "correct the source",
        )
    if parts.password:
        todo = f"set {PASSWORD} instead, since a report keeps its parameters"
        raise InputError("a connection string without a password", "one in it", todo)
    secret = os.environ.get(PASSWORD)
    if secret and parts.username:
        host = parts.netloc.rpartition("@")[2]
        netloc = f"{parts.username}:{quote(secret, safe='')}@{host}"
        address = urlunsplit(parts._replace(netloc=netloc))
    try:
        return ibis.connect(address)
    except ImportError as error:
        extra = _EXTRA[parts.scheme]
        todo = f"install qmcb[{extra}]"
        raise InputError(f"the driver of {parts.scheme}", "none installed", todo) from error
    except Exception as error:  # each driver has errors of its own, which tell user and host
        todo = f"check address, rights and {PASSWORD}"
        raise InputError(f"a database that answers at {told(address)}", "no connection", todo) from error


def open_file(path: Path) -> BaseBackend:
    """A DuckDB file, opened to read only."""
    try:
        return ibis.duckdb.connect(path, read_only=True)
    except Exception as error:
        found = "something else, or one that another program has open"
        raise InputError(
            f"{path.name} to be a DuckDB file", found, "close it there, or name another"
        ) from error


def read(con: Backend, source: BaseBackend, name: str) -> Raw:
    """The rows of a table of `source` in the order in which it gives them."""
    table = source.table(name)
    table = table.select(**{str(place): _plain(table[column]) for place, column in enumerate(table.columns)})
    schema = table.schema().to_pyarrow()
    if not table.limit(1).count().execute():
        raise no_rows(name)
    headings = tuple(source.table(name).columns)
    return streamed(con, name, headings, schema.append(pa.field(LINE, pa.int64())), _batches(table, schema))


def find(source: BaseBackend, names: Sequence[str]) -> list[str]:
    """The tables of a source that bear one of the names, in any case."""
    return sorted(name for name in _tables(source) if name.lower() in names)


def batches(table: ir.Table) -> Iterator[pa.RecordBatch]:
    """The rows of a table one part after the other (of DuckDB 2 Ibis 12 cannot ask for them)."""
    source = table.get_backend()
    if isinstance(source, Backend):
        yield from source.con.sql(source.compile(table)).to_arrow_reader(_ROWS)
    else:
        yield from table.to_pyarrow_batches(chunk_size=_ROWS)


def _tables(source: BaseBackend) -> list[str]:
    if isinstance(source, Backend):  # as for `batches`
        return [name for (name,) in source.con.sql("SHOW TABLES").fetchall()]
    return list(source.list_tables())


def _plain(column: ir.Value) -> ir.Value:
    """What is neither text, number, day nor truth comes as text."""
    kind = column.type()
    plain = kind.is_string() or kind.is_numeric() or kind.is_temporal() or kind.is_boolean()
    return column if plain and not kind.is_time() and not kind.is_interval() else column.cast("string")


def _batches(table: ir.Table, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    done = 0
    for batch in batches(table):
        lines = pa.array(range(done + 1, done + 1 + len(batch)), pa.int64())
        done += len(batch)
        yield batch.cast(schema).append_column(LINE, lines)
