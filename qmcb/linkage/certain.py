"""The certain stage: an equal, valid number and an agreeing name are one person."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.identity import name as names
from qmcb.identity import text
from qmcb.linkage import keys
from qmcb.linkage.keys import Places

Pairs = tuple[Places, Places]


def equal_numbers(left: pa.Table, right: pa.Table, largest: int) -> tuple[Pairs, tuple[int, int]]:
    """Positions of records with the same valid number, and the numbers and pairs left out.

    A number that would make more than `largest` pairs is left out.
    """
    here, there, skipped = keys.join(
        keys.of_numbers(left["number"]), keys.of_numbers(right["number"]), largest
    )
    return (here, there), skipped


def decide(pairs: Pairs, left: pa.Table, right: pa.Table) -> tuple[Pairs, Pairs]:
    """Links and number conflicts among records with equal numbers.

    A conflict has a valid number in common and names that do not agree (`identity.name.agree`), or
    that are only alike with births in different years.
    """
    here, there = pairs
    name, other_name = keys.of_text(left["plain"])[here], keys.of_text(right["plain"])[there]
    agree = (name == other_name) & (name != keys.NONE)
    apart = np.flatnonzero(~agree)
    one, other = left.take(pa.array(here[apart])), right.take(pa.array(there[apart]))
    alike = text.mask(names.agree(one["plain"], other["plain"]).fill_null(False))
    agree[apart] = alike & ~_born_apart(one, other)
    return (here[agree], there[agree]), (here[~agree], there[~agree])


def _born_apart(one: pa.Table, other: pa.Table) -> text.Mask:
    """Whether the birth dates that stand beside the numbers have different years."""
    years = (
        pc.utf8_slice_codeunits(text.strings(side["birth_date"].cast(pa.string())), 0, 4)
        for side in (one, other)
    )
    return text.mask(pc.not_equal(*years))
