"""Which of two enrolments stays: a rule's recommendation, held against the facts of the person.

A program recommends and people decide. Where the facts do not tell the sides apart nothing is recommended,
and the reason says what is lacking.
"""

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import cover, places
from qmcb.enrolment.facts import Facts, beside
from qmcb.enrolment.overlaps import pairs, province
from qmcb.tables import together

Resolver = Callable[[Facts, ir.Table], ir.Table]
_ROW = ["key_a", "key_b", "first_month"]


def settled(facts: Facts, rows: ir.Table) -> ir.Table:
    """The rows with stays ("a", "b" or null) and why (of codes.WHY): which side the rule would keep.

    `rows` are pairs cut by rule: `overlaps.overlaps` with keep (of codes.KEEP, null without a rule). One
    resolver for each key of codes.KEEP; sources of the rules are in params/policy/duplicates.
    """
    asked = set(rows.keep.to_pyarrow().unique().to_pylist())  # a resolver that nobody asks for costs too
    parts = [resolve(facts, rows.filter(rows.keep == keep)) for keep, resolve in _BY.items() if keep in asked]
    unruled = _open(rows.filter(rows.keep.isnull()), "no_rule")
    return together([part.select(unruled.columns) for part in (unruled, *parts)])


def _hukou_or_ten_years(facts: Facts, rows: ir.Table) -> ir.Table:
    """国办发〔2009〕66号 第六条, where the pension would be paid; provinces across, counties within."""
    whole = _place_of_payment(facts, rows.filter(rows.scope == "across"), province)
    return whole.union(_place_of_payment(facts, rows.filter(rows.scope == "within"), lambda region: region))


def _place_of_payment(
    facts: Facts, rows: ir.Table, place: Callable[[ir.StringValue], ir.StringValue]
) -> ir.Table:
    of_people = facts.paid.semi_join(rows, "person")
    worked = of_people.filter(of_people.insurance.isin(codes.EMPLOYEE_PENSION))
    years = facts.rules.known("pension/place_of_payment", facts.period)
    months = facts.kept("months", cover.months_at(worked.mutate(place=place(worked.region))))
    enough = months.filter(months.months >= (years and 12 * years))
    told = beside(rows, facts.hukou(rows), "person")
    told = beside(told, enough.group_by("person").agg(places=enough.count()), "person")
    for side in "ab":
        own = enough.select("person", **{f"at_{side}": "place", f"ten_{side}": ibis.literal(True)})
        told = beside(
            told.mutate(**{f"at_{side}": place(told[f"region_{side}"])}), own, "person", f"at_{side}"
        )
    ten_a, ten_b = told.ten_a.fill_null(False), told.ten_b.fill_null(False)
    home_a, home_b = (told[f"at_{side}"] == place(told.hukou_region) for side in "ab")
    later = told.ended_a > told.ended_b, told.ended_b > told.ended_a
    return _decided(
        rows, told,
        ("same_place", told.at_a == told.at_b, None),
        ("no_hukou", told.hukou_region.isnull(), None),
        ("hukou", home_a | home_b, _side(home_a, home_b)),
        ("last_ten_years", ten_a & ten_b & (later[0] | later[1]), _side(*later)),
        ("both_ten_years", ten_a & ten_b, None),
        ("ten_years", ten_a | ten_b, _side(ten_a, ten_b)),
        ("third_place", told.places > 0, None),
        otherwise="to_hukou",
    )  # fmt: skip


def _employee_side(_: Facts, rows: ir.Table) -> ir.Table:
    a, b = (rows[f"insurance_{side}"].isin(codes.EMPLOYEE_PENSION) for side in "ab")
    return rows.mutate(stays=_side(a, b), why=ibis.literal("employee"))


def _first_drawn(_: Facts, rows: ir.Table) -> ir.Table:
    a, b = rows.began_a < rows.began_b, rows.began_b < rows.began_a
    return _decided(rows, rows, ("first_drawn", a | b, _side(a, b)), otherwise="same_month")


def _by_agreement(_: Facts, rows: ir.Table) -> ir.Table:
    return _open(rows, "agreement")


def _one_record(_: Facts, rows: ir.Table) -> ir.Table:
    return _open(rows, "same_employer")


def _employment(_: Facts, rows: ir.Table) -> ir.Table:
    """The benefit is side a, the employment side b (see `overlaps`)."""
    return rows.mutate(stays=ibis.literal("b"), why=ibis.literal("employment"))


def _workplace(facts: Facts, rows: ir.Table) -> ir.Table:
    """Where an employer pays wages in those months, else where there is one, else where the registry says."""
    told = beside(rows, places.wages(facts, rows), *_ROW)
    told = beside(told, places.registered_employer(facts, rows), "person")
    paid_a, paid_b = told.wages_a.fill_null(False), told.wages_b.fill_null(False)
    with_a, with_b = told.employer_id_a.notnull(), told.employer_id_b.notnull()
    now = told.last_month == ibis.literal(facts.period.first_day)
    said_a, said_b = (now & (told[f"employer_id_{side}"] == told.employer).fill_null(False) for side in "ab")
    return _decided(
        rows, told,
        ("same_employer", told.employer_id_a == told.employer_id_b, None),
        ("wages", paid_a != paid_b, _side(paid_a, paid_b)),
        ("employer", with_a != with_b, _side(with_a, with_b)),
        ("registry", said_a != said_b, _side(said_a, said_b)),
        ("two_employers", with_a & with_b, None),
        otherwise="no_employer",
    )  # fmt: skip


