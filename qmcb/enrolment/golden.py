"""The golden record: of each person one row, each field from the table whose word counts first."""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import databases, one_number, spells
from qmcb.enrolment.facts import Facts, beside
from qmcb.linkage.people import who
from qmcb.policy import Order
from qmcb.tables import CONTRACTS, together

_DAY = {
    "registry": ("registered_on", "surveyed_on"), "enrolments": ("first_month",),
    "enrolments_elsewhere": ("first_month",), "benefits": ("first_month",), "payroll": ("month",),
    "cards": ("issued_on",), "medical_filings": ("filed_on",), "students": ("enrolled_from",),
}  # fmt: skip
_OF_PEOPLE = ("name", "sex", "birth_date", "phone")
_STAFF, _STUDIES, _RETIRED = "10", "50", "70"
_BY_EMPLOYER = (*codes.EMPLOYEE_PENSION, "210")


def written(facts: Facts) -> ir.Table:
    """Each way in which each table writes somebody down.

    Columns: person, source (table), number, plain, by_number (see `People`), name, sex, birth_date, phone as
    sent, day (on which it was written down last, not after the period; null where the table has none),
    rows.
    """
    parts = [_seen(facts, name) for name in facts.book.tables if CONTRACTS[name].of_people]
    people = facts.people
    known = people.identities.select("who", "person", "by_number")
    fields = people.profiles.select("who", "number", "plain", "name", "sex", "birth_date", "phone")
    return together(parts).join(known, "who").join(fields, "who").drop("who")


def _seen(facts: Facts, name: str) -> ir.Table:
    table = facts.book[name]
    days = [table[column] for column in _DAY.get(name, ())]
    day = ibis.greatest(*days) if days else ibis.null("date")
    rows = table.select(who=who(table), day=facts.capped(day))
    return rows.group_by("who").agg(day=rows.day.max(), rows=rows.count()).mutate(source=ibis.literal(name))


def golden(facts: Facts, people: ir.Table) -> ir.Table:
    """One row a person whom the province knows and who lives (see `databases.ours`): the golden record.

    `people` as `databases.held` gives. Columns: person; each of codes.GOLDEN, with `<field>_from` (of
    codes.GOLDEN_SOURCE) and `<field>_agreement` (of codes.AGREEMENT: what the other tables say); why (of
    codes.NUMBER_WHY) and candidates of the number; record_id, registered_on and surveyed_on as registered.

    Whose word counts first say the rules golden/<field>; among words of one table and day the one that more
    rows have, then the lesser in order of text, so that the order of rows and files decides nothing. An
    employer is told only of staff.
    """
    persons = facts.kept("living", people.filter(databases.ours(people), ~people.dead).select("person"))
    noted = facts.kept("written", written(facts))
    numbers = facts.kept("numbers", one_number.numbers(facts, noted, persons))
    rows = beside(persons, numbers.select("person", "id_number", "candidates", "why"), "person")
    rows = beside(rows, _of_number(facts, noted, numbers), "person")
    parts = {
        **{field: _of_people(facts, noted, numbers, field) for field in _OF_PEOPLE},
        **{field: _of_places(facts, field) for field in ("hukou_region", "residence_region")},
        **{field: _of_work(facts, field) for field in ("employment", "employer_id")},
    }
    for field, claims in parts.items():
        order = facts.rules.order(f"golden/{field}", facts.period)
        chosen = facts.kept(field, _chosen(claims.semi_join(persons, "person"), order, field))
        rows = beside(rows, chosen, "person")
    if "registry" in facts.book:
        own = facts.registered.select("person", "record_id", "registered_on", "surveyed_on")
        rows = beside(rows, own, "person")
    else:
        rows = rows.mutate(
            record_id=ibis.null("string"), registered_on=ibis.null("date"), surveyed_on=ibis.null("date")
        )
    return _told(rows)


def _told(rows: ir.Table) -> ir.Table:
    """The rows with an employer only of staff, and `none` where no table tells a field."""
    staff = (rows.employment == _STAFF).fill_null(False)
    cleared = {
        name: ibis.ifelse(staff, rows[name], ibis.null("string"))
        for name in ("employer_id", "employer_id_from", "employer_id_agreement")
    }
    rows = rows.mutate(**cleared)
    return rows.mutate(
        **{f"{field}_agreement": rows[f"{field}_agreement"].fill_null("none") for field in codes.GOLDEN}
    )


def _chosen(claims: ir.Table, order: Order, field: str) -> ir.Table:
    """The claim that counts first of each person: person, `field`, its source and whether others agree.

    `claims`: person, source, value, day, rows, and alike: what is equal where two values say the same.
    """
    claims = claims.filter(claims.value.notnull(), claims.source.isin(order.sources))
    claims = claims.group_by("person", "source", "value", "alike").agg(
        day=claims.day.max(), rows=claims.rows.sum()
    )
    rank = ibis.cases(*((claims.source == name, at) for at, name in enumerate(order.sources)), else_=0)
    newest = claims.day.desc(nulls_first=False)
    first = [newest, rank] if order.newest else [rank, newest]
    one = ibis.struct({"value": claims.value, "source": claims.source})
    told = claims.group_by("person").agg(
        one=one.first(order_by=[*first, claims.rows.desc(), claims.value]),
        values=claims.alike.nunique(),
        sources=claims.source.nunique(),
    )
    agreement = ibis.cases((told["values"] > 1, "differ"), (told.sources > 1, "agree"), else_="alone")
    return told.select(
        "person",
        **{field: told.one["value"], f"{field}_from": told.one["source"], f"{field}_agreement": agreement},
    )


