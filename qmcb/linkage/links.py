"""What linking finds, and how it is told."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qmcb.linkage.keys import Keys, Pairs
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


def ordered(sure: Pairs, ids: tuple[pa.Array, pa.Array]) -> Keys:
    """Certain pairs as one whole number each, `_one` of them, rising."""
    found = _one(sure, ids)
    found.sort()
    return found


def _one(pairs: Pairs, ids: tuple[pa.Array, pa.Array]) -> Keys:
    width = np.uint64(max(len(ids[1]), 1))
    return pairs[0].astype(np.uint64) * width + pairs[1].astype(np.uint64)


def table(ids: tuple[pa.Array, pa.Array], sure: Keys, found: Verdicts) -> pa.Table:
    """`Links.links` of certain pairs (`ordered`) and others, by their records' places among the `ids`."""
    others = _one(found.pairs, ids)
    order = np.argsort(others)
    others = others[order]
    at = np.searchsorted(sure, others)
    pairs = np.divmod(np.insert(sure, at, others), np.uint64(max(len(ids[1]), 1)))

    def among(certain: float, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        every = np.full(len(sure) + len(others), certain, values.dtype)
        every[at + np.arange(len(others))] = values[order]
        return every

    with ThreadPoolExecutor(2) as pool:
        left_ids, right_ids = pool.map(lambda known, places: known.take(pa.array(places)), ids, pairs)
    made = pa.table(
        {
            "left_id": left_ids,
            "right_id": right_ids,
            "probability": among(1, found.probability),
            "decision": _named(among(0, found.decision), DECISIONS),
            "basis": _named(among(0, found.which + 1), (CERTAIN, *found.told)),
        }
    )
    in_order = all(rising(one) for one in ids)
    return made if in_order else made.sort_by([("left_id", "ascending"), ("right_id", "ascending")])


def _named(which: npt.NDArray[np.integer], names: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(which.astype(np.int32)), pa.array(names, pa.string()))
