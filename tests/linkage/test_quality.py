"""Quality without the truth: against closed formulas, exact distributions, and populations of known size."""

from dataclasses import asdict, replace
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from qmcb.linkage.quality import expected
from qmcb.linkage.recapture import Recall, histories, recall

Flags = npt.NDArray[np.bool_]
NAMES = ("by_number", "by_name_and_birth", "by_phone", "by_address")
REFUSED = r"expected .*; found "
INDEPENDENT = "对数线性模型：独立"


def table(cells: dict[str, float]) -> pd.DataFrame:
    """Histories from counts: {'110': 7} is seven pairs found by the first two of three ways."""
    ways = {
        NAMES[i]: np.array([history[i] == "1" for history in cells], bool)
        for i in range(len(next(iter(cells))))
    }
    return pd.DataFrame(ways).assign(pairs=np.array(list(cells.values()), float))


def counted(flags: Flags, weight: npt.NDArray[np.float64] | None = None) -> pd.DataFrame:
    """Histories of the links that some way found."""
    seen = flags.any(axis=1)
    bits = (flags[seen] << np.arange(flags.shape[1])).sum(axis=1).astype(np.uint64)
    ways = {name: 1 << i for i, name in enumerate(NAMES[: flags.shape[1]])}
    return histories(bits, ways, np.ones(len(bits)) if weight is None else weight[seen])


def population(rng: np.random.Generator, size: int, reach: tuple[float, ...], tie: float = 0.0) -> Flags:
    """Which ways find each true match; the second one's log odds move by ±tie with the first."""
    drawn = rng.random((size, len(reach)))
    flags = drawn < np.array(reach)
    odds = reach[1] / (1 - reach[1]) * np.exp(np.where(flags[:, 0], tie, -tie))
    flags[:, 1] = drawn[:, 1] < odds / (1 + odds)
    return flags


def holds(found: Recall, missed: float) -> bool:
    return found.missed_low <= missed <= found.missed_high


# Expected false links


def decided(*parts: tuple[str, list[float]]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.str_]]:
    said = [name for name, probabilities in parts for _ in probabilities]
    return np.array([p for _, probabilities in parts for p in probabilities], float), np.array(said, str)


def test_false_links_and_missed_matches_are_counted_by_decision() -> None:
    parts = ("accept", [1.0, 0.99, 0.95]), ("review", [0.8, 0.6]), ("reject", [0.2, 0.0])
    row = expected(*decided(*parts), certain_error=0.01).iloc[0]
    assert row.accepted == 3
    assert row.expected_false == pytest.approx(0.01 + 0.01 + 0.05)
    assert row.expected_precision == pytest.approx(1 - 0.07 / 3)
    assert (row.expected_missed_in_review, row.expected_missed_in_reject) == pytest.approx((1.4, 0.2))
    assert (row.expected_precision_low, row.expected_precision_high) == pytest.approx((1 - 1 / 3, 1.0))


def test_no_link_is_surer_than_the_floor() -> None:
    certain = decided(("accept", [1.0] * 50_000))
    assert expected(*certain).expected_false[0] == pytest.approx(0.05)
    assert expected(*certain, certain_error=1e-3).expected_false[0] == pytest.approx(50)
    assert expected(*certain, certain_error=0).expected_false_high[0] == 0


@pytest.mark.parametrize("count", [0, 1, 7, 300, 40_000, 1_000_000])
@pytest.mark.parametrize("chance", [1e-5, 0.01, 0.5, 1.0])
def test_equal_chances_give_the_binomial_interval(count: int, chance: float) -> None:
    said = np.full(count, "accept")
    row = expected(np.full(count, 1 - chance), said, certain_error=0).iloc[0]
    exact = binom.ppf([0.025, 0.975], count, chance) if count else [0, 0]
    assert [row.expected_false_low, row.expected_false_high] == pytest.approx(exact, abs=0.1)


def test_many_false_links_give_the_skewed_interval() -> None:
    counts = range(50_000, 100_000, 2_500)
    rows = [expected(np.full(count, 0.99), np.full(count, "accept")).iloc[0] for count in counts]
    made = [(row.expected_false_low, row.expected_false_high) for row in rows]
    assert made == [tuple(binom.ppf([0.025, 0.975], count, 0.01)) for count in counts]


@given(st.lists(st.floats(0, 1), max_size=40))
@example([0.5] * 8)
@example([1 - 1e-12, 1.0, 0.0])
def test_unequal_chances_give_the_quantiles_of_their_distribution(chances: list[float]) -> None:
    exact = np.ones(1)
    for chance in chances:
        exact = np.convolve(exact, [1 - chance, chance])
    below = np.cumsum(exact)
    row = expected(*decided(("accept", [1 - chance for chance in chances])), certain_error=0).iloc[0]
    assert row.expected_false == pytest.approx(sum(chances), abs=1e-9)
    # Chances are grouped within 0.2 %: the quantile may be another where the distribution just reaches it.
    for at, share in ((row.expected_false_low, 0.025), (row.expected_false_high, 0.975)):
        assert below[int(at)] >= share - 1e-3
        assert at == 0 or below[int(at) - 1] <= share + 1e-3


