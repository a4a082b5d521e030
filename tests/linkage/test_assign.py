"""Decisions: the best candidate of each record, ties, contradictions and thresholds."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmcb.errors import InputError
from qmcb.linkage.assign import Thresholds, best
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
        ({"name": Name.OTHER}, "review"),
        ({"name": Name.FAMILY_NAME}, "review"),
        ({"name": Name.MISSING}, "review"),
        ({"name": Name.ONE_CHARACTER}, "accept"),  # the number tells twins apart
        ({"name": Name.ONE_CHARACTER, "number": Number.MISSING}, "review"),
        ({"name": Name.ONE_CHARACTER, "number": Number.TAIL_LOST}, "review"),
        ({"name": Name.SOUND, "number": Number.TAIL_LOST}, "accept"),
        ({"number": Number.FOREIGN}, "accept"),  # the phone speaks for
        ({"number": Number.FOREIGN, "phone": Same.OTHER}, "review"),
        ({"number": Number.REGION, "phone": Same.MISSING}, "review"),
        ({"number": Number.OTHER, "phone": Same.MISSING}, "review"),
        ({"number": Number.MISSING, "phone": Same.MISSING}, "accept"),
    ],
)
def test_no_weight_makes_up_for_a_contradiction(levels: dict[str, int], decision: str) -> None:
    assert decided(pairs((0, 1, 400.0), **levels)) == [(1, decision)]


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
