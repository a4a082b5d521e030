"""The study of notebook 03: what it shows and saves, that it balances, and the file of the golden record."""

import inspect
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qmcb import cli, codes
from qmcb.cases import store
from qmcb.errors import BalanceError, InputError
from qmcb.reports import known, leak, mask
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table
from qmcb.sources import book as books
from qmcb.studies import golden_file, golden_view, provenance, registry, registry_view
from qmcb.studies.registry import NEEDED, Registry
from qmcb.tables import CONTRACTS

Source = Callable[[Mapping[str, Any]], Path]
Text = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("few_random_pairs")
VIEWS = {
    name: function
    for module in (registry_view, golden_view)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
}
OF_REGISTRY = {"fall", "advice", "places", "ages", "obligations"}
OF_HOUSEHOLDS = {"visits", "visit_kinds"}
PERSONAL = {"person", "id_number", "name", "birth_date", "phone", "employer_id", "plain", "verified"}

PERSON = {"id_number": "640104198001010013", "name": "王小明"}
ENROLMENT = PERSON | {"insurance": "110", "region": "640104", "first_month": "2020-01", "status": "1"}
PARTIAL = {
    "only enrolments": {"enrolments": [ENROLMENT]},
    "registry and nothing else": {"enrolments": [ENROLMENT], "registry": [PERSON]},
    "one at home": {
        "enrolments": [ENROLMENT],
        "residents": [
            {"id_number": "640104198001010021", "name": "李小红", "hukou_region": "640104", "alive": "1"}
        ],
    },
}


def opened(folder: Path, province: str = "64") -> Registry:
    return registry.open_study(str(folder), province=province, period="2024-06")


def told(shown: Picture | Table) -> str:
    return shown.html() if isinstance(shown, Table) else shown.plain()


@pytest.fixture(scope="module")
def study(of_registry: Registry) -> Registry:
    return of_registry


@pytest.fixture(scope="module")
def saved(study: Registry, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    place = tmp_path_factory.mktemp("saved")
    study.save(str(place))
    return {file.stem: pq.read_table(file) for file in sorted(place.glob("*.parquet"))}


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_of_a_whole_source(study: Registry, name: str) -> None:
    shown = VIEWS[name](study)
    assert "无法回答" not in told(shown) and leak.scan(told(shown)) == []


@pytest.mark.parametrize("kind", PARTIAL)
def test_every_view_of_a_source_with_gaps(source: Source, kind: str) -> None:
    study = opened(source(PARTIAL[kind]))
    for name, view in VIEWS.items():
        lacking = (name in OF_REGISTRY and "registry" not in study) or (
            name in OF_HOUSEHOLDS and not study.at_home
        )
        lacking |= name == "holders"
        assert ("无法回答" in told(view(study))) == (lacking or name == "summary"), name
    absent = {CONTRACTS[name].label for name in NEEDED if name not in study}
    assert study.open_questions.keys() == absent
    provenance.closing(study.balance())
    study.book.close()


def test_every_line_of_the_sample_balances(study: Registry) -> None:
    lines = study.balance()
    assert [line.label for line in lines if line.difference] == []
    assert len(lines) == len(study.book.files) + 1 + 1 + len(codes.COVERS) + 1 + 2


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("reconciled", "生产库合计"),
        ("obligations", "（养老）"),
        ("visits", "户籍或常住人口"),
        ("golden", "本省各库人数"),
    ],
)
def test_a_person_lost_on_the_way_fails_the_run(study: Registry, table: str, line: str) -> None:
    rows = getattr(study, table)
    vars(study)[table] = rows.filter(rows.person != rows.person.min())
    with pytest.raises(BalanceError, match=line):
        provenance.closing(study.balance())
    vars(study)[table] = rows


