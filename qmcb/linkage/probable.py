"""What the certain stage leaves: candidates compared, weighed and assigned, and the numbers in conflict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.linkage import side
from qmcb.linkage.assign import Assigned, assign
from qmcb.linkage.candidates import candidates
from qmcb.linkage.certain import named
from qmcb.linkage.compare import Comparison
from qmcb.linkage.doubts import needed
from qmcb.linkage.fields.number import Number, NumberField
from qmcb.linkage.keys import Pairs, Places
from qmcb.linkage.links import Verdicts
from qmcb.linkage.remainder import Weighed, beginning, weigh
from qmcb.linkage.side import Rest, Side
from qmcb.linkage.spec import Spec
from qmcb.linkage.weigh import Weights


@dataclass(frozen=True)
class Probable:
    """The remainder, weighed, and the candidate that each record keeps."""

    weighed: Weighed
    assigned: Assigned

    @property
    def verdicts(self) -> Verdicts:
        """The links, their basis the levels of each pair, such as `number:one_edit name:equal`."""
        kinds = [
            (one.name, [level.name.lower() for level in one.kinds]) for one in self.weighed.comparison.fields
        ]
        told = [
            " ".join(f"{field}:{levels[at]}" for (field, levels), at in zip(kinds, pattern, strict=True))
            for pattern in self.weighed.patterns.distinct
        ]
        rows, pairs = self.assigned.row, self.weighed.found.pairs
        return Verdicts(
            (pairs[0][rows], pairs[1][rows]),
            self.assigned.probability,
            self.assigned.decision,
            told,
            self.weighed.patterns.which[rows],
        )

    def _ids(self, rows: Places) -> tuple[pa.Array, pa.Array]:
        pairs = self.weighed.found.pairs
        return named((pairs[0][rows], pairs[1][rows]), (self.weighed.left, self.weighed.right))

    def conflicts(self, left_ids: pa.Array, right_ids: pa.Array) -> pa.Table:
        """Numbers that do not tell one person, from those of equal numbers and names apart.

        kind, left_id, right_id. `shared`: one number, two people; `of_another`: the same, and one of
        the two was linked to somebody else, so that the number is not his or hers; `two_numbers`: one
        person with two right numbers.
        """
        accepted = self._ids(self.assigned.row[self.assigned.decision == 0])
        taken = [pc.is_in(ids, one) for ids, one in zip((left_ids, right_ids), accepted, strict=True)]
        kinds = pc.if_else(pc.or_(*taken), "of_another", "shared")
        numbers = [
            at for at, one in enumerate(self.weighed.comparison.fields) if isinstance(one, NumberField)
        ]
        two = self._ids(np.zeros(0, np.int64))
        if numbers:
            foreign = self.weighed.patterns.distinct[:, numbers[0]] == Number.FOREIGN
            rows = self.assigned.row[self.assigned.decision == 0]
            two = self._ids(rows[foreign[self.weighed.patterns.which[rows]]])
        apart = pc.invert(pc.and_(*taken))  # both taken: by each other, since weighing settled it
        found = pa.table({"kind": kinds, "left_id": left_ids, "right_id": right_ids}).filter(apart)
        others = pa.table(
            {
                "kind": pa.array(["two_numbers"] * len(two[0]), pa.string()),
                "left_id": two[0],
                "right_id": two[1],
            }
        )
        return pa.concat_tables([found, others]).sort_by([(name, "ascending") for name in found.column_names])


def begin(rest: tuple[Rest, Rest], spec: Spec) -> Weights:
    """Weights before training, learnt from random pairs of all that is left."""
    return beginning(*rest, Comparison(side.fields(spec)), spec)


def weigh_and_assign(
    sides: tuple[Side, Side],
    rest: tuple[Rest, Rest],
    shared: Pairs,
    begun: Weights,
    spec: Spec,
    weights: Mapping[str, Any] | None,
) -> Probable:
    """Weigh the candidates of all passes, and `shared` pairs besides, and decide on them.

    `sides` are those of the `rest` that passes can reach. Where the right one is the left one, a record
    may be the same person as several others: each pair is decided by itself.
    """
    left, right = sides
    comparison = Comparison(side.fields(spec))
    found = candidates(left, right, shared, spec)
    weighed = weigh(found, sides, rest, comparison, begun, spec, weights)
    least = needed(spec, weighed)
    how = None if left is right else spec.assignment
    return Probable(weighed, assign(weighed.found.pairs, weighed.log_odds, least, spec.thresholds, how))