def _usual_residence(facts: Facts, rows: ir.Table) -> ir.Table:
    """Where the person lives, a student where the school is: the county, else the province."""
    told = beside(rows, places.school(facts, rows), *_ROW)
    told = beside(told, facts.residence(rows), "person")
    place = ibis.coalesce(told.school_region, told.residence_region)
    in_a, in_b = (told[f"region_{side}"] == place for side in "ab")
    near_a, near_b = (province(told[f"region_{side}"]) == province(place) for side in "ab")
    told_by = ibis.ifelse(told.school_region.notnull(), "school", "residence")
    return _decided(
        rows, told,
        ("same_place", told.region_a == told.region_b, None),
        ("no_residence", place.isnull(), None),
        (told_by, in_a | in_b, _side(in_a, in_b)),
        (told_by, near_a != near_b, _side(near_a, near_b)),
        otherwise="residence_elsewhere",
    )  # fmt: skip


def _employee_after_one_year(facts: Facts, rows: ir.Table) -> ir.Table:
    """Employee cover that has run without a break, wherever, for the months of medical/continuous_cover."""
    need = facts.rules.known("medical/continuous_cover", facts.period)
    of_people = facts.paid.semi_join(rows, "person")
    runs = cover.runs(of_people.filter(of_people.insurance == "310"))
    a = rows.insurance_a == "310"
    told = beside(rows.mutate(key=ibis.ifelse(a, rows.key_a, rows.key_b)), runs, "key")
    long = told.last_month.delta(told.run_from, unit="month") + 1 >= need
    side = ibis.ifelse(told.insurance_a == "310", "a", "b")
    return _decided(rows, told, ("one_year", long.fill_null(False), side), otherwise="under_one_year")


def _with_medical(facts: Facts, rows: ir.Table) -> ir.Table:
    """Where employee medical runs in those months; where it runs in both, the side of it that stays."""
    of_people = facts.paid.semi_join(rows, "person")
    medical = of_people.filter(of_people.insurance == "310")
    told = beside(rows, places.any_at(rows, medical, "cover"), *_ROW)
    told = beside(told, places.any_at(rows, _kept_medical(facts, rows), "kept"), *_ROW)
    a, b, kept_a, kept_b = (
        told[name].fill_null(False) for name in ("cover_a", "cover_b", "kept_a", "kept_b")
    )
    return _decided(
        rows, told,
        ("same_place", told.region_a == told.region_b, None),
        ("medical", a != b, _side(a, b)),
        ("medical", kept_a != kept_b, _side(kept_a, kept_b)),
        ("medical_open", a & b, None),
        otherwise="no_medical",
    )  # fmt: skip


def _kept_medical(facts: Facts, rows: ir.Table) -> ir.Table:
    """The sides of employee medical twice that stay: person, region, first_month, last_month."""
    paid = facts.paid.semi_join(rows, "person")
    medical = paid.filter(paid.insurance == "310")
    twice = pairs(facts, medical, medical, ibis.literal("employee_medical_twice"))
    found = _workplace(facts, facts.kept("medical", twice.filter(twice.key_a < twice.key_b)))
    decided = found.filter(found.stays.notnull())
    region = ibis.ifelse(decided.stays == "a", decided.region_a, decided.region_b)
    return decided.select("person", "first_month", "last_month", region=region)


_BY: Mapping[str, Resolver] = {
    "hukou_or_ten_years": _hukou_or_ten_years,
    "by_agreement": _by_agreement,
    "employee_side": _employee_side,
    "first_drawn": _first_drawn,
    "workplace": _workplace,
    "usual_residence": _usual_residence,
    "employee_after_one_year": _employee_after_one_year,
    "with_medical": _with_medical,
    "one_record": _one_record,
    "employment": _employment,
}
Test = tuple[str | ir.StringValue, ir.BooleanValue, ir.StringValue | None]


def _side(a: ir.BooleanValue, b: ir.BooleanValue) -> ir.StringValue:
    """The side of which alone something is true; null for both and neither."""
    a, b = a.fill_null(False), b.fill_null(False)
    return ibis.cases((a & ~b, "a"), (b & ~a, "b"))


def _decided(rows: ir.Table, told: ir.Table, *tests: Test, otherwise: str) -> ir.Table:
    """The rows by the first test that is true: its reason, and the side that it says."""
    none = ibis.null("string")
    true = [(why, test.fill_null(False), none if side is None else side) for why, test, side in tests]
    why = ibis.cases(*((test, why) for why, test, _ in true), else_=otherwise)
    stays = ibis.cases(*((test, side) for _, test, side in true), else_=none)
    return told.mutate(stays=stays, why=why).select(*rows.columns, "stays", "why")


def _open(rows: ir.Table, why: str) -> ir.Table:
    return rows.mutate(stays=ibis.null("string"), why=ibis.literal(why))
