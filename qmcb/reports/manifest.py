"""The manifest of a run: an in-toto Statement about every file, what they come from, and when."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pyarrow.parquet as pq

from qmcb import codes, policy
from qmcb.errors import InputError
from qmcb.reports import content, crate, hashes, stage
from qmcb.reports.execute import TABLES
from qmcb.reports.plan import Plan
from qmcb.reports.stage import MANIFEST, Record

STATEMENT = "https://in-toto.io/Statement/v1"
RUN = "urn:qmcb:run:1"
_PARTS = {"plan", "content", "reports", "rules", "reference", "code", "environment", "started", "finished"}


@dataclass(frozen=True)
class Manifest:
    """A manifest as read; `sha256` is that of its bytes, by which sign-offs name the run."""

    run: Path
    sha256: str
    files: Mapping[str, str]
    predicate: Mapping[str, Any]

    @property
    def reports(self) -> dict[str, dict[str, Any]]:
        """What is told of each report, by its name."""
        return {report["notebook"]["name"]: report for report in self.predicate["reports"]}


def write(
    plan: Plan, folder: Path, records: Sequence[Record], setting: Mapping[str, Any], started: datetime
) -> None:
    """Describe the run that lies in the folder, in `ro-crate-metadata.json` and `manifest.json`.

    Raises `InputError` for a rule file that is not as it should be.
    """
    reports = [_report(folder, record) for record in records]
    finished = stage.now()
    predicate = {
        "plan": {
            "name": plan.name,
            "title": plan.title,
            "seconds_a_cell": plan.seconds_a_cell,
            "seconds_a_run": plan.seconds_a_run,
        },
        "content": content.of_run({report["notebook"]["name"]: report["content"] for report in reports}),
        "reports": reports,
        **setting,
        "rules": _rules(setting["rules"]),
        "started": started.isoformat(),
        "finished": finished.isoformat(),
    }
    crate.write(folder, plan.title, finished, predicate)
    statement = {
        "_type": STATEMENT,
        "subject": [
            {"name": name, "digest": {"sha256": sha256}}
            for name, sha256 in hashes.of_files(hashes.visible(folder), folder).items()
        ],
        "predicateType": RUN,
        "predicate": predicate,
    }
    stage.write(folder / MANIFEST, json.dumps(statement, ensure_ascii=False, indent=1) + "\n")


def read(run: Path) -> Manifest:
    """The manifest of a finished run; raises `InputError` where the folder has none."""
    path = run / MANIFEST
    try:
        statement = json.loads(path.read_text("utf-8"))
        kinds = (statement["_type"], statement["predicateType"])
        if kinds != (STATEMENT, RUN) or not statement["predicate"].keys() >= _PARTS:
            raise ValueError
        files = {each["name"]: each["digest"]["sha256"] for each in statement["subject"]}
        return Manifest(run, hashes.of_file(path), files, statement["predicate"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        found = f"no {MANIFEST} of this form in {run}"
        raise InputError(
            "the folder of a run", found, "name one such as out/sample/20240630T010000Z"
        ) from None


def _report(folder: Path, record: Record) -> dict[str, Any]:
    """What a record says, with how many rows each input gave and kept apart, and the content."""
    name = record["notebook"]["name"]
    told = {key: value for key, value in record.items() if key not in ("origin", "files")}
    read = folder / TABLES / name / "inputs.parquet"
    rows = {row["file"]: row for row in pq.read_table(read).to_pylist()} if read.is_file() else {}
    told["inputs"] = [{**each, **_rows(rows.get(each["file"]))} for each in record["inputs"]]
    book = nbformat.read(folder / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    shown = {"title": _title(book) or name, "balance": _balance(book)}
    return {**told, **shown, "content": content.of_report(folder, name)}


def _title(book: nbformat.NotebookNode) -> str:
    """The first heading without its English part."""
    prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    heading = re.search(r"^# (.+?)(?: / .*)?$", prose, re.MULTILINE)
    return heading[1] if heading else ""


def _balance(book: nbformat.NotebookNode) -> list[dict[str, str]]:
    """The balance lines as the notebook shows them: label, whole and difference, in its own texts."""
    texts = [
        output.get("data", {}).get("text/plain", "")
        for cell in book.cells
        for output in cell.get("outputs", [])
    ]
    lines = []
    for text in texts:
        caption, *rows = text.split("\n")
        if caption == codes.BALANCE_CAPTION:
            heads, *cells = [row.split("\t") for row in rows]
            at = {name: heads.index(head) for name, head in codes.BALANCE.items()}
            lines += [{name: row[place] for name, place in at.items()} for row in cells]
    return lines


def _rows(row: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"table": row["table"], "rows": row["read"], "quarantined": row["quarantined"]} if row else {}


def _rules(files: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Each rule file with its hash; policy rules with their effective dates and whether confirmed."""
    rules = {f"policy/{name}.yaml": rule for name, rule in policy.load().rules.items()}
    return {
        file: {"sha256": sha256}
        | (
            {
                "effective": [version.effective.isoformat() for version in rules[file].versions],
                "status": rules[file].status,
            }
            if file in rules
            else {}
        )
        for file, sha256 in files.items()
    }
