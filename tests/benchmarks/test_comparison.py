import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import linkage, tables
from benchmarks.measure import Measure, run
from benchmarks.rightness import rightness


def test_without_splink_the_benchmark_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    assert linkage.main(["--peer-python", "/nowhere/python"]) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.count("\n") == 1
    assert "pip install -e .[bench]" in said.err


def test_only_accepted_links_are_judged_and_each_once(tmp_path: Path) -> None:
    links = pa.table(
        {
            "left_id": [1, 1, 2, 3, 4],
            "right_id": [11, 11, 12, 19, 14],
            "decision": ["accept", "accept", "accept", "accept", "review"],
        }
    )
    truth = pa.table({"record_id_l": [1, 2, 3, 4], "record_id_n": [11, 12, 13, 14]})
    pq.write_table(links, tmp_path / "links.parquet")
    pq.write_table(truth, tmp_path / "truth.parquet")
    found = rightness(str(tmp_path / "links.parquet"), str(tmp_path / "truth.parquet"))
    assert found == {"f1": pytest.approx(4 / 7), "precision": pytest.approx(2 / 3), "recall": 0.5}


def test_ratios_are_of_medians_and_growth_is_of_the_same_program() -> None:
    rows = [
        _row("100", "qmcb", 1, 9, 2),
        _row("100", "Splink", 10, 10, 10),
        _row("100", "floor", 1, 1, 1),
        _row("500", "qmcb", 8, 8, 8),
    ]
    assert "| ordinary | 100 | 5.00 | 5.00 | 2.0 | +0.00000 |" in tables.ratios(rows)
    assert tables.growth(rows).splitlines()[2:] == ["| ordinary | qmcb | 100 → 500 | 4.00 | 4.00 |"]
    assert tables.figures(rows).count("\n") == 5


def _row(size: str, program: str, *costs: float) -> tables.Row:
    right = {"f1": 0.5, "precision": 0.5, "recall": 0.5}
    return tables.Row("ordinary", size, program, [Measure(cost, cost, cost) for cost in costs], [right])


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="exit code 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"])
