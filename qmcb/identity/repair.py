"""Right resident numbers that one slip of the pen, the keyboard or a spreadsheet explains."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA, Hamming

from qmcb.codes import NUMBER_DAMAGE
from qmcb.identity import number, text

_DIGITS = "0123456789"
_LAST = _DIGITS + "X"


@dataclass(frozen=True)
class Repair:
    """A right number, the damage (NUMBER_DAMAGE) that makes the given one of it, the evidence that agrees."""

    number: str
    damage: str
    agrees: tuple[str, ...]


def _replaced(given: str, width: int) -> Iterator[str]:
    """`given` with 1 - `width` characters put in, or one replaced, at each place in turn."""
    for place in range(18):
        for character in _LAST if place == 17 else _DIGITS:
            yield given[:place] + character + given[place + width :]


def _century(given: str) -> Iterator[str]:
    for century in ("18", "19"):
        for check in _LAST:
            yield given[:6] + century + given[6:] + check


def _undone(given: str) -> Iterator[tuple[str, str]]:
    """(damage, number before it) for each damage that may have made `given`; numbers not yet judged."""
    if len(given) == 18:
        if given.endswith("000"):
            yield from (("spreadsheet", f"{given[:15]}{n:02d}{check}") for n in range(100) for check in _LAST)
        for place in range(17):
            swapped = given[place + 1] + given[place]
            yield "swapped", given[:place] + swapped + given[place + 2 :]
        yield from (("digit", before) for before in _replaced(given, 1))
    elif len(given) == 17:
        yield from (("lost", before) for before in _replaced(given, 0))
    elif len(given) == 19:
        doubles = (place for place in range(18) if given[place] == given[place + 1])
        yield from (("doubled", given[:place] + given[place + 1 :]) for place in doubles)
    elif len(given) == 15:
        yield from (("century", before) for before in _century(given))


def damages(given: pa.StringArray, right: pa.StringArray) -> pa.StringArray:
    """Which damage (NUMBER_DAMAGE) makes each given number of the right one beside it; null for none.

    The same damages as `repairs` undoes, told for pairs all at once; null too where either is null.
    """
    tidied = text.tidy(given).codes
    known = text.mask(pc.and_(tidied.is_valid(), right.is_valid()))
    a, b = tidied.fill_null(""), right.fill_null("")
    apart = process.cpdist(a.to_pylist(), b.to_pylist(), scorer=OSA.distance, score_cutoff=1, dtype=np.int8)
    edited = known & (apart == 1) & text.mask(pc.equal(pc.binary_length(b), 18))
    length = pc.binary_length(a).to_numpy()
    eaten = pc.binary_join_element_wise(pc.utf8_slice_codeunits(b, 0, 15), "000", "")
    short = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(b, 0, 6), pc.utf8_slice_codeunits(b, 8, 17), ""
    )
    kinds = {
        "spreadsheet": known & text.mask(pc.and_(pc.equal(a, eaten), pc.not_equal(a, b))),
        "swapped": edited & (length == 18) & (_differing(a, b) == 2),
        "digit": edited & (length == 18),
        "doubled": edited & (length == 19),
        "lost": edited & (length == 17),
        "century": known & text.mask(pc.equal(a, short)),
    }
    told = np.select(list(kinds.values()), list(kinds), "")
    return pc.if_else(pa.array(told != ""), pa.array(told.astype(object), pa.string()), None)


def _differing(a: pa.StringArray, b: pa.StringArray) -> NDArray[np.int8]:
    """In how many places texts differ; what stands behind the shorter one counts."""
    return process.cpdist(a.to_pylist(), b.to_pylist(), scorer=Hamming.distance, dtype=np.int8)


def repairs(
    given: str, *, born: date | None = None, sex: str | None = None, region: str | None = None
) -> list[Repair]:
    """Every right number that one damage explains, best first; none where nothing needs repair.

    `born`, `sex` (GB/T 2261.1) and `region` (six digits) are what other columns say of the person.
    Numbers with which more of it agrees come first, then the likelier damage (the order of
    NUMBER_DAMAGE), then the smaller number. At most some 130 of them: what a spreadsheet ate leaves a
    hundred numbers open, fifty where the sex is known to agree.
    """
    tidied = text.tidy(pa.array([given], pa.string())).codes
    if number.clean(tidied)["number"][0].is_valid:
        return []
    before: dict[str, str] = {}
    for damage, candidate in _undone(tidied[0].as_py()):
        before.setdefault(candidate, damage)
    right = number.clean(pa.array(before.keys(), pa.string()))
    known = {"birth": born and f"{born:%Y%m%d}", "sex": sex, "region": region}
    found = []
    for candidate, problem in zip(before, right["problem"].to_pylist(), strict=True):
        if problem == "ok":
            says = {"birth": candidate[6:14], "sex": "21"[int(candidate[16]) % 2], "region": candidate[:6]}
            agrees = tuple(evidence for evidence, value in says.items() if value == known[evidence])
            found.append(Repair(candidate, before[candidate], agrees))
    rank = {damage: place for place, damage in enumerate(NUMBER_DAMAGE)}
    return sorted(found, key=lambda repair: (-len(repair.agrees), rank[repair.damage], repair.number))
