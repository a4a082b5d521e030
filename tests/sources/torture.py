"""What departments really send, in every shape that it comes in: made from a few rows, and what is to come of each.

`write` puts every file of the torture below a folder, each in a folder of its own as the table `benefits`;
`python tests/sources/torture.py DIR` does it by hand.
"""

import csv
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEADINGS = ("record_id", "公民身份号码", "姓名", "AAE140", "发放地", "起始年月", "终止年月", "月待遇")
ROWS = (
    ("B1", "11010519491231002X", "王伟", "110", "640104", "202001", "202012", "300000"),
    ("B2", "110105194912310038", "买买提·吐尔逊", "170", "640104", "202101", "", "20000"),
    ("B3", "", "𠮷㐂", "170", "640221", "201907", "", ""),
)
RIGHT = {"B1": ("王伟", 300_000), "B2": ("买买提·吐尔逊", 20_000), "B3": ("𠮷㐂", None)}
Rows = Sequence[Sequence[object]]


@dataclass(frozen=True)
class Torment:
    """A file, and what is to come of it: `refused` with these words, or `accepted` records and `apart` rules."""

    write: Callable[[Path], None]
    refused: str | None = None
    accepted: tuple[str, ...] = tuple(RIGHT)
    apart: tuple[str, ...] = ()