@pytest.mark.parametrize(
    ("probability", "decision", "floor"),
    [([0.5], ["accept", "accept"], 0.0), ([np.nan], ["accept"], 0.0), ([1.5], ["accept"], 0.0),
     ([0.5], ["accepted"], 0.0), ([0.5], ["accept"], -1.0)],
)  # fmt: skip
def test_what_is_no_probability_or_decision_is_refused(
    probability: list[float], decision: list[str], floor: float
) -> None:
    with pytest.raises(ValueError, match=REFUSED):
        expected(np.array(probability), np.array(decision), floor)


# Histories


def test_bits_become_histories() -> None:
    found_by = np.array([0b0001, 0b0010, 0b0111, 0b1000, 0b0011, 1 << 63], np.uint64)
    ways = {"by_number": 0b0011, "by_phone": 0b0100, "last": 1 << 63}
    made = histories(found_by, ways, np.array([1.0, 20.0, 0.5, 2.0, 1.0, 1.0]))
    told = {tuple(map(bool, row[:3])): row[3:] for row in made.itertuples(index=False, name=None)}
    assert told == {
        (True, False, False): (22.0, 1 + 400 + 1),
        (True, True, False): (0.5, 0.5),
        (False, False, False): (2.0, 4.0),
        (False, False, True): (1.0, 1.0),
    }
    assert made.pairs.sum() == 25.5 and list(made.columns) == [*ways, "pairs", "variance"]


def test_no_link_gives_no_history() -> None:
    made = histories(np.array([], np.uint64), {"by_number": 1, "by_phone": 2}, np.array([]))
    assert made.empty and recall(made).caution


@pytest.mark.parametrize(
    ("bits", "ways", "weight"),
    [([1, 2], {"a": 1}, [1.0]), ([1], {"a": 1}, [-1.0]), ([1], {"a": 1}, [np.nan]), ([1], {"a": 0}, [1.0]),
     ([1], {"a": 3, "b": 2}, [1.0]), ([1], {"pairs": 1}, [1.0]),
     ([1], {str(i): 1 << i for i in range(7)}, [1.0])],
)  # fmt: skip
def test_ways_without_bits_of_their_own_are_refused(
    bits: list[int], ways: dict[str, int], weight: list[float]
) -> None:
    with pytest.raises(ValueError, match=REFUSED):
        histories(np.array(bits, np.uint64), ways, np.array(weight))


@pytest.mark.parametrize(
    "broken",
    [table({"10": 3, "01": 4}).drop(columns="pairs"), table({"10": -3, "01": 4}),
     table({"10": np.inf, "01": 4}), table({"10": 3, "01": 4}).astype({"by_number": int})],
)  # fmt: skip
def test_what_is_no_table_of_histories_is_refused(broken: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=REFUSED):
        recall(broken)


# Recall: closed formulas


@given(st.integers(1, 5_000), st.integers(1, 5_000), st.integers(1, 5_000))
def test_two_ways_are_chapman_s_estimate(both: int, first: int, second: int) -> None:
    found = recall(table({"11": both, "10": first, "01": second}))
    one, other = both + first, both + second
    size = (one + 1) * (other + 1) / (both + 1) - 1
    variance = (one + 1) * (other + 1) * first * second / ((both + 1) ** 2 * (both + 2))
    missed = size - (both + first + second)
    factor = np.exp(1.959964 * np.sqrt(np.log(1 + variance / missed**2)))
    assert found.missed == pytest.approx(missed)
    assert (found.missed_low, found.missed_high) == pytest.approx((missed / factor, missed * factor))
    assert found.recall == pytest.approx(found.found / size)
    assert "Chapman" in found.method


# Cells as the model has them, and what the model then says of the missed.
FITTED = [
    ({"111": 60, "110": 90, "101": 40, "011": 20, "100": 60, "010": 30, "001": 40 / 3},
     INDEPENDENT, 60 * 30 / 90),
    # The third way independent of the two others: Petersen of the third against either of them.
    ({"111": 400, "110": 200, "101": 100, "011": 60, "100": 50, "010": 30, "001": 112},
     "对数线性模型：by_number×by_name_and_birth", 112 * 280 / 560),
    # The last two independent where the first did not find, and where it did: Petersen of them there.
    ({"111": 600, "110": 300, "101": 200, "011": 60, "100": 100, "010": 90, "001": 40},
     "对数线性模型：by_number×by_name_and_birth、by_number×by_phone", 90 * 40 / 60),
    # All interactions of two ways: the odds ratio of two is the same, whatever the third says.
    ({"111": 400, "110": 200, "101": 150, "011": 90, "100": 100, "010": 130, "001": 60},
     "对数线性模型：by_number×by_name_and_birth、by_number×by_phone、by_name_and_birth×by_phone",
     400 * 100 * 130 * 60 / (200 * 150 * 90)),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "model", "missed"), FITTED)
