"""Linking two sets of records: certain first, then the remainder by weight of evidence."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa

from qmcb.linkage import certain, doubts, side
from qmcb.linkage.certain import Pairs
from qmcb.linkage.keys import Places
from qmcb.linkage.links import CERTAIN, Links, PassReport, judged
from qmcb.linkage.records import Records, Source, opened
from qmcb.linkage.side import Side
from qmcb.linkage.spec import CERTAIN_PASS, Spec, load


def link(
    left: Records, right: Records, spec: Spec | None = None, *, weights: Mapping[str, Any] | None = None
) -> Links:
    """Link the records of `left` to those of `right`, tables or files (Parquet, CSV).

    Both have the record id and the columns of the spec (params/linkage/people.yaml where none is
    given), any of which may be absent. With `one_to_one` each record is linked once at most, with
    `many_to_one` each left one. `weights` are those of an earlier run (`Weights.to_dict`), used
    instead of training.
    """
    asked = spec or load()
    doubts.check(asked, side.fields(asked))
    with ThreadPoolExecutor(3) as pool:
        # Importing recordlinkage takes as long as reading and the certain stage, which need none of it.
        probable = pool.submit(import_module, "qmcb.linkage.probable")
        one, other = pool.map(lambda records: _opened(records, asked), (left, right))
        return _linked(one, other, asked, weights, pool, probable)


def _opened(given: Records, spec: Spec) -> tuple[Source, Side]:
    source = opened(given, spec)
    return source, side.identified(source, spec)


def _linked(
    left: tuple[Source, Side],
    right: tuple[Source, Side],
    spec: Spec,
    weights: Mapping[str, Any] | None,
    pool: ThreadPoolExecutor,
    probable: Future[ModuleType],
) -> Links:
    sources, sides, one_to_one = (left[0], right[0]), (left[1], right[1]), spec.assignment == "one_to_one"
    pairs, skipped = certain.equal_numbers(*sides, spec)
    agree = certain.agreeing(pairs, sides, sources, spec)
    sure, apart = (_at(pairs, np.flatnonzero(which)) for which in (agree, ~agree))
    sizes = (len(sides[0]), len(sides[1]))
    sure = _at(sure, np.flatnonzero(certain.unrivalled(sure, sizes, left_only=not one_to_one)))
    taken = (sure[0], sure[1] if one_to_one else sure[1][:0])
    places = [side.ordered(one, _others(len(one), used)) for one, used in zip(sides, taken, strict=True)]
    some = _at(sure, certain.sample(sure, sides[0], spec))
    wanted = list(zip(places, some, strict=True))
    (one, sample), (other, other_sample) = pool.map(
        lambda source, known, several: side.detailed(source, known, several, spec), sources, sides, wanted
    )
    for known in sides:
        known.facets.clear()  # a large file's take room, and only its ids are needed from here on
    shared = _within(pairs, places, sizes)
    found = probable.result().weigh_and_assign(one, other, shared, spec, weights)
    certainly = _certain(sides, sure)
    lefts = np.append(sure[0], places[0][found.lefts])
    report = PassReport(CERTAIN_PASS, len(pairs[0]), len(sure[0]), *skipped)
    return Links(
        _by_left_id(pa.concat_tables([certainly, found.links]).unify_dictionaries(), lefts, sides[0].ids),
        found.conflicts(*certain.named(apart, sides)),
        (report, *found.weighed.found.reports),
        found.weighed,
        certain.found_besides(sample, other_sample, len(sure[0]), spec),
        (sides[0].ids, sides[1].ids),
        spec,
    )


def _at(pairs: Pairs, rows: Places) -> Pairs:
    return pairs[0][rows], pairs[1][rows]


def _others(count: int, taken: Places) -> Places:
    free = np.ones(count, np.bool_)
    free[taken] = False
    return np.flatnonzero(free)


def _within(pairs: Pairs, places: Sequence[Places], sizes: Sequence[int]) -> Pairs:
    """The pairs both of whose records are left over, by their places among those."""
    found = []
    for side_of_pairs, kept, size in zip(pairs, places, sizes, strict=True):
        place = np.full(size, -1)
        place[kept] = np.arange(len(kept))
        found.append(place[side_of_pairs])
    both = (found[0] >= 0) & (found[1] >= 0)
    return found[0][both], found[1][both]


def _certain(sides: tuple[Side, Side], sure: Pairs) -> pa.Table:
    none = np.zeros(len(sure[0]), np.int32)
    return judged(*certain.named(sure, sides), np.ones(len(none)), none, pa.array([CERTAIN]), none)


def _by_left_id(links: pa.Table, lefts: Places, ids: pa.Array) -> pa.Table:
    """The links in the order of left ids; `lefts` are the places of their left records in the file."""
    if not side.rising(ids):
        return links.sort_by("left_id")
    return links.take(pa.array(np.argsort(lefts, kind="stable")))
