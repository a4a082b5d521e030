"""漏保: who ought to be enrolled and is not, what is recommended, and who comes first."""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import ruled, spells
from qmcb.enrolment.facts import Facts, beside

_SAID = ["rule", "action", "decides", "effective", "document", "article", "confirmed"]


def missing(facts: Facts, standings: ir.Table) -> ir.Table:
    """Residents who ought to be enrolled and are not, one row a cover, with what is recommended.

    Columns as `standing.standing`; months (since the last paid one, null for who never paid); rule,
    action, decides, effective, document, article, confirmed; priority (the more the sooner) and reasons,
    the labels of codes.PRIORITY that make it up, empty where none does (see `_weighed`). Work cover is
    asked of the employer (missing/work), the others by standing (missing/standing).
    """
    lacking = standings.filter(standings.standing.isin(codes.MISSING))
    return _weighed(facts, lacking.join(_advice(facts), ["cover", "standing"]))


def excluded(facts: Facts, standings: ir.Table) -> ir.Table:
    """Residents who need not be enrolled, one row a cover: columns as `standing` and the rule."""
    reasons = ruled.now(facts, "missing/standing").rename(standing="kind").select("standing", *_SAID)
    return standings.filter(standings.standing.isin(codes.EXCLUDED)).join(reasons, "standing")


def lists(lacking: ir.Table) -> ir.Table:
    """The missing by what they lack, where they belong and who employs them, as lists are handed out.

    Columns: cover, hukou_region, employer_id (null: no employer), standing, people, first (how many have the
    highest priority of the list), priority (the highest).
    """
    keys = ["cover", "hukou_region", "employer_id", "standing"]
    most = lacking.mutate(most=lacking.priority.max().over(group_by=keys))
    return most.group_by(keys).agg(
        people=most.count(), first=(most.priority == most.most).sum(), priority=most.priority.max()
    )


def _advice(facts: Facts) -> ir.Table:
    """What to do by cover and standing: cover, standing and _SAID."""
    everyone, staff = (ibis.memtable({"cover": list(covers)}) for covers in (codes.COVER, codes.WORK_COVER))
    by_standing = ruled.now(facts, "missing/standing").rename(standing="kind").select("standing", *_SAID)
    of_employers = ruled.now(facts, "missing/work").select(*_SAID)
    standings = ibis.memtable({"standing": list(codes.MISSING)})
    asked = staff.cross_join(standings).cross_join(of_employers)
    return everyone.cross_join(by_standing).union(asked.select("cover", "standing", *_SAID))


def _weighed(facts: Facts, rows: ir.Table) -> ir.Table:
    """The rows with months, priority and reasons, by `missing/priority` and `missing/threshold`."""
    now, last_day = ibis.literal(facts.period.first_day), ibis.literal(facts.period.last_day)
    rows = beside(rows, _poor(facts), "person")
    rows = rows.mutate(months=spells.months(rows.last_month, now) - 1)
    limit = {
        name: int(facts.rules.number(f"missing/threshold/{name}", facts.period))
        for name in ("near_retirement", "child", "long_lapse")
    }
    drawing = facts.rules.number("pension/least_age/resident", facts.period)
    near = ibis.interval(years=int(drawing) - limit["near_retirement"])
    applies = {
        "low_income": rows.poor,
        "near_retirement": (rows.cover == "pension") & (rows.birth_date + near <= last_day),
        "child": (rows.cover == "medical")
        & (rows.birth_date + ibis.interval(years=limit["child"]) > last_day),
        "employed": rows.works,
        "long_lapse": (rows.standing == "lapsed") & (rows.months >= limit["long_lapse"]),
    }
    priority, reasons = ibis.literal(0, "int64"), ibis.literal("")
    for reason, label in codes.PRIORITY.items():
        points = int(facts.rules.number(f"missing/priority/{reason}", facts.period))
        told = applies[reason].fill_null(False)
        priority = priority + ibis.ifelse(told, points, 0)
        reasons = reasons + ibis.ifelse(told, f"{label}、", "")
    return rows.mutate(priority=priority, reasons=reasons.re_replace("、$", "")).drop("poor")


def _poor(facts: Facts) -> ir.Table:
    """Persons with minimum living support by the end of the period: person, poor."""
    if "low_income" not in facts.book:
        return ibis.memtable([], schema={"person": "int64", "poor": "boolean"})
    rows = facts.of("low_income")
    since = rows.filter(rows.since <= ibis.literal(facts.period.last_day))
    return since.select("person").distinct().mutate(poor=ibis.literal(True))
