"""Why a gap moved: cases by hand, and all orders in which the factors can have moved."""

from fractions import Fraction
from itertools import permutations
from math import prod

import numpy as np
import pytest
from funds import Case, accounts, cases, fen
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb import balance, codes
from qmcb.errors import InputError
from qmcb.fund import cause
from qmcb.fund.accounts import COLUMNS, UNKNOWN, Accounts, Panel

CASES = cases("cause")
CODES = ("640104", "640105", "640302")
PRODUCTS = ("insurable", "coverage", "wage", "collection_rate", "retirees", "pension")

money = st.integers(0, 10**14)
few = st.integers(1, 9)


def rows_of(people: st.SearchStrategy[int], wage: int) -> st.SearchStrategy[dict[str, int]]:
    """A county whose money is up to 万亿元 whatever its people; with few, rates are far from real."""
    told = {name: money for name in ("contributions", "spending", "interest", "subsidy")}
    told |= {"transfers": st.integers(-(10**14), 10**14), "average_wage": st.integers(1, wage)}
    return st.fixed_dictionaries(told | dict.fromkeys(("insured", "insurable", "retirees"), people))


# Both years of one kind: a rate of 万亿元 a head with the heads of another year would make more than 64 bits.
KINDS = (rows_of(few, 9), rows_of(st.integers(10**6, 10**7), 100))
both = st.one_of(*(st.tuples(kind, kind) for kind in KINDS))
Row = dict[str, int]
pairs = st.lists(both, min_size=1, max_size=3)
fractions = st.fractions(min_value=0, max_value=100, max_denominator=100)


def panel(years: dict[int, list[Row]]) -> Panel:
    columns = {
        name: [[row.get(name, 0) for row in each] for each in years.values()]
        for name in COLUMNS
        if name != "target"
    }
    made = Accounts.build(CODES[: len(next(iter(years.values())))], columns)
    return Panel(tuple(years), made, np.full(made.shape, UNKNOWN))


def two(each: list[tuple[Row, Row]]) -> Panel:
    return panel({2020: [first for first, _ in each], 2021: [second for _, second in each]})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: Case) -> None:
    years = [accounts({"640104": case[when]}, "万元") for when in ("before", "after")]
    made = Accounts.build(
        years[0].regions, {name: [getattr(each, name) for each in years] for name in COLUMNS}
    )
    rows = cause.decompose(Panel((2019, 2020), made, np.full((2, 1), UNKNOWN)), 2019, 2020)
    assert rows["cause"].tolist() == list(codes.CAUSE)
    told = rows.set_index("cause")["amount"]
    expected = {**dict.fromkeys(codes.CAUSE, 0), **case["expected"]}
    assert told.to_dict() == {name: fen(amount, "万元") for name, amount in expected.items()}


def test_every_cause_has_a_case() -> None:
    assert {name for case in CASES for name in case["expected"]} == set(codes.CAUSE)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(fractions, fractions), min_size=1, max_size=4))
def test_a_product_is_decomposed_as_over_all_orders(factors: list[tuple[Fraction, Fraction]]) -> None:
    before, after = [list(each) for each in zip(*factors, strict=True)]
    total = [Fraction(0)] * len(factors)
    orders = list(permutations(range(len(factors))))
    for order in orders:
        now = list(before)
        for factor in order:
            was = prod(now)
            now[factor] = after[factor]
            total[factor] += prod(now) - was
    assert cause.shapley(before, after) == [part / len(orders) for part in total]
    assert cause.shapley(after, before) == [-part / len(orders) for part in total]


def factors(row: Row) -> list[Fraction]:
    wages = row["insured"] * row["average_wage"]
    return [
        Fraction(row["insurable"]), Fraction(row["insured"], row["insurable"]), Fraction(row["average_wage"]),
        Fraction(row["contributions"], wages), Fraction(row["retirees"]),
        Fraction(row["spending"], row["retirees"]),
    ]  # fmt: skip


