"""Characters that look alike, so that one is read or written for the other."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from qmcb.paths import REFERENCE

TABLE = REFERENCE / "look_alikes.csv"
_HALF = np.uint64(32)


def _codes(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return (left.astype(np.uint64) << _HALF) | right


@cache
def _pairs() -> NDArray[np.uint64]:
    """Every pair of the table in both orders, sorted; a pair of characters is one number."""
    rows = TABLE.read_text(encoding="utf-8").partition("left,right\n")[2]
    left, _, right, _ = np.frombuffer(rows.encode("utf-32-le"), np.uint32).reshape(-1, 4).T
    pairs = np.sort(np.concatenate((_codes(left, right), _codes(right, left))))
    pairs.flags.writeable = False
    return pairs


def alike(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Whether two characters, given as code points, are different and look alike.

    They do where little of their outlines differs (未 末), or where the greater part of each is the same
    (玮 伟), or the greater part of one is the other (健 建). So says `data/reference/look_alikes.csv`,
    which `qmcb.identity.glyph_table` measures on a font. It holds the characters of GB 2312 and others
    that people are named with; that one is the traditional form or a variant of another it does not know.
    """
    pairs, sought = _pairs(), _codes(left, right)
    place = np.minimum(np.searchsorted(pairs, sought), len(pairs) - 1)
    found: NDArray[np.bool_] = pairs[place] == sought
    return found
