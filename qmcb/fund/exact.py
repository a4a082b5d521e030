"""Money in whole fen divided exactly: products and quotients without rounding, shares that sum to the fen."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Whole = NDArray[np.int64]

PPM = 1_000_000  # ratios are whole millionths: 3.5 % is 35,000


def scaled(amount: ArrayLike, numerator: ArrayLike, denominator: ArrayLike) -> tuple[Whole, Whole]:
    """Quotient and remainder of amount × numerator ÷ denominator, exact although the product overflows.

    All three are whole numbers, not negative, the denominator above 0; they broadcast. A quotient in
    floating point is near the true one; what it is off by shows in the remainder, which is small and
    therefore right although it is computed modulo 2**64. Exact while
    (1 + quotient / 2**50) × denominator stays below 2**62.
    """
    a, n, d = (np.asarray(value, np.int64) for value in (amount, numerator, denominator))
    near: Whole = np.floor(a.astype(np.float64) * n / d).astype(np.int64)
    with np.errstate(over="ignore"):
        over: Whole = a * n - near * d
    more, rest = np.divmod(over, d)
    return near + more, rest


def part(amount: ArrayLike, ppm: ArrayLike) -> Whole:
    """So many millionths of an amount of whole fen, rounded down."""
    return scaled(amount, ppm, PPM)[0]


def ratio(amount: ArrayLike, base: ArrayLike) -> Whole:
    """`amount` in millionths of `base`, rounded down; the base is above 0."""
    return scaled(amount, PPM, base)[0]


def allocate(total: ArrayLike, weights: ArrayLike) -> Whole:
    """Whole parts of `total` (…,) in proportion to `weights` (…, n), by largest remainder.

    Each part is the exact share or less than one unit away from it, and the parts sum to the total.
    Equal remainders go to the earlier place: regions stand in order of their codes. Where all weights
    are 0 nothing is given to anybody. A part is never above its weight while the total is not above
    the sum of the weights.
    """
    total, weights = np.asarray(total, np.int64), np.asarray(weights, np.int64)
    whole = weights.sum(axis=-1, keepdims=True)
    shares, rest = scaled(total[..., None], weights, np.maximum(whole, 1))
    left = np.where(whole > 0, total[..., None], 0) - shares.sum(axis=-1, keepdims=True)
    if not left.any():
        return shares
    order = np.argsort(-rest, axis=-1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(order.shape[-1]), order.shape), axis=-1)
    made: Whole = shares + (rank < left)
    return made
