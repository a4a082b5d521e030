"""Whether a finished run is what it was, and whether making it again gives the same."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qmcb.errors import InputError, RunError
from qmcb.reports import content, differences, execute, hold, manifest, origin, signoff, site
from qmcb.reports.manifest import Manifest
from qmcb.reports.plan import SOURCE

Say = Callable[[str], None]


def verify(run: Path, keys: Path | None, *, again: bool, say: Say) -> bool:
    """Whether every hash and every sign-off holds and, with `again`, every cell and table comes out the same.

    Says in lines what was looked at, what differs and why: inputs gone or changed, other rules, code or
    packages, or none of these. Raises `InputError` where `run` is no run.
    """
    told = manifest.read(run)
    wrong = differences.of_files(told) + _content(told)
    states = signoff.states(run, keys)
    wrong += [state.problem for state in states if state.problem]
    verdict = "not as recorded" if wrong else "as recorded"
    say(f"{len(told.files)} files, {len(states)} sign-offs: {verdict}")
    for line in wrong:
        say(line)
    if again:
        wrong += _again(told, say)
    return not wrong


def diff(before: Path, after: Path, *, say: Say) -> bool:
    """Whether two runs say the same; says what does not, and what of their origin may explain it.

    Raises `InputError` where one of them is no run.
    """
    runs = [manifest.read(run) for run in (before, after)]
    lines = [f"{run.run.name}/{line}" for run in runs for line in differences.of_files(run)]
    lines += differences.of_runs(*runs)
    sides = [{state.role: state.problem or state.at for state in signoff.states(run.run)} for run in runs]
    signed = list(differences.of_mapping("sign-off", *sides))
    causes = differences.causes(runs[0].predicate, runs[1].predicate)
    for line in lines or ["the reports say the same"]:
        say(line)
    for line in signed:
        say(line)
    for line in causes:
        say(f"{'why' if lines else 'though'}: {line}")
    if lines and not causes:
        say("why: same inputs, rules, code and packages; one of them was changed, or is not repeatable")
    return not (lines or causes or signed)


def sign(run: Path, role: str, key: Path) -> Path:
    """Sign a run and have the index say so; raises `RunError` where it is not what its manifest says."""
    if wrong := differences.of_files(manifest.read(run)):
        raise RunError(f"not signed: {wrong[0]}")
    record = signoff.sign(run, role, key)
    out = run.resolve().parents[1]
    if (out / site.INDEX).is_file():
        site.write(out)
    return record


def _content(told: Manifest) -> list[str]:
    """What the manifest says of the content has to follow from the files."""
    lines = []
    for name, report in told.reports.items():
        try:
            found = content.of_report(told.run, name)
        except Exception as error:  # whatever a library says of a file that is broken or gone
            lines.append(f"{name}: cannot be read ({type(error).__name__})")
            continue
        lines += differences.of_content(name, report["content"], found, told.run)
    contents = {name: report["content"] for name, report in told.reports.items()}
    if content.of_run(contents) != told.predicate["content"]:
        lines.append("manifest.json: the content hash of the run is not that of its reports")
    return lines


def _again(told: Manifest, say: Say) -> list[str]:
    """Execute every report anew from the run's own notebooks and the manifest's parameters."""
    try:
        now = {
            **origin.setting(),
            "reports": [_now(report) for report in told.reports.values()],
        }
    except InputError as error:
        say(f"not made again: {error}")
        return [str(error)]
    now["rules"] = {file: {"sha256": sha256} for file, sha256 in now["rules"].items()}
    causes = differences.causes(told.predicate, now)
    lines: list[str] = []
    seconds = told.predicate["plan"]["seconds_a_cell"]
    with hold.at_most(told.predicate["plan"]["seconds_a_run"]):
        for name, report in told.reports.items():
            found = _execute(told, name, report, seconds)
            lines += found
            shown = f"{len(report['content']['cells'])} cells and {len(report['content']['tables'])} tables"
            say(f"{name}: made again, {shown}: {'differs' if found else 'the same'}")
    for line in lines:
        say(line)
    if lines:
        for line in causes or [
            "same inputs, rules, code and packages: the notebook itself is not repeatable"
        ]:
            say(f"why: {line}")
    elif causes:
        say(f"though {len(causes)} things have changed since, such as {causes[0]}")
    return lines


def _now(report: dict[str, Any]) -> dict[str, Any]:
    """What the report would come from today; the notebook is the run's own."""
    source = report["parameters"].get(SOURCE)
    return {**report, **(origin.of_source(source) if source is not None else {})}


def _execute(told: Manifest, name: str, report: dict[str, Any], seconds: int) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="qmcb-verify-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        try:
            execute.execute(told.run / f"{name}.ipynb", name, report["parameters"], work, seconds)
        except RunError as error:
            return [str(error)]
        return differences.of_content(name, report["content"], content.of_report(work, name), told.run)
