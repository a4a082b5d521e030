"""Holding rows against a contract: headings, types, and the rule that a row breaks first."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.backends.duckdb import Backend

from qmcb.errors import InputError
from qmcb.sources import book, contract, files, macros
from qmcb.sources.headings import Headings
from qmcb.sources.mapping import TableMap
from qmcb.sources.raw import LINE
from qmcb.tables import CONTRACTS, Contract

Row = dict[str, object]

JUNE = date(2024, 6, 1)
DAY = date(2024, 6, 30)
BROKEN = object()

DATES: dict[str, object] = {
    **dict.fromkeys(["2024-06-30", "20240630", "2024/6/30", "2024年6月30日", " 2024-6-30　"], DAY),
    **dict.fromkeys(["２０２４-０６-３０", "2024.6.30", "2024.06.30 "], DAY),
    **dict.fromkeys(["2024-06-30 08:15:00", "2024-06-30T00:00:00.000", "20240630081500", "20240630.0"], DAY),
    **dict.fromkeys(["", " ", "　"], None),
    **dict.fromkeys(["2024-02-30", "20170230", "202406", "2024-06", "2024", "2024063", "30/06/2024"], BROKEN),
    **dict.fromkeys(
        ["24-6-30", "epoch", "infinity", "2024-06-30 (BC)", "45473", "2024-06-30x", "无"], BROKEN
    ),
}
MONTHS: dict[str, object] = {
    **dict.fromkeys(["202406", "2024-06", "2024/6", "2024年6月", "2024年06月", "202406.0", " 202406 "], JUNE),
    **dict.fromkeys(["20240630", "2024-06-30", "2024年6月30日", "2024-06-30 00:00:00"], JUNE),
    **dict.fromkeys(["", "　 "], None),
    **dict.fromkeys(["２０２４０６", "2024年６月"], JUNE),
    **dict.fromkeys(["2024.6", "2024.06", "202.06", "2024e2", "+20241", "20241 "], BROKEN),
    **dict.fromkeys(["202413", "202400", "20170230", "2024-13", "2024", "24-06", "epoch", "6月"], BROKEN),
}
FEN: dict[str, object] = {
    **{"１２": 12, "-0": 0, "1　": 1},
    **{"0": 0, "123": 123, "-5": -5, "+7": 7, "0012": 12, "123.0": 123, " 9 ": 9},
    "9223372036854775807": 2**63 - 1,
    **dict.fromkeys(["", " "], None),
    **dict.fromkeys(["1.5", "123.00", "0.01", "1e3", "15e-1", "0x1F", "1_000", "1,000", "12元"], BROKEN),
    **dict.fromkeys(["9223372036854775808", "1 2", "--1", "nan", "."], BROKEN),
}
CODE: dict[str, object] = {
    **dict.fromkeys(
        ["110", " 110", "110.0", "110　", "１１０", "城镇企业职工养老", " 城镇企业职工养老"], "110"
    ),
    **dict.fromkeys(["", " ", "999", "1100", "养老"], BROKEN),
}
REGION: dict[str, object] = {
    **dict.fromkeys(["640104", "640104.0", " 640104 ", "６４０１０４"], "640104"),
    **dict.fromkeys(["", "64010", "6401041", "-64010", "64e003", "6.4e05", "6401.0", "兴庆区城"], BROKEN),
}
TEXT: dict[str, object] = {
    **{" 张三": " 张三", "1.0": "1.0", "a,b": "a,b", "": None, "　": None, "\t \n": None, "李\n四": "李\n四"},
}
BENEFIT: dict[str, object] = {
    "id_number": "x",
    "name": "y",
    "insurance": "110",
    "region": "640104",
    "first_month": "202001",
    "last_month": None,
    "monthly_amount": "100",
}


@pytest.fixture(scope="module")
def con() -> Iterator[Backend]:
    backend = ibis.duckdb.connect()
    macros.define(backend)
    backend.settings["TimeZone"] = "Asia/Shanghai"
    yield backend
    backend.disconnect()


def held(con: Backend, folder: Path, table: Contract, columns: Mapping[str, pa.Array]) -> list[Row]:
    """The rows of a file under a contract, with the rule that each breaks as `_rule`."""
    path = folder / "x.parquet"
    pq.write_table(pa.table(dict(columns)), path)
    headings = Headings(table)
    (raw,) = files.read(con, path, headings, TableMap())
    return list(contract.typed(raw, table, headings).order_by(LINE).to_pyarrow().to_pylist())


def of_column(con: Backend, folder: Path, column: str, sent: str) -> Row:
    """The row of a file with one value in one column of the benefits."""
    table = Contract("x", "表", "部门", (CONTRACTS["benefits"][column],))
    (row,) = held(con, folder, table, {column: pa.array([sent])})
    return row


def one(con: Backend, folder: Path, name: str, values: pa.Array) -> list[object]:
    """The values of one column of the benefits, or the rule that each breaks."""
    table = Contract("x", "表", "部门", (CONTRACTS["benefits"][name],))
    return [row["_rule"] or row[name] for row in held(con, folder, table, {name: values})]


@pytest.mark.parametrize(
    ("column", "cases"),
    [
        ("birth_date", DATES),
        ("last_month", MONTHS),
        ("monthly_amount", FEN),
        ("insurance", CODE),
        ("region", REGION),
        ("name", TEXT),
    ],
)
def test_every_form_of_a_value(con: Backend, tmp_path: Path, column: str, cases: dict[str, object]) -> None:
    found = one(con, tmp_path, column, pa.array(list(cases)))
    kinds = {f"type:{column}", f"code:{column}", f"required:{column}"}
    for (text, expected), value in zip(cases.items(), found, strict=True):
        assert value == expected or (expected is BROKEN and value in kinds), text


CST = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("birth_date", pa.array([DAY, None]), [DAY, None]),
        ("birth_date", pa.array([20240630, None], pa.int32()), [DAY, None]),
        ("birth_date", pa.array([datetime(2024, 6, 30, 23, 59)]), [DAY]),
        ("birth_date", pa.array([datetime(2024, 6, 30, tzinfo=CST)]), [DAY]),
        ("last_month", pa.array([202406.0, float("nan")]), [JUNE, None]),
        ("last_month", pa.array([202406, 20240630], pa.uint32()), [JUNE, JUNE]),
        ("last_month", pa.array([202413, 202406.5]), ["type:last_month"] * 2),
        ("last_month", pa.array([DAY, None]), [JUNE, None]),
        ("last_month", pa.nulls(1), [None]),
        ("monthly_amount", pa.array([1e16, 1.5]), [10**16, "type:monthly_amount"]),
        ("monthly_amount", pa.array([2**64 - 1, 5], pa.uint64()), ["type:monthly_amount", 5]),
        ("monthly_amount", pa.array([Decimal("5")], pa.decimal128(18, 0)), [5]),
        ("monthly_amount", pa.array([Decimal("5.00")], pa.decimal128(18, 2)), ["type:monthly_amount"]),
        ("insurance", pa.array([110, 999], pa.int16()), ["110", "code:insurance"]),
        ("insurance", pa.array(["110", "170"]).dictionary_encode(), ["110", "170"]),
        ("region", pa.array([640104.0, None]), ["640104", "required:region"]),
        ("sex", pa.array([True, False]), ["1", "code:sex"]),
        ("id_number", pa.array([640102198001011234, 7]), ["640102198001011234", "7"]),
        ("id_number", pa.array([6.40102198001011e17, 7.0]), ["640102198001011000", "7"]),
        ("name", pa.array(["张三".encode(), None]), ["张三", None]),
    ],
)
def test_parquet_types(
    con: Backend, tmp_path: Path, column: str, values: pa.Array, expected: list[object]
) -> None:
    assert one(con, tmp_path, column, values) == expected


def test_a_file_that_pandas_wrote(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {**BENEFIT, "last_month": [202406, None], "birth_date": pd.Timestamp(DAY, tz="Asia/Shanghai")}
    )
    frame.to_parquet(tmp_path / "benefits.parquet")
    with book.read(tmp_path) as read:
        rows = read["benefits"].to_pyarrow().to_pylist()
    assert [(row["last_month"], row["birth_date"]) for row in rows] == [(JUNE, DAY), (None, DAY)]


BREAKS: list[tuple[dict[str, object], str | None]] = [
    ({}, None),
    ({"id_number": " ", "name": "　"}, "nobody"),
    ({"name": None}, None),
    ({"last_month": "201912"}, "months_order"),
    ({"last_month": "202001"}, None),
    ({"monthly_amount": "-1"}, "amount_negative"),
    ({"insurance": "x", "region": None, "first_month": "0"}, "code:insurance"),
    ({"region": "x", "last_month": "201912"}, "type:region"),
]


def test_a_row_is_told_the_first_rule_it_breaks(con: Backend, tmp_path: Path) -> None:
    rows = pa.Table.from_pylist([{**BENEFIT, **changes} for changes, _ in BREAKS])
    columns = dict(zip(rows.column_names, rows.columns, strict=True))
    found = held(con, tmp_path, CONTRACTS["benefits"], columns)
    assert [row["_rule"] for row in found] == [rule for _, rule in BREAKS]


def test_every_rule_has_a_reason_that_names_its_column() -> None:
    for table in CONTRACTS.values():
        for rule, reason in contract.reasons(table).items():
            _, _, column = rule.partition(":")
            assert reason and (not column or reason.startswith(table[column].label))
    assert contract.reason(CONTRACTS["benefits"], "torn") == "列数与表头不符"
    assert contract.reason(CONTRACTS["benefits"], "code:insurance") == "险种：编码不在目录内"


@pytest.mark.parametrize(
    "headings",
    [
        ["id_number", "name", "insurance", "region", "first_month", "last_month", "monthly_amount"],
        ["公民身份号码", "姓名", "险种", "发放地", "起始年月", "终止年月", "月待遇"],
        ["AAC002", "aac003", "Aae140", "AAB301", "AAE041", "AAE042", "AAE019"],
        ["\ufeffID_Number", " 姓 名 ", "aae140 ", "Region\n", "\t起始年月", "　终止年月", "月待遇"],
    ],
)
def test_headings_in_every_form_and_order(con: Backend, tmp_path: Path, headings: list[str]) -> None:
    sent = dict(zip(headings, (pa.array([value]) for value in BENEFIT.values()), strict=True))
    columns = {"备注": pa.array(["?"]), **dict(reversed(sent.items()))}
    (row,) = held(con, tmp_path, CONTRACTS["benefits"], columns)
    assert set(row) == {"_line", "备注", *CONTRACTS["benefits"].names, "_rule", "_found", "_repairs"}
    assert row["备注"] == "?"
    assert {name: row[name] for name in BENEFIT} == {
        **BENEFIT,
        "first_month": date(2020, 1, 1),
        "monthly_amount": 100,
    }
    assert (row["record_id"], row["sex"], row["_rule"]) == (None, None, None)


@pytest.mark.parametrize("second", ["姓名", "NAME", "aac003", "name", "姓 名"])
def test_a_column_twice_is_refused(tmp_path: Path, second: str) -> None:
    columns = [pa.array([value], pa.string()) for value in (*BENEFIT.values(), "z")]
    pq.write_table(pa.Table.from_arrays(columns, [*BENEFIT, second]), tmp_path / "benefits.parquet")
    with pytest.raises(InputError, match=r"one column 姓名 \(name\) in benefits.parquet; found name and"):
        book.read(tmp_path)


def test_columns_that_are_missing_are_named_and_no_value_is(tmp_path: Path) -> None:
    (tmp_path / "benefits.csv").write_text("张三,640102198001011234,险种,发放地\na,b,110,640104\n", "utf-8")
    with pytest.raises(InputError) as caught:
        book.read(tmp_path)
    message = str(caught.value)
    assert "公民身份号码 (id_number / AAC002)、姓名 (name / AAC003)、起始年月" in message
    assert "only insurance, region among 4 headings" in message
    assert "张三" not in message and "6401" not in message and "\n" not in message


@pytest.mark.parametrize(
    ("column", "sent", "told"),
    [
        ("insurance", "110", None),
        ("insurance", "１１０", "full_width:insurance"),
        ("insurance", " 110", "spaces:insurance"),
        ("insurance", "110.0", "decimal:insurance"),
        ("insurance", "失业", "label:insurance"),
        ("birth_date", "2024-06-30", None),
        ("birth_date", "20240630", None),
        ("birth_date", "2024/6/30", "date_form:birth_date"),
        ("birth_date", "2024年6月30日", "date_form:birth_date"),
        ("last_month", "202406", None),
        ("last_month", "2024-06", "date_form:last_month"),
        ("monthly_amount", "+7", "form:monthly_amount"),
        ("name", " 张三", None),
    ],
)
def test_what_was_set_right_is_told_by_kind(
    con: Backend, tmp_path: Path, column: str, sent: str, told: str | None
) -> None:
    row = of_column(con, tmp_path, column, sent)
    assert (row["_repairs"], row["_rule"]) == (told, None)


@pytest.mark.parametrize(
    ("column", "sent", "shape"),
    [
        ("birth_date", "20170230", "99999999"),
        ("birth_date", "生于1980-1-1abc", "文文9999-9-9AAA"),
        ("insurance", "张三\x00", "文文?"),
        ("monthly_amount", "１，０００元" * 9, "9文999文" * 3 + "9文"),
        ("last_month", " ", None),
    ],
)
def test_what_was_found_is_told_as_a_shape(
    con: Backend, tmp_path: Path, column: str, sent: str, shape: str | None
) -> None:
    row = of_column(con, tmp_path, column, sent)
    assert row["_found"] == shape


def test_a_source_s_own_headings_and_codes(con: Backend, tmp_path: Path) -> None:
    table = Contract(
        "x", "表", "部门", tuple(CONTRACTS["enrolments"][n] for n in ("status", "region", "insurance"))
    )
    headings = Headings(table, {"缴费标志": "status", "TCQ": "region"})
    path = tmp_path / "x.csv"
    path.write_text("缴费标志,tcq,险种\n4,0101,110\n 4 ,0101,11\n1,640104,110\n3,0101,110\n", "utf-8")
    raw = files.read(con, path, headings, TableMap())
    own = {"status": {"4": "3", "3": "2"}, "region": {"0101": "640104"}, "insurance": {"11": "110"}}
    rows = contract.typed(next(raw), table, headings, own)
    rows = con.create_table("own", rows, overwrite=True).order_by(LINE).to_pyarrow().to_pylist()
    assert [(row["status"], row["region"], row["insurance"], row["_rule"]) for row in rows] == [
        ("3", "640104", "110", None),
        ("3", "640104", "110", None),
        ("1", "640104", "110", None),
        ("2", "640104", "110", None),
    ]
