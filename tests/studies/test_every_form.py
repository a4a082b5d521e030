"""The same rows, people and findings, whatever form the departments' tables come in."""

from pathlib import Path

import ibis
import ibis.expr.types as ir
import openpyxl
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from qmcb import policy
from qmcb.linkage.people import people
from qmcb.periods import Period
from qmcb.sample import province
from qmcb.sources import book as books
from qmcb.studies.cross_province import CrossProvince
from qmcb.tables import CONTRACTS

PEOPLE = ("persons", "identities", "profiles", "doubtful")
FINDINGS = ("duplicates", "benefits", "missing")
Tables = dict[str, pa.Table]

pytestmark = pytest.mark.usefixtures("few_random_pairs")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forms") / "parquet"
    province.make(folder, people=500, seed=11)
    return folder


@pytest.fixture(scope="module")
def tables(sample: Path) -> Tables:
    return {path.stem: pq.read_table(path) for path in sorted(sample.glob("*.parquet"))}


@pytest.fixture(scope="module")
def expected(sample: Path) -> Tables:
    return found(sample)


def found(source: str | Path) -> Tables:
    """Every table of a source, what was kept apart, who is who, what is found; in an order of their own."""
    with books.read(source) as book:
        linked = people(book)
        study = CrossProvince(book, linked, policy.load(), "64", Period.parse("2024-06"))
        made = {
            **{name: table.drop("row") for name, table in book.tables.items()},
            "quarantine": book.quarantine.select("table", "record_id", "rule", "found"),
            **{name: getattr(linked, name) for name in PEOPLE},
            **{f"{name} found": getattr(study, name) for name in FINDINGS},
        }
        return {name: ordered(table) for name, table in made.items()}


def ordered(table: ir.Table) -> pa.Table:
    rows = table.to_pyarrow()
    return rows.sort_by([(column, "ascending") for column in rows.column_names])


def assert_same(expected: Tables, source: str | Path) -> None:
    others = found(source)
    assert others.keys() == expected.keys()
    for name, rows in expected.items():
        assert rows.equals(others[name]), name
        assert len(rows), name


def test_text_in_gb18030(expected: Tables, tables: Tables, tmp_path: Path) -> None:
    for name, rows in tables.items():
        out = pa.BufferOutputStream()
        arrow_csv.write_csv(rows.rename_columns(headings(name, rows)), out)
        (tmp_path / f"{CONTRACTS[name].label}.csv").write_bytes(
            out.getvalue().to_pybytes().decode().encode("gb18030")
        )
    assert_same(expected, tmp_path)


def test_workbooks(expected: Tables, tables: Tables, tmp_path: Path) -> None:
    for name, rows in tables.items():
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        sheet.append(headings(name, rows))
        for row in rows.to_pylist():
            sheet.append(list(row.values()))
        book.save(tmp_path / f"{name}.xlsx")
    assert_same(expected, tmp_path)


def test_postgresql(expected: Tables, tables: Tables, postgres: str) -> None:
    con = ibis.connect(postgres)
    for name, rows in tables.items():
        con.create_table(name, rows)
    con.disconnect()
    assert_same(expected, postgres)


def headings(name: str, rows: pa.Table) -> list[str]:
    """Chinese labels and indicator codes in turn."""
    columns = [CONTRACTS[name][column] for column in rows.column_names]
    return [c.indicator if place % 2 and c.indicator else c.label for place, c in enumerate(columns)]
