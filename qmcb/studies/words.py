"""What the views of a study have in common: counts of people, sources, and what cannot be answered."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import ibis.expr.types as ir
import pandas as pd

from qmcb.periods import Period
from qmcb.reports import mask
from qmcb.reports.tables import Table, table
from qmcb.sources.book import Book
from qmcb.studies.cross_province import NEEDED
from qmcb.tables import CONTRACTS

_WAN = 1_000_000  # fen


def people(rows: ir.Table, *keys: str) -> pd.DataFrame:
    """Number of different people by the keys, in the keys' order: the keys and `people`."""
    counted = rows.group_by(list(keys)).agg(people=rows.person.nunique())
    frame: pd.DataFrame = counted.order_by(list(keys)).to_pandas()
    return frame


def persons(rows: ir.Table) -> int:
    return int(rows.person.nunique().to_pyarrow().as_py())


def wan(fen: Iterable[float | None]) -> pd.Series:
    """Fen as 万元 with one decimal; missing where unknown."""
    return (pd.Series(list(fen), dtype="float64") / _WAN).round(1)


def money(rows: ir.Table, fen: ir.IntegerValue) -> str:
    """The sum in words; not told where fewer than five people have it, "0万元" where nobody."""
    told = (
        rows.filter(fen.notnull())
        .agg(people=rows.person.nunique(), fen=fen.sum())
        .to_pyarrow()
        .to_pylist()[0]
    )
    if told["people"] in range(1, mask.FEWEST):
        return f"不足{mask.FEWEST}人的金额"
    return f"{wan([told['fen'] or 0])[0]:,.1f}万元"


def basis(rows: pd.DataFrame) -> list[str]:
    """Document and article of each row, marked where not yet confirmed."""
    told = rows["document"].fillna("").str.cat(rows["article"].fillna(""), sep=" ").str.strip()
    told = told.where(rows["confirmed"].eq(True), told + "（待核）")
    return told.where(rows["article"].notna(), "—").tolist()


class Study(Protocol):
    """What every study knows of its source."""

    @property
    def book(self) -> Book: ...

    @property
    def period(self) -> Period: ...


def source(study: Study) -> str:
    """Where the figures of a picture come from."""
    return f"来源：{study.book.folder.name}，截至{study.period.label}。"


def unanswered(name: str, needed: Mapping[str, str] = NEEDED) -> Table:
    """In place of a picture: which table is not there, and so which question (of `needed`) stays open."""
    contract = CONTRACTS[name]
    frame = pd.DataFrame(
        {
            "缺少的表": [f"{contract.label}（{name}）"],
            "由谁提供": [contract.department],
            "无法回答": [needed[name]],
        }
    )
    return table(frame, caption="无法回答")


def nothing(caption: str, text: str) -> Table:
    """One sentence in place of a picture."""
    return table(pd.DataFrame({"说明": [text]}), caption=caption)
