"""The workbook for one office: its cases by finding, drop-down answers, protected and sealed cells."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from qmcb import codes
from qmcb.cases.seal import contents, plain, seal

FORMAT = 1
HEAD = 1
_SHEET, _COLUMN, _TEXT = codes.CASE_SHEET, codes.CASE_COLUMN, codes.CASE_TEXT
# Widths in characters of a spreadsheet, of which a Chinese one fills two.
_WIDTHS = {
    "case": 18, "kind": 14, "name": 10, "id_number": 20, "phone": 13, "side_a": 19, "side_b": 19,
    "span": 19, "months": 6, "amount": 13, "advice": 24, "keep": 8, "basis": 20, "decides": 14,
    "history": 14, "due": 11, "answer": 22, "kept": 11, "employer": 20, "cases": 18, "matter": 36,
    "result": 24,
}  # fmt: skip
_PAIR = (
    "case", "kind", "name", "id_number", "phone", "side_a", "side_b", "span", "months", "amount",
    "advice", "keep", "basis", "decides", "history", "due",
)  # fmt: skip
_ONE = tuple(name for name in _PAIR if name not in ("side_b", "months", "amount", "keep"))
FIXED: Mapping[str, tuple[str, ...]] = {"duplicates": _PAIR, "benefits": _PAIR, "missing": _ONE}
ANSWERS: Mapping[str, tuple[str, ...]] = {
    "duplicates": ("answer", "kept"),
    "benefits": ("answer", "kept"),
    "missing": ("answer",),
}
"""Columns of each finding's sheet: those that are sealed, and after them those to fill in."""
CALLS = ("employer", "name", "id_number", "phone", "cases", "matter", "due", "result")
_LINE_POINTS = 15.5
_SIZE = 10
_TALLEST = 400.0  # points that every program still shows

_FONT = "宋体"
_BODY, _STRONG = Font(name=_FONT, size=_SIZE), Font(name=_FONT, size=_SIZE, bold=True)
_BORDER = Border(*(Side(style="thin", color="B4C0CA") for _ in range(4)))
_HEAD_FILL, _ANSWER_FILL = PatternFill("solid", fgColor="DFE4E8"), PatternFill("solid", fgColor="FFF6D6")
_OPEN = Protection(locked=False)
_WRAPPED = Alignment(wrap_text=True, vertical="top")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Dispatch:
    """What goes to one office at once: store and export by which it is known again, and its rows.

    `cases` gives the rows of each finding: the columns FIXED as texts (months whole, amount in yuan),
    and `facts`. `calls` are rows of CALLS. `about` are the lines of the first page.
    """

    store: str
    export: str
    office: str
    about: Sequence[tuple[str, str]]
    cases: Mapping[str, Sequence[Row]]
    calls: Sequence[Row]


def choices(finding: str) -> dict[str, tuple[str, str]]:
    """The drop-down list of a finding: label, and the answer and reason that it stands for."""
    return {
        f"{codes.ANSWER[answer]}：{label}": (answer, reason)
        for answer, reasons in codes.REASON[finding].items()
        for reason, label in reasons.items()
    }


def write(dispatch: Dispatch, key: bytes) -> bytes:
    """The workbook as .xlsx, not yet encrypted; every value that was read stays text."""
    book = Workbook()
    about = book.active
    about.title = _SHEET["about"]
    _about(about, dispatch)
    for finding, rows in dispatch.cases.items():
        _cases(book.create_sheet(_SHEET[finding]), finding, rows, dispatch, key)
    _table(book.create_sheet(_SHEET["calls"]), CALLS, dispatch.calls)
    _choices(book.create_sheet(_SHEET["choices"]), dispatch.cases)
    _seals(book.create_sheet(_SHEET["seal"]), book, dispatch, key)
    book.security = WorkbookProtection(lockStructure=True)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def row_seal(key: bytes, export: str, finding: str, row: int, facts: str, values: Sequence[object]) -> str:
    """The hidden cell of a row: the hash of its facts, and the seal over all but the answers."""
    return f"{facts} {seal(key, export, finding, row, facts, *map(plain, values))}"


def sheet_seal(key: bytes, sheet: Worksheet, finding: str | None, *parts: object) -> str:
    """The seal over all of a sheet but its answers."""
    fixed, answers = FIXED.get(finding or "", ()), ANSWERS.get(finding or "", ())
    columns = range(len(fixed) + 1, len(fixed) + len(answers) + 1)
    return seal(key, *parts, sheet.title, contents(sheet, columns, HEAD))


def _about(sheet: Worksheet, dispatch: Dispatch) -> None:
    title = _put(sheet.cell(1, 1), _TEXT["title"])
    title.font, title.alignment = Font(name=_FONT, size=16, bold=True), Alignment()
    for at, (label, value) in enumerate(dispatch.about, 3):
        _put(sheet.cell(at, 1), label).font = _STRONG
        _put(sheet.cell(at, 2), value)
    first = len(dispatch.about) + 4
    for at, name in enumerate(("lead", "fill", "confirmed", "cleared", "corrected", "secret"), first):
        sheet.merge_cells(start_row=at, end_row=at, start_column=1, end_column=2)
        _put(sheet.cell(at, 1), _TEXT[name])
        sheet.row_dimensions[at].height = 2 * _LINE_POINTS + 4
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 64
    sheet.protection.sheet = True
    _paper(sheet, "portrait")


