"""What differs between two runs, and which inputs, rules, code or packages may explain it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from qmcb.reports import content, hashes, signoff
from qmcb.reports.manifest import Manifest
from qmcb.reports.stage import MANIFEST, SIGN_OFF

_LONGEST = 60


def of_files(run: Manifest) -> list[str]:
    """What in the folder of a run is not as its manifest says: changed, gone, or more."""
    found = hashes.of_files(hashes.visible(run.run), run.run)
    apart = {MANIFEST, *(f"{SIGN_OFF}/{role}.json" for role in signoff.roles(run.run))}
    found = {name: sha256 for name, sha256 in found.items() if name not in apart}
    signed = f" and was signed as {', '.join(roles)}" if (roles := signoff.roles(run.run)) else ""
    words = {True: {True: "changed", False: "is gone"}, False: {True: "was added"}}
    return [
        f"{name}: {words[name in run.files][name in found]} after the run was made{signed}"
        for name in sorted(found.keys() | run.files.keys())
        if found.get(name) != run.files.get(name)
    ]


def of_content(name: str, before: Mapping[str, Any], after: Mapping[str, Any], run: Path) -> list[str]:
    """Cell by cell and table by table what a report says otherwise; `run` holds the report's notebook."""
    book = nbformat.read(run / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    lines = []
    for at in sorted(before["cells"].keys() | after["cells"].keys(), key=int):
        if before["cells"].get(at) != after["cells"].get(at):
            cell = book.cells[int(at)] if int(at) < len(book.cells) else {"source": ""}
            first = cell["source"].strip().partition("\n")[0][:_LONGEST]
            lines.append(f"{name}: cell {at} shows something else ({first})")
    for table in sorted(before["tables"].keys() | after["tables"].keys()):
        if before["tables"].get(table) != after["tables"].get(table):
            rows = [
                f"{side['tables'][table]['rows']} rows" if table in side["tables"] else "none"
                for side in (before, after)
            ]
            lines.append(f"{name}: table {table} differs, {rows[0]} before and {rows[1]} after")
    return lines


def of_runs(before: Manifest, after: Manifest) -> list[str]:
    """What the reports of two runs say otherwise; taken from their files as they are now."""
    lines = []
    for name in sorted(before.reports.keys() | after.reports.keys()):
        if name not in before.reports or name not in after.reports:
            lines.append(f"{name}: only in {(before if name in before.reports else after).run.name}")
            continue
        old, new = (content.of_report(run.run, name) for run in (before, after))
        lines += of_content(name, old, new, after.run)
    return lines


def causes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What of two predicates may explain that they differ in what they say."""
    return [
        *_reports(before["reports"], after["reports"]),
        *of_mapping("rule", _hashed(before["rules"]), _hashed(after["rules"])),
        *of_mapping("reference data", before["reference"], after["reference"]),
        *of_mapping("code", before["code"]["files"], after["code"]["files"]),
        *of_mapping("package", before["environment"]["packages"], after["environment"]["packages"], say=True),
        *of_mapping("", _machine(before), _machine(after), say=True),
    ]


def _reports(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[str]:
    others = {report["notebook"]["name"]: report for report in after}
    told: set[str] = set()
    for report in before:
        name = report["notebook"]["name"]
        if other := others.get(name):
            if report["notebook"]["sha256"] != other["notebook"]["sha256"]:
                yield f"notebook {name}: another one"
            told.update(of_mapping(f"{name}: parameter", report["parameters"], other["parameters"], say=True))
            told.update(of_mapping("input", _inputs(report), _inputs(other)))
            if report.get("case_key") != other.get("case_key"):
                told.add("case key: another one, so that all case numbers differ")
    yield from sorted(told)


def _inputs(report: Mapping[str, Any]) -> dict[str, str]:
    return {each["file"]: each["sha256"] for each in report["inputs"]}


def _hashed(rules: Mapping[str, Any]) -> dict[str, str]:
    return {name: rule["sha256"] for name, rule in rules.items()}


def _machine(predicate: Mapping[str, Any]) -> dict[str, str]:
    return {name: predicate["environment"][name] for name in ("python", "platform")}


def of_mapping(
    kind: str, before: Mapping[str, Any], after: Mapping[str, Any], *, say: bool = False
) -> Iterator[str]:
    """A line for each entry that differs; with both values where they are short."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            word = "changed" if name in before and name in after else "new" if name in after else "gone"
            yield f"{kind} {name}: {f'{old} before and {new} after' if say else word}".strip()
