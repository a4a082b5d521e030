"""How collection responds: what studies found, as scenarios that say where they come from."""

from pathlib import Path

import numpy as np
import pytest
from funds_ahead import STILL, county, panel

from qmcb.errors import InputError
from qmcb.fund import behaviour, outlook, scheme
from qmcb.fund.behaviour import Response

ALL = {name: behaviour.load(name) for name in behaviour.names()}
POOL = scheme.load("full_pooling").at(2020)
DEFICIT = np.array([True, False])


def test_points_are_of_what_is_due_and_per_cents_of_what_is_collected() -> None:
    points, percent = Response("points", -1.53, -10.3), Response("percent", -15.6, -15.6)
    assert points.collected(np.array([0.6, 0.6]), DEFICIT, 1) == pytest.approx([0.497, 0.5847])
    assert percent.collected(np.array([0.6, 0.5]), DEFICIT, 1) == pytest.approx([0.6 * 0.844, 0.5 * 0.844])
    assert points.collected(np.array([0.05, 0.6]), DEFICIT, 1)[0] == 0  # nobody collects less than nothing
    assert points.collected(np.array([0.6, 0.6]), DEFICIT, 0.5) == pytest.approx([0.5485, 0.59235])


def test_a_response_begins_in_the_first_year_or_when_told_and_step_by_step() -> None:
    each = ALL["pooling_ratio"]
    assert [each.part(year, 2018) for year in (2018, 2050)] == [1, 1]
    late = each.starting(2020, over=4)
    assert [late.part(year, 2018) for year in (2019, 2020, 2021, 2023, 2030)] == [0, 0.25, 0.5, 1, 1]
    with pytest.raises(InputError, match="a response over 1 year or more; found 0"):
        each.starting(2020, over=0)


def test_each_response_says_where_it_comes_from_or_that_it_is_assumed() -> None:
    rows = {name: each.row() for name, each in ALL.items()}
    assert rows["pooling_points"]["deficit"] == "-10.3百分点"
    assert rows["pooling_ratio"]["surplus"] == "-15.6%"
    assert rows["pooling_ratio"]["number"] == "经济理论与经济管理2022年第12期"
    assert rows["pooling_incentives"]["deficit"] == f"{((1 - 0.156) * 1.0339 - 1) * 100:.2f}%"
    assert rows["passed_down"]["surplus"] == "+0%"
    for row in rows.values():
        assert row["document"] or row["status"] == "假定"
    assert all("never" in each.file.note for each in ALL.values())


def test_a_response_changes_contributions_and_what_follows_and_nothing_else() -> None:
    over = panel(county(), county(contributions=130_000_000_00))  # the first with a deficit
    plain = outlook.project(over, POOL, STILL, until=2020, draws=1)
    made = outlook.project(over, POOL, STILL, until=2020, draws=1, behaviour=ALL["pooling_ratio"])
    assert made.amounts["contributions"] == pytest.approx(plain.amounts["contributions"] * 0.844, rel=1e-9)
    for name in ("insured", "retirees", "spending"):
        assert (made.amounts[name] == plain.amounts[name]).all()
    assert (made.behaviour, plain.behaviour) == ("pooling_ratio", None)
    same = outlook.project(over, POOL, STILL, until=2020, draws=1, behaviour=ALL["passed_down"])
    assert all((same.amounts[name] == plain.amounts[name]).all() for name in outlook.MEASURES)


def test_counties_with_a_deficit_in_the_base_year_respond_as_such() -> None:
    over = panel(county(), county(contributions=130_000_000_00))
    plain = outlook.project(over, POOL, STILL, until=2018, draws=1).amounts["contributions"][0, 2]
    made = outlook.project(over, POOL, STILL, until=2018, draws=1, behaviour=ALL["pooling_points"])
    lost = (plain - made.amounts["contributions"][0, 2]) / plain
    due = 10_000 * 60_000_00 * 0.28
    expected = [0.103 / (100_000_000_00 / due), 0.0153 / (130_000_000_00 / due)]
    assert lost[:2] == pytest.approx(expected, rel=1e-6)


def test_a_collection_target_does_not_fall_with_collection() -> None:
    over = panel(county())
    terms = scheme.load("notice").at(2020)
    managed = [
        outlook.project(over, terms, STILL, until=2018, draws=1, behaviour=each).amounts["county"][0, 2, 0]
        for each in (None, ALL["pooling_ratio"])
    ]
    assert managed[1] > managed[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("unit: points", "unit: share", "unit as one of points, percent in behaviour/pooling_points.yaml"),
        ("-10.3", "-1030", "deficit as a number from -100 to 100"),
        (", deficit: -10.3", "", "the parameter deficit"),
        ("{unit: points, surplus: -1.53, deficit: -10.3}", "[{}]", "unit, surplus, deficit in behaviour"),
    ],
)
def test_a_file_that_is_wrong_is_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = tmp_path / "behaviour"
    folder.mkdir()
    text = (behaviour.paths.BEHAVIOUR / "pooling_points.yaml").read_text("utf-8")
    (folder / "pooling_points.yaml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(InputError, match=says) as caught:
        behaviour.load("pooling_points", folder)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_is_one_line() -> None:
    with pytest.raises(InputError, match=r"one of paid_direct, .*, pooling_ratio; found pooling"):
        behaviour.load("pooling")
