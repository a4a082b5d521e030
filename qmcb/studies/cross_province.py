"""What notebook 02 asks: who is enrolled twice across provinces, and who nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from qmcb import codes, policy
from qmcb.balance import Line
from qmcb.enrolment import benefits, doubts, duplicates, missing, overlaps, standing
from qmcb.enrolment.facts import Facts
from qmcb.errors import InputError
from qmcb.linkage import people as linkage
from qmcb.linkage.people import People
from qmcb.linkage.spec import Thresholds
from qmcb.periods import Period
from qmcb.policy import Rulebook
from qmcb.reports import mask
from qmcb.reports.suppress import Numbers
from qmcb.sources import book as books
from qmcb.sources.book import Book
from qmcb.studies import masked, missing_cuts, withheld
from qmcb.studies.cuts import Hidden
from qmcb.tables import CONTRACTS

# Without which table which question stays open.
NEEDED: Mapping[str, str] = {
    "residents": "谁应保未保",
    "enrolments_elsewhere": "跨省重复参保",
    "benefits": "重复领取待遇",
    "deaths": "死亡人员的排除（仅依户籍注销）",
    "students": "在校学生的排除",
    "registry": "登记未参保与各库均无的区分",
}


@dataclass(frozen=True)
class CrossProvince:
    """One source read, linked and judged for one province and month.

    The tables are made once, when first asked for, and stay in the book's connection.
    """

    book: Book
    people: People
    rules: Rulebook
    province: str
    period: Period

    @cached_property
    def facts(self) -> Facts:
        """The tables of the source from which the findings are made."""
        return Facts(self.book, self.people, self.rules, self.province, self.period)

    @cached_property
    def overlaps(self) -> ir.Table:
        """Pairs of spells that share months, before any rule is asked."""
        return self.book.con.create_table("overlaps", overlaps.overlaps(self.facts))

    @cached_property
    def duplicates(self) -> ir.Table:
        """重复参保, one row a pair of spells and rule interval: see `enrolment.duplicates`."""
        found = duplicates.duplicates(self.facts, self.overlaps)
        return self.book.con.create_table("duplicates", found)

    @cached_property
    def numbers(self) -> Numbers:
        """What the page says of people with duplicates: see `studies.withheld`."""
        return withheld.duplicates(self.duplicates)

    @cached_property
    def withheld(self) -> Hidden:
        """Which of these no table shows."""
        return self.numbers.hidden()

    @cached_property
    def residents_numbers(self) -> Numbers:
        """What the page says of residents by standing: see `missing_cuts`."""
        return missing_cuts.numbers(self.book, self.standing, self.missing, self.excluded)

    @cached_property
    def residents_withheld(self) -> Hidden:
        """Which of these no table shows."""
        return self.residents_numbers.hidden()

    @property
    def unseen(self) -> dict[str, list[str]]:
        """Of each balance line of residents the parts that are not shown."""
        return {
            _of_cover(cover): [
                codes.STANDING[key]
                for key in codes.STANDING
                if ("standing", cover, key in codes.MISSING, key) in self.residents_withheld
            ]
            for cover in codes.COVER
            if self.of_residents
        }

    @cached_property
    def benefits(self) -> ir.Table:
        """待遇疑点, one row a benefit or pair and rule interval: see `enrolment.benefits`."""
        return self.book.con.create_table("benefit_doubts", benefits.benefits(self.facts, self.overlaps))

    @cached_property
    def lawful(self) -> ir.Table:
        """Moves and several employers' injury cover: what is no duplicate."""
        return self.book.con.create_table("lawful", overlaps.lawful(self.facts, self.overlaps))

    @cached_property
    def standing(self) -> ir.Table:
        """Where each resident stands for each cover: see `enrolment.standing`."""
        return self.book.con.create_table("standing", standing.standing(self.facts))

    @cached_property
    def missing(self) -> ir.Table:
        """漏保, one row a resident and cover that ought to be there, with what is recommended."""
        return self.book.con.create_table("missing", missing.missing(self.facts, self.standing))

    @cached_property
    def excluded(self) -> ir.Table:
        """Residents who need not be enrolled, one row a cover, with the rule that says so."""
        return self.book.con.create_table("excluded", missing.excluded(self.facts, self.standing))

    @cached_property
    def doubts(self) -> ir.Table:
        """Everything that somebody has to look at, one row a doubt: see `enrolment.doubts`."""
        lacking = self.missing if self.of_residents else None
        found = doubts.doubts(self.facts, self.duplicates, self.benefits, lacking)
        return self.book.con.create_table("doubts", found)

    @property
    def of_residents(self) -> bool:
        """Whether the source can say who is missing."""
        return "residents" in self.book

    @property
    def open_questions(self) -> dict[str, str]:
        """Label of each absent table that would be needed, and the question that stays open."""
        return {CONTRACTS[name].label: question for name, question in NEEDED.items() if name not in self.book}

    def save(self, folder: str) -> None:
        """Write the findings as Parquet files, each row under its case number and without a person.

        duplicates, lawful and missing keep the record numbers by which an office finds the rows in
        its own tables, and `whose`, a number for the person by which the people of a page's count
        can be counted again (another one in each table, so that tables cannot be joined by it).
        Employers are left out: the code of one can read as a card number.
        Does nothing where `folder` is empty.
        """
        if not folder:
            return
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        key = mask.read_key(None, self.book.folder)
        found = {
            "duplicates": self._cases(self.duplicates, "CF", key),
            "lawful": self._cases(self.lawful, "ZY", key),
            "doubts": self._doubts(key),
        }
        if self.of_residents:
            found["missing"] = self._cases(self.missing, "LB", key)
        for name, rows in found.items():
            pq.write_table(rows, place / f"{name}.parquet")
        told = {"duplicates": (self.numbers, self.withheld)}
        if self.of_residents:
            told["residents"] = (self.residents_numbers, self.residents_withheld)
        masked.save_shown(self.facts, place, told)
        masked.save_inputs(self.book, place)

    def _doubts(self, key: bytes) -> pa.Table:
        """All doubts, those of each finding under the numbers that its own table has."""
        doubts = self.doubts
        parts = {
            prefix: doubts.filter(doubts.finding == finding)
            for finding, prefix in {"duplicates": "CF", "benefits": "DY", "missing": "LB"}.items()
        }
        # What makes a person missing may change; the doubt whether he or she is covered stays the same.
        parts["LB"] = parts["LB"].rename(cover="insurance_a", standing="kind").drop("record_id_b")
        numbered = {prefix: self._cases(rows, prefix, key) for prefix, rows in parts.items()}
        lacking = numbered["LB"].rename_columns({"cover": "insurance_a", "standing": "kind"})
        numbered["LB"] = lacking.append_column("record_id_b", pa.nulls(len(lacking), pa.string()))
        columns = ["case", "whose", *(name for name in doubts.columns if name != "person")]
        return pa.concat_tables([rows.select(columns) for rows in numbered.values()])

    def _cases(self, rows: ir.Table, prefix: str, key: bytes) -> pa.Table:
        return masked.cases(self.people, self.period, rows, prefix, key)

    def balance(self) -> tuple[Line, ...]:
        """Every balance line of this study; see `qmcb.balance.check`."""
        return (*self.book.balance(), *self.people.lines, self._months(), *self._residents())

    def _months(self) -> Line:
        """Shared months of all duplicate pairs = months under a rule + months without one."""
        pairs = self.overlaps.filter(self.overlaps.kind.isin(list(codes.DUPLICATE)))
        shared = pairs.last_month.delta(pairs.first_month, unit="month") + 1
        ruled = self.duplicates.effective.notnull()
        months = self.duplicates.months
        return Line(
            "重复月数",
            _number(shared.sum()),
            (
                ("有明确规定", _number(months.sum(where=ruled))),
                ("无明确规定", _number(months.sum(where=~ruled))),
            ),
        )

    def _residents(self) -> tuple[Line, ...]:
        if not self.of_residents:
            return ()
        people = self.facts.residents
        persons = _number(people.count())
        rows = Line(
            "户籍人口接收行数",
            _number(self.book["residents"].count()),
            (("人", persons), ("同一人重复行", _number((people.rows - 1).sum()))),
        )
        return (rows, *(self._covered(cover, persons) for cover in codes.COVER))

    def _covered(self, cover: str, persons: int) -> Line:
        parts = tuple((codes.STANDING[key], count) for key, count in self.standings(cover).items())
        return Line(_of_cover(cover), persons, parts, of_people=True)

    def standings(self, cover: str) -> dict[str, int]:
        """Residents by standing for one cover, every standing of codes.STANDING in its order."""
        rows = (
            self.standing.filter(self.standing.cover == cover).group_by("standing").agg(count=ibis._.count())
        )
        counts = {row["standing"]: row["count"] for row in rows.to_pyarrow().to_pylist()}
        return {key: counts.get(key, 0) for key in codes.STANDING}


