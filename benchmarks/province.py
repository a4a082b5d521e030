"""The sample province at full size, and the whole cross-province study on growing ones."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import run

STUDY = """
import sys
from qmcb.studies.cross_province import open_study
study = open_study(sys.argv[1], province="64", period="2024-06")
study.duplicates, study.missing, study.balance()
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for people in (200_000, 1_000_000, 7_200_000):
            place = Path(folder) / str(people)
            made = run([sys.executable, "-m", "qmcb.cli", "sample", str(place), "--people", str(people)])
            print(f"sample of {people:>9,} people  {made}", flush=True)
            if people <= 1_000_000:
                print(
                    f"study  of {people:>9,} people  {run([sys.executable, '-c', STUDY, str(place)])}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
