"""What linking finds, and how it is told."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qmcb.linkage.keys import Pairs
from qmcb.linkage.side import rising
from qmcb.linkage.spec import Spec

if TYPE_CHECKING:
    from qmcb.linkage.remainder import Weighed

CERTAIN = "number:equal name:agrees"
DECISIONS = ("accept", "review", "reject")


@dataclass(frozen=True)
class PassReport:
    """What one pass found: pairs, pairs that no other pass found, keys and pairs it left out."""

    title: str
    pairs: int
    alone: int
    skipped_blocks: int
    skipped_pairs: int


@dataclass(frozen=True)
class Sample:
    """Some of the certain links: the passes that would have found each (a bit a pass, as in `Candidates`).

    Each stands for `weight` links.
    """

    found_by: npt.NDArray[np.uint32]
    weight: float


@dataclass(frozen=True)
class Links:
    """What linking found.

    `links` has left_id, right_id, probability, decision (accept, review, reject) and basis, one row
    for each left record with a candidate, in the order of left_id; of one file, a row for each pair
    that may be one person, the lesser id first. `conflicts` has kind (codes.NUMBER_CONFLICT), left_id
    and right_id. `passes` has a report for each pass, the certain stage first; `weighed` is what the
    rest of the links was weighed by. `certain` is a sample of the certain links,
    `ids` the record ids of the one file or the two.
    """

    links: pa.Table
    conflicts: pa.Table
    passes: tuple[PassReport, ...]
    weighed: "Weighed"
    certain: Sample
    ids: tuple[pa.Array, ...]
    spec: Spec

    def summary(self) -> str:
        """One line a thing: links by decision, numbers in conflict, and what the passes left out."""
        decisions = {
            row["values"]: row["counts"] for row in self.links["decision"].value_counts().to_pylist()
        }
        told = ", ".join(f"{decisions.get(name, 0):,} {name}" for name in DECISIONS)
        lines = [f"links: {told}; {len(self.conflicts):,} numbers in conflict"]
        lines += [
            f"pass {one.title} left out {one.skipped_blocks:,} groups too large, {one.skipped_pairs:,} pairs"
            for one in self.passes
            if one.skipped_blocks
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Verdicts:
    """What was decided on some pairs: `decision` counts in `DECISIONS`, `which` in the texts `told`."""

    pairs: Pairs
    probability: npt.NDArray[np.float64]
    decision: npt.NDArray[np.integer]
    told: Sequence[str]
    which: npt.NDArray[np.integer]


def table(ids: tuple[pa.Array, pa.Array], sure: Pairs, found: Verdicts) -> pa.Table:
    """`Links.links` of certain pairs and others, by the places of their records among the `ids`."""
    lefts, rights = (np.append(one, other) for one, other in zip(sure, found.pairs, strict=True))
    order = np.argsort(lefts * max(len(ids[1]), 1) + rights)
    certain = len(sure[0])
    probability = np.append(np.ones(certain), found.probability)
    decision = np.append(np.zeros(certain, np.int32), found.decision)
    which = np.append(np.zeros(certain, np.int32), found.which + 1)
    with ThreadPoolExecutor(2) as pool:
        left_ids, right_ids = pool.map(
            lambda known, at: known.take(pa.array(at[order])), ids, (lefts, rights)
        )
    made = pa.table(
        {
            "left_id": left_ids,
            "right_id": right_ids,
            "probability": probability[order],
            "decision": _named(decision[order], DECISIONS),
            "basis": _named(which[order], (CERTAIN, *found.told)),
        }
    )
    in_order = all(rising(one) for one in ids)
    return made if in_order else made.sort_by([("left_id", "ascending"), ("right_id", "ascending")])


def _named(which: npt.NDArray[np.integer], names: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(which.astype(np.int32)), pa.array(names, pa.string()))
