from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from benchmarks import persons, register
from benchmarks.damage import OTHER
from qmcb.identity import number
from qmcb.sample import numbers

COUNT, NATIONAL = 3000, 4000


def _made(folder: Path, **asked: object) -> dict[str, pa.Table]:
    persons.make(folder, COUNT, **asked)
    return {name: pq.read_table(folder / f"{name}.parquet") for name in ("local", "national", "truth")}


@pytest.fixture(scope="module", params=persons.SETS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    return _made(tmp_path_factory.mktemp("persons") / "set", kind=request.param, national=NATIONAL)


def test_a_set_has_the_records_and_the_truth_that_were_asked_for(made: dict[str, pa.Table]) -> None:
    columns = ["record_id", "id_number", "name", "sex", "birth_date", "region", "phone"]
    for side, count in (("local", COUNT), ("national", NATIONAL)):
        assert made[side].column_names == columns
        assert made[side].schema.types == [pa.int64(), *[pa.string()] * 6]
        assert made[side]["record_id"].to_pylist() == list(range(count))
    assert made["truth"].num_rows == COUNT * 6 // 10
    for name in made["truth"].column_names:
        assert len(set(made["truth"][name].to_pylist())) == made["truth"].num_rows


def test_true_pairs_are_the_same_people(made: dict[str, pa.Table]) -> None:
    sides = (("local", "record_id_l"), ("national", "record_id_n"))
    of = [made[side].take(made["truth"][name]) for side, name in sides]
    same = pc.mean(pc.equal(of[0]["id_number"], of[1]["id_number"]).cast(pa.int8()).fill_null(0)).as_py()
    assert 0.6 < same < 0.97


def test_the_same_seed_gives_the_same_files_and_another_others(tmp_path: Path) -> None:
    first, again, other = (_made(tmp_path / str(at), seed=seed) for at, seed in enumerate((1, 1, 2)))
    assert first == again
    assert first["local"] != other["local"]


def test_text_ids_tell_the_sides_apart(tmp_path: Path) -> None:
    made = _made(tmp_path / "set", text_ids=True)
    assert made["local"]["record_id"][0].as_py() == "L000000000"
    assert made["truth"].schema.types == [pa.string(), pa.string()]
    assert pc.all(pc.is_in(made["truth"]["record_id_n"], made["national"]["record_id"])).as_py()


def test_no_two_people_have_one_number_and_all_numbers_are_right() -> None:
    drawn = [register.draw(persons.np.random.default_rng(chunk), chunk, 30_000) for chunk in range(3)]
    given = pa.concat_arrays([numbers.column(people.number) for people in drawn])
    assert len(pc.unique(given)) == len(given)
    assert pc.unique(number.clean(given)["problem"]).to_pylist() == ["ok"]


def test_other_damage_leaves_no_region_and_few_telephones(tmp_path: Path) -> None:
    local = _made(tmp_path / "set", kind="other")["local"]
    assert local["region"].null_count == COUNT
    assert local["phone"].null_count > COUNT * OTHER.phone_absent
    assert local["birth_date"].null_count > COUNT * OTHER.birth_absent / 2
