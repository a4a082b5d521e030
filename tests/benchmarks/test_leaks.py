"""Every planted leak is caught in a small run, what is not planted passes, and names are told from words."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.plants import Victim, plants
from qmcb import codes, paths
from qmcb.reports import known, leak

WHO = Victim("640104199003072318", "13912345678", "王芳", "马晓燕", "古丽·买买提")
PEOPLE = known.people_named({WHO.two, WHO.three, WHO.more}, {WHO.number}, words=known.vocabulary())
ALL = [(kind, at) for kind, each in plants().items() for at in range(len(each))]
PAGE = """<!DOCTYPE html><html lang="zh-CN"><body><main><h2>重复参保</h2><p>990人，其中跨省658人。</p>
<table><tr><th>类别</th><th>人数</th></tr><tr><th>甲</th><td>&lt;5</td></tr></table></main></body></html>"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A page, a notebook, a table, a manifest and a crate in which nobody stands."""
    cell = {"cell_type": "code", "metadata": {}, "source": ["1"], "outputs": [], "execution_count": 1}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "01.html").write_text(PAGE, "utf-8")
    (tmp_path / "01.ipynb").write_text(json.dumps(book), "utf-8")
    (tmp_path / "tables").mkdir()
    rows = pa.table({"case": ["CF-7KQ2M9XA3FGH"], "fen": [13912345678], "record_id": ["13912345678"]})
    pq.write_table(rows, tmp_path / "tables" / "rows.parquet")
    for name in ("manifest.json", "ro-crate-metadata.json"):
        (tmp_path / name).write_text(
            '{"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934c"}', "utf-8"
        )
    return tmp_path


def test_there_are_a_hundred_leaks_of_ten_kinds() -> None:
    assert len(ALL) == 100 and {len(each) for each in plants().values()} == {10}


def test_what_is_clean_passes(run: Path) -> None:
    assert leak.scan_folder(run, PEOPLE) == []


@pytest.mark.parametrize(("kind", "at"), ALL)
def test_a_planted_leak_is_caught(run: Path, kind: str, at: int) -> None:
    path = plants()[kind][at](run, WHO)
    [line] = leak.scan_folder(run, PEOPLE)
    assert line.startswith(path.relative_to(run).as_posix())
    assert not any(text in line for text in (WHO.number, WHO.phone, WHO.two, WHO.three, WHO.more))


def test_words_of_the_project_are_no_names_and_a_list_of_names_is_one() -> None:
    label = next(label for label in codes.DUPLICATE.values() if len(label) > 3)
    people = known.people_named({"西藏", label, "王芳"}, words=known.vocabulary())
    assert leak.scan(f"<td>西藏</td><p>{label}</p>", people) == []
    assert [found.kind for found in leak.scan("<td>西藏</td><td>王芳</td>", people)] == ["name"]


def test_the_lists_of_names_of_the_sample_are_no_words_of_the_project() -> None:
    words = known.vocabulary()
    lists = (paths.ROOT / "qmcb" / "sample" / "names.yaml").read_text("utf-8")
    assert lists[200:260] not in words and "中断缴费" in words and "兴庆区" in words


def test_a_number_is_known_in_the_other_form_of_it() -> None:
    old = "640104900307231"
    people = known.people_named((), {old, "６４０１０５１９９００３０７２３１ｘ"})
    assert [found.kind for found in leak.scan("6.4.0.1.0.4.9.0.0.3.0.7.2.3.1", people)] == ["resident_number"]
    assert [found.kind for found in leak.scan("640/105/1990/0307/231", people)] == ["resident_number"]
    assert leak.scan("6.4.0.1.0.4.9.0.0.3.0.7.2.3.2", people) == []
