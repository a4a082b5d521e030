"""Where a source lies, and how each of its tables is read from there."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ibis.backends import BaseBackend
from ibis.backends.duckdb import Backend

from qmcb import paths
from qmcb.errors import InputError
from qmcb.sources import database, files, mapping
from qmcb.sources.headings import Headings
from qmcb.sources.mapping import SourceMap
from qmcb.sources.raw import Raw
from qmcb.tables import CONTRACTS, Contract


@dataclass(frozen=True)
class Piece:
    """A part of a table: what it is called, its SHA-256 where it is a file, and how it is read.

    `read` gives its tables one after the other: a workbook has one a sheet.
    """

    name: str
    path: Path | None
    of_period: bool
    read: Callable[[Backend], Iterator[Raw]]


@dataclass(frozen=True)
class Place:
    """A source that was found: the folder it lies in (a database has none), its map, its tables' pieces."""

    folder: Path
    map: SourceMap
    pieces: Mapping[str, tuple[Piece, ...]]


def open_place(source: str | Path, stack: ExitStack, only: Collection[str]) -> Place:
    """A folder, a DuckDB file, a connection string, or a map of params/sources that names one of these.

    Of its tables `only` these are looked for. What is opened on the way is closed with the `stack`.
    Raises `InputError` where there is no such source.
    """
    told = str(source)
    if told.endswith((".yaml", ".yml")):
        return _open_mapped(paths.resolve(told), stack, only)
    return _open(told, mapping.NOTHING, stack, only)


def of_files(given: Mapping[str, Path], told: SourceMap = mapping.NOTHING) -> Place:
    """Tables each of which is one file; InputError for one that is not there or of another form."""
    for name, path in given.items():
        if not path.is_file() or not files.known(path):
            found = f"no file {path}" if not path.is_file() else path.name
            raise InputError(
                f"{CONTRACTS[name].label} in a file of {files.forms()}", found, "name another file"
            )
    folder = next(iter(given.values())).parent
    pieces = {name: (_file(CONTRACTS[name], told, files.Part(path), folder),) for name, path in given.items()}
    return Place(folder, told, pieces)


def _open_mapped(path: Path, stack: ExitStack, only: Collection[str]) -> Place:
    told = mapping.load(path)
    if told.place is None:
        raise InputError(f"a place in {path.name}", "none", "name a folder, a DuckDB file or a database")
    if database.is_address(told.place):
        return _open(told.place, told, stack, only)
    below = path.parent / told.place
    return _open(str(below if below.exists() else told.place), told, stack, only)


def _open(place: str, told: SourceMap, stack: ExitStack, only: Collection[str]) -> Place:
    if database.is_address(place):
        source = database.connect(place)
        stack.callback(source.disconnect)
        return Place(Path(place.rpartition("/")[2].partition("?")[0]), told, _tables(source, told, only))
    path = paths.resolve(place)
    if path.is_file() and path.suffix.lower() in database.FILES:
        source = database.open_file(path)
        stack.callback(source.disconnect)
        return Place(path.parent, told, _tables(source, told, only))
    if not path.is_dir():
        raise InputError(
            "a folder of tables as source", f"no folder {path}", "name a folder, a DuckDB file or a database"
        )
    pieces = {
        contract.name: tuple(_file(contract, told, part, path) for part in found)
        for contract in _contracts(only)
        if (found := files.find(path, contract, told[contract.name]))
    }
    return Place(path, told, pieces)


def _contracts(only: Collection[str]) -> list[Contract]:
    return [contract for contract in CONTRACTS.values() if contract.name in only]


def _file(contract: Contract, told: SourceMap, part: files.Part, folder: Path) -> Piece:
    table = told[contract.name]
    headings = Headings(contract, table.columns)

    def read(con: Backend) -> Iterator[Raw]:
        return files.read(con, part.path, headings, table)

    name = str(part.path.relative_to(folder)) if part.path.is_relative_to(folder) else part.path.name
    return Piece(name, part.path, part.period is not None, read)


def _tables(source: BaseBackend, told: SourceMap, only: Collection[str]) -> dict[str, tuple[Piece, ...]]:
    pieces: dict[str, tuple[Piece, ...]] = {}
    for contract in _contracts(only):
        names = {n.lower() for n in (contract.name, contract.label, told[contract.name].name) if n}
        found = database.find(source, sorted(names))
        if len(found) > 1:
            raise InputError(
                f"one table for {contract.label} ({contract.name}) in the database",
                " and ".join(found),
                "name it in the source's map",
            )
        if found:
            pieces[contract.name] = (_table(source, found[0]),)
    return pieces


def _table(source: BaseBackend, name: str) -> Piece:
    return Piece(name, None, False, lambda con: iter((database.read(con, source, name),)))
