"""A workbook in another program than ours: it opens, keeps text as text, and comes back with its seals."""

from pathlib import Path

import pytest

from qmcb.cases.store import Store

from . import office_programs, town

TWICE, CLEARED = "重复参保", "排除：不是同一人"
pytestmark = pytest.mark.skipif(not office_programs.SOFFICE, reason="LibreOffice (soffice) is not installed")


@pytest.fixture
def sent(cases: Store, place: Path, tmp_path: Path) -> Path:
    town.take(cases, town.run([town.pair(at) for at in range(6)], place))
    return town.send(cases, place, tmp_path / "out")["640104"]


def test_libreoffice_fills_a_workbook_in_and_it_is_taken(sent: Path, cases: Store, tmp_path: Path) -> None:
    back, printed = office_programs.fill(sent, town.PASSWORD, TWICE, CLEARED, tmp_path)
    assert printed.read_bytes().startswith(b"%PDF")
    names = [town.opened(back)[TWICE].cell(row, 3) for row in range(2, 8)]
    assert [cell.value for cell in names] == [*town.NAMES[:5], "欧阳〓修"]
    assert {cell.data_type for cell in names} == {"s"}
    taken = town.answer(cases, back)
    assert (taken.counts["accepted"], taken.counts["unanswered"]) == (1, 5)


def test_libreoffice_does_not_open_it_without_the_password(sent: Path, tmp_path: Path) -> None:
    office_programs.run(tmp_path, "--convert-to", "csv", "--outdir", str(tmp_path), str(sent))
    assert not list(tmp_path.glob("*.csv"))