def _cases(sheet: Worksheet, finding: str, rows: Sequence[Row], dispatch: Dispatch, key: bytes) -> None:
    fixed, answers = FIXED[finding], ANSWERS[finding]
    _table(sheet, fixed + answers, rows)
    hidden = len(fixed) + len(answers) + 1
    for at, row in enumerate(rows, HEAD + 1):
        values = [row[name] for name in fixed]
        sealed = row_seal(key, dispatch.export, finding, at, row["facts"], [_safe(v) for v in values])
        _put(sheet.cell(at, hidden), sealed)
        for place in range(len(fixed) + 1, hidden):
            sheet.cell(at, place).protection = _OPEN
            sheet.cell(at, place).fill = _ANSWER_FILL
    sheet.column_dimensions[get_column_letter(hidden)].hidden = True
    lists = {"answer": len(choices(finding)), "kept": len(codes.SIDE)}
    for place, name in enumerate(answers, len(fixed) + 1):
        column = get_column_letter(_list_column(finding, name))
        area = f"'{_SHEET['choices']}'!${column}$2:${column}${lists[name] + 1}"
        asked = DataValidation("list", formula1=area, allow_blank=True, showErrorMessage=True)
        asked.error = asked.errorTitle = _TEXT["wrong"]
        asked.add(f"{get_column_letter(place)}{HEAD + 1}:{get_column_letter(place)}{HEAD + len(rows)}")
        sheet.add_data_validation(asked)


def _table(sheet: Worksheet, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Headings that stay, wrapped cells of a known width, and a page that prints."""
    for place, name in enumerate(columns, 1):
        head = _put(sheet.cell(HEAD, place), _COLUMN[name])
        head.font, head.fill = _STRONG, _HEAD_FILL
        head.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS[name]
    for at, row in enumerate(rows, HEAD + 1):
        for place, name in enumerate(columns, 1):
            cell = _put(sheet.cell(at, place), row.get(name))
            cell.border = _BORDER
            if name == "amount":
                cell.number_format = "#,##0.00"
        lines = max(_lines(str(row.get(name) or ""), _WIDTHS[name]) for name in columns)
        sheet.row_dimensions[at].height = min(lines * _LINE_POINTS + 3, _TALLEST)
    sheet.row_dimensions[HEAD].height = 2 * _LINE_POINTS + 3
    sheet.freeze_panes = sheet.cell(HEAD + 1, 2)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # allowed: to read and to print
    sheet.print_title_rows = f"{HEAD}:{HEAD}"
    _paper(sheet, "landscape")


def _paper(sheet: Worksheet, orientation: str) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = orientation, sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.7
    sheet.oddFooter.left.text, sheet.oddFooter.center.text = _TEXT["footer"], "&P / &N"


def _choices(sheet: Worksheet, cases: Mapping[str, Sequence[Row]]) -> None:
    """The lists behind the drop-downs: a column for each finding's answers, one for the sides."""
    for finding in cases:
        labels = {"answer": list(choices(finding)), "kept": list(codes.SIDE.values())}
        for name in ANSWERS[finding]:
            place = _list_column(finding, name)
            for at, label in enumerate([_SHEET[finding], *labels[name]], 1):
                _put(sheet.cell(at, place), label)
    sheet.protection.sheet, sheet.sheet_state = True, "hidden"


def _list_column(finding: str, name: str) -> int:
    return 1 + 2 * list(FIXED).index(finding) + (name == "kept")


def _seals(sheet: Worksheet, book: Workbook, dispatch: Dispatch, key: bytes) -> None:
    """By what the workbook is known again, and the seal of each other sheet."""
    known = (dispatch.store, dispatch.export, dispatch.office)
    lines = [("format", str(FORMAT)), *zip(("store", "export", "office"), known, strict=True)]
    names = {label: name for name, label in codes.FINDING.items()}
    for other in book.worksheets[:-1]:
        lines.append((other.title, sheet_seal(key, other, names.get(other.title), *known)))
    for at, (label, value) in enumerate(lines, 1):
        _put(sheet.cell(at, 1), label)
        _put(sheet.cell(at, 2), value)
    sheet.sheet_state = "veryHidden"


def _put(cell: Cell, value: object) -> Cell:
    """Set a value; a text is text, whatever it begins with."""
    value = _safe(value)
    cell.value = value
    cell.font, cell.alignment = _BODY, _WRAPPED
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = value[:1] in ("=", "+", "-", "@", "\t", "'")
    return cell


def _safe(value: object) -> object:
    """Without the control characters that a workbook cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("〓", value) if isinstance(value, str) else value


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column."""
    filled = (sum(1 + (ord(c) > 0x2E7F) for c in line) for line in text.split("\n"))
    return sum(max(1, -(-characters // (width - 1))) for characters in filled)
