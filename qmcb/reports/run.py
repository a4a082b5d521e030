"""Running a plan: every report in a hidden folder, which appears whole by one rename or not at all."""

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from qmcb.errors import RunError
from qmcb.reports import between, crate, execute, hashes, hold, leak, manifest, origin, site, stage
from qmcb.reports.known import NOBODY, People
from qmcb.reports.plan import SOURCE, Plan, Report
from qmcb.reports.stage import Record, Stage


def run(plan: Plan, out: Path, say: Callable[[str], None], people: Callable[[str], People]) -> Path:
    """Make all reports of the plan and return the folder in which they lie.

    The folder `out`/<plan>/<UTC time> holds for each report the executed notebook, the page and
    the tables behind it, and `manifest.json`. What an earlier run has finished before it was broken
    off is taken over where it comes from the same notebook, parameters, inputs, rules, code and
    packages. Of the finished runs the last `plan.keep` stay; `out`/index.html lists them. `people`
    tells who stands in a source, so that nobody of them stands in what is made of it.

    Raises `RunError` where a report fails or the time is over, `BusyError` where another run of the
    plan is under way; then nothing of this run can be seen, and earlier runs are as they were.
    """
    home = out / plan.name
    home.mkdir(parents=True, exist_ok=True)
    with hold.alone(home), hold.at_most(plan.seconds_a_run):
        started = stage.now()
        setting = origin.setting()
        made = Stage(home)
        origins = {report.name: origin.of_report(report) for report in plan.reports}
        names = {name: _name(plan, told, setting) for name, told in origins.items()}
        records = {report.name: made.finished(report.name, names[report.name]) for report in plan.reports}
        people = cache(people)
        made.clear([name for name, record in records.items() if record])
        for number, report in enumerate(plan.reports, 1):
            at = f"[{number}/{len(plan.reports)}] {report.name}"
            if records[report.name]:
                say(f"{at}: finished by an earlier run, taken over")
                continue
            say(at)
            record = {"origin": names[report.name], **origins[report.name]}
            records[report.name] = _make(report, plan, made, record, people)
        manifest.write(plan, made.folder, list(filter(None, records.values())), setting, started)
        for source in sorted({told["parameters"].get(SOURCE, "") for told in origins.values()}):
            _require_clean(made.folder, people(source) if source else NOBODY)
        between.require_apart(made.folder, out)
        final = made.publish(started)
        if plan.keep:
            stage.retire(home, plan.keep)
        site.write(out)
    return final


def _make(report: Report, plan: Plan, made: Stage, record: Record, people: Callable[[str], People]) -> Record:
    started, clock = stage.now(), time.monotonic()
    with made.attempt() as work:
        source = report.asked.get(SOURCE)
        execute.make(report, plan, work, people(source) if source else NOBODY)
        origin.unchanged(record["inputs"], report)
        timing = {"started": started.isoformat(), "seconds": round(time.monotonic() - clock, 1)}
        return made.keep(work, report.name, {**record, **timing})


def _name(plan: Plan, report: dict[str, Any], setting: dict[str, Any]) -> str:
    """One hash for everything on which a report depends: its title too, which stands on the page."""
    shared = {name: value for name, value in setting.items() if name != "code"}
    return hashes.of_value([plan.title, report, shared, setting["code"]["files"]])


def _require_clean(folder: Path, people: People) -> None:
    """The last look at what describes the run; what it describes was looked at when it was made."""
    for name in (stage.MANIFEST, crate.CRATE):
        if leaks := leak.scan_file(folder / name, people):
            raise RunError(f"{name}: withheld, as it may identify a person ({leak.told(leaks)})")
