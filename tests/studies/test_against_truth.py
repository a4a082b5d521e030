"""The whole way on sample provinces, held against their truth wherever the linkage is right."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import pytest

from qmcb import codes
from qmcb.linkage import evaluate
from qmcb.sample import province
from qmcb.sample.rates import Rates
from qmcb.studies import cross_province
from qmcb.studies.cross_province import CrossProvince

ROUGHER = Rates(
    number_digit=0.012, number_swapped=0.01, number_spreadsheet=0.012, number_absent=0.016,
    number_of_another=0.004, name_homophone=0.012, name_look_alike=0.008, birth_swapped=0.006,
    phone_absent=0.2, phone_changed=0.12, residents_twice=0.005, enrolled_twice=0.15, drawn_twice=0.05,
    several_employers=0.03, twins=0.006,
)  # fmt: skip
PAIR = ["kind", "low", "high"]


@dataclass(frozen=True)
class Judged:
    """A study, and the true person of each person all of whose records were rightly linked."""

    study: CrossProvince
    recall: float

    @cached_property
    def true_person(self) -> "pd.Series[int]":
        rows = evaluate.judged(self.study.book, self.study.people)
        return evaluate.rightly_linked(rows).to_pandas().set_index("person")["true_person"]

    def found(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Findings about rightly linked people, under their true person."""
        return rows.assign(person=rows["person"].map(self.true_person)).dropna(subset="person")

    def true(self, name: str) -> pd.DataFrame:
        rows = evaluate.truth(self.study.book, name).to_pandas()
        return rows[rows["person"].isin(self.true_person)]


@pytest.fixture(scope="module", params=["default", "rougher"])
def judged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    if request.param == "default":
        yield Judged(request.getfixturevalue("default_study"), 0.995)
        return
    folder = tmp_path_factory.mktemp("rougher") / "sample"
    province.make(folder, people=8_000, seed=77, period="2019-03", rates=ROUGHER)
    study = cross_province.open_study(str(folder), province="64", period="2019-03")
    yield Judged(study, 0.99)
    study.book.close()


def _yyyymm(days: "pd.Series[pd.Timestamp]") -> "pd.Series[int]":
    return days.dt.year * 100 + days.dt.month


def _pairs(rows: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    ordered = rows[[one, other]].agg(["min", "max"], axis=1)
    return rows.assign(low=ordered["min"], high=ordered["max"])


def test_links_are_precise_and_complete(judged: Judged) -> None:
    told = evaluate.pairs(judged.study.book, judged.study.people)
    assert (told["true"] > 1_000).all()
    false = told["found"] - told["right"]
    assert (false <= (told["found"] * 0.0005).clip(lower=1)).all(), told  # one pair is more than that of few
    assert (told["recall"] >= judged.recall).all(), told
    assert (told["right"] <= told[["true", "found"]].min(axis=1)).all()


def test_most_people_are_rightly_linked(judged: Judged) -> None:
    everyone = evaluate.truth(judged.study.book, "records")["person"].nunique().to_pyarrow().as_py()
    assert len(judged.true_person) > 0.98 * everyone


def test_duplicates_are_the_true_ones(judged: Judged) -> None:
    rows = judged.found(judged.study.duplicates.to_pandas())
    months = rows.groupby(["person", "kind", "scope", "record_id_a", "record_id_b"], as_index=False).agg(
        first_month=("first_month", "min"), last_month=("last_month", "max"), months=("months", "sum")
    )
    for month in ("first_month", "last_month"):
        months[month] = _yyyymm(months[month])
    columns = ["person", *PAIR, "scope", "first_month", "last_month", "months"]
    found = _pairs(months, "record_id_a", "record_id_b")[columns].astype({"person": "int64"})
    true = judged.true("duplicates").rename(columns={"record_a": "low", "record_b": "high"})[columns]
    order = ["low", "high", "kind"]
    pd.testing.assert_frame_equal(
        found.sort_values(order, ignore_index=True),
        true.sort_values(order, ignore_index=True),
        check_dtype=False,
    )
    assert len(true) > 500 and set(true["kind"]) >= set(codes.DUPLICATE) - {"employee_resident_pension_drawn"}


def test_standing_is_the_true_one(judged: Judged) -> None:
    keys = ["person", "cover"]
    found = judged.found(judged.study.standing.to_pandas()).set_index(keys)["standing"].sort_index()
    true = judged.true("standing").set_index(keys)["standing"].sort_index()
    assert found.index.tolist() == true.index.tolist()
    assert found[found.to_numpy() != true.to_numpy()].empty
    assert set(true) == set(codes.STANDING)


def test_what_is_lawful_is_listed_and_never_called_a_duplicate(judged: Judged) -> None:
    found = _pairs(judged.found(judged.study.lawful.to_pandas()), "record_id_a", "record_id_b")
    true = judged.true("lawful").rename(columns={"record_a": "low", "record_b": "high"})
    alike = _spells_of_the_same_months(judged.study)
    told, wanted = (
        set(
            rows.loc[~rows["low"].isin(alike) & ~rows["high"].isin(alike), PAIR].itertuples(
                index=False, name=None
            )
        )
        for rows in (found, true)
    )
    assert told == wanted and {kind for kind, *_ in wanted} == set(codes.LAWFUL)
    duplicates = _pairs(judged.study.duplicates.to_pandas(), "record_id_a", "record_id_b")
    assert found.merge(duplicates, on=["low", "high"]).empty


def _spells_of_the_same_months(study: CrossProvince) -> set[str]:
    """Records with a twin of the same months and insurance: which of the two moved is a convention."""
    rows = study.facts.paid.to_pandas()
    alike = rows.duplicated(["person", "insurance", "first_month", "last_month"], keep=False)
    return set(rows.loc[alike, "record_id"])


def test_people_found_only_by_linkage_are_not_called_missing(judged: Judged) -> None:
    for cover in codes.COVER:
        assert judged.study.standings(cover)["elsewhere_by_linkage"] > 0
