"""Who bears how much of its means: Lorenz curve, Gini and Theil over regions."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qmcb.errors import InputError

Floats = NDArray[np.float64]


def gini(values: ArrayLike, weights: ArrayLike) -> Floats:
    """The Gini coefficient of values (…, regions), each counted with its weight; (…,), in [0, 1).

    Half the mean absolute difference of any two, over the mean: 0 where all bear alike, or nobody bears
    anything. Weights broadcast to the values. Raises `InputError` for a negative value or weight, and
    where all weights are 0: the index has no meaning there. A burden is never negative (`burden`).
    """
    x, w = _checked(values, weights)
    order = np.argsort(x, axis=-1)
    x, w = np.take_along_axis(x, order, axis=-1), np.take_along_axis(w, order, axis=-1)
    below = np.cumsum(w, axis=-1) - w / 2
    whole, borne = w.sum(axis=-1), (w * x).sum(axis=-1)
    apart = (w * x * (2 * below - whole[..., None])).sum(axis=-1)
    made: Floats = np.maximum(apart / (whole * np.where(borne > 0, borne, 1)), 0)
    return made


def _checked(values: ArrayLike, weights: ArrayLike) -> tuple[Floats, Floats]:
    x, w = np.broadcast_arrays(np.asarray(values, np.float64), np.asarray(weights, np.float64))
    for name, array in (("values", x), ("weights", w)):
        if not (array >= 0).all():
            raise InputError(
                f"{name} of 0 and more to measure inequality", f"{array.min():g}", "take the burden"
            )
    if not w.any(axis=-1).all():
        raise InputError("a weight above 0", "none", "count the regions with something they have")
    return x, w
