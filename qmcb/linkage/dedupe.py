"""One file against itself: which of its records are one person."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

import numpy as np
import pyarrow as pa

from qmcb.linkage import certain, doubts, keys, side
from qmcb.linkage.certain import Pairs
from qmcb.linkage.keys import Keys, Places
from qmcb.linkage.links import CERTAIN, Links, PassReport, judged
from qmcb.linkage.records import Records, Source, opened, sorted_by_id
from qmcb.linkage.side import Side
from qmcb.linkage.spec import CERTAIN_PASS, Spec, load


def deduplicate(
    records: Records, spec: Spec | None = None, *, weights: Mapping[str, Any] | None = None
) -> Links:
    """The pairs of records of one table or file (Parquet, CSV) that are one person, as `link` gives them.

    Records with one valid number and agreeing names are linked to the first of them, so that a
    thousand copies make a thousand links and not half a million; only that first one is held against
    the rest. A person is what links hold together.
    """
    asked = spec or load()
    doubts.check(asked, side.fields(asked))
    source = opened(records, asked)
    known = side.identified(source, asked)
    if not side.rising(known.ids):
        source = sorted_by_id(source, known.ids, asked)
        known = side.identified(source, asked)
    sure, apart, skipped = _certain(known, source, asked)
    rest = np.setdiff1d(np.arange(len(known)), sure[1])
    some = certain.sample(sure, known, asked)
    one, first, copy = side.detailed(source, known, (rest, sure[0][some], sure[1][some]), asked)
    place = np.full(len(known), -1)
    place[rest] = np.arange(len(rest))
    shared = (place[apart[0]], place[apart[1]])
    found = import_module("qmcb.linkage.probable").weigh_and_assign(one, one, shared, asked, weights)
    none = np.zeros(len(sure[0]), np.int32)
    ids = certain.named(sure, (known, known))
    links = pa.concat_tables([judged(*ids, np.ones(len(none)), none, pa.array([CERTAIN]), none), found.links])
    return Links(
        links.unify_dictionaries().sort_by([("left_id", "ascending"), ("right_id", "ascending")]),
        found.conflicts(*certain.named(apart, (known, known))),
        (
            PassReport(CERTAIN_PASS, len(sure[0]) + len(apart[0]), len(sure[0]), *skipped),
            *found.weighed.found.reports,
        ),
        found.weighed,
        certain.found_besides(first, copy, len(sure[0]), asked),
        (known.ids,),
        asked,
    )


def _certain(known: Side, source: Source, spec: Spec) -> tuple[Pairs, Pairs, tuple[int, int]]:
    """Links of equal numbers and agreeing names, to the first record; conflicts; what was left out."""
    nobody = np.zeros(0, np.int64)
    if "number" not in spec.certain:
        return (nobody, nobody), (nobody, nobody), (0, 0)
    number, name = (cast(Keys, known.facets[spec.certain[role]]) for role in ("number", "name"))
    first, copy = _copies(keys.together(number, name))
    others = np.setdiff1d(np.flatnonzero(number), copy)
    here, there, skipped = keys.join(number[others], number[others], certain.LARGEST_BLOCK)
    once = here < there
    pairs = others[here[once]], others[there[once]]
    agree = certain.agreeing(pairs, (known, known), (source, source), spec)
    sure = np.append(first, pairs[0][agree]), np.append(copy, pairs[1][agree])
    free = ~(np.isin(pairs[0], sure[1]) | np.isin(pairs[1], sure[1])) & ~agree
    return sure, (pairs[0][free], pairs[1][free]), skipped


def _copies(same: Keys) -> tuple[Places, Places]:
    """Every record with a key that has stood before, beside the first that has it."""
    order, starts = keys.grouped(same)
    sizes = np.diff(np.append(starts, len(order)))
    first = np.repeat(order[starts], sizes)
    copies = (order != first) & (same[order] != keys.NONE)
    return first[copies], order[copies]
