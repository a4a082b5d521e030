"""What the registry obliges each person to, cover by cover, against what production shows."""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import standing
from qmcb.enrolment.facts import Facts, beside
from qmcb.enrolment.registry import paying
from qmcb.tables import together

_STAFF, _NO_PENSION = "10", ("50", "70")
_SCHEMES = {"pension": "employee_pension", "medical": "employee_medical"}


def obligations(facts: Facts, people: ir.Table) -> ir.Table:
    """Where each person in registry or production stands for each of codes.COVERS: the first that applies.

    `people` as `databases.held` gives. Columns: person, cover, state (of codes.OBLIGATION). As registered,
    everybody who is alive owes medical cover; pension whoever has reached `missing/pension_age_from` and
    neither studies, is retired nor draws a pension; work cover whom the registry has had as staff for
    the days of `registration/on_hiring`. Staff owe the employee schemes. Cover counts as in
    `standing.standing`: within the grace, here, else in another province. Maternity cover that comes with
    medical is shown only of those whom an employer insures.
    """
    rows = people.filter(people.registry | people.production)
    own = facts.registered.select("person", "employment", "registered_on")
    persons = facts.people.persons.select("person", "birth_date")
    for more in (own, persons, standing.enrolments(facts), paying(facts), _drawing(facts)):
        rows = beside(rows, more, "person")
    rows = facts.kept("obliged", rows)
    return together(_judged(facts, rows, cover) for cover in codes.COVERS)


def _judged(facts: Facts, rows: ir.Table, cover: str) -> ir.Table:
    owed = rows.registry & ~rows.dead & _owed(facts, rows, cover)
    here = rows[f"here_{cover}"].fill_null(False)
    elsewhere = rows[f"elsewhere_{cover}"].fill_null(False)
    shown = here & rows.staff_lately.fill_null(False) if cover == "maternity" else here
    other = ibis.literal(False)
    if cover in _SCHEMES:
        other = (rows.employment == _STAFF) & ~rows[_SCHEMES[cover]].fill_null(False)
    state = ibis.cases(
        (owed & (here | elsewhere) & other.fill_null(False), "other_scheme"),
        (owed & here, "met"),
        (owed & elsewhere, "elsewhere"),
        (owed, "unmet"),
        (shown & rows.registry, "unasked"),
        (shown, "unregistered"),
        else_="free",
    )
    return rows.select("person", cover=ibis.literal(cover), state=state)


def _owed(facts: Facts, rows: ir.Table, cover: str) -> ir.BooleanValue:
    last = ibis.literal(facts.period.last_day)
    if cover == "medical":
        return ibis.literal(True)
    if cover == "pension":
        of_age = ibis.interval(years=int(facts.rules.number("missing/pension_age_from", facts.period)))
        grown = (rows.birth_date + of_age <= last).fill_null(True)
        works = ~rows.employment.isin(_NO_PENSION).fill_null(False)
        return grown & works & ~rows.drawing.fill_null(False)
    days = facts.rules.known("registration/on_hiring", facts.period)
    if days is None:
        return ibis.literal(False)
    known = rows.registered_on.isnull() | (rows.registered_on + ibis.interval(days=int(days)) <= last)
    return (rows.employment == _STAFF).fill_null(False) & known


def _drawing(facts: Facts) -> ir.Table:
    rows = facts.drawn.filter(facts.drawn.open, facts.drawn.insurance.isin(codes.PENSION))
    return rows.select("person").distinct().mutate(drawing=ibis.literal(True))
