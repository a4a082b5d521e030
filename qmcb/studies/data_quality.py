"""What notebook 01 asks: whose number or name is wrong, and who has to put it right."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qmcb import codes, paths
from qmcb.balance import Line
from qmcb.enrolment import quality
from qmcb.enrolment.facts import beside
from qmcb.errors import InputError
from qmcb.periods import Period
from qmcb.reports import mask
from qmcb.reports.suppress import Numbers
from qmcb.studies import cross_province, masked, quality_cuts
from qmcb.studies.cross_province import CrossProvince
from qmcb.studies.cuts import Hidden
from qmcb.tables import CONTRACTS

# Without which table which question stays open.
NEEDED: Mapping[str, str] = {
    "residents": "号码公安能否查到、姓名是否与公安一致",
    "deaths": "死亡后仍参保或领取（仅依户籍注销）",
    "benefits": "谁结合资格认证更正",
    "registry": "登记库所载的户籍",
}
TABLE = "quality"
_KEYS = ["table", "record_id", "rule"]


@dataclass(frozen=True)
class DataQuality:
    """One linked source, its records judged by number, holder and name.

    `before` holds the findings of an earlier run, as `save` has stored them; None without one.
    """

    linked: CrossProvince
    before: pa.Table | None

    @cached_property
    def records(self) -> ir.Table:
        """Every record with the answers: see `quality.records`; made each time it is read."""
        return quality.records(self.linked.facts, self._judged)

    @cached_property
    def _judged(self) -> ir.Table:
        return self.linked.facts.kept("judged", quality.judged(self.linked.facts))

    @cached_property
    def findings(self) -> ir.Table:
        """One row a record and rule that has something to ask: see `quality.findings`."""
        found = quality.findings(self.linked.facts, self._judged, self.records)
        return self.linked.facts.kept("quality", found)

    @cached_property
    def faults(self) -> ir.Table:
        """The findings but those that are only to be asked elsewhere."""
        return self.findings.filter(self.findings.kind.notin(codes.FAULTLESS))

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Records by table and answers: table, number, holder, name (see `quality.judged`), records."""
        counted = self.records.group_by("table", *quality.QUESTIONS).agg(records=ibis._.count())
        frame: pd.DataFrame = counted.order_by("table", *quality.QUESTIONS).to_pandas()
        return frame

    @cached_property
    def several(self) -> pd.DataFrame:
        """Numbers under which one table has several people: see `quality.several`."""
        told = quality.several(self.records, self.linked.people.profiles).order_by("table")
        frame: pd.DataFrame = told.to_pandas()
        return frame

    @cached_property
    def found(self) -> pd.DataFrame:
        """The records of the findings by all that is told of them: see `quality_cuts.found`."""
        return quality_cuts.found(self)

    @cached_property
    def first(self) -> dict[str, int]:
        """Everybody with a fault once: see `quality_cuts.first`."""
        return quality_cuts.first(self)

    @cached_property
    def numbers(self) -> Numbers:
        """What the page says of people and records: see `quality_cuts`."""
        return quality_cuts.numbers(self)

    @cached_property
    def withheld(self) -> Hidden:
        """Which of these no table shows."""
        return self.numbers.hidden()

    @property
    def unseen(self) -> dict[str, list[str]]:
        """Of each balance line of people and records the parts that are not shown."""
        return quality_cuts.unseen(self.withheld)

    @property
    def open_questions(self) -> dict[str, str]:
        """Label of each absent table that would be needed, and the question that stays open."""
        book = self.linked.book
        return {CONTRACTS[name].label: question for name, question in NEEDED.items() if name not in book}

    def flow(self) -> pd.DataFrame:
        """What became of the faults since the earlier run: rule, kind, flow (of codes.QUALITY_FLOW), records.

        A record is known again by its number in the source. Corrected is what the record no longer has; gone
        a record that the source no longer has; of an open one the kind is that of now.
        """
        if self.before is None:
            return pd.DataFrame(columns=["rule", "kind", "flow", "records"])
        then = ibis.memtable(self.before.select([*_KEYS, "kind"]))
        then = then.filter(then.kind.notin(codes.FAULTLESS)).mutate(now=False)
        both = then.union(self.faults.select(*_KEYS, "kind").mutate(now=True))
        kind = ibis.coalesce(both.kind.max(where=both.now), both.kind.max())
        told = both.group_by(_KEYS).agg(kind=kind, is_=both.now.any(), was=(~both.now).any())
        there = self.records.select("table", "record_id").distinct().mutate(there=True)
        told = beside(told, there, "table", "record_id")
        flow = ibis.cases(
            (told.is_ & told.was, "open"),
            (told.is_, "new"),
            (told.there.notnull(), "corrected"),
            else_="gone",
        )
        counted = told.mutate(flow=flow).group_by("rule", "kind", "flow").agg(records=ibis._.count())
        frame: pd.DataFrame = counted.order_by("rule", "kind", "flow").to_pandas()
        return frame

    def balance(self) -> tuple[Line, ...]:
        """Every balance line of this study; see `qmcb.balance.check`."""
        book = self.linked.book
        lines = [
            Line(
                quality_cuts.line(table, question),
                int(book[table].count().to_pyarrow().as_py()),
                self._parts(question, self.counts[self.counts["table"] == table]),
                of_people=True,
            )
            for table in book.tables
            if CONTRACTS[table].of_people
            for question in quality.QUESTIONS
        ]
        return (*book.balance(), *self.linked.people.lines, *lines, self._people())

    def _parts(self, question: str, own: pd.DataFrame) -> tuple[tuple[str, int], ...]:
        counted = own.groupby(question)["records"].sum()
        labels = codes.QUALITY_KINDS[question]
        return tuple((labels[kind], int(counted[kind])) for kind in labels if kind in counted.index)

    def _people(self) -> Line:
        whole = int(self.faults.person.nunique().to_pyarrow().as_py())
        parts = tuple((codes.QUALITY[rule], count) for rule, count in self.first.items())
        return Line(quality_cuts.PEOPLE, whole, parts, of_people=True)

    def save(self, folder: str) -> None:
        """Write the findings as Parquet, each record under its case number and without a person.

        What is proposed stands there by its kind, with the record of public security that has the right
        number or name; the number or name itself stands nowhere. Does nothing where `folder` is empty.
        """
        if not folder:
            return
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        linked = self.linked
        key = mask.read_key(None, linked.book.folder)
        told = masked.whose(linked.people, self.findings).drop("person").to_pyarrow()
        about = pc.binary_join_element_wise(*(told[name] for name in ("whose", *_KEYS)), "|")
        told = told.set_column(
            told.column_names.index("whose"),
            "whose",
            mask.case_numbers(told["whose"].combine_chunks(), key=key, prefix="ZLR"),
        )
        told = told.add_column(0, "case", mask.case_numbers(about.combine_chunks(), key=key, prefix="ZL"))
        told = told.append_column("period", pa.repeat(str(linked.period), len(told)))
        pq.write_table(told.sort_by([("case", "ascending")]), place / f"{TABLE}.parquet")
        masked.save_inputs(linked.book, place)


