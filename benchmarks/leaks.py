"""Plant a hundred leaks of ten kinds into a run of the sample, and see that each of them is caught.

`python -m benchmarks.leaks [RUN]`: RUN is a finished run of params/sample.yaml; without one it is made.
First everything in it has to pass; then each leak is planted alone into a copy, into a random person's
disadvantage, and has to be found in the file it was planted in. Prints a tally; ends with 1 where a leak
was missed or something clean was withheld.
"""

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.plants import Victim, plants
from qmcb.paths import ROOT
from qmcb.reports import hashes, leak, plan, run
from qmcb.reports.known import People
from qmcb.studies import named

_SOURCE = ROOT / "data" / "sample"


def main(finished: Path | None) -> int:
    people = named.of_source(str(_SOURCE))
    with tempfile.TemporaryDirectory(prefix="qmcb-leaks-") as folder:
        place = Path(folder)
        finished = finished or run.run(
            plan.load(ROOT / "params" / "sample.yaml"), place / "out", print, lambda _: people
        )
        files = hashes.visible(finished)
        clock = time.process_time()
        withheld = leak.scan_folder(finished, people)
        print(f"{len(files)} clean files, {len(withheld)} withheld ({time.process_time() - clock:.1f} s)")
        print(*withheld, sep="\n", end="\n" if withheld else "")
        missed = _planted(finished, place / "copy", people)
    return int(bool(withheld) or missed > 0)


def _planted(finished: Path, copy: Path, people: People) -> int:
    """Print the tally by kind; returns how many leaks were missed."""
    chance, drawn, missed = random.Random(1), _people(), 0
    for kind, each in plants().items():
        caught = []
        for plant in each:
            shutil.copytree(finished, copy)
            victim = Victim(**{name: chance.choice(values) for name, values in drawn.items()})
            caught.append(bool(leak.scan_file(plant(copy, victim), people)))
            shutil.rmtree(copy)
        which = [str(at) for at, found in enumerate(caught, 1) if not found]
        print(f"{sum(caught):3} of {len(caught)} {kind}" + (f"; missed: {', '.join(which)}" if which else ""))
        missed += len(which)
    print(f"{missed} missed in all")
    return missed


def _people() -> dict[str, list[str]]:
    """Numbers, phones and names of the sample's insured to draw from."""
    rows = pq.read_table(_SOURCE / "enrolments.parquet", columns=["id_number", "phone", "name"])
    told = {name: [text for text in rows[name].unique().to_pylist() if text] for name in rows.column_names}
    names = sorted(told["name"])
    return {
        "number": sorted(text for text in told["id_number"] if len(text) == 18),
        "phone": sorted(text for text in told["phone"] if len(text) == 11),
        "two": [name for name in names if len(name) == 2],
        "three": [name for name in names if len(name) == 3],
        "more": [name for name in names if len(name) > 3],
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else None))
