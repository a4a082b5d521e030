"""Spells of one person that share months, or follow each other: what they are, before any rule is asked."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import spells
from qmcb.enrolment.facts import Facts
from qmcb.tables import together

# Insurances of one family exclude each other in the same month.
_FAMILY = dict.fromkeys(codes.PENSION, 0) | dict.fromkeys(codes.MEDICAL, 1) | {"210": 2, "410": 3, "510": 4}
_FAMILIES = 5

# What a side tells besides its key: of the spell as a whole, so that a rule can look at it.
_SIDES = ("record_id", "insurance", "region", "employer_id", "amount", "first_month", "last_month")
_NAMED = {"first_month": "began", "last_month": "ended"}


def overlaps(facts: Facts) -> ir.Table:
    """Pairs of spells of one person that share months and are not both harmless and expected.

    Columns: person, kind (of codes.DUPLICATE or codes.LAWFUL), scope (of codes.SCOPE); for each side
    (suffix _a, _b) key, source, record_id, insurance, region, employer_id, amount, began and ended
    (of the spell); first_month, last_month (shared).
    """
    paid, drawn = facts.paid, facts.drawn
    pension = drawn.filter(drawn.insurance.isin(codes.PENSION))
    idle = drawn.filter(drawn.insurance == "210")
    work = paid.filter(paid.insurance.isin(codes.EMPLOYEE_PENSION), paid.employer_id.notnull())
    return together(
        [
            _twice(facts, paid, _paid_kind),
            _twice(facts, pension, _drawn_kind),
            pairs(facts, idle, work, ibis.literal("unemployment_benefit_while_employed")),
        ]
    )


def pairs(facts: Facts, one: ir.Table, other: ir.Table, kind: ir.StringValue) -> ir.Table:
    """Pairs of spells of two tables that share months, under one kind; columns as `overlaps`."""
    shared = _shared(facts, _narrow(one, ibis.literal(0)), _narrow(other, ibis.literal(0)).view())
    return _told(shared, one, other).mutate(kind=kind).relocate("kind", after="person")


def lawful(facts: Facts, shared: ir.Table) -> ir.Table:
    """What looks like a duplicate and is none: moves between provinces, several employers' injury cover.

    `shared` are the `overlaps`. Columns: person, kind (of codes.LAWFUL), insurance, record_id_a, record_id_b.
    """
    several = shared.filter(shared.kind == "work_injury_several_employers")
    kept = ["person", "kind", "insurance", "record_id_a", "record_id_b"]
    return several.mutate(insurance=several.insurance_a).select(kept).union(_moves(facts.paid).select(kept))


def _moves(paid: ir.Table) -> ir.Table:
    """The next spell of an insurance on the other side of the border, after the one before has ended.

    Of spells of the very same months the one of this province comes first.
    """
    paid = paid.mutate(source=spells.source(paid.key))
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


def _twice(facts: Facts, rows: ir.Table, kind: Callable[[ir.Table], ir.StringValue]) -> ir.Table:
    """Pairs of spells of the same person and family of insurances, each pair once."""
    family = ibis.cases(*((rows.insurance == key, place) for key, place in _FAMILY.items()))
    a = _narrow(rows, family)
    b = a.view()
    told = _told(_shared(facts, a, b, a.key < b.key), rows, rows)
    return told.mutate(kind=kind(told)).relocate("kind", after="person")


def _narrow(rows: ir.Table, family: ir.IntegerValue) -> ir.Table:
    """What pairs are made from: of all spells there are, so one number stands for a person and family."""
    return rows.select("key", "first_month", "last_month", one=rows.person * _FAMILIES + family)


def _shared(facts: Facts, a: ir.Table, b: ir.Table, *conditions: ir.BooleanValue) -> ir.Table:
    """Who shares which months by which two spells; made now, so that the engine knows how few they are."""
    same = [a.one == b.one, a.first_month <= b.last_month, b.first_month <= a.last_month, *conditions]
    shared = a.join(b, same).select(
        person=a.one // _FAMILIES,
        key_a=a.key,
        key_b=b.key,
        first_month=ibis.greatest(a.first_month, b.first_month),
        last_month=ibis.least(a.last_month, b.last_month),
    )
    return facts.kept("shared", shared)


def _told(shared: ir.Table, one: ir.Table, other: ir.Table) -> ir.Table:
    """The pairs with what each side tells."""
    for side, rows in (("a", one), ("b", other)):
        columns = {f"{_NAMED.get(name, name)}_{side}": rows[name] for name in _SIDES}
        more = rows.select(**{f"key_{side}": rows.key, f"source_{side}": spells.source(rows.key)}, **columns)
        shared = shared.join(more, f"key_{side}")
    scope = ibis.ifelse(province(shared.region_a) == province(shared.region_b), "within", "across")
    sides = [
        f"{name}_{side}"
        for side in "ab"
        for name in ("key", "source", *(_NAMED.get(name, name) for name in _SIDES))
    ]
    return shared.mutate(scope=scope).select("person", "scope", *sides, "first_month", "last_month")


def _paid_kind(pair: ir.Table) -> ir.StringValue:
    one, other = pair.insurance_a, pair.insurance_b
    pension = _pension_kind(
        pair, "employee_pension_twice", "employee_resident_pension", "resident_pension_twice"
    )
    return ibis.cases(
        (one.isin(codes.PENSION), pension),
        ((one == "310") & (other == "310"), "employee_medical_twice"),
        ((one == "390") & (other == "390"), "resident_medical_twice"),
        (one.isin(codes.MEDICAL), "employee_resident_medical"),
        (one == "210", "unemployment_twice"),
        (one == "510", "maternity_twice"),
        (pair.employer_id_a.fill_null("") == pair.employer_id_b.fill_null(""), "work_injury_same_employer"),
        else_="work_injury_several_employers",
    )


def _drawn_kind(pair: ir.Table) -> ir.StringValue:
    return _pension_kind(
        pair,
        "employee_pension_drawn_twice",
        "employee_resident_pension_drawn",
        "resident_pension_drawn_twice",
    )


def _pension_kind(pair: ir.Table, both: str, mixed: str, neither: str) -> ir.StringValue:
    employees = [
        side.isin(codes.EMPLOYEE_PENSION).cast("int8") for side in (pair.insurance_a, pair.insurance_b)
    ]
    count = employees[0] + employees[1]
    return ibis.cases((count == 2, both), (count == 1, mixed), else_=neither)


def province(region: ir.StringValue) -> ir.StringValue:
    """The two digits of a region's province."""
    return region.substr(0, 2)
