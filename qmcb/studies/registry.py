"""What notebook 03 asks: where registry, production, cards and filings differ, and who must be visited."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from qmcb import codes
from qmcb.balance import Line
from qmcb.enrolment import databases, golden, holders, obliged, registry
from qmcb.enrolment.facts import Facts
from qmcb.linkage.people import People
from qmcb.periods import Period
from qmcb.policy import Rulebook
from qmcb.reports import mask
from qmcb.reports.suppress import Numbers
from qmcb.sources.book import Book
from qmcb.studies import cross_province, masked, registry_cuts
from qmcb.studies.cuts import Hidden
from qmcb.tables import CONTRACTS

# Without which table which question stays open.
NEEDED: Mapping[str, str] = {
    "registry": "登记库与生产库的差异",
    "residents": "户籍人口的入户调查名单；姓名、号码、户籍地以公安为准",
    "population": "常住人口的入户调查名单；常住地",
    "enrolments_elsewhere": "只在登记库的人是否在外省参保",
    "cards": "持卡与登记、参保是否一致",
    "medical_filings": "备案与登记、参保是否一致",
    "deaths": "死亡未注销登记（仅依户籍注销）",
}


@dataclass(frozen=True)
class Registry:
    """One source as seen from one province and month; each table is made once, when first asked for."""

    facts: Facts

    @property
    def book(self) -> Book:
        return self.facts.book

    @property
    def people(self) -> People:
        return self.facts.people

    @property
    def rules(self) -> Rulebook:
        return self.facts.rules

    @property
    def province(self) -> str:
        return self.facts.province

    @property
    def period(self) -> Period:
        return self.facts.period

    def __contains__(self, table: object) -> bool:
        return table in self.book

    @cached_property
    def held(self) -> ir.Table:
        """In which databases each person stands: see `databases.held`."""
        return self.facts.kept("held", databases.held(self.facts))

    @cached_property
    def reconciled(self) -> ir.Table:
        """Each person in registry or production, and in what the two differ: see `registry.reconciled`."""
        return self.facts.kept("reconciled", registry.reconciled(self.facts, self.held))

    @cached_property
    def differences(self) -> ir.Table:
        """One row a person and kind of difference: see `registry.differences`."""
        return self.facts.kept("differences", registry.differences(self.facts, self.reconciled))

    @cached_property
    def obligations(self) -> ir.Table:
        """What the registry obliges to against what is shown, cover by cover: see `obliged.obligations`."""
        return self.facts.kept("obligations", obliged.obligations(self.facts, self.held))

    @cached_property
    def holders(self) -> ir.Table:
        """Cards and filings that registry and production do not bear out: see `holders.holders`."""
        return self.facts.kept("holders", holders.holders(self.facts, self.held))

    @cached_property
    def visits(self) -> ir.Table:
        """Who is in no database and has to be visited at home: see `databases.visits`."""
        return self.facts.kept("visits", databases.visits(self.facts, self.held))

    @cached_property
    def golden(self) -> ir.Table:
        """One record a person: see `golden.golden`. It holds people's data and is never saved."""
        return self.facts.kept("golden", golden.golden(self.facts, self.held))

    @cached_property
    def numbers(self) -> Numbers:
        """What the page says of people: see `registry_cuts`."""
        return registry_cuts.numbers(self)

    @cached_property
    def withheld(self) -> Hidden:
        """Which of these no table shows."""
        return self.numbers.hidden()

    @property
    def unseen(self) -> dict[str, list[str]]:
        """Of each balance line of people the parts that are not shown."""
        return registry_cuts.unseen(self.withheld)

    @property
    def at_home(self) -> bool:
        """Whether the source knows anybody who could be visited."""
        return any(name in self.book for name in codes.HOUSEHOLD)

    @property
    def open_questions(self) -> dict[str, str]:
        """Label of each absent table that would be needed, and the question that stays open."""
        return {CONTRACTS[name].label: question for name, question in NEEDED.items() if name not in self.book}

    def save(self, folder: str) -> None:
        """Write differences, holders and visits as Parquet, each row under its case number.

        They keep the record numbers by which an office finds the rows in its own tables, and `whose` as in
        `cross_province.CrossProvince.save`. Does nothing where `folder` is empty.
        """
        if not folder:
            return
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        key = mask.read_key(None, self.book.folder)
        found = {"holders": self._cases(self.holders, "CK", key)}
        if "registry" in self:
            found["differences"] = self._cases(self.differences.drop("verified"), "DJ", key)
        if self.at_home:
            births = self.people.persons.select("person", "birth_date")
            found["visits"] = self._cases(self.visits.join(births, "person"), "RH", key)
        for name, rows in found.items():
            pq.write_table(rows, place / f"{name}.parquet")
        masked.save_shown(self.facts, place, {"registry": (self.numbers, self.withheld)})
        masked.save_inputs(self.book, place)

    def _cases(self, rows: ir.Table, prefix: str, key: bytes) -> pa.Table:
        return masked.cases(self.people, self.period, rows, prefix, key)

    def balance(self) -> tuple[Line, ...]:
        """Every balance line of this study; see `qmcb.balance.check`."""
        return (
            *self.book.balance(),
            *self.people.lines,
            *(self._both() if "registry" in self else ()),
            *((self._visited(),) if self.at_home else ()),
            *self._golden(),
        )

    def _both(self) -> tuple[Line, ...]:
        """Persons of the union of both databases, once by state and once by cover."""
        either = _number((self.held.registry | self.held.production).sum())
        states = _parts(self.reconciled, "state", codes.RECONCILED)
        covers = [
            (
                label,
                _parts(self.obligations.filter(self.obligations.cover == cover), "state", codes.OBLIGATION),
            )
            for cover, label in codes.COVERS.items()
        ]
        return (
            Line(codes.REGISTRY_LINE["either"], either, states, of_people=True),
            *(
                Line(f"{codes.REGISTRY_LINE['either']}（{label}）", either, parts, of_people=True)
                for label, parts in covers
            ),
        )

    @cached_property
    def households(self) -> dict[str, int]:
        """Of the people in hukou or resident population those who need no visit: see codes.HOUSEHOLD_PART."""
        people = self._in_households
        known = ibis.or_(*(people[name] for name in codes.SOCIAL))
        return {"dead": _number(people.dead.sum()), "known": _number((known & ~people.dead).sum())}

    @property
    def _in_households(self) -> ir.Table:
        return self.held.filter(ibis.or_(*(self.held[name] for name in codes.HOUSEHOLD)))

    def _visited(self) -> Line:
        others = ((codes.HOUSEHOLD_PART[name], count) for name, count in self.households.items())
        parts = (*others, *_parts(self.visits, "kind", codes.VISIT))
        return Line(
            codes.REGISTRY_LINE["households"], _number(self._in_households.count()), parts, of_people=True
        )

    def _golden(self) -> tuple[Line, ...]:
        ours = self.held.filter(databases.ours(self.held))
        rows = _number(self.golden.count())
        whole = (("一人一条", rows), ("已死亡", _number(ours.dead.sum())))
        return (
            Line("本省各库人数", _number(ours.count()), whole, of_people=True),
            Line(
                codes.REGISTRY_LINE["numbers"],
                rows,
                _parts(self.golden, "why", codes.NUMBER_WHY),
                of_people=True,
            ),
        )


def open_study(
    source: str, *, province: str | int, period: str | int, accept: float = 0.99, review: float = 0.5
) -> Registry:
    """Read and link a source as `cross_province.open_study` does; findings are made when asked for."""
    opened = cross_province.open_study(source, province=province, period=period, accept=accept, review=review)
    return Registry(opened.facts)


def _parts(rows: ir.Table, column: str, labels: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """How many rows have each of the keys, in their order."""
    counted = rows.group_by(column).agg(count=rows.count()).to_pyarrow().to_pylist()
    counts = {row[column]: row["count"] for row in counted}
    return tuple((label, counts.get(key, 0)) for key, label in labels.items())


def _number(value: ir.Value) -> int:
    return int(value.to_pyarrow().as_py() or 0)
