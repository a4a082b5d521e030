"""The path without chance: its people are the outlook's, what stays of one more yuan follows the terms."""

from datetime import date

import pytest
from funds_ahead import STILL, county, panel

from qmcb.fund import behaviour, mean_path, outlook, scheme

DAY = date(2018, 1, 1)
TWO = panel(county(), county(spending=125_000_000_00, retirees=4_500))


def test_generations_are_the_people_of_the_outlook() -> None:
    rows = mean_path.generations(TWO, STILL, as_of=DAY, until=2040)
    made = outlook.project(TWO, scheme.load("none").at(2020), STILL, until=2040, draws=1)
    whole = rows.groupby("year")[["insured", "retired"]].sum().loc[2018:]
    assert whole["insured"].to_numpy() == pytest.approx(made.amounts["insured"][:, 2, -1], abs=2)
    assert whole["retired"].to_numpy() == pytest.approx(made.amounts["retirees"][:, 2, -1], abs=2)


def test_generations_begin_with_those_of_the_base_year_and_only_they_fall() -> None:
    rows = mean_path.generations(TWO, STILL, as_of=DAY, until=2030)
    assert rows.iloc[0].to_dict() == {"year": 2017, "began": 0, "insured": 20_000, "retired": 8_500}
    assert (rows["began"] <= rows["year"]).all() and set(rows["began"]) == {0, *range(2018, 2031)}
    first = rows[rows["began"] == 0]["insured"]
    assert first.is_monotonic_decreasing and first.iloc[-1] < first.iloc[0]
    assert not rows.loc[rows["began"] > 0, "retired"].any()  # nobody has paid for 15 years


def test_later_retirement_moves_people_from_drawing_to_paying() -> None:
    old, new = (
        mean_path.generations(TWO, STILL, as_of=day, until=2040).groupby("year")[["insured", "retired"]].sum()
        for day in (DAY, date(2025, 1, 1))
    )
    assert (new["insured"] >= old["insured"] - 1e-6).all()
    assert (new["retired"] <= old["retired"] + 1e-6).all()
    assert new["retired"].loc[2040] < 0.95 * old["retired"].loc[2040]


def test_what_stays_by_the_terms() -> None:
    """Alone a county keeps all; of fixed shares it bears 40 %; with all pooled it answers for itself."""
    plans = {
        (name, responds): (scheme.load(name).at(2020), behaviour.load("pooling_ratio") if responds else None)
        for name in ("none", "flat", "full_pooling")
        for responds in (False, True)
    }
    met = panel(*[county(target=90_000_000_00, opening_balance=0)] * 2)
    told = mean_path.kept(met, plans, STILL, as_of=DAY, of=900_000, until=2019)
    kept = told.set_index(["plan", "year"])["kept"]
    assert kept[("none", False), 2018] == 1 and kept[("flat", False), 2019] == 0.4
    assert kept[("full_pooling", False), 2018] == 0  # the target is met: nothing is its own making
    assert kept[("full_pooling", True), 2018] == 1  # it falls short, and every yuan lessens what is its own
