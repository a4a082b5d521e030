"""The study of notebook 02: what it saves, what it says of a source with gaps, and that it balances."""

import dataclasses
import inspect
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qmcb import codes
from qmcb.errors import BalanceError, InputError
from qmcb.reports import known, leak, mask
from qmcb.reports import shown as shown_
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table
from qmcb.studies import cross_province as study_of
from qmcb.studies import cross_province_view as view
from qmcb.studies import masked, missing_view, provenance, worth_view
from qmcb.studies.cross_province import NEEDED, CrossProvince
from qmcb.tables import CONTRACTS

Source = Callable[[Mapping[str, Any]], Path]
Saved = dict[str, pa.Table]
pytestmark = pytest.mark.usefixtures("few_random_pairs")
SAVED = ["doubts", "duplicates", "inputs", "lawful", "missing", "quarantine"]
VIEWS = {
    f"{name} {cover}".strip(): (function, *filter(None, (cover,)))
    for module in (view, worth_view, missing_view)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
    for cover in (codes.COVER if "cover" in inspect.signature(function).parameters else ("",))
}


def opened(folder: Path, province: str = "64", period: str = "2024-06") -> CrossProvince:
    return study_of.open_study(str(folder), province=province, period=period)


def stored(study: CrossProvince, place: Path) -> Saved:
    study.save(str(place))
    return {file.stem: pq.read_table(file) for file in sorted(place.glob("*.parquet"))}


def saved(source: Path, place: Path) -> Saved:
    study = opened(source)
    with study.book:
        return stored(study, place)


@pytest.fixture(scope="module")
def study(linked: CrossProvince) -> CrossProvince:
    return linked


@pytest.fixture(scope="module")
def tables(study: CrossProvince, tmp_path_factory: pytest.TempPathFactory) -> Saved:
    return stored(study, tmp_path_factory.mktemp("saved"))


def cells(tables: Saved) -> set[str]:
    """Every different text in the tables."""
    columns = (column for table in tables.values() for column in table.columns)
    texts = (column.unique().to_pylist() for column in columns if pa.types.is_string(column.type))
    return {text for column in texts for text in column if text}


def test_the_tables_that_are_saved(tables: Saved) -> None:
    assert list(tables) == SAVED
    assert all(len(table) for table in tables.values())
    assert {"case", "kind", "record_id_a", "months", "action", "document"} <= set(
        tables["duplicates"].column_names
    )
    assert {"case", "cover", "standing", "age_band", "action"} <= set(tables["missing"].column_names)


def test_a_count_of_people_can_be_counted_again(study: CrossProvince, tables: Saved) -> None:
    for name, rows in {
        "duplicates": study.duplicates,
        "lawful": study.lawful,
        "missing": study.missing,
    }.items():
        people = rows.person.nunique().to_pyarrow().as_py()
        assert len(set(tables[name]["whose"].to_pylist())) == people, name
    assert set(tables["missing"]["record_id"].to_pylist()) <= set(
        study.book["residents"].record_id.to_pyarrow().to_pylist()
    )


def test_no_person_is_in_a_saved_table(small: Path, tables: Saved) -> None:
    names: set[str] = set()
    for contract in CONTRACTS.values():
        if contract.of_people:
            rows = pq.read_table(small / f"{contract.name}.parquet", columns=["name"])
            names |= {name for name in rows["name"].unique().to_pylist() if name}
    assert len(names) > 2_000
    assert leak.scan("\n".join(sorted(cells(tables))), known.people_named(names)) == []
    personal = {"person", "id_number", "name", "birth_date", "phone", "plain", "digits"}
    assert not personal & {name for table in tables.values() for name in table.column_names}


def test_a_second_run_gives_the_same_tables(
    linked_again: CrossProvince, tables: Saved, tmp_path: Path
) -> None:
    again = stored(linked_again, tmp_path)
    assert list(again) == list(tables)
    for name, table in tables.items():
        assert again[name].equals(table), name


@pytest.mark.parametrize("number", ["case", "whose"])
def test_no_number_connects_two_tables(tables: Saved, number: str) -> None:
    found = {name: set(tables[name][number].to_pylist()) for name in ("duplicates", "lawful", "missing")}
    letters = {name: {text.split("-")[1] for text in numbers} for name, numbers in found.items()}
    assert all(not letters[one] & letters[other] for one, other in combinations(letters, 2))


