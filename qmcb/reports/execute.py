"""One notebook executed, cleaned, rendered and checked in a folder of its own."""

import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from qmcb import codes, paths
from qmcb.errors import BalanceError, InputError, RunError
from qmcb.reports import leak, render
from qmcb.reports.known import People
from qmcb.reports.plan import OUT, SOURCE, Plan, Report, labels

TABLES = "tables"
_TEMPORARY = ".temporary"
_INDEX = "../../index.html"  # as seen from a page of a finished run
# People's records pass between this process and the kernel: nobody else on the machine may listen.
# What a kernel logs of its own coming and going is not for the person who waits for the report.
_KERNEL = Config(
    {
        "KernelManager": {"transport_encryption": "required"},
        "NotebookClient": {"extra_arguments": ["--log-level=CRITICAL"]},
    }
)
_ERRNO = re.compile(r"\[Errno (\d+)\]")


def make(report: Report, plan: Plan, folder: Path, people: People) -> None:
    """Leave `<name>.ipynb`, `<name>.html` and `tables/<name>/` in the folder.

    Raises `RunError` where the notebook fails, takes too long, or leaves what may identify a person, such as
    one of the `people` of its source.
    """
    notebook = execute(report.notebook, report.name, report.asked, folder, plan.seconds_a_cell)
    page = folder / f"{report.name}.html"
    render.page(notebook, page, title=plan.title, facts=_facts(report), index=_INDEX)
    if found := leak.scan_folder(folder, people):
        raise RunError(f"{report.name}: withheld, as it may identify a person: {'; '.join(found)}")


def execute(source: Path, name: str, parameters: Mapping[str, Any], folder: Path, seconds: int) -> Path:
    """Execute a notebook with the folder as its own, and return what came of it, cleaned.

    A source is named by its whole path, as the kernel works in another folder than the person who
    named it. The tables lie in `tables/<name>/`. Whatever the kernel puts elsewhere for a time is put into
    the folder too, so that nothing of it is left when the folder is removed.
    """
    notebook = folder / f"{name}.ipynb"
    tables = folder / TABLES / name
    values = {**parameters, OUT: str(tables.relative_to(folder))}
    if SOURCE in values:
        values[SOURCE] = str(paths.resolve(values[SOURCE]).resolve())
    tables.mkdir(parents=True)
    (folder / TABLES).chmod(0o700)  # cases are not persons, yet a rare one can be recognised
    for told in ("asyncio", "papermill", "traitlets"):  # of a kernel's end, which is told below in one line
        logging.getLogger(told).setLevel(logging.CRITICAL)
    try:
        with _temporary(folder / _TEMPORARY):
            papermill.execute_notebook(
                str(source),
                str(notebook),
                parameters=values,
                cwd=str(folder),
                kernel_name="python3",
                execution_timeout=seconds,
                progress_bar=sys.stderr.isatty(),
                log_output=False,
                config=_KERNEL,
            )
    except PapermillExecutionError as error:
        raise RunError(f"{name}: {_why(error)}") from error
    except DeadKernelError as error:
        raise RunError(f"{name}: its kernel died; most often for want of memory") from error
    except TimeoutError as error:
        raise RunError(f"{name}: a cell ran longer than {seconds} s; raise seconds_a_cell") from error
    _clean(notebook)
    return notebook


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """What a kernel that starts in here puts on disk for a time, and how to reach it, stays in the folder."""
    folder.mkdir(mode=0o700)
    variable, cached = os.environ.get("TMPDIR"), tempfile.tempdir
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder.resolve())
    try:
        yield
    finally:
        tempfile.tempdir = cached
        del os.environ["TMPDIR"]
        if variable is not None:
            os.environ["TMPDIR"] = variable


def _facts(report: Report) -> dict[str, str]:
    """What the first page says: every parameter under the name that its comment gives it."""
    values = dict(report.asked)
    if "province" in values:
        values["province"] = f"{values['province']}（{codes.PROVINCE[str(values['province'])]}）"
    return {label: _text(values[name]) for name, label in labels(report.notebook).items() if name in values}


def _text(value: object) -> str:
    """A parameter as people read it."""
    if isinstance(value, bool):
        return codes.FLAG[str(int(value))]
    return "、".join(map(str, value)) if isinstance(value, list) else str(value) or "—"


def _why(error: PapermillExecutionError) -> str:
    """One line: an error meant for people as it is, any other by its kind and cell only."""
    if error.ename in (InputError.__name__, BalanceError.__name__):
        return str(error.evalue)
    number = _ERRNO.match(str(error.evalue))
    kind = os.strerror(int(number[1])) if number else error.ename
    return f"cell {error.exec_count} failed with {kind}; open the notebook in JupyterLab to see where"


def _clean(notebook: Path) -> None:
    """Drop what differs from run to run and says nothing: times, paths, cell ids."""
    book = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    book.metadata = {"kernelspec": book.metadata.get("kernelspec", {}), "language_info": {"name": "python"}}
    for number, cell in enumerate(book.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata = {"tags": cell.metadata.get("tags", [])}
    nbformat.write(book, notebook)  # type: ignore[no-untyped-call]
