"""Spells: from which month to which one person pays for an insurance, or draws from it, and where."""

import ibis
import ibis.expr.types as ir

from qmcb.linkage.people import People
from qmcb.periods import Period
from qmcb.sources.book import Book
from qmcb.tables import together

_ENROLMENTS = ("enrolments", "enrolments_elsewhere")
_SOURCES = (*_ENROLMENTS, "benefits")


def paid(book: Book, people: People, period: Period) -> ir.Table:
    """Paid months up to `period`: one row a spell, here and elsewhere.

    Columns: person, key (int64, unique), source (table), record_id, insurance, region,
    employer_id, first_month, last_month (the period where it is still open), open.
    """
    return together(_spells(book, people, name, period) for name in _ENROLMENTS if name in book)


def drawn(book: Book, people: People, period: Period) -> ir.Table:
    """Months of benefits up to `period`, here and elsewhere; columns as `paid`."""
    return _spells(book, people, "benefits", period)


def _spells(book: Book, people: People, name: str, period: Period) -> ir.Table:
    table = people.attach(book[name])
    begun = table.filter(table.first_month <= ibis.literal(period.first_day))
    last = ibis.least(ibis.coalesce(begun.last_month, period.first_day), period.first_day)
    return begun.select(
        "person",
        key=begun.row * len(_SOURCES) + _SOURCES.index(name),
        source=ibis.literal(name),
        record_id=begun.record_id,
        insurance=begun.insurance,
        region=begun.region,
        employer_id=begun.employer_id if "employer_id" in begun.columns else ibis.null("string"),
        first_month=begun.first_month,
        last_month=last,
        open=begun.last_month.isnull() | (begun.last_month >= period.first_day),
    )


def months(first: ir.DateValue, last: ir.DateValue) -> ir.IntegerValue:
    """Number of months from `first` to `last`, both counted."""
    return last.delta(first, unit="month") + 1
