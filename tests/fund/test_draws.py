"""Chance: a stream for each figure, year and county, its spread, and what counties share of it."""

import numpy as np
import pytest
from funds_ahead import CODES, STILL

from qmcb.fund.draws import Draws, normal


def deviations(years: int, draws: int = 4_000, name: str = "collection", **values: float) -> np.ndarray:
    paths = Draws(STILL.changed(name, **values), CODES, draws, 0)
    return np.stack([paths.deviation(name, 2018 + year) for year in range(years)])


def test_each_figure_year_county_and_seed_has_its_own_stream() -> None:
    streams = [
        normal(*key, 101)
        for key in (
            (0, "entry", 2018, "640104"),
            (0, "entry", 2018, "640105"),
            (0, "entry", 2019, "640104"),
            (0, "collection", 2018, "640104"),
            (1, "entry", 2018, "640104"),
        )
    ]
    assert len({tuple(stream.tolist()) for stream in streams}) == len(streams)
    assert streams[0].shape == (101,)


def test_more_paths_begin_with_the_same_ones_and_each_has_its_mirror_image() -> None:
    few, many = (normal(0, "entry", 2018, "640104", count) for count in (7, 1_000))
    assert few.tolist() == many[:7].tolist()
    assert many[::2].tolist() == (-many[1::2]).tolist()
    assert many.std() == pytest.approx(1, abs=0.1)


def test_a_spread_settles_and_what_persists_stays() -> None:
    made = deviations(30, spread=10, persistence=80, common=0)
    assert made[0].std() == pytest.approx(0.1 * (1 - 0.8**2) ** 0.5, rel=0.05)
    assert made[-1].std() == pytest.approx(0.1, rel=0.05)
    assert np.corrcoef(made[-2].ravel(), made[-1].ravel())[0, 1] == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("common", [0, 30, 100])
def test_counties_have_a_part_of_chance_in_common(common: float) -> None:
    made = deviations(1, spread=10, common=common)[0]
    assert np.corrcoef(made.T)[0, 1:] == pytest.approx(common / 100, abs=0.05)
    assert made.std(axis=0) == pytest.approx(np.full(3, 0.08), rel=0.05)  # 10 % × √(1 − 60 %²)


def test_a_figure_of_all_counties_is_one_for_each_path() -> None:
    assert deviations(2, 10, "wage_growth", spread=1).shape == (2, 10)
    paths = Draws(STILL.changed("improvement", spread=0.5), CODES, 4_000, 0)
    drawn, levels = paths.improvement(), paths.levels()
    assert drawn.min() >= levels[0] and drawn.max() <= levels[-1]
    assert (drawn.mean(), drawn.std()) == pytest.approx((0.012, 0.005), rel=0.05)
