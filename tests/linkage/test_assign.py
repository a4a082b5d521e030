"""Decisions: the best candidate of each record, ties, contradictions and thresholds."""

from itertools import combinations, permutations
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb.errors import InputError
from qmcb.linkage.assign import Thresholds, best, best_one_to_one
from qmcb.linkage.compare import Birth, Name, Number, Same

THRESHOLDS = Thresholds()
AGREED = {
    "number": Number.ONE_EDIT, "name": Name.EQUAL, "birth": Birth.EQUAL, "sex": Same.EQUAL,
    "phone": Same.EQUAL,
}  # fmt: skip


def pairs(*rows: tuple[int, int, float], **levels: int) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["left", "right", "log_odds"])
    return frame.assign(**{name: int(value) for name, value in (AGREED | levels).items()})


def decided(frame: pd.DataFrame) -> list[tuple[int, str]]:
    found = best(frame, THRESHOLDS)
    return list(zip(found["right"], found["decision"], strict=True))


@pytest.mark.parametrize(
    ("log_odds", "decision"), [(10.0, "accept"), (6.0, "review"), (0.1, "review"), (-0.1, "reject")]
)
def test_a_single_candidate_is_judged_by_its_probability(log_odds: float, decision: str) -> None:
    assert decided(pairs((0, 7, log_odds))) == [(7, decision)]


def test_the_best_of_several_wins_where_it_is_far_ahead() -> None:
    assert decided(pairs((0, 3, 2.0), (0, 5, 30.0), (0, 9, 4.0))) == [(5, "accept")]


@given(st.floats(2, 60), st.integers(2, 5))
def test_equally_good_candidates_go_to_review(log_odds: float, count: int) -> None:
    assert decided(pairs(*((0, right, log_odds) for right in range(count)))) == [(0, "review")]


def test_equally_bad_candidates_do_not() -> None:
    assert decided(pairs((0, 1, -9.0), (0, 2, -9.0))) == [(1, "reject")]


@given(st.lists(st.floats(-30, 500), min_size=1, max_size=6))
def test_probabilities_of_one_record_never_exceed_one(log_odds: list[float]) -> None:
    rows = [best(pairs(*((0, right, odds) for right, odds in enumerate(log_odds))), THRESHOLDS)]
    assert 0 <= rows[0]["probability"].iloc[0] <= 1
    assert len(rows[0]) == 1


@pytest.mark.parametrize(
    ("levels", "decision"),
    [
        ({}, "accept"),
        ({"name": Name.OTHER}, "accept"),  # number, birth date and phone are the person's own
        ({"name": Name.OTHER, "phone": Same.OTHER}, "review"),
        ({"name": Name.OTHER, "phone": Same.MISSING}, "review"),
        ({"name": Name.OTHER, "birth": Birth.ONE_DIGIT}, "review"),
        ({"name": Name.OTHER, "number": Number.TWO_EDITS}, "review"),
        ({"name": Name.MISSING, "phone": Same.MISSING}, "review"),
        ({"name": Name.FAMILY_NAME, "phone": Same.MISSING}, "review"),
        ({"name": Name.FAMILY_NAME, "phone": Same.MISSING, "number": Number.SHARED}, "accept"),
        ({"name": Name.OTHER, "phone": Same.MISSING, "number": Number.SHARED}, "review"),
        ({"name": Name.ONE_CHARACTER, "birth": Birth.ONE_DIGIT}, "review"),
        ({"name": Name.ONE_CHARACTER}, "accept"),  # the number tells twins apart
        ({"name": Name.ONE_CHARACTER, "number": Number.MISSING}, "review"),
        ({"name": Name.ONE_CHARACTER, "number": Number.TAIL_LOST}, "review"),
        ({"name": Name.SOUND, "number": Number.TAIL_LOST}, "accept"),
        ({"number": Number.FOREIGN}, "accept"),  # the phone speaks for
        ({"number": Number.MISSING, "phone": Same.MISSING}, "accept"),
    ],
)
def test_no_weight_makes_up_for_a_contradiction(levels: dict[str, int], decision: str) -> None:
    assert decided(pairs((0, 1, 400.0), **levels)) == [(1, decision)]


@pytest.mark.parametrize(
    ("levels", "log_odds", "decision"),
    [
        ({"number": Number.FOREIGN}, 9.0, "accept"),  # the phone speaks for
        ({"number": Number.FOREIGN, "phone": Same.OTHER}, 9.0, "review"),
        ({"number": Number.FOREIGN, "phone": Same.OTHER}, 11.0, "accept"),  # beyond doubt, 1 in 2,000
        ({"number": Number.OTHER, "phone": Same.MISSING}, 9.0, "review"),
        ({"number": Number.OTHER, "phone": Same.MISSING}, 11.0, "accept"),
        ({"number": Number.REGION, "phone": Same.MISSING}, 9.0, "accept"),  # damage may explain it
    ],
)
def test_a_number_that_speaks_against_leaves_no_room_for_doubt(
    levels: dict[str, int], log_odds: float, decision: str
) -> None:
    assert decided(pairs((0, 1, log_odds), **levels)) == [(1, decision)]


