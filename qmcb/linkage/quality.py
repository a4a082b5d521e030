"""How many links are false and how many missed, as the match probabilities have it.

It says what the data say *if* the probabilities are calibrated, and does not replace a look at a sample.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]
_DECISIONS = ("accept", "review", "reject")
_Z = float(ndtri(0.975))
_NORMAL_FROM = 400.0  # variance from which the refined normal is as good as the exact distribution


def expected(
    probability: Floats, decision: npt.NDArray[np.str_], certain_error: float = 1e-6
) -> pd.DataFrame:
    """False links expected among the accepted ones, and matches expected among the others.

    Parameters
    ----------
    probability : match probability of the best candidate of each record, 0 to 1.
    decision : 'accept', 'review' or 'reject' for each.
    certain_error : no link is thought surer than 1 − this. An ASSUMPTION, not an estimate: one in a million
        certain links (equal valid number, agreeing name) is false. The intervals take it as known.

    Returns
    -------
    One row: accepted (links), expected_false (Σ 1−p over them) with expected_false_low and _high (whole
    links), expected_precision (a share; 1 where nothing is accepted) with _low and _high,
    expected_missed_in_review and expected_missed_in_reject (Σ p over them).

    The 95 % interval is that of the Poisson-binomial distribution of the number of false links: its exact
    quantiles from the characteristic function (Hong 2013) where the variance is small, else those of the
    normal refined by skewness (Volkova 1996). Errors of links are taken as independent and probabilities as
    calibrated; where they are not, the interval is too narrow. Best candidates only: a record whose match
    never became a candidate is not counted here (see `recapture.recall`).

    Raises
    ------
    ValueError
        where lengths differ, a probability lies outside 0 to 1, or a decision is none of the three.
    """
    p, said = np.asarray(probability, np.float64), np.asarray(decision)
    if p.ndim != 1 or p.shape != said.shape:
        raise ValueError(f"expected one decision a probability; found shapes {said.shape} and {p.shape}")
    if not (((p >= 0) & (p <= 1)).all() and 0 <= certain_error <= 1):
        raise ValueError("expected probabilities and certain_error from 0 to 1; found others; correct them")
    accept, review, reject = (said == name for name in _DECISIONS)
    if not (accept | review | reject).all():
        raise ValueError(f"expected decisions among {_DECISIONS}; found others; correct them")
    wrong = np.maximum(1 - p[accept], certain_error)
    accepted, false = len(wrong), float(np.sort(wrong).sum())
    low, high = _poisson_binomial(wrong)
    row = {
        "accepted": accepted,
        "expected_false": false,
        "expected_false_low": low,
        "expected_false_high": high,
        "expected_precision": 1 - false / max(accepted, 1),
        "expected_precision_low": 1 - high / max(accepted, 1),
        "expected_precision_high": 1 - low / max(accepted, 1),
        "expected_missed_in_review": float(np.sort(p[review]).sum()),
        "expected_missed_in_reject": float(np.sort(p[reject]).sum()),
    }
    return pd.DataFrame([row])


def _poisson_binomial(chances: Floats) -> tuple[int, int]:
    """2.5 % and 97.5 % quantile of the number of successes in independent trials of these chances."""
    chances = np.sort(chances[chances > 0])
    mean, variance = float(chances.sum()), float((chances * (1 - chances)).sum())
    if variance >= _NORMAL_FROM:
        skew = float((chances * (1 - chances) * (1 - 2 * chances)).sum()) / variance**1.5
        z = np.array([-_Z, _Z])
        at = np.ceil(mean + np.sqrt(variance) * (z + skew * (z**2 - 1) / 6) - 0.5)
        low, high = np.clip(at, 0, len(chances)).astype(int).tolist()
        return low, high
    # Chances within 0.2 % of each other count as their mean: exact for the mean, and quick for millions.
    group = np.unique(np.round(np.log(chances) * 500), return_inverse=True)[1]
    count = np.bincount(group)
    q = np.bincount(group, weights=chances) / count
    reach = 12 * variance**0.5 + 30  # outside lies less than 1e-15 of the distribution
    start, size = max(0, int(mean - reach)), 2 * int(reach) + 3  # odd, so that no factor is zero
    turn = 2j * np.pi * np.arange(size) / size
    log_cf = -turn * start
    for some in np.array_split(np.arange(len(q)), len(q) // 1_000 + 1):
        log_cf += count[some] @ np.log1p(q[some, None] * np.expm1(turn))
    below = np.cumsum(np.fft.fft(np.exp(log_cf)).real / size)
    low, high = (start + np.searchsorted(below, (0.025, 0.975))).tolist()
    return low, high
