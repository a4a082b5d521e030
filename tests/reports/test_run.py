"""Runs as they happen: killed, hung, out of room, two at once; what is seen is whole, the next goes on."""

import gc
import json
import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from qmcb import cli, paths
from qmcb.errors import RunError
from qmcb.reports import hold, manifest, plan, run, stage
from qmcb.studies import named
from tests.reports import office

HANG = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(600)"
RING = f"import os\nos.kill(os.getppid(), {signal.SIGALRM:d})\n{HANG}"
DIE = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
TOUCH = "open(source + '/deaths.csv', 'a').write(',,640106,2024-03-01\\n')"
FILL = "open(out + '/big', 'wb').write(bytes(3_000_000))"
UNREADABLE = "open(source)"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(lines: list[str] | None = None) -> Path:
    say = (lines if lines is not None else []).append
    return run.run(plan.load(Path("plan.yaml")), Path("out"), say, named.of_source)


def content(folder: Path) -> str:
    return str(manifest.read(folder).predicate["content"])


def seen(home: Path) -> list[str]:
    return sorted(path.name for path in home.glob("[!.]*"))


def wait(path: Path, process: subprocess.Popen[str]) -> None:
    while not path.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def test_a_second_run_is_refused_and_goes_on_where_the_first_was_killed(
    place: Path, undisturbed: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    office.make(place)
    process = office.command(place, "run", "plan.yaml")
    home = place / "out" / "plan"
    wait(home / ".run" / ".records" / "01_count.json", process)
    assert cli.main(["run", "plan.yaml"]) == cli.EXIT_BUSY
    told = capfd.readouterr()
    assert told.err.startswith(f"qmcb: another run of plan is under way (process {process.pid});")
    assert told.err.count("\n") == 1 and not told.out
    os.kill(process.pid, signal.SIGKILL)  # and the lock is gone with it
    process.communicate()
    assert seen(home) == []

    lines: list[str] = []
    resumed = make(lines)
    assert lines == ["[1/2] 01_count: finished by an earlier run, taken over", "[2/2] 02_save"]
    assert [path.name for path in home.glob(".*")] == [".lock"]
    pages = [f"{name}.{form}" for name in ("01_count", "02_save") for form in ("html", "ipynb")]
    assert seen(resumed) == [*pages, "manifest.json", "ro-crate-metadata.json", "tables"]
    assert content(resumed) == content(undisturbed)


@pytest.mark.parametrize(
    ("cell", "more", "says"),
    [
        (HANG, "seconds_a_cell: 1", "01_fault: a cell ran longer than 1 s; raise seconds_a_cell"),
        (
            RING,
            "seconds_a_run: 600",
            "the run took longer than 600 s; raise seconds_a_run, or start it again: it",
        ),
        (DIE, "", "01_fault: its kernel died; most often for want of memory"),
        (FILL, "", "01_fault: cell 3 failed with File too large; open the notebook"),
        (UNREADABLE, "", "01_fault: cell 3 failed with Is a directory; open the notebook"),
        (TOUCH, "", "01_fault: deaths.csv changed while it was read; start once more"),
    ],
    ids=["cell hangs", "run hangs", "kernel dies", "disk full", "unreadable", "input changes"],
)
def test_a_fault_is_one_line_and_leaves_the_last_good_run(
    place: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    cell: str,
    more: str,
    says: str,
) -> None:
    office.make(place, {"01_fault": (cell,)}, more)
    good = place / "out" / "plan" / "20240601T000000Z"
    good.mkdir(parents=True)
    (good / "manifest.json").write_text("{}", "utf-8")
    free = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, free[1]))
    try:
        assert cli.main(["run", "plan.yaml"]) == cli.EXIT_RUN
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, free)
    error = capfd.readouterr().err
    gc.collect()  # tasks that were never asked for their result would tell it now
    assert error.startswith(f"qmcb: {says}") and error.count("\n") == 1 and not caplog.records
    assert seen(good.parent) == [good.name] and seen(good) == ["manifest.json"]
    assert not list(good.parent.glob(".work-*"))


def test_the_limit_of_a_run_rings_by_itself() -> None:
    with pytest.raises(RunError, match="the run took longer than 1 s"), hold.at_most(1):
        time.sleep(60)


def test_sigterm_ends_a_run_like_ctrl_c() -> None:
    with pytest.raises(KeyboardInterrupt), hold.at_most(60):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.fixture
def staged(tmp_path: Path) -> stage.Stage:
    """A stage that holds one finished report."""
    made = stage.Stage(tmp_path)
    with made.attempt() as work:
        (work / "tables" / "01_a").mkdir(parents=True)
        for name in ("01_a.ipynb", "01_a.html", "tables/01_a/rows.csv"):
            (work / name).write_text(name, "utf-8")
        made.keep(work, "01_a", {"origin": "same"})
    return made


