"""Tables of the cases for people: by office, as a list with deadlines, and from one period to the next."""

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from qmcb import codes
from qmcb.cases.current import current
from qmcb.cases.store import Store
from qmcb.periods import Period

_LISTED = (
    *("office", "finding", "kind", "case", "state"),
    *("since", "due", "overdue", "answer", "reason", "months"),
)
NEW = "new"
"""The state of a case in a flow before it was first opened."""


def listing(store: Store, day: date, *, office: str | None = None, overdue: bool = False) -> ir.Table:
    """Cases that are not closed at the end of a day, the most urgent first.

    Columns: office, finding, kind, case, state, since, due, overdue (bool), answer, reason, months.
    """
    cases = current(store, day=day)
    waiting = cases.filter(cases.state != "closed")
    rows = waiting.mutate(since=cases.since.date(), overdue=_overdue(cases, day))
    if office:
        rows = rows.filter(rows.office == office)
    if overdue:
        rows = rows.filter(rows.overdue)
    return rows.select(*_LISTED).order_by(rows.due.asc(nulls_first=False), "office", "case")


def by_office(store: Store, day: date) -> pd.DataFrame:
    """Each office's cases by finding as they stood at the end of a day.

    Columns: office (code), finding, one a state of codes.CASE_STATE, overdue (open, sent or confirmed
    and past its day), settled (closed after an answer), gone (closed without one), one an answer of
    codes.ANSWER (answered or closed), returned (came back at least once). Counts of cases, not people.
    """
    cases = current(store, day=day)
    answered, closed = cases.answer.notnull(), cases.state == "closed"
    counts = {
        **{state: (cases.state == state) for state in codes.CASE_STATE},
        "overdue": _overdue(cases, day),
        "settled": closed & answered,
        "gone": closed & ~answered,
        **{answer: (cases.answer == answer).fill_null(False) for answer in codes.ANSWER},
        "returned": cases.returned > 0,
    }
    summed = {name: test.cast("int64").sum() for name, test in counts.items()}
    counted: pd.DataFrame = cases.group_by("office", "finding").agg(**summed).to_pandas()
    return counted.sort_values(["office", "finding"], ignore_index=True)


def flow(store: Store, period_a: Period, period_b: Period) -> pd.DataFrame:
    """From which state at the end of one period to which at the end of a later one.

    Columns: before and after (of codes.CASE_STATE; before is "new" for a case first opened later),
    count of cases. A period ends when a run of a later one is taken.
    """
    before = current(store, period=period_a).select("case", before="state")
    after = current(store, period=period_b).select("case", after="state")
    moved = after.left_join(before, "case").mutate(before=ibis._.before.fill_null(NEW))
    counted: pd.DataFrame = moved.group_by("before", "after").agg(count=ibis._.count()).to_pandas()
    order = {state: place for place, state in enumerate((NEW, *codes.CASE_STATE))}
    return counted.sort_values(["before", "after"], key=lambda column: column.map(order), ignore_index=True)


def _overdue(cases: ir.Table, day: date) -> ir.BooleanValue:
    return (cases.due < ibis.literal(day)).fill_null(False)
