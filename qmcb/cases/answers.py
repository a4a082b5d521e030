"""Reading a filled workbook back: sealed cells as they were sent, and every row accepted or quarantined."""

import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from qmcb import balance, codes
from qmcb.balance import Line
from qmcb.cases import encrypted, workbook
from qmcb.cases.current import current
from qmcb.cases.state import TRANSITIONS, after
from qmcb.cases.store import Store
from qmcb.errors import InputError

_SHEET = codes.CASE_SHEET
_FINDING = {label: name for name, label in codes.FINDING.items()}
_SIDE = {label: side for side, label in codes.SIDE.items()}
_RESULTS = ("accepted", "unchanged", "unanswered", "quarantined")
_AGAIN = "send the office's workbook as it came, or dispatch the cases again"


@dataclass(frozen=True)
class Imported:
    """What became of the rows of one workbook, and where those are that could not be taken.

    `known` says that this very file was taken before, so that nothing was done.
    """

    counts: Mapping[str, int]
    quarantine: tuple[tuple[str, int, str], ...]
    known: bool

    @property
    def line(self) -> Line:
        """Rows of the workbook = accepted + unchanged + unanswered + quarantined."""
        return Line("答复行数", self.counts["rows"], tuple((name, self.counts[name]) for name in _RESULTS))

    def summary(self) -> str:
        told = ", ".join(f"{self.counts[name]:,} {name}" for name in _RESULTS)
        return f"{self.counts['rows']:,} rows = {told}{'; taken before, nothing changed' * self.known}"


@dataclass(frozen=True)
class _Row:
    sheet: str
    row: int
    case: str
    facts: str
    answer: str
    kept: str


def take(store: Store, file: Path, *, password: str, key: bytes, who: str, now: datetime) -> Imported:
    """Take the answers in a workbook; the same file again, or the same answers, change nothing.

    Raises
    ------
    InputError
        The file is no workbook of this store under this password, or something in it other than an
        answer was changed. Nothing is taken then.
    """
    sent = _bytes(file)
    sha256 = hashlib.sha256(sent).hexdigest()
    before = store["imports"].filter(store["imports"].sha256 == sha256).to_pyarrow().to_pylist()
    if before:
        return Imported({name: before[0][name] for name in ("rows", *_RESULTS)}, (), known=True)
    book = _open(encrypted.decrypt(sent, password, file.name), file.name)
    export = _known(book, store, file.name)
    rows = [row for sheet in _sealed(book, key, store, file.name) for row in sheet]
    cases = {row["case"]: row for row in current(store).to_pyarrow().to_pylist()}
    results = [(row, *_judge(row, cases[row.case])) for row in rows]
    counts = {"rows": len(rows), **dict.fromkeys(_RESULTS, 0), **Counter(result for _, result, _ in results)}
    apart = tuple((row.sheet, row.row, str(told)) for row, result, told in results if result == "quarantined")
    taken = Imported(counts, apart, known=False)
    balance.check([taken.line])
    moment = {"at": now.replace(tzinfo=None), "who": who}
    run = store.last_run
    common = moment | {"file": sha256, "run": run[0] if run else None}
    store.append(
        events=[
            common | _event(row, cases[row.case], told)
            for row, result, told in results
            if result == "accepted"
        ],
        imports=[moment | counts | {"sha256": sha256, "export": export}],
        quarantine=[{"sha256": sha256, "sheet": s, "row": r, "rule": rule} for s, r, rule in apart],
    )
    return taken


def _bytes(file: Path) -> bytes:
    if not file.is_file():
        raise InputError("a workbook that an office has filled in", f"no file {file}", "name one")
    return file.read_bytes()


def _open(content: bytes, name: str) -> openpyxl.Workbook:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception as error:  # openpyxl fails in as many ways as a file can be broken
        raise InputError(f"{name} to hold a workbook", "something else", "have it sent again") from error
    if not all(isinstance(sheet, Worksheet) for sheet in book._sheets):
        raise InputError(f"{name} with sheets of cells", "a chart sheet", _AGAIN)
    return book