def test_the_picture_of_databases_counts_everybody_once(study: Registry) -> None:
    shown = registry_view.overlap(study)
    held = study.held.to_pandas()
    names = list(registry_view._SETS)
    alive = held[~held["dead"] & held[names].any(axis=1)]
    every = int(alive[names].all(axis=1).sum())
    labels = [codes.DATABASE[name] for name in names]
    counts = dict(zip(shown.table["label"], shown.table["count"], strict=True))
    assert counts["＋".join(labels)] == f"{every:,}" and shown.alt.startswith(f"{len(alive):,}人中")
    hidden = [text for text in counts.values() if not text[0].isdigit()]
    told_apart = sum(int(text.replace(",", "")) for text in counts.values() if text[0].isdigit())
    assert told_apart == len(alive) if not hidden else told_apart < len(alive)


def test_differences_are_told_by_kind(study: Registry) -> None:
    rows = study.differences.to_pandas()
    counts = rows.groupby("kind")["person"].nunique()
    shown = registry_view.advice(study).texts
    for kind, text in zip(shown["差异"], shown["人数"], strict=True):
        key = next(key for key, label in codes.REGISTRY_DIFFERENCE.items() if label == kind)
        assert text in (mask.suppress(int(counts[key])), "*")
    assert len(shown) == len(counts)


def test_no_person_is_in_a_saved_table(study: Registry, saved: dict[str, pa.Table]) -> None:
    assert list(saved) == ["differences", "holders", "inputs", "quarantine", "visits"]
    assert not PERSONAL & {name for rows in saved.values() for name in rows.column_names}
    names = set(study.golden.name.to_pyarrow().to_pylist())
    cells = {
        text
        for rows in saved.values()
        for column in rows.columns
        if pa.types.is_string(column.type)
        for text in column.unique().to_pylist()
        if text
    }
    assert len(names) > 1_000 and leak.scan("\n".join(sorted(cells)), known.people_named(names)) == []
    cases = [
        case for name in ("differences", "holders", "visits") for case in saved[name]["case"].to_pylist()
    ]
    assert len(set(cases)) == len(cases)
    assert len(saved["visits"]) == study.visits.count().to_pyarrow().as_py()
    assert set(saved["visits"]["age_band"].to_pylist()) <= set(mask._AGE_LABELS)


