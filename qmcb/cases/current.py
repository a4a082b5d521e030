"""Where every case stands: a view over the events of a store, at any day or period."""

from datetime import date, timedelta
from functools import cache

import ibis
import ibis.expr.types as ir

from qmcb import paths, policy
from qmcb.cases.state import OPENING
from qmcb.cases.store import Store
from qmcb.periods import Period
from qmcb.policy import Rulebook

# Which dated rule gives the days within which a case has to leave a state.
WITHIN = {"open": "send_within", "sent": "answer_within", "answered": "settle_within"}


@cache
def deadlines() -> Rulebook:
    """The rules of params/policy/cases."""
    return policy.load(paths.POLICY / "cases")


def current(store: Store, *, day: date | None = None, period: Period | None = None) -> ir.Table:
    """One row a case, as it stood at the end of a day, or of a period; of now where neither is given.

    A period ends when a run of a later one is taken. Columns: case, number (of the last event), state
    (of codes.CASE_STATE), since (moment in which it came into that state since it was last opened),
    answer (of codes.ANSWER), reason and kept of the last answer since then, closed (of codes.CLOSED),
    facts (as last found), settled (facts that the answer speaks of), first_opened, returned (how
    often it came back), why (of codes.RETURNED, null unless it did), due (last day for the next
    step, null where none is asked), finding, kind, whose, office, rule, effective, and months.
    """
    events = _until(store, day, period)
    openings = events.group_by("case").agg(opening=events.number.max(where=events.event.isin(OPENING)))
    last = events.group_by("case").agg(now=events.state.argmax(events.number))
    told = events.join(openings, "case").join(last, "case")
    recent = told.number >= told.opening
    answered = recent & (told.event == "answered")
    opening = told.event.isin(OPENING)
    cases = told.group_by("case").agg(
        number=told.number.max(),
        state=told.now.max(),
        since=told["at"].min(where=recent & (told.state == told.now)),
        answer=told.answer.argmax(told.number, where=answered),
        reason=told.reason.argmax(told.number, where=answered),
        kept=told.kept.argmax(told.number, where=answered & told.kept.notnull()),
        settled=told.facts.argmax(told.number, where=answered),
        closed=told.reason.argmax(told.number, where=recent & (told.event == "closed")),
        facts=told.facts.argmax(told.number, where=told.event.isin((*OPENING, "changed"))),
        first_opened=told["at"].min(),
        returned=(told.event == "returned").sum(),
        why=told.reason.argmax(told.number, where=opening & told.reason.notnull()),
    )
    cases = cases.mutate(due=_due(cases))
    return cases.join(_about(store), ["case", "facts"])


def _until(store: Store, day: date | None, period: Period | None) -> ir.Table:
    events = store["events"]
    if day:
        events = events.filter(events["at"] < ibis.literal(day + timedelta(days=1)).cast("timestamp"))
    if period:
        runs = store["runs"].filter(ibis._.period <= ibis.literal(period.first_day)).run
        events = events.filter(events.run.isin(runs))
    return events


def _about(store: Store) -> ir.Table:
    """What was found of a case, in one row."""
    rows = store["facts"]
    latest = rows.last_month.fill_null(date(1, 1, 1))
    return rows.group_by("case", "facts").agg(
        **{name: rows[name].first() for name in ("finding", "kind", "whose", "office")},
        **{name: rows[name].argmax(latest) for name in ("rule", "effective")},
        months=rows.months.sum(),
    )


def _due(cases: ir.Table) -> ir.DateValue:
    """The last day for the next step under the rule of the day on which the state began."""
    rules = deadlines()
    began = cases.since.date()
    waits = (cases.state != "answered") | (cases.answer == "confirmed")
    versions = [
        (
            waits & (cases.state == state) & (began >= ibis.literal(version.effective)),
            began + ibis.interval(days=version.value)
            if isinstance(version.value, int)
            else ibis.null("date"),
        )
        for state, name in WITHIN.items()
        for version in reversed(rules[name].versions)
    ]
    return ibis.cases(*versions, else_=ibis.null("date")).cast("date")