def _known(book: openpyxl.Workbook, store: Store, name: str) -> str:
    """The export that a workbook was sent in."""
    told = _told(book, name)
    if told.get("format") != str(workbook.FORMAT):
        raise InputError(f"{name} in format {workbook.FORMAT}", "another one", "use the qmcb that made it")
    if told.get("store") != store.name:
        raise InputError(f"{name} to be of this store", "a workbook of another one", "name its own store")
    export = told.get("export", "")
    if not store["exports"].filter(store["exports"].export == export).count().to_pyarrow().as_py():
        raise InputError(f"{name} to be in the store's log", "an export that is not", "restore the store")
    return export


def _told(book: openpyxl.Workbook, name: str) -> dict[str, str]:
    """What the hidden sheet says."""
    if _SHEET["seal"] not in book.sheetnames:
        raise InputError(f"{name} with all its sheets", f"no sheet {_SHEET['seal']}", _AGAIN)
    rows = book[_SHEET["seal"]].iter_rows(min_col=1, max_col=2, values_only=True)
    return {str(label): str(value) for label, value in rows if label}


def _sealed(book: openpyxl.Workbook, key: bytes, store: Store, name: str) -> Iterator[list[_Row]]:
    """The rows of each sheet of cases, all sheets being as they were sent."""
    told = _told(book, name)
    known = tuple(told.pop(label, "") for label in ("store", "export", "office"))
    told.pop("format")
    lacking = [title for title in (_SHEET["about"], *told) if title not in book.sheetnames]
    strange = [title for title in book.sheetnames if title not in (*told, _SHEET["seal"])]
    if lacking or strange:
        found = f"no sheet {lacking[0]}" if lacking else f"{len(strange)} more"
        raise InputError(f"{name} with the sheets as they were sent", found, _AGAIN)
    for title, seal in told.items():
        finding = _FINDING.get(title)
        rows = _rows(book[title], finding, key, known[1], name) if finding else []
        if workbook.sheet_seal(key, book[title], finding, *known) != seal:
            expected = f"sheet {title} of {name} as it was sent, but for the answers"
            raise InputError(expected, "a cell changed, or rows missing or added", _AGAIN)
        yield rows


def _rows(sheet: Worksheet, finding: str, key: bytes, export: str, name: str) -> list[_Row]:
    fixed, answers = len(workbook.FIXED[finding]), len(workbook.ANSWERS[finding])
    rows = []
    first = workbook.HEAD + 1
    for at, cells in enumerate(sheet.iter_rows(min_row=first, values_only=True), first):
        values = [*cells, *[None] * (fixed + answers + 1 - len(cells))]
        if not any(value is not None for value in values):
            continue
        sealed = str(values[fixed + answers])
        facts = sealed.split(" ")[0]
        if workbook.row_seal(key, export, finding, at, facts, values[:fixed]) != sealed:
            expected = f"row {at} of sheet {sheet.title} in {name} as it was sent, but for the answers"
            raise InputError(expected, "another content, or a row of another place", _AGAIN)
        told = [str(value).strip() if value is not None else "" for value in values[fixed : fixed + answers]]
        rows.append(_Row(sheet.title, at, str(values[0]), facts, told[0], told[1] if answers > 1 else ""))
    return rows


def _judge(row: _Row, case: Mapping[str, Any]) -> tuple[str, Any]:
    """What becomes of a row: accepted (answer, reason, side), quarantined (rule), or neither."""
    if not row.answer:
        return ("quarantined", "kept_alone") if row.kept else ("unanswered", None)
    choices = workbook.choices(_FINDING[row.sheet])
    if row.answer not in choices or (row.kept and row.kept not in _SIDE):
        return "quarantined", "not_in_list"
    told = (*choices[row.answer], _SIDE.get(row.kept))
    if told == (case["answer"], case["reason"], case["kept"]):
        return "unchanged", None
    if (case["state"], "answered") not in TRANSITIONS:
        return "quarantined", "not_waiting"
    return "accepted", told


def _event(row: _Row, case: Mapping[str, Any], told: tuple[str, str, str | None]) -> dict[str, Any]:
    return {
        "case": row.case,
        "event": "answered",
        "state": after(case["state"], "answered"),
        **dict(zip(("answer", "reason", "kept"), told, strict=True)),
        **{name: case[name] for name in ("rule", "effective")},
        "facts": row.facts,
    }
