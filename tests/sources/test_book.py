"""A source read whole: the same from every form of file, balanced, and nothing left behind."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qmcb import balance
from qmcb.errors import InputError
from qmcb.sources import book, delimited
from qmcb.tables import CONTRACTS

Write = Callable[[Path, str, Sequence[str], Sequence[Sequence[str | None]]], Path]
Row = dict[str, str | None]

BAD = "坏"
# What may stand in a column, and what is read from it; BAD where the row breaks its contract.
POOLS: dict[str, dict[str | None, object]] = {
    "id_number": {"640102198001011234": "640102198001011234", "": None, None: None, "　": None},
    "name": {"王,伟": "王,伟", "𠮷\n㐂": "𠮷\n㐂", '"x"': '"x"', "": None, " ": None, "李\r\n四": "李\r\n四"},
    "insurance": {"110": "110", "390 ": "390", "310.0": "310", "999": BAD, "": BAD},
    "region": {"640104": "640104", "64010": BAD, None: BAD},
    "employer_id": {"1": "1", None: None},
    "first_month": {"202001": date(2020, 1, 1), "2020年6月": date(2020, 6, 1), "202013": BAD, "": None},
    "last_month": {"202003": date(2020, 3, 1), "2021/1/31": date(2021, 1, 1), "20170230": BAD, None: None},
    "status": {"1": "1", "2": "2", "9": BAD, " ": BAD},
    "base": {"500000": 500_000, "1.5": BAD, "7.0": 7, "": None},
}
GOOD: Row = {
    "id_number": "640102198001011234",
    "name": "张三",
    "insurance": "110",
    "region": "640104",
    "employer_id": "1",
    "first_month": "202001",
    "last_month": "202012",
    "status": "1",
    "base": "500000",
}
sent_rows = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(list(pool)) for name, pool in POOLS.items()}),
    min_size=1,
    max_size=100,
)


@pytest.fixture(autouse=True)
def nothing_stays(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Whatever a test does, no file of a book outlives it."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert not list(folder.iterdir())


def outcome(row: Row) -> tuple[object, ...] | str:
    """What the contract makes of a row, told without Ibis: its values, or the first rule it breaks."""
    read = {name: pool[row[name]] for name, pool in POOLS.items()}
    for name, value in read.items():
        if value == BAD:
            empty = not (row[name] or "").strip()
            coded = name in ("insurance", "status")
            return f"{'required' if empty else 'code' if coded else 'type'}:{name}"
    first, last = read["first_month"], read["last_month"]
    if read["id_number"] is None and read["name"] is None:
        return "nobody"
    if isinstance(first, date) and isinstance(last, date) and last < first:
        return "months_order"
    if read["status"] != "1" and first and not last:
        return "months_end"
    return tuple(read.values())


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=sent_rows)
def test_every_row_is_accepted_or_kept_apart_whatever_the_file(
    tmp_path_factory: pytest.TempPathFactory, forms: dict[str, Write], rows: list[Row]
) -> None:
    expected = [outcome(row) for row in rows]
    for form in ("parquet", "gb18030"):
        folder = tmp_path_factory.mktemp("source")
        forms[form](folder, "enrolments", list(POOLS), [[row[name] for name in POOLS] for row in rows])
        with book.read(folder) as held:
            accepted = held["enrolments"].select("row", *POOLS).order_by("row").to_pyarrow().to_pylist()
            apart = held.quarantine.order_by("line").to_pyarrow().to_pylist()
            (file,) = held.files
            balance.check(held.balance())
        assert [tuple(row.values()) for row in accepted] == [
            (line, *each) for line, each in enumerate(expected, 1) if isinstance(each, tuple)
        ]
        assert [(row["line"], row["rule"]) for row in apart] == [
            (line, each) for line, each in enumerate(expected, 1) if isinstance(each, str)
        ]
        assert file.read == len(rows) == file.accepted + file.quarantined
        assert {row["table"] for row in apart} <= {"enrolments"} and all(row["reason"] for row in apart)


def test_torn_rows_are_kept_apart_with_their_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 300)
    good = ",".join(str(value) for value in GOOD.values())
    torn = {3, 4, 40, 77}
    lines = ["张三,1" if line in torn else good for line in range(1, 81)]
    (tmp_path / "enrolments.csv").write_bytes("\r\n".join([",".join(GOOD), *lines, "", ""]).encode("gb18030"))
    with book.read(tmp_path) as held:
        apart = held.quarantine.order_by("line").to_pyarrow().to_pylist()
        accepted = held["enrolments"].row.to_pyarrow().to_pylist()
        assert [(line.whole, line.parts) for line in held.balance()] == [(80, (("接收", 76), ("隔离", 4)))]
    assert [(row["line"], row["rule"], row["reason"]) for row in apart] == [
        (line, "torn", "列数与表头不符") for line in sorted(torn)
    ]
    assert set(accepted) == set(range(1, 81)) - torn


def test_the_quarantine_holds_no_value_of_a_row(tmp_path: Path, write: Write) -> None:
    row = {**GOOD, "region": "外地", "phone": "13812345678"}
    write(tmp_path, "enrolments", list(row), [list(row.values())])
    with book.read(tmp_path) as held:
        (apart,) = held.quarantine.to_pyarrow().to_pylist()
    assert apart == {
        "table": "enrolments",
        "file": next(tmp_path.iterdir()).name,
        "line": 1,
        "record_id": None,
        "column": "参保地",
        "rule": "type:region",
        "reason": "参保地：格式不符",
        "found": "文文",
    }


def test_a_book_says_what_it_was_read_from(tmp_path: Path, forms: dict[str, Write]) -> None:
    forms["utf-8"](tmp_path, "enrolments", list(GOOD), [list(GOOD.values())] * 2)
    forms["parquet"](tmp_path, "死亡火化", ["姓名", "AAC002", "死亡日期"], [["张三", "1", "20200101"]])
    with book.read(tmp_path, needed=("deaths",)) as held:
        assert set(held.tables) == {"enrolments", "deaths"}
        assert "enrolments" in held and "residents" not in held
        assert set(held.absent) == set(CONTRACTS) - {"enrolments", "deaths"}
        assert [(file.table, file.file, file.read) for file in held.files] == [
            ("enrolments", "enrolments.csv", 2),
            ("deaths", "死亡火化.parquet", 1),
        ]
        digest = hashlib.sha256((tmp_path / "enrolments.csv").read_bytes()).hexdigest()
        assert held.files[0].sha256 == digest
        assert held.inputs().to_dict("list") == {
            "表": ["参保缴费", "死亡火化"],
            "文件": ["enrolments.csv", "死亡火化.parquet"],
            "读入行数": [2, 1],
            "隔离行数": [0, 0],
            "SHA-256": [file.sha256[:12] for file in held.files],
        }
        with pytest.raises(InputError, match=r"户籍人口 as residents\.parquet.*公安"):
            held["residents"]


def test_record_numbers_are_the_source_s_or_the_line(tmp_path: Path, write: Write) -> None:
    headings = ["AAZ000", *GOOD]
    write(tmp_path, "enrolments", headings, [[number, *GOOD.values()] for number in ("E7", None, "　")])
    with book.read(tmp_path) as held:
        rows = held["enrolments"].order_by("row").record_id.to_pyarrow().to_pylist()
    assert rows == ["E7", "2", "3"]


@pytest.mark.parametrize("name", ["数[1]据*?", "name=x", "it's", "a b"])
def test_any_name_of_a_folder_will_do(tmp_path: Path, forms: dict[str, Write], name: str) -> None:
    (tmp_path / name).mkdir()
    rows = [["张三", "1", "20200101"]]
    forms["parquet"](tmp_path / name, "deaths", ["name", "id_number", "died_on"], rows)
    forms["utf-8"](tmp_path / name, "low_income", ["name", "id_number", "since"], rows)
    with book.read(tmp_path / name) as held:
        assert [held[file.table].name.to_pyarrow().to_pylist() for file in held.files] == [["张三"]] * 2


def test_closing_ends_the_connection_and_removes_the_files(
    tmp_path: Path, forms: dict[str, Write], nothing_stays: Path
) -> None:
    held = book.read(forms["gb18030"](tmp_path, "enrolments", list(GOOD), [list(GOOD.values())]))
    assert list(nothing_stays.iterdir())
    held.close()
    assert not list(nothing_stays.iterdir())


def parquet(folder: Path, content: Callable[[bytes], bytes]) -> None:
    path = folder / "enrolments.parquet"
    pq.write_table(pa.table({name: ["张三"] * 2000 for name in GOOD}), path)
    path.write_bytes(content(path.read_bytes()))


def csv(content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / "enrolments.csv").write_bytes(content)


HEADINGS = ",".join(GOOD)
UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no tables": (lambda folder: (folder / "notes.txt").touch(), "tables such as enrolments.parquet"),
    "empty csv": (csv(b""), "heading in the first line; found enrolments.csv is empty"),
    "only a mark": (csv(b"\xef\xbb\xbf\r\n\r\n"), "heading in the first line"),
    "only a heading": (csv(HEADINGS.encode()), "rows in enrolments.csv; found a heading and no row"),
    "a heading and blanks": (csv(HEADINGS.encode() + b"\r\n\r\n\r\n"), "found a heading and no row"),
    "another encoding": (csv(f"{HEADINGS}\n张三".encode("utf-16-le")), "column 公民身份号码"),
    "cut in a character": (csv(f"{HEADINGS}\n张三".encode()[:-1]), "UTF-8 or GB18030"),
    "one wrong byte": (csv(f"{HEADINGS}\n张三".encode("gb18030") + b"\xff\n"), "UTF-8 or GB18030"),
    "a workbook": (csv(b"PK\x03\x04\xff\xfe\x00\x00" * 9), "UTF-8 or GB18030"),
    "a folder": (lambda folder: (folder / "enrolments.csv").mkdir(), "found Is a directory"),
    "a folder of parts": (lambda folder: (folder / "enrolments.parquet").mkdir(), "enrolments.parquet"),
    "empty parquet": (lambda folder: parquet(folder, lambda _: b""), "enrolments.parquet to be Parquet"),
    "cut parquet": (lambda folder: parquet(folder, lambda b: b[: len(b) // 2]), "to be Parquet"),
    "wrong pages": (lambda folder: parquet(folder, lambda b: b[:4] + b"\0" * 300 + b[304:]), "to be Parquet"),
    "parquet without rows": (
        lambda folder: pq.write_table(pa.table({name: [] for name in GOOD}), folder / "enrolments.parquet"),
        "found a heading and no row",
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, case: str) -> None:
    make, says = UNREADABLE[case]
    make(tmp_path)
    with pytest.raises(InputError) as caught:
        book.read(tmp_path)
    message = str(caught.value)
    assert says in message and "\n" not in message
    assert message.startswith("expected ") and message.count("; ") >= 2 and "张" not in message


def test_a_source_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(InputError, match="a folder of tables as source"):
            book.read(path)


def test_a_table_that_is_needed_is_asked_for_with_its_department(
    tmp_path: Path, forms: dict[str, Write]
) -> None:
    forms["gb18030"](tmp_path, "enrolments", list(GOOD), [list(GOOD.values())])
    with pytest.raises(InputError, match=r"学生 as students\.parquet or students\.csv.*教育"):
        book.read(tmp_path, needed=("enrolments", "students"))


def test_a_resident_number_never_serves_as_record_id(tmp_path: Path) -> None:
    rows = ["record_id,id_number,name,died_on"]
    rows += [f"{number},{number},甲,2020-01-01" for number in ("11010519491231002X", "110105491231002")]
    rows += ["DE000000001,11010519491231002X,甲,2020-01-01", "202006150000000001,,甲,2020-01-01"]
    (tmp_path / "deaths.csv").write_text("\n".join(rows), encoding="utf-8")
    with book.read(tmp_path) as found:
        ids = found["deaths"].order_by("row").record_id.to_pyarrow().to_pylist()
    assert ids == ["1", "2", "DE000000001", "4"]
