"""Learning the weights: from made-up pairs whose m and u are known, and as a plain slow EM does."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from qmcb.errors import InputError
from qmcb.linkage.compare import Patterns
from qmcb.linkage.weigh import (
    KNOWN_MATCHES,
    KNOWN_PAIRS,
    FellegiSunter,
    Weights,
    random_agreement,
    start,
)

SIZES = (4, 3, 3)
M = ([0.0, 0.05, 0.15, 0.80], [0.0, 0.1, 0.9], [0.0, 0.3, 0.7])
U = ([0.0, 0.97, 0.02, 0.01], [0.0, 0.9, 0.1], [0.0, 0.5, 0.5])
MATCHES, OTHERS = 4_000, 12_000
ALL = float(MATCHES + OTHERS)
NAMES = {
    "a": ("missing", "other", "near", "equal"),
    "b": ("missing", "other", "equal"),
    "c": ("missing", "other", "equal"),
}
Levels = npt.NDArray[np.int8]
Shares = tuple[list[float], ...]


def patterns(levels: Levels) -> Patterns:
    return Patterns.of(np.ravel_multi_index(tuple(levels.T.astype(np.int64)), SIZES), SIZES)


def drawn(shares: Shares, count: int, missing: float = 0.0, seed: int = 1) -> Levels:
    rng = np.random.default_rng(seed)
    levels = np.stack([rng.choice(len(share), count, p=share) for share in shares], axis=1)
    levels[rng.random(levels.shape) < missing] = 0
    return levels.astype(np.int8)


def chances(
    levels: Levels, equal: Mapping[int, tuple[int, float]] | None = None
) -> tuple[npt.NDArray[np.float64], ...]:
    return random_agreement(patterns(levels), SIZES, equal or {})


def learnt(
    levels: Levels,
    possible: float = ALL,
    missing: float = 0.0,
    rare: Mapping[int, Sequence[int]] | None = None,
    silent: Mapping[int, int] | None = None,
) -> Weights:
    u = chances(drawn(U, 100_000, missing, seed=2))
    return FellegiSunter(start(NAMES, u, possible, silent or {}), rare or {}).learn(patterns(levels))


def candidates(missing: float = 0.0) -> Levels:
    return np.concatenate([drawn(M, MATCHES, missing, seed=3), drawn(U, OTHERS, missing, seed=4)])


def weight(found: Weights) -> dict[tuple[str, str], float]:
    return found.table().set_index(["field", "level"])["weight"].to_dict()


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_planted_m_is_found_again(missing: float) -> None:
    model = learnt(candidates(missing), ALL, missing)
    for found, planted in zip(model.m, M, strict=True):
        assert found[0] == pytest.approx(missing, abs=0.03)
        assert np.abs(found[1:] / found[1:].sum() - np.array(planted)[1:]).max() < 0.03
    assert model.matches == pytest.approx(MATCHES, rel=0.05)


def slow_em(
    levels: Levels, u: Sequence[npt.NDArray[np.float64]], possible: float
) -> tuple[list[list[float]], float]:
    """Pair by pair, as the book has it; what is known beforehand and half a case go to each level."""
    m = []
    for size in SIZES:
        rising = [1.0, *(3.0**power for power in range(size - 1))]
        m.append([value / sum(rising) for value in rising])
    first, matches = [list(values) for values in m], len(levels) / 4
    for _ in range(500):
        likely = []
        for pair in levels:
            odds = matches / max(possible - matches, 1.0)
            for place, level in enumerate(pair):
                odds *= m[place][level] / u[place][level]
            likely.append(odds / (1 + odds))
        before, matches = matches, sum(likely)
        for place in range(len(SIZES)):
            counts = [0.5 + KNOWN_MATCHES * usual for usual in first[place]]
            for share, pair in zip(likely, levels, strict=True):
                counts[pair[place]] += share
            m[place] = [count / sum(counts) for count in counts]
        if abs(matches - before) < 1e-9 * before:
            break
    return m, matches


def test_a_slow_em_learns_the_same() -> None:
    levels = np.concatenate([drawn(M, 60, 0.1, seed=5), drawn(U, 90, 0.1, seed=6)])
    found = learnt(levels, 200.0, 0.1)
    m, matches = slow_em(levels, found.u, 200.0)
    assert found.matches == pytest.approx(matches, rel=1e-6)
    for one, other in zip(found.m, m, strict=True):
        assert one == pytest.approx(other, rel=1e-6)


def test_u_is_what_random_pairs_show() -> None:
    for found, planted in zip(chances(drawn(U, 100_000, 0.3)), U, strict=True):
        assert found[0] == pytest.approx(0.3, abs=0.01)
        assert np.abs(found[1:] / 0.7 - np.array(planted)[1:]).max() < 0.01


def test_u_of_equal_values_is_what_was_counted() -> None:
    levels = drawn(U, 100_000, 0.3)
    plain, found = chances(levels), chances(levels, {0: (3, 1e-7), 2: (2, 0.0)})
    assert found[0][3] == pytest.approx(0.7e-7, rel=0.02) and found[2][2] == 1e-12
    assert found[1].tobytes() == plain[1].tobytes()
    for one, other in zip(found, plain, strict=True):
        assert one.sum() == pytest.approx(1) and one[0] == other[0]
    assert found[0][1] / found[0][2] == pytest.approx(plain[0][1] / plain[0][2])


def test_matches_rank_above_non_matches() -> None:
    model = learnt(candidates())
    assert model.log_odds(drawn(M, 2_000)).mean() > model.log_odds(drawn(U, 2_000)).mean() + 5


def test_log_odds_are_the_prior_and_the_weights_of_the_levels() -> None:
    model = learnt(candidates(0.2), ALL, 0.2)
    told, prior = weight(model), np.log2(model.matches / (ALL - model.matches))
    assert len(told) == sum(SIZES) and model.prior == pytest.approx(prior)
    full, nothing = model.log_odds(np.array([[3, 2, 2], [0, 0, 0]], np.int8))
    assert full == pytest.approx(prior + told["a", "equal"] + told["b", "equal"] + told["c", "equal"])
    assert nothing == pytest.approx(prior + sum(told[name, "missing"] for name in "abc"))


def test_a_value_missing_as_often_among_matches_as_by_chance_weighs_nothing() -> None:
    told = weight(learnt(candidates(0.2), ALL, 0.2))
    assert all(abs(told[name, "missing"]) < 0.15 for name in "abc")


def test_a_value_missing_oftener_among_matches_speaks_for() -> None:
    levels = np.concatenate([drawn(M, MATCHES, 0.4, seed=3), drawn(U, OTHERS, 0.1, seed=4)])
    told = weight(learnt(levels, ALL, 0.1))
    assert all(told[name, "missing"] == pytest.approx(2.0, abs=0.3) for name in "abc")


def test_what_is_too_rare_for_a_sample_is_learnt_from_the_candidates() -> None:
    u = chances(drawn(([0.0, 0.98, 0.02, 0.0], U[1], U[2]), 500))
    model = FellegiSunter(start(NAMES, u, 10_000 * ALL, {}), {0: [3]})
    levels = np.concatenate(
        [drawn(M, MATCHES, seed=3), drawn(([0, 0.5, 0, 0.5], U[1], U[2]), OTHERS, seed=4)]
    )
    found = model.learn(patterns(levels))
    assert found.u[0][3] == pytest.approx(OTHERS / 2 / (10_000 * ALL + KNOWN_PAIRS), rel=0.2)
    assert u[0][3] == pytest.approx(0.5 / 502) and found.u[1].tobytes() == u[1].tobytes()
    assert found.u[0][:3].tobytes() == u[0][:3].tobytes()


def test_a_silent_level_weighs_nothing() -> None:
    model = learnt(candidates(), silent={0: 3})
    told, prior = weight(model), np.log2(model.matches / (ALL - model.matches))
    odds = model.log_odds(np.array([[3, 2, 2]], np.int8))[0]
    assert told["a", "equal"] == 0
    assert odds == pytest.approx(prior + told["b", "equal"] + told["c", "equal"])


def test_as_a_classifier_of_recordlinkage_it_learns_and_tells_the_same() -> None:
    levels = candidates()
    weights = learnt(levels)
    u = chances(drawn(U, 100_000, seed=2))
    model = FellegiSunter(start(NAMES, u, ALL, {}), {})
    frame = pd.DataFrame(levels)
    model.fit(frame)
    assert model.weights.matches == pytest.approx(weights.matches)
    odds, told = weights.log_odds(levels), model.prob(frame).to_numpy()
    assert told == pytest.approx(2**odds / (1 + 2**odds))
    assert (np.diff(told[np.argsort(odds)]) >= -1e-12).all()
    assert model._predict(levels).tolist() == (told >= 0.5).tolist()


def test_the_same_pairs_in_another_order_give_the_same_weights() -> None:
    levels = candidates()
    one, other = learnt(levels), learnt(np.random.default_rng(9).permutation(levels))
    assert one.to_dict() == other.to_dict()


@pytest.mark.parametrize("levels", [np.zeros((0, 3), np.int8), np.array([[3, 2, 2]], np.int8)])
def test_no_pair_or_one_gives_finite_weights(levels: Levels) -> None:
    u = chances(levels)
    model = FellegiSunter(start(NAMES, u, float(len(levels)), {}), {}).learn(patterns(levels))
    assert np.isfinite(model.log_odds(drawn(U, 50))).all()
    for shares in (*model.m, *model.u):
        assert shares.sum() == pytest.approx(1.0)


def test_weights_survive_json_and_are_used_again() -> None:
    first = learnt(candidates(0.2), missing=0.2)
    told = json.loads(json.dumps(first.to_dict()))
    fresh = start(NAMES, chances(drawn(U, 50, seed=8)), 4 * ALL, {})
    again = fresh.reused(told)
    for one, other in zip((*first.m, *first.u), (*again.m, *again.u), strict=True):
        assert one.tolist() == other.tolist()
    assert again.matches == pytest.approx(4 * first.matches) and again.possible_pairs == 4 * ALL
    assert again.prior == pytest.approx(first.prior)
    assert weight(again) == weight(first)


def test_reused_weights_go_to_the_field_of_their_name() -> None:
    first = learnt(candidates())
    told = first.to_dict()
    turned = told | {"fields": dict(reversed(told["fields"].items()))}
    assert first.reused(turned).to_dict()["fields"] == told["fields"]


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.pop("a"),
        lambda fields: fields.update(d=fields["c"]),
        lambda fields: fields["a"].pop("near"),
        lambda fields: fields["a"].update(far=[0.5, 0.5]),
        lambda fields: fields.clear(),
    ],
)
def test_weights_of_other_fields_or_levels_are_refused(change: object) -> None:
    first = learnt(candidates())
    told = json.loads(json.dumps(first.to_dict()))
    change(told["fields"])  # type: ignore[operator]
    with pytest.raises(InputError, match="weights of the same fields and levels"):
        first.reused(told)
