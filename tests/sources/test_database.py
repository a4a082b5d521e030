"""Databases: PostgreSQL as a server of its own, DuckDB as a file; what cannot be reached is one line."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ibis
import pytest

from qmcb.errors import InputError
from qmcb.sources import book, database

ROWS = {
    "AAZ000": ["1", "2", "3", "4"],
    "公民身份号码": ["11010519491231002X", None, " ", "x"],
    "name": ["王伟", "𠮷㐂", "", "乙"],
    "died_on": [date(2024, 1, 2), date(2024, 1, 3), date(2024, 1, 4), None],
    "备注": ["a", None, "b", "c"],
}


@pytest.fixture
def deaths(postgres: str) -> Iterator[str]:
    con = ibis.connect(postgres)
    con.create_table(
        "Deaths", ibis.memtable(ROWS, schema=dict.fromkeys(ROWS, "string") | {"died_on": "date"})
    )
    yield postgres
    con.drop_table("Deaths")
    con.disconnect()


def check(source: str | Path) -> list[tuple[str, str | None]]:
    with book.read(source) as opened:
        rows = opened["deaths"].order_by("row").to_pyarrow().to_pylist()
        apart = opened.quarantine.order_by("line").to_pyarrow().to_pylist()
        (file,) = opened.files
        assert opened.others["deaths"]["备注"].to_pyarrow().to_pylist() == ["a", None]
    assert [(row["line"], row["record_id"], row["rule"]) for row in apart] == [
        (3, "3", "nobody"),
        (4, "4", "required:died_on"),
    ]
    assert (file.file.lower(), file.read, file.accepted, len(file.sha256)) == ("deaths", 4, 2, 64)
    return [(row["name"], row["id_number"]) for row in rows]


def test_postgresql_and_a_duckdb_file_give_the_same(deaths: str, tmp_path: Path) -> None:
    path = tmp_path / "source.duckdb"
    con = ibis.duckdb.connect(path)
    con.create_table(
        "deaths", ibis.memtable(ROWS, schema=dict.fromkeys(ROWS, "string") | {"died_on": "date"})
    )
    con.disconnect()
    expected = [("王伟", "11010519491231002X"), ("𠮷㐂", None)]
    assert check(deaths) == expected == check(path)


def test_types_of_a_database(postgres: str) -> None:
    con = ibis.connect(postgres)
    con.raw_sql(
        "create table low_income as select 7::bigint as id_number, 'a'::varchar as name, "
        "timestamptz '2024-01-01 00:30+08' as since, 1.50::numeric as n, '{1}'::int[] as l, "
        "gen_random_uuid() as u, '08:00'::time as t, interval '1 day' as i, 'x'::bytea as b"
    ).close()
    try:
        with book.read(postgres) as opened:
            (row,) = opened["low_income"].to_pyarrow().to_pylist()
    finally:
        con.drop_table("low_income")
        con.disconnect()
    assert (row["id_number"], row["name"], row["since"]) == ("7", "a", date(2024, 1, 1))


def test_a_table_without_rows_and_one_twice(deaths: str) -> None:
    con = ibis.connect(deaths)
    con.create_table("低保", schema=ibis.schema({"name": "string"}))
    with pytest.raises(InputError, match="rows in 低保; found a heading and no row"):
        book.read(deaths)
    con.drop_table("低保")
    con.create_table("死亡火化", schema=ibis.schema({"name": "string"}))
    with pytest.raises(InputError, match=r"one table for 死亡火化 \(deaths\) in the database"):
        book.read(deaths)
    con.drop_table("死亡火化")
    con.disconnect()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("sqlserver://host/db", "begins with postgresql, oracle, mysql; found sqlserver"),
        ("postgresql://reader:geheim@host/db", "without a password; found one in it; set QMCB_DATABASE"),
        (
            "postgresql://reader@127.0.0.1:1/db?connect_timeout=1",
            "answers at postgresql://127.0.0.1:1/db; found no",
        ),
        (
            "oracle://reader@127.0.0.1:1/db",
            "the driver of oracle; found none installed; install qmcb[oracle]",
        ),
        ("mysql://reader@127.0.0.1:1/db", "the driver of mysql; found none installed; install qmcb[mysql]"),
    ],
)
def test_what_cannot_be_reached_is_one_line(address: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        book.read(address)
    message = str(caught.value)
    assert says in message and "\n" not in message and "geheim" not in message and "reader" not in message


def test_the_password_stands_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(ibis, "connect", lambda address: asked.append(address))
    monkeypatch.setenv(database.PASSWORD, "p@ss/wort")
    database.connect("postgresql://reader@host:5433/db")
    database.connect("postgresql:///db")
    assert asked == ["postgresql://reader:p%40ss%2Fwort@host:5433/db", "postgresql:///db"]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_bytes(b"x" * 9000)
    with pytest.raises(InputError, match=r"x\.duckdb to be a DuckDB file"):
        book.read(tmp_path / "x.duckdb")
