"""全民参保登记库 against 业务生产库: who stands only in one of them, and in what the two differ."""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import ruled, spells
from qmcb.enrolment.facts import Facts, beside
from qmcb.enrolment.standing import grace
from qmcb.linkage.people import who
from qmcb.tables import together

_STAFF, _RETIRED = "10", "70"
_PAYS_ITSELF = ("10", "50", "70")  # as registered, whoever pays a pension without an employer is not
_BY_EMPLOYER = (*codes.EMPLOYEE_PENSION, "210")
_COMPARED = ("name", "hukou_region", "residence_region", "employer")
_IN_BOTH = (*_COMPARED, "employment", "registered_twice", "dead")


def paying(facts: Facts) -> ir.Table:
    """One row a person enrolled now, anywhere: what the enrolments say of the work of each.

    Columns, all flags: staff (an employer pays pension or unemployment and has not stopped), staff_lately (an
    employer pays any insurance, or stopped within the grace), by_itself (a pension is paid without an
    employer), employee_pension, employee_medical.
    """
    rows = facts.paid
    now = rows.filter(rows.last_month >= grace(facts).first_day)
    by_employer = now.employer_id.notnull() & ~now.insurance.isin((*codes.RESIDENT_PENSION, "390"))
    pension = now.insurance.isin(codes.PENSION)
    return now.group_by("person").agg(
        staff=(by_employer & now.open & now.insurance.isin(_BY_EMPLOYER)).any(),
        staff_lately=by_employer.any(),
        by_itself=(pension & now.open & ~by_employer).any(),
        employee_pension=now.insurance.isin(codes.EMPLOYEE_PENSION).any(),
        employee_medical=(now.insurance == "310").any(),
    )


def reconciled(facts: Facts, people: ir.Table) -> ir.Table:
    """One row a person in the registry or in production: where they stand and in what they differ.

    `people` as `databases.held` gives. Columns: person; state (of codes.RECONCILED); a flag for each of
    codes.REGISTRY_DIFFERENCE; record_id, verified (as `Facts.registered`, null outside it); county
    (in the province: where the person lives, else has hukou, else is enrolled; null where none is known).

    Only what both sides tell can differ; the first four kinds are asked of those in both. A name, a
    region or an employer agrees where any record of the other side has the same. Employers are compared
    by organisation code. Employment differs where an employer pays and the registry says otherwise (but
    retired, of who draws an employee pension); where the registry says staff, studying or retired and a
    pension is paid without an employer; or where an employee pension is drawn and the registry says
    neither retired nor staff. Source: clause 二(五) of the notice.
    """
    rows = beside(people.filter(people.registry | people.production), facts.registered, "person")
    for kind in _COMPARED:
        rows = beside(rows, _compared(facts, kind), "person")
    rows = beside(rows, facts.kept("paying", paying(facts)), "person")
    rows = beside(rows, _drawing(facts), "person")
    rows = rows.mutate(employment_differs=_other_employment(rows))
    both = rows.registry & rows.production
    kinds = {kind: (both & rows[f"{kind}_differs"]).fill_null(False) for kind in (*_COMPARED, "employment")}
    only = rows.registry & ~rows.production
    missing = rows.production & ~rows.registry & ~rows.dead
    enrolled = rows.staff.notnull() | rows.draws.notnull()
    kinds |= {
        "registered_twice": (rows.rows > 1).fill_null(False),
        "dead": rows.registry & rows.dead,
        "enrolled_elsewhere": only & ~rows.dead & rows.elsewhere,
        "never_enrolled": only & ~rows.dead & ~rows.elsewhere,
        "unregistered": missing & enrolled,
        "unregistered_before": missing & ~enrolled,
    }
    differs = ibis.or_(*(kinds[kind] for kind in _IN_BOTH))
    state = ibis.cases(
        (only, "registry_only"), (~rows.registry, "production_only"), (differs, "differs"), else_="agrees"
    )
    told = rows.select("person", "record_id", "verified", **kinds, state=state)
    return beside(told, facts.kept("county", _county(facts, told)), "person")


