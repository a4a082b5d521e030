"""Which files of a folder are a table: one, a folder of parts, and the same in folders of periods."""

from pathlib import Path

import pytest

from qmcb.errors import InputError
from qmcb.sources import files
from qmcb.sources.mapping import TableMap
from qmcb.tables import CONTRACTS

NO_MAP = TableMap()


def found(folder: Path, told: TableMap = NO_MAP) -> list[str]:
    return [str(part.path.relative_to(folder)) for part in files.find(folder, CONTRACTS["deaths"], told)]


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_a_file_is_found_by_its_name_or_label_in_any_case(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    make(tmp_path, "deaths.docx", "deaths_old.csv", "deaths", "notes.txt")
    for name in ("Deaths.CSV", "死亡火化.parquet", "deaths.xlsx", "死亡火化.xls", "deaths.txt"):
        make(tmp_path, name)
        assert found(tmp_path) == [name]
        (tmp_path / name).unlink()


@pytest.mark.parametrize("second", ["deaths.parquet", "死亡火化.csv", "DEATHS.csv"])
def test_two_files_of_one_table_are_refused(tmp_path: Path, second: str) -> None:
    make(tmp_path, "deaths.csv", second)
    with pytest.raises(InputError, match=r"one file for 死亡火化.*remove all but one"):
        found(tmp_path)


def test_a_folder_of_parts_is_one_table_in_the_order_of_names(tmp_path: Path) -> None:
    make(tmp_path, "死亡火化/b.csv", "死亡火化/a.xlsx", "死亡火化/.hidden", "死亡火化/~$a.xlsx")
    assert found(tmp_path) == ["死亡火化/a.xlsx", "死亡火化/b.csv"]
    make(tmp_path, "死亡火化/readme.doc")
    with pytest.raises(InputError, match=r"found readme\.doc"):
        found(tmp_path)


def test_periods_come_in_their_order_or_only_the_last(tmp_path: Path) -> None:
    names = ["2024年3月/deaths.csv", "202312/deaths.csv", "2024-05_增量/死亡火化/1.csv", "2024-06/other.csv"]
    make(tmp_path, "deaths.csv", *names)
    assert found(tmp_path) == ["deaths.csv", names[1], names[0], names[2]]
    assert found(tmp_path, TableMap(periods="whole")) == [names[2]]


def test_the_map_names_a_file(tmp_path: Path) -> None:
    make(tmp_path, "MZ01.txt", "other.csv")
    assert found(tmp_path, TableMap(name="MZ01")) == ["MZ01.txt"]
    assert found(tmp_path, TableMap(name="mz01.txt")) == ["MZ01.txt"]
