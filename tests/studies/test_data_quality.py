"""The study of notebook 01: that it balances, saves no person, and compares periods."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qmcb import balance, codes
from qmcb.errors import InputError
from qmcb.reports import known, leak
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table
from qmcb.studies import correction_view, data_quality, data_quality_view
from qmcb.studies.cross_province import CrossProvince
from qmcb.studies.data_quality import DataQuality
from qmcb.tables import CONTRACTS

Source = Callable[[Mapping[str, Any]], Path]
Number = Callable[..., str]
pytestmark = pytest.mark.usefixtures("few_random_pairs")
VIEWS = [
    function
    for module in (data_quality_view, correction_view)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]


def opened(folder: Path, earlier: Path | str = "", period: str = "2024-06") -> DataQuality:
    return data_quality.open_study(str(folder), province="64", period=period, earlier=str(earlier))


@pytest.fixture(scope="module")
def study(of_quality: DataQuality) -> DataQuality:
    return of_quality


@pytest.fixture(scope="module")
def saved(study: DataQuality, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("saved")
    study.save(str(place))
    return place


def test_every_row_has_one_answer_to_each_question_and_every_person_counts_once(study: DataQuality) -> None:
    lines = study.balance()
    balance.check(lines)
    labels = [line.label for line in lines]
    of_people = [name for name in study.linked.book.tables if CONTRACTS[name].of_people]
    for name in of_people:
        for question in codes.QUALITY_QUESTION.values():
            assert f"{CONTRACTS[name].label}：{question}" in labels
    assert labels[-1] == "须更正的人（各计一次）" and lines[-1].whole > 0


def test_findings_are_the_rows_whose_answers_are_not_in_order(study: DataQuality) -> None:
    rows, counts = study.findings.to_pandas(), study.counts
    for question in codes.QUALITY_QUESTION:
        asked = counts[~counts[question].isin(codes.IN_ORDER)]
        assert (rows["rule"] == question).sum() == asked["records"].sum()
    assert not rows.duplicated(["table", "record_id", "rule"]).any()
    for rule, kinds in codes.QUALITY_KINDS.items():
        assert set(rows.loc[rows["rule"] == rule, "kind"]) <= set(kinds)
    assert set(rows["evidence"].dropna()) <= set(codes.EVIDENCE)
    assert (rows["evidence"].isna() == rows["kind"].isin(codes.FAULTLESS)).all()


def test_counts_of_few_records_are_no_more_told_in_the_balance_than_in_the_pictures(
    study: DataQuality,
) -> None:
    questions = tuple(f"：{label}" for label in codes.QUALITY_QUESTION.values())
    mine = [line for line in study.balance() if line.label.endswith(questions)]
    assert len(mine) == 3 * study.counts["table"].nunique() and all(line.of_people for line in mine)


def test_benefits_of_the_dead_are_those_that_notebook_02_doubts(study: DataQuality) -> None:
    doubted = study.linked.benefits
    doubted = doubted.filter(doubted.kind.isin(list(codes.DEAD))).to_pandas()
    mine = study.faults.filter(study.faults.table == "benefits", study.faults.rule == "dead").to_pandas()
    assert set(zip(mine["record_id"], mine["kind"], strict=True)) == set(
        zip(doubted["record_id_a"], doubted["kind"], strict=True)
    )


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_views_say_something_of_a_whole_source(study: DataQuality, view: Callable[..., Any]) -> None:
    shown = view(study)
    assert isinstance(shown, Picture | Table)
    assert "nan" not in shown.plain() and "None" not in shown.plain()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_views_do_without_what_is_not_there(bare: DataQuality, view: Callable[..., Any]) -> None:
    assert view(bare).plain()


@pytest.fixture(scope="module")
def bare(source: Source, number: Number) -> Iterator[DataQuality]:
    """One right enrolment, and nothing to hold it against."""
    row = {
        "id_number": number(1), "name": "马建国", "insurance": "110", "region": "640104",
        "first_month": "2020-01", "status": "1",
    }  # fmt: skip
    study = opened(source({"enrolments": [row]}))
    yield study
    study.linked.book.close()


def test_what_stays_open_is_said(bare: DataQuality) -> None:
    assert "没有户籍人口" in data_quality_view.summary(bare).note
    assert set(bare.counts["holder"]) == {"unasked"} and set(bare.counts["name"]) == {"uncompared"}
    balance.check(bare.balance())


def test_no_person_is_in_a_saved_table(small: Path, saved: Path) -> None:
    told = pq.read_table(saved / "quality.parquet")
    names: set[str] = set()
    for contract in CONTRACTS.values():
        if contract.of_people:
            rows = pq.read_table(small / f"{contract.name}.parquet", columns=["name"])
            names |= {name for name in rows["name"].unique().to_pylist() if name}
    texts = {
        text
        for column in told.columns
        if pa.types.is_string(column.type)
        for text in column.unique().to_pylist()
        if text
    }
    assert len(told) and leak.scan("\n".join(sorted(texts)), known.people_named(names)) == []
    assert not {"person", "who", "id_number", "name", "number", "birth_date"} & set(told.column_names)
    assert len(set(told["case"].to_pylist())) == len(told)


def test_a_proposal_is_stored_as_record_and_kind(saved: Path, study: DataQuality) -> None:
    told = pq.read_table(saved / "quality.parquet").to_pandas()
    residents = set(study.linked.book["residents"].record_id.to_pyarrow().to_pylist())
    found = told[told["found_in"].notna()]
    assert len(found) and set(found["found_in"]) <= residents
    assert set(found["evidence"]) <= {"public_security", "linked", "registered_name"}


@pytest.fixture(scope="module")
def again(linked_again: CrossProvince, saved: Path) -> DataQuality:
    """The same source read anew, beside what was saved of it."""
    return DataQuality(linked_again, data_quality._earlier(str(saved), linked_again.period))


def test_a_second_run_gives_the_same_table(again: DataQuality, saved: Path, tmp_path: Path) -> None:
    again.save(str(tmp_path))
    assert pq.read_table(tmp_path / "quality.parquet").equals(pq.read_table(saved / "quality.parquet"))


def test_without_a_folder_nothing_is_saved(
    study: DataQuality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study.save("")
    assert list(tmp_path.iterdir()) == []


# From one period to the next


def card(number: Number, at: int, sent: str | None = None) -> dict[str, str | None]:
    return {
        "record_id": f"C{at}",
        "id_number": sent or number(at),
        "name": f"马建国{chr(0x4E00 + at)}",
        "region": "640104",
    }


def town(source: Source, number: Number, sent: Mapping[int, str | None]) -> Path:
    row = {"insurance": "110", "region": "640104", "first_month": "2020-01", "status": "1"}
    return source(
        {
            "enrolments": [{"id_number": number(900), "name": "李四海", **row}],
            "cards": [card(number, at, written) for at, written in sent.items()],
        }
    )


def test_faults_are_open_corrected_gone_or_new(source: Source, number: Number, tmp_path: Path) -> None:
    """By hand: of the cards 1 stays, 2 is set right, 3 is not sent again, 4 comes up, 5 changes its fault."""
    wrong = {at: f" {number(at)}" for at in range(1, 6)}
    first = opened(town(source, number, wrong | {4: number(4)}), period="2024-05")
    first.save(str(tmp_path))
    first.linked.book.close()
    second = opened(
        town(source, number, {1: wrong[1], 2: number(2), 4: wrong[4], 5: number(5)[:17]}), tmp_path
    )
    rows = second.flow()
    shown = correction_view.flow(second)
    second.linked.book.close()
    told = {(row.kind, row.flow): row.records for row in rows.itertuples()}
    assert told == {
        ("spaces", "open"): 1, ("spaces", "corrected"): 1, ("spaces", "gone"): 1, ("spaces", "new"): 1,
        ("length", "open"): 1,
    }  # fmt: skip
    assert shown.alt.startswith("上期以来已更正<5条，新增<5条，<5条仍未更正")


def test_compared_with_itself_everything_is_open(again: DataQuality) -> None:
    """And a number that is not there stays apart from a name that is not: both kinds are "absent"."""
    rows, shown = again.flow(), correction_view.flow(again)
    assert set(rows["flow"]) == {"open"}
    assert rows["records"].sum() == again.faults.count().to_pyarrow().as_py()
    numbers = rows.loc[(rows["rule"] == "number") & (rows["kind"] == "absent"), "records"].sum()
    assert isinstance(shown, Picture)
    assert shown.table.set_index("label")["count"][codes.NUMBER_FAULT["absent"]] == f"{numbers:,}"


def test_without_an_earlier_run_a_sentence_says_so(study: DataQuality) -> None:
    assert study.flow().empty and "earlier" in correction_view.flow(study).plain()


def test_an_earlier_run_that_is_none_is_one_line(saved: Path, small: Path, tmp_path: Path) -> None:
    (tmp_path / "quality.parquet").write_bytes(b"no parquet")
    for folder, period, found in (
        (tmp_path / "absent", "2024-06", "none in"),
        (tmp_path, "2024-06", "another file"),
        (saved, "2024-05", "one of 2024-06"),
    ):
        with pytest.raises(InputError, match=found) as caught:
            opened(small, folder, period)
        assert "\n" not in str(caught.value)
