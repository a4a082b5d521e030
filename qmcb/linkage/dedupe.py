"""One file against itself: which of its records are one person."""

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, cast

import numpy as np
import pyarrow.compute as pc

from qmcb.linkage import certain, doubts, keys, side
from qmcb.linkage.keys import Keys, Pairs, Places
from qmcb.linkage.links import Links, PassReport, ordered, table
from qmcb.linkage.records import Records, opened
from qmcb.linkage.side import Rest, Side
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
    known = side.read(source, asked)
    known = side.completed(source, known, np.arange(len(known)), asked)
    if not side.rising(known.ids):
        known = known.take(pc.sort_indices(known.ids).to_numpy())
    sure, apart, skipped = _certain(known, asked)
    rest = Rest(known, np.setdiff1d(np.arange(len(known)), sure[1]))
    one = side.detailed(known, rest.places, asked)
    shared = (np.searchsorted(rest.places, apart[0]), np.searchsorted(rest.places, apart[1]))
    probable = import_module("qmcb.linkage.probable")
    begun = probable.begin((rest, rest), asked)
    found = probable.weigh_and_assign((one, one), (rest, rest), shared, begun, asked, weights)
    some = certain.sample(sure, known, asked)
    here, there = found.verdicts.pairs
    verdicts = replace(found.verdicts, pairs=(rest.places[here], rest.places[there]))
    both = known.ids, known.ids
    return Links(
        table(both, ordered(sure, both), verdicts),
        found.conflicts(*certain.named(apart, (known, known))),
        (
            PassReport(CERTAIN_PASS, len(sure[0]) + len(apart[0]), len(sure[0]), *skipped),
            *found.weighed.found.reports,
        ),
        found.weighed,
        certain.found_besides((sure[0][some], sure[1][some]), (known, known), len(sure[0]), asked),
        (known.ids,),
        asked,
    )


def _certain(known: Side, spec: Spec) -> tuple[Pairs, Pairs, tuple[int, int]]:
    """Links of equal numbers and agreeing names, to the first record; conflicts; what was left out."""
    nobody = np.zeros(0, np.int64)
    if "number" not in spec.certain:
        return (nobody, nobody), (nobody, nobody), (0, 0)
    number, name = (cast(Keys, known.facets[spec.certain[role]]) for role in ("number", "name"))
    first, copy = _copies(keys.together(number, name))
    others = np.setdiff1d(np.flatnonzero(number), copy)
    joined = keys.join(number[others], number[others], certain.LARGEST_BLOCK)
    here, there = joined.pairs
    once = here < there
    pairs = others[here[once]], others[there[once]]
    agree, alike = certain.names(pairs, (known, known), spec)
    agree[alike] = certain.one_generation((pairs[0][alike], pairs[1][alike]), (known, known), spec)
    sure = np.append(first, pairs[0][agree]), np.append(copy, pairs[1][agree])
    free = ~(np.isin(pairs[0], sure[1]) | np.isin(pairs[1], sure[1])) & ~agree
    return sure, (pairs[0][free], pairs[1][free]), joined.skipped


def _copies(same: Keys) -> tuple[Places, Places]:
    """Every record with a key that has stood before, beside the first that has it."""
    order, starts = keys.grouped(same)
    sizes = np.diff(np.append(starts, len(order)))
    first = np.repeat(order[starts], sizes)
    copies = (order != first) & (same[order] != keys.NONE)
    return first[copies], order[copies]
