"""Nobody is lost: people by year of birth, year by year; mortality against scipy; minimum years."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from funds_ahead import ALL, baseline, changed
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from qmcb.fund import cohorts, retirement
from qmcb.fund.assumptions import Gompertz
from qmcb.fund.cohorts import FIRST_ENTRANTS, FLOWS, INSURED, RETIRED, Lives

LEVELS = np.array([0.0, 0.01, 0.03])
DAYS = (date(2017, 1, 1), date(2025, 1, 1))


def live(day: date, base: int = 2024, levels: np.ndarray = LEVELS) -> Lives:
    return cohorts.live(ALL, retirement.load(day), base, 2050, levels)


def people(most: float) -> st.SearchStrategy[np.ndarray]:
    return arrays.arrays(np.float64, (3, 5), elements=st.floats(0, most, allow_subnormal=False))


@settings(max_examples=50)
@given(people(1e9), people(1e9), people(1e9), people(1), st.floats(0, 1), people(1))
def test_a_year_loses_nobody(
    insured: np.ndarray, retired: np.ndarray, entrants: np.ndarray, death: np.ndarray, lapse: float,
    retire: np.ndarray,
) -> None:  # fmt: skip
    made = cohorts.step(insured, retired, entrants, death=death, lapse=lapse, retire=retire)
    paying = made.insured + made.lapsed + made.retiring + made.died_insured
    assert paying == pytest.approx(insured + entrants, rel=1e-12, abs=1e-6)
    assert made.retired + made.died_retired == pytest.approx(retired + made.retiring, rel=1e-12, abs=1e-6)
    assert min(getattr(made, name).min() for name in FLOWS) >= -1e-6


@pytest.mark.parametrize("day", DAYS)
def test_lives_lose_nobody_over_all_years(day: date) -> None:
    made = live(day)
    flows = {name: getattr(made.flows, name) for name in FLOWS}
    there = np.zeros((len(LEVELS), flows["insured"].shape[-1]))
    there[:, [INSURED, RETIRED]] = 1
    for at in range(len(made.years)):
        left = flows["lapsed"][:, at] + flows["died_insured"][:, at] + flows["died_retired"][:, at]
        after = flows["insured"][:, at] + flows["retired"][:, at]
        assert after + left == pytest.approx(there + flows["entrants"][:, at])
        there = after
    assert flows["entrants"].sum(axis=1)[0, 2:].tolist() == [1] * len(made.years)


def test_mortality_is_scipys_gompertz() -> None:
    law, ages = Gompertz(85, 10), np.arange(20, 100)
    oracle = stats.gompertz(np.exp(-8.5), scale=10)
    expected = 1 - oracle.sf(ages + 1) / oracle.sf(ages)
    assert 1 - np.exp(-law.hazard(ages)) == pytest.approx(expected, rel=1e-6)


def test_longer_lives_and_later_retirement() -> None:
    old, new = (live(day).flows for day in DAYS)
    assert (np.diff(old.retired[:, 1:], axis=0)[..., RETIRED] > 0).all()  # mortality falls: more retired
    assert (new.insured[..., INSURED] >= old.insured[..., INSURED] - 1e-12).all()
    assert (new.retired[..., INSURED] < old.retired[..., INSURED]).all()
    assert (new.retired[..., RETIRED] == old.retired[..., RETIRED]).all()


def test_who_begins_late_retires_when_enough_months_are_paid(tmp_path: Path) -> None:
    ages = {**baseline()["values"]["2017-01-01"]["ages"], "entrants": {50: 1, 51: 0}}
    told = changed(tmp_path, {"ages": ages})
    # Who begins in 2025 has 15 years at the end of 2039, when 20 are asked for since 2025's rules.
    for day, years in zip(DAYS, (15, 20), strict=True):
        made = cohorts.live(told, retirement.load(day), 2024, 2050, np.zeros(1))
        retiring = made.flows.retiring[0, :, FIRST_ENTRANTS]
        assert np.flatnonzero(retiring)[0] + 1 == years


def test_a_path_between_two_levels_is_their_mean() -> None:
    made = live(DAYS[0])
    weights = made.weights(np.array([0.0, 0.005, 0.01, 0.02, 0.03]))
    assert weights == pytest.approx(np.array([[1, 0, 0], [0.5, 0.5, 0], [0, 1, 0], [0, 0.5, 0.5], [0, 0, 1]]))
