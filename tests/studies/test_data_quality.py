"""Notebook 01 on a sample: planted faults found as what they are, counts that balance, nobody told."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from qmcb import balance, codes
from qmcb.errors import InputError
from qmcb.reports.picture import Picture
from qmcb.studies import data_quality, planted_quality
from qmcb.studies import data_quality_view as view
from qmcb.studies.data_quality import DataQuality

VIEWS = (
    "summary", "fall", "numbers", "names", "holders", "several", "deaths", "places", "orders", "proposals",
    "evidence", "flow",
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("few_random_pairs")


def opened(folder: Path, period: str = "2024-06", earlier: str = "") -> DataQuality:
    return data_quality.open_study(str(folder), province="64", period=period, earlier=earlier)


@pytest.fixture(scope="module")
def study(small: Path) -> Iterator[DataQuality]:
    found = opened(small)
    with found.linked.book:
        yield found


@pytest.fixture(scope="module")
def saved(study: DataQuality, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    study.save(str(folder))
    return folder


def test_every_planted_fault_is_found_as_what_it_is(study: DataQuality) -> None:
    checked = planted_quality.check(study)
    assert checked.right, checked.text()
    found = {rule: set(rows["found"]) for rule, rows in checked.confusion.groupby("rule")}
    assert {"spreadsheet", "check", "fifteen"} <= found["number"]
    assert {"homophone", "separator", "rare"} <= found["name"]
    assert checked.proposals["right"].sum() > 0


def test_what_is_off_is_said() -> None:
    none = pd.DataFrame({"evidence": ["linked"], "right": [1], "wrong": [0]})
    one = pd.DataFrame([{"rule": "name", "planted": "separator", "found": "other", "count": 1}])
    assert not planted_quality.Checked(one, none).right
    assert planted_quality.Checked(one.assign(found="separator"), none).right
    assert not planted_quality.Checked(one.assign(found="separator"), none.assign(wrong=1)).right


def test_every_record_has_one_answer_to_each_question(study: DataQuality) -> None:
    balance.check(study.balance())
    book = study.linked.book
    rows = study.counts.groupby("table")["records"].sum().to_dict()
    assert rows == {name: book[name].count().to_pyarrow().as_py() for name in rows}


def test_every_finding_says_what_is_to_be_done(study: DataQuality) -> None:
    rows = study.findings.to_pandas()
    assert rows["action"].isin(list(codes.ACTION)).all() and rows["decides"].isin(list(codes.DECIDES)).all()
    assert not rows.duplicated(["table", "record_id", "rule", "kind"]).any()
    ways = rows[rows["rule"] == "name"].groupby("state")["action"].nunique()
    assert (ways == 1).all() and len(ways) >= 3


@pytest.mark.parametrize("name", VIEWS)
def test_views_tell_of_nobody(study: DataQuality, name: str) -> None:
    shown = getattr(view, name)(study)
    told = str(vars(shown)) if isinstance(shown, Picture) else shown.texts.to_string() + shown.caption
    people = study.linked.people.profiles.select("id_number", "name").limit(300).to_pandas()
    assert not any(number in told for number in people["id_number"].dropna())
    assert not any(own in told for own in people["name"].dropna() if len(own) > 2)


def test_nobody_is_in_the_stored_table(study: DataQuality, saved: Path) -> None:
    stored = pq.read_table(saved / "quality.parquet")
    people = study.linked.people.profiles.select("id_number", "name").to_pandas()
    secret = {*people["id_number"].dropna(), *people["name"].dropna()}
    for column in stored.column_names:
        assert not secret & set(map(str, stored[column].to_pylist())), column
    assert stored["case"].to_pylist() == sorted(stored["case"].to_pylist())


def test_what_became_of_the_faults_since_an_earlier_run(small: Path, saved: Path, tmp_path: Path) -> None:
    rows = pq.read_table(saved / "quality.parquet")
    cut = tmp_path / "earlier"
    cut.mkdir()
    left_out = rows.slice(0, 40)
    pq.write_table(rows.slice(40), cut / "quality.parquet")
    later = opened(small, "2024-07", str(cut))
    with later.linked.book:
        flow = later.flow().groupby("flow")["records"].sum()
        told = view.flow(later)
    faults = sum(kind not in codes.FAULTLESS for kind in left_out["kind"].to_pylist())
    assert faults <= flow["new"] <= faults + 5 and flow["open"] > 0
    assert isinstance(told, Picture)


def test_an_earlier_run_that_is_none_is_one_line(small: Path, saved: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"quality\.parquet of an earlier run; found none"):
        opened(small, earlier=str(tmp_path))
    with pytest.raises(InputError, match="an earlier run, of 2024-05 at most"):
        opened(small, "2024-05", str(saved))
    (tmp_path / "quality.parquet").write_bytes(b"x")
    with pytest.raises(InputError, match="another file of this name"):
        opened(small, earlier=str(tmp_path))
