"""What departments really send, in every shape: made from a few rows, with what is to come of each.

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
    """A file, and what is to come of it: `refused` with these words, or records `accepted`, rules `apart`."""

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
    """A file as it is."""

    def write(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return write


def delimited(
    rows: Rows, encoding: str = "utf-8", delimiter: str = ",", end: str = "\r\n"
) -> Callable[[Path], None]:
    """Rows as a file of delimited text."""
    return raw(text(rows, delimiter, end).encode(encoding))


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


def cut_workbook(folder: Path) -> None:
    """A workbook without its end."""
    sheets(TABLE)(folder)
    path = folder / "benefits.xlsx"
    path.write_bytes(path.read_bytes()[:-200])


def parquet(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A Parquet file whose bytes were changed."""

    def write(folder: Path) -> None:
        places = range(len(HEADINGS))
        columns = [pa.array([row[place] or None for row in ROWS], pa.string()) for place in places]
        path = folder / "benefits.parquet"
        pq.write_table(pa.Table.from_arrays(columns, list(HEADINGS)), path)
        path.write_bytes(change(path.read_bytes()))

    return write


def parts(folder: Path) -> None:
    """A folder with a part in each of three forms."""
    place = folder / "待遇发放"
    place.mkdir()
    (place / "1.csv").write_bytes(text(TABLE[:2]).encode("gb18030"))
    (place / "2.txt").write_bytes(text([HEADINGS[::-1], ROWS[1][::-1]], "\t").encode("utf-8-sig"))
    sheets((HEADINGS, ROWS[2]))(place)


_LONG = "x" * 200_000
_GBK = "gb18030"
_MIXED = "".join(text([row], end=end) for row, end in zip(TABLE, ("\n", "\r\n", "\r", ""), strict=True))
_RAGGED = [*TABLE[:2], ["B9", "1"], ["B8", *ROWS[0][1:], "more", "more"], *TABLE[2:]]
_TWICE = text([*TABLE, *ROWS]).replace("王伟", '"王伟', 1).replace("\r\nB3", '"\r\nB3', 1)
_OPEN = text(TABLE).replace("王伟", '"王伟').encode(_GBK)
_BYTES = text(TABLE).encode()
_WRONG = text(TABLE).encode(_GBK).replace("王".encode(_GBK), b"\xff\xff")
_NUMBERS = [
    (*row[:3], int(row[3]), float(row[4]), int(row[5]), int(row[6]) if row[6] else "", row[7] and int(row[7]))
    for row in ROWS
]
_ABOVE = ["record_id", "人员", "", "AAE140", "发放地", "起止", "", "月待遇"]
_BELOW = ["", *HEADINGS[1:3], "", "", *HEADINGS[5:7], ""]

READ: dict[str, Torment] = {
    **{
        f"{encoding} {mark!r}": Torment(delimited(TABLE, encoding, mark))
        for encoding in ("utf-8", "utf-8-sig", _GBK, "utf-16")
        for mark in (",", "\t", "|", ";")
    },
    "bare line feeds": Torment(delimited(TABLE, _GBK, end="\n")),
    "bare returns": Torment(delimited(TABLE, _GBK, end="\r")),
    "mixed line ends": Torment(raw(_MIXED.encode())),
    "blank lines": Torment(delimited(TABLE, end="\n\n\n")),
    "a title above": Torment(raw(("2024年待遇发放,,,,\n\n" + text(TABLE)).encode(_GBK))),
    "a mangled number": Torment(delimited(changed(1, "公民身份号码", "1.10105194912310E+17"))),
    "full-width codes": Torment(delimited(changed(1, "AAE140", "１１０"), _GBK)),
    "a name for a code": Torment(delimited(changed(1, "AAE140", "城镇企业职工养老"), _GBK)),
    "a column too many": Torment(delimited([[*row, "备注"] for row in TABLE])),
    "quotation marks in a text": Torment(delimited(changed(1, "姓名", '王"小"伟'))),
    "a very long text": Torment(delimited(changed(1, "姓名", _LONG))),
    "excel": Torment(sheets(TABLE)),
    "excel numbers": Torment(sheets([HEADINGS, *_NUMBERS])),
    "excel with a merged title": Torment(sheets([["2024年待遇发放"] + [""] * 7, *TABLE], merged="A1:H1")),
    "excel with headings merged over two rows": Torment(sheets([_ABOVE, _BELOW, *ROWS])),
    "excel with empty sheets": Torment(sheets([], TABLE[:2], [], (HEADINGS, *ROWS[1:]), [])),
    "parquet": Torment(parquet(lambda content: content)),
    "a folder of parts": Torment(parts),
}
APART: dict[str, Torment] = {
    "an impossible date": Torment(
        delimited(changed(1, "终止年月", "20170230")), None, ("B2", "B3"), ("type:last_month",)
    ),
    "money with a fraction": Torment(
        delimited(changed(2, "月待遇", "200.5")), None, ("B1", "B3"), ("type:monthly_amount",)
    ),
    "an unknown code": Torment(
        delimited(changed(1, "AAE140", "999")), None, ("B2", "B3"), ("code:insurance",)
    ),
    "embedded NULs": Torment(
        delimited(changed(1, "AAE140", "110\0")), None, ("B2", "B3"), ("code:insurance",)
    ),
    "ragged rows": Torment(delimited(_RAGGED, _GBK), None, tuple(RIGHT), ("torn", "torn")),
}
_OTHER_SHEET = [["说明"], ["本表由张三填报"]]
REFUSED: dict[str, Torment] = {
    "a column too few": Torment(delimited([row[:3] + row[4:] for row in TABLE]), "column 险种 (insurance"),
    "a heading twice": Torment(delimited([[*HEADINGS, "AAC003"], *([*r, ""] for r in ROWS)]), "column 姓名"),
    "a row for a heading": Torment(delimited(ROWS), "column 公民身份号码"),
    "no row": Torment(delimited(TABLE[:1]), "a heading and no row"),
    "nothing": Torment(raw(b""), "benefits.csv is empty"),
    "a text left open": Torment(raw(_OPEN), "every quotation mark"),
    "a text left open twice": Torment(raw(_TWICE.encode()), "every quotation mark"),
    "one wrong byte": Torment(raw(_WRONG), "UTF-8 or GB18030"),
    "cut in a character": Torment(raw(_BYTES[: _BYTES.index("王".encode()) + 2]), "UTF-8 or GB18030"),
    "a workbook called csv": Torment(raw(b"PK\x03\x04" + bytes(range(128, 256)) * 9), "UTF-8 or GB18030"),
    "excel with another sheet": Torment(sheets(TABLE, _OTHER_SHEET), "column 公民身份号码"),
    "excel, nothing in it": Torment(sheets([]), "a sheet with rows"),
    "excel that is text": Torment(raw(_BYTES, "benefits.xlsx"), "an Excel workbook"),
    "excel cut off": Torment(cut_workbook, "an Excel workbook"),
    "parquet cut off": Torment(parquet(lambda content: content[: len(content) // 2]), "to be Parquet"),
    "parquet with wrong pages": Torment(parquet(lambda c: c[:4] + b"\0" * 100 + c[104:]), "to be Parquet"),
    "a folder with no parts": Torment(lambda folder: (folder / "benefits").mkdir(), "parts of benefits"),
}
TORMENTS = {**READ, **APART, **REFUSED}


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
