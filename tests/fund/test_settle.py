"""`qmcb share` and the function behind it: one table, whole or not at all."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from funds import Row, row, table

from qmcb import cli, codes
from qmcb.errors import InputError
from qmcb.fund import ledger, scheme, settle
from qmcb.fund.ledger import Fund

Text = pytest.CaptureFixture[str]
ROWS = [
    row(code, year, basis)
    for code in ("640104", "640105")
    for year in (2018, 2019)
    for basis in codes.ACCOUNT_BASIS
]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return table(tmp_path_factory.mktemp("office"), ROWS)


@pytest.fixture(scope="module")
def fund(office: Path) -> Fund:
    return ledger.read(office)


@pytest.mark.parametrize("name", scheme.names())
def test_every_scheme_settles_and_balances(fund: Fund, name: str) -> None:
    made = settle.settle(fund, scheme.load(name), as_of=2020)
    rows = made.table()
    assert list(rows.columns) == [*settle.columns()]
    assert (rows[list(codes.PAYER)].sum(axis=1) == rows["gap"]).all()
    assert rows.loc[:, "own_gap":].dtypes.eq("int64").all()
    assert all(line.difference == 0 for line in made.balance())


def test_the_coefficient_is_told_where_a_scheme_asks_for_it(fund: Fund) -> None:
    notice = settle.settle(fund, scheme.load("notice"), years=[2019]).table()
    assert notice["coefficient"].tolist() == [1.0, 1.0]  # a planned deficit costs 10 points: 90 are enough
    assert (
        notice[["year", "scheme", "effective"]].to_numpy().tolist()
        == [[2019, "notice", date(2017, 1, 1)]] * 2
    )


def test_one_year_of_several(fund: Fund) -> None:
    assert settle.settle(fund, scheme.load("none"), years=[2019, 2019]).panel.years == (2019,)
    with pytest.raises(InputError, match="a year from 2018 to 2019; found 2020"):
        settle.settle(fund, scheme.load("none"), years=[2020])


def share(*arguments: object) -> int:
    try:
        return cli.main(["share", *map(str, arguments)])
    except SystemExit as stop:
        return int(stop.code or 0)


def test_a_table_for_people_and_one_for_programs(office: Path, tmp_path: Path, capsys: Text) -> None:
    for form in ("csv", "parquet"):
        assert share(office, "--scheme", "flat", "--out", tmp_path / f"a.{form}", "--year", 2019) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0] == f"固定比例分担: 2 regions × 1 years in {tmp_path / 'a.csv'}"
    people, programs = pd.read_csv(tmp_path / "a.csv"), pd.read_parquet(tmp_path / "a.parquet")
    assert (tmp_path / "a.csv").read_bytes().startswith("\ufeff统筹地区,名称,年度".encode())
    assert people["当期缺口（分）"].tolist() == programs["gap"].tolist() == [10_000_000] * 2
    assert people["县级结余（分）"].tolist() == programs["reserve"].tolist()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.csv", "a.parquet"]


def test_the_same_accounts_give_the_same_bytes(fund: Fund, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        settle.write(settle.settle(fund, scheme.load("none")).table(), tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_failure_on_the_way_leaves_what_was_there(
    fund: Fund, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("before")
    rows = settle.settle(fund, scheme.load("none")).table()

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    with pytest.raises(OSError, match="No space"):
        settle.write(rows, tmp_path / "a.csv")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.csv", "before")]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("{office} --scheme flat", "the following arguments are required: --out"),
        ("{office} --out a.csv", "the following arguments are required: --scheme"),
        ("{office} --scheme fair --out a.csv", "notice, tiers; found fair"),
        ("{office} --scheme flat --out a.docx", "a file .csv or .parquet to write; found a.docx"),
        ("{office} --scheme flat --out no/a.csv", "found no folder no"),
        ("{office} --scheme flat --out {office}/fund_accounts.parquet", "another file than the source"),
        ("{office} --scheme flat --out a.csv --year 1990", "a year from 2018 to 2019; found 1990"),
        ("{office} --scheme flat --out a.csv --year one", "invalid int value: 'one'"),
        ("{office} --scheme flat --out a.csv --as-of 2018", "a day such as 2021-01-01; found '2018'"),
        ("{office} --scheme central_2018 --out a.csv", "central_2018 in force for the whole of 2018"),
        ("none.parquet --scheme flat --out a.csv", "none.parquet; name another"),
        (". --scheme flat --out a.csv", "fund_accounts.csv in the source; found no such file"),
    ],
)  # fmt: skip
def test_what_cannot_be_shared_is_one_line_and_leaves_nothing(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Text, arguments: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(office.iterdir())
    assert share(*arguments.format(office=office).split()) == cli.EXIT_INPUT
    out, err = capsys.readouterr()
    assert says in err and err.startswith("qmcb: ") and err.count("\n") == 1
    assert not out and not list(tmp_path.iterdir()) and sorted(office.iterdir()) == before


@pytest.mark.parametrize(
    ("wrong", "scheme_name", "says"),
    [
        ({"target": None}, "notice", "a collection target for the managed part of 640104"),
        ({"retirees": 0}, "central_2018", "领取待遇人数为零 in line"),
        ({"contributions": -1}, "none", "征缴收入为负 in line 1 and 7 more rows"),
    ],
)
def test_accounts_that_are_wrong_are_not_shared(
    tmp_path: Path, capsys: Text, wrong: Row, scheme_name: str, says: str
) -> None:
    (tmp_path / "in").mkdir()
    place = table(tmp_path / "in", [{**told, **wrong} for told in ROWS])
    out = tmp_path / "a.csv"
    assert share(place, "--scheme", scheme_name, "--out", out, "--as-of", "2020-01-01") == cli.EXIT_INPUT
    err = capsys.readouterr().err
    assert says in err and err.count("\n") == 1 and not out.exists()