def test_case_numbers_tell_cases_apart(tables: Saved) -> None:
    cases = {name: set(tables[name]["case"].to_pylist()) for name in ("duplicates", "lawful", "missing")}
    prefixes = {name: {case.split("-")[0] for case in found} for name, found in cases.items()}
    assert prefixes == {"duplicates": {"CF"}, "lawful": {"ZY"}, "missing": {"LB"}}
    rows = tables["missing"]
    assert len(cases["missing"]) == len(rows)
    pairs = tables["duplicates"].group_by(["case", "record_id_a", "record_id_b", "kind"]).aggregate([])
    assert len(cases["duplicates"]) == len(pairs)


def test_without_a_folder_nothing_is_saved(
    study: CrossProvince, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study.save("")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_of_a_whole_source(study: CrossProvince, name: str) -> None:
    function, *cover = VIEWS[name]
    assert "无法回答" not in told(function(study, *cover))


def told(shown: Picture | Table) -> str:
    """The text that stands on the page for a view."""
    return shown.html() if isinstance(shown, Table) else shown.plain()


PERSON = {"id_number": "640104198001010013", "name": "王小明"}
ENROLMENT = PERSON | {"insurance": "110", "region": "640104", "first_month": "2020-01", "status": "1"}
RESIDENT = PERSON | {"hukou_region": "640104", "alive": "1"}
ELSEWHERE = ENROLMENT | {"region": "330106"}
PARTIAL = {
    "only enrolments": {"enrolments": [ENROLMENT]},
    "no residents": {"enrolments": [ENROLMENT], "enrolments_elsewhere": [ELSEWHERE]},
    "no other province": {"enrolments": [ENROLMENT], "residents": [RESIDENT]},
    "twice and missing": {
        "enrolments": [ENROLMENT],
        "enrolments_elsewhere": [ELSEWHERE],
        "residents": [RESIDENT],
    },
    "nobody twice, nobody missing, nothing left to link": {
        "enrolments": [ENROLMENT, ENROLMENT | {"insurance": "390"}],
        "enrolments_elsewhere": [ELSEWHERE | {"first_month": "2010-01", "last_month": "2015-12"}],
        "residents": [RESIDENT],
    },
}


@pytest.fixture(scope="module", params=PARTIAL)
def partial(request: pytest.FixtureRequest, source: Source) -> Iterator[CrossProvince]:
    study = opened(source(PARTIAL[request.param]))
    yield study
    study.book.close()


@pytest.fixture(scope="module")
def few(source: Source) -> Iterator[CrossProvince]:
    """One person enrolled twice and missing elsewhere; a test that changes it sets it right again."""
    study = opened(source(PARTIAL["twice and missing"]))
    provenance.closing(study.balance())
    yield study
    study.book.close()


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_of_a_source_with_gaps(partial: CrossProvince, name: str) -> None:
    function, *cover = VIEWS[name]
    of_residents = name.split()[0] in (
        *("fall", "counties", "states"),
        *("places", "employers", "excluded", "first"),
    )
    lacking = (of_residents and "residents" not in partial.book) or (
        name == "provinces" and "enrolments_elsewhere" not in partial.book
    )
    shown = function(partial, *cover)
    assert ("无法回答" in told(shown)) == (lacking or name == "summary")  # the summary names what is absent


def test_a_source_with_gaps_says_which_questions_stay_open(partial: CrossProvince) -> None:
    absent = {CONTRACTS[name].label for name in NEEDED if name not in partial.book}
    assert partial.open_questions.keys() == absent
    assert all(label in told(view.summary(partial)) for label in absent)


def test_a_source_with_gaps_is_saved_as_far_as_it_goes(partial: CrossProvince, tmp_path: Path) -> None:
    partial.save(str(tmp_path))
    wanted = [name for name in SAVED if name != "missing" or partial.of_residents]
    assert sorted(file.stem for file in tmp_path.glob("*.parquet")) == wanted
    assert [page.question for page in shown_.load(tmp_path / shown_.FILE)] == [
        "duplicates",
        *["residents"] * partial.of_residents,
    ]


def test_namesakes_without_numbers_and_who_share_one_are_cases_of_their_own(
    source: Source, tmp_path: Path
) -> None:
    namesakes = [RESIDENT | {"id_number": "", "birth_date": day} for day in ("1980-01-01", "1990-01-01", "")]
    sharing = [RESIDENT | {"name": name} for name in ("欧阳建国", "马晓燕")]
    residents = [
        row | {"record_id": f"{kind}{at}"}
        for kind, rows in (("N", namesakes), ("S", sharing))
        for at, row in enumerate(rows)
    ]
    missing = saved(source({"enrolments": [ENROLMENT], "residents": residents}), tmp_path)["missing"]
    assert len(set(missing["case"].to_pylist())) == len(missing)
    assert Counter(missing["record_id"].to_pylist()) == {
        record: len(codes.COVER) for record in ("N0", "N1", "N2", "S0", "S1")
    }


def test_a_case_keeps_its_number_when_files_come_in_another_order(
    small: Path, tables: Saved, tmp_path: Path
) -> None:
    turned = tmp_path / "turned"
    shutil.copytree(small, turned)
    rows = pq.read_table(small / "enrolments.parquet")
    pq.write_table(rows.take(list(reversed(range(len(rows))))), turned / "enrolments.parquet")
    again = opened(turned)
    with again.book:
        key = mask.read_key(None, again.book.folder)
        numbered = masked.cases(again.people, again.period, again.duplicates, "CF", key)
    assert set(numbered["case"].to_pylist()) == set(tables["duplicates"]["case"].to_pylist())


def test_a_province_without_a_tile_map_has_a_table(study: CrossProvince) -> None:
    other = dataclasses.replace(study, province="65")
    vars(other).update(standing=study.standing, residents_withheld=study.residents_withheld)
    shown = view.counties(other, "pension")
    assert isinstance(shown, Table) and "各县区养老" in shown.caption and len(shown.texts) > 50


def test_another_key_gives_other_case_numbers(
    few: CrossProvince, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = []
    for secret in ("one secret of 32 bytes", "another secret of 32 bytes"):
        key = tmp_path / "case.key"
        key.write_text(secret)
        key.chmod(0o600)
        monkeypatch.setenv(mask.KEY_FILE, str(key))
        found = stored(few, tmp_path / secret)
        cases.append({case for name in ("duplicates", "missing") for case in found[name]["case"].to_pylist()})
    assert len(cases[0]) == len(cases[1]) == 2 and not cases[0] & cases[1]


def test_every_line_of_the_sample_balances(study: CrossProvince) -> None:
    assert [line.label for line in study.balance() if line.difference] == []
    assert len(study.balance()) == len(study.book.files) + 1 + 1 + 1 + len(codes.COVER)


@pytest.mark.parametrize(
    ("table", "line"), [("standing", "户籍人口"), ("duplicates", "重复月数"), ("identities", "接收行数")]
)
def test_a_row_lost_on_the_way_fails_the_run(few: CrossProvince, table: str, line: str) -> None:
    somebody = few.duplicates if table == "duplicates" else few.standing
    person = somebody.person.min().to_pyarrow().as_py()
    sql = few.book.con.raw_sql
    sql(f"CREATE TABLE whole AS FROM {table}")
    sql(f"DELETE FROM {table} WHERE person = {person}")
    vars(few).pop("facts", None)  # made anew, so that the loss is met on the way
    try:
        with pytest.raises(BalanceError, match=line):
            provenance.closing(few.balance())
    finally:
        sql(f"DELETE FROM {table}; INSERT INTO {table} FROM whole; DROP TABLE whole")
        vars(few).pop("facts", None)
    provenance.closing(few.balance())


@pytest.mark.parametrize(
    ("province", "period", "expected"),
    [
        ("65", "2024-06", "enrolments in province 65"),
        ("99", "2024-06", "province"),
        ("宁夏", "2024-06", "province"),
        ("64", "2024-13", "2024-06|month"),
    ],
)
def test_impossible_parameters_are_one_line(
    source: Source, province: str, period: str, expected: str
) -> None:
    with pytest.raises(InputError, match=expected) as raised:
        opened(source(PARTIAL["only enrolments"]), province, period)
    assert "\n" not in str(raised.value)


def test_without_enrolments_there_is_nothing_to_study(source: Source) -> None:
    with pytest.raises(InputError, match="enrolments"):
        opened(source({"residents": [RESIDENT]}))
