"""What is never accepted by weight, since whoever is taken for another loses an entitlement."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qmcb.errors import InputError
from qmcb.identity.text import Mask
from qmcb.linkage.fields.base import Field
from qmcb.linkage.fields.base import Levels as Distinct
from qmcb.linkage.spec import Levels, Spec

if TYPE_CHECKING:
    from qmcb.linkage.remainder import Weighed

_NEVER = 2.0


def needed(spec: Spec, weighed: "Weighed") -> npt.NDArray[np.float64]:
    """The probability from which each pair is accepted at all, by the spec's doubts; above 1 means never."""
    found: npt.NDArray[np.float64] = _least(spec, weighed.comparison.fields, weighed.patterns.distinct)[
        weighed.patterns.which
    ]
    return found


def check(spec: Spec, fields: Sequence[Field]) -> None:
    """Raises `InputError` where a doubt names a field or a level that there is not; asked before any work."""
    _least(spec, fields, np.zeros((0, len(fields)), np.int8))


def _least(spec: Spec, fields: Sequence[Field], distinct: Distinct) -> npt.NDArray[np.float64]:
    """The probability from which each pattern of levels is accepted."""
    least = np.zeros(len(distinct))
    for doubt in spec.doubts:
        raised = _fits(doubt.when, fields, distinct)
        for exception in doubt.unless:
            raised &= ~_fits(exception, fields, distinct)
        least[raised] = np.maximum(least[raised], doubt.below if doubt.below < 1 else _NEVER)
    return least


def _fits(levels: Levels, fields: Sequence[Field], distinct: Distinct) -> Mask:
    """Which patterns have one of the levels named in every field named."""
    places = {one.name: (at, one.kinds) for at, one in enumerate(fields)}
    fits = np.ones(len(distinct), np.bool_)
    for field, names in levels.items():
        if field not in places:
            known_fields = ", ".join(places)
            raise InputError(f"a doubt about a field among {known_fields}", field, "correct the linkage spec")
        at, kinds = places[field]
        known = {level.name.lower(): level.value for level in kinds}
        if strange := [name for name in ([names] if isinstance(names, str) else names) if name not in known]:
            raise InputError(
                f"levels of {field} among {', '.join(known)}", strange[0], "correct the linkage spec"
            )
        if isinstance(names, str):
            raise InputError(
                f"a list of levels of {field}, such as [{names}]", names, "correct the linkage spec"
            )
        fits &= np.isin(distinct[:, at], [known[name] for name in names])
    return fits
