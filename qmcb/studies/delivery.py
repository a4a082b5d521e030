"""One file held against its table's contract, for the department that sent it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unicodedata import east_asian_width

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from qmcb import balance, codes
from qmcb.drafts import drafts
from qmcb.errors import InputError
from qmcb.identity import employer, number, repair
from qmcb.reports import leak, render
from qmcb.reports.tables import Table, table
from qmcb.sources import book, mapping
from qmcb.sources.book import Book
from qmcb.tables import CONTRACTS, Contract

_LISTED = 200  # rows on the page; all of them stand in the list beside it
_TRIED = 200  # numbers of a kind for which repairs are sought
_CERTAIN_NUMBER, _CERTAIN_EMPLOYER = "fifteen", "lower_case"
_LABELS = {
    "file": "文件",
    "line": "行",
    "column": "列",
    "reason": "不符合数据规范之处",
    "found": "所见写法",
    "rows": "行数",
    "repair": "更正",
    "problem": "号码情形",
    "done": "处理",
}
_SHAPES = "9代表一位数字，A代表字母，文代表汉字等其他字符，不是原值；以上各数为行数，非人数。"
_LINES = "行：文本文件从表头下第一行数起，工作簿为表中行号。"


@dataclass(frozen=True)
class Delivery:
    """What is right and wrong with a file; every table counts rows and holds no value of them.

    `broken`: column, reason, found, rows. `rows`: file, line, record_id, column, rule, reason, found.
    `repaired`: column, repair, rows. `numbers`: column, problem, rows, done. `others` is the number of
    columns that the contract does not know.
    """

    contract: Contract
    files: pd.DataFrame
    broken: pd.DataFrame
    rows: pd.DataFrame
    repaired: pd.DataFrame
    numbers: pd.DataFrame
    others: int

    @property
    def right(self) -> bool:
        """Whether every row was accepted."""
        return self.rows.empty

    def tables(self) -> list[tuple[str, Table]]:
        """The tables under their headings, those that have rows."""
        told = {
            "读入": (
                self.files,
                "读入行数等于接收与隔离之和",
                f"另有{self.others}列不在数据规范内，已保留。" if self.others else "",
            ),
            "隔离的行": (self.broken, "不符合数据规范的行，退回核对", _SHAPES),
            "已更正的写法": (self.repaired, "可以确定的写法已统一，行照常接收", ""),
            "号码": (self.numbers, "号码的校验", "号码不符的行照常接收，另行核对。"),
            f"逐行清单（前{_LISTED}行）": (self.rows[_shown(self.rows)].head(_LISTED), "应核对的行", _LINES),
        }
        return [
            (heading, table(frame.astype(_texts(frame)), caption=caption, labels=_LABELS, note=note))
            for heading, (frame, caption, note) in told.items()
            if len(frame)
        ]

    def text(self) -> str:
        """The tables as a terminal shows them, without the list of rows."""
        shown = [found for heading, found in self.tables() if not heading.startswith("逐行")]
        return "\n\n".join(f"{found.caption}\n{_aligned(found.texts)}" for found in shown)

    def write(self, folder: Path) -> Path:
        """Write the page and, beside it, the list of all rows kept apart; both appear, or neither.

        Raises `InputError` where something that stands on the page may point at a person.
        """
        page = render.of_tables(
            self.tables(),
            title=f"{self.contract.label}：数据核对单",
            question=f"由{self.contract.department}提供的数据，哪些行需要核对？",
            facts={
                "文件": "、".join(dict.fromkeys(self.files["文件"])),
                "SHA-256": self.files["SHA-256"].iloc[0],
            },
        )
        rows = self.rows.rename(columns=_LABELS | {"record_id": "记录号", "rule": "规则"}).to_csv(index=False)
        if leak.scan(page):
            raise InputError(
                "names of files and columns that point at no person",
                "one that may",
                "rename it and check again",
            )
        folder.mkdir(parents=True, exist_ok=True)
        places = [folder / f"{self.contract.name}{suffix}" for suffix in (".html", ".csv")]
        with drafts(*places) as (page_draft, rows_draft):
            page_draft.write_text(page, "utf-8", newline="\n")
            rows_draft.write_text(rows, "utf-8-sig", newline="\n")
        return places[0]


def check(name: str, file: Path, told: Path | None = None) -> Delivery:
    """Hold a file against the contract of a table; `told` is a map of params/sources.

    Raises `InputError` for an unknown table, or a file that cannot be read or lacks a column.
    """
    if name not in CONTRACTS:
        raise InputError(f"a table: one of {', '.join(CONTRACTS)}", name, "see qmcb tables")
    source = mapping.load(told) if told else mapping.NOTHING
    with book.read_files({name: file}, source) as opened:
        balance.check(opened.balance())
        return _delivery(opened, CONTRACTS[name])


def _delivery(opened: Book, contract: Contract) -> Delivery:
    rows = opened.quarantine.order_by("file", "line").to_pandas().drop(columns="table")
    rows = rows.astype(object).where(rows.notna(), None)
    labels = {column.name: column.label for column in contract.columns}
    repaired = opened.repairs.group_by("column", "repair").agg(rows=opened.repairs.rows.sum()).to_pandas()
    repaired = repaired.assign(
        column=repaired["column"].map(labels), repair=repaired["repair"].map(codes.REPAIR)
    )
    by = ["column", "reason", "found"]
    filled = rows.assign(column=rows["column"].fillna(""), found=rows["found"].fillna(""))
    broken = filled.groupby(by, as_index=False).agg(rows=("line", "size"))
    others = opened.others[contract.name]
    return Delivery(
        contract=contract,
        files=opened.inputs().drop(columns="表"),
        broken=broken.sort_values(["rows", *by], ascending=[False, True, True, True], ignore_index=True),
        rows=rows,
        repaired=repaired[["column", "repair", "rows"]].sort_values(["column", "repair"], ignore_index=True),
        numbers=pd.DataFrame(_numbers(opened[contract.name], contract)),
        others=len(others.columns) - 1,
    )


def _numbers(rows: ir.Table, contract: Contract) -> Iterator[dict[str, object]]:
    if "id_number" in contract.names:
        sent = rows.select(*({"id_number", "birth_date", "sex"} & set(contract.names))).to_pyarrow()
        problems = number.clean(sent["id_number"])["problem"]
        yield from _problems(
            problems, contract["id_number"].label, codes.NUMBER_PROBLEM, _CERTAIN_NUMBER, sent
        )
    if "uscc" in contract.names:
        problems = employer.clean(rows.uscc.to_pyarrow())["problem"]
        yield from _problems(
            problems, contract["uscc"].label, codes.EMPLOYER_PROBLEM, _CERTAIN_EMPLOYER, None
        )


def _problems(
    problems: pa.ChunkedArray, column: str, labels: codes.Codes, certain: str, sent: pa.Table | None
) -> Iterator[dict[str, object]]:
    counts = {row["values"]: row["counts"] for row in problems.value_counts().to_pylist()}
    order = list(labels)
    for problem in order[1:]:
        if problem in counts:
            done = "已更正" if order.index(problem) <= order.index(certain) else "请核对"
            if done == "请核对" and sent is not None:
                done += _proposals(sent.filter(pc.equal(problems, problem)).slice(0, _TRIED))
            yield {"column": column, "problem": labels[problem], "rows": counts[problem], "done": done}


def _proposals(sent: pa.Table) -> str:
    """Of how many numbers one repair is likelier than all others, and of what kind most of them are."""
    kinds: dict[str, int] = {}
    for row in sent.to_pylist():
        if row["id_number"]:
            best = repair.repairs(row["id_number"], born=row.get("birth_date"), sex=row.get("sex"))
            alike = [one for one in best if len(one.agrees) == len(best[0].agrees)]
            if len(alike) == 1:
                kinds[alike[0].damage] = kinds.get(alike[0].damage, 0) + 1
    if not kinds:
        return ""
    told = "、".join(f"{codes.NUMBER_DAMAGE[kind]}{count}个" for kind, count in sorted(kinds.items()))
    return f"；{len(sent)}个中可提出唯一改法的：{told}"


def _shown(rows: pd.DataFrame) -> list[str]:
    return [name for name in ("file", "line", "column", "reason", "found") if name in rows]


def _texts(frame: pd.DataFrame) -> dict[str, str]:
    return {name: "int64" for name in ("line", "rows") if name in frame}


def _aligned(texts: pd.DataFrame) -> str:
    """Columns one under the other, where a Chinese character takes two places."""
    lines = [list(map(str, texts.columns)), *texts.astype(str).to_numpy().tolist()]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
