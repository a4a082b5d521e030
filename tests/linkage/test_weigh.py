"""Learning the weights: from made-up pairs whose m and u are known."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from qmcb.linkage import weigh
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
    levels[rng.random(levels.shape) < missing] = weigh.MISSING
    return levels.astype(np.int8)


def learnt(levels: Levels, possible: float, seed: int = 2) -> FellegiSunter:
    model = FellegiSunter(SIZES, random_agreement(drawn(U, 100_000, seed=seed), SIZES), possible)
    model.fit(pd.DataFrame(levels))
    return model


def candidates(missing: float = 0.0) -> Levels:
    return np.concatenate([drawn(M, MATCHES, missing, seed=3), drawn(U, OTHERS, missing, seed=4)])


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_planted_m_is_found_again(missing: float) -> None:
    model = learnt(candidates(missing), possible=ALL)
    for found, planted in zip(model.m, M, strict=True):
        assert np.abs(found[1:] - np.array(planted)[1:]).max() < 0.03
    assert model.matches == pytest.approx(MATCHES, rel=0.05)


def test_u_is_what_random_pairs_show() -> None:
    for found, planted in zip(random_agreement(drawn(U, 100_000, 0.3), SIZES), U, strict=True):
        assert np.abs(found[1:] - np.array(planted)[1:]).max() < 0.01


def test_matches_rank_above_non_matches() -> None:
    model = learnt(candidates(), possible=ALL)
    assert model.log_odds(drawn(M, 2_000)).mean() > model.log_odds(drawn(U, 2_000)).mean() + 5


def test_missing_weighs_nothing() -> None:
    model = learnt(candidates(), possible=ALL)
    nothing, full = np.zeros((1, 3), np.int8), np.array([[3, 2, 2]], np.int8)
    prior = np.log2(model.matches / (ALL - model.matches))
    assert model.log_odds(nothing)[0] == pytest.approx(prior)
    told = {(row["feature"], row["level"]): row["weight"] for row in model.table(
        {"a": ["missing", "other", "near", "equal"], "b": ["missing", "other", "equal"],
         "c": ["missing", "other", "equal"]}
    )}  # fmt: skip
    parts = told["a", "equal"] + told["b", "equal"] + told["c", "equal"]
    assert model.log_odds(full)[0] == pytest.approx(prior + parts)
    assert ("a", "missing") not in told


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
    model = FellegiSunter(SIZES, random_agreement(levels, SIZES), possible_pairs=float(len(levels)))
    model.fit(pd.DataFrame(levels))
    assert np.isfinite(model.log_odds(drawn(U, 50))).all()
    for shares in model.m:
        assert shares[1:].sum() == pytest.approx(1.0)
