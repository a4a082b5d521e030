"""Who is employed, and by whom, as wages and the registry tell."""

import math

import ibis
import ibis.expr.types as ir

from qmcb.enrolment.facts import Facts
from qmcb.tables import together

_STAFF = "10"
_DAYS_A_MONTH = 30


def employed(facts: Facts) -> ir.Table:
    """One row a person whom an employer ought to have registered by the period: person, employer_id.

    Whoever was paid wages in the month of the facts and so many months earlier that the days of
    registration/on_hiring are over, by the employer of the highest wage; else whom the registry has had as
    staff for those days, with its employer (null where it names none). Before the law nobody.
    """
    days = facts.rules.known("registration/on_hiring", facts.period)
    sources = [source(facts, int(days)) for name, source in _BY.items() if name in facts.book and days]
    if not sources:
        return ibis.memtable([], schema={"person": "int64", "employer_id": "string"})
    rows = together(sources)
    return rows.group_by("person").agg(employer_id=rows.employer_id.argmin(rows["rank"]))


def _paid(facts: Facts, days: int) -> ir.Table:
    paid = facts.payroll
    hired = facts.period.shift(-math.ceil(days / _DAYS_A_MONTH)).first_day
    jobs = paid.group_by("person", "uscc").agg(
        since=paid.month.min(), until=paid.month.max(), wage=paid.wage.max()
    )
    due = jobs.filter(jobs.since <= ibis.literal(hired), jobs.until == ibis.literal(facts.period.first_day))
    best = due.group_by("person").agg(employer_id=due.uscc.first(order_by=[due.wage.desc(), due.uscc]))
    return best.mutate(rank=ibis.literal(0, "int64"))


def _registered(facts: Facts, days: int) -> ir.Table:
    staff = facts.registry.filter(facts.registry.employment == _STAFF)
    known = staff.registered_on.isnull() | (
        staff.registered_on + ibis.interval(days=days) <= ibis.literal(facts.period.last_day)
    )
    return staff.filter(known).select("person", "employer_id", rank=staff.row + 1)


_BY = {"payroll": _paid, "registry": _registered}
