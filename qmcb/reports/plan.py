"""A plan: which notebooks to run with which parameters, checked before anything starts."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import papermill

from qmcb import codes, paths, strict_yaml
from qmcb.errors import InputError
from qmcb.periods import Period

SECONDS_A_CELL = 1800
SECONDS_A_RUN = 6 * 3600
OUT = "out"  # the parameter that says where a notebook leaves its tables
SOURCE = "source"  # the parameter that says from which folder it reads
_KEYS = {"title", "reports", "seconds_a_cell", "seconds_a_run", "keep"}
_REPORT_KEYS = {"notebook", "parameters"}


@dataclass(frozen=True)
class Report:
    """One notebook and the parameters for it."""

    notebook: Path
    parameters: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.notebook.stem

    @property
    def asked(self) -> dict[str, Any]:
        """Every parameter that the report runs with, the notebook's defaults included."""
        values = {**parameters(self.notebook), **self.parameters}
        return {name: value for name, value in values.items() if name != OUT}


@dataclass(frozen=True)
class Plan:
    """What `qmcb run` does: the reports in order, the seconds that one cell and all may take, and how
    many finished runs to keep (None: all).
    """

    name: str
    title: str
    reports: tuple[Report, ...]
    seconds_a_cell: int = SECONDS_A_CELL
    seconds_a_run: int = SECONDS_A_RUN
    keep: int | None = None


def load(file: Path) -> Plan:
    """The plan in a YAML file; raises `InputError` for whatever would make a run fail later."""
    if not file.is_file():
        raise InputError("a plan file such as params/sample.yaml", f"no file {file}", "name an existing plan")
    raw = _mapping(strict_yaml.read(file, file.name), _KEYS, f"a plan in {file.name}", file.name)
    listed = raw.get("reports")
    if not isinstance(listed, list) or not listed:
        raise InputError(f"a list of reports in {file.name}", "none", "add reports: - notebook: …")
    numbers = {name: raw[name] for name in ("seconds_a_cell", "seconds_a_run", "keep") if name in raw}
    for name, number in numbers.items():
        if type(number) is not int or number <= 0:
            raise InputError(f"{name} as a whole number above 0", repr(number), f"correct {file.name}")
    reports = tuple(_report(report, file.name) for report in listed)
    names = [report.name for report in reports]
    if len(set(names)) < len(names):
        raise InputError("each notebook once", ", ".join(names), f"write another plan beside {file.name}")
    return Plan(file.stem, str(raw.get("title") or file.stem), reports, **numbers)


def parameters(notebook: Path) -> dict[str, Any]:
    """The parameters of a notebook and their defaults, from its cell tagged `parameters`."""
    return {name: ast.literal_eval(found["default"]) for name, found in _inspect(notebook).items()}


def labels(notebook: Path) -> dict[str, str]:
    """What the comment behind each parameter calls it."""
    return {name: found["help"] for name, found in _inspect(notebook).items()}


def _inspect(notebook: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = papermill.inspect_notebook(str(notebook))
    return found


def _mapping(raw: object, known: set[str], what: str, file: str) -> dict[str, Any]:
    """`raw` itself, where it is a mapping without other keys than the known ones."""
    if not isinstance(raw, dict):
        raise InputError(f"{what} as name: value", type(raw).__name__, "see params/sample.yaml")
    unknown = [str(name) for name in raw if name not in known]
    if unknown:
        raise InputError(f"only {', '.join(sorted(known))} for {what}", ", ".join(unknown), f"correct {file}")
    return raw


def _report(raw: object, file: str) -> Report:
    wanted = _mapping(raw, _REPORT_KEYS, f"each report in {file}", file)
    notebook = paths.NOTEBOOKS / f"{wanted.get('notebook')}.ipynb"
    if not notebook.is_file():
        there = ", ".join(sorted(path.stem for path in paths.NOTEBOOKS.glob("*.ipynb")))
        raise InputError(f"a notebook among {there}", str(wanted.get("notebook")), f"correct {file}")
    defaults = parameters(notebook)
    given = _mapping(wanted.get("parameters") or {}, set(defaults), f"parameters of {notebook.stem}", file)
    values = {name: _like(defaults[name], name, value) for name, value in given.items()}
    _possible({**defaults, **values})
    return Report(notebook, values)


def _like(default: object, name: str, value: object) -> object:
    """The value in the type of the notebook's default; YAML reads 64 and 202406 as numbers."""
    if isinstance(default, str | float) and type(value) is int:
        return str(value) if isinstance(default, str) else float(value)
    if type(value) is type(default):
        return value
    raise InputError(f"parameter {name} as {type(default).__name__}", repr(value), "correct the plan")


def _possible(values: Mapping[str, Any]) -> None:
    if "period" in values and Period.parse(values["period"]).first_day > date.today():
        raise InputError(
            "a period that has begun", str(values["period"]), "give this month or an earlier one"
        )
    if "province" in values and values["province"] not in codes.PROVINCE:
        raise InputError(
            "a province code such as 64", repr(values["province"]), "give the first two digits of its regions"
        )
    if {"accept", "review"} <= values.keys() and not 0 < values["review"] <= values["accept"] < 1:
        found = f"review {values['review']}, accept {values['accept']}"
        raise InputError("thresholds with 0 < review ≤ accept < 1", found, "correct the plan")
    if "source" in values and not paths.resolve(values["source"]).is_dir():
        raise InputError(
            "a folder of tables as source",
            f"no folder {values['source']}",
            "name an existing folder, or make the sample: qmcb sample data/sample",
        )
