"""漏保: where each resident stands for each cover that he or she ought to have."""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import spells
from qmcb.enrolment.employed import employed
from qmcb.enrolment.facts import Facts, beside
from qmcb.linkage.people import People
from qmcb.periods import Period
from qmcb.tables import together

_INSURANCES = {
    "pension": codes.PENSION, "medical": codes.MEDICAL, "unemployment": ("210",), "injury": ("410",),
    "maternity": ("510",),
}  # fmt: skip
_KNOWN = ("here", "by_number", "elsewhere", "paid", "record", "other", "last_month", "may_be_enrolled")


def standing(facts: Facts) -> ir.Table:
    """Where each resident stands for each cover: the first of codes.STANDING that applies.

    Everybody is judged for codes.COVER, who is employed (see `employed.employed`) also for codes.WORK_COVER.
    Columns: person, record_id (in residents), hukou_region, birth_date, cover (of codes.COVERS), standing (of
    codes.STANDING), last_month (last paid month of the cover, null without one), employer_id (null
    unless employed), works (whether employed), doubtful (a record under review would make this missing
    person an enrolled one). One row a person and cover. Sources: clause 二(五) of the notice; for age
    and grace the rules `missing/*`.
    """
    of_age = int(facts.rules.number("missing/pension_age_from", facts.period))
    known = facts.kept("known", enrolments(facts))
    rows = beside(_marked_residents(facts), employed(facts).mutate(works=True), "person")
    rows = beside(rows, known, "person")
    rows = beside(rows, _under_review(known, facts.people), "person")
    rows = facts.kept("judged", rows.mutate(works=rows.works.fill_null(False)))
    staff = rows.filter(rows.works)
    return together(
        _judged(rows if cover in codes.COVER else staff, cover, facts.period, of_age)
        for cover in codes.COVERS
    )


def _judged(rows: ir.Table, cover: str, period: Period, of_age: int) -> ir.Table:
    """Where the persons of the rows stand for one cover."""
    rows = rows.mutate(**{name: rows[f"{name}_{cover}"] for name in _KNOWN})
    judged = rows.mutate(cover=ibis.literal(cover), standing=_first_that_applies(rows, cover, period, of_age))
    return judged.select(
        "person", "record_id", "hukou_region", "birth_date", "cover", "standing", "last_month", "employer_id",
        "works", doubtful=judged.standing.isin(codes.MISSING) & judged.may_be_enrolled.fill_null(False),
    )  # fmt: skip


def grace(facts: Facts) -> Period:
    """The month since which a last paid month still counts as enrolled."""
    return facts.period.shift(-int(facts.rules.number("missing/lapse_grace", facts.period)))


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


def enrolments(facts: Facts) -> ir.Table:
    """One row a person: what the enrolment rows say of each cover.

    Enrolments that begin after the period are not there yet; those without a first month never paid.
    Since maternity is run with employee medical, who has the latter has both. Columns for each cover:
    here_, by_number_, elsewhere_ (enrolled now, by where and how it is known), paid_ (ever), record_ (any),
    other_ (any record of another cover), last_month_. A row's flags are one number: people are many.
    """
    rows = facts.enrolled
    here = spells.source(rows.key) == "enrolments"
    begun = rows.first_month.notnull()
    now = begun & (rows.last_month >= grace(facts).first_day)
    merged = facts.rules["duplicates/maternity_twice"].at(facts.period) is not None
    flags: dict[str, ir.BooleanValue] = {}
    months: dict[str, ir.Value] = {}
    for cover, insurances in _INSURANCES.items():
        mine = rows.insurance.isin((*insurances, "310") if cover == "maternity" and merged else insurances)
        flags |= {
            f"here_{cover}": mine & now & here,
            f"by_number_{cover}": mine & now & ~here & rows.by_number,
            f"elsewhere_{cover}": mine & now & ~here,
            f"paid_{cover}": mine & begun,
            f"record_{cover}": mine,
            f"other_{cover}": ~mine,
        }
        months[f"last_month_{cover}"] = rows.last_month.max(where=mine & begun)
    bits = {name: 1 << place for place, name in enumerate(flags)}
    told = [ibis.ifelse(flag, bits[name], 0).cast("int64") for name, flag in flags.items()]
    known = rows.group_by("person").agg(flags=sum(told[1:], told[0]).bit_or(), **months)
    return known.mutate(**{name: (known.flags & bit) != 0 for name, bit in bits.items()}).drop("flags")


def _under_review(known: ir.Table, people: People) -> ir.Table:
    """Covers that persons would have if a record under review were theirs: person, may_be_enrolled_ each."""
    reviewed = people.doubtful.join(known, "person")
    covers = {
        f"may_be_enrolled_{cover}": (reviewed[f"here_{cover}"] | reviewed[f"elsewhere_{cover}"]).any()
        for cover in codes.COVERS
    }
    return reviewed.group_by(person=reviewed.candidate).agg(**covers)


def _first_that_applies(rows: ir.Table, cover: str, period: Period, of_age: int) -> ir.StringValue:
    unlike_medical = ibis.literal(cover != "medical")
    too_young = rows.birth_date + ibis.interval(years=of_age) > ibis.literal(period.last_day)
    tests = {
        "dead": ~rows.alive | rows.died.fill_null(False),
        "under_age": unlike_medical & too_young,
        "drawing": unlike_medical & rows.drawing,
        "enrolled_here": rows.here,
        "elsewhere_by_number": rows.by_number,
        "elsewhere_by_linkage": rows.elsewhere,
        "student": unlike_medical & rows.student,
        "lapsed": rows.paid,
        "never_paid": rows.record,
        "partial": rows.other,
        "registered": rows.registered,
    }
    return ibis.cases(*((test.fill_null(False), key) for key, test in tests.items()), else_="no_database")


def _marked(table: ir.Table, people: ir.Table, mark: str) -> ir.Table:
    """The table with a column that is true for the persons of `people` and null for the others."""
    return beside(table, people.select("person").distinct().mutate(**{mark: ibis.literal(True)}), "person")
