"""Card holders, and filings for treatment in another province, against registry and production."""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import ruled
from qmcb.enrolment.facts import Facts
from qmcb.enrolment.overlaps import province as province_of
from qmcb.enrolment.standing import grace
from qmcb.tables import together

_COLUMNS = {
    "person": "int64",
    "kind": "string",
    "source": "string",
    "record_id": "string",
    "region": "string",
}


def holders(facts: Facts, people: ir.Table) -> ir.Table:
    """Cards and filings that registry and production do not bear out, one row a person and kind.

    `people` as `databases.held` gives; the dead are left out. Columns: person, kind (of codes.HOLDER), source
    and record_id (of the first row), region (where the card or the filing, else the enrolment, is) and what
    `registry/<kind>` says. A filing is in force where it has begun and not ended in the month of the facts.
    Source: clause 二(五) of the notice.
    """
    alive = people.filter(~people.dead)
    nowhere = alive.filter(~alive.registry & ~alive.production)
    parts = []
    if "cards" in facts.book:
        parts += [_of(facts.of("cards", nowhere), "card_alone", "cards"), _without_card(facts, alive)]
    if "medical_filings" in facts.book:
        parts += _filings(facts, alive, nowhere)
    if not parts:
        parts = [ibis.memtable([], schema=_COLUMNS)]
    return together(parts).join(ruled.now(facts, "registry"), "kind")


def _of(rows: ir.Table, kind: str, source: str) -> ir.Table:
    """One row a person, that with the least record number."""
    told = {
        name: rows[name].first(order_by=[rows.record_id, rows.region]) for name in ("record_id", "region")
    }
    found = rows.group_by("person").agg(**told)
    return found.select(
        "person", "record_id", "region", kind=ibis.literal(kind), source=ibis.literal(source)
    ).select(*_COLUMNS)


def _without_card(facts: Facts, alive: ir.Table) -> ir.Table:
    """Who is enrolled here now and has no card."""
    paid = facts.paid
    now = paid.filter(paid.last_month >= grace(facts).first_day, paid.region.startswith(facts.province))
    wanted = alive.filter(~alive.cards, alive.production)
    return _of(now.semi_join(wanted, "person"), "card_absent", "enrolments")


def _filings(facts: Facts, alive: ir.Table, nowhere: ir.Table) -> list[ir.Table]:
    rows = facts.of("medical_filings", alive)
    first, last = facts.period.first_day, facts.period.last_day
    rows = rows.filter(rows.filed_on <= last, rows.ends_on.isnull() | (rows.ends_on >= first))
    paid = facts.paid.filter(facts.paid.insurance.isin(codes.MEDICAL))
    now = paid.filter(paid.last_month >= grace(facts).first_day)
    home = province_of(now.region) == facts.province
    known = rows.anti_join(nowhere, "person")
    there = known.join(now.select("person", covered=province_of(now.region)), "person")
    twice = there.filter(
        there.covered == province_of(there.filed_region), there.covered != facts.province
    ).semi_join(now.filter(home), "person")
    parts = {
        "filing_alone": rows.semi_join(nowhere, "person"),
        "filing_uncovered": known.anti_join(now.filter(home), "person"),
        "filing_covered_there": twice,
    }
    return [_of(part, kind, "medical_filings") for kind, part in parts.items()]
