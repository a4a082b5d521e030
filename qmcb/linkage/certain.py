"""The certain stage: an equal, valid number and an agreeing name are one person."""

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.identity import name as names


def equal_numbers(left: ir.Table, right: ir.Table) -> ir.Table:
    """Pairs with the same valid number: left_id, right_id, same (the name too), both names, born_apart.

    Both tables have `id`, `number`, `plain` and `birth`; `born_apart` is true where the birth dates
    that stand beside the number have different years.
    """
    return left.join(right, left.number == right.number).select(
        left_id=left.id,
        right_id=right.id,
        same=(left.plain == right.plain).fill_null(False),
        left_name=left.plain,
        right_name=right.plain,
        born_apart=(left.birth.left(4) != right.birth.left(4)).fill_null(False),
    )


def decide(pairs: ir.Table) -> tuple[pa.Table, pa.Table]:
    """Links and number conflicts among pairs with equal numbers, each with left_id and right_id.

    A conflict has a valid number in common and names that do not agree (`identity.name.agree`), or
    that are only alike with births in different years.
    """
    same = pairs.filter(pairs.same).select("left_id", "right_id").to_pyarrow()
    doubtful = pairs.filter(~pairs.same).to_pyarrow()
    agree = names.agree(doubtful["left_name"], doubtful["right_name"]).fill_null(False)
    agree = pc.and_not(agree, doubtful["born_apart"].combine_chunks())
    ids = doubtful.select(["left_id", "right_id"])
    return pa.concat_tables([same, ids.filter(agree)]), ids.filter(pc.invert(agree))
