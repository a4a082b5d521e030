"""How a name differs from the one that public security has: told by kind, so that it can be put right."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from qmcb.identity import name as names
from qmcb.identity import text, variant
from qmcb.linkage.fields.base import Deferred, Facet
from qmcb.linkage.fields.name import Name, NameField

_FIELD = NameField("name")
_LEVELS = {
    "homophone": Name.SOUND,
    "look_alike": Name.LOOK_ALIKE,
    "cut": Name.PART,
}


def kinds(written: pa.StringArray, registered: pa.StringArray) -> pa.StringArray:
    """The kind (codes.NAME_DIFFERENCE) of each name written against the registered one; neither is null.

    The first that applies: equal; form (only blanks, widths or code points differ); separator; rare (marks or
    Latin letters in place of a character); variant (the same once traditional and variant characters are
    written as standard ones); order (the same characters otherwise); homophone, look_alike and cut as
    `linkage.fields.name` has them; one_character (one is another, or there too much or too little); other.
    """
    a, b = (names.fold(side) for side in (written, registered))
    plain, right = (names.separator_free(side) for side in (written, registered))
    levels = _FIELD.levels(*_facets(written), *_facets(registered))
    alike = text.mask(pc.equal(a, b))
    separated = text.mask(pc.match_substring(a, names.SEPARATOR))
    found = {
        "equal": text.mask(pc.equal(written, registered)),
        "separator": (alike & separated) | (~alike & text.mask(pc.equal(plain, right))),
        "form": alike,
        "absent": ~text.mask(plain.is_valid()),
        "rare": _filled(plain, right),
        "variant": text.mask(pc.equal(variant.standard(plain), variant.standard(right))),
        "order": text.mask(pc.equal(_ordered(plain), _ordered(right))),
        **{kind: levels == level for kind, level in _LEVELS.items()},
        "one_character": _edits(plain, right) == 1,
    }
    return pa.array(np.select(list(found.values()), list(found), "other").astype(object), pa.string())


def _facets(values: pa.StringArray) -> list[Facet]:
    sent = _FIELD.sent(values)
    known = Deferred.of(sent)
    known.add(_FIELD.keys(sent))
    return [known[facet] for facet in _FIELD.compared]


def _filled(plain: pa.StringArray, right: pa.StringArray) -> text.Mask:
    """Whether a name is the right one but for what stands in for one of its characters or more."""
    told = np.zeros(len(plain), np.bool_)
    for at in np.flatnonzero(text.mask(pc.match_substring_regex(plain, names.STAND_INS))).tolist():
        parts = re.split(names.STAND_INS, plain[at].as_py())
        pattern = ".+".join(map(re.escape, parts))
        told[at] = any(parts) and bool(re.fullmatch(pattern, right[at].as_py() or ""))
    return told


def _edits(plain: pa.StringArray, right: pa.StringArray) -> NDArray[np.int8]:
    sides = (side.fill_null("").to_pylist() for side in (plain, right))
    edits: NDArray[np.int8] = process.cpdist(*sides, scorer=OSA.distance, dtype=np.int8)
    return edits


def _ordered(plain: pa.StringArray) -> pa.StringArray:
    """The characters of each name in one order."""
    return pa.array(["".join(sorted(name)) if name else None for name in plain.to_pylist()], pa.string())
