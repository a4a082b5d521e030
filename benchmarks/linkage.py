"""Linking two files of person records: qmcb, Splink and a bare join in turn, each as a whole process.

Prints Markdown. It imports nothing heavy: the operating system counts its own memory to what it starts.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import tables
from benchmarks.measure import run
from benchmarks.tables import Row

SETS = ("ordinary", "hard", "other")
SIZES = (100_000, 1_000_000, 5_000_000)
BIG = (7_200_000, 10_000_000)
OURS = (sys.executable, "-m", "qmcb.cli", "link")


@dataclass(frozen=True)
class Options:
    sizes: tuple[int, ...]
    rounds: int
    sets: tuple[str, ...]
    big: bool
    peer_python: str
    data: Path | None


def _options(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage", description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="records a side")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--big", action="store_true", help="also 7.2 million × 10 million, qmcb alone, once")
    parser.add_argument("--peer-python", default=sys.executable, help="an interpreter that has splink")
    parser.add_argument("--data", type=Path, help="keep the files here and use those that are there")
    given = parser.parse_args(arguments)
    sizes = tuple(int(size) for size in given.sizes.split(",") if size)
    sets = tuple(name for name in given.sets.split(",") if name)
    if unknown := set(sets) - set(SETS):
        parser.error(f"expected sets of {', '.join(SETS)}; found {', '.join(sorted(unknown))}")
    if given.rounds < 1:
        parser.error("expected at least one round")
    return Options(sizes, given.rounds, sets, given.big, given.peer_python, given.data)


def _version_of_splink(python: str) -> str | None:
    """The peer's version in an interpreter; none where it cannot be imported there."""
    try:
        ask = [python, "-c", "import splink; print(splink.__version__)"]
        return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def commands(peer_python: str, folder: Path) -> dict[str, list[str]]:
    """What each program is called with; its links are to stand in `links(folder, program)`."""
    sides = [str(folder / f"{side}.parquet") for side in ("local", "national")]
    return {
        "qmcb": [*OURS, *sides, "--out", str(links(folder, "qmcb"))],
        "Splink": [peer_python, "-m", "benchmarks.splink_people", str(folder), str(links(folder, "Splink"))],
        "floor": [sys.executable, "-m", "benchmarks.floor", str(folder), str(links(folder, "floor"))],
    }


def links(folder: Path, program: str) -> Path:
    return folder / f"links-{program}.parquet"


def _files(data: Path, kind: str, local: int, national: int) -> Path:
    """The folder with the two files and their truth, made where it is not there."""
    folder = data / f"{kind}-{local}-{national}"
    if not (folder / "truth.parquet").exists():
        size = [str(local), "--national", str(national)]
        subprocess.run([sys.executable, "-m", "benchmarks.persons", kind, str(folder), *size], check=True)
    return folder


def _once(command: list[str], folder: Path, program: str, row: Row) -> None:
    links(folder, program).unlink(missing_ok=True)
    row.measures.append(run(command))
    judge = [sys.executable, "-m", "benchmarks.rightness", str(links(folder, program))]
    told = subprocess.run([*judge, str(folder / "truth.parquet")], capture_output=True, text=True, check=True)
    row.rights.append(json.loads(told.stdout))
    print(f"{row.kind} {row.size} {program} {row.measures[-1]} {row.rights[-1]}", file=sys.stderr, flush=True)


def _measure(folder: Path, kind: str, size: str, chosen: dict[str, list[str]], rounds: int) -> list[Row]:
    """The programs in turn, so many rounds."""
    rows = {program: Row(kind, size, program) for program in chosen}
    for _ in range(rounds):
        for program, command in chosen.items():
            _once(command, folder, program, rows[program])
    return list(rows.values())


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    version = _version_of_splink(options.peer_python)
    if version is None:
        print(
            f"benchmarks: expected splink in {options.peer_python}; found none; "
            "run pip install -e .[bench], or name an interpreter that has it with --peer-python",
            file=sys.stderr,
        )
        return 2
    print(tables.heading(version, options.rounds), flush=True)
    rows: list[Row] = []
    for kind in options.sets:
        for size in options.sizes:
            with tempfile.TemporaryDirectory() as temporary:
                folder = _files(options.data or Path(temporary), kind, size, size)
                chosen = commands(options.peer_python, folder)
                rows += _measure(folder, kind, f"{size:,}", chosen, options.rounds)
    if options.big:
        with tempfile.TemporaryDirectory() as temporary:
            folder = _files(options.data or Path(temporary), "ordinary", *BIG)
            chosen = {"qmcb": commands(options.peer_python, folder)["qmcb"]}
            rows += _measure(folder, "ordinary", " × ".join(f"{size:,}" for size in BIG), chosen, 1)
    print(tables.figures(rows), tables.ratios(rows), tables.growth(rows), sep="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
