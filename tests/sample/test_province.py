from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qmcb import tables
from qmcb.errors import InputError
from qmcb.sample import files
from qmcb.sample.province import make


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes_and_an_earlier_sample_is_replaced(tmp_path: Path) -> None:
    make(tmp_path / "one", people=2_000, seed=7)
    make(tmp_path / "other", people=2_000, seed=8)
    assert _bytes(tmp_path / "one") != _bytes(tmp_path / "other")
    make(tmp_path / "other", people=2_000, seed=7)
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]


def test_every_contract_has_its_file_with_raw_types(province: Path) -> None:
    for name, contract in tables.CONTRACTS.items():
        schema = pq.read_schema(province / f"{name}.parquet")
        assert schema.equals(files.raw_schema(contract)), name
        assert pq.read_metadata(province / f"{name}.parquet").num_rows > 0, name
    assert len((province / "case.key").read_text().strip()) == 64
    assert "assumed" in (province / "README.md").read_text(encoding="utf-8")


def test_record_ids_are_unique_and_told(province: Path, read) -> None:  # type: ignore[no-untyped-def]
    told = read("truth/records")
    for name, contract in tables.CONTRACTS.items():
        if contract.of_people:
            ids = read(name).record_id
            assert ids.is_unique
            assert ids.str.fullmatch(r"[A-Z]{2}\d{9}").all()
            assert set(ids) == set(told.record_id[told.table == name])


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"period": "2024-13"}, "2024-13"),
        ({"period": "June"}, "June"),
        ({"period": "1999-01"}, "1999-01"),
        ({"people": 3}, "3"),
        ({"seed": -1}, "-1"),
    ],
)
def test_impossible_arguments_leave_nothing(tmp_path: Path, arguments: dict[str, object], found: str) -> None:
    with pytest.raises(InputError, match=found):
        make(tmp_path / "sample", **arguments)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    with pytest.raises(InputError, match="mine"):
        make(tmp_path / "mine", people=500)
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "letter.txt"]


def test_a_failure_leaves_the_earlier_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "sample", people=500)
    before = _bytes(tmp_path / "sample")
    monkeypatch.setattr("qmcb.sample.employers.truth", lambda employers: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(tmp_path / "sample", people=500, seed=2)
    assert _bytes(tmp_path / "sample") == before
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]


def test_chunks_follow_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qmcb.sample.province._CHUNK", 700)
    make(tmp_path / "sample", people=2_000)
    people = pq.read_table(tmp_path / "sample" / "truth" / "people.parquet").to_pandas()
    assert people.person.tolist() == list(range(len(people)))
    assert people.id_number.is_unique
    assert (people.kind == "resident").sum() == 2_000
    assert pq.read_table(tmp_path / "sample" / "enrolments.parquet")["record_id"].to_pandas().is_unique
