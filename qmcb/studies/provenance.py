"""Where a report's figures come from and whether they add up: the same for every notebook."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from qmcb import balance
from qmcb.balance import Line
from qmcb.periods import Period
from qmcb.policy import Rulebook
from qmcb.reports import mask
from qmcb.reports.tables import Table, table
from qmcb.sources.book import Book
from qmcb.tables import CONTRACTS

Unseen = Mapping[str, Collection[str]]


def inputs(book: Book) -> Table:
    """Every file that was read, its rows, and the start of its SHA-256."""
    return table(
        book.inputs(),
        caption="读入的数据",
        note="各数为行数，非人数；SHA-256只列前12位。",
    )


def quarantine(book: Book) -> Table:
    """Rows kept apart, by table and reason."""
    rows = book.quarantine
    counted = rows.group_by("table", "reason").agg(rows=rows.count()).order_by("table", "reason").to_pandas()
    counted["table"] = counted["table"].map({name: contract.label for name, contract in CONTRACTS.items()})
    labels = {"table": "表", "reason": "不符合数据规范之处", "rows": "行数"}
    return table(
        counted, caption="隔离的行：不参与后续计算，退回原部门核对", labels=labels, note="为行数，非人数。"
    )


def rules(rulebook: Rulebook, period: Period, *prefixes: str) -> Table:
    """The rules in force at the period, with those not yet confirmed marked."""
    frame = pd.DataFrame(rulebook.in_force(period))
    frame = frame[frame["rule"].str.startswith(prefixes)]
    labels = {
        "label": "规则",
        "value": "内容",
        "effective": "起效",
        "document": "文件",
        "article": "条款",
        "status": "状态",
    }
    return table(
        frame[list(labels)],
        caption=f"{period.label}适用的规则",
        labels=labels,
        note="“待核”为尚未与公布原文逐字核对；“假定”为没有文件规定、由参数给出。",
    )


def closing(lines: Sequence[Line], unseen: Unseen | None = None) -> Table:
    """The balance lines; raises `BalanceError` where one is off.

    `unseen` tells of a line, by its label, which parts not to show, where the page decides on it.
    """
    balance.check(lines)
    frame = pd.DataFrame(
        {
            "勾稽关系": [line.label for line in lines],
            "合计": [f"{line.whole:,}" for line in lines],
            "构成": [_parts(line, (unseen or {}).get(line.label)) for line in lines],
            "差额": [line.difference for line in lines],
        }
    )
    return table(frame, caption="每一行的差额都必须为零")


def _parts(line: Line, unseen: Collection[str] | None) -> str:
    """The parts of a line in words; small counts of people are hidden, those of rows are not."""
    counts = [count for _, count in line.parts]
    if not line.of_people:
        texts = [f"{count:,}" for count in counts]
    elif unseen is None:
        texts = list(mask.suppress_all(counts))
    else:
        texts = [mask.text(count, label in unseen) for label, count in line.parts]
    return " + ".join(f"{label} {text}" for (label, _), text in zip(line.parts, texts, strict=True))
