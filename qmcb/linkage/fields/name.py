"""Chinese names: by character, sound, glyph and part, never by byte."""

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import OSA

from qmcb.identity import glyph, text
from qmcb.identity import name as names
from qmcb.linkage import keys
from qmcb.linkage.fields.base import Facet, Facets, Field, Makers, one_begins_other, some
from qmcb.linkage.keys import Places


class Name(IntEnum):
    """`ONE_CHARACTER` holds for names of three characters or more; `PART` for one that was cut off.

    `LOOK_ALIKE`: one character differs and looks like the other (`identity.glyph`).
    """

    MISSING, OTHER, FAMILY_NAME, ONE_CHARACTER, PART, LOOK_ALIKE, SOUND, EQUAL = range(8)


class NameField(Field):
    """Names without separators. Keys: the whole, `sound` (toneless pinyin), `first` and `last` character."""

    kinds = Name
    equal = Name.EQUAL
    telling_when_rare = True

    def sent(self, values: text.Strings) -> Facets:
        plain = names.separator_free(values)
        return {self.name: keys.of_text(plain), self.part("text"): plain}

    def keys(self, known: Mapping[str, Facet]) -> Makers:
        def plain() -> pa.StringArray:
            return cast(pa.StringArray, known[self.part("text")])

        ends = cache(lambda: names.ends(plain()))
        return {
            self.part("sound"): lambda: names.sound_keys(plain()),
            self.part("first"): lambda: ends()[0].astype(np.uint64),
            self.part("last"): lambda: ends()[1].astype(np.uint64),
        }

    @property
    def compared(self) -> tuple[str, ...]:
        return self.name, self.part("sound"), self.part("first"), self.part("text")

    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        name, sound, first, plain, other_name, other_sound, other_first, other_plain = values
        found = np.select(
            [(name == 0) | (other_name == 0), name == other_name, sound == other_sound, first == other_first],
            [Name.MISSING, Name.EQUAL, Name.SOUND, Name.FAMILY_NAME],
            Name.OTHER,
        )
        rest = np.flatnonzero((found == Name.OTHER) | (found == Name.FAMILY_NAME))
        a, b = (side.take(pa.array(rest)) for side in (plain, other_plain))
        length, other_length = (pc.utf8_length(side).to_numpy() for side in (a, b))
        shorter, longer = np.minimum(length, other_length), np.maximum(length, other_length)
        near = np.flatnonzero((longer > 1) & (longer - shorter < 2))
        one, other = some(near, a), some(near, b)
        edits = process.cpdist(one, other, scorer=OSA.distance, score_cutoff=1, dtype=np.int8) == 1
        found[rest[near[edits & (longer[near] > 2)]]] = Name.ONE_CHARACTER
        replaced = np.flatnonzero(edits & (length[near] == other_length[near]))
        found[rest[near[replaced[_look_alike(one, other, replaced)]]]] = Name.LOOK_ALIKE
        cut = np.flatnonzero((shorter >= 2) & (shorter < longer))
        found[rest[cut[one_begins_other(some(cut, a), some(cut, b))]]] = Name.PART
        return found


def _look_alike(one: list[str], other: list[str], rows: Places) -> text.Mask:
    """Whether names of one length differ in one character, and the two look alike."""
    pairs = [
        [(ord(x), ord(y)) for x, y in zip(one[row], other[row], strict=True) if x != y]
        for row in rows.tolist()
    ]
    first = np.array([differ[0] for differ in pairs], np.uint32).reshape(-1, 2)
    single = np.fromiter((len(differ) == 1 for differ in pairs), np.bool_, len(pairs))
    alike: text.Mask = glyph.alike(first[:, 0], first[:, 1]) & single
    return alike
