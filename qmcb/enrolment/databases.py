"""In which databases of the province each person stands, and who stands in none and has to be visited."""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import ruled, spells
from qmcb.enrolment.facts import Facts, beside
from qmcb.tables import together

_BITS = {name: 1 << place for place, name in enumerate((*codes.DATABASE, "dead"))}
_OURS = tuple(name for name in codes.DATABASE if name != "elsewhere")


def held(facts: Facts) -> ir.Table:
    """One row a person of any database: person, a flag for each of codes.DATABASE, and dead.

    Production (业务生产库) are the enrolments and the benefits that the province itself pays; elsewhere is
    what the national library has of them. Dead are those of whom civil affairs or public security say so.
    """
    parts = [people.select("person", bit=ibis.literal(_BITS[name], "int64")) for name, people in _sets(facts)]
    rows = together(parts)
    known = rows.group_by("person").agg(bits=rows.bit.bit_or())
    return known.mutate(**{name: (known.bits & bit) != 0 for name, bit in _BITS.items()}).drop("bits")


def ours(people: ir.Table) -> ir.BooleanValue:
    """Of rows of `held`: whom a database of this province knows."""
    return ibis.or_(*(people[name] for name in _OURS))


def visits(facts: Facts, people: ir.Table) -> ir.Table:
    """Residents or inhabitants who stand in no social insurance database, each to be visited at home.

    `people` as `held` gives. Neither in registry, production, national library, cards nor filings, and not
    dead. Columns: person, source and record_id (where to find the row: population, else residents), kind
    (codes.VISIT: whether the health office knows where they live), region (of residence, else of
    hukou), doubtful (a record under review may be theirs) and what `registry/<kind>` says (see
    `ruled.COLUMNS`). Source: clause 二(五) of the notice.
    """
    alone = ibis.and_(*(~people[name] for name in codes.SOCIAL), ~people.dead)
    wanted = people.filter(alone, ibis.or_(*(people[name] for name in codes.HOUSEHOLD)))
    rows = together(_at_home(facts, name, wanted) for name in codes.HOUSEHOLD if name in facts.book)
    order = [rows.source == "residents", rows.record_id]
    told = {name: rows[name].first(order_by=order) for name in ("source", "record_id", "region")}
    found = rows.group_by("person").agg(**told)
    lives = found.source == "population"
    found = found.mutate(kind=ibis.ifelse(lives, "lives_here", "hukou_only"))
    reviewed = facts.people.doubtful
    doubtful = together([reviewed.select("person"), reviewed.select(person="candidate")]).distinct()
    found = beside(found, doubtful.mutate(doubtful=ibis.literal(True)), "person")
    found = found.mutate(doubtful=found.doubtful.fill_null(False))
    return found.join(ruled.now(facts, "registry"), "kind")


def _at_home(facts: Facts, name: str, persons: ir.Table) -> ir.Table:
    rows = facts.of(name, persons)
    region = rows.residence_region if name == "population" else rows.hukou_region
    return rows.select("person", "record_id", source=ibis.literal(name), region=region)


def _sets(facts: Facts) -> list[tuple[str, ir.Table]]:
    """Each set with a table that has its persons."""
    here = spells.source(facts.enrolled.key) == "enrolments"
    paid_here = facts.drawn.region.startswith(facts.province)
    sets = [
        ("production", facts.enrolled.filter(here)),
        ("production", facts.drawn.filter(paid_here)),
        ("elsewhere", facts.enrolled.filter(~here)),
        ("elsewhere", facts.drawn.filter(~paid_here)),
    ]
    if "residents" in facts.book:
        sets += [("residents", facts.residents), ("dead", facts.residents.filter(~facts.residents.alive))]
    if "registry" in facts.book:
        sets += [("registry", facts.registry)]
    if "deaths" in facts.book:
        sets += [("dead", facts.deaths)]
    others = ("population", "cards", "medical_filings")
    return sets + [(name, facts.of(name)) for name in others if name in facts.book]
