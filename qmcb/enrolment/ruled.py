"""Months under the rules that governed them."""

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from qmcb.enrolment import spells
from qmcb.enrolment.facts import Facts

COLUMNS = {
    "rule": "string", "action": "string", "keep": "string", "refund": "string", "retain": "string",
    "decides": "string", "effective": "date", "document": "string", "article": "string",
    "confirmed": "boolean",
}  # fmt: skip
_KEYS = {"kind": "string", "scope": "string", "first_month": "date", "last_month": "date"}


def cut(facts: Facts, rows: ir.Table, prefix: str, *keys: str) -> ir.Table:
    """The rows cut at the months in which their rule changed, with months and what the rule says.

    The rules are those below `prefix`, joined on the `keys` (kind, and scope where they have scopes); a row
    whose kind has no rule file is left out. Adds months and COLUMNS (see `Rulebook.intervals`).
    """
    told = pd.DataFrame(facts.rules.intervals(prefix, facts.period))[[*_KEYS, *COLUMNS]]
    # A first month of 1900-01, which systems write where they know none, lies before every interval.
    told["first_month"] = told["first_month"].replace(told["first_month"].min(), date.min)
    spans = ibis.memtable(told, schema=_KEYS | COLUMNS).select(
        *keys, *COLUMNS, starts="first_month", ends="last_month"
    )
    joined = rows.join(
        spans, [*keys, rows.first_month <= spans.ends, rows.last_month >= spans.starts], rname="{name}_rule"
    )
    first = ibis.greatest(joined.first_month, joined.starts)
    last = ibis.least(joined.last_month, joined.ends)
    whole = joined.mutate(first_month=first, last_month=last, months=spells.months(first, last))
    return whole.drop("starts", "ends", *(f"{key}_rule" for key in keys))


def now(facts: Facts, prefix: str) -> ir.Table:
    """What each rule below `prefix` says in the month of the facts: kind and COLUMNS."""
    told = pd.DataFrame(facts.rules.intervals(prefix, facts.period))
    current = told[told["last_month"] == facts.period.first_day]
    schema = {"kind": "string"} | COLUMNS
    return ibis.memtable(current[list(schema)], schema=schema)


def number(facts: Facts, name: str, month: ir.DateValue) -> ir.NumericValue:
    """The number of a rule that was in force in each row's month; null where there was none."""
    spans = [
        (month.between(first.first_day, last.first_day), version.value)
        for first, last, version in facts.rules[name].spans(facts.period)
        if version is not None and isinstance(version.value, int | float)
    ]
    return ibis.cases(*spans) if spans else ibis.null("int64")
