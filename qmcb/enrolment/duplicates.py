"""重复参保: months in which one person pays or draws twice, and what the rule of those months recommends."""

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from qmcb.enrolment import keep, money, spells
from qmcb.enrolment.facts import Facts

_RULES = {
    "kind": "string", "scope": "string", "first_month": "date", "last_month": "date",
    "rule": "string", "action": "string", "keep": "string", "refund": "string", "retain": "string",
    "decides": "string", "effective": "date", "document": "string", "article": "string",
    "confirmed": "boolean",
}  # fmt: skip
_SIDES = [f"{name}_{side}" for side in "ab" for name in ("source", "record_id", "insurance", "region")]
_PAIR = ["person", "kind", "scope", *_SIDES, "first_month", "last_month", "months"]
_SAID = ["rule", "action", "keep", "refund", "retain", "decides", "effective", "document", "article"]


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
    cut = facts.kept("cut", _cut(facts, shared))
    settled = facts.kept("settled", keep.settled(facts, cut))
    told = money.reckoned(facts, settled)
    return told.select(*_PAIR, *_SAID, "confirmed", "stays", "why", *money.COLUMNS)


def _cut(facts: Facts, pairs: ir.Table) -> ir.Table:
    """The pairs under the rule of each of their months, where such a kind of pair has rules at all."""
    rows = pd.DataFrame(facts.rules.intervals("duplicates", facts.period))[list(_RULES)]
    # A first month of 1900-01, which systems write where they know none, lies before every interval.
    rows["first_month"] = rows["first_month"].replace(rows["first_month"].min(), date.min)
    spans = ibis.memtable(rows, schema=_RULES).rename(starts="first_month", ends="last_month")
    joined = pairs.join(
        spans,
        ["kind", "scope", pairs.first_month <= spans.ends, pairs.last_month >= spans.starts],
    )
    first = ibis.greatest(joined.first_month, joined.starts)
    last = ibis.least(joined.last_month, joined.ends)
    cut = joined.mutate(first_month=first, last_month=last, months=spells.months(first, last))
    return cut.drop("starts", "ends", "kind_right", "scope_right")