@given(st.permutations(range(8)))
def test_the_order_of_pairs_does_not_matter(order: list[int]) -> None:
    frame = pairs(
        (0, 1, 20.0),
        (0, 2, 20.0),
        (1, 1, 9.0),
        (1, 3, 2.0),
        (2, 5, -3.0),
        (3, 0, 0.0),
        (3, 4, 8.0),
        (4, 4, 1.0),
    )
    shuffled = best(frame.iloc[order].reset_index(drop=True), THRESHOLDS).reset_index(drop=True)
    pd.testing.assert_frame_equal(shuffled, best(frame, THRESHOLDS).reset_index(drop=True))


def test_the_basis_says_what_agreed() -> None:
    told = best(pairs((0, 1, 30.0), birth=Birth.SWAPPED, phone=Same.MISSING), THRESHOLDS)
    assert told["basis"].tolist() == ["number:one_edit name:equal birth:swapped sex:equal phone:missing"]


def test_no_pairs() -> None:
    assert best(pairs(), THRESHOLDS).columns.tolist() == ["left", "right", "probability", "decision", "basis"]


@pytest.mark.parametrize("accept, review", [(0.5, 0.9), (1.0, 0.5), (0.9, 0.0), (float("nan"), 0.5)])
def test_thresholds_are_checked(accept: float, review: float) -> None:
    with pytest.raises(InputError, match="0 < review ≤ accept < 1"):
        Thresholds(accept, review)


def test_other_thresholds_decide_otherwise() -> None:
    assert best(pairs((0, 1, 6.0)), Thresholds(0.9, 0.5))["decision"].tolist() == ["accept"]
    assert best(pairs((0, 1, 6.0)), Thresholds(0.999, 0.99))["decision"].tolist() == ["reject"]


GRAPHS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(-4, 30), min_size=1, max_size=14
)
Graph = dict[tuple[int, int], float]


def graph(told: Graph) -> pd.DataFrame:
    return pairs(*((left, right, odds) for (left, right), odds in sorted(told.items())))


def worth(told: Graph, chosen: list[tuple[int, int]]) -> float:
    return float(sum(np.logaddexp2(0.0, told[pair]) for pair in chosen))


def apart(chosen: list[tuple[int, int]]) -> bool:
    return all(len({pair[side] for pair in chosen}) == len(chosen) for side in (0, 1))


def chosen(found: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(found["left"], found["right"], strict=True))


def heaviest(told: Graph) -> float:
    """By trying every assignment."""
    lefts, rights = ({pair[side] for pair in told} for side in (0, 1))
    return max(
        worth(told, [pair for pair in zip(some, order, strict=True) if pair in told])
        for count in range(1, min(len(lefts), len(rights)) + 1)
        for some in combinations(sorted(lefts), count)
        for order in permutations(sorted(rights), count)
    )


@settings(max_examples=60)
@given(GRAPHS)
def test_one_to_one_is_the_heaviest_assignment(told: Graph) -> None:
    found = chosen(best_one_to_one(graph(told), THRESHOLDS))
    # What is left out as hopeless, one in a hundred, is worth log2 1.01 at most.
    assert apart(found) and worth(told, found) == pytest.approx(heaviest(told), abs=5 * 0.0145 + 1e-5)


@given(GRAPHS, st.randoms())
def test_one_to_one_depends_neither_on_order_nor_on_side(told: Graph, random: Random) -> None:
    frame = graph(told)
    found = best_one_to_one(frame, THRESHOLDS)
    order = random.sample(range(len(frame)), len(frame))
    shuffled = best_one_to_one(frame.iloc[order].reset_index(drop=True), THRESHOLDS)
    mirrored = best_one_to_one(frame.rename(columns={"left": "right", "right": "left"}), THRESHOLDS)
    mirrored = mirrored.rename(columns={"left": "right", "right": "left"}).sort_values("left")[found.columns]
    for other in (shuffled, mirrored):
        pd.testing.assert_frame_equal(
            other.reset_index(drop=True), found.reset_index(drop=True), rtol=0, atol=1e-12
        )


@given(st.floats(2, 60), st.integers(2, 5), st.integers(2, 5))
def test_a_block_of_equals_goes_to_review_each_with_one_of_its_own(
    odds: float, rows: int, columns: int
) -> None:
    found = best_one_to_one(graph({(i, j): odds for i in range(rows) for j in range(columns)}), THRESHOLDS)
    assert set(found["decision"]) == {"review"}
    assert len(found) == min(rows, columns) and apart(chosen(found))


def test_who_loses_the_best_gets_the_second_best() -> None:
    found = best_one_to_one(graph({(0, 0): 40.0, (1, 0): 25.0, (1, 1): 20.0}), THRESHOLDS)
    assert chosen(found) == [(0, 0), (1, 1)]
    assert found["decision"].tolist() == ["accept", "review"]  # the taken one was the likelier


def test_a_vast_group_is_assigned_too() -> None:
    rng = np.random.default_rng(3)
    here, there = np.repeat(np.arange(300), 300), np.tile(np.arange(300), 300)
    odds = rng.uniform(0, 5, len(here)) + 20 * (here == there)
    frame = pairs().reindex(range(len(here))).assign(left=here, right=there, log_odds=odds)
    levels = {name: int(value) for name, value in AGREED.items()}
    found = best_one_to_one(frame.assign(**levels), THRESHOLDS)
    assert chosen(found) == [(place, place) for place in range(300)]


def test_one_to_one_of_no_pairs() -> None:
    assert best_one_to_one(pairs().astype({"log_odds": float}), THRESHOLDS).empty
