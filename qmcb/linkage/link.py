"""Linking two sets of records: certain first, then the remainder by weight of evidence."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from qmcb.linkage import certain, doubts, side
from qmcb.linkage.assign import SOLVER
from qmcb.linkage.contenders import contenders
from qmcb.linkage.keys import Pairs, Places
from qmcb.linkage.links import Links, PassReport, ordered, table
from qmcb.linkage.records import Records, Source, opened
from qmcb.linkage.side import Rest, Side
from qmcb.linkage.spec import CERTAIN_PASS, Spec, load

T = TypeVar("T")


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
        one, other = pool.map(lambda records: _read(records, asked), (left, right))
        pool.submit(import_module, SOLVER)  # while the certain stage leaves a processor idle
        return _linked((one[0], other[0]), (one[1], other[1]), asked, weights, pool, probable)


def _read(given: Records, spec: Spec) -> tuple[Source, Side]:
    source = opened(given, spec)
    return source, side.read(source, spec)


def _linked(
    sources: tuple[Source, Source],
    sides: tuple[Side, Side],
    spec: Spec,
    weights: Mapping[str, Any] | None,
    pool: ThreadPoolExecutor,
    probable: Future[ModuleType],
) -> Links:
    ids, sizes = (sides[0].ids, sides[1].ids), (len(sides[0]), len(sides[1]))
    left_only = spec.assignment != "one_to_one"
    joined = certain.equal_numbers(*sides, spec)
    pairs = joined.pairs

    def left_over(linked: Places) -> Pairs:
        """Of the right side all where these may be linked again."""
        return _each(_left_over, sizes, pairs, (linked, linked[:0] if left_only else linked), pool=pool)

    agree, alike = certain.names(pairs, sides, spec)
    lone = certain.unrivalled(joined, agree | alike, left_only=left_only)
    some = lone[certain.sample(_at(pairs, lone), sides[0], spec)]
    # Of most records nothing more need be known: the certain stage has settled them.
    open_ones = left_over(lone[agree[lone]])
    rows = _each(_united, sizes, open_ones, _at(pairs, some), pool=pool)
    known = _each(
        lambda source, one, rows: side.completed(source, one, rows, spec), sources, sides, rows, pool=pool
    )
    for one in sides:
        one.facets.clear()  # a large file's take room, and only its ids are needed from here on
    agree[alike] = certain.one_generation(_among(_at(pairs, np.flatnonzero(alike)), rows), known, spec)
    linked = certain.unrivalled(joined, agree, left_only=left_only)
    sure, apart = _at(pairs, linked), _at(pairs, np.flatnonzero(~agree))
    certainly = pool.submit(ordered, sure, ids)
    free = left_over(linked)
    rest = _each(
        lambda one, rows, free: Rest(one, np.flatnonzero(np.isin(rows, free, kind="table"))),
        known,
        rows,
        free,
        pool=pool,
    )
    begun = pool.submit(lambda: probable.result().begin(rest, spec))
    shared = _among(_both_in(pairs, free, sizes), rows)
    worth = _each(
        lambda one, found, also: side.ordered(one, _united(len(one), found, also)),
        known, contenders(rest, spec, pool), shared,
    )  # fmt: skip
    detailed = _each(lambda one, places: side.detailed(one, places, spec), known, worth, pool=pool)
    found = probable.result().weigh_and_assign(
        detailed, rest, _among(shared, worth), begun.result(), spec, weights
    )
    verdicts = found.verdicts
    here, there = _each(lambda rows, worth, at: rows[worth[at]], rows, worth, verdicts.pairs)
    sample = _among(_at(pairs, some[np.isin(some, linked, kind="table")]), rows)
    return Links(
        table(ids, certainly.result(), replace(verdicts, pairs=(here, there))),
        found.conflicts(*certain.named(apart, sides)),
        (
            PassReport(CERTAIN_PASS, len(pairs[0]), len(sure[0]), *joined.skipped),
            *found.weighed.found.reports,
        ),
        found.weighed,
        certain.found_besides(sample, known, len(sure[0]), spec),
        ids,
        spec,
    )


def _each(do: Callable[..., T], *sides: Sequence[Any], pool: Executor | None = None) -> tuple[T, T]:
    """The same for the left side and the right one, at once where there is a pool."""
    left, right = (pool.map if pool else map)(do, *sides)
    return left, right


def _left_over(size: int, places: Places, linked: Places) -> Places:
    """The records of a side that are in no linked pair."""
    free = np.ones(size, np.bool_)
    free[places[linked]] = False
    return np.flatnonzero(free)


def _at(pairs: Pairs, rows: Places) -> Pairs:
    return pairs[0][rows], pairs[1][rows]


def _united(count: int, *several: Places) -> Places:
    """All places of several lists, each once, rising."""
    found = np.zeros(count, np.bool_)
    for places in several:
        found[places] = True
    return np.flatnonzero(found)


def _both_in(pairs: Pairs, places: Sequence[Places], sizes: Sequence[int]) -> Pairs:
    """The pairs both of whose records are among some."""
    inside = [np.zeros(size, np.bool_) for size in sizes]
    for one, chosen in zip(inside, places, strict=True):
        one[chosen] = True
    return _at(pairs, np.flatnonzero(inside[0][pairs[0]] & inside[1][pairs[1]]))


def _among(pairs: Pairs, places: Sequence[Places]) -> Pairs:
    """The same pairs by where their records stand among some, in which all of them are."""
    found = []
    for records, chosen in zip(pairs, places, strict=True):
        where = np.zeros(int(chosen.max(initial=-1)) + 1, np.int64)
        where[chosen] = np.arange(len(chosen))
        found.append(where[records])
    return found[0], found[1]
