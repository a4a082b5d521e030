"""Words in any language: names of people and places, addresses."""

from enum import IntEnum
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from qmcb.identity import text
from qmcb.linkage import keys
from qmcb.linkage.fields.base import Facet, Facets, Field, same_or_not, some
from qmcb.linkage.keys import Keys

_LIKE, _CLOSE = 0.80, 0.92


class Words(IntEnum):
    """By Jaro–Winkler similarity of characters: `LIKE` from 0.80, `CLOSE` from 0.92."""

    MISSING, OTHER, LIKE, CLOSE, EQUAL = range(5)


class WordsField(Field):
    """Words in small letters, stops and double blanks taken for one blank. Key: the whole."""

    kinds = Words
    equal = Words.EQUAL
    telling_when_rare = True

    def sent(self, values: text.Strings) -> Facets:
        folded = pc.utf8_lower(pc.utf8_normalize(text.strings(values), "NFKC"))
        folded = pc.utf8_trim_whitespace(pc.replace_substring_regex(folded, r"[\s\pP]+", " "))
        return {self.name: keys.of_text(folded), self.part("text"): folded}

    @property
    def compared(self) -> tuple[str, ...]:
        return self.name, self.part("text")

    def levels(self, *values: Facet) -> npt.NDArray[np.integer]:
        one, a, other, b = values
        found = same_or_not(cast(Keys, one), cast(Keys, other), Words.EQUAL)
        rest = np.flatnonzero(found == Words.OTHER)
        alike = process.cpdist(
            some(rest, a), some(rest, b), scorer=JaroWinkler.similarity, score_cutoff=_LIKE, dtype=np.float32
        )
        found[rest[alike >= _LIKE]] = Words.LIKE
        found[rest[alike >= _CLOSE]] = Words.CLOSE
        return found