def text(rows: Rows, delimiter: str = ",", end: str = "\r\n") -> str:
    """Rows as delimited text."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def changed(row: int, column: str, value: object) -> Rows:
    """The table with one value changed."""
    rows = [list(HEADINGS), *map(list, ROWS)]
    rows[row][HEADINGS.index(column)] = value  # type: ignore[call-overload]
    return rows


TABLE: Rows = (HEADINGS, *ROWS)


def raw(content: bytes, name: str = "benefits.csv") -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None  # type: ignore[func-returns-value]


def sheets(*tables: Rows, merged: str | None = None) -> Callable[[Path], None]:
    """A workbook with a table on each sheet."""

    def write(folder: Path) -> None:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for rows in tables:
            sheet = book.create_sheet()
            for row in rows:
                sheet.append(["" if cell is None else cell for cell in row])
            if merged and rows:
                sheet.merge_cells(merged)
        book.save(folder / "benefits.xlsx")

    return write


def parquet(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        columns = [pa.array([row[place] or None for row in ROWS], pa.string()) for place in range(len(HEADINGS))]
        path = folder / "benefits.parquet"
        pq.write_table(pa.Table.from_arrays(columns, list(HEADINGS)), path)
        path.write_bytes(change(path.read_bytes()))

    return write


def parts(folder: Path) -> None:
    place = folder / "待遇发放"
    place.mkdir()
    (place / "1.csv").write_bytes(text(TABLE[:2]).encode("gb18030"))
    (place / "2.txt").write_bytes(text([HEADINGS[::-1], ROWS[1][::-1]], "\t").encode("utf-8-sig"))
    sheets((HEADINGS, ROWS[2]))(place)


_LONG = "x" * 200_000
TORMENTS: dict[str, Torment] = {
    **{
        f"{encoding} {mark!r}": Torment(raw(text(TABLE, mark).encode(encoding)))
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16")
        for mark in (",", "\t", "|", ";")
    },
    "bare line feeds": Torment(raw(text(TABLE, end="\n").encode("gb18030"))),
    "bare returns": Torment(raw(text(TABLE, end="\r").encode("gb18030"))),
    "mixed line ends": Torment(
        raw("".join(text([row], end=end) for row, end in zip(TABLE, ("\n", "\r\n", "\r", ""), strict=True)).encode())
    ),
    "blank lines": Torment(raw(("\n\n" + text(TABLE, end="\n\n\n")).encode())),
    "a title above": Torment(raw(("2024年待遇发放,,,,\n\n" + text(TABLE)).encode("gb18030"))),
    "an impossible date": Torment(
        raw(text(changed(1, "终止年月", "20170230")).encode()), accepted=("B2", "B3"), apart=("type:last_month",)
    ),
    "a mangled number": Torment(raw(text(changed(1, "公民身份号码", "1.10105194912310E+17")).encode())),
    "money with a fraction": Torment(
        raw(text(changed(2, "月待遇", "200.5")).encode()), accepted=("B1", "B3"), apart=("type:monthly_amount",)
    ),
    "full-width codes": Torment(raw(text(changed(1, "AAE140", "１１０")).encode("gb18030"))),
    "a name for a code": Torment(raw(text(changed(1, "AAE140", "城镇企业职工养老")).encode("gb18030"))),
    "an unknown code": Torment(
        raw(text(changed(1, "AAE140", "999")).encode()), accepted=("B2", "B3"), apart=("code:insurance",)
    ),
    "ragged rows": Torment(
        raw(text([*TABLE[:2], ["B9", "1"], ["B8", *ROWS[0][1:], "more", "more"], *TABLE[2:]]).encode("gb18030")),
        apart=("torn", "torn"),
    ),
    "a column too many": Torment(raw(text([[*row, "备注"] for row in TABLE]).encode())),
    "a column too few": Torment(raw(text([row[:3] + row[4:] for row in TABLE]).encode()), "column 险种 (insurance"),
    "a heading twice": Torment(raw(text([[*HEADINGS, "AAC003"], *([*r, ""] for r in ROWS)]).encode()), "one column 姓名"),
    "a row for a heading": Torment(raw(text(ROWS).encode()), "column 公民身份号码"),
    "no row": Torment(raw(text(TABLE[:1]).encode()), "a heading and no row"),
    "nothing": Torment(raw(b""), "benefits.csv is empty"),
    "a text left open": Torment(raw(text(TABLE).replace("王伟", '"王伟').encode("gb18030")), "every quotation mark"),
    "a text left open twice": Torment(
        raw(
            text([*TABLE, *ROWS]).replace("王伟", '"王伟', 1).replace("𠮷㐂,170,640221,201907,,\r\nB1", '𠮷㐂",170,640221,201907,,\r\nB1').encode()
        ),
        "every quotation mark",
    ),
    "quotation marks in a text": Torment(raw(text(changed(1, "姓名", '王"小"伟')).encode()), accepted=tuple(RIGHT)),
    "embedded NULs": Torment(
        raw(text(changed(1, "AAE140", "110\0")).encode()), accepted=("B2", "B3"), apart=("code:insurance",)
    ),
    "a very long text": Torment(raw(text(changed(1, "姓名", _LONG)).encode())),
    "one wrong byte": Torment(raw(text(TABLE).encode("gb18030").replace("王".encode("gb18030"), b"\xff\xff")), "UTF-8 or GB18030"),
    "cut in a character": Torment(raw(text(TABLE).encode("utf-8")[: text(TABLE).encode().index("王".encode()) + 2]), "UTF-8 or GB18030"),
    "a workbook called csv": Torment(raw(b"PK\x03\x04" + bytes(range(128, 256)) * 9), "UTF-8 or GB18030"),
    "excel": Torment(sheets(TABLE)),
    "excel numbers": Torment(
        sheets([HEADINGS, *([*r[:3], int(r[3]), float(r[4]), int(r[5]), int(r[6] or 0) or None, r[7] and int(r[7])] for r in ROWS)])
    ),
    "excel with a merged title": Torment(
        sheets([["2024年待遇发放"] + [""] * 7, *TABLE], merged="A1:H1"),
    ),
    "excel with headings merged over two rows": Torment(
        sheets([["record_id", "人员", "", "AAE140", "发放地", "起止", "", "月待遇"], ["", *HEADINGS[1:3], "", "", *HEADINGS[5:7], ""], *ROWS])
    ),
    "excel with empty sheets": Torment(sheets([], TABLE[:2], [], (HEADINGS, *ROWS[1:]), [])),
    "excel with another sheet": Torment(sheets(TABLE, [["说明"], ["本表由张三填报"]]), "column 公民身份号码"),
    "excel, nothing in it": Torment(sheets([]), "a sheet with rows"),
    "excel that is text": Torment(raw(text(TABLE).encode(), "benefits.xlsx"), "an Excel workbook"),
    "excel cut off": Torment(lambda folder: (sheets(TABLE)(folder), _cut(folder / "benefits.xlsx"))[0], "an Excel workbook"),
    "parquet": Torment(parquet(lambda content: content)),
    "parquet cut off": Torment(parquet(lambda content: content[: len(content) // 2]), "to be Parquet"),
    "parquet with wrong pages": Torment(parquet(lambda c: c[:4] + b"\0" * 100 + c[104:]), "to be Parquet"),
    "a folder of parts": Torment(parts),
    "a folder with no parts": Torment(lambda folder: (folder / "benefits").mkdir(), "parts of benefits"),
}


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def write(folder: Path) -> dict[str, Path]:
    """Every torment below `folder`."""
    made = {}
    for number, (name, torment) in enumerate(TORMENTS.items()):
        made[name] = folder / str(number)
        made[name].mkdir(parents=True)
        torment.write(made[name])
    return made


if __name__ == "__main__":
    for name, place in write(Path(sys.argv[1])).items():
        print(place, name)
