"""What one source says of its persons up to a month: the tables from which findings are made."""

from dataclasses import dataclass
from functools import cached_property

import ibis
import ibis.expr.types as ir
from ibis.util import gen_name

from qmcb.enrolment import spells
from qmcb.linkage.people import People
from qmcb.periods import Period
from qmcb.policy import Rulebook
from qmcb.sources.book import Book
from qmcb.tables import together

_BEFORE_ALL = 2**40  # more than a table has rows: what is ranked less counts before any row of another


@dataclass(frozen=True)
class Facts:
    """One linked source as seen from one province and month.

    Each table is made once, when first asked for, and stays in the book's connection, which keeps what
    does not fit into its memory on disk.
    """

    book: Book
    people: People
    rules: Rulebook
    province: str
    period: Period

    def kept(self, name: str, table: ir.Table) -> ir.Table:
        """The rows of an expression, made now and under a name of their own."""
        return self.book.con.create_table(gen_name(name), table)

    def of(self, name: str, persons: ir.Table | None = None) -> ir.Table:
        """A table of the book with the person of each row in place of what identifies one.

        `persons`: only the rows of these.
        """
        return self.people.attach(self.book[name], persons)

    def capped(self, day: ir.DateValue) -> ir.DateValue:
        """The day, or the last of the period where it is later; null where it is null."""
        last = ibis.literal(self.period.last_day)
        return ibis.ifelse(day > last, last, day)  # LEAST would make a day of none

    @cached_property
    def enrolled(self) -> ir.Table:
        """Every enrolment, also those never paid: see `spells.enrolled`."""
        return self.kept("enrolled", spells.enrolled(self.book, self.people, self.period))

    @property
    def paid(self) -> ir.Table:
        """Spells with paid months."""
        return self.enrolled.filter(self.enrolled.first_month.notnull())

    @cached_property
    def drawn(self) -> ir.Table:
        """Spells of benefits, none where the source has no benefits."""
        if "benefits" not in self.book:
            return self.enrolled.limit(0)
        return self.kept("drawn", spells.drawn(self.book, self.people, self.period))

    @cached_property
    def payroll(self) -> ir.Table:
        """Person, uscc, month and wage of those whom an employer paid up to the period."""
        rows = self.of("payroll")
        now = rows.filter(rows.month <= ibis.literal(self.period.first_day))
        return self.kept("payroll", now.select("person", "uscc", "month", "wage"))

    @cached_property
    def deaths(self) -> ir.Table:
        """Person and died_on (the last where the table has several) of those who died up to the period."""
        rows = self.of("deaths")
        then = rows.filter(rows.died_on <= ibis.literal(self.period.last_day))
        return self.kept("deaths", then.group_by("person").agg(died_on=then.died_on.max()))

    @cached_property
    def registry(self) -> ir.Table:
        """The registry with the person of each row, none where the source has no registry."""
        rows = self.of("registry")
        return self.kept("registry", rows.drop("by_number"))

    @cached_property
    def registered(self) -> ir.Table:
        """One row a person of the registry, of several rows the one that was looked at last.

        Columns: person, record_id, hukou_region, residence_region, employment, employer_id, registered_on
        (the first), surveyed_on (the last), verified (the later day, not after the period), rows.
        """
        looked = ibis.greatest(self.registry.registered_on, self.registry.surveyed_on)
        rows = self.registry.mutate(verified=self.capped(looked))
        names = ("record_id", "hukou_region", "residence_region", "employment", "employer_id")
        order = [rows.verified.desc(nulls_first=False), *(rows[name] for name in reversed(names))]
        chosen = {name: rows[name].first(order_by=order, include_null=True) for name in names}
        days = {"registered_on": rows.registered_on.min(), "surveyed_on": rows.surveyed_on.max()}
        one = rows.group_by("person").agg(**chosen, **days, verified=rows.verified.max(), rows=rows.count())
        return self.kept("registered", one)

    @cached_property
    def students(self) -> ir.Table:
        return self.kept("students", self.of("students"))

    @cached_property
    def residents(self) -> ir.Table:
        """One row a person of the residents table.

        Columns: person, record_id and hukou_region (of the first line), alive, rows, birth_date.
        """
        rows = self.of("residents")
        grouped = rows.group_by("person").agg(
            record_id=rows.record_id.argmin(rows.row),
            hukou_region=rows.hukou_region.argmin(rows.row),
            alive=(rows.alive == "1").all(),
            rows=rows.count(),
        )
        persons = self.people.persons.select("person", "birth_date")
        return self.kept("residents", beside(grouped, persons, "person"))

    def hukou(self, persons: ir.Table) -> ir.Table:
        """Person and hukou_region of those asked for: as public security has it, else the registry."""
        tables = []
        if "residents" in self.book:
            tables.append(self.residents.select("person", "hukou_region", rank=ibis.literal(0, "int64")))
        return self._place("hukou_region", tables, persons)

    def residence(self, persons: ir.Table) -> ir.Table:
        """Person and residence_region of those asked for: by the population table, else the registry."""
        tables = []
        if "population" in self.book:
            rows = self.of("population", persons)
            tables.append(rows.select("person", "residence_region", rank=rows.row - _BEFORE_ALL))
        return self._place("residence_region", tables, persons)

    def _place(self, column: str, tables: list[ir.Table], persons: ir.Table) -> ir.Table:
        if "registry" in self.book:
            tables = [*tables, self.registry.select("person", column, rank=self.registry.row)]
        if not tables:
            return ibis.memtable([], schema={"person": "int64", column: "string"})
        rows = together(tables).semi_join(persons, "person")
        known = rows.filter(rows[column].notnull())
        return known.group_by("person").agg(**{column: known[column].argmin(known["rank"])})


def beside(table: ir.Table, more: ir.Table, *keys: str) -> ir.Table:
    """The table with the columns of `more`, null where it has no row for the keys."""
    joined = table.left_join(more, list(keys), rname="{name}_more")
    return joined.drop(*(f"{key}_more" for key in keys))
