"""The certain stage: an equal, valid number and an agreeing name are one person."""

from concurrent.futures import ThreadPoolExecutor
from typing import cast

import numpy as np
import pyarrow as pa

from qmcb.identity import name, text
from qmcb.linkage import keys, side
from qmcb.linkage.keys import Joined, Keys, Pairs, Places
from qmcb.linkage.links import Sample
from qmcb.linkage.side import Side
from qmcb.linkage.spec import Spec

LARGEST_BLOCK = 200_000
_SAMPLE = 20_000


def equal_numbers(left: Side, right: Side, spec: Spec) -> Joined:
    """Places of records with the same valid number.

    A number that would make more than `LARGEST_BLOCK` pairs is left out. None where the spec knows no
    certain number.
    """
    if "number" not in spec.certain:
        nobody = np.zeros(0, np.int64)
        return Joined((nobody, nobody), 0, (0, 0))
    here, there = (cast(Keys, one.facets[spec.certain["number"]]) for one in (left, right))
    return keys.join(here, there, LARGEST_BLOCK)


def names(pairs: Pairs, sides: tuple[Side, Side], spec: Spec) -> tuple[text.Mask, text.Mask]:
    """Which of the pairs with equal numbers have equal names, and which have names that are only alike.

    The names of the others do not agree (`identity.name.agree`): these are number conflicts.
    """
    field = spec.certain.get("name")
    if not field:
        return np.ones(len(pairs[0]), np.bool_), np.zeros(len(pairs[0]), np.bool_)
    known, known_there = (cast(Keys, one.facets[field]) for one in sides)

    def equal(here: Places, there: Places) -> text.Mask:
        name = known[here]
        same: text.Mask = (name == known_there[there]) & (name != keys.NONE)
        return same

    with ThreadPoolExecutor(2) as pool:
        agree = np.concatenate(list(pool.map(equal, *(np.array_split(places, 2) for places in pairs))))
    apart = np.flatnonzero(~agree)
    rows = [places[apart] for places in pairs]
    plain = (
        cast(pa.StringArray, one.facets[f"{field}.text"]).take(pa.array(places))
        for one, places in zip(sides, rows, strict=True)
    )
    alike = np.zeros(len(agree), np.bool_)
    alike[apart] = text.mask(name.agree(*plain))
    return agree, alike


def one_generation(pairs: Pairs, sides: tuple[Side, Side], spec: Spec) -> text.Mask:
    """Whether nothing speaks against records with alike names: births sent in different years."""
    if "birth" not in spec.certain:
        return np.ones(len(pairs[0]), np.bool_)
    sent = f"{spec.certain['birth']}.sent"
    one, other = (
        cast(Keys, one.facets[sent])[places] // np.uint64(10_000)
        for one, places in zip(sides, pairs, strict=True)
    )
    alike: text.Mask = (one == other) | (one == keys.NONE) | (other == keys.NONE)
    return alike


def unrivalled(joined: Joined, which: text.Mask, *, left_only: bool = False) -> Places:
    """Rows of those `which` pairs of equal numbers whose records are in no other of them, rising.

    With `left_only` the right record may be in others.
    """
    rows = np.flatnonzero(which)
    single, several = np.split(rows, [np.searchsorted(rows, joined.single)])
    alone = np.ones(len(several), np.bool_)
    for places in joined.pairs[:1] if left_only else joined.pairs:
        _, record, times = np.unique(places[several], return_inverse=True, return_counts=True)
        alone &= times[record] == 1
    return np.append(single, several[alone])


def named(pairs: Pairs, sides: tuple[Side, Side]) -> tuple[pa.Array, pa.Array]:
    """The record ids of pairs."""
    left, right = (one.ids.take(pa.array(places)) for one, places in zip(sides, pairs, strict=True))
    return left, right


def sample(pairs: Pairs, left: Side, spec: Spec) -> Places:
    """The rows of some of the certain links, drawn by their numbers, in their order."""
    if len(pairs[0]) <= _SAMPLE:
        return np.arange(len(pairs[0]))
    number = keys.mixed(cast(Keys, left.facets[spec.certain["number"]])[pairs[0]])
    return np.sort(keys.least(number, _SAMPLE))


def found_besides(some: Pairs, sides: tuple[Side, Side], certain_links: int, spec: Spec) -> Sample:
    """Which passes would have found some of the certain links."""
    left, right = (side.detailed(one, places, spec) for one, places in zip(sides, some, strict=True))
    found = np.ones(len(left), np.uint32)
    for at, told in enumerate(spec.passes.values(), start=1):
        same = np.ones(len(left), np.bool_)
        for facet in told.same:
            one, other = (cast(Keys, known.facets[facet]) for known in (left, right))
            same &= (one == other) & (one != keys.NONE)
        found[same] |= np.uint32(1 << at)
    return Sample(found, certain_links / max(len(left), 1))
