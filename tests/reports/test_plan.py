"""A plan is checked wholly before anything starts."""

from pathlib import Path

import nbformat
import pytest

from qmcb import paths
from qmcb.errors import InputError
from qmcb.reports import plan

CELL = """\
source = "data/sample"  # 数据来源
province = "64"  # 本省代码
period = "2024-06"  # 截止年月
accept = 0.99  # 最低概率
most: int = 5  # 至多
detail = True
"""


@pytest.fixture(autouse=True)
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two notebooks, the first with parameters, and a source folder `here`."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    cell = nbformat.v4.new_code_cell(CELL, metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    for name, cells in {"02_some": [cell], "03_other": []}.items():
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / f"{name}.ipynb")
    monkeypatch.setattr(paths, "NOTEBOOKS", folder)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    return folder


def load(text: str | bytes) -> plan.Plan:
    file = Path("month.yaml")
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return plan.load(file)


def with_parameters(text: str) -> str:
    return "reports: [{notebook: 02_some, parameters: {source: here, " + text + "}}]"


def test_a_plan_is_read_with_its_defaults() -> None:
    read = load(
        "title: 月报\nreports: [{notebook: 02_some, parameters: {source: here}}, {notebook: 03_other}]\n"
    )
    assert (read.name, read.title, read.seconds_a_cell) == ("month", "月报", plan.SECONDS_A_CELL)
    assert [(report.name, report.parameters) for report in read.reports] == [
        ("02_some", {"source": "here"}),
        ("03_other", {}),
    ]
    assert load("reports: [{notebook: 03_other}]\ntitle:\nseconds_a_cell: 9").title == "month"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("period: 2024-06", "period", "2024-06"),
        ("period: 202406", "period", "202406"),
        ("province: 64", "province", "64"),
        ("accept: 1", "accept", 1.0),
        ("accept: 0.5", "accept", 0.5),
        ("most: 7", "most", 7),
        ("detail: no", "detail", False),
    ],
)
def test_values_take_the_type_of_the_default(text: str, name: str, value: object) -> None:
    given = load(with_parameters(text)).reports[0].parameters[name]
    assert (given, type(given)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a plan in month.yaml as name: value; found NoneType"),
        ("- 1", "found list"),
        ("reports: [", "one YAML document in month.yaml, line 1"),
        ("title: a\ntitle: b\nreports: [{notebook: 03_other}]", "line 2; found key title twice"),
        ("title: \t@", "month.yaml"),
        ("title: 月报".encode("gb18030"), "found not YAML in UTF-8"),
        ("titel: a\nreports: [{notebook: 03_other}]", "found titel; correct month.yaml"),
        ("title: a", "a list of reports in month.yaml"),
        ("reports: []", "a list of reports"),
        ("reports: {notebook: 03_other}", "a list of reports"),
        ("reports: [03_other]", "each report in month.yaml as name: value; found str"),
        ("reports: [{parameters: {}}]", "a notebook among 02_some, 03_other; found None"),
        ("reports: [{notebook: 9_none}]", "a notebook among 02_some, 03_other; found 9_none"),
        ("reports: [{notebook: 03_other, parameter: {}}]", "only notebook, parameters"),
        ("reports: [{notebook: 03_other}, {notebook: 03_other}]", "each notebook once"),
        ("reports: [{notebook: 02_some, parameters: [1]}]", "parameters of 02_some as name: value"),
        (with_parameters("periode: 2024-06"), "found periode; correct month.yaml"),
        (with_parameters("period: 2024-06, period: 2024-05"), "key period twice"),
        (with_parameters("period: 2024-13"), "found year 2024, month 13"),
        (with_parameters("period: 3000-01"), "found year 3000"),
        (with_parameters("period: 2099-01"), "a period that has begun; found 2099-01"),
        (with_parameters("period: 2024-06-30"), "a month such as 2024-06"),
        (with_parameters("period: 2024.06"), "parameter period as str; found 2024.06"),
        (with_parameters("period: [2024, 6]"), "parameter period as str"),
        (with_parameters("period:"), "parameter period as str; found None"),
        (with_parameters("province: no"), "parameter province as str; found False"),
        (with_parameters("province: 99"), "a province code such as 64; found '99'"),
        (with_parameters("accept: high"), "parameter accept as float; found 'high'"),
        (with_parameters("accept: true"), "parameter accept as float; found True"),
        (with_parameters("most: 1.5"), "parameter most as int"),
        (with_parameters("most: true"), "parameter most as int"),
        ("reports: [{notebook: 02_some, parameters: {source: nowhere}}]", "found no folder nowhere"),
        ("reports: [{notebook: 02_some, parameters: {source: month.yaml}}]", "a folder of tables"),
        ("reports: [{notebook: 03_other}]\nseconds_a_cell: 0", "seconds_a_cell as a whole number"),
        ("reports: [{notebook: 03_other}]\nseconds_a_cell: yes", "seconds_a_cell as a whole number"),
    ],
)
def test_what_would_fail_later_is_refused_in_one_line(text: str | bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load(text)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(("review", "accept"), [(0.5, 1.5), (0.9, 0.5), (0.0, 0.9), (0.5, float("nan"))])
def test_thresholds_that_are_out_of_order(review: float, accept: float) -> None:
    with pytest.raises(InputError, match="0 < review ≤ accept < 1"):
        plan._possible({"review": review, "accept": accept})


@pytest.mark.parametrize("name", ["none.yaml", "here"])
def test_a_plan_that_is_no_file(name: str) -> None:
    with pytest.raises(InputError, match=f"found no file {name}"):
        plan.load(Path(name))


def test_parameters_and_what_they_are_called(notebooks: Path) -> None:
    assert plan.parameters(notebooks / "02_some.ipynb") == {
        "source": "data/sample",
        "province": "64",
        "period": "2024-06",
        "accept": 0.99,
        "most": 5,
        "detail": True,
    }
    assert plan.labels(notebooks / "02_some.ipynb") == {
        "source": "数据来源",
        "province": "本省代码",
        "period": "截止年月",
        "accept": "最低概率",
        "most": "至多",
        "detail": "",
    }
    assert plan.parameters(notebooks / "03_other.ipynb") == {}


def test_every_parameter_of_the_project_s_notebooks_has_a_chinese_label(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    for notebook in paths.NOTEBOOKS.glob("*.ipynb"):
        labels = plan.labels(notebook)
        assert labels and all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in labels.values())