def _of_number(facts: Facts, noted: ir.Table, numbers: ir.Table) -> ir.Table:
    """Where the proposed number is written, and whether the other right numbers are the same."""
    right = noted.filter(noted.number.notnull())
    told = right.group_by("person").agg(sources=right.source.nunique())
    rows = beside(numbers, told, "person")
    agreement = ibis.cases(
        (rows.id_number.isnull(), "none"),
        (rows.candidates > 1, "differ"),
        (rows.sources > 1, "agree"),
        else_="alone",
    )
    return rows.select("person", id_number_from=rows.source, id_number_agreement=agreement)


def _of_people(facts: Facts, noted: ir.Table, numbers: ir.Table, field: str) -> ir.Table:
    claims = noted.select(
        "person", "source", "day", "rows", value=noted[field].cast("string"),
        alike=noted.plain if field == "name" else noted[field].cast("string"),
    )  # fmt: skip
    if field not in ("sex", "birth_date"):
        return claims
    own = numbers.filter(numbers.id_number.notnull())
    born = own.id_number.substr(6, 8)
    odd = own.id_number.substr(16, 1).cast("int64") % 2 == 1
    dashed = born.substr(0, 4) + "-" + born.substr(4, 2) + "-" + born.substr(6, 2)
    said = {"sex": ibis.ifelse(odd, "1", "2"), "birth_date": dashed}[field]
    implied = own.select(
        "person", source=ibis.literal("id_number"), day=ibis.null("date"), rows=ibis.literal(1, "int64"),
        value=said, alike=said,
    )  # fmt: skip
    return together([claims, implied])


def _of_places(facts: Facts, field: str) -> ir.Table:
    table = {"hukou_region": "residents", "residence_region": "population"}[field]
    parts = []
    if table in facts.book:
        rows = facts.of(table)
        parts.append(_claims(rows, table, rows[field], ibis.null("date")))
    if "registry" in facts.book:
        rows = facts.registered
        parts.append(_claims(rows, "registry", rows[field], rows.verified))
    return _together(parts)


def _of_work(facts: Facts, field: str) -> ir.Table:
    """What wages, enrolments, pensions and schools of the month, and the registry, say of a person's work."""
    now = ibis.literal(facts.period.last_day)
    paid, staffed = facts.enrolled, field == "employment"
    paid = paid.filter(paid.open, paid.employer_id.notnull(), paid.insurance.isin(_BY_EMPLOYER))
    parts = []
    for name in ("enrolments", "enrolments_elsewhere"):
        rows = paid.filter(spells.source(paid.key) == name)
        parts.append(_claims(rows, name, ibis.literal(_STAFF) if staffed else rows.employer_id, now))
    if "payroll" in facts.book:
        wages = facts.payroll.filter(facts.payroll.month == ibis.literal(facts.period.first_day))
        main = wages.group_by("person").agg(uscc=wages.uscc.first(order_by=[wages.wage.desc(), wages.uscc]))
        parts.append(_claims(main, "payroll", ibis.literal(_STAFF) if staffed else main.uscc, now))
    if "registry" in facts.book:
        rows = facts.registered
        parts.append(_claims(rows, "registry", rows[field], rows.verified))
    if staffed:
        drawn = facts.drawn.filter(facts.drawn.open, facts.drawn.insurance.isin(codes.EMPLOYEE_PENSION))
        parts.append(_claims(drawn, "benefits", ibis.literal(_RETIRED), now))
        if "students" in facts.book:
            parts.append(_claims(_at_school(facts), "students", ibis.literal(_STUDIES), now))
    return _together(parts)


def _at_school(facts: Facts) -> ir.Table:
    first, last = facts.period.first_day, facts.period.last_day
    rows = facts.students
    return rows.filter(rows.enrolled_from <= last, ibis.coalesce(rows.enrolled_to, last) >= first)


def _claims(rows: ir.Table, source: str, value: ir.StringValue, day: ir.DateValue) -> ir.Table:
    return rows.select("person", source=ibis.literal(source), value=value, day=day).mutate(
        rows=ibis.literal(1, "int64"), alike=ibis._.value
    )


def _together(parts: list[ir.Table]) -> ir.Table:
    schema = {"person": "int64", "source": "string", "value": "string", "day": "date"}
    schema |= {"rows": "int64", "alike": "string"}
    return together(part.select(*schema) for part in parts) if parts else ibis.memtable([], schema=schema)
