"""待遇疑点: benefits that somebody draws who should not, person by person.

Two pensions in the same months and unemployment benefit beside employment are pairs that exclude each
other: they stand among the duplicates (`overlaps`), with the side that stays.
"""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import ruled, spells
from qmcb.enrolment.facts import Facts, beside
from qmcb.enrolment.overlaps import pairs
from qmcb.tables import together

_SIDE = ("source", "record_id", "insurance", "region")
_COLUMNS = {
    "person": "int64", "kind": "string",
    **{f"{name}_{side}": "string" for side in "ab" for name in _SIDE},
    "monthly": "int64", "first_month": "date", "last_month": "date",
}  # fmt: skip
_MONTH = ibis.interval(months=1)
_WOMAN = "2"


def benefits(facts: Facts, shared: ir.Table) -> ir.Table:
    """Months of benefits that are in doubt, cut at the months in which their rule changed.

    `shared` are the `overlaps.overlaps` of the facts. Columns: person, kind (of codes.BENEFIT); source_a,
    record_id_a, insurance_a, region_a of the benefit; the same of side b for pairs, else null; first_month,
    last_month, months in doubt; amount: months × monthly amount in fen, null where the table has none; what
    the rule of those months says: rule, action, decides, effective, document, article, confirmed; how what
    was overpaid comes back by the rule in force at the period: recovery (of codes.ACTION), recovery_document,
    recovery_article, null without one.

    §§ of the checks are in params/policy/benefits. A pension is due for the month of death and lawful
    from the month in which the least lawful age is reached (see `_under_age`).
    """
    found = together([*of_the_dead(facts), _under_age(facts), _while_retired(facts), _subsidy_twice(shared)])
    cut = ruled.cut(facts, facts.kept("doubtful", found), "benefits", "kind")
    recovery = facts.rules["recovery/overpayment"].at(facts.period)
    reference = recovery.reference if recovery else None
    told = cut.mutate(
        amount=cut.months * cut.monthly,
        recovery=ibis.literal("recover_overpayment" if recovery else None, "string"),
        recovery_document=ibis.literal(reference and reference.document, "string"),
        recovery_article=ibis.literal(reference and reference.article, "string"),
    )
    return told.drop("monthly", "keep", "refund", "retain")


def of_the_dead(facts: Facts) -> list[ir.Table]:
    """Benefits of months after that of death; where hukou ended without a day of death, the period's.

    Columns as `benefits`, before any rule is asked: person, kind, side a, side b null, monthly (fen),
    first_month, last_month.
    """
    drawn = facts.drawn
    found = []
    if "deaths" in facts.book:
        died = facts.deaths
        told = drawn.join(died, "person")
        last_due = told.died_on.truncate("M").cast("date")
        after = told.filter(told.last_month > last_due)
        first = ibis.greatest(after.first_month, (after.died_on.truncate("M") + _MONTH).cast("date"))
        pension = after.insurance.isin(codes.PENSION)
        kind = ibis.ifelse(pension, "pension_after_death", "unemployment_after_death")
        found.append(_single(after, kind, first, after.last_month))
        drawn = drawn.anti_join(died, "person")
    if "residents" in facts.book:
        cancelled = facts.residents.filter(~facts.residents.alive)
        still = drawn.filter(drawn.open).semi_join(cancelled, "person")
        now = ibis.literal(facts.period.first_day)
        found.append(_single(still, ibis.literal("drawn_while_cancelled"), now, now))
    return found


def _under_age(facts: Facts) -> ir.Table:
    """Months before that of the least age at which the pension can be lawful.

    Of an employee pension that is the old statutory age (for a woman a worker's, for the tables do not tell
    workers from cadres; who has no sex on record counts as a woman) less the years of the special trades
    (pension/early_trades): what is left cannot be explained by either. Nor can everything else: who retired
    disabled may be younger, so that somebody looks at the file first.
    """
    persons = facts.people.persons.select("person", "birth_date", "sex")
    drawn = facts.drawn
    told = beside(drawn.filter(drawn.insurance.isin(codes.PENSION)), persons, "person")
    began = told.first_month
    men, women, resident, early = (
        ruled.number(facts, f"pension/{name}", began)
        for name in ("least_age/men", "least_age/women", "least_age/resident", "early_trades")
    )
    employee = ibis.ifelse(told.sex.fill_null(_WOMAN) == _WOMAN, women, men) - early
    least = ibis.ifelse(told.insurance == "170", resident, employee)
    of_age = (told.birth_date.truncate("M") + (12 * least).cast("int64").as_interval("M")).cast("date")
    told = told.mutate(of_age=of_age).filter(ibis._.first_month < ibis._.of_age)
    last = ibis.least(told.last_month, (told.of_age - _MONTH).cast("date"))
    return _single(told, ibis.literal("pension_under_age"), told.first_month, last)


def _while_retired(facts: Facts) -> ir.Table:
    """Unemployment benefit (side a) in months in which a pension is drawn (side b)."""
    drawn = facts.drawn
    idle, pension = drawn.filter(drawn.insurance == "210"), drawn.filter(drawn.insurance.isin(codes.PENSION))
    found = pairs(facts, idle, pension, ibis.literal("unemployment_while_retired"))
    return found.mutate(monthly=found.amount_a).select(list(_COLUMNS))


def _subsidy_twice(shared: ir.Table) -> ir.Table:
    """Two resident medical covers of the same months: the budget subsidises each; no table has the amount."""
    twice = shared.filter(shared.kind == "resident_medical_twice")
    kind = ibis.literal("resident_medical_subsidy_twice")
    return twice.mutate(kind=kind, monthly=ibis.null("int64")).select(list(_COLUMNS))


def _single(drawn: ir.Table, kind: ir.StringValue, first: ir.DateValue, last: ir.DateValue) -> ir.Table:
    """A benefit in doubt by itself."""
    told = {
        "person": drawn.person, "kind": kind, "source_a": spells.source(drawn.key),
        "record_id_a": drawn.record_id, "insurance_a": drawn.insurance, "region_a": drawn.region,
        "monthly": drawn.amount, "first_month": first, "last_month": last,
    }  # fmt: skip
    return drawn.select(
        **{name: told[name] if name in told else ibis.null(kind) for name, kind in _COLUMNS.items()}
    )
