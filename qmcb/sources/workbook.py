"""Workbooks (.xlsx, .xls): every sheet that has something in it, each cell as text."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
from ibis.backends.duckdb import Backend
from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from qmcb.errors import InputError
from qmcb.sources.delimited import no_rows
from qmcb.sources.headings import FIRST_ROWS, Headings
from qmcb.sources.raw import Raw, streamed, text_schema

_ROWS = 50_000
Cells = tuple[int, list[str | None]]


def read(con: Backend, path: Path, headings: Headings, sheet: str | None = None) -> Iterator[Raw]:
    """The rows of each sheet that is not empty, or of the one that is named; a row's line is its row there.

    Raises `InputError` where a sheet that can be seen has other columns than the table: nothing on it
    is lost in silence. Hidden sheets are left out.
    """
    with CalamineWorkbook.from_path(path) as book:
        shown = [each.name for each in book.sheets_metadata if each.visible is SheetVisibleEnum.Visible]
        names = [_named(sheet, path, book.sheet_names)] if sheet else shown
        filled = [found for name in names if (found := book.get_sheet_by_name(name)).total_height]
        if not filled:
            raise InputError(
                f"a sheet with rows in {path.name}", "none", "have it exported again, or remove it"
            )
        for found in filled:
            place = book.sheet_names.index(found.name) + 1
            yield _sheet(con, f"{path.name} 第{place}张表", found, headings)


def _named(sheet: str, path: Path, names: Sequence[str]) -> str:
    if sheet not in names:
        raise InputError(
            f"sheet {sheet} in {path.name}", f"{len(names)} others", "correct the name in the source's map"
        )
    return sheet


def _sheet(con: Backend, name: str, sheet: CalamineSheet, headings: Headings) -> Raw:
    rows = _rows(sheet)
    first = list(islice(rows, FIRST_ROWS + 1))
    place, above = headings.find([[cell or "" for cell in cells] for _, cells in first])
    rest = first[place + 1 :]
    if not rest:
        raise no_rows(name)
    schema = text_schema(len(above))
    return streamed(con, name, above, schema, _batches(chain(rest, rows), schema))


def _rows(sheet: CalamineSheet) -> Iterator[Cells]:
    """The rows that hold anything, with their numbers."""
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = [_text(value) for value in values]
        if any(cells):
            yield number, cells


def _batches(rows: Iterator[Cells], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while block := list(islice(rows, _ROWS)):
        columns = [*zip(*(cells for _, cells in block), strict=True), [number for number, _ in block]]
        arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _text(value: object) -> str | None:
    """A cell as text: a whole number without point or exponent, a day without its midnight."""
    match value:
        case "":
            return None
        case bool():
            return str(int(value))
        case float():
            return f"{Decimal(repr(value)):f}".removesuffix(".0")
        case datetime():
            return value.isoformat(" ").removesuffix(" 00:00:00")
        case _:
            return str(value)
