"""Accounts of a department: read whole, or refused in one line that says what is wrong."""

from pathlib import Path
from random import Random

import pytest
from funds import Row, arrow, row, table
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb import balance
from qmcb.errors import InputError
from qmcb.fund import ledger
from qmcb.fund.accounts import COLUMNS, UNKNOWN
from qmcb.tables import CONTRACTS

GOOD = [row(code, year) for code in ("640104", "640105") for year in (2018, 2019)]


def one(place: int = 0, **changed: object) -> list[Row]:
    """The good rows with one of them changed."""
    return [{**each, **changed} if at == place else each for at, each in enumerate(GOOD)]


def test_good_accounts_are_read_in_order_of_years_and_codes(tmp_path: Path) -> None:
    changes = [{"region": "640105", "year": 2019, "item": "subsidy", "amount": 5, "policy_basis": None}]
    budget = [{**each, "basis": "budget", "target": None} for each in GOOD]
    read = ledger.read(table(tmp_path, GOOD + budget, changes))
    actual = read["actual"]
    assert (actual.years, actual.regions) == ((2018, 2019), ("640104", "640105"))
    assert actual.accounts.opening_balance.tolist() == [[500_000_000] * 2, [490_000_000] * 2]
    assert actual.closed.tolist() == [[490_000_000] * 2, [UNKNOWN] * 2]
    assert (read["budget"].accounts.target == UNKNOWN).all()
    assert read.changes["amount"].tolist() == [5] and read.changes["policy_basis"].isna().all()
    lines = ledger.balance(actual)
    assert [(line.label, line.whole, line.difference) for line in lines] == [
        ("2018年末结余（分）", 980_000_000, 0)
    ]
    balance.check(lines)


def test_one_file_is_enough_as_a_spreadsheet_leaves_it(tmp_path: Path) -> None:
    columns = [column for column in CONTRACTS["fund_accounts"].columns if column.name in GOOD[0]]
    lines = [[column.label for column in columns]]
    lines += [[str(each[column.name]) for column in columns] for each in GOOD]
    file = tmp_path / "2019年收支.csv"
    file.write_text("\n".join(map(",".join, lines)), "gb18030")
    read = ledger.read(file)
    sent = ledger.panel(arrow(GOOD), "actual").accounts
    assert all((getattr(read["actual"].accounts, name) == getattr(sent, name)).all() for name in COLUMNS)
    assert read["actual"].years == (2018, 2019) and read.changes.empty
    with pytest.raises(InputError, match=r"accounts of basis 预算 \(budget\) in fund_accounts; found none"):
        read["budget"]


def test_what_an_adjustment_fund_really_paid_belongs_to_the_balance() -> None:
    with pytest.raises(InputError, match=r"closing balance of 640104 in 2018.*differs by -7 fen"):
        ledger.panel(arrow(one(adjustment_received=7)), "actual")
    both = ledger.panel(arrow(one(adjustment_received=7, adjustment_paid=7)), "actual")
    assert both.accounts.adjustment_paid[0].tolist() == [7, 0]


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(random: Random) -> None:
    shuffled = random.sample(GOOD, len(GOOD))
    made = [ledger.panel(arrow(rows), "actual") for rows in (GOOD, shuffled)]
    assert made[0].accounts.opening_balance.tolist() == made[1].accounts.opening_balance.tolist()
    assert made[0].regions == made[1].regions and made[0].closed.tolist() == made[1].closed.tolist()


def totals(**changed: object) -> list[Row]:
    """Rows of the province beside those of its two regions."""
    doubled = ("average_wage", "target", "year", "region", "basis")
    return [
        {
            name: value if name in doubled else 2 * int(str(value))
            for name, value in row("640104", year).items()
        }
        | {"region": "640000", **(changed if year == 2019 else {})}
        for year in (2018, 2019)
    ]


def test_a_province_beside_its_regions_is_their_total() -> None:
    assert ledger.panel(arrow(GOOD + totals()), "actual").regions == ("640104", "640105")
    assert ledger.panel(arrow(totals()), "actual").regions == ("640000",)


IN_YUAN = {name: value // 100 for name, value in row().items() if isinstance(value, int) and value > 10_000}
WAN = {**{name: value // 1_000_000 for name, value in IN_YUAN.items()}, "average_wage": 6}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (one(contributions=-1), "found 征缴收入为负 in line 1;"),
        (
            [{**each, "irregular_spending": 10**9} for each in GOOD],
            "违规支出大于待遇支出 in line 1 and 3 more",
        ),
    ],
)
def test_a_row_that_breaks_its_contract_stops_all(tmp_path: Path, rows: list[Row], says: str) -> None:
    with pytest.raises(InputError, match="to keep its contract") as caught:
        ledger.read(table(tmp_path, rows))
    message = str(caught.value)
    assert says in message and "\n" not in message and str(tmp_path) not in message


OFF = "a closing or next opening balance that differs by"
SUM = "in 2019 to be the sum of its regions; found a total that differs by"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (one(region="640999"), "a region code of GB/T 2260 in force in 2018 in fund_accounts; found 640999"),
        (one(region="640103"), "in force in 2018 in fund_accounts; found 640103"),  # ended in 2002
        (
            [*GOOD, row("640105", 2019)],
            "a region, year and basis in fund_accounts; found 640105 2019 决算 twice",
        ),
        (GOOD[:3], "决算 of every region in every year; found none of 640105 in 2019"),
        (one(**WAN), "average_wage of 640104 in 2018 in whole fen, 300000 to 100000000; found 6; send all"),
        ([{**each, **IN_YUAN} for each in GOOD], "average_wage of 640104 in 2018 in whole fen"),
        (one(contributions=400), "0.005 to 1 times of insured × average_wage; found 400"),
        (one(2, spending=490, irregular_spending=1), "spending of 640105 in 2018 in whole fen"),
        (
            one(target=420),
            "target of 640104 in 2018 in whole fen, 0.02 to 50 times of contributions; found 420",
        ),
        (one(fiscal_revenue=2_000), "fiscal_revenue of 640104 in 2018 in whole fen"),
        (one(average_wage=500_000), "contributions of 640104 in 2018 in whole fen"),  # a month's wage
        (one(1, opening_balance=480_000_000), f"balance of 640104 in 2018; found {OFF} -10000000 fen"),
        (one(1, closing_balance=1), f"balance of 640104 in 2019; found {OFF} -479999999 fen"),
        (GOOD + totals(spending=981_000_000, subsidy=141_000_000), f"subsidy of 640000 {SUM} 1000000 fen"),
        (GOOD + totals(retirees=401), f"retirees of 640000 {SUM} 1 persons"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_computed(rows: list[Row], says: str) -> None:
    with pytest.raises(InputError) as caught:
        ledger.panel(arrow(rows), "actual")
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_a_change_of_an_unknown_region_is_refused(tmp_path: Path) -> None:
    change = {"region": "649999", "year": 2018, "item": "subsidy", "amount": 5, "policy_basis": None}
    with pytest.raises(InputError, match="in force in 2018 in budget_changes; found 649999"):
        ledger.read(table(tmp_path, GOOD, [change]))


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "fund_accounts.parquet or fund"), ("none.csv", "no file"), ("notes.md", "a folder")],
)
def test_accounts_that_are_not_there(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "notes.md").write_text("x")
    with pytest.raises(InputError, match=says):
        ledger.read(tmp_path / name)
