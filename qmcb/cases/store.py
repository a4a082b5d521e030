"""The store: an append-only DuckDB file of what happened to each case, when, by whom and under which rule."""

import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.common.exceptions import TableNotFound

from qmcb.cases.doubt import SCHEMA
from qmcb.errors import InputError

VERSION = 1
CHINA = timezone(timedelta(hours=8))
"""Moments are stored as China's time, without a zone."""

_MOMENT = pa.timestamp("us")
TABLES = {
    "store": pa.schema(
        [("version", pa.int64()), ("store", pa.string()), ("province", pa.string()), ("key", pa.string())]
    ),
    # What each run was made from; one row a table.
    "runs": pa.schema(
        [
            *(("run", pa.string()), ("period", pa.date32()), ("at", _MOMENT), ("who", pa.string())),
            *(("table", pa.string()), ("sha256", pa.string())),
        ]
    ),
    # What was found of a case, under the hash that its events name.
    "facts": SCHEMA.insert(0, pa.field("facts", pa.string())),
    "events": pa.schema(
        [
            *(("number", pa.int64()), ("case", pa.string()), ("at", _MOMENT), ("who", pa.string())),
            *((name, pa.string()) for name in ("event", "state", "answer", "reason", "kept", "rule")),
            *(("effective", pa.date32()), ("facts", pa.string()), ("run", pa.string())),
            ("file", pa.string()),
        ]
    ),
    # The access log: who took out how many cases for which office, in which file.
    "exports": pa.schema(
        [
            *(("export", pa.string()), ("at", _MOMENT), ("who", pa.string()), ("office", pa.string())),
            *(("file", pa.string()), ("sha256", pa.string()), ("cases", pa.int64())),
        ]
    ),
    "imports": pa.schema(
        [
            *(("sha256", pa.string()), ("at", _MOMENT), ("who", pa.string()), ("export", pa.string())),
            *((n, pa.int64()) for n in ("rows", "accepted", "unchanged", "unanswered", "quarantined")),
        ]
    ),
    # Rows of an answer that could not be taken: places and rules, no values.
    "quarantine": pa.schema(
        [("sha256", pa.string()), ("sheet", pa.string()), ("row", pa.int64()), ("rule", pa.string())]
    ),
}


@dataclass(frozen=True)
class Store:
    """An open store. Its tables are those of TABLES; rows are only ever added.

    `name` tells this store from every other, `province` is the one whose runs it takes.
    """

    con: Backend
    name: str
    province: str

    def __getitem__(self, table: str) -> ir.Table:
        return self.con.table(table)

    def rows(self, table: str) -> pa.Table:
        return self[table].to_pyarrow()

    @property
    def last_run(self) -> tuple[str, datetime] | None:
        """Name and period of the run that was taken last."""
        runs = self["runs"].order_by(ibis.desc("at")).limit(1).to_pyarrow().to_pylist()
        return (runs[0]["run"], runs[0]["period"]) if runs else None

    def append(self, **tables: pa.Table | list[dict[str, object]]) -> None:
        """Add rows to several tables at once: all of them, or none."""
        self.con.con.begin()
        try:
            for name, rows in tables.items():
                table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows, TABLES[name])
                if name == "events":
                    table = self._numbered(table)
                if len(table):
                    self.con.insert(name, table.select(TABLES[name].names).cast(TABLES[name]))
        except BaseException:
            self.con.con.rollback()
            raise
        self.con.con.commit()

    def _numbered(self, events: pa.Table) -> pa.Table:
        """Events with the numbers that follow on those that are there."""
        last = self["events"].number.max().to_pyarrow().as_py() or 0
        numbers = pa.array(range(last + 1, last + 1 + len(events)), pa.int64())
        return events.set_column(events.column_names.index("number"), "number", numbers)


def create(path: Path, province: str, key: bytes) -> None:
    """A new, empty store, whole or not at all; where two start at once, the first one's stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    told = {"version": VERSION, "store": secrets.token_hex(8), "province": province, "key": _print(key)}
    try:
        con = ibis.duckdb.connect(draft)
        for name, schema in TABLES.items():
            con.create_table(name, schema=ibis.Schema.from_pyarrow(schema))
        con.insert("store", pa.Table.from_pylist([told], TABLES["store"]))
        con.disconnect()
        draft.chmod(0o600)  # case numbers and record numbers are not for everybody
        os.link(draft, path)
    except FileExistsError:
        pass
    except duckdb.IOException as error:
        raise InputError(
            "a folder to keep the store in", f"no use of {path.parent}", "name another"
        ) from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def opened(path: Path, key: bytes, *, read_only: bool = False) -> Iterator[Store]:
    """The store in a file.

    Raises `InputError` where the file is not there, is no store or one of another version, was made
    under another case key, or is in use.
    """
    if not path.is_file():
        raise InputError("the file of a store", f"no file {path}", "make it with qmcb cases update")
    try:
        con = ibis.duckdb.connect(path, read_only=read_only)
    except duckdb.Error as error:
        if "lock" in str(error):
            found = f"{path.name} in use by another process"
            raise InputError("a store that nobody else has open", found, "wait until it has ended") from error
        raise _no_store(path) from error
    try:
        yield _store(con, path, key)
    finally:
        con.disconnect()


def _store(con: Backend, path: Path, key: bytes) -> Store:
    try:
        told = con.table("store").to_pyarrow().to_pylist()[0]
    except (TableNotFound, IndexError) as error:
        raise _no_store(path) from error
    if told.get("version") != VERSION:
        expected = f"a store of version {VERSION}"
        raise InputError(
            expected, f"version {told.get('version')} in {path.name}", "use the qmcb that made it"
        )
    if told["key"] != _print(key):
        found = f"another one than {path.name} was made with"
        raise InputError(
            "the case key of the store", found, "set QMCB_CASE_KEY_FILE to the file with that key"
        )
    return Store(con, told["store"], told["province"])


def _no_store(path: Path) -> InputError:
    return InputError("a store of cases", f"{path.name}, which is none", "name the file of qmcb cases update")


def _print(key: bytes) -> str:
    """What tells one case key from another, and tells nothing of the key."""
    return hmac.digest(key, b"cases", "sm3").hex()[:16]
