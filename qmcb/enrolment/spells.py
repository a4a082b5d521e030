"""Spells: from which month to which one person pays for an insurance, or draws from it, and where."""

import ibis
import ibis.expr.types as ir

from qmcb.linkage.people import People
from qmcb.periods import Period
from qmcb.sources.book import Book
from qmcb.tables import together

_ENROLMENTS = ("enrolments", "enrolments_elsewhere")
_SOURCES = (*_ENROLMENTS, "benefits")


def enrolled(book: Book, people: People, period: Period) -> ir.Table:
    """Enrolments up to `period`, here and elsewhere: one row a spell.

    Columns: person, by_number (the record's number is the person's own), key (int64, unique over
    enrolments and benefits), record_id, insurance, region, employer_id, amount (fen: the base of
    contributions), first_month (null where never paid), last_month (the period where it is still
    open), open.
    """
    return together(_spells(book, people, name, period) for name in _ENROLMENTS if name in book)


def drawn(book: Book, people: People, period: Period) -> ir.Table:
    """Months of benefits up to `period`, here and elsewhere: columns as `enrolled`; amount: fen a month."""
    return _spells(book, people, "benefits", period)


def source(key: ir.IntegerValue) -> ir.StringValue:
    """The table in which the spell of a key stands."""
    return ibis.cases(*((key % len(_SOURCES) == place, name) for place, name in enumerate(_SOURCES)))


def months(first: ir.DateValue, last: ir.DateValue) -> ir.IntegerValue:
    """Number of months from `first` to `last`, both counted."""
    return last.delta(first, unit="month") + 1


def _spells(book: Book, people: People, name: str, period: Period) -> ir.Table:
    table = people.attach(book[name])
    begun = table.filter(table.first_month.isnull() | (table.first_month <= ibis.literal(period.first_day)))
    last = ibis.least(ibis.coalesce(begun.last_month, period.first_day), period.first_day)
    drawn = name == "benefits"
    return begun.select(
        "person",
        "by_number",
        key=begun.row * len(_SOURCES) + _SOURCES.index(name),
        record_id=begun.record_id,
        insurance=begun.insurance,
        region=begun.region,
        employer_id=ibis.null("string") if drawn else begun.employer_id,
        amount=begun.monthly_amount if drawn else begun.base,
        first_month=begun.first_month,
        last_month=last,
        open=begun.last_month.isnull() | (begun.last_month >= period.first_day),
    )