def open_study(
    source: str,
    *,
    province: str | int,
    period: str | int,
    earlier: str = "",
    accept: float = 0.99,
    review: float = 0.5,
) -> DataQuality:
    """Read and link a source as `cross_province.open_study` does.

    Parameters
    ----------
    source, province, period, accept, review
        As there.
    earlier
        The folder of tables that an earlier run of notebook 01 has left, to compare with; empty for none.

    Raises
    ------
    InputError
        Whatever is wrong with the source or the parameters, in one line.
    """
    before = _earlier(earlier, Period.parse(period)) if earlier else None
    linked = cross_province.open_study(source, province=province, period=period, accept=accept, review=review)
    return DataQuality(linked, before)


def _earlier(folder: str, period: Period) -> pa.Table:
    """The findings of an earlier run; `InputError` for a folder without them, or of a later period."""
    file = paths.resolve(folder) / f"{TABLE}.parquet"
    todo = "name the tables/01_data_quality of an earlier run, or leave the parameter earlier empty"
    if not file.is_file():
        raise InputError(f"{TABLE}.parquet of an earlier run", f"none in {folder}", todo)
    try:
        told = pq.read_table(file, columns=[*_KEYS, "kind", "period"])
    except (pa.ArrowInvalid, OSError):
        raise InputError(f"{TABLE}.parquet of an earlier run", "another file of this name", todo) from None
    if len(told) and Period.parse(told["period"][0].as_py()) > period:
        raise InputError(f"an earlier run, of {period} at most", f"one of {told['period'][0]}", todo)
    return told
