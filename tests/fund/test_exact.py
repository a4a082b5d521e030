"""Exact division: against Python's whole numbers, which do not overflow."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmcb.fund import exact

amounts = st.integers(0, 10**14)
weights = st.lists(st.integers(0, 10**14), min_size=1, max_size=40)


@given(amounts, st.integers(0, 10**14), st.integers(1, 10**14))
def test_quotient_and_remainder_are_those_of_whole_numbers(amount: int, less: int, base: int) -> None:
    numerator = max(0, base - less)
    quotient, rest = exact.scaled(amount, numerator, base)
    assert (int(quotient), int(rest)) == divmod(amount * numerator, base)


@pytest.mark.parametrize(
    ("amount", "numerator", "denominator"),
    [
        (10**14, 10**14 - 1, 10**14),
        (3 * 10**17, 2 * 10**9, 2 * 10**9),
        (4_324_971_955_240, 76_462_927_481_810, 76_462_927_481_810),  # floating point is one too low
        (2 * 10**18, 45_000 * 900_000, 10**12),
        (9, 1, 3),
        (0, 5, 7),
    ],
)
def test_extremes_are_exact(amount: int, numerator: int, denominator: int) -> None:
    quotient, rest = exact.scaled(amount, numerator, denominator)
    assert (int(quotient), int(rest)) == divmod(amount * numerator, denominator)


def test_part_and_ratio() -> None:
    assert exact.part([999, 1000, 10**14], 35_000).tolist() == [34, 35, 3_500_000_000_000]
    assert exact.ratio([1, 2, 3], 3).tolist() == [333_333, 666_666, 1_000_000]


@given(amounts, weights)
def test_parts_sum_to_the_total_and_are_next_to_their_exact_share(
    total: int, given_weights: list[int]
) -> None:
    parts = exact.allocate(total, given_weights).tolist()
    whole = sum(given_weights)
    assert sum(parts) == (total if whole else 0)
    for share, weight in zip(parts, given_weights, strict=True):
        assert share >= 0 and (not whole or abs(share - Fraction(total * weight, whole)) < 1)
        assert weight or not share
        assert total > whole or share <= weight


@given(st.integers(0, 1000), st.lists(st.integers(0, 50), min_size=1, max_size=12))
def test_the_fen_that_are_left_go_to_the_largest_remainders(total: int, given_weights: list[int]) -> None:
    whole = sum(given_weights)
    if not whole:
        return
    shares = [Fraction(total * weight, whole) for weight in given_weights]
    first = sorted(range(len(shares)), key=lambda i: (-(shares[i] % 1), i))
    left = total - sum(int(share) for share in shares)
    expected = [int(share) + (i in first[:left]) for i, share in enumerate(shares)]
    assert exact.allocate(total, given_weights).tolist() == expected


def test_each_row_of_many_draws_is_allocated_by_itself() -> None:
    totals, shares = np.array([[10, 11], [0, 1]]), np.array([[[1, 1, 1], [5, 0, 5]], [[1, 2, 3], [0, 0, 0]]])
    assert exact.allocate(totals, shares).tolist() == [[[4, 3, 3], [6, 0, 5]], [[0, 0, 0], [0, 0, 0]]]
