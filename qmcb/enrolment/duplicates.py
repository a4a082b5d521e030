"""重复参保: months in which one person pays or draws twice, and what the rule of those months recommends."""

from collections.abc import Callable
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from qmcb import codes
from qmcb.enrolment import spells
from qmcb.linkage.people import People
from qmcb.periods import Period
from qmcb.policy import Rulebook
from qmcb.sources.book import Book
from qmcb.tables import together

# Insurances of one family exclude each other in the same month.
_FAMILY = dict.fromkeys(codes.PENSION, "pension") | dict.fromkeys(codes.MEDICAL, "medical")

_SIDES = ("source", "record_id", "insurance", "region")
_RULES = {
    "kind": "string", "scope": "string", "first_month": "date", "last_month": "date",
    "rule": "string", "action": "string", "keep": "string", "refund": "string", "retain": "string",
    "decides": "string", "effective": "date", "document": "string", "article": "string",
    "confirmed": "boolean",
}  # fmt: skip


def overlaps(book: Book, people: People, period: Period) -> ir.Table:
    """Pairs of spells of one person that share months and are not both harmless and expected.

    Columns: person, kind (of codes.DUPLICATE or codes.LAWFUL), scope (of codes.SCOPE), for each
    side (suffix _a, _b) source, record_id, insurance and region; first_month, last_month (shared).
    """
    paid = spells.paid(book, people, period)
    found = [_twice(paid, _paid_kind)]
    if "benefits" in book:
        drawn = spells.drawn(book, people, period)
        found += [_twice(drawn, _drawn_kind), _while_employed(drawn, paid)]
    return together(found)


def duplicates(book: Book, people: People, period: Period, rules: Rulebook) -> ir.Table:
    """Overlaps that are duplicates, cut at the months in which their rule changed.

    Columns as `overlaps`, months (shared, whole months) and what the rule of those months says:
    rule, action, keep, refund, retain, decides, effective, document, article, confirmed (see
    `Rulebook.intervals`). Σ months of a pair is the number of months that its spells share.
    """
    pairs = overlaps(book, people, period)
    rows = pd.DataFrame(rules.intervals("duplicates", period))[list(_RULES)]
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


def lawful(book: Book, people: People, period: Period) -> ir.Table:
    """What looks like a duplicate and is none: moves between provinces, several employers' injury cover.

    Columns: person, kind (of codes.LAWFUL), insurance, record_id_a, record_id_b.
    """
    shared = overlaps(book, people, period)
    several = shared.filter(shared.kind == "work_injury_several_employers")
    kept = ["person", "kind", "insurance", "record_id_a", "record_id_b"]
    return (
        several.mutate(insurance=several.insurance_a)
        .select(kept)
        .union(_moves(book, people, period).select(kept))
    )


def _moves(book: Book, people: People, period: Period) -> ir.Table:
    """The next spell of an insurance on the other side of the border, after the one before has ended.

    Of spells of the very same months the one of this province comes first.
    """
    paid = spells.paid(book, people, period)
    order = ibis.window(
        group_by=["person", "insurance"],
        order_by=[paid.first_month, paid.last_month, paid.source, paid.key],
    )
    rows = paid.mutate(
        kind=ibis.literal("move"),
        record_id_a=paid.record_id.lag().over(order),
        record_id_b=paid.record_id,
        ended=paid.last_month.lag().over(order),
        left=paid.source.lag().over(order),
    )
    return rows.filter(rows.ended < rows.first_month, rows.left != rows.source)


def _twice(rows: ir.Table, kind: Callable[[ir.Table, ir.Table], ir.StringValue]) -> ir.Table:
    """Pairs of spells of the same person and family of insurances, each pair once."""
    a = rows.mutate(family=rows.insurance.substitute(_FAMILY))
    b = a.view()
    return _shared(a, b, kind(a, b), a.family == b.family, a.key < b.key)


def _while_employed(drawn: ir.Table, paid: ir.Table) -> ir.Table:
    """Unemployment benefit in months in which an employer pays for a pension."""
    a = drawn.filter(drawn.insurance == "210")
    b = paid.filter(paid.insurance.isin(codes.EMPLOYEE_PENSION), paid.employer_id.notnull())
    return _shared(a, b, ibis.literal("unemployment_benefit_while_employed"))


def _shared(a: ir.Table, b: ir.Table, kind: ir.StringValue, *conditions: ir.BooleanValue) -> ir.Table:
    same = [a.person == b.person, a.first_month <= b.last_month, b.first_month <= a.last_month, *conditions]
    scope = ibis.ifelse(_province(a.region) == _province(b.region), "within", "across")
    sides = {f"{name}_{side}": rows[name] for name in _SIDES for side, rows in (("a", a), ("b", b))}
    pairs = a.join(b, same).select(
        person=a.person,
        kind=kind,
        scope=scope,
        **sides,
        first_month=ibis.greatest(a.first_month, b.first_month),
        last_month=ibis.least(a.last_month, b.last_month),
    )
    return pairs.filter(pairs.kind.notnull())


def _paid_kind(a: ir.Table, b: ir.Table) -> ir.StringValue:
    one, other = a.insurance, b.insurance
    return ibis.cases(
        (
            a.family == "pension",
            _pension_kind(
                one, other, "employee_pension_twice", "employee_resident_pension", "resident_pension_twice"
            ),
        ),
        ((one == "310") & (other == "310"), "employee_medical_twice"),
        ((one == "390") & (other == "390"), "resident_medical_twice"),
        (a.family == "medical", "employee_resident_medical"),
        (a.family == "210", "unemployment_twice"),
        (a.family == "510", "maternity_twice"),
        (a.employer_id.fill_null("") == b.employer_id.fill_null(""), "work_injury_same_employer"),
        else_="work_injury_several_employers",
    )


def _drawn_kind(a: ir.Table, b: ir.Table) -> ir.StringValue:
    drawn = _pension_kind(
        a.insurance,
        b.insurance,
        "employee_pension_drawn_twice",
        "employee_resident_pension_drawn",
        "resident_pension_drawn_twice",
    )
    return ibis.ifelse(a.family == "pension", drawn, ibis.null("string"))


def _pension_kind(
    one: ir.StringValue, other: ir.StringValue, both: str, mixed: str, neither: str
) -> ir.StringValue:
    employees = one.isin(codes.EMPLOYEE_PENSION).cast("int8") + other.isin(codes.EMPLOYEE_PENSION).cast(
        "int8"
    )
    return ibis.cases((employees == 2, both), (employees == 1, mixed), else_=neither)


def _province(region: ir.StringValue) -> ir.StringValue:
    return region.substr(0, 2)
