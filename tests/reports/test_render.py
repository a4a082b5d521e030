import base64
import re
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from flit_core.wheel import make_wheel_in
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from qmcb.errors import InputError
from qmcb.paths import ROOT
from qmcb.reports import charts
from qmcb.reports.render import page
from qmcb.reports.tables import table

FRAME = pd.DataFrame({"label": ["陕西", "甘肃"], "count": [1_900, 800]})
PICTURE = charts.bars(FRAME, title="两个省 <最多>", unit="人")


def shown(thing: object) -> nbformat.NotebookNode:
    bundle = thing._repr_mimebundle_()  # type: ignore[attr-defined]
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    encoded = {k: base64.b64encode(v).decode() if isinstance(v, bytes) else v for k, v in data.items()}
    return new_output("execute_result", data=encoded, metadata=metadata, execution_count=3)


def notebook(tmp_path: Path, *cells: nbformat.NotebookNode) -> Path:
    book = new_notebook(cells=list(cells), metadata={"kernelspec": {"name": "python3", "display_name": "x"}})
    nbformat.write(book, tmp_path / "in.ipynb")
    return tmp_path / "in.ipynb"


def whole(tmp_path: Path) -> Path:
    return notebook(
        tmp_path,
        new_markdown_cell("# 谁重复参保 / Who is enrolled twice\n\n先看图。"),
        new_code_cell("secret_code = 1", outputs=[new_output("stream", name="stderr", text="at /home/x")]),
        new_markdown_cell("## 各省 / By province\n\n看**最长**的。\n\n### 细看 A/B 两类"),
        new_code_cell("charts.bars()", outputs=[shown(PICTURE)]),
        new_markdown_cell("## 表\n\n# 平衡行"),
        new_code_cell("table()", outputs=[shown(table(FRAME, caption="各省", people=["count"]))]),
        new_code_cell("frame", outputs=[new_output("display_data", data={"text/html": FRAME.to_html()})]),
        new_code_cell("print()", outputs=[new_output("stream", name="stdout", text="读入 <20,000>")]),
    )  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> BeautifulSoup:
    page(
        whole(tmp_path),
        tmp_path / "out.html",
        title="跨省 & 核查",
        facts={"期间": "2017年", "资料": "<样例>"},
    )
    return BeautifulSoup((tmp_path / "out.html").read_text("utf-8"), "html.parser")


def test_nothing_comes_from_outside_and_no_code_shows(made: BeautifulSoup) -> None:
    text = str(made)
    for absent in (
        "http:",
        "https:",
        "//cdn",
        "<script",
        "secret_code",
        "charts.bars",
        "/home/x",
        "In [",
        "Out[",
    ):
        assert absent not in text
    assert (
        "default-src 'none'" in made.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    )
    assert not re.findall(r"url\(|@import", text)


def test_landmarks_language_and_order(made: BeautifulSoup) -> None:
    assert made.html["lang"] == "zh-CN" and made.title.get_text() == "跨省 & 核查"
    assert [tag.name for tag in made.body(["header", "nav", "main", "footer"])] == [
        "header",
        "nav",
        "main",
        "footer",
    ]
    assert made.find("a", class_="skip")["href"] == f"#{made.main['id']}"
    assert [tag.name for tag in made(re.compile("^h[1-6]$"))] == ["h1", "h2", "h3", "h2", "h2"]
    assert made.header.dl.get_text(" ", strip=True) == "期间 2017年 资料 <样例>"
    assert made.find(class_="question").find(class_="english")["lang"] == "en"


def test_every_heading_is_in_the_contents(made: BeautifulSoup) -> None:
    links = {link["href"][1:]: link.get_text() for link in made.nav("a")}
    assert list(links.values()) == ["各省", "细看 A/B 两类", "表", "平衡行"]
    assert list(links) == [tag["id"] for tag in made.main(["h2", "h3"])]
    assert made.find(id="s1").find(class_="english").get_text() == "By province"


def test_pictures_carry_their_sentence_and_tables_their_numbers(made: BeautifulSoup) -> None:
    assert [image["alt"] for image in made("img")] == [PICTURE.alt]
    assert made.img["src"].startswith("data:image/png;base64,iVBOR") and made.img["width"] == "880"
    assert [cell.get_text() for cell in made.find("table", class_="data")("td")] == ["1,900", "800"]
    assert made.pre.get_text() == "读入 <20,000>"


def test_same_notebook_same_bytes(tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        page(whole(tmp_path), tmp_path / name, title="核查", facts={})
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_picture_that_no_check_can_read_is_refused(tmp_path: Path) -> None:
    bare = new_output("display_data", data={"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"})
    for cells in ([new_code_cell(outputs=[bare])], [new_markdown_cell("![x](https://example.org/x.png)")]):
        with pytest.raises(InputError):
            page(notebook(tmp_path, *cells), tmp_path / "out.html", title="x", facts={})
        assert not (tmp_path / "out.html").exists()


def test_templates_are_part_of_the_package(tmp_path: Path) -> None:
    wheel = make_wheel_in(ROOT / "pyproject.toml", tmp_path).file
    held = set(ZipFile(wheel).namelist())
    folder = ROOT / "qmcb" / "reports" / "templates"
    assert {file.relative_to(ROOT).as_posix() for file in folder.rglob("*.*")} <= held
