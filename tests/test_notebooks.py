"""The committed notebooks: thin, executed, and without a trace of a person or of a machine."""

from pathlib import Path
from typing import Any

import nbformat
import pytest

from qmcb.paths import NOTEBOOKS, ROOT
from qmcb.reports import leak, plan

ALL = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(params=ALL, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def code(notebook: Path) -> list[Any]:
    cells = nbformat.read(notebook, as_version=4).cells  # type: ignore[no-untyped-call]
    return [cell for cell in cells if cell.cell_type == "code"]


def test_every_cell_was_executed_in_order(notebook: Path) -> None:
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))


def test_no_cell_wrote_a_warning_or_an_error(notebook: Path) -> None:
    kinds = {output.output_type for cell in code(notebook) for output in cell.outputs}
    assert kinds <= {"execute_result", "display_data"}


def test_cells_are_a_call_and_no_more(notebook: Path) -> None:
    assert max(len(cell.source.splitlines()) for cell in code(notebook)) <= 12


def test_every_parameter_says_what_it_is(notebook: Path) -> None:
    assert set(plan.labels(notebook)) == set(plan.parameters(notebook))
    assert all(plan.labels(notebook).values())


def test_no_number_and_no_path_stands_in_it(notebook: Path) -> None:
    text = notebook.read_text("utf-8")
    assert leak.scan(text) == []
    assert [word for word in ("/home/", "/root/", "/tmp/", str(ROOT), "C:\\") if word in text] == []
