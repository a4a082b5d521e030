"""Who is dead and still enrolled or drawing, as one finding a record."""

import ibis
import ibis.expr.types as ir

from qmcb.enrolment import benefits, spells
from qmcb.enrolment.facts import Facts
from qmcb.enrolment.overlaps import province
from qmcb.tables import together


def dead(facts: Facts) -> ir.Table:
    """Enrolments and benefits that run on after death, one row a record.

    Columns: table, record_id, person, who (null), rule ("dead"), kind (of codes.DEAD), county, away. Benefits
    are those of `benefits.of_the_dead`. An enrolment is paid for the month of death and none after it; where
    hukou was cancelled and no day of death is known, one that is open in the period is in doubt.
    """
    drawn = [
        rows.select("person", "kind", table="source_a", record_id="record_id_a", county="region_a")
        for rows in benefits.of_the_dead(facts)
    ]
    parts = [*drawn, *_enrolled(facts)]
    if not parts:
        nothing = facts.enrolled.limit(0)
        parts = [_row(nothing, "paying_after_death")]
    found = together(part.select("table", "record_id", "person", "kind", "county") for part in parts)
    return found.mutate(
        rule=ibis.literal("dead"), who=ibis.null("int64"), away=province(found.county) != facts.province
    )


def _enrolled(facts: Facts) -> list[ir.Table]:
    paid, found = facts.paid, []
    if "deaths" in facts.book:
        told = paid.join(facts.deaths, "person")
        after = told.filter(told.last_month > told.died_on.truncate("M").cast("date"))
        found.append(_row(after, "paying_after_death"))
        paid = paid.anti_join(facts.deaths, "person")
    if "residents" in facts.book:
        cancelled = facts.residents.filter(~facts.residents.alive)
        found.append(_row(paid.filter(paid.open).semi_join(cancelled, "person"), "open_while_cancelled"))
    return found


def _row(rows: ir.Table, kind: str) -> ir.Table:
    return rows.select(
        "person",
        kind=ibis.literal(kind),
        table=spells.source(rows.key),
        record_id=rows.record_id,
        county=rows.region,
    )
