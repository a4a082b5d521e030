"""Retirement ages, minimum years and the rate: what is in force on a day, and what it says of later years."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import yaml

from qmcb import codes, paths
from qmcb.errors import InputError
from qmcb.fund import retirement
from qmcb.fund.retirement import Age

OLD, NEW = (retirement.load(day) for day in (date(2024, 12, 31), date(2025, 1, 1)))


def retires(category: str, year: int, month: int, day: date = date(2025, 1, 1)) -> tuple[int, int]:
    """The year and month in which somebody born in a month reaches the age, asked of each month's births."""
    age = retirement.load(day).ages[category]
    for at in range(year + 45, year + 70):
        share = age.reached(date(2025, 1, 1), np.array([year]), np.array([at]))[0, 0]
        if share * 12 >= month:  # births are in order of months, and so are retirements
            return at, round(share * 12)
    raise AssertionError


@pytest.mark.parametrize(
    ("category", "born", "reaches"),
    [  # as the tables of the State Council's measures have them (recalled): born, age reached in
        ("men", (1964, 12), 2024),
        ("men", (1965, 9), 2025),  # 60 years 3 months: December 2025
        ("men", (1965, 10), 2026),
        ("men", (1967, 5), 2028),  # 60 years 8 months: January 2028
        ("men", (1976, 9), 2039),  # 63 years
        ("men", (1990, 1), 2053),
        ("women_cadres", (1970, 9), 2025),
        ("women_cadres", (1981, 9), 2039),
        ("women_workers", (1975, 7), 2025),  # 50 years 4 months: November 2025
        ("women_workers", (1975, 8), 2025),  # 50 years 4 months: December 2025
        ("women_workers", (1975, 9), 2026),
        ("women_workers", (1984, 12), 2039),  # 55 years
        ("women_workers", (1990, 1), 2045),
    ],
)
def test_who_retires_when(category: str, born: tuple[int, int], reaches: int) -> None:
    assert retires(category, *born)[0] == reaches


def test_before_2025_the_ages_of_1978_are_in_force() -> None:
    born, years = np.array([1965, 1970, 1975]), np.array([2024, 2025])
    for place, (category, year) in enumerate(
        zip(("men", "women_workers", "women_cadres"), (60, 50, 55), strict=True)
    ):
        assert OLD.reached(born, years)[place].tolist() == [
            [float(y - b >= year) for y in years.tolist()] for b in born.tolist()
        ]
        assert codes.PENSION_CATEGORY[category]


def test_a_report_of_2017_does_not_know_what_was_decided_later() -> None:
    known = retirement.load(date(2017, 1, 1))
    born, years = np.arange(1950, 2030), np.arange(2017, 2051)
    assert (known.reached(born, years) == OLD.reached(born, years)).all()
    assert set(known.minimum.at(years).tolist()) == {180} and known.rate(2030) == 0.28


def test_the_new_age_never_comes_before_the_old_and_at_most_so_much_later() -> None:
    born, years = np.arange(1940, 2000), np.arange(2020, 2061)
    old, new = OLD.reached(born, years), NEW.reached(born, years)
    assert (new <= old).all() and (np.diff(new, axis=-1) >= 0).all() and (np.diff(new, axis=-2) <= 0).all()
    for place, later in enumerate((3, 5, 3)):
        assert (new[place][:, later:] >= old[place][:, :-later]).all()


def test_minimum_years_rise_by_half_a_year_from_2030() -> None:
    years = np.array([2029, 2030, 2031, 2038, 2039, 2050])
    assert NEW.minimum.at(years).tolist() == [180, 186, 192, 234, 240, 240]


def test_a_rate_that_changes_inside_a_year_counts_by_months() -> None:
    assert (NEW.rate(2018), NEW.rate(2020)) == (0.28, 0.24)
    assert NEW.rate(2019) == pytest.approx((4 * 0.28 + 8 * 0.24) / 12)
    with pytest.raises(InputError, match="a year from 2006-01-01 on; found 2005"):
        NEW.rate(2005)


def test_an_age_without_a_rise() -> None:
    assert Age(60).reached(date(2025, 1, 1), np.array([1970]), np.array([2029, 2030])).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("retirement_age", {"men": {"age": 60}}, {}, "men, women_workers, women_cadres in pension"),
        ("retirement_age", "month_every", "each", "only the parameters age, until, month_every"),
        ("retirement_age", 63, 163, "until as a whole number of years from 16 to 110"),
        ("minimum_years", 240, "long", "until as a whole number of months"),
        ("contribution_rate", 24, 240, "percent as a per cent from 0 to 100"),
    ],
)  # fmt: skip
def test_a_rule_that_is_wrong_is_one_line(
    tmp_path: Path, file: str, old: object, new: object, says: str
) -> None:
    folder = tmp_path / "pension"
    folder.mkdir()
    for each in paths.PENSION.glob("*.yaml"):
        text = each.read_text("utf-8")
        if each.stem == file and isinstance(old, dict):
            raw = yaml.safe_load(text)
            raw["values"] = {str(day): old for day in raw["values"]}
            raw["references"] = {str(day): told for day, told in raw["references"].items()}
            text = yaml.safe_dump(raw, allow_unicode=True)
        elif each.stem == file:
            text = text.replace(str(old), str(new))
        (folder / each.name).write_text(text, "utf-8")
    with pytest.raises(InputError, match=says) as caught:
        retirement.load(date(2025, 1, 1), folder)
    assert "\n" not in str(caught.value)


def test_no_rule_before_the_first() -> None:
    with pytest.raises(InputError, match="retirement_age in force on 1970-01-01"):
        retirement.load(date(1970, 1, 1))
