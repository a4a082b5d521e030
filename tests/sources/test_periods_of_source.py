"""Several periods of a table: what changed replaces what was there by record number, or the last is whole."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from qmcb import balance
from qmcb.errors import InputError
from qmcb.sources import book

HEAD = "record_id,id_number,name,died_on"
Told = Sequence[tuple[str, str]]


def put(folder: Path, rows: Told, head: str = HEAD) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [head, *(f"{record},1,甲,{day}" for record, day in rows)]
    (folder / "deaths.csv").write_text("\n".join(lines), "utf-8")


def read(source: Path) -> dict[str, str]:
    with book.read(source) as opened:
        balance.check(opened.balance())
        rows = opened["deaths"].select("record_id", "died_on").to_pyarrow().to_pylist()
        assert len({row for row in opened["deaths"].row.to_pyarrow().to_pylist()}) == len(rows)
    return {row["record_id"]: str(row["died_on"]) for row in rows}


def periods(folder: Path) -> None:
    put(folder, [("A", "2024-01-01"), ("B", "2024-01-02"), ("C", "2024-01-03")])
    put(folder / "2024年2月", [("B", "2024-02-02"), ("D", "2024-02-04")])
    put(folder / "202403", [("D", "2024-03-04"), ("C", "2024-02-30")])


def test_later_rows_replace_earlier_ones_and_the_balance_says_so(tmp_path: Path) -> None:
    periods(tmp_path)
    assert read(tmp_path) == {"A": "2024-01-01", "B": "2024-02-02", "C": "2024-01-03", "D": "2024-03-04"}
    with book.read(tmp_path) as opened:
        counts = [
            (file.file, file.read, file.accepted, file.quarantined, file.replaced) for file in opened.files
        ]
        apart = opened.quarantine.to_pyarrow().to_pylist()
    assert counts == [
        ("deaths.csv", 3, 2, 0, 1),
        ("2024年2月/deaths.csv", 2, 1, 0, 1),
        ("202403/deaths.csv", 2, 1, 1, 0),
    ]
    assert [(row["file"], row["line"], row["record_id"]) for row in apart] == [("202403/deaths.csv", 2, "C")]


def test_the_last_period_may_be_whole(tmp_path: Path) -> None:
    periods(tmp_path / "data")
    told = "label: x\nplace: data\nperiods: whole\ntables: {deaths: {}}\n"
    (tmp_path / "whole.yaml").write_text(told, "utf-8")
    assert read(tmp_path / "whole.yaml") == {"D": "2024-03-04"}


def test_changes_need_record_numbers(tmp_path: Path) -> None:
    put(tmp_path, [("A", "2024-01-01")])
    put(tmp_path / "2024-02", [("A", "2024-01-01")], head="no,id_number,name,died_on")
    with pytest.raises(InputError, match=r"record numbers in 2024-02/deaths\.csv"):
        book.read(tmp_path)


def test_one_table_a_hash_also_of_several_files() -> None:
    one, two = book.hashes([("a", "x"), ("b", "y"), ("b", "z")]).values()
    assert one == "x" and two not in ("y", "z") and len(two) == 64
    assert book.hashes([("b", "z"), ("b", "y")])["b"] != two
