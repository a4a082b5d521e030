"""`qmcb check`: what a department is told of its file, without a value of it."""

from pathlib import Path

import pytest

from qmcb import cli
from qmcb.errors import InputError
from qmcb.studies import delivery

HEAD = "记录号,公民身份号码,姓名,性别,出生日期,死亡日期,备注"
ROWS = (
    "1,11010519491231002X,王伟,男,1949年12月31日,2024-01-02,a",
    "2,11010519491231002x,王伟,1,19491231,20240103,b",
    "3,,,,,20240104,c",
    "4,110105194912310038,买买提·吐尔逊,1,19491231,20240231,d",
    "5,110105194912310038",
)
VALUES = ("110105", "王伟", "买买提", "20240231")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "火化.csv"
    path.write_bytes("\r\n".join((HEAD, *ROWS)).encode("gb18030"))
    return path


def test_every_row_that_breaks_the_contract_is_told_by_line_and_rule(file: Path) -> None:
    found = delivery.check("deaths", file)
    assert not found.right
    told = found.rows[["line", "column", "rule", "found"]].to_numpy().tolist()
    assert told == [
        [3, None, "nobody", None],
        [4, "死亡日期", "type:died_on", "99999999"],
        [5, None, "torn", "2列（表头7列）"],
    ]
    assert found.others == 1
    repaired = found.repaired.set_index(["column", "repair"])["rows"].to_dict()
    assert sum(repaired.values()) == 2
    problems = found.numbers.set_index("problem")["done"].to_dict()
    assert problems["小写x（已更正）"] == "已更正"


def test_neither_page_nor_list_nor_terminal_holds_a_value(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "told"
    assert cli.main(["check", "deaths", str(file), "--out", str(out)]) == cli.EXIT_RUN
    page, rows = out / "deaths.html", out / "deaths.csv"
    told = [capsys.readouterr().out, page.read_text("utf-8"), rows.read_text("utf-8-sig")]
    assert not any(value in text for value in VALUES for text in told)
    assert all("死亡日期" in text for text in told)
    assert sorted(path.name for path in out.iterdir()) == ["deaths.csv", "deaths.html"]


def test_a_right_file_is_told_to_be_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "deaths.csv"
    path.write_text(f"{HEAD}\n{ROWS[0]}\n", "utf-8")
    assert cli.main(["check", "deaths", str(path)]) == 0
    assert "读入行数等于接收与隔离之和" in capsys.readouterr().out


def test_what_cannot_be_checked_is_one_line(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a table: one of residents"):
        delivery.check("people", file)
    with pytest.raises(InputError, match="found no file"):
        delivery.check("deaths", tmp_path / "none.csv")
    with pytest.raises(InputError, match="column 姓名"):
        delivery.check("deaths", _short(tmp_path))


def test_a_page_that_may_point_at_a_person_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "11010519491231002X.csv"
    path.write_text(f"{HEAD}\n{ROWS[1]}\n", "utf-8")
    with pytest.raises(InputError, match="point at no person"):
        delivery.check("deaths", path).write(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _short(folder: Path) -> Path:
    path = folder / "short.csv"
    path.write_text("record_id,id_number,died_on\n1,11010519491231002X,20240101\n", "utf-8")
    return path
