"""Files of records to be linked, read as text, and what is wrong with them in one line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from qmcb.errors import InputError
from qmcb.linkage.spec import Spec

Records: TypeAlias = pa.Table | str | Path
_FORMS = (".parquet", ".csv")
ROWS = 1 << 17
"""Rows worked on at once, so that what is made on the way stays small."""


@dataclass(frozen=True)
class Source:
    """A table, or a file that is read block by block; the columns it has, and its number of rows."""

    given: pa.Table | Path
    columns: tuple[str, ...]
    rows: int

    def blocks(self, columns: Sequence[str], repeated: Sequence[str] = ()) -> Iterator[pa.Table]:
        """Those of the columns that are there, block by block; one empty block where there is no row.

        Of a file, `repeated` columns come as dictionaries where it stores them so.
        """
        have = [name for name in dict.fromkeys(columns) if name in self.columns]
        if isinstance(self.given, Path):
            yield from _parquet_blocks(self.given, have, [name for name in have if name in repeated])
            return
        table = self.given.select(have)
        for start in range(0, max(len(table), 1), ROWS):
            yield table.slice(start, ROWS)


def _parquet_blocks(path: Path, columns: Sequence[str], repeated: Sequence[str]) -> Iterator[pa.Table]:
    with _readable(path):
        told = pq.read_metadata(path)
        dictionaries = [name for name in repeated if name in _dictionaries(told)]
        with pq.ParquetFile(path, metadata=told, memory_map=True, read_dictionary=dictionaries) as file:
            empty = True
            for block in file.iter_batches(_batch(told), columns=columns, use_threads=False):
                empty = False
                yield pa.Table.from_batches([block])
            if empty:
                yield file.schema_arrow.empty_table().select(columns)


def _batch(told: pq.FileMetaData) -> int:
    """How many rows to read at once: of dictionaries no more come than stand in one part of the file."""
    part = told.row_group(0).num_rows if told.num_row_groups else ROWS
    return part if ROWS // 2 < part < ROWS else ROWS


def _dictionaries(told: pq.FileMetaData) -> set[str]:
    """The columns that a file stores as dictionaries, as its first part says."""
    if not told.num_row_groups:
        return set()
    first = told.row_group(0)
    columns = [first.column(place) for place in range(first.num_columns)]
    return {one.path_in_schema for one in columns if any("DICTIONARY" in form for form in one.encodings)}


def opened(given: Records, spec: Spec) -> Source:
    """The records of a table, or of a Parquet or CSV file; `InputError` where they do not fit the spec.

    A CSV is comma-separated, in UTF-8 or GB18030, its values text.
    """
    if isinstance(given, pa.Table):
        return _checked(Source(given, tuple(given.column_names), len(given)), "the table", spec)
    path = Path(given)
    if path.suffix.lower() not in _FORMS:
        raise InputError("a file of records, .parquet or .csv", path.name or "none", "name or convert one")
    if not path.is_file():
        raise InputError("a file of records", f"no file {path.name}", "correct the path")
    with _readable(path):
        if path.suffix.lower() == ".parquet":
            told = pq.read_metadata(path)
            names = tuple(told.schema.to_arrow_schema().names)
            return _checked(Source(path, names, told.num_rows), path.name, spec)
        columns = _headings(path)
        table = _read_csv(path, [name for name in (spec.record_id, *spec.columns) if name in columns])
    return _checked(Source(table, tuple(table.column_names), len(table)), path.name, spec)


def _checked(source: Source, name: str, spec: Spec) -> Source:
    """The source itself; what stands in its headings is never told: without a header it is a person's row."""
    headings = f"{len(source.columns)} columns, none so named" if source.columns else "no columns"
    if spec.record_id not in source.columns:
        todo = "name another column in the linkage spec, or add it"
        raise InputError(f"a column {spec.record_id} that numbers the records of {name}", headings, todo)
    if not set(spec.columns) & set(source.columns):
        raise InputError(
            f"columns of {spec.label} ({', '.join(spec.columns)}) in {name}", headings, "name a spec"
        )
    return source


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name} to be {path.suffix[1:]}", "something else, or a part of it", "have it sent again"
        ) from error


def _headings(path: Path) -> list[str]:
    import pyarrow.csv as csv

    told = csv.open_csv(path, read_options=csv.ReadOptions(encoding=_encoding(path)))
    names: list[str] = told.schema.names
    return names


def _read_csv(path: Path, columns: list[str]) -> pa.Table:
    import pyarrow.csv as csv

    return csv.read_csv(
        path,
        read_options=csv.ReadOptions(encoding=_encoding(path)),
        convert_options=csv.ConvertOptions(
            include_columns=columns,
            column_types={name: pa.string() for name in columns},
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _encoding(path: Path) -> str:
    from qmcb.sources.delimited import encoding_of

    return encoding_of(path)
