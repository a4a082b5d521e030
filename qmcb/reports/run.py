"""Running a plan: every report in a hidden folder, which appears whole by one rename or not at all."""

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from qmcb import codes, paths
from qmcb.errors import BalanceError, InputError
from qmcb.reports import leak, render
from qmcb.reports.plan import Plan, Report, labels, parameters

TABLES = "tables"
OUT = "out"  # the parameter that says where a notebook leaves its tables
# People's records pass between this process and the kernel: nobody else on the machine may listen.
# What a kernel logs of its own coming and going is not for the person who waits for the report.
_KERNEL = Config(
    {
        "KernelManager": {"transport_encryption": "required"},
        "NotebookClient": {"extra_arguments": ["--log-level=CRITICAL"]},
    }
)
_VERSIONS = ("qmcb", "duckdb", "ibis-framework", "pandas", "pyarrow", "recordlinkage", "numpy", "rapidfuzz")


class RunError(Exception):
    """A report could not be made; the message is one line that says why."""


def run(plan: Plan, out: Path, say: Callable[[str], None]) -> Path:
    """Make all reports of the plan and return the folder in which they lie.

    The folder `out`/<plan>/<UTC time> holds for each report the executed notebook, the page and
    the tables behind it, and `manifest.json`. Raises `RunError` where a report fails; then
    nothing of this run stays, and earlier runs are as they were.
    """
    home = out / plan.name
    home.mkdir(parents=True, exist_ok=True)
    started = datetime.now(UTC)
    staging = Path(tempfile.mkdtemp(prefix=".run-", dir=home))
    try:
        for number, report in enumerate(plan.reports, 1):
            say(f"[{number}/{len(plan.reports)}] {report.name}")
            _make(report, plan, staging)
        _manifest(plan, staging)
        staging.chmod(0o755)
        final = home / started.strftime("%Y%m%dT%H%M%SZ")
        staging.rename(final)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        with suppress(OSError):
            home.rmdir()  # only where no earlier run lies in it
        raise
    return final


def _make(report: Report, plan: Plan, staging: Path) -> None:
    """Execute, clean, render and check one report into the staging folder."""
    notebook = staging / f"{report.name}.ipynb"
    tables = staging / TABLES / report.name
    tables.mkdir(parents=True)
    (staging / TABLES).chmod(0o700)  # cases are not persons, yet a rare one can be recognised
    try:
        papermill.execute_notebook(
            str(report.notebook),
            str(notebook),
            parameters={**report.parameters, OUT: str(tables.relative_to(staging))},
            cwd=str(staging),
            kernel_name="python3",
            execution_timeout=plan.seconds_a_cell,
            progress_bar=sys.stderr.isatty(),
            log_output=False,
            config=_KERNEL,
        )
    except PapermillExecutionError as error:
        raise RunError(f"{report.name}: {_why(error)}") from error
    except TimeoutError as error:
        raise RunError(
            f"{report.name}: a cell ran longer than {plan.seconds_a_cell} s; raise seconds_a_cell"
        ) from error
    _clean(notebook)
    page = staging / f"{report.name}.html"
    render.page(notebook, page, title=plan.title, facts=_facts(report))
    leaks = leak.scan(page.read_text("utf-8")) + leak.scan(notebook.read_text("utf-8"))
    if leaks:
        raise RunError(
            f"{report.name}: the page is withheld, {len(leaks)} values in it may identify a person"
        )


def _facts(report: Report) -> dict[str, str]:
    """What the first page says: every parameter under the name that its comment gives it."""
    values = _asked(report)
    if "province" in values:
        values["province"] = f"{values['province']}（{codes.PROVINCE[str(values['province'])]}）"
    return {label: _text(values[name]) for name, label in labels(report.notebook).items() if name in values}


def _text(value: object) -> str:
    """A parameter as people read it."""
    if isinstance(value, bool):
        return codes.FLAG[str(int(value))]
    return "、".join(map(str, value)) if isinstance(value, list) else str(value) or "—"


def _asked(report: Report) -> dict[str, Any]:
    """Every parameter that the report ran with, the notebook's defaults included."""
    values = {**parameters(report.notebook), **report.parameters}
    return {name: value for name, value in values.items() if name != OUT}


def _why(error: PapermillExecutionError) -> str:
    """One line: an error meant for people as it is, any other by its kind and cell only."""
    if error.ename in (InputError.__name__, BalanceError.__name__):
        return str(error.evalue)
    return f"cell {error.exec_count} failed with {error.ename}; open the notebook in JupyterLab to see where"


def _clean(notebook: Path) -> None:
    """Drop what differs from run to run and says nothing: times, paths, cell ids."""
    book = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    book.metadata = {"kernelspec": book.metadata.get("kernelspec", {}), "language_info": {"name": "python"}}
    for number, cell in enumerate(book.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata = {"tags": cell.metadata.get("tags", [])}
    nbformat.write(book, notebook)  # type: ignore[no-untyped-call]


def _manifest(plan: Plan, staging: Path) -> None:
    """What was run and what came of it; the hash of every file of the run."""
    files = sorted(path for path in staging.rglob("*") if path.is_file())
    content: dict[str, Any] = {
        "plan": plan.name,
        "title": plan.title,
        "reports": [{"notebook": r.name, "parameters": _asked(r)} for r in plan.reports],
        "params": {
            path.relative_to(paths.PARAMS).as_posix(): _sha256(path)
            for path in sorted(paths.PARAMS.glob("*/**/*.yaml"))
        },
        "versions": {name: metadata.version(name) for name in _VERSIONS},
        "files": {path.relative_to(staging).as_posix(): _sha256(path) for path in files},
    }
    (staging / "manifest.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
