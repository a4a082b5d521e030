"""The contracts of all tables as a page in Markdown: what an office has to send, column by column."""

from qmcb.tables import CONTRACTS, Column, Contract

_KINDS = {
    "text": "文本",
    "code": "代码",
    "region": "行政区划代码（6位）",
    "date": "日期",
    "month": "年月",
    "integer": "整数",
    "fen": "金额（整数，单位：分）",
    "flag": "是否（1/0）",
}

_OPENING = """# 数据表 / Tables

一个来源是一个文件夹，每张表一个文件：`英文名.parquet`、`中文名.parquet`、`英文名.csv` 或 `中文名.csv`。
CSV 用 UTF-8 或 GB18030。
表头可以用英文名、中文名或金保指标代码。
日期写作 2024-06-30、20240630、2024/6/30 或 2024年6月30日，年月写作 2024-06 或 202406。
除注明“可以没有这一列”的以外，各列都必须有；值可以为空，注明“不能为空”的除外。
不合约定的行进入隔离表并写明原因，其余照常；缺少必有的列，运行即停止并说明缺哪一列。

A source is a folder with one file a table. Headings are English names, Chinese labels or indicator
codes. A row that breaks its contract is quarantined with a reason; a missing column stops the run.
`qmcb tables` prints this page (`qmcb tables > data/README.md` writes it anew).

`data/sample/` is made by `qmcb sample data/sample` (or `make run`) and is not committed; its own README
says what in it is calibrated and what is assumed. `data/reference/` holds the counties in their order,
with their places on the tile map.
"""


def markdown() -> str:
    """The page `data/README.md`."""
    index = [
        f"- {contract.label} `{contract.name}`：{contract.department}" for contract in CONTRACTS.values()
    ]
    return "\n".join([_OPENING, *index, "", *map(_section, CONTRACTS.values())])


def _section(contract: Contract) -> str:
    rows = [f"| {' | '.join(_cells(column))} |" for column in contract.columns]
    rules = [f"- {rule.label}" for rule in contract.rules]
    return "\n".join(
        [
            f"## {contract.label} `{contract.name}`",
            "",
            f"由{contract.department}提供。",
            "",
            "| 列 | 中文名 | 指标代码 | 类型 | 说明 |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            *(["下列情形的行被隔离：", "", *rules, ""] if rules else []),
        ]
    )


def _cells(column: Column) -> tuple[str, ...]:
    told = ["可以没有这一列"] if column.optional else []
    told += ["不能为空"] if column.required else []
    told += ["；".join(f"{code} {label}" for code, label in column.codes.items())] if column.codes else []
    return (
        f"`{column.name}`",
        column.label,
        column.indicator or "",
        _KINDS[column.kind],
        "。".join(told),
    )
