"""How many matches no way found, without knowing the truth: capture–recapture over ways of finding a pair.

It says what the data say *if* the ways are as independent as the models allow, and does not replace a look
at a sample of pairs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc, kl_div, ndtri

Floats = npt.NDArray[np.float64]
_Z = float(ndtri(0.975))
_NONE_SEEN = float(-np.log(0.025))  # upper limit of a Poisson mean of which nothing was seen
_NOTHING = 1e-9  # a count that is none, but for rounding
_MOST_WAYS = 6
_ROUNDS = 60
_STILL = 1e-8
_BOUND = 30.0  # |log of a fitted count| that only a diverging fit reaches
_UNKNOWN = 25.0  # variance of a log: limits 20,000 times off either way say nothing
_ILL_FITTING = 0.001


def histories(found_by: npt.NDArray[np.uint64], ways: Mapping[str, int], weight: Floats) -> pd.DataFrame:
    """Which ways found the accepted links: one row a capture history that occurs.

    `found_by` has a bit for each pass that found the link, `ways` the bits of each way (no bit in two ways:
    they would not be independent), `weight` how many links each stands for (1, more for a sampled one, less
    for one counted by its probability). Columns: one boolean a way, pairs (sum of weights), variance (of
    that sum, weight · max(weight, 1) summed). Links that none of the ways found are the row of all false.

    Links found by one way alone are accepted less often than others, and a table of accepted links alone
    then shows too high a recall. Where candidates under review are at hand, give them too, each weighed by
    its match probability.

    Raises
    ------
    ValueError
        where lengths differ, a weight is negative or not finite, or ways are empty or share bits.
    """
    bits, w = np.asarray(found_by, np.uint64), np.asarray(weight, np.float64)
    if bits.ndim != 1 or bits.shape != w.shape or not ((w >= 0) & np.isfinite(w)).all():
        raise ValueError("expected one finite weight of 0 or more a link; found others; correct them")
    masks = list(ways.values())
    if any(not 0 < mask < 2**64 for mask in masks) or any(a & b for a, b in combinations(masks, 2)):
        raise ValueError(f"expected ways with bits of their own; found {dict(ways)}; correct the masks")
    _named(list(ways))
    code = np.zeros(len(bits), np.int64)
    for i, mask in enumerate(masks):
        code |= ((bits & np.uint64(mask)) != 0).astype(np.int64) << i
    pairs, variance = _sums(code, 2 ** len(masks), w, w * np.maximum(w, 1))
    seen = np.flatnonzero(np.bincount(code, minlength=2 ** len(masks)))
    table = pd.DataFrame({way: (seen >> i) % 2 == 1 for i, way in enumerate(ways)})
    return table.assign(pairs=pairs[seen], variance=variance[seen])


@dataclass(frozen=True)
class Recall:
    """True matches found and missed, with 95 % limits; an unbounded `missed_high` is inf.

    `method` names how it was estimated, `caution` why it should not be believed ('' where nothing speaks
    against it), both in Chinese.
    """

    found: float
    missed: float
    missed_low: float
    missed_high: float
    recall: float
    recall_low: float
    recall_high: float
    method: str
    caution: str


def recall(histories: pd.DataFrame) -> Recall:
    """True matches that no way found, by capture–recapture, and the recall that follows.

    Parameters
    ----------
    histories : one row a capture history, as `histories` makes it: boolean columns, one a way of finding a
        pair; pairs (accepted links, may be weighted); optionally variance (of pairs; without it, pairs).
        Rows of the same history are added up; a way that found nothing is left out, with a caution. Links
        in the row of all false were found otherwise: they count as found, and not as missed.

    Notes
    -----
    Two ways: Chapman (1951), its variance, and a log-normal interval of the missed (Chao 1987). Three or
    more: log-linear models (Fienberg 1972) of independence and of interactions of two ways (up to four ways
    all sets of them, beyond that at most two), fitted by Poisson regression; the one of least AICc, and an
    interval that holds the spread over the models by their weight (Buckland et al. 1997), without which it
    would be too narrow. Where no model can be fitted: Chao's (1987) lower bound, for ways of unequal reach
    (Rivest & Baillargeon 2007) Σ aᵢaⱼ / (Σ aᵢⱼ + 1) over pairs found by one and by two ways only, which for
    two ways is Chapman's estimate; its limits are those of the bound.

    Assumed: every accepted link is true; ways find a match independently but for the interactions of two in
    the model; within a way every match has the same chance. Missing fields break the last: who has no number
    on file often has no phone either, ways then overlap more than by chance, and two ways UNDERestimate the
    missed. Interactions of two ways take up what concerns two fields. What concerns three at once (a record
    poor in everything) no model here can see: the estimate errs either way, and with three ways it shows
    only in that the model of all interactions is chosen, hence the caution. Links accepted only where
    several ways agree make the missed far too few (count candidates by their probability instead, see
    `histories`); false links, mostly found by one way, too many. Matches that no way could ever find are
    beyond any estimate.

    Raises
    ------
    ValueError
        where columns are not as above, counts are negative or not finite, or there are over six ways.
    """
    ways, cells, spread = _cells(histories)
    found, otherwise = float(cells.sum()), float(cells[0])
    reach = [float(cells[_holds(len(ways), i)].sum()) for i in range(len(ways))]
    idle = [way for way, pairs in zip(ways, reach, strict=True) if pairs == 0]
    if idle:
        ways, cells, spread = _cells(histories.drop(columns=idle))
    cautions = [f"「{way}」没有找到任何配对，未计入" for way in idle]
    cautions += [
        f"「{ways[i]}」与「{ways[j]}」从未找到同一配对"
        for i, j in combinations(range(len(ways)), 2)
        if cells[_holds(len(ways), i) & _holds(len(ways), j)].sum() == 0
    ]
    if len(ways) < 2:
        missed, low, high, method = 0.0, 0.0, float("inf"), "无法估计"
        cautions.append("至少要有两种各自找到配对的方法" if found else "没有已接受的配对")
    else:
        missed, low, high, method, more = _missed(ways, cells, spread)
        cautions += more
    if otherwise > high:
        cautions.append("另有途径找到的配对多于估计的漏配上限，各方法并不独立")
    missed, low, high = (max(value - otherwise, 0.0) for value in (missed, low, high))
    if len(ways) > 1 and high > found:
        cautions.append("漏配上限超过已找到的配对数，估计不足凭信")
    shares = [found / (found + each) if found else 1.0 - (each > 0) for each in (missed, high, low)]
    return Recall(found, missed, low, high, shares[0], shares[1], shares[2], method, "；".join(cautions))


def _missed(ways: list[str], cells: Floats, spread: Floats) -> tuple[float, float, float, str, list[str]]:
    """Missed, low, high, method, cautions; `cells` by history (way i is bit i), spread: variance/count."""
    fits = _models(len(ways), cells, spread) if len(ways) > 2 else []
    if not fits:
        missed, low, high = _pairwise(len(ways), cells, spread)
        cautions = ["没有可拟合的模型，只给出下限"] if len(ways) > 2 else []
        if missed == 0:
            cautions.append("至多一种方法有独自找到的配对，各方法未必独立")
        return missed, low, high, "Chao 下限" if len(ways) > 2 else "两法捕获再捕获（Chapman）", cautions
    aicc = np.array([fit.aicc for fit in fits])
    logs, variances = np.array([[fit.log_missed, fit.variance] for fit in fits]).T
    likely = np.exp((aicc.min() - aicc) / 2)
    likely /= likely.sum()
    best = fits[int(aicc.argmin())]
    deviation = likely @ np.sqrt(variances + (logs - best.log_missed) ** 2)
    missed = float(np.exp(best.log_missed))
    factor = float(np.exp(_Z * np.sqrt(deviation**2 + np.log1p(1 / missed))))
    named = "、".join(f"{ways[i]}×{ways[j]}" for i, j in best.interactions)
    cautions = []
    if best.freedom == 0:
        cautions.append("各方法两两关联，模型饱和，无从检验，区间可能过窄")
    elif chdtrc(best.freedom, best.deviance) < _ILL_FITTING:
        cautions.append("所选模型与数据不符，各方法的关联比模型复杂")
    return missed, missed / factor, missed * factor, f"对数线性模型：{named or '独立'}", cautions


def _pairwise(k: int, cells: Floats, spread: Floats) -> tuple[float, float, float]:
    """Chao's lower bound for ways of unequal reach, for two ways Chapman's estimate, with its interval."""
    one = 1 << np.arange(k)
    two = np.array([1 << i | 1 << j for i, j in combinations(range(k), 2)])
    overlap = [code for code in range(2**k) if code.bit_count() > 1]
    single, both = cells[one], float(cells[two].sum())
    products, rest = _products(single), single.sum() - single
    missed = products / (both + 1)
    if cells[overlap].sum() == 0:
        return missed, 0.0, float("inf")
    if missed == 0:
        return 0.0, 0.0, _products(np.maximum(single, _NONE_SEEN)) / (both + 1)
    of_both = float(cells[two] @ spread[two]) / both if both else 1.0
    of_single = float(rest**2 @ (single * spread[one])) / (both + 1)
    variance = (of_single + missed**2 * of_both + products) / (both + 2)  # Chapman's, where k is 2
    factor = float(np.exp(_Z * np.sqrt(np.log1p(variance / missed**2))))
    return missed, missed / factor, missed * factor


def _products(single: Floats) -> float:
    return float(sum(a * b for a, b in combinations(single.tolist(), 2)))


@dataclass(frozen=True)
class _Fit:
    """A log-linear model: log of the missed with its variance, deviance, degrees of freedom, AICc."""

    interactions: tuple[tuple[int, int], ...]
    log_missed: float
    variance: float
    deviance: float
    freedom: int
    aicc: float


def _models(k: int, cells: Floats, spread: Floats) -> list[_Fit]:
    """All models that can be fitted, fewest interactions first."""
    pairs = list(combinations(range(k), 2))
    most = len(pairs) if k <= 4 else 2
    sets = [chosen for size in range(most + 1) for chosen in combinations(pairs, size)]
    fits = (_fit(k, chosen, cells[1:], spread[1:]) for chosen in sets)
    return [fit for fit in fits if fit is not None]


def _fit(k: int, interactions: tuple[tuple[int, int], ...], y: Floats, spread: Floats) -> _Fit | None:
    """Poisson regression by iteratively reweighted least squares; None where no finite maximum is determined.

    The history of all false has only the intercept, which thus is the log of the missed. Counts whose
    variance is `spread` times their mean have quasi-likelihood.
    """
    way = [_holds(k, i)[1:].astype(float) for i in range(k)]
    x = np.stack([np.ones(len(y)), *way, *(way[i] * way[j] for i, j in interactions)], axis=1)
    size, parameters = float((y / spread).sum()), x.shape[1]
    if size <= parameters + 1:
        return None
    eta = np.log(y + 0.5)
    for _ in range(_ROUNDS):
        mean = np.exp(eta)
        root = np.sqrt(mean / spread)
        beta = np.linalg.lstsq(x * root[:, None], (eta + (y - mean) / mean) * root)[0]
        before, eta = eta, x @ beta
        if np.abs(eta).max() > _BOUND:
            return None
        if np.abs(eta - before).max() < _STILL:
            break
    else:
        return None
    mean = np.exp(eta)
    triangle = np.linalg.qr(x * np.sqrt(mean / spread)[:, None], mode="r")
    deviance = float(2 * (kl_div(y, mean) / spread).sum())
    aicc = deviance + 2 * parameters * size / (size - parameters - 1)
    variance = float((np.linalg.inv(triangle)[0] ** 2).sum())
    if variance > _UNKNOWN or abs(beta[0]) > _BOUND:
        return None
    return _Fit(interactions, float(beta[0]), variance, deviance, len(y) - parameters, aicc)


def _cells(histories: pd.DataFrame) -> tuple[list[str], Floats, Floats]:
    """Ways, pairs by history (way i being bit i), and how many times its count the variance of each is."""
    ways = [str(name) for name in histories.columns if name not in ("pairs", "variance")]
    _named(ways)
    counts = histories.get("pairs")
    if counts is None or not all(pd.api.types.is_bool_dtype(histories[way]) for way in ways):
        raise ValueError(f"expected boolean ways and pairs; found {list(histories.columns)}; correct them")
    pairs = counts.to_numpy(np.float64)
    variance = histories["variance"].to_numpy(np.float64) if "variance" in histories else pairs
    if not all(((each >= 0) & np.isfinite(each)).all() for each in (pairs, variance)):
        raise ValueError("expected finite counts of 0 or more; found others; correct them")
    flags = histories[ways].to_numpy(bool)
    code = (flags << np.arange(len(ways))).sum(axis=1)
    cells, spread = _sums(code, 2 ** len(ways), pairs, variance)
    cells[cells < _NOTHING] = 0.0
    known = (cells > 0) & (spread > 0)
    return ways, cells, np.divide(spread, cells, out=np.ones_like(cells), where=known)


def _sums(code: npt.NDArray[np.int64], size: int, *values: Floats) -> list[Floats]:
    """Sums of each by code, the same to the last bit in whatever order the rows stand."""
    order = np.lexsort((*values, code))
    return [np.bincount(code[order], each[order], size).astype(np.float64) for each in values]


def _named(ways: list[str]) -> None:
    if len(ways) > _MOST_WAYS or len(set(ways) - {"pairs", "variance"}) < len(ways):
        raise ValueError(f"expected up to {_MOST_WAYS} ways, each named once; found {ways}; leave some out")


def _holds(k: int, i: int) -> npt.NDArray[np.bool_]:
    """Whether way i found each of the 2ᵏ histories."""
    held: npt.NDArray[np.bool_] = (np.arange(2**k) >> i) % 2 == 1
    return held
