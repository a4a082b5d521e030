"""One source read whole: accepted rows by table, quarantine, balance, and what each file was."""

import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from qmcb.balance import Line
from qmcb.errors import InputError
from qmcb.sources import contract as contracts
from qmcb.sources import files
from qmcb.tables import CONTRACTS, Contract, together

_QUARANTINE = {"table": "string", "file": "string", "line": "int64", "rule": "string", "reason": "string"}
_MEMORY = "6GB"  # what the tables of a source may take of it; the rest waits on disk
_CHINA = "Asia/Shanghai"  # where the moments of a source fall on their days


@dataclass(frozen=True)
class File:
    """What a table was read from: file name, SHA-256, rows read, accepted and quarantined."""

    table: str
    file: str
    sha256: str
    read: int
    accepted: int
    quarantined: int


@dataclass(frozen=True)
class Book:
    """The tables of one source under their contracts.

    `tables` holds the accepted rows (the contract's columns, `row`: the line in its file, and
    `record_id`, which is the line where the source gives none or a resident number). `quarantine`
    holds table, file, line, rule and reason of the others, and no value of theirs.
    """

    folder: Path
    con: Backend
    tables: Mapping[str, ir.Table]
    quarantine: ir.Table
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
        """Rows read = accepted + quarantined, table by table."""
        return tuple(
            Line(
                f"{CONTRACTS[file.table].label}：读入",
                file.read,
                (("接收", file.accepted), ("隔离", file.quarantined)),
            )
            for file in self.files
        )

    def inputs(self) -> pd.DataFrame:
        """What was read: 表, 文件, 行数, 隔离, SHA-256 (its first twelve digits)."""
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


def read(folder: Path, needed: Iterable[str] = ()) -> Book:
    """Read the tables that `folder` has; raises `InputError` where it has none, or not the `needed`."""
    if not folder.is_dir():
        raise InputError("a folder of tables as source", f"no folder {folder}", "name an existing folder")
    present = [(contract, path) for contract in CONTRACTS.values() if (path := files.find(folder, contract))]
    if not present:
        raise InputError(
            "tables such as enrolments.parquet or enrolments.csv in the source",
            f"none in {folder}",
            "name the files after the tables in data/README.md",
        )
    for name in needed:
        if name not in {contract.name for contract, _ in present}:
            raise _absent(name)
    return _read(folder, present)


def read_files(paths: Mapping[str, Path]) -> Book:
    """Read one table from each file; raises `InputError` for a file that is not there or of another form."""
    for name, path in paths.items():
        if not path.is_file() or not files.known(path):
            found = f"no file {path}" if not path.is_file() else path.name
            raise InputError(
                f"{CONTRACTS[name].label} in a .parquet or .csv file", found, "name another file"
            )
    folder = next(iter(paths.values())).parent
    return _read(folder, [(CONTRACTS[name], path) for name, path in paths.items()])


def _read(folder: Path, present: Iterable[tuple[Contract, Path]]) -> Book:
    with ExitStack() as stack:
        staging = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qmcb-")))
        con = ibis.duckdb.connect(staging / "book.duckdb", temp_directory=staging, memory_limit=_MEMORY)
        stack.callback(con.disconnect)
        con.settings["TimeZone"] = _CHINA
        if con.settings["enable_progress_bar"] == "true":  # a notebook may have none, and refuses to be told
            con.settings["enable_progress_bar"] = False
        read_files = [_accept(con, contract, path, staging) for contract, path in present]
        return Book(
            folder=folder,
            con=con,
            tables={file.table: con.table(file.table) for file, _ in read_files},
            quarantine=together(rows for _, rows in read_files),
            files=tuple(file for file, _ in read_files),
            _open=stack.pop_all(),
        )


def _absent(name: str) -> InputError:
    contract = CONTRACTS[name]
    return InputError(
        f"{contract.label} as {name}.parquet or {name}.csv in the source",
        "no such file",
        f"add the table ({contract.department})",
    )


def _accept(con: Backend, contract: Contract, path: Path, staging: Path) -> tuple[File, ir.Table]:
    """Hold one file against its contract; give its figures and the rows that were kept apart."""
    with files.readable(path):
        raw = files.read(con, path, staging)
        rows = raw.table.count().execute() + len(raw.torn)
        checked = con.create_table(f"checked_{contract.name}", contracts.typed(raw, contract))
        accepted = con.create_view(contract.name, _accepted(checked, contract))
        apart = con.create_table(f"quarantine_{contract.name}", _quarantined(checked, contract, raw))
        counts = (int(rows), int(accepted.count().execute()), int(apart.count().execute()))
        return File(contract.name, path.name, files.sha256(path), *counts), apart


def _accepted(checked: ir.Table, contract: Contract) -> ir.Table:
    line = checked[files.LINE]
    columns = {name: checked[name] for name in contract.names}
    if "record_id" in columns:
        own = ibis.ifelse(_personal(checked.record_id), ibis.null("string"), checked.record_id)
        columns["record_id"] = ibis.coalesce(own, line.cast("string"))
    return checked.filter(checked[contracts.RULE].isnull()).select(row=line, **columns)


def _personal(record_id: ir.StringValue) -> ir.BooleanValue:
    """Whether a record is numbered by a resident number, which must not come into a stored table."""
    long = record_id.length().isin((15, 18))
    return (long & record_id.left(14).try_cast("int64").notnull()).fill_null(False)


def _quarantined(checked: ir.Table, contract: Contract, raw: files.Raw) -> ir.Table:
    rows = checked.filter(checked[contracts.RULE].notnull()).select(
        table=ibis.literal(contract.name),
        file=ibis.literal(raw.path.name),
        line=checked[files.LINE],
        rule=checked[contracts.RULE],
        reason=checked[contracts.RULE].substitute(contracts.reasons(contract)),
    )
    if not raw.torn:
        return rows
    torn = ibis.memtable(
        pd.DataFrame(
            {
                "table": contract.name,
                "file": raw.path.name,
                "line": raw.torn,
                "rule": "torn",
                "reason": contracts.reason(contract, "torn"),
            }
        ),
        schema=_QUARANTINE,
    )
    return rows.union(torn)