@settings(max_examples=5, deadline=None)
@given(both)
def test_the_gap_itself_over_all_orders_is_at_most_a_fen_away(pair: tuple[Row, Row]) -> None:
    before, after = pair
    first, second = factors(before), factors(after)
    orders = list(permutations(range(6)))
    total = [Fraction(0)] * 6

    def gap(now: list[Fraction]) -> Fraction:
        return now[4] * now[5] - now[0] * now[1] * now[2] * now[3]

    for order in orders:
        now = list(first)
        for factor in order:
            was = gap(now)
            now[factor] = second[factor]
            total[factor] += gap(now) - was
    made = cause.decompose(two([(before, after)]), 2020, 2021).set_index("cause")["amount"]
    for name, part in zip(PRODUCTS, total, strict=True):
        assert abs(int(made[name]) - part / len(orders)) < 1
    for name in ("interest", "transfers", "subsidy"):
        assert made[name] == before[name] - after[name]


@settings(max_examples=25, deadline=None)
@given(pairs)
def test_the_causes_sum_to_the_change_to_the_fen(each: list[tuple[Row, Row]]) -> None:
    made = two(each)
    table = cause.decompose(made, 2020, 2021)
    change = made.accounts.gap[1] - made.accounts.gap[0]
    assert table.groupby("region")["amount"].sum().tolist() == change.tolist()
    total = cause.total(table)
    assert total["cause"].tolist() == list(codes.CAUSE)
    assert total["amount"].sum() == change.sum()
    balance.check(cause.balance(table, made))


@settings(max_examples=25, deadline=None)
@given(pairs)
def test_the_years_exchanged_every_part_changes_its_sign(each: list[tuple[Row, Row]]) -> None:
    forth = cause.decompose(two(each), 2020, 2021)["amount"]
    back = cause.decompose(two([(second, first) for first, second in each]), 2020, 2021)["amount"]
    assert (forth + back).abs().max() <= 1
    assert cause.decompose(two(each), 2021, 2020)["amount"].tolist() == back.tolist()


@settings(max_examples=30, deadline=None)
@given(both)
def test_what_did_not_move_is_no_cause(pair: tuple[Row, Row]) -> None:
    before = pair[0]
    after = {**pair[1], **{name: before[name] for name in ("average_wage", "retirees", "interest")}}
    made = cause.decompose(two([(before, after)]), 2020, 2021).set_index("cause")["amount"]
    assert made[["wage", "retirees", "interest"]].tolist() == [0, 0, 0]


def test_pairs_of_years_can_stand_one_after_the_other() -> None:
    row = {
        "insured": 5,
        "insurable": 9,
        "retirees": 3,
        "average_wage": 7,
        "contributions": 10,
        "spending": 40,
    }
    made = panel({2019: [row], 2020: [{**row, "spending": 55}], 2021: [{**row, "retirees": 6}]})
    table = cause.decompose(made, 2019, 2020)
    assert table[["region", "name", "since", "year"]].iloc[0].tolist() == ["640104", "兴庆区", 2019, 2020]
    assert table.set_index("cause")["amount"]["pension"] == 15
    (line,) = cause.balance(table, made)
    assert (line.label, line.whole, line.difference) == ("2019年至2020年缺口变动（分）", 15, 0)


def test_what_there_is_to_go_by_has_to_be_there() -> None:
    row = {"insured": 5, "insurable": 9, "retirees": 3, "average_wage": 7}
    for name in row:
        made = panel({2019: [row, row], 2020: [row, {**row, name: 0}]})
        with pytest.raises(InputError, match=f"{name} above 0 in both years of 640105; found 0"):
            cause.decompose(made, 2019, 2020)
    absurd = panel(
        {2019: [{**row, "contributions": 10**14}], 2020: [{**row, "insurable": 1, "average_wage": 10**9}]}
    )
    with pytest.raises(
        InputError, match="insurable, insured and wage of 640104 that fit its money; found a cause"
    ):
        cause.decompose(absurd, 2019, 2020)
    with pytest.raises(InputError, match="a year from 2019 to 2020; found 2018"):
        cause.decompose(panel({2019: [row], 2020: [row]}), 2018, 2020)