def test_three_ways_are_the_closed_estimate_of_the_model(
    cells: dict[str, float], model: str, missed: float
) -> None:
    found = recall(table(cells))
    assert found.method == model
    assert found.missed == pytest.approx(missed, rel=1e-6)
    assert ("饱和" in found.caution) == (model.count("×") == 3)
    assert holds(found, missed)


def test_lower_bound_is_chao_s_where_ways_find_alike_and_no_model_fits() -> None:
    found = recall(table({"110": 1, "100": 1, "010": 1, "001": 1}))
    assert found.method == "Chao 下限" and "下限" in found.caution
    assert found.missed == pytest.approx((3 - 1) / 3 * 3**2 / (2 * (1 + 1)))  # (t−1)/t · f₁²/2(f₂+1)


@pytest.mark.parametrize("cells", [cells for cells, _, _ in FITTED])
def test_links_of_equal_weight_multiply_the_missed_and_not_what_is_known_of_it(
    cells: dict[str, float],
) -> None:
    counted_once = table(cells)
    weighed = counted_once.assign(pairs=counted_once.pairs * 20, variance=counted_once.pairs * 400)

    def log_variance(found: Recall) -> float:
        return float((np.log(found.missed_high / found.missed) / 1.959964) ** 2 - np.log1p(1 / found.missed))

    one, other = recall(counted_once), recall(weighed)
    assert other.missed == pytest.approx(20 * one.missed) and other.method == one.method
    assert log_variance(other) == pytest.approx(log_variance(one))


# Recall: populations of known size


@pytest.mark.parametrize(
    ("size", "reach", "tie"),
    [(1_000, (0.6, 0.5), 0.0), (1_000, (0.9, 0.8, 0.5), 0.0),
     (1_000, (0.6, 0.5, 0.4), 0.8)],
)  # fmt: skip
def test_interval_holds_the_truth_in_most_of_200_populations(
    size: int, reach: tuple[float, ...], tie: float
) -> None:
    rng, held, off = np.random.default_rng(7), 0, []
    for _ in range(200):
        flags = population(rng, size, reach, tie)
        found, missed = recall(counted(flags)), size - flags.any(axis=1).sum()
        held += holds(found, missed)
        off.append(found.missed / max(missed, 1))
    assert held >= 180
    assert np.median(off) == pytest.approx(1, abs=0.1)


def test_interaction_does_better_than_independence_where_two_ways_depend() -> None:
    rng, better = np.random.default_rng(3), 0
    for _ in range(20):
        flags = population(rng, 5_000, (0.7, 0.6, 0.5), 0.8)
        seen = flags.any(axis=1).sum()
        found, size = recall(counted(flags)), float(seen)
        for _ in range(50):  # size by maximum likelihood under independence (Darroch 1958)
            size = seen / (1 - np.prod(1 - flags.sum(axis=0) / size))
        assert "by_number×by_name_and_birth" in found.method
        better += abs(found.missed + seen - 5_000) < abs(size - 5_000)
    assert better >= 19


def test_sampled_links_keep_the_interval_honest() -> None:
    rng, held, as_if_counted = np.random.default_rng(5), 0, 0
    for _ in range(50):
        flags = population(rng, 10_000, (0.8, 0.6, 0.5))
        missed = 10_000 - flags.any(axis=1).sum()
        kept = flags[(flags.sum(axis=1) < 2) | (rng.random(len(flags)) < 0.05)]
        made = counted(kept, np.where(kept.sum(axis=1) >= 2, 20.0, 1.0))
        held += holds(recall(made), missed)
        as_if_counted += holds(recall(made.drop(columns="variance")), missed)
    assert held >= 46 > as_if_counted + 10


def test_links_accepted_only_where_ways_agree_hide_the_missed_unless_the_others_are_weighed() -> None:
    rng = np.random.default_rng(2)
    flags = population(rng, 10_000, (0.8, 0.6, 0.5))
    alone = flags.sum(axis=1) == 1
    accepted = flags[~alone | (rng.random(10_000) < 0.3)]
    missed = 10_000 - accepted.any(axis=1).sum()
    assert recall(counted(accepted)).missed_high < missed / 2
    # Candidates of one way: for each true one another that is none, so that each weighs one half.
    candidates = np.concatenate([flags, flags[alone]])
    weighed = recall(counted(candidates, np.where(candidates.sum(axis=1) == 1, 0.5, 1.0)))
    assert holds(weighed, 10_000 - flags.any(axis=1).sum())


