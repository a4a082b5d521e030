"""Kill a run again and again at random moments, and see that no half report is ever visible.

`python -m benchmarks.kills [TIMES]` (default 200): each time a run of two light notebooks on a sample
of 500 people is killed with SIGKILL at a moment drawn from a whole run's length, every fourth time
together with its kernel, as by a power cut; then the next run has to finish it and to say what an
undisturbed one says. Runs are forked from a process that has imported everything, so that no kill is
spent on imports. Prints a tally; ends with 1 where anything went wrong.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from qmcb import cli, paths
from qmcb.paths import ROOT
from qmcb.reports import hashes, manifest
from qmcb.reports import run as _before_the_fork  # noqa: F401

_PARAMETERS = 'source = ""  # 数据来源\nout = ""  # 结果表存放处'
_COUNT = """\
from pathlib import Path
import pyarrow.compute as pc, pyarrow.parquet as pq
rows = pq.read_table(Path(source) / "enrolments.parquet", columns=["region", "insurance"])
counts = rows.group_by("{by}").aggregate([([], "count_all")]).sort_by("{by}")
print(counts.to_pylist())"""
_SAVE = 'pq.write_table(counts, Path(out) / "counts.parquet")\nprint(counts.num_rows)'


def main(times: int) -> int:
    tally: Counter[str] = Counter()
    chance = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="qmcb-kills-") as folder:
        home = _office(Path(folder)) / "out" / "plan"
        start = time.monotonic()
        length = min(_timed(), _timed())
        wanted = _content(home)
        for at in range(times):
            before = dict(list(_visible(home).items())[-2:])  # the plan keeps three
            process = _start()
            time.sleep(chance.uniform(0, length))
            (os.kill if at % 4 else os.killpg)(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
            tally["killed" if os.WIFSIGNALED(status) else "finished before the kill"] += 1
            tally["with a finished report in hand"] += any(home.glob(".run/.records/*.json"))
            tally["half reports visible"] += not _whole(home)
            tally["earlier runs lost"] += not before.items() <= _visible(home).items()
            tally["next run failed"] += _finish() != 0
            tally["next run says something else"] += _content(home) != wanted
            tally["leftovers after the next run"] += [path.name for path in home.glob(".*")] != [".lock"]
            if (at + 1) % 20 == 0:
                print(f"{at + 1:,} of {times:,}: {dict(tally)}", file=sys.stderr)
    for name, count in tally.items():
        print(f"{count:6,} {name}")
    print(f"{length:6.1f} s a whole run, {time.monotonic() - start:,.0f} s in all")
    wrong = ("half", "earlier", "next run", "leftovers")
    return int(any(count for name, count in tally.items() if name.startswith(wrong)))


def _office(place: Path) -> Path:
    sample = [sys.executable, "-m", "qmcb.cli", "sample", str(place / "source"), "--people", "500"]
    subprocess.run(sample, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
    paths.NOTEBOOKS = place / "notebooks"
    os.chdir(place)
    (place / "notebooks").mkdir()
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    for name, by in {"01_regions": "region", "02_insurances": "insurance"}.items():
        cells = [new_code_cell(_PARAMETERS, metadata={"tags": ["parameters"]})]
        cells += [new_code_cell(text) for text in (_COUNT.format(by=by), _SAVE)]
        nbformat.write(new_notebook(cells=cells, metadata=kernel), place / "notebooks" / f"{name}.ipynb")
    asked = "".join(
        f"- {{notebook: {name}, parameters: {{source: {place / 'source'}}}}}\n"
        for name in ("01_regions", "02_insurances")
    )
    (place / "plan.yaml").write_text(f"keep: 3\nreports:\n{asked}", "utf-8")
    return place


def _start() -> int:
    """Begin a run in a process group of its own; returns its number."""
    if process := os.fork():
        return process
    os.setsid()
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    os._exit(cli.main(["run", "plan.yaml"]))


def _finish() -> int:
    return os.waitstatus_to_exitcode(os.waitpid(_start(), 0)[1])


def _timed() -> float:
    start = time.monotonic()
    if _finish():
        raise SystemExit("the undisturbed run failed")
    return time.monotonic() - start


def _runs(home: Path) -> Iterator[Path]:
    return home.glob("[!.]*")


def _visible(home: Path) -> dict[str, str]:
    """Every run by name, with the hash of the manifest."""
    return {run.name: manifest.read(run).sha256 for run in sorted(_runs(home))}


def _whole(home: Path) -> bool:
    """Whether every file of every visible run is there as its manifest says, and no other."""
    return all(
        hashes.of_files(hashes.visible(run), run)
        == {**(told := manifest.read(run)).files, "manifest.json": told.sha256}
        for run in _runs(home)
    )


def _content(home: Path) -> str:
    return str(manifest.read(max(_runs(home))).predicate["content"])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 200))