def differences(facts: Facts, compared: ir.Table) -> ir.Table:
    """The rows of `reconciled`, one for each person and kind of difference, with what is recommended.

    Columns: person, state, kind, record_id, county, verified, months (from then to the period; null where
    never or not in the registry) and what `registry/<kind>` says (see `ruled.COLUMNS`).
    """
    last = ibis.literal(facts.period.first_day)
    months = spells.months(compared.verified.truncate("month"), last) - 1
    rows = compared.mutate(months=months)
    kept = ("person", "state", "record_id", "county", "verified", "months")
    told = [
        rows.filter(rows[kind]).select(*kept, kind=ibis.literal(kind)) for kind in codes.REGISTRY_DIFFERENCE
    ]
    return together(told).join(ruled.now(facts, "registry"), "kind")


def _compared(facts: Facts, kind: str) -> ir.Table:
    """Person and whether nothing that the registry tells agrees with the other side; of who has both."""
    ours, theirs = (sides.filter(sides.value.notnull()).distinct() for sides in _SIDES[kind](facts))
    pairs = ours.join(theirs, "person", rname="{name}_other")
    return pairs.group_by("person").agg(**{f"{kind}_differs": ~(pairs.value == pairs.value_other).any()})


def _names(facts: Facts) -> tuple[ir.Table, ir.Table]:
    ours, theirs = (_written(facts, name) for name in ("registry", "enrolments"))
    return ours, theirs


def _written(facts: Facts, name: str) -> ir.Table:
    people = facts.people
    written = facts.book[name].select(who=who(facts.book[name])).distinct()
    known = people.identities.select("who", "person").join(people.profiles.select("who", "plain"), "who")
    return written.join(known, "who").select("person", value="plain")


def _hukou(facts: Facts) -> tuple[ir.Table, ir.Table]:
    return _sides(facts, "residents", "hukou_region")


def _residence(facts: Facts) -> tuple[ir.Table, ir.Table]:
    return _sides(facts, "population", "residence_region")


def _sides(facts: Facts, table: str, column: str) -> tuple[ir.Table, ir.Table]:
    ours = facts.registered.select("person", value=column)
    if table not in facts.book:
        return ours, ours.limit(0)
    return ours, facts.of(table).select("person", value=column)


def _employers(facts: Facts) -> tuple[ir.Table, ir.Table]:
    ours, theirs = facts.registered, facts.paid
    now = theirs.filter(theirs.last_month >= grace(facts).first_day)
    return tuple(rows.select("person", value=_unit(rows.employer_id)) for rows in (ours, now))


def _unit(employer: ir.StringValue) -> ir.StringValue:
    """The organisation code in an employer's code of 18 or 9 characters, so that old and new ones compare."""
    bare = employer.upper().re_replace("[^0-9A-Z]", "")
    return ibis.ifelse(bare.length() == 18, bare.substr(8, 9), bare).nullif("")


_SIDES = {"name": _names, "hukou_region": _hukou, "residence_region": _residence, "employer": _employers}


def _drawing(facts: Facts) -> ir.Table:
    """Who draws a benefit that has not ended: person, draws (an employee pension)."""
    rows = facts.drawn.filter(facts.drawn.open)
    return rows.group_by("person").agg(draws=rows.insurance.isin(codes.EMPLOYEE_PENSION).any())


def _other_employment(rows: ir.Table) -> ir.BooleanValue:
    said, draws, staff = rows.employment, rows.draws.fill_null(False), rows.staff.fill_null(False)
    alone = rows.by_itself.fill_null(False) & ~rows.staff_lately.fill_null(False)
    return ibis.cases(
        (staff, (said != _STAFF) & ~(draws & (said == _RETIRED))),
        (draws, ~said.isin((_RETIRED, _STAFF))),
        (alone, said.isin(_PAYS_ITSELF)),
        else_=False,
    )


def _county(facts: Facts, persons: ir.Table) -> ir.Table:
    """Person and county: where in the province one lives, else has hukou, else was enrolled last."""
    paid = facts.enrolled
    last = paid.group_by("person").agg(
        region=paid.region.first(
            where=paid.region.startswith(facts.province), order_by=[paid.last_month.desc(), paid.region]
        )
    )
    rows = persons.select("person")
    rows = beside(beside(rows, facts.residence(rows), "person"), facts.hukou(rows), "person")
    rows = beside(rows, last, "person")
    here = [
        ibis.ifelse(rows[name].startswith(facts.province), rows[name], ibis.null("string"))
        for name in ("residence_region", "hukou_region", "region")
    ]
    return rows.select("person", county=ibis.coalesce(*here))
