"""Learning the weights: from made-up pairs whose m and u are known."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from qmcb.linkage.weigh import FellegiSunter, random_agreement

SIZES = (4, 3, 3)
M = ([0.0, 0.05, 0.15, 0.80], [0.0, 0.1, 0.9], [0.0, 0.3, 0.7])
U = ([0.0, 0.97, 0.02, 0.01], [0.0, 0.9, 0.1], [0.0, 0.5, 0.5])
MATCHES, OTHERS = 4_000, 12_000
ALL = float(MATCHES + OTHERS)
Levels = npt.NDArray[np.int8]


def drawn(shares: tuple[list[float], ...], count: int, missing: float = 0.0, seed: int = 1) -> Levels:
    rng = np.random.default_rng(seed)
    levels = np.stack([rng.choice(len(share), count, p=share) for share in shares], axis=1)
    levels[rng.random(levels.shape) < missing] = 0
    return levels.astype(np.int8)


def learnt(levels: Levels, possible: float, missing: float = 0.0, seed: int = 2) -> FellegiSunter:
    model = FellegiSunter(random_agreement(drawn(U, 100_000, missing, seed), SIZES), possible)
    model.fit(pd.DataFrame(levels))
    return model


def candidates(missing: float = 0.0) -> Levels:
    return np.concatenate([drawn(M, MATCHES, missing, seed=3), drawn(U, OTHERS, missing, seed=4)])


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_planted_m_is_found_again(missing: float) -> None:
    model = learnt(candidates(missing), ALL, missing)
    for found, planted in zip(model.m, M, strict=True):
        assert found[0] == pytest.approx(missing, abs=0.03)
        assert np.abs(found[1:] / found[1:].sum() - np.array(planted)[1:]).max() < 0.03
    assert model.matches == pytest.approx(MATCHES, rel=0.05)


def test_u_is_what_random_pairs_show() -> None:
    for found, planted in zip(random_agreement(drawn(U, 100_000, 0.3), SIZES), U, strict=True):
        assert found[0] == pytest.approx(0.3, abs=0.01)
        assert np.abs(found[1:] / 0.7 - np.array(planted)[1:]).max() < 0.01


def test_matches_rank_above_non_matches() -> None:
    model = learnt(candidates(), possible=ALL)
    assert model.log_odds(drawn(M, 2_000)).mean() > model.log_odds(drawn(U, 2_000)).mean() + 5


NAMES = {"a": ["missing", "other", "near", "equal"], "b": ["missing", "other", "equal"],
         "c": ["missing", "other", "equal"]}  # fmt: skip


def told(model: FellegiSunter) -> dict[tuple[object, object], float]:
    return {(row["feature"], row["level"]): float(str(row["weight"])) for row in model.table(NAMES)}


def test_log_odds_are_the_prior_and_the_weights_of_the_levels() -> None:
    model = learnt(candidates(0.2), ALL, 0.2)
    weight, prior = told(model), np.log2(model.matches / (ALL - model.matches))
    assert len(weight) == sum(SIZES)
    full, nothing = model.log_odds(np.array([[3, 2, 2], [0, 0, 0]], np.int8))
    assert full == pytest.approx(prior + weight["a", "equal"] + weight["b", "equal"] + weight["c", "equal"])
    assert nothing == pytest.approx(prior + sum(weight[name, "missing"] for name in "abc"))


def test_a_value_missing_as_often_among_matches_as_by_chance_weighs_nothing() -> None:
    weight = told(learnt(candidates(0.2), ALL, 0.2))
    assert all(abs(weight[name, "missing"]) < 0.15 for name in "abc")


def test_a_value_missing_oftener_among_matches_speaks_for() -> None:
    levels = np.concatenate([drawn(M, MATCHES, 0.4, seed=3), drawn(U, OTHERS, 0.1, seed=4)])
    weight = told(learnt(levels, ALL, 0.1))
    assert all(weight[name, "missing"] == pytest.approx(2.0, abs=0.3) for name in "abc")


def test_what_is_too_rare_for_a_sample_is_learnt_from_the_candidates() -> None:
    u = random_agreement(drawn(([0.0, 0.98, 0.02, 0.0], U[1], U[2]), 500), SIZES)
    model = FellegiSunter(u, 100 * ALL, rare={0: [3]})
    levels = np.concatenate(
        [drawn(M, MATCHES, seed=3), drawn(([0, 0.5, 0, 0.5], U[1], U[2]), OTHERS, seed=4)]
    )
    model.fit(pd.DataFrame(levels))
    assert model.u[0][3] == pytest.approx(OTHERS / 2 / (100 * ALL), rel=0.2)
    assert u[0][3] == pytest.approx(0.5 / 502) and model.u[1].tobytes() == u[1].tobytes()


def test_a_silent_level_weighs_nothing() -> None:
    levels = candidates()
    model = FellegiSunter(random_agreement(drawn(U, 100_000), SIZES), ALL, silent={0: 3})
    model.fit(pd.DataFrame(levels))
    weight, prior = told(model), np.log2(model.matches / (ALL - model.matches))
    odds = model.log_odds(np.array([[3, 2, 2]], np.int8))[0]
    assert odds == pytest.approx(prior + weight["b", "equal"] + weight["c", "equal"])


def test_probability_rises_with_log_odds() -> None:
    model, levels = learnt(candidates(), possible=ALL), drawn(U, 500)
    order = np.argsort(model.log_odds(levels))
    assert (np.diff(model.prob(pd.DataFrame(levels)).to_numpy()[order]) >= 0).all()


def test_the_same_pairs_in_another_order_give_the_same_weights() -> None:
    levels = candidates()
    shuffled = np.random.default_rng(9).permutation(levels)
    one, other = learnt(levels, ALL), learnt(shuffled, ALL)
    assert one.matches == other.matches
    for left, right in zip(one.m, other.m, strict=True):
        assert left.tobytes() == right.tobytes()


@pytest.mark.parametrize("levels", [np.zeros((0, 3), np.int8), np.array([[3, 2, 2]], np.int8)])
def test_no_pair_or_one_gives_finite_weights(levels: Levels) -> None:
    model = FellegiSunter(random_agreement(levels, SIZES), float(len(levels)))
    model.fit(pd.DataFrame(levels))
    assert np.isfinite(model.log_odds(drawn(U, 50))).all()
    for shares in model.m:
        assert shares.sum() == pytest.approx(1.0)
