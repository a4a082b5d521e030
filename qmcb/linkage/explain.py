"""Why two records were or were not linked: the evidence field by field, masked."""

from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from qmcb import codes
from qmcb.errors import InputError
from qmcb.identity import name as names
from qmcb.linkage.keys import Keys
from qmcb.linkage.links import CERTAIN, Links
from qmcb.linkage.side import Side

_COLUMNS = ["label", "level", "left", "right", "weight"]


def explain(links: Links, left_id: object, right_id: object) -> pd.DataFrame:
    """The evidence for a pair of records, as rows of a waterfall.

    Columns: label (the prior first, then the fields, rarity and last the total), level (Chinese), left
    and right (masked values), weight (bits, log2; positive where it speaks for one person). Of a certain
    link one row: its number and name agree. Raises `InputError` where the two were never compared.
    """
    weighed = links.weighed
    sides = (weighed.left, weighed.right)
    place = [_place(side, wanted) for side, wanted in zip(sides, (left_id, right_id), strict=True)]
    row = _row(links, *place)
    if row is None:
        return _certain(links, left_id, right_id)
    pattern = weighed.patterns.distinct[weighed.patterns.which[row]]
    rows: list[tuple[str, str, str, str, float]] = [("起点", "任意两条记录", "", "", weighed.weights.prior)]
    for at, one in enumerate(weighed.comparison.fields):
        told = links.spec.fields[one.name]
        level = codes.LEVEL[one.kinds(int(pattern[at])).name.lower()]
        left, right = (
            _masked(side, one.name, told.kind, where) for side, where in zip(sides, place, strict=True)
        )
        rows.append((told.label, level, left, right, float(weighed.weights.of(at)[pattern[at]])))
    rows.append(("罕见程度", "相同的值越少见越有力", "", "", float(weighed.rarity[row])))
    rows.append(("合计", "", "", "", float(weighed.log_odds[row])))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _place(side: Side, wanted: object) -> int:
    """Where a record stands in the remainder; -1 where it does not."""
    try:
        return int(pc.index(side.ids, pa.scalar(wanted, side.ids.type)).as_py())
    except (pa.ArrowException, TypeError, ValueError):
        return -1


def _row(links: Links, here: int, there: int) -> int | None:
    """The row of a pair among the candidates, whichever way round where they are of one file."""
    pairs = links.weighed.found.pairs
    orders = [(here, there), (there, here)] if links.weighed.left is links.weighed.right else [(here, there)]
    for one, other in orders:
        found = np.flatnonzero((pairs[0] == one) & (pairs[1] == other))
        if found.size:
            return int(found[0])
    return None


def _certain(links: Links, left_id: object, right_id: object) -> pd.DataFrame:
    told = links.links
    same = pc.and_(pc.equal(told["left_id"], left_id), pc.equal(told["right_id"], right_id))
    certain = pc.and_(same, pc.equal(told["basis"].cast(pa.string()), CERTAIN))
    if not pc.any(certain).as_py():
        raise InputError(
            "two records that were compared with each other",
            "a pair that no pass found",
            "choose a row of the links",
        )
    return pd.DataFrame([("号码与姓名", "号码有效且一致，姓名相符", "", "", np.inf)], columns=_COLUMNS)


def _masked(side: Side, field: str, kind: str, place: int) -> str:
    """What may be shown of a value: a surname, a year, a province; of all else only that it is there."""
    value = int(cast(Keys, side.facets[field])[place])
    match kind:
        case "chinese_name":
            name = cast(pa.StringArray, side.facets[f"{field}.text"]).slice(place, 1)
            return names.mask(name)[0].as_py() or ""
        case "resident_number":
            digits = cast(pa.StringArray, side.facets[f"{field}.text"])[place].as_py()
            return f"{len(digits)}位，校验{'相符' if value else '不符'}" if digits else ""
        case "date":
            return f"{value // 10_000}年" if value else ""
        case "region":
            return codes.PROVINCE.get(f"{value:06}"[:2], "") if value else ""
        case _:
            return "有" if value else ""
