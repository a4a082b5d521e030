"""The command line over a sample province: two months, from the runs to the offices and back."""

import hashlib
import json
import shutil
from pathlib import Path

import openpyxl
import pytest

from qmcb import cli
from qmcb.cases import encrypted, store, workbook
from qmcb.errors import InputError
from qmcb.reports import leak, mask
from qmcb.sample import province
from qmcb.studies import cross_province

from . import town

Text = pytest.CaptureFixture[str]
PASSWORD = "a password for offices"
pytestmark = pytest.mark.usefixtures("few_random_pairs")


def run_of(source: Path, out: Path, period: str) -> Path:
    """What `qmcb run` leaves for cases: the tables of a study, and their hashes in the manifest."""
    study = cross_province.open_study(str(source), province="64", period=period)
    study.save(str(out / "tables" / "02_cross_province"))
    study.book.close()
    files = [path for path in out.rglob("*.parquet")]
    report = {
        "notebook": {"name": "02_cross_province"},
        "parameters": {"province": "64", "period": period},
    }
    manifest = {
        "predicate": {"plan": {"name": "sample"}, "reports": [report]},
        "subject": [
            {
                "name": path.relative_to(out).as_posix(),
                "digest": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
            }
            for path in files
        ],
    }
    (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return out


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sample of 1,500 people, its runs of two months and a file with the password."""
    folder = tmp_path_factory.mktemp("office")
    province.make(folder / "sample", people=1_500, seed=3)
    for period in ("2024-05", "2024-06"):
        run_of(folder / "sample", folder / period, period)
    (folder / "password").write_text(f"{PASSWORD}\n", "utf-8")
    shutil.copy(folder / "sample" / "case.key", folder / "case.key")
    (folder / "out").mkdir()
    return folder


def command(folder: Path, *arguments: str) -> int:
    return cli.main(["cases", *arguments, "--store", str(folder / "cases.duckdb")])


def test_two_months_of_a_province(office: Path, capsys: Text) -> None:
    assert command(office, "update", str(office / "2024-05"), "--who", "tester") == 0
    opened = int(capsys.readouterr().out.split(" cases")[0].replace(",", ""))
    assert opened > 100

    password = ("--password-file", str(office / "password"))
    sources = ("--source", str(office / "sample"), "--out", str(office / "out"))
    assert command(office, "dispatch", *sources, *password) == 0
    assert capsys.readouterr().out.startswith(f"{opened:,} cases sent, 0 reminded of, ")

    books = sorted((office / "out").glob("64*.xlsx"), key=lambda path: path.stat().st_size)
    answered = 0
    for path in books[-2:]:
        plain = path.with_suffix(".plain.xlsx")
        plain.write_bytes(encrypted.decrypt(path.read_bytes(), PASSWORD, path.name))
        book = openpyxl.load_workbook(plain)
        plain.unlink()
        sheet = book["应保未保"]
        rows = range(2, sheet.max_row + 1)
        for row in rows:
            sheet.cell(row, len(workbook.FIXED["missing"]) + 1).value = "已更正：已参保缴费"
        answered += len(rows)
        filled = town.save(book, office / f"filled-{path.name}", PASSWORD)
        assert command(office, "import", str(filled), *password) == 0
        assert f"= {len(rows):,} accepted, 0 unchanged" in capsys.readouterr().out
        assert command(office, "import", str(filled), *password) == 0
        assert "taken before, nothing changed" in capsys.readouterr().out
    assert answered

    assert command(office, "update", str(office / "2024-06")) == 0
    told = capsys.readouterr().out
    assert " settled" in told and " returned" not in told
    assert command(office, "list", "--overdue", "--day", "2099-01-01") == 0
    listed = capsys.readouterr().out
    assert listed.count("待答复") > 10 and "已答复" not in listed and "已办结" not in listed
    assert leak.scan(listed) == []
    key = mask.read_key(None, office)
    with store.opened(office / "cases.duckdb", key, read_only=True) as cases:
        answers = [event for event in town.events(cases) if event["event"] == "answered"]
    assert len(answers) == answered


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("update nowhere", "expected the folder of a run with its manifest.json"),
        ("list", "expected the file of a store; found no file"),
        ("list --day soon", "expected a day such as 2021-01-01"),
        ("import x.xlsx", "10 to 255 characters as password; found none"),
        ("import x.xlsx --password-file short", "as password; found 5 characters"),
        ("import x.xlsx --password-file nofile", "found No such file or directory"),
        ("dispatch --out .", "the following arguments are required: --source"),
    ],
)
def test_input_errors_are_one_line(
    tmp_path: Path, capsys: Text, monkeypatch: pytest.MonkeyPatch, arguments: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short").write_text("short", "utf-8")
    (tmp_path / "case.key").write_bytes(town.KEY)
    try:
        code = command(tmp_path, *arguments.split())
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    assert code == cli.EXIT_INPUT and says in err and err.count("\n") == 1 and not out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.key", "short"]


def test_a_run_whose_tables_were_changed_is_refused(office: Path, tmp_path: Path) -> None:
    from qmcb.cases import doubt

    changed = shutil.copytree(office / "2024-05", tmp_path / "run")
    table = changed / "tables" / "02_cross_province" / "doubts.parquet"
    table.write_bytes(table.read_bytes() + b"x")
    with pytest.raises(InputError, match=r"doubts.parquet as the manifest of the run has it"):
        doubt.read_run(changed)
