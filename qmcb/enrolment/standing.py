"""漏保: where each resident stands for pension and medical cover, and who ought to be enrolled and is not."""

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

_COVER = dict.fromkeys(codes.PENSION, "pension") | dict.fromkeys(codes.MEDICAL, "medical")
_RULES = {
    "kind": "string", "rule": "string", "action": "string", "decides": "string", "effective": "date",
    "document": "string", "article": "string", "confirmed": "boolean",
}  # fmt: skip


def standing(book: Book, people: People, period: Period, rules: Rulebook) -> ir.Table:
    """Where each resident stands for each cover: the first of codes.STANDING that applies.

    Columns: person, record_id (in residents), hukou_region, birth_date, cover (of codes.COVER), standing (of
    codes.STANDING), last_month (last paid month of the cover, null without one), doubtful (a
    record under review would make this missing person an enrolled one). One row a resident and
    cover. Sources: clause 二(五) of the notice; for age and grace the rules `missing/*`.
    """
    grace = period.shift(-int(rules.number("missing/lapse_grace", period)))
    of_age = int(rules.number("missing/pension_age_from", period))
    known = _enrolments(book, people, period, grace)
    facts = _facts(book, people, period)
    covers = ibis.memtable({"cover": list(codes.COVER)})
    rows = _with(facts.cross_join(covers), known, "person", "cover")
    rows = _with(rows, known.group_by("person").agg(in_production=known.records.sum()), "person")
    rows = _with(rows, _under_review(known, people), "person", "cover")
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
        doubtful=doubtful,
    )


def missing(standings: ir.Table, period: Period, rules: Rulebook) -> ir.Table:
    """Residents who ought to be enrolled and are not, with what is recommended.

    Columns as `standing`, and rule, action, decides, effective, document, article, confirmed.
    """
    rows = [
        row for row in rules.intervals("missing/standing", period) if row["last_month"] == period.first_day
    ]
    advice = ibis.memtable(pd.DataFrame(rows)[list(_RULES)], schema=_RULES)
    lacking = standings.filter(standings.standing.isin(codes.MISSING))
    return lacking.join(advice, lacking.standing == advice.kind).drop("kind")


def residents(book: Book, people: People) -> ir.Table:
    """One row a person of the residents table.

    Columns: person, record_id and hukou_region (of the first line), alive, rows, birth_date.
    """
    rows = people.attach(book["residents"])
    grouped = rows.group_by("person").agg(
        record_id=rows.record_id.first(order_by=rows.row),
        hukou_region=rows.hukou_region.first(order_by=rows.row),
        alive=(rows.alive == "1").all(),
        rows=rows.count(),
    )
    return _with(grouped, people.persons.select("person", "birth_date"), "person")


def _facts(book: Book, people: People, period: Period) -> ir.Table:
    """The residents with dead, drawing, student and registered (true or null)."""
    first, last = period.first_day, period.last_day
    facts = residents(book, people)
    if "deaths" in book:
        deaths = people.attach(book["deaths"])
        facts = _marked(facts, deaths.filter(deaths.died_on <= last), "died")
    if "benefits" in book:
        drawn = spells.drawn(book, people, period)
        facts = _marked(facts, drawn.filter(drawn.open, drawn.insurance.isin(codes.PENSION)), "drawing")
    if "students" in book:
        students = people.attach(book["students"])
        at_school = (students.enrolled_from <= last) & (ibis.coalesce(students.enrolled_to, last) >= first)
        facts = _marked(facts, students.filter(at_school), "student")
    if "registry" in book:
        facts = _marked(facts, people.attach(book["registry"]), "registered")
    absent = [name for name in ("died", "drawing", "student", "registered") if name not in facts.columns]
    return facts.mutate(**dict.fromkeys(absent, ibis.null("boolean")))


def _enrolments(book: Book, people: People, period: Period, grace: Period) -> ir.Table:
    """One row a person and cover ("other" for insurances of neither): what the enrolment rows say.

    Enrolments that begin after the period are not there yet; those without a first month never paid.
    Columns: person, cover, here, by_number, elsewhere (enrolled now, by where and how it is
    known), paid (ever), last_month, records.
    """
    rows = together(
        _rows(book, people, name) for name in ("enrolments", "enrolments_elsewhere") if name in book
    )
    rows = rows.filter(rows.first_month.isnull() | (rows.first_month <= period.first_day))
    begun = rows.first_month.notnull()
    last = ibis.least(ibis.coalesce(rows.last_month, period.first_day), period.first_day)
    now = begun & (last >= grace.first_day)
    return rows.group_by("person", cover=rows.insurance.substitute(_COVER, else_="other")).agg(
        here=(now & rows.here).any(),
        by_number=(now & ~rows.here & rows.by_number).any(),
        elsewhere=(now & ~rows.here).any(),
        paid=begun.any(),
        last_month=last.max(where=begun),
        records=rows.count(),
    )


def _rows(book: Book, people: People, name: str) -> ir.Table:
    rows = people.attach(book[name])
    return rows.select(
        "person", "insurance", "first_month", "last_month", "by_number", here=name == "enrolments"
    )


def _under_review(known: ir.Table, people: People) -> ir.Table:
    """Covers that persons would have if a record under review were theirs: person, cover, may_be_enrolled."""
    reviewed = people.doubtful.join(known, "person").filter(ibis._.here | ibis._.elsewhere)
    return reviewed.group_by(person=reviewed.candidate, cover=reviewed.cover).agg(
        may_be_enrolled=ibis.literal(True)
    )


def _first_that_applies(rows: ir.Table, period: Period, of_age: int) -> ir.StringValue:
    pension = rows.cover == "pension"
    too_young = rows.birth_date + ibis.interval(years=of_age) > ibis.literal(period.last_day)
    elsewise = rows.in_production.fill_null(0) > rows.records.fill_null(0)
    tests = {
        "dead": ~rows.alive | rows.died.fill_null(False),
        "under_age": pension & too_young,
        "drawing": pension & rows.drawing,
        "enrolled_here": rows.here,
        "elsewhere_by_number": rows.by_number,
        "elsewhere_by_linkage": rows.elsewhere,
        "student": pension & rows.student,
        "lapsed": rows.paid,
        "never_paid": rows.records > 0,
        "partial": elsewise,
        "registered": rows.registered,
    }
    return ibis.cases(*((test.fill_null(False), key) for key, test in tests.items()), else_="no_database")


def _marked(table: ir.Table, people: ir.Table, mark: str) -> ir.Table:
    """The table with a column that is true for the persons of `people` and null for the others."""
    return _with(table, people.select("person").distinct().mutate(**{mark: ibis.literal(True)}), "person")


def _with(table: ir.Table, more: ir.Table, *keys: str) -> ir.Table:
    """The table with the columns of `more`, null where it has no row for the keys."""
    joined = table.left_join(more, list(keys), rname="{name}_more")
    return joined.drop(*(f"{key}_more" for key in keys))
