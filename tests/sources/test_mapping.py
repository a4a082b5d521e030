"""A source's own names, headings and codes: what the map may say, and that a whole source is read by it."""

from pathlib import Path

import pytest

from qmcb import paths
from qmcb.errors import InputError
from qmcb.sources import book, mapping

MAP = """\
label: 某市老系统
place: data
encoding: gb18030
delimiter: "|"
tables:
  deaths:
    name: MZ01
    columns: {亡者: name, ZJHM: id_number, SWRQ: died_on, XB: sex}
    codes: {sex: {M: "1", F: "2"}}
"""


def write(folder: Path, text: str = MAP) -> Path:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "old.yaml").write_text(text, "utf-8")
    return folder / "old.yaml"


def test_a_source_is_read_by_its_map(tmp_path: Path) -> None:
    place = write(tmp_path)
    rows = "亡者|ZJHM|SWRQ|XB|备注\n于珺|11010519491231002X|20240101|F|病|故\n于一|1|2024年1月2日|M|无\n"
    (tmp_path / "data" / "MZ01.txt").write_bytes(rows.encode("gb18030"))
    with book.read(place) as opened:
        told = opened["deaths"].select("name", "sex").to_pyarrow().to_pylist()
        assert told == [{"name": "于一", "sex": "1"}]
        assert opened.quarantine.rule.to_pyarrow().to_pylist() == ["torn"]
        assert opened.others["deaths"].to_pyarrow().to_pylist() == [{"row": 2, "备注": "无"}]
        assert opened.folder == tmp_path / "data"


def test_the_example_of_the_project_is_sound() -> None:
    assert [mapping.load(path) for path in sorted(paths.SOURCES.glob("*.yaml"))]


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("label: 某市老系统\n", "", "the document: 'label' is a required property"),
        ("deaths:", "death:", "tables of data/README.md in old.yaml; found death;"),
        ("XB: sex", "XB: gender", "columns of deaths in old.yaml; found gender"),
        ('F: "2"', 'F: "9"', "codes of sex in old.yaml; found 9"),
        ('"|"', '"*"', "delimiter: '*' is not one of"),
        ("gb18030", "big5", "encoding: 'big5' is not one of"),
        ("name: MZ01", "nam: MZ01", "tables → deaths"),
        ("place: data\n", "", "a place in old.yaml"),
        ("place: data", "place: nowhere", "no folder"),
    ],
)
def test_a_map_that_is_wrong_says_where(tmp_path: Path, was: str, now: str, says: str) -> None:
    assert was in MAP
    with pytest.raises(InputError) as caught:
        book.read(write(tmp_path, MAP.replace(was, now)))
    assert says in str(caught.value) and "\n" not in str(caught.value)
