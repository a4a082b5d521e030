"""What a report comes from: notebook, parameters, inputs, rules, code and packages, by their hashes."""

import platform
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from qmcb import paths
from qmcb.errors import InputError, RunError
from qmcb.reports import hashes, mask
from qmcb.reports.plan import SOURCE, Report

_PACKAGE = Path(__file__).resolve().parent.parent
_CODE = {".py", ".yaml", ".css", ".j2", ".json"}
_KEY = "case.key"


def of_report(report: Report) -> dict[str, Any]:
    """Notebook, parameters, every file of its source, and by which key its cases are numbered."""
    return {
        "notebook": {"name": report.name, "sha256": hashes.of_file(report.notebook)},
        "parameters": report.asked,
        "inputs": [],
        **(of_source(report.asked[SOURCE]) if SOURCE in report.asked else {}),
    }


def of_source(source: str) -> dict[str, Any]:
    """`inputs`: file, SHA-256 and bytes of every file of a source folder; and `case_key`.

    The key is told by the case number of a text that is the same for all, never by itself. Raises
    `InputError` where the folder is not there.
    """
    folder = paths.resolve(source)
    if not folder.is_dir():
        raise InputError("the folder of tables", f"no folder {folder}", "bring the inputs back to it")
    number = mask.case_numbers([_KEY], key=mask.read_key(None, folder), prefix="KEY")
    return {"inputs": _inputs(folder), "case_key": number[0].as_py()}


def setting() -> dict[str, Any]:
    """What all reports of a run share: rules, reference data, code, and what is installed."""
    rules = [path for path in hashes.visible(paths.PARAMS) if path.parent != paths.PARAMS]
    return {
        "rules": hashes.of_files(rules, paths.PARAMS),
        "reference": hashes.of_files(hashes.visible(paths.REFERENCE), paths.REFERENCE),
        "code": code(),
        "environment": {
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.machine()}",
            "packages": {
                name: version
                for name, version in sorted((each.name, each.version) for each in metadata.distributions())
            },
        },
    }


def code() -> dict[str, Any]:
    """Commit and whether the tree differed from it (None without git), and the hash of every file."""
    files = [path for path in hashes.visible(_PACKAGE) if path.suffix in _CODE]
    return {**_commit(), "files": hashes.of_files(files, _PACKAGE)}


def unchanged(inputs: list[dict[str, Any]], report: Report) -> None:
    """Raise `RunError` where a file of the source was changed while it was read."""
    if SOURCE in report.asked:
        before = {each["file"]: each["sha256"] for each in inputs}
        after = {each["file"]: each["sha256"] for each in _inputs(paths.resolve(report.asked[SOURCE]))}
        if moved := sorted(name for name, _ in before.items() ^ after.items()):
            raise RunError(f"{report.name}: {moved[0]} changed while it was read; start once more")


def _inputs(folder: Path) -> list[dict[str, Any]]:
    return [
        {
            "file": path.relative_to(folder).as_posix(),
            "sha256": _sha256(path, path.stat().st_mtime_ns, path.stat().st_size),
            "bytes": path.stat().st_size,
        }
        for path in hashes.visible(folder)
        if path.name != _KEY
    ]


@cache
def _sha256(path: Path, changed: int, size: int) -> str:
    """Read once for all reports, and again where the file is another one."""
    return hashes.of_file(path)


def _commit() -> dict[str, Any]:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(paths.ROOT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")).resolve() == paths.ROOT:
            changed = git("status", "--porcelain", "--untracked-files=no")
            return {"commit": git("rev-parse", "HEAD"), "changed": bool(changed)}
    except (OSError, subprocess.SubprocessError):
        pass
    return {"commit": None, "changed": None}
