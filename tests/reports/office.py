"""An office with a small source, light notebooks and a plan: what real runs are made of in tests."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
PARAMETERS = """\
source = ""  # 数据来源
period = "2024-06"  # 截止年月
out = ""  # 结果表存放处
"""
COUNT = """\
import csv
from pathlib import Path
import pyarrow as pa, pyarrow.parquet as pq
rows = list(csv.DictReader(open(Path(source) / "deaths.csv", encoding="utf-8")))
print(f"{len(rows)} rows until {period}")"""
SAVE = """\
regions = sorted({row["region"] for row in rows})
counts = [sum(row["region"] == region for row in rows) for region in regions]
pq.write_table(pa.table({"region": regions, "rows": counts}), Path(out) / "regions.parquet")
print(dict(zip(regions, counts)))"""
NAME = "甲乙丙"  # of everybody in the source; no page may show it
_ROW = f",{NAME},{{}}\n"
ROWS = "id_number,name,region,died_on\n" + _ROW.format("640104,2024-01-01") * 7
ROWS += _ROW.format("640105,2024-02-01") * 9
_COMMAND = """\
import sys
from pathlib import Path
from qmcb import cli, paths
paths.NOTEBOOKS = Path("notebooks").resolve()
sys.exit(cli.main(sys.argv[1:]))
"""


def notebook(path: Path, *cells: str) -> None:
    """A notebook of parameters, a heading, and these cells."""
    first = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    told = [first, new_markdown_cell(f"# {path.stem}"), *map(new_code_cell, cells)]
    nbformat.write(new_notebook(cells=told, metadata=KERNEL), path)


def make(folder: Path, notebooks: Mapping[str, tuple[str, ...]] | None = None, more: str = "") -> Path:
    """Fill a folder: `notebooks/`, `source/deaths.csv`, and `plan.yaml` with every notebook and `more`."""
    (folder / "notebooks").mkdir()
    (folder / "source").mkdir()
    (folder / "source" / "deaths.csv").write_text(ROWS, "utf-8")
    (folder / "source" / "case.key").write_bytes(b"a key for tests only")
    notebooks = notebooks or {"01_count": (COUNT,), "02_save": (COUNT, SAVE)}
    for name, cells in notebooks.items():
        notebook(folder / "notebooks" / f"{name}.ipynb", *cells)
    reports = [f"- {{notebook: {name}, parameters: {{source: {folder / 'source'}}}}}" for name in notebooks]
    (folder / "plan.yaml").write_text("\n".join([more, "reports:", *reports]) + "\n", "utf-8")
    return folder


def command(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """`qmcb` with these arguments as a process of its own, on the office's notebooks."""
    return subprocess.Popen(
        [sys.executable, "-c", _COMMAND, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
