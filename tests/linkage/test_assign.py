"""Decisions: the best candidate of each record, ties, the probability needed and thresholds."""

from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from qmcb.linkage.assign import assign
from qmcb.linkage.links import DECISIONS
from qmcb.linkage.spec import Assignment, Thresholds

Graph = dict[tuple[int, int], float]
Told = list[tuple[int, int, float, str]]

BOTH: tuple[Assignment, ...] = ("one_to_one", "many_to_one")
GRAPHS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(-4, 30), min_size=1, max_size=14
)


def decided(
    told: Graph,
    how: Assignment | None,
    needed: dict[tuple[int, int], float] | None = None,
    thresholds: Thresholds | None = None,
) -> Told:
    """left, right, probability and decision of the pairs kept, in their order."""
    pairs = list(told)
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    least = np.array([(needed or {}).get(pair, 0.0) for pair in pairs], float)
    odds = np.array(list(told.values()), float)
    found = assign((left, right), odds, least, thresholds or Thresholds(), how)
    assert len(found.row) == len(found.probability) == len(found.decision)
    rows = zip(found.row, found.probability, found.decision, strict=True)
    return sorted((*pairs[row], float(share), DECISIONS[verdict]) for row, share, verdict in rows)


def kept(found: Told) -> list[tuple[int, int]]:
    return [(left, right) for left, right, *_ in found]


def verdicts(found: Told) -> list[str]:
    return [decision for *_, decision in found]


@pytest.mark.parametrize("how", [*BOTH, None])
@pytest.mark.parametrize(
    ("log_odds", "decision"), [(10.0, "accept"), (6.0, "review"), (0.1, "review"), (-0.1, "reject")]
)
def test_a_single_candidate_is_judged_by_its_probability(
    how: Assignment | None, log_odds: float, decision: str
) -> None:
    ((left, right, probability, verdict),) = decided({(0, 7): log_odds}, how)
    assert (left, right, verdict) == (0, 7, decision)
    assert probability == pytest.approx(2**log_odds / (1 + 2**log_odds))


@pytest.mark.parametrize("how", BOTH)
def test_the_best_of_several_wins_where_it_is_far_ahead(how: Assignment) -> None:
    found = decided({(0, 3): 2.0, (0, 5): 30.0, (0, 9): 4.0}, how)
    assert (kept(found), verdicts(found)) == ([(0, 5)], ["accept"])


@pytest.mark.parametrize("how", BOTH)
@given(log_odds=st.floats(2, 60), count=st.integers(2, 5))
def test_equally_good_candidates_go_to_review(how: Assignment, log_odds: float, count: int) -> None:
    found = decided({(0, right): log_odds for right in range(count)}, how)
    assert verdicts(found) == ["review"] and found[0][2] <= 0.5


@pytest.mark.parametrize("how", BOTH)
def test_equally_bad_candidates_do_not(how: Assignment) -> None:
    assert verdicts(decided({(0, 1): -5.0, (0, 2): -5.0}, how)) == ["reject"]


def test_two_records_that_want_one_are_both_linked_only_where_the_files_say_so() -> None:
    told = {(0, 0): 30.0, (1, 0): 30.0}
    assert verdicts(decided(told, "one_to_one")) == ["review"]
    assert verdicts(decided(told, "many_to_one")) == ["accept", "accept"]
    assert verdicts(decided(told, None)) == ["accept", "accept"]


@given(GRAPHS)
def test_within_one_file_each_pair_is_decided_by_itself(told: Graph) -> None:
    found = decided(told, None)
    likely = {pair: 2**odds / (1 + 2**odds) for pair, odds in told.items()}
    assert kept(found) == sorted(pair for pair, share in likely.items() if share > 0.01)
    for left, right, probability, decision in found:
        assert probability == pytest.approx(likely[left, right])
        assert decision == ("accept" if probability >= 0.99 else "review" if probability >= 0.5 else "reject")


@given(GRAPHS, st.sampled_from([*BOTH, None]))
def test_probabilities_of_one_record_never_exceed_one(told: Graph, how: Assignment | None) -> None:
    pairs = list(told)
    rows = [decided({**told, pair: told[pair]}, how) for pair in pairs[:1]]
    assert all(0 <= probability <= 1 for _, _, probability, _ in rows[0])


@pytest.mark.parametrize("how", [*BOTH, None])
@pytest.mark.parametrize(
    ("needed", "log_odds", "decision"),
    [
        (2.0, 400.0, "review"),
        (2.0, -1.0, "reject"),
        (0.995, 7.0, "review"),  # 0.992
        (0.995, 11.0, "accept"),
        (0.3, 3.0, "review"),  # needed besides, not instead
        (0.0, 7.0, "accept"),
    ],
)
def test_more_may_be_needed(how: Assignment | None, needed: float, log_odds: float, decision: str) -> None:
    assert verdicts(decided({(0, 1): log_odds}, how, {(0, 1): needed})) == [decision]


