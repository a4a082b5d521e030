"""The workbook: text stays text, nothing but answers can be changed, and a row is taken or told."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from qmcb import codes
from qmcb.cases import answers, notice, workbook
from qmcb.cases.store import Store, create, opened
from qmcb.errors import InputError
from qmcb.reports import known, leak

from . import town
from .town import JULY, PASSWORD

TWICE, LACKING = "重复参保", "应保未保"
CLEARED = "排除：不是同一人"
Change = Callable[[Worksheet], None]


@pytest.fixture
def cases(waiting: Store) -> Store:
    return waiting


def heads(sheet: Worksheet) -> list[str]:
    return [cell.value for cell in sheet[1]]


def test_what_a_workbook_holds(sent: Path) -> None:
    book = town.opened(sent)
    assert book.sheetnames == ["说明", TWICE, LACKING, "联系名单", "答复选项", "_qmcb"]
    assert [book[name].sheet_state for name in ("答复选项", "_qmcb")] == ["hidden", "veryHidden"]
    sheet = book[TWICE]
    columns = (*workbook.FIXED["duplicates"], "answer", "kept")
    assert heads(sheet)[:-1] == [codes.CASE_COLUMN[name] for name in columns]
    assert sheet.freeze_panes == "B2" and sheet.print_title_rows == "$1:$1"
    assert all(book[name].protection.sheet for name in book.sheetnames[:-1])
    unlocked = {cell.column_letter for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {"Q", "R"} and sheet.column_dimensions["S"].hidden
    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    assert lists == {"Q2:Q7": "'答复选项'!$A$2:$A$9", "R2:R7": "'答复选项'!$B$2:$B$3"}
    choices = [row[0] for row in book["答复选项"].iter_rows(min_row=2, max_col=1, values_only=True) if row[0]]
    assert choices == list(workbook.choices("duplicates")) and len(choices) == 8


def test_a_name_that_looks_like_a_formula_stays_text(sent: Path) -> None:
    sheet = town.opened(sent)[TWICE]
    names = [sheet.cell(row, 3) for row in range(2, 8)]
    assert [cell.value for cell in names] == [*town.NAMES[:5], "欧阳〓修"]
    assert {cell.data_type for cell in names} == {"s"}
    assert [bool(cell.quotePrefix) for cell in names] == [True] * 5 + [False]
    assert {cell.number_format for cell in names} == {"@"}


def test_only_the_password_opens_it(sent: Path, cases: Store) -> None:
    content = sent.read_bytes()
    assert not zipfile.is_zipfile(io.BytesIO(content)) and "640104198".encode("utf-16-le") not in content
    with pytest.raises(InputError, match=r"expected the password of .*; found another one"):
        answers.take(cases, sent, password="another password", key=town.KEY, who="w", now=JULY)


def test_every_export_is_in_the_log_without_a_person(sent: Path, cases: Store) -> None:
    log = cases.rows("exports").to_pylist()
    assert sorted(row["file"] for row in log) == sorted(path.name for path in sent.parent.iterdir())
    told = {(row["who"], row["office"], row["at"], row["cases"]) for row in log}
    assert told == {("tester", "640104", JULY, 7)}


# Tampering


def change(column: int) -> Change:
    def changed(sheet: Worksheet) -> None:
        sheet.cell(4, column).value = "张三"

    return changed


def delete(sheet: Worksheet) -> None:
    sheet.delete_rows(4)


def delete_last(sheet: Worksheet) -> None:
    sheet.delete_rows(sheet.max_row)


def empty(sheet: Worksheet) -> None:
    for cell in sheet[4]:
        cell.value = None


def add(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[4]])


def insert(sheet: Worksheet) -> None:
    sheet.insert_rows(3)


def swap(sheet: Worksheet) -> None:
    for one, other in zip(sheet[3], sheet[4], strict=True):
        one.value, other.value = other.value, one.value


def swap_columns(sheet: Worksheet) -> None:
    for row in sheet.iter_rows():
        row[5].value, row[6].value = row[6].value, row[5].value


def beside(sheet: Worksheet) -> None:
    sheet.cell(2, 25).value = "张三"


def heading(sheet: Worksheet) -> None:
    sheet.cell(1, 17).value = "张三"


ROW = "expected row {} of sheet 重复参保 in"
SHEET = "expected sheet {} of"
TAMPERED: list[tuple[str, Change, str]] = [
    *((TWICE, change(column), ROW.format(4)) for column in (*range(1, 17), 19)),
    (TWICE, delete, ROW.format(4)),
    (TWICE, delete_last, SHEET.format(TWICE)),
    (TWICE, empty, SHEET.format(TWICE)),
    (TWICE, add, ROW.format(8)),
    (TWICE, insert, ROW.format(4)),
    (TWICE, swap, ROW.format(3)),
    (TWICE, swap_columns, ROW.format(2)),
    (TWICE, beside, SHEET.format(TWICE)),
    (TWICE, heading, SHEET.format(TWICE)),
    ("说明", change(2), SHEET.format("说明")),
    ("联系名单", change(2), SHEET.format("联系名单")),
    ("答复选项", change(1), SHEET.format("答复选项")),
    (LACKING, delete_last, SHEET.format(LACKING)),
]


def test_what_was_changed_is_refused_in_one_clear_line(
    sent: Path, cases: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = town.decrypted(sent)
    monkeypatch.setattr(answers.encrypted, "decrypt", lambda content, *_: content)  # many, and not about it
    before = len(town.events(cases))
    for number, (name, tamper, says) in enumerate(TAMPERED):
        book = openpyxl.load_workbook(io.BytesIO(plain))
        book[TWICE].cell(2, 17).value = CLEARED
        tamper(book[name])
        book.save(tmp_path / "x.xlsx")
        with pytest.raises(InputError) as error:
            town.answer(cases, tmp_path / "x.xlsx")
        told = str(error.value)
        assert told.startswith(says) and "\n" not in told, number
        assert "张三" not in told and leak.scan(told, known.people_named(["张三", *town.NAMES])) == [], number
    assert len(town.events(cases)) == before and len(cases.rows("imports")) == 0


@pytest.mark.parametrize(
    ("label", "value", "says"),
    [
        ("store", "0000000000000000", "a workbook of another one"),
        ("export", "0000000000", "an export that is not"),
        ("office", "640105", "expected sheet 说明 of"),
        ("format", "2", "expected x.xlsx in format 1"),
    ],
)
def test_the_hidden_sheet_is_held_to_too(
    sent: Path, cases: Store, tmp_path: Path, label: str, value: str, says: str
) -> None:
    book = town.opened(sent)
    (row,) = (row for row in book["_qmcb"].iter_rows() if row[0].value == label)
    row[1].value = value
    with pytest.raises(InputError, match=says):
        town.answer(cases, town.save(book, tmp_path / "x.xlsx"))


@pytest.mark.parametrize("lost", ["说明", TWICE, LACKING, "_qmcb"])
def test_a_missing_sheet_is_named(sent: Path, cases: Store, tmp_path: Path, lost: str) -> None:
    book = town.opened(sent)
    book.remove(book[lost])
    with pytest.raises(InputError, match=f"found no sheet {lost}"):
        town.answer(cases, town.save(book, tmp_path / "x.xlsx"))


def test_another_sheet_is_refused(sent: Path, cases: Store, tmp_path: Path) -> None:
    book = town.opened(sent)
    book.create_sheet("张三")
    with pytest.raises(InputError, match=r"found 1 more;"):
        town.answer(cases, town.save(book, tmp_path / "x.xlsx"))


def test_a_workbook_of_another_store_is_refused(sent: Path, tmp_path: Path) -> None:
    create(tmp_path / "other.duckdb", "64", town.KEY)
    with opened(tmp_path / "other.duckdb", town.KEY) as other, pytest.raises(InputError, match="another one"):
        town.answer(other, sent)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "expected x.xlsx to be an encrypted workbook; found something else"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "expected x.xlsx to be an encrypted workbook"),
        (b"PK\5\6" + b"\0" * 18, "expected x.xlsx under its password; found no password"),
    ],
)
def test_what_is_no_workbook(cases: Store, tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=says):
        town.answer(cases, tmp_path / "x.xlsx")


# Answers


def test_rows_are_accepted_or_quarantined(sent: Path, cases: Store) -> None:
    told: town.Fill = {
        2: CLEARED, 3: "大概是吧", 4: ("", "甲方"), 5: ("属实：本人尚未联系上", "丙方"), 6: "=1+1",
        7: "排除：已死亡",
    }  # fmt: skip
    taken = town.answer(cases, town.fill(sent, TWICE, told))
    assert dict(taken.counts) == {
        "rows": 7, "accepted": 1, "unchanged": 0, "unanswered": 1, "quarantined": 5,
    }  # fmt: skip
    rules = {3: "not_in_list", 4: "kept_alone", 5: "not_in_list", 6: "not_in_list", 7: "not_in_list"}
    assert taken.quarantine == tuple((TWICE, row, rule) for row, rule in rules.items())
    kept = cases.rows("quarantine").to_pylist()
    assert [(row["sheet"], row["row"], row["rule"]) for row in kept] == list(taken.quarantine)
    assert {rule for _, _, rule in taken.quarantine} <= codes.CASE_QUARANTINE.keys()


def test_the_same_workbook_twice_changes_nothing(sent: Path, cases: Store, tmp_path: Path) -> None:
    filled = town.fill(sent, TWICE, {2: CLEARED, 3: ("已更正：已终止一处并清退", "甲方")})
    assert town.answer(cases, filled).counts["accepted"] == 2
    before = {name: len(cases.rows(name)) for name in ("events", "imports", "quarantine")}
    again = town.answer(cases, filled)
    assert again.known and {name: len(cases.rows(name)) for name in before} == before
    resaved = town.answer(cases, town.save(town.opened(filled), tmp_path / "resaved.xlsx"))
    assert (resaved.counts["unchanged"], resaved.counts["accepted"]) == (2, 0)
    assert len(town.events(cases)) == before["events"]


def test_an_office_may_answer_again_until_the_case_is_closed(sent: Path, cases: Store, place: Path) -> None:
    assert town.answer(cases, town.fill(sent, TWICE, {2: "属实：本人尚未联系上"})).counts["accepted"] == 1
    done = "已更正：已转移接续"
    assert town.answer(cases, town.fill(sent, TWICE, {2: done})).counts["accepted"] == 1
    town.take(cases, town.run([town.pair(0)], place, "2024-07"))
    assert town.answer(cases, town.fill(sent, TWICE, {2: CLEARED})).quarantine == ((TWICE, 2, "not_waiting"),)


# Sending


def test_what_is_overdue_is_sent_again_and_its_day_stays(sent: Path, cases: Store, place: Path) -> None:
    assert town.send(cases, place, sent.parent, town.AUGUST.replace(day=4)) == {}
    again = town.send(cases, place, sent.parent, town.AUGUST)["640104"]
    sheet = town.opened(again)[TWICE]
    at = {head: place for place, head in enumerate(heads(sheet), 1)}
    assert {sheet.cell(2, at[name]).value for name in ("答复期限", "以往情况")} == {"2024-08-04", "已逾期"}
    events = [event["event"] for event in town.events(cases)]
    assert events == ["opened"] * 7 + ["sent"] * 7 + ["reminded"] * 7


def test_another_source_gives_no_names(cases: Store, source: Callable[..., Path]) -> None:
    row = town.enrolment("H0", "另一人", "1", "640104")
    other = source({name: [row] for name in ("enrolments", "enrolments_elsewhere", "residents")})
    with pytest.raises(InputError, match="expected 参保缴费 as the last run read it; found another"):
        town.send(cases, other, other / "out", town.AUGUST)
    assert list((other / "out").iterdir()) == [] and len(cases.rows("exports")) == 2


def test_nothing_is_sent_before_a_run(place: Path, tmp_path: Path) -> None:
    path = town.new_store(tmp_path / "new.duckdb")
    with opened(path, town.KEY) as new, pytest.raises(InputError, match="a store that has taken a run"):
        town.send(new, place, tmp_path / "out")


# Letters


def test_a_person_gets_one_letter_and_one_call(sent: Path) -> None:
    calls = list(town.opened(sent)["联系名单"].iter_rows(min_row=2, values_only=True))
    assert len(calls) == 6
    (both,) = (call for call in calls if "LB-" in call[4])
    assert both[1] == "=1+1王" and both[4].split("\n") == ["CF-000000000000", "LB-000000000000"]
    page = sent.with_suffix(".html").read_text("utf-8")
    assert "王" not in page and leak.scan(page) == [] and "AES-GCM" in page


def test_a_letter_is_printable_and_escaped() -> None:
    row = {
        "case": "CF-1", "kind": "职工养老重复缴费", "name": "<b>张三", "id_number": "1", "phone": "",
        "whose": "x",
        "employer": "", "side_a": "甲", "side_b": "乙", "span": "2019-01至2019-02", "advice": "先转后清",
        "basis": "第七条", "due": "2024-08-04",
    }  # fmt: skip
    page = notice.letters(notice.calls([row]), "宁夏兴庆区", JULY.date())
    assert "&lt;b&gt;张三：" in page and "size: A4" in page and "2024-08-04前" in page
    assert PASSWORD not in page
