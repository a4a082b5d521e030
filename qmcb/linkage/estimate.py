"""How good a linkage is, without the truth: what its probabilities and the overlap of its ways say."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from qmcb.linkage import quality, recapture
from qmcb.linkage.links import Links
from qmcb.linkage.recapture import Recall
from qmcb.linkage.spec import CERTAIN_PASS

_NINES = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9999)


@dataclass(frozen=True)
class Estimate:
    """`expected`: see `quality.expected`; `recall`: see `recapture.recall`; `histories` what it rests on."""

    expected: pd.DataFrame
    recall: Recall
    histories: pd.DataFrame


def estimate(links: Links) -> Estimate:
    """False and missed links to be expected, and recall from the ways that found the same people."""
    told = links.links
    decision = told["decision"].cast("string").to_numpy(zero_copy_only=False)
    expected = quality.expected(told["probability"].to_numpy(), decision)
    histories = _histories(links)
    return Estimate(expected, recapture.recall(histories), histories)


def _histories(links: Links) -> pd.DataFrame:
    """Capture histories of a sample of the certain links, and of all candidates by their probability."""
    weighed = links.weighed
    titles = [CERTAIN_PASS, *links.spec.passes]
    ways = {way: sum(1 << titles.index(title) for title in passes) for way, passes in links.spec.ways.items()}
    probability = 1.0 / (1.0 + np.exp2(-np.clip(weighed.log_odds, -500, 500)))
    likely = np.flatnonzero(probability >= 0.5)
    bits = np.append(links.certain.found_by, weighed.found.found_by[likely]).astype(np.uint64)
    weight = np.append(np.full(len(links.certain.found_by), links.certain.weight), probability[likely])
    return recapture.histories(bits, ways or {"全部": (1 << len(titles)) - 1}, weight)


def thresholds(links: Links) -> pd.DataFrame:
    """What each accept threshold would give: threshold, accepted, expected_false, expected_missed, chosen.

    Doubts of the spec apart: links that a person has to look at whatever their weight count as missed.
    """
    told, chosen = links.links, links.spec.thresholds.accept
    probability = told["probability"].to_numpy()
    withheld = pc.and_(
        pc.not_equal(told["decision"].cast("string"), "accept"), pc.greater_equal(told["probability"], chosen)
    ).to_numpy()
    rows = []
    for threshold in sorted({*_NINES, chosen}):
        accepted = (probability >= threshold) & ~withheld
        false, missed = (1.0 - probability[accepted]).sum(), probability[~accepted].sum()
        rows.append((threshold, int(accepted.sum()), false, missed, threshold == chosen))
    return pd.DataFrame(
        rows, columns=["threshold", "accepted", "expected_false", "expected_missed", "chosen"]
    )