def test_without_a_folder_nothing_is_saved(
    study: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study.save("")
    assert list(tmp_path.iterdir()) == []


# The golden record as a file


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case.key").write_bytes(KEY)
    return tmp_path


def golden(source: Path, *arguments: str, out: str = "golden.csv", province: str = "64") -> int:
    asked = ["golden", str(source), "--province", province, "--period", "2024-06", "--out", out]
    return cli.main([*asked, "--store", "cases.duckdb", "--who", "tester", *arguments])


KEY = b"a key of more than sixteen bytes"


def written(town: Registry, out: Path) -> int:
    if not (out.parent / "cases.duckdb").exists():
        store.create(out.parent / "cases.duckdb", "64", KEY)
    with store.opened(out.parent / "cases.duckdb", KEY) as cases:
        return golden_file.write(town, out, cases, who="tester", now=datetime(2024, 7, 1, 9))


@pytest.fixture(scope="module")
def town(folder: Path) -> Iterator[Registry]:
    study = opened(folder)
    yield study
    study.book.close()


@pytest.fixture(scope="module")
def folder(source: Source, number: Callable[..., str]) -> Path:
    """Twelve people, some of whom a department writes otherwise."""
    rows = [{"id_number": number(at + 1), "name": f"欧阳{chr(0x5200 + 37 * at)}国"} for at in range(12)]
    surveyed = {"employment": "40", "hukou_region": "640402", "surveyed_on": "2023-05-01", "record_id": "R7"}
    return source(
        {
            "residents": [row | {"hukou_region": "640104", "alive": "1", "sex": "1"} for row in rows],
            "registry": [
                row | surveyed | {"name": row["name"][:-1] + "华", "record_id": f"R{at}"}
                for at, row in enumerate(rows[:9])
            ],
            "enrolments": [row | ENROLMENT | row | {"employer_id": "E1"} for row in rows[4:]],
            "cards": [{"id_number": "123", "name": "司马光明", "region": "640104", "phone": "13900000001"}],
        }
    )


@pytest.mark.parametrize("out", ["golden.csv", "golden.parquet"])
def test_the_file_is_read_back_as_a_registry(
    town: Registry, office: Path, capsys: Text, out: str, tmp_path: Path
) -> None:
    written(town, office / out)
    assert cli.main(["check", "registry", out]) == 0
    printed = capsys.readouterr().out
    assert re.search(rf"{re.escape(out)} +13 +0 ", printed) and "无号码" in printed
    with books.read_files({"registry": tmp_path / out}) as read:
        rows = read["registry"].drop("row").to_pandas()
    columns = list(CONTRACTS["registry"].names)
    wanted = town.golden.select(columns).to_pandas()
    lines = rows.loc[rows["record_id"].str.startswith("R").ne(True), "record_id"]
    assert len(lines) == 4  # where the registry has no record, the line stands in
    rows.loc[lines.index, "record_id"] = None
    for frame in (rows, wanted):
        for day in ("birth_date", "registered_on", "surveyed_on"):
            frame[day] = pd.to_datetime(frame[day]).dt.strftime("%Y-%m-%d")
    order = ["name"]
    expected = wanted.sort_values(order, ignore_index=True).astype(object)
    found = rows[columns].sort_values(order, ignore_index=True).astype(object)
    pd.testing.assert_frame_equal(found.where(found.notna(), None), expected.where(expected.notna(), None))
    assert wanted["id_number"].notna().sum() == 12 and set(found["name"].str[-1]) == {"国", "明"}


def test_the_file_is_its_owners_and_in_the_log_without_a_person(
    folder: Path, office: Path, capsys: Text
) -> None:
    assert golden(folder) == 0
    assert capsys.readouterr().out.startswith("golden record of 13 people in golden.csv;")
    file = office / "golden.csv"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().startswith("\ufeff".encode()) and "公民身份号码" in file.read_text("utf-8-sig")
    assert sorted(path.name for path in office.iterdir()) == ["case.key", "cases.duckdb", "golden.csv"]
    with store.opened(office / "cases.duckdb", KEY) as cases:
        (line,) = cases.rows("exports").to_pylist()
    assert (line["who"], line["office"], line["file"], line["cases"]) == ("tester", "64", "golden.csv", 13)
    assert leak.scan(" ".join(map(str, line.values()))) == []


def test_a_log_that_cannot_be_written_leaves_no_file(
    town: Registry, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.Store, "append", full)
    with pytest.raises(OSError, match="No space"):
        written(town, office / "golden.csv")
    assert sorted(path.name for path in office.iterdir()) == ["case.key", "cases.duckdb"]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"out": "golden.xlsx"}, "expected a file .csv or .parquet; found golden.xlsx"),
        ({"out": "none/golden.csv"}, "found no folder none"),
        ({"province": "65"}, "expected enrolments in province 65"),
    ],
)
def test_what_cannot_be_written_is_one_line(
    folder: Path, office: Path, capsys: Text, told: dict[str, str], says: str
) -> None:
    assert golden(folder, **told) == cli.EXIT_INPUT
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1
    assert [path.name for path in office.iterdir()] == ["case.key"]


def test_a_store_of_another_province_is_refused(town: Registry, office: Path) -> None:
    store.create(office / "cases.duckdb", "65", KEY)
    with pytest.raises(InputError, match="expected a store of province 64; found one of province 65"):
        written(town, office / "golden.csv")
    assert not (office / "golden.csv").exists()


def test_the_help_says_what_the_file_holds(capsys: Text) -> None:
    with pytest.raises(SystemExit):
        cli.main(["golden", "--help"])
    printed = " ".join(capsys.readouterr().out.split())
    assert "people's numbers, names and phones" in printed and "access log" in printed
