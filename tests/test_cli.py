"""The command line: what is not as expected is one line on stderr, code 2, and nothing half-written."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from qmcb import cli, paths
from qmcb.errors import BalanceError, BusyError, RunError

CELL = 'period = "2024-06"  # 截止年月\nout = ""  # 结果表存放的文件夹'
Text = pytest.CaptureFixture[str]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with one notebook and a plan for it."""
    (tmp_path / "notebooks").mkdir()
    cell = nbformat.v4.new_code_cell(CELL, metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    book = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)
    nbformat.write(book, tmp_path / "notebooks" / "09_test.ipynb")
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    (tmp_path / "plan.yaml").write_text("reports: [{notebook: 09_test}]\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def code(*arguments: str) -> int:
    try:
        return cli.main(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "the following arguments are required: COMMAND"),
        ("walk", "invalid choice: 'walk'"),
        ("run", "the following arguments are required: PLAN; see qmcb run --help"),
        ("run plan.yaml --fast", "unrecognized arguments: --fast"),
        ("run none.yaml", "found no file none.yaml"),
        ("run notebooks", "found no file notebooks"),
        ("run plan.yaml --out plan.yaml", "found Not a directory (plan.yaml"),
        ("run plan.yaml --out /proc/none", "expected files to read and a folder to write"),
        ("sample", "the following arguments are required: DIR"),
        ("sample new --people 0", "found 0"),
        ("sample new --people -5", "found -5"),
        ("sample new --people many", "invalid int value: 'many'"),
        ("sample new --seed -1", "expected a seed of 0 or more"),
        ("sample new --period 2024-13", "2024-13"),
        ("sample notebooks", "expected a new folder or an earlier sample; found"),
        ("sample plan.yaml", "expected a new folder or an earlier sample; found"),
        ("sample plan.yaml/new", "expected files to read and a folder to write"),
    ],
)
def test_input_errors_are_one_line(office: Path, capsys: Text, arguments: str, says: str) -> None:
    before = sorted(office.rglob("*"))
    assert code(*arguments.split()) == cli.EXIT_INPUT
    out, err = capsys.readouterr()
    assert says in err and err.startswith("qmcb: ") and err.count("\n") == 1
    assert not out and sorted(office.rglob("*")) == before


@pytest.mark.parametrize(
    ("error", "expected", "says"),
    [
        (OSError(28, "No space left on device", "out/x"), cli.EXIT_INPUT, "No space left on device (out/x)"),
        (BalanceError("balance lines are off: x"), cli.EXIT_RUN, "balance lines are off: x"),
        (RunError("09_test: cell 2 failed"), cli.EXIT_RUN, "09_test: cell 2 failed"),
        (BusyError("another run"), cli.EXIT_BUSY, "another run"),
        (KeyboardInterrupt(), 130, "stopped; nothing was written"),
    ],
)
def test_what_happens_on_the_way_is_one_line(
    capsys: Text, monkeypatch: pytest.MonkeyPatch, error: BaseException, expected: int, says: str
) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr(cli, "_sample", fail)
    assert code("sample", "new") == expected
    err = capsys.readouterr().err
    assert says in err and err.count("\n") == 1


def test_a_sample_is_made_and_told(office: Path, capsys: Text) -> None:
    assert code("sample", "new", "--people", "500") == 0
    assert capsys.readouterr().out == "sample province of 500 residents in new\n"
    assert (office / "new" / "enrolments.parquet").is_file()


def test_a_run_that_fails_says_why_and_ends_with_1(
    office: Path, capsys: Text, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qmcb.reports import run

    def fail(*_: object, **__: object) -> Path:
        raise RunError("09_test: cell 2 failed")

    monkeypatch.setattr(run, "run", fail)
    assert code("run", "plan.yaml") == cli.EXIT_RUN
    assert capsys.readouterr().err == "qmcb: 09_test: cell 2 failed\n"


def test_an_input_error_in_a_notebook_is_one_line_and_leaves_nothing(
    office: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = office / "notebooks" / "09_test.ipynb"
    book = nbformat.read(path, as_version=4)
    fail = "from qmcb.errors import InputError\nraise InputError('this', 'that', 'do it')"
    book.cells.append(nbformat.v4.new_code_cell(fail))
    nbformat.write(book, path)
    assert code("run", "plan.yaml", "--out", "runs") == cli.EXIT_RUN
    assert capfd.readouterr().err == "qmcb: 09_test: expected this; found that; do it\n"
    left = [each.relative_to(office).as_posix() for each in office.glob("runs/**/*") if each.is_file()]
    assert left == ["runs/plan/.lock"]


def test_help_needs_none_of_the_heavy_libraries() -> None:
    heavy = "import sys, qmcb.cli; print({'pandas', 'ibis', 'papermill'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"


def test_a_command_of_its_own_says_nothing_else(tmp_path: Path) -> None:
    text = "reports: [{notebook: 02_cross_province, parameters: {period: 2024-13}}]\n"
    (tmp_path / "wrong.yaml").write_text(text, "utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "qmcb.cli", "run", "wrong.yaml"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (told.returncode, told.stdout) == (cli.EXIT_INPUT, "")
    assert told.stderr.startswith("qmcb: expected ") and told.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.yaml"]


def test_reading_a_broken_source_says_nothing_but_why(tmp_path: Path) -> None:
    (tmp_path / "deaths.csv").write_text("姓名,公民身份号码\n张三,1\n", "utf-8")
    script = """\
import sys
from pathlib import Path
from qmcb import cli
from qmcb.sources import book
cli._sample = lambda options: book.read(options.folder)
sys.exit(cli.main(["sample", "."]))
"""
    told = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert told.returncode == cli.EXIT_INPUT
    assert told.stderr.startswith("qmcb: expected column 死亡日期 (died_on / AAE138) in deaths.csv")
    assert told.stderr.count("\n") == 1