@pytest.mark.parametrize("how", [*BOTH, None])
def test_other_thresholds_decide_otherwise(how: Assignment | None) -> None:
    assert verdicts(decided({(0, 1): 6.0}, how, thresholds=Thresholds(0.9, 0.5))) == ["accept"]
    assert verdicts(decided({(0, 1): 6.0}, how, thresholds=Thresholds(0.999, 0.99))) == ["reject"]


@given(GRAPHS, st.randoms(), st.sampled_from([*BOTH, None]))
def test_the_order_of_pairs_does_not_matter(told: Graph, random: Random, how: Assignment | None) -> None:
    shuffled = dict(random.sample(list(told.items()), len(told)))
    found, other = decided(told, how), decided(shuffled, how)
    assert (kept(found), verdicts(found)) == (kept(other), verdicts(other))
    assert [row[2] for row in found] == pytest.approx([row[2] for row in other], abs=1e-12)


@given(GRAPHS)
def test_one_to_one_does_not_depend_on_the_side(told: Graph) -> None:
    found = decided(told, "one_to_one")
    mirrored = decided({(right, left): odds for (left, right), odds in told.items()}, "one_to_one")
    back = sorted((right, left, *rest) for left, right, *rest in mirrored)
    assert kept(found) == [(left, right) for left, right, *_ in back]
    assert [row[3] for row in found] == [row[3] for row in back]


@given(GRAPHS)
def test_many_to_one_is_the_best_of_each_left_record(told: Graph) -> None:
    wanted = {}
    for left, right in sorted(told, key=lambda pair: (-told[pair], pair[1])):
        wanted.setdefault(left, right)
    assert dict(kept(decided(told, "many_to_one"))) == wanted


def worth(told: Graph, chosen: list[tuple[int, int]]) -> float:
    return float(sum(np.logaddexp2(0.0, told[pair]) for pair in chosen))


def apart(chosen: list[tuple[int, int]]) -> bool:
    return all(len({pair[side] for pair in chosen}) == len(chosen) for side in (0, 1))


@settings(max_examples=100)
@given(GRAPHS)
def test_one_to_one_is_the_heaviest_assignment(told: Graph) -> None:
    weights = np.zeros((5, 5))
    for pair, odds in told.items():
        weights[pair] = np.logaddexp2(0.0, odds)
    heaviest = weights[linear_sum_assignment(weights, maximize=True)].sum()
    chosen = kept(decided(told, "one_to_one"))
    # What is left out as hopeless, one in a hundred, is worth log2 1.01 at most.
    assert apart(chosen) and worth(told, chosen) == pytest.approx(heaviest, abs=5 * 0.0145 + 1e-5)


@given(st.floats(2, 60), st.integers(2, 5), st.integers(2, 5))
def test_a_block_of_equals_goes_to_review_each_with_one_of_its_own(
    odds: float, rows: int, columns: int
) -> None:
    found = decided(dict.fromkeys(product(range(rows), range(columns)), odds), "one_to_one")
    assert set(verdicts(found)) == {"review"}
    assert len(found) == min(rows, columns) and apart(kept(found))


def test_who_loses_the_best_gets_the_second_best() -> None:
    found = decided({(0, 0): 40.0, (1, 0): 25.0, (1, 1): 20.0}, "one_to_one")
    assert kept(found) == [(0, 0), (1, 1)]
    assert verdicts(found) == ["accept", "review"]  # the taken one was the likelier


def test_groups_do_not_disturb_each_other() -> None:
    star = {(0, 0): 20.0, (1, 0): 22.0}
    web = {(2, 1): 20.0, (2, 2): 19.0, (3, 1): 21.0, (3, 2): 5.0}
    alone = {(9, 9): 12.0}
    found = decided(star | web | alone, "one_to_one")
    parts = [row for part in (star, web, alone) for row in decided(part, "one_to_one")]
    assert found == sorted(parts) and kept(found) == [(1, 0), (2, 2), (3, 1), (9, 9)]


def test_a_vast_group_is_assigned_too() -> None:
    rng = np.random.default_rng(3)
    here, there = np.repeat(np.arange(300), 300), np.tile(np.arange(300), 300)
    odds = rng.uniform(0, 5, len(here)) + 20 * (here == there)
    found = assign((here, there), odds, np.zeros(len(odds)), Thresholds(), "one_to_one")
    assert here[found.row].tolist() == there[found.row].tolist() == list(range(300))


@pytest.mark.parametrize("how", [*BOTH, None])
def test_no_pairs(how: Assignment | None) -> None:
    assert decided({}, how) == []
