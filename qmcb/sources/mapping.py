"""What a source calls its tables, columns and codes, where they are not known: params/sources/*.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from qmcb import paths, schema, strict_yaml
from qmcb.errors import InputError
from qmcb.tables import CONTRACTS

Periods = Literal["changes", "whole"]


@dataclass(frozen=True)
class TableMap:
    """How one table is sent.

    `name` is what its file or table is called there; `columns` maps headings to columns, `codes` by column
    what is sent to our code; `periods` says whether each period's folder holds what changed or everything.
    """

    name: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    periods: Periods = "changes"


@dataclass(frozen=True)
class SourceMap:
    """A source: its label, where it lies (a folder, a DuckDB file, a connection string), its tables."""

    label: str
    place: str | None
    tables: Mapping[str, TableMap]

    def __getitem__(self, table: str) -> TableMap:
        return self.tables.get(table, TableMap())


NOTHING = SourceMap("", None, {})


def load(path: Path) -> SourceMap:
    """Read a map; raises `InputError` naming file and entry for whatever is not as it should be."""
    path = paths.resolve(path)
    if not path.is_file():
        raise InputError("a source's map", f"no file {path}", "name an existing file")
    raw = strict_yaml.read(path, path.name)
    if fault := schema.fault(raw, paths.SOURCES / "schema.json"):
        where = " → ".join(fault.steps) or "the document"
        raise InputError(
            f"{path.name} as params/sources/schema.json says", f"{where}: {fault.message}", "correct it"
        )
    tables = {name: _table(path.name, name, told or {}, raw) for name, told in raw["tables"].items()}
    return SourceMap(raw["label"], raw.get("place"), tables)


def _table(file: str, name: str, told: Mapping[str, Any], source: Mapping[str, Any]) -> TableMap:
    if name not in CONTRACTS:
        raise InputError(f"tables of data/README.md in {file}", name, "correct the name")
    contract = CONTRACTS[name]
    for column in (*told.get("columns", {}).values(), *told.get("codes", {})):
        if column not in contract.names:
            raise InputError(f"columns of {name} in {file}", column, "correct the name")
    for column, own in told.get("codes", {}).items():
        if wrong := sorted(set(own.values()) - set(contract[column].codes or own.values())):
            raise InputError(f"codes of {column} in {file}", ", ".join(wrong), "correct the code")
    shared = {key: source[key] for key in ("encoding", "delimiter", "periods") if key in source}
    return TableMap(**{**shared, **told})
