"""重复参保: months in which one person pays or draws twice, and what the rule of those months recommends."""

import ibis.expr.types as ir

from qmcb.enrolment import keep, money, ruled
from qmcb.enrolment.facts import Facts

_SIDES = [f"{name}_{side}" for side in "ab" for name in ("source", "record_id", "insurance", "region")]
_PAIR = ["person", "kind", "scope", *_SIDES, "first_month", "last_month", "months"]


def duplicates(facts: Facts, shared: ir.Table) -> ir.Table:
    """Overlaps that are duplicates, cut at the months in which their rule changed.

    `shared` are the `overlaps.overlaps` of the facts. Columns: person, kind (of codes.DUPLICATE), scope;
    for each side (suffix _a, _b) source, record_id, insurance, region; first_month, last_month, months
    (shared, whole months); what the rule of those months says: rule, action (for the side that does
    not stay), keep, refund, retain, decides, effective, document, article, confirmed (see
    `Rulebook.intervals`); whom it says it of: stays ("a", "b", or null where people decide) and why (of
    codes.WHY, see `keep.settled`); and the money, in fen: amount_a, amount_b, refunded, recovered and
    no_amount (see `money.reckoned`). Σ months of a pair is the number of months that its spells share.
    """
    cut = facts.kept("cut", ruled.cut(facts, shared, "duplicates", "kind", "scope"))
    settled = facts.kept("settled", keep.settled(facts, cut))
    told = money.reckoned(facts, settled)
    return told.select(*_PAIR, *ruled.COLUMNS, "stays", "why", *money.COLUMNS)
