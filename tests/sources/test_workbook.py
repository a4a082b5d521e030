"""Workbooks: the rows of their sheets as a person sees them."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from qmcb.errors import InputError
from qmcb.sources import book, mapping

OLD = Path(__file__).with_name("data") / "deaths.xls"
HEAD = ["姓名", "公民身份号码", "死亡日期"]


def save(folder: Path, **sheets: list[list[object]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(folder / "deaths.xlsx")
    return folder / "deaths.xlsx"


def test_an_old_workbook_with_merged_titles_and_two_sheets() -> None:
    with book.read_files({"deaths": OLD}) as opened:
        rows = opened["deaths"].order_by("row").to_pyarrow().to_pylist()
        files = [(file.file, file.read) for file in opened.files]
    assert [(row["name"], row["died_on"], row["id_number"]) for row in rows] == [
        ("张1", date(2020, 1, 1), "11010519491231002X"),
        ("张2", date(2020, 1, 2), "11010519491231002X"),
    ]
    assert files == [("deaths.xls 第1张表", 1), ("deaths.xls 第2张表", 1)]


def test_the_quarantine_names_sheet_and_row(tmp_path: Path) -> None:
    rows = [["名单"], HEAD, ["甲", "1", "2024-01-01"], [], ["乙", "2", "2024-13-01"]]
    path = save(tmp_path, a=[HEAD, ["甲", "1", "x"]], b=rows)
    with book.read_files({"deaths": path}) as opened:
        apart = opened.quarantine.order_by("file", "line").to_pyarrow().to_pylist()
    assert [(row["file"], row["line"], row["found"]) for row in apart] == [
        ("deaths.xlsx 第1张表", 2, "A"),
        ("deaths.xlsx 第2张表", 5, "9999-99-99"),
    ]


@pytest.mark.parametrize(
    ("number", "day", "expected"),
    [
        (640102198001011234, datetime(2024, 6, 30), "640102198001011200"),  # what a spreadsheet leaves of it
        (7, date(2024, 6, 30), "7"),
        (7.5, "2024年6月30日", "7.5"),
        (True, 20240630, "1"),
        ("007", 20240630.0, "007"),
    ],
)
def test_cells_are_text_as_they_show(tmp_path: Path, number: object, day: object, expected: str) -> None:
    with book.read_files({"deaths": save(tmp_path, a=[HEAD, ["甲", number, day]])}) as opened:
        (row,) = opened["deaths"].to_pyarrow().to_pylist()
    assert (row["id_number"], row["died_on"]) == (expected, date(2024, 6, 30))


def test_the_map_names_a_sheet(tmp_path: Path) -> None:
    path = save(tmp_path, 说明=[["本表"]], 名单=[HEAD, ["甲", "1", "2024-01-01"]])
    told = mapping.SourceMap("x", None, {"deaths": mapping.TableMap(sheet="名单")})
    with book.read_files({"deaths": path}, told) as opened:
        assert opened["deaths"].count().to_pyarrow().as_py() == 1
    told = mapping.SourceMap("x", None, {"deaths": mapping.TableMap(sheet="没有")})
    with pytest.raises(InputError, match=r"sheet 没有 in deaths\.xlsx; found 2 others"):
        book.read_files({"deaths": path}, told)


def test_a_hidden_sheet_is_left_out(tmp_path: Path) -> None:
    path = save(tmp_path, a=[HEAD, ["甲", "1", "2024-01-01"]], 字典=[["代码"], ["1"]])
    made = openpyxl.load_workbook(path)
    made["字典"].sheet_state = "hidden"
    made.save(path)
    with book.read_files({"deaths": path}) as opened:
        assert len(opened.files) == 1