# Recall: degenerate input

DEGENERATE = {
    "no way overlaps": {"100": 50, "010": 30, "001": 20},
    "two ways do not overlap": {"10": 50, "01": 30},
    "one pair of ways never overlaps": {"100": 50, "010": 300, "001": 200, "101": 90, "011": 140},
    "all found by all": {"111": 1000},
    "one way finds everything": {"11": 500, "10": 70},
    "one of three finds everything": {"100": 50, "110": 30, "101": 20, "111": 300},
    "two ways are one": {"110": 500, "001": 20, "111": 300},
    "one way only": {"100": 1000},
    "a single way": {"1": 1000},
    "one pair": {"110": 1},
    "a sliver between two": {"011": 1e-9, "100": 5, "111": 1},
    "a sliver": {"110": 1e-9, "001": 1e-9},
    "nothing": {"111": 0, "100": 0},
    "mostly found otherwise": {"00": 900, "11": 90, "10": 5, "01": 5},
}  # fmt: skip


@pytest.mark.parametrize("cells", DEGENERATE.values(), ids=DEGENERATE)
def test_degenerate_input_gives_a_caution_and_no_nan(cells: dict[str, float]) -> None:
    found = recall(table(cells))
    sound(found)
    assert found.caution


def sound(found: Recall) -> None:
    numbers = [value for value in asdict(found).values() if not isinstance(value, str)]
    assert not np.isnan(numbers).any() and found.method
    assert 0 <= found.missed_low <= found.missed <= found.missed_high
    assert 0 <= found.recall_low <= found.recall <= found.recall_high <= 1
    assert np.isfinite(found.missed)


def test_ways_that_overlap_nowhere_leave_the_missed_unbounded() -> None:
    for cells in (DEGENERATE["no way overlaps"], DEGENERATE["two ways do not overlap"]):
        found = recall(table(cells))
        assert found.missed_high == np.inf and found.recall_low == 0.0
        assert "「by_number」与「by_name_and_birth」从未找到同一配对" in found.caution


def test_a_way_that_found_nothing_is_left_out() -> None:
    with_idle = recall(table({"110": 300, "100": 70, "010": 40}))
    without = recall(table({"11": 300, "10": 70, "01": 40}))
    assert replace(with_idle, caution="") == without and "「by_phone」" in with_idle.caution


def test_where_nothing_was_found_recall_is_anything() -> None:
    found = recall(table(DEGENERATE["nothing"]))
    assert (found.recall, found.recall_low, found.recall_high) == (1.0, 0.0, 1.0)


def test_what_was_found_otherwise_is_found_and_not_missed() -> None:
    cells = {"11": 300, "10": 70, "01": 40}
    plain, otherwise = recall(table(cells)), recall(table(cells | {"00": 4}))
    assert otherwise.found == plain.found + 4
    assert otherwise.missed == pytest.approx(plain.missed - 4)
    assert "并不独立" not in otherwise.caution
    assert "并不独立" in recall(table(cells | {"00": 400})).caution


def test_a_model_that_does_not_fit_is_said_to() -> None:
    rng = np.random.default_rng(1)
    apt = rng.random((20_000, 1)) < 0.5  # two kinds of people: ways depend beyond interactions of two
    found = recall(counted(rng.random((20_000, 4)) < np.where(apt, 0.9, 0.1)))
    assert "与数据不符" in found.caution


counts = st.one_of(st.just(0.0), st.integers(0, 10_000).map(float), st.floats(0, 1e6))


@settings(max_examples=30)
@given(st.lists(counts, min_size=8, max_size=8), st.randoms(use_true_random=False))
def test_rows_in_another_order_or_split_give_the_same_and_never_nan(
    cells: list[float], random: object
) -> None:
    whole = table(dict(zip(("".join(bits) for bits in product("01", repeat=3)), cells, strict=True)))
    found = recall(whole)
    sound(found)
    order = list(range(8))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert recall(whole.iloc[order]) == found
    halves = pd.concat([whole, whole.iloc[order]]).assign(pairs=lambda t: t.pairs / 2)
    assert recall(halves) == found


@settings(max_examples=6)
@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_up_to_six_ways_are_estimated(ways: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    flags = rng.random((int(rng.integers(1, 400)), ways)) < rng.random(ways)
    bits = (flags << np.arange(ways)).sum(axis=1).astype(np.uint64)
    weight, masks = rng.random(len(bits)) * 2, {f"way_{i}": 1 << i for i in range(ways)}
    made, order = histories(bits, masks, weight), rng.permutation(len(bits))
    assert made.equals(histories(bits[order], masks, weight[order]))
    sound(recall(made))
    assert recall(made) == recall(made.iloc[::-1])
