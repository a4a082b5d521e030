"""One table in a folder of its own, in the forms in which offices send it."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

Rows = Sequence[Sequence[str | None]]
Write = Callable[[Path, str, Sequence[str], Rows], Path]


def _parquet(folder: Path, table: str, headings: Sequence[str], rows: Rows) -> Path:
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(headings))]
    pq.write_table(pa.Table.from_arrays(columns, list(headings)), folder / f"{table}.parquet")
    return folder


def _csv(encoding: str) -> Write:
    def write(folder: Path, table: str, headings: Sequence[str], rows: Rows) -> Path:
        text = io.StringIO()
        csv.writer(text).writerows([headings, *rows])
        (folder / f"{table}.csv").write_bytes(text.getvalue().encode(encoding))
        return folder

    return write


FORMS: dict[str, Write] = {
    "parquet": _parquet,
    "utf-8": _csv("utf-8"),
    "utf-8-sig": _csv("utf-8-sig"),
    "gb18030": _csv("gb18030"),
}


@pytest.fixture(scope="session")
def forms() -> dict[str, Write]:
    return FORMS


@pytest.fixture(params=FORMS)
def write(request: pytest.FixtureRequest) -> Write:
    return FORMS[request.param]
