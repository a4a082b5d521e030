"""漏保: where each resident stands for each cover that he or she ought to have."""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import spells
from qmcb.enrolment.employed import employed
from qmcb.enrolment.facts import Facts, beside
from qmcb.linkage.people import People
from qmcb.periods import Period

_COVER = (
    dict.fromkeys(codes.PENSION, "pension")
    | dict.fromkeys(codes.MEDICAL, "medical")
    | {"210": "unemployment", "410": "injury", "510": "maternity"}
)


def standing(facts: Facts) -> ir.Table:
    """Where each resident stands for each cover: the first of codes.STANDING that applies.

    Everybody is judged for codes.COVER, who is employed (see `employed.employed`) also for codes.WORK_COVER.
    Columns: person, record_id (in residents), hukou_region, birth_date, cover (of codes.COVERS), standing (of
    codes.STANDING), last_month (last paid month of the cover, null without one), employer_id (null
    unless employed), works (whether employed), doubtful (a record under review would make this missing
    person an enrolled one). One row a person and cover. Sources: clause 二(五) of the notice; for age
    and grace the rules `missing/*`.
    """
    period, rules = facts.period, facts.rules
    grace = period.shift(-int(rules.number("missing/lapse_grace", period)))
    of_age = int(rules.number("missing/pension_age_from", period))
    known = facts.kept("known", _enrolments(facts, grace))
    records = facts.enrolled.group_by("person").agg(in_production=facts.enrolled.count())
    rows = beside(_everybody(facts), known, "person", "cover")
    rows = beside(rows, records, "person")
    rows = beside(rows, _under_review(known, facts.people), "person", "cover")
    judged = rows.mutate(standing=_first_that_applies(rows, period, of_age))
    doubtful = judged.standing.isin(codes.MISSING) & judged.may_be_enrolled.fill_null(False)
    return judged.select(
        "person",
        "record_id",
        "hukou_region",
        "birth_date",
        "cover",
        "standing",
        "last_month",
        "employer_id",
        "works",
        doubtful=doubtful,
    )


def _everybody(facts: Facts) -> ir.Table:
    """The residents with what is known of each, once for every cover for which they are judged."""
    marked = beside(_marked_residents(facts), employed(facts).mutate(works=True), "person")
    marked = facts.kept("marked", marked.mutate(works=marked.works.fill_null(False)))
    everyone, staff = (ibis.memtable({"cover": list(covers)}) for covers in (codes.COVER, codes.WORK_COVER))
    return marked.cross_join(everyone).union(marked.filter(marked.works).cross_join(staff))


def _marked_residents(facts: Facts) -> ir.Table:
    """The residents with dead, drawing, student and registered (true or null)."""
    first, last = facts.period.first_day, facts.period.last_day
    rows, book = facts.residents, facts.book
    if "deaths" in book:
        rows = _marked(rows, facts.deaths, "died")
    if "benefits" in book:
        drawn = facts.drawn
        rows = _marked(rows, drawn.filter(drawn.open, drawn.insurance.isin(codes.PENSION)), "drawing")
    if "students" in book:
        students = facts.students
        at_school = (students.enrolled_from <= last) & (ibis.coalesce(students.enrolled_to, last) >= first)
        rows = _marked(rows, students.filter(at_school), "student")
    if "registry" in book:
        rows = _marked(rows, facts.registry, "registered")
    absent = [name for name in ("died", "drawing", "student", "registered") if name not in rows.columns]
    return rows.mutate(**dict.fromkeys(absent, ibis.null("boolean")))


def _enrolments(facts: Facts, grace: Period) -> ir.Table:
    """One row a person and cover: what the enrolment rows say.

    Enrolments that begin after the period are not there yet; those without a first month never paid.
    Since maternity is run with employee medical, who has the latter has both. Columns: person, cover,
    here, by_number, elsewhere (enrolled now, by where and how it is known), paid (ever), last_month, records.
    """
    rows = facts.enrolled.mutate(cover=facts.enrolled.insurance.substitute(_COVER))
    if facts.rules["duplicates/maternity_twice"].at(facts.period):
        with_medical = rows.filter(rows.insurance == "310")
        rows = rows.union(with_medical.mutate(cover=ibis.literal("maternity")))
    here = spells.source(rows.key) == "enrolments"
    begun = rows.first_month.notnull()
    now = begun & (rows.last_month >= grace.first_day)
    return rows.group_by("person", "cover").agg(
        here=(now & here).any(),
        by_number=(now & ~here & rows.by_number).any(),
        elsewhere=(now & ~here).any(),
        paid=begun.any(),
        last_month=rows.last_month.max(where=begun),
        records=rows.count(),
    )


def _under_review(known: ir.Table, people: People) -> ir.Table:
    """Covers that persons would have if a record under review were theirs: person, cover, may_be_enrolled."""
    reviewed = people.doubtful.join(known, "person").filter(ibis._.here | ibis._.elsewhere)
    return reviewed.group_by(person=reviewed.candidate, cover=reviewed.cover).agg(
        may_be_enrolled=ibis.literal(True)
    )


def _first_that_applies(rows: ir.Table, period: Period, of_age: int) -> ir.StringValue:
    unlike_medical = rows.cover != "medical"
    too_young = rows.birth_date + ibis.interval(years=of_age) > ibis.literal(period.last_day)
    elsewise = rows.in_production.fill_null(0) > rows.records.fill_null(0)
    tests = {
        "dead": ~rows.alive | rows.died.fill_null(False),
        "under_age": unlike_medical & too_young,
        "drawing": unlike_medical & rows.drawing,
        "enrolled_here": rows.here,
        "elsewhere_by_number": rows.by_number,
        "elsewhere_by_linkage": rows.elsewhere,
        "student": unlike_medical & rows.student,
        "lapsed": rows.paid,
        "never_paid": rows.records > 0,
        "partial": elsewise,
        "registered": rows.registered,
    }
    return ibis.cases(*((test.fill_null(False), key) for key, test in tests.items()), else_="no_database")


def _marked(table: ir.Table, people: ir.Table, mark: str) -> ir.Table:
    """The table with a column that is true for the persons of `people` and null for the others."""
    return beside(table, people.select("person").distinct().mutate(**{mark: ibis.literal(True)}), "person")
