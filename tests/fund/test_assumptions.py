"""The assumptions: read from their file, each with its reason, refused where they are wrong."""

from pathlib import Path
from typing import Any

import pytest
from funds_ahead import ALL, STILL, baseline, changed

from qmcb import codes
from qmcb.errors import InputError
from qmcb.fund import assumptions


def test_every_assumption_has_a_label_and_a_reason() -> None:
    for values in baseline()["values"].values():
        assert list(values) == list(codes.ASSUMPTION)
        assert all(set(item) - {"note"} and item["note"].endswith(".") for item in values.values())
    assert baseline()["assumed"] is True


def test_means_go_in_straight_lines_between_their_years() -> None:
    growth = ALL.wage_growth
    told = [growth.at(year) for year in (2010, 2017, 2021, 2025, 2060)]
    assert told == pytest.approx([0.07, 0.07, 0.06, 0.05, 0.035])


def test_one_figure_is_changed_as_in_the_file() -> None:
    made = ALL.changed("wage_growth", mean={2020: 5, 2030: 3}, spread=2)
    assert made.wage_growth.at(2025) == pytest.approx(0.04) and made.wage_growth.spread == 0.02
    assert made.wage_growth.persistence == ALL.wage_growth.persistence and made.entry == ALL.entry
    for name, values, says in (
        ("wages", {}, "one of improvement, entry, .*; found wages"),
        ("history", {}, "found history"),
        ("wage_growth", {"mean": 300}, "wage_growth with a number from -20 to 30; found 300"),
        ("lapse", {"spread": 1}, "lapse with only mean, note"),
    ):
        with pytest.raises(InputError, match=says):
            ALL.changed(name, **values)


def test_without_spread_nothing_varies() -> None:
    assert {row["spread"] for row in STILL.table()} == {"0"}
    rows = {row["assumption"]: row for row in ALL.table()}
    assert rows["平均工资增长率"]["mean"] == "2017年7；2025年5；2035年4.5；2050年3.5"
    assert (rows["新增参保率"]["spread"], rows["新增参保率"]["common"]) == ("20", "60")
    assert {row["status"] for row in rows.values()} == {"假定"}


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ({"lapse": {"mean": 2}}, "lapse as also note in .*; found mean"),
        ({"lapse": {"mean": "two", "note": "n"}}, "lapse as a number from 0 to 90 in .*; found two"),
        ({"wage_growth": {"mean": {2030: 1, 2020: 2}, "note": "n"}}, "a mean, or means by year in order"),
        ({"collection": {"mean": 100, "persistence": 100, "note": "n"}}, "from 0 to 99 in .*; found 100"),
        ({"history": {"years": 0, "note": "n"}}, "a whole number of years from 1 to 50 in .*; found 0"),
        ({"indexation": {"wages": 50, "note": "n"}}, "indexation as also prices"),
        ({"mortality": {"men": 1, "women": 2, "note": "n"}}, "mortality as mode and scale in .*; found 1"),
        ({"ages": {"insured": {5: 1}, "retirees": {}, "entrants": {}, "note": "n"}}, "ages in order from 16"),
        ({"ages": {"insured": {20: 1}, "retirees": {}, "entrants": {}, "note": "n"}}, "weights by age"),
        (
            {"categories": {"insured": {"men": 100}, "retirees": {}, "entrants": {}, "note": "n"}},
            "per cents of men, women_workers, women_cadres",
        ),
        ({"weather": {"mean": 1, "note": "n"}}, "only the parameters categories, ages"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_one_line(tmp_path: Path, item: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        changed(tmp_path, item)
    assert "\n" not in str(caught.value)


def test_an_unknown_file_is_one_line() -> None:
    with pytest.raises(InputError, match="one of baseline; found hope"):
        assumptions.load("hope")