def open_study(
    source: str, *, province: str | int, period: str | int, accept: float = 0.99, review: float = 0.5
) -> CrossProvince:
    """Read and link a source; the findings are computed when they are asked for.

    Parameters
    ----------
    source
        A folder of tables (see data/README.md), a DuckDB file, a database's connection string, or a map of
        params/sources that names one.
    province
        The two digits of the province whose residents and enrolments these are.
    period
        The month up to which enrolment counts, such as 2024-06.
    accept, review
        Link probabilities from which a link is made, and from which a person looks.

    Raises
    ------
    InputError
        Whatever is wrong with the source or the parameters, in one line.
    """
    province = str(province)
    if province not in codes.PROVINCE:
        raise InputError(
            "the two digits of a province, such as 64", repr(province), "correct the parameter province"
        )
    month, thresholds = Period.parse(period), Thresholds(accept, review)
    rules = policy.load()
    book = books.read(source, needed=("enrolments",))
    if not book["enrolments"].region.startswith(province).any().to_pyarrow().as_py():
        book.close()
        raise InputError(
            f"enrolments in province {province}", "none in the source", "correct province or source"
        )
    people = linkage.people(book, thresholds)
    return CrossProvince(book, people, rules, province, month)


def _of_cover(cover: str) -> str:
    return f"户籍人口（{codes.COVER[cover]}）"


def _number(value: ir.Value) -> int:
    return int(value.to_pyarrow().as_py() or 0)
