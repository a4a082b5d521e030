"""How long cover has run: months at a place, each counted once, and runs without a break."""

import ibis
import ibis.expr.types as ir

from qmcb.enrolment import spells


def months_at(rows: ir.Table) -> ir.Table:
    """Paid months by person and place, a month that is paid twice at one place counted once.

    `rows` are spells with a place. Columns: person, place, months.
    """
    before = _covered_until(rows, "person", "place")
    start = ibis.greatest(rows.first_month, before + ibis.interval(months=1))
    counted = rows.mutate(new=ibis.greatest(spells.months(start, rows.last_month), 0))
    return counted.group_by("person", "place").agg(months=counted.new.sum())


def runs(rows: ir.Table) -> ir.Table:
    """From when each spell has been covered without a break.

    A spell that begins in the month after all earlier ones ended goes on with them. Columns: key, run_from.
    """
    broken = rows.first_month > _covered_until(rows, "person") + ibis.interval(months=1)
    starts = rows.mutate(started=ibis.ifelse(broken.fill_null(True), rows.first_month, ibis.null("date")))
    order = ibis.window(group_by="person", order_by=["first_month", "last_month", "key"], preceding=(None, 0))
    return starts.select("key", run_from=starts.started.max().over(order))


def _covered_until(rows: ir.Table, *keys: str) -> ir.DateValue:
    """The last month that the spells before in order of months reach; null for the first."""
    order = ibis.window(
        group_by=list(keys), order_by=["first_month", "last_month", "key"], preceding=(None, 1)
    )
    return rows.last_month.max().over(order)
