"""Where a person works, lives, studies or is covered in the months that two spells share."""

import ibis
import ibis.expr.types as ir

from qmcb.enrolment.facts import Facts

_ROW = ["key_a", "key_b", "first_month"]
_NONE = dict.fromkeys(_ROW[:2], "int64") | {"first_month": "date"}


def wages(facts: Facts, rows: ir.Table) -> ir.Table:
    """Whether each side's employer paid wages in the shared months (of rows with any): wages_a, wages_b."""
    if "payroll" not in facts.book:
        return ibis.memtable([], schema=_NONE | {"wages_a": "boolean", "wages_b": "boolean"})
    paid = facts.payroll.join(
        rows.select("person", *_ROW, "last_month", "employer_id_a", "employer_id_b"), "person"
    )
    within = paid.filter(paid.month >= paid.first_month, paid.month <= paid.last_month)
    return within.group_by(_ROW).agg(
        wages_a=(within.uscc == within.employer_id_a).any(),
        wages_b=(within.uscc == within.employer_id_b).any(),
    )


def registered_employer(facts: Facts, persons: ir.Table) -> ir.Table:
    """Person and employer, as the registry has it of those it has one of."""
    if "registry" not in facts.book:
        return ibis.memtable([], schema={"person": "int64", "employer": "string"})
    rows = facts.registry
    known = rows.filter(rows.employer_id.notnull()).semi_join(persons, "person")
    return known.group_by("person").agg(employer=known.employer_id.argmin(known.row))


def school(facts: Facts, rows: ir.Table) -> ir.Table:
    """Region of the school that the person went to in the shared months, the latest: school_region."""
    if "students" not in facts.book:
        return ibis.memtable([], schema=_NONE | {"school_region": "string"})
    at_school = facts.students.join(rows.select("person", *_ROW, "last_month"), "person")
    then = at_school.filter(
        at_school.enrolled_from < at_school.last_month + ibis.interval(months=1),
        at_school.enrolled_to.isnull() | (at_school.enrolled_to >= at_school.first_month),
    )
    latest = then.school_region.first(order_by=[then.enrolled_from.desc(), then.row])
    return then.group_by(_ROW).agg(school_region=latest)


def any_at(rows: ir.Table, cover: ir.Table, name: str) -> ir.Table:
    """Whether cover of the person runs at each side's region in the shared months: `name`_a, `name`_b.

    `cover`: person, region, first_month, last_month.
    """
    there = cover.select("person", "region", starts="first_month", ends="last_month")
    joined = rows.select("person", *_ROW, "last_month", "region_a", "region_b").join(there, "person")
    within = joined.filter(joined.starts <= joined.last_month, joined.ends >= joined.first_month)
    sides = {f"{name}_{side}": (within.region == within[f"region_{side}"]).any() for side in "ab"}
    return within.group_by(_ROW).agg(**sides)