def test_a_finished_report_is_known_by_its_origin_and_its_bytes(staged: stage.Stage) -> None:
    record = staged.finished("01_a", "same")
    assert record and list(record["files"]) == ["01_a.html", "01_a.ipynb", "tables/01_a/rows.csv"]
    assert staged.finished("01_a", "another") is None and staged.finished("02_b", "same") is None
    (staged.folder / "tables" / "01_a" / "rows.csv").write_text("other", "utf-8")
    assert staged.finished("01_a", "same") is None


@pytest.mark.parametrize("kept", [["01_a"], []])
def test_what_is_no_finished_report_is_cleared(staged: stage.Stage, kept: list[str]) -> None:
    (staged.folder / "02_half.html").write_text("half", "utf-8")
    (staged.folder / "tables" / "02_half" / "deep").mkdir(parents=True)
    (staged.folder / "manifest.json").write_text("{}", "utf-8")
    staged.clear(kept)
    assert bool(staged.finished("01_a", "same")) == bool(kept)
    assert seen(staged.folder) == (["01_a.html", "01_a.ipynb", "tables"] if kept else [])


def test_leftovers_of_killed_runs_go_when_the_next_begins(tmp_path: Path) -> None:
    for name in (".work-abc", ".old-20240101T000000Z"):
        (tmp_path / name / "deep").mkdir(parents=True)
    stage.Stage(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".run"]


def test_two_runs_of_one_second_get_two_names(tmp_path: Path) -> None:
    started = stage.now().replace(microsecond=0)
    names = [stage.Stage(tmp_path).publish(started).name for _ in range(2)]
    assert len(set(names)) == 2


def test_the_last_runs_are_kept(tmp_path: Path) -> None:
    for at in range(1, 6):
        (tmp_path / f"2024060{at}T000000Z").mkdir()
        (tmp_path / f"2024060{at}T000000Z" / "manifest.json").write_text("{}", "utf-8")
    stage.retire(tmp_path, 2)
    assert seen(tmp_path) == ["20240604T000000Z", "20240605T000000Z"] and not list(tmp_path.glob(".old-*"))
    (tmp_path / "20240604T000000Z" / stage.SIGN_OFF).mkdir()
    stage.retire(tmp_path, 1)
    assert len(stage.runs(tmp_path)) == 2


def test_whatever_changes_the_origin_makes_a_report_anew(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qmcb.reports import origin

    office.make(place)
    asked = plan.load(Path("plan.yaml"))

    def name() -> str:
        told, setting = origin.of_report(asked.reports[0]), origin.setting()
        return run._name(asked, told, setting)

    names = [name(), name()]
    assert names[0] == names[1]
    (place / "source" / "deaths.csv").write_text(office.ROWS + " ", "utf-8")
    names.append(name())
    (place / "source" / "case.key").write_bytes(b"another key for tests")
    names.append(name())
    shutil.copytree(paths.PARAMS, place / "params")
    monkeypatch.setattr(paths, "PARAMS", place / "params")
    assert name() == names[-1]
    with (place / "params" / "policy" / "duplicates" / "maternity_twice.yaml").open("a") as rule:
        rule.write("# \n")
    names.append(name())
    office.notebook(place / "notebooks" / "01_count.ipynb", office.COUNT + " ")
    names.append(name())
    monkeypatch.setattr(origin.platform, "python_version", lambda: "3.99")
    names.append(name())
    code = origin.code()
    monkeypatch.setattr(origin, "code", lambda: {**code, "commit": "another", "changed": True})
    assert name() == names[-1]
    monkeypatch.setattr(origin, "code", lambda: {**code, "files": {**code["files"], "cli.py": "0"}})
    names.append(name())
    assert len(set(names)) == len(names) - 1


def test_a_key_is_never_told(place: Path) -> None:
    from qmcb.reports import origin

    office.make(place)
    told = json.dumps(origin.of_report(plan.load(Path("plan.yaml")).reports[0]))
    assert "case.key" not in told and "KEY-" in told


def test_plan_numbers(place: Path) -> None:
    office.make(place, more="seconds_a_run: 60\nkeep: 3")
    read = plan.load(Path("plan.yaml"))
    assert (read.seconds_a_run, read.seconds_a_cell, read.keep) == (60, plan.SECONDS_A_CELL, 3)


def test_a_manifest_that_names_somebody_of_the_source_withholds_the_run(place: Path) -> None:
    office.make(place)
    (place / "source" / f"{office.NAME}.txt").write_text("a file that no table is read from", "utf-8")
    with pytest.raises(RunError, match=r"^manifest.json: withheld, as it may identify a person \(2 names\)$"):
        make()
    assert seen(place / "out" / "plan") == []
