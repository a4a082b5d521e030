"""A table of a whole province as delimited text in GB18030, read into its contract, beside a bare reader.

`python -m benchmarks.reading [--people N] [--tables NAME ...] [--rounds N] [--data FOLDER]`. The peer is
DuckDB's own reader on the same rows in UTF-8, from the file into a table in memory like ours; it decodes,
checks, hashes, repairs and keeps apart nothing. Whole processes in turn.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.measure import Measure, run

PEOPLE = 7_200_000
TABLES = ("residents",)
_BLOCK = 1 << 24
OURS = """
import sys, pathlib
from qmcb.sources import book
with book.read_files({sys.argv[2]: pathlib.Path(sys.argv[1])}) as opened:
    print(sum(file.accepted for file in opened.files), "accepted", file=sys.stderr)
"""
BARE = """
import sys, duckdb
duckdb.execute(f"CREATE TABLE sent AS SELECT * FROM read_csv('{sys.argv[1]}')")
"""


def written(sample: Path, table: str, folder: Path) -> tuple[Path, Path]:
    """The table as comma-separated text in GB18030 and in UTF-8."""
    plain, chinese = folder / f"{table}.utf8.csv", folder / f"{table}.gb18030.csv"
    if not chinese.exists():
        columns = "COLUMNS(*)::VARCHAR"
        duckdb.sql(f"COPY (SELECT {columns} FROM '{sample / table}.parquet') TO '{plain}' (HEADER)")
        with plain.open(encoding="utf-8", newline="") as text:
            draft = chinese.with_suffix(".part")
            with draft.open("w", encoding="gb18030", newline="") as out:
                while block := text.read(_BLOCK):
                    out.write(block)
            draft.replace(chinese)
    return chinese, plain


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=PEOPLE)
    options.add_argument("--tables", nargs="+", default=TABLES)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--data", type=Path, help="where the samples are kept and used again")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sample = (asked.data or Path(scratch)) / str(asked.people)
        if not sample.exists():
            run([sys.executable, "-m", "qmcb.cli", "sample", str(sample), "--people", str(asked.people)])
        for table in asked.tables:
            chinese, plain = written(sample, table, asked.data or Path(scratch))
            size = chinese.stat().st_size / 1e9
            print(f"{table} of {asked.people:,} people, {size:.2f} GB in GB18030", flush=True)
            ours, bare = [], []
            for _ in range(asked.rounds):
                ours.append(run([sys.executable, "-c", OURS, str(chinese), table]))
                bare.append(run([sys.executable, "-c", BARE, str(plain)]))
                print(f"  qmcb, GB18030  {ours[-1]}\n  bare, UTF-8    {bare[-1]}", flush=True)
            print(f"  bare ÷ qmcb: {_wall(bare) / _wall(ours):.2f} in time", flush=True)


def _wall(measures: list[Measure]) -> float:
    return median(measure.wall for measure in measures)


if __name__ == "__main__":
    main()
