"""The index tells of every run what its manifest and its files say, and asks nothing of any address."""

import base64
import json
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook, new_output

from qmcb import codes
from qmcb.balance import Line
from qmcb.errors import RunError
from qmcb.reports import manifest, site, verify
from qmcb.studies import provenance
from tests.reports.test_verify import edit, key


@pytest.fixture
def out(undisturbed: Path, tmp_path: Path) -> Path:
    """Two runs of one plan; the later one with quarantine and a balance line that is off."""
    for name in ("20240601T000000Z", "20240701T000000Z"):
        shutil.copytree(undisturbed, tmp_path / "out" / "plan" / name)

    def later(told: dict) -> None:  # type: ignore[type-arg]
        predicate = told["predicate"]
        predicate["plan"]["title"] = "月报 <1>"
        for report in predicate["reports"]:  # both read the same file, whose rows count once
            report["inputs"][0].update(quarantined=1200)
        predicate["reports"][0]["balance"] = [{"label": "户籍人口：读入", "whole": "9", "difference": "-1"}]

    edit(tmp_path / "out" / "plan" / "20240701T000000Z", later)
    return tmp_path / "out"


def page(out: Path) -> BeautifulSoup:
    site.write(out)
    return BeautifulSoup((out / "index.html").read_text("utf-8"), "html.parser")


def told(article: BeautifulSoup) -> dict[str, tuple[str, bool]]:
    return {
        term.get_text(): (value.get_text(), "open" in value.get("class", []))
        for term, value in zip(article("dt"), article("dd"), strict=True)
    }


def test_runs_stand_newest_first_with_their_gates(out: Path) -> None:
    made = page(out)
    assert made.h2.get_text() == "月报 <1>"
    later, earlier = made("article")
    assert "plan/20240701T000000Z" in later.get_text() and "plan/20240601T000000Z" in earlier.get_text()
    gates = told(later)
    assert gates["勾稽关系"] == ("1条，不平1条", True)
    assert gates["隔离的行"] == ("1,200行（1个文件），待原部门核对", True)
    assert gates["文件与清单"] == ("一致", False) and told(earlier)["隔离的行"] == ("无", False)
    assert [gates[label] for label in codes.SIGN_OFF.values()] == [("未签署", True)] * 3
    assert [row.get_text() for row in later.details.tbody("td")] == ["9", "-1"]
    assert not earlier.details


def test_links_lead_to_pages_that_are_there_and_nothing_leads_away(out: Path) -> None:
    made = page(out)
    links = [link["href"] for link in made.main("a")]
    assert len(links) == 6 and all((out / link).is_file() for link in links)
    assert [link.get_text() for link in made.article("a")] == ["01_count", "02_save", "清单"]
    assert not re.search(r"https?:|url\(|@import|<script|src=", str(made))
    assert "default-src 'none'" in made.find("meta", attrs={"http-equiv": True})["content"]


def test_landmarks_and_headings(out: Path) -> None:
    made = page(out)
    assert [tag.name for tag in made.body(["header", "main", "footer"])] == ["header", "main", "footer"]
    assert [tag.name for tag in made(re.compile("^h[1-6]$"))] == ["h1", "h2", "h3", "h3"]
    assert made.html["lang"] == "zh-CN" and made.section["aria-labelledby"] == made.h2["id"]
    assert made.find("a", class_="skip")["href"] == f"#{made.main['id']}"


def test_signing_shows_in_the_index_and_a_change_after_it_too(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(out)
    run = out / "plan" / "20240701T000000Z"
    verify.sign(run, "prepared", key(tmp_path, "经办岗"))

    def index() -> dict[str, tuple[str, bool]]:
        made = BeautifulSoup((out / "index.html").read_text("utf-8"), "html.parser")
        return told(made.article)

    assert index()["编制"][0].startswith("未登记的密钥（")
    monkeypatch.setenv("QMCB_SIGN_KEYS", str(tmp_path / "keys"))
    site.write(out)
    assert re.fullmatch(r"经办岗 \d{4}-\d\d-\d\d \d\d:\d\d", index()["编制"][0]) and not index()["编制"][1]
    (run / "01_count.html").write_text("other", "utf-8")
    site.write(out)
    assert index()["文件与清单"] == ("生成后有1处改动", True)
    text, is_open = index()["编制"]
    assert text.startswith("经办岗 ") and text.endswith("，签署后文件有改动") and is_open
    edit(run, lambda told: told.update(more=1))
    site.write(out)
    assert index()["编制"] == ("签名无效", True)


@pytest.mark.parametrize("damaged", [False, True])
def test_a_run_whose_manifest_cannot_be_read_is_shown_as_such(out: Path, damaged: bool) -> None:
    if damaged:
        edit(out / "plan" / "20240701T000000Z", lambda told: told["predicate"]["reports"][0].pop("balance"))
    else:
        (out / "plan" / "20240701T000000Z" / "manifest.json").write_text('{"plan": "of an earlier version"}')
    later, earlier = page(out)("article")
    assert told(later) == {"文件与清单": ("清单无法读取", True)} and later.h3.get_text() == "20240701T000000Z"
    assert told(earlier)["文件与清单"] == ("一致", False)


def test_a_value_that_may_identify_a_person_withholds_the_index(out: Path) -> None:
    page(out)
    before = (out / "index.html").read_bytes()
    number = base64.b64decode("MTEwMTA1MTk0OTEyMzEwMDIx").decode()
    edit(out / "plan" / "20240701T000000Z", lambda told: told["predicate"]["plan"].update(title=number))
    with pytest.raises(RunError, match=r"withheld, as it may identify a person \(1 resident number"):
        site.write(out)
    assert (out / "index.html").read_bytes() == before


def test_the_balance_lines_and_title_of_a_notebook_are_found() -> None:
    table = provenance.closing([Line("户籍人口", 1_000, (("参保", 1_000),)), Line("读入", 5, (("接收", 5),))])
    output = new_output("execute_result", data=table._repr_mimebundle_())
    book = new_notebook(cells=[new_code_cell(outputs=[output])])
    assert manifest._balance(json.loads(json.dumps(book), object_hook=type(book))) == [
        {"label": "户籍人口", "whole": "1,000", "difference": "0"},
        {"label": "读入", "whole": "5", "difference": "0"},
    ]
