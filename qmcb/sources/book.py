"""One source read whole: accepted rows by table, quarantine, balance, and what each file was."""

import hashlib
import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from qmcb.balance import Line
from qmcb.errors import InputError
from qmcb.sources import loading, macros, mapping, place
from qmcb.sources.loading import File
from qmcb.sources.mapping import SourceMap
from qmcb.sources.place import Place
from qmcb.tables import CONTRACTS, together

if TYPE_CHECKING:
    import pandas as pd

_MEMORY = "6GB"  # what the tables of a source may take of it; the rest waits on disk
_CHINA = "Asia/Shanghai"  # where the moments of a source fall on their days


@dataclass(frozen=True)
class Book:
    """The tables of one source under their contracts.

    `tables` holds the accepted rows (the contract's columns, `row`: the line in its file, and
    `record_id`, which is the line where the source gives none or a resident number). `quarantine`
    holds table, file, line, record_id, column, rule and reason of the others, and what was found there
    as a shape (`found`), and no value of theirs. `repairs` counts what was set right: table, column,
    repair (codes.REPAIR), rows. `others` holds, by table, the columns that its contract does not know.
    """

    folder: Path
    con: Backend
    tables: Mapping[str, ir.Table]
    quarantine: ir.Table
    repairs: ir.Table
    others: Mapping[str, ir.Table]
    files: tuple[File, ...]
    _open: ExitStack

    def __getitem__(self, name: str) -> ir.Table:
        """The table; raises `InputError` where the source does not have it."""
        if name not in self.tables:
            raise _absent(name)
        return self.tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    @property
    def absent(self) -> tuple[str, ...]:
        """The tables that this source does not have."""
        return tuple(name for name in CONTRACTS if name not in self.tables)

    def balance(self) -> tuple[Line, ...]:
        """Rows read = accepted + quarantined (+ replaced by a later period), file by file."""
        return tuple(
            Line(
                f"{CONTRACTS[file.table].label}：读入",
                file.read,
                (
                    ("接收", file.accepted),
                    ("隔离", file.quarantined),
                    *([("被后期替换", file.replaced)] if file.replaced else []),
                ),
            )
            for file in self.files
        )

    def inputs(self) -> "pd.DataFrame":
        """What was read: 表, 文件, 行数, 隔离, SHA-256 (its first twelve digits)."""
        import pandas as pd  # a third of what it takes to start, and nothing else here needs it

        return pd.DataFrame(
            [
                {
                    "表": CONTRACTS[file.table].label,
                    "文件": file.file,
                    "读入行数": file.read,
                    "隔离行数": file.quarantined,
                    "SHA-256": file.sha256[:12],
                }
                for file in self.files
            ]
        )

    def close(self) -> None:
        """End the connection and remove what lies on disk for it."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read(source: str | Path, needed: Iterable[str] = (), only: Collection[str] = CONTRACTS.keys()) -> Book:
    """Read the tables of a source; raises `InputError` where it has none, or not the `needed`.

    The source is a folder, a DuckDB file, a connection string, or a map of params/sources.
    """
    with ExitStack() as stack:
        found = place.open_place(source, stack, only)
        for name in needed:
            if name not in found.pieces:
                raise _absent(name)
        if not found.pieces:
            raise InputError(
                "tables such as enrolments.parquet or enrolments.csv in the source",
                f"none in {found.folder}",
                "name files or tables as in data/README.md, or in a map of params/sources",
            )
        return _read(found, stack)


def read_files(paths: Mapping[str, Path], told: SourceMap = mapping.NOTHING) -> Book:
    """Read one table from each file; raises `InputError` for a file that is not there or of another form."""
    with ExitStack() as stack:
        return _read(place.of_files(paths, told), stack)


def _read(found: Place, stack: ExitStack) -> Book:
    staging = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qmcb-")))
    con = ibis.duckdb.connect(temp_directory=staging, memory_limit=_MEMORY)
    stack.callback(con.disconnect)
    con.settings["TimeZone"] = _CHINA
    macros.define(con)
    if con.settings["enable_progress_bar"] == "true":  # a notebook may have none, and refuses to be told
        con.settings["enable_progress_bar"] = False
    tables = {
        name: loading.load(con, CONTRACTS[name], found.map[name], pieces)
        for name, pieces in found.pieces.items()
    }
    return Book(
        folder=found.folder,
        con=con,
        tables={name: table.accepted for name, table in tables.items()},
        quarantine=together(table.quarantine for table in tables.values()),
        repairs=together(table.repairs for table in tables.values()),
        others={name: table.others for name, table in tables.items()},
        files=tuple(file for table in tables.values() for file in table.files),
        _open=stack.pop_all(),
    )


def hashes(files: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One SHA-256 a table, from table and SHA-256 of each file; that of several is of them in a row."""
    by_table: dict[str, list[str]] = {}
    for table, sha256 in files:
        by_table.setdefault(table, []).append(sha256)
    return {
        table: told[0] if len(told) == 1 else hashlib.sha256("".join(told).encode()).hexdigest()
        for table, told in by_table.items()
    }


def _absent(name: str) -> InputError:
    contract = CONTRACTS[name]
    return InputError(
        f"{contract.label} as {name}.parquet or {name}.csv in the source",
        "no such file",
        f"add the table ({contract.department})",
    )
