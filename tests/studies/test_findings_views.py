"""What notebook 02 tells of money, benefits and the missing, against sums of the findings' own rows."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from qmcb import codes
from qmcb.reports import mask
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table
from qmcb.studies import cross_province as study_of
from qmcb.studies import cross_province_view as view
from qmcb.studies import missing_view, withheld, words, worth_view
from qmcb.studies.cross_province import CrossProvince

Source = Callable[[Mapping[str, Any]], Path]
Number = Callable[..., str]
pytestmark = pytest.mark.usefixtures("few_random_pairs")


def opened(folder: Path) -> CrossProvince:
    return study_of.open_study(str(folder), province="64", period="2024-06")


@pytest.fixture(scope="module")
def study(linked: CrossProvince) -> CrossProvince:
    return linked


def paid_twice(number: Number, persons: int) -> dict[str, list[dict[str, str]]]:
    """Employee pension paid in Ningxia, where the hukou is, and in Zhejiang, 12 months on 5,000 yuan each."""
    here, elsewhere, residents = [], [], []
    for at in range(persons):
        person = {"id_number": number(at + 1), "name": "欧阳建国"}
        paid = {"insurance": "110", "first_month": "2020-01", "last_month": "2020-12", "status": "1"}
        here.append(person | paid | {"region": "640104", "base": "500000"})
        elsewhere.append(person | paid | {"region": "330106", "base": "500000"})
        residents.append(person | {"hukou_region": "640104", "alive": "1"})
    return {"enrolments": here, "enrolments_elsewhere": elsewhere, "residents": residents}


def test_money_of_fewer_than_five_is_not_told(source: Source, number: Number) -> None:
    """By hand: 12 months × 5,000 yuan × 8% = 4,800 yuan a person, 2.4万元 of five."""
    study = opened(source(paid_twice(number, 5)))
    for money, cells in ("2.4万元", ["5", "60", "2.4", "2.4"]), ("不足5人的金额", ["<5", "*", "*", "*"]):
        shown, sides = worth_view.worth(study), worth_view.sides(study)
        assert words.money(study.duplicates, study.duplicates.refunded) == money
        assert f"退还本人{money}" in shown.caption
        assert shown.texts.iloc[0, 0] == codes.WORTH["refunded"] and shown.texts.iloc[0, 2:].tolist() == cells
        assert sides.alt.startswith(f"{cells[0]}人有建议保留的一处，0人")
        person = study.duplicates.person.min().to_pyarrow().as_py()
        study.book.con.raw_sql(f"DELETE FROM duplicates WHERE person = {person}")
    study.book.close()


def test_worth_adds_up_to_the_rows(study: CrossProvince) -> None:
    rows = study.duplicates.to_pandas()
    shown = worth_view.worth(study).texts.set_index("金额去向，或没有金额的原因")
    assert shown.index.is_unique
    for name, label in codes.WORTH.items():
        own = rows[rows[name].notna()]
        if own["person"].nunique() >= mask.FEWEST and shown.at[label, "人数"] != "*":
            assert float(shown.at[label, "至少（万元）"].replace(",", "")) == round(own[name].sum() / 1e6, 1)
            assert shown.at[label, "月数"] in (f"{own['months'].sum():,}", "*")
    undecided = rows[rows["no_amount"].eq("undecided") & rows["amount_a"].notna() & rows["amount_b"].notna()]
    sides = undecided[["amount_a", "amount_b"]].astype("int64")
    told = shown.loc[codes.NO_AMOUNT["undecided"]]
    assert told["至少（万元）"] == f"{sides.min(axis=1).sum() / 1e6:,.1f}".removesuffix(".0")
    assert told["至多（万元）"] == f"{sides.max(axis=1).sum() / 1e6:,.1f}".removesuffix(".0")


def test_every_duplicate_has_one_verdict(study: CrossProvince) -> None:
    rows = withheld.judged(study.duplicates).to_pandas()
    assert set(rows["verdict"]) == set(codes.VERDICT)
    assert (rows["stays"].notna() == rows["verdict"].eq("decided")).all()
    assert (rows["effective"].isna() == rows["verdict"].eq("unruled")).all()
    assert set(rows.loc[rows["verdict"].eq("undecided"), "why"]).isdisjoint(codes.DECIDING)


def test_benefits_are_told_once_by_kind(study: CrossProvince) -> None:
    """The picture and the table hide the same people, so that neither tells what the other hides."""
    picture, shown = worth_view.benefit_kinds(study), worth_view.benefits(study).texts
    counts = dict(zip(shown["疑点"], shown["人数"], strict=True))
    assert dict(zip(picture.table["label"], picture.table["count"], strict=True)) == counts
    hidden = ~shown["人数"].str[0].str.isdigit()
    assert set(shown.loc[hidden, "月数"]) <= {"*"}
    assert set(shown.loc[hidden, "金额（万元）"]) <= {"*", "—"}


def test_places_and_employers_count_the_missing(study: CrossProvince) -> None:
    rows = study.missing.to_pandas()
    places, employers = missing_view.places(study), missing_view.employers(study)
    assert isinstance(places, Picture) and isinstance(employers, Picture)
    for picture, own in ((places, rows), (employers, rows[rows["works"]])):
        assert list(picture.table.columns) == ["row", *codes.COVERS.values()]
        shown = pd.concat(picture.table[label] for label in codes.COVERS.values())
        told = shown[shown.str[0].str.isdigit()].str.replace(",", "").astype(int).sum()
        assert 0 <= len(own) - told < 0.7 * len(own)
    assert set(employers.table["row"]) <= {*codes.INDUSTRY.values(), missing_view._NO_EMPLOYER}


def test_the_first_are_those_with_reasons(study: CrossProvince) -> None:
    shown = missing_view.first(study)
    assert isinstance(shown, Picture)
    rows = study.missing.to_pandas()
    first = rows[rows["reasons"] != ""]["person"].nunique()
    assert shown.alt.startswith(f"{first:,}人有优先理由")
    low = rows[rows["reasons"].str.contains("低保对象") & rows["cover"].eq("medical")]["person"].nunique()
    cell = shown.table.set_index("label").at["低保对象（3分）", "医疗"]
    assert cell in (mask.suppress(low), "*")


def test_excluded_are_told_by_cover_and_reason(study: CrossProvince) -> None:
    shown = missing_view.excluded(study)
    assert isinstance(shown, Table)
    rows = study.standing.to_pandas()
    rows = rows[rows["standing"].isin(codes.EXCLUDED)]
    counts = rows.groupby(["cover", "standing"])["person"].nunique().to_dict()
    told = {(cover, reason): text for cover, reason, text in shown.texts.iloc[:, :3].itertuples(index=False)}
    assert len(told) == len(shown.texts) == len(counts)
    for (cover, reason), count in counts.items():
        text = told[codes.COVERS[cover], codes.STANDING[reason]]
        assert text in (mask.suppress(count), "*")


def test_hidden_counts_of_duplicates_cannot_be_found_by_comparing_the_tables(study: CrossProvince) -> None:
    """The attack: from every number that stands on the page, the least and the most of each hidden one."""
    numbers, hidden = withheld.duplicates(study.duplicates), study.withheld
    assert {key for key, value in numbers.values.items() if key in numbers.small()} <= hidden
    for key in numbers.small():
        assert numbers.interval(key, hidden) == numbers.at_best(key)
    sides, advice = worth_view.sides(study).table.set_index("label"), view.advice(study).texts
    for kind, label in codes.DUPLICATE.items():
        if label not in sides.index:
            continue
        shown = sides.loc[label]
        unruled = advice[advice["类别"].eq(label) & advice["依据"].eq("—")]["人数"].tolist()
        assert unruled in ([], [shown[codes.VERDICT["unruled"]]])
        told = [text for text in shown if not text.replace(",", "").isdigit()]
        assert len(told) != 1, kind  # one alone would be the total less the others
        assert (("sides", kind) in hidden) == (shown["count"] in ("*", "<5"))
