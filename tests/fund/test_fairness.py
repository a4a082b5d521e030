"""How unequally counties bear: cases by hand, the plain double sum, scipy's entropy and trapezoid."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from funds import Case, fen, shared
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from scipy.stats import entropy
from test_sharing import SCHEMES, TERMS, build, counties, every_scheme, share

from qmcb import balance, codes
from qmcb.errors import InputError
from qmcb.fund import fairness
from qmcb.fund.accounts import COLUMNS, UNKNOWN, Accounts, Panel
from qmcb.fund.settle import Settlement
from qmcb.fund.sharing import Shares

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "fairness.yaml").read_text("utf-8"))
some = settings(max_examples=40, deadline=None)
# Burdens of counties, and how many stand behind each: whole numbers keep the double sum exact.
lists = st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=8)


def columns(pairs: list[tuple[int, int]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    values, weights = np.array(pairs).T
    return values, weights


def cities(count: int) -> list[str]:
    return [str(place // 2) for place in range(count)]


def settlement(made: Accounts, name: str, shares: Shares | None = None) -> Settlement:
    """One year settled, with what the measures need."""
    made = Accounts.build(made.regions, {each: getattr(made, each)[None] for each in COLUMNS})
    shares = share(made, name) if shares is None else shares
    return Settlement(
        Panel((2020,), made, np.full(made.shape, UNKNOWN)), SCHEMES[name], (TERMS[name],), shares, None
    )


@pytest.mark.parametrize("case", CASES["burdens"], ids=lambda case: case["name"])
def test_burden(case: Case) -> None:
    made, shares = shared(case)
    expected = [fen(case["burden"][code], "万元") for code in made.regions]
    assert fairness.burden(shares).tolist() == expected
    each = shared_in_a_year(case)
    (line,) = fairness.balance(each)
    told = {codes.PURSE[purse]: fen(amount, "万元") for purse, amount in case["purses"].items()}
    assert dict(line.parts) == {**dict.fromkeys(codes.PURSE.values(), 0), **told}
    assert line.difference == 0


def shared_in_a_year(case: Case) -> Settlement:
    made, shares = shared(case)
    plain = {name: getattr(shares, name)[None] for name in Shares.__dataclass_fields__ if name != "borne"}
    borne = {payer: each[None] for payer, each in shares.borne.items()}
    return settlement(made, case["scheme"], Shares(borne=borne, **plain))


def test_every_scheme_has_a_case() -> None:
    assert {case["scheme"] for case in CASES["burdens"]} == set(SCHEMES) - {"tiers"}  # as flat


@pytest.mark.parametrize("case", CASES["inequality"], ids=lambda case: case["name"])
def test_inequality(case: Case) -> None:
    values, weights = case["values"], case.get("weights", 1)
    assert fairness.gini(values, weights) == pytest.approx(case["gini"], abs=1e-12)
    index = fairness.theil(values, weights, cities(len(values)))
    assert index.within == pytest.approx(case["within"], abs=1e-6)
    assert index.between == pytest.approx(case["between"], abs=1e-6)


@some
@given(lists)
def test_gini_is_the_plain_double_sum(pairs: list[tuple[int, int]]) -> None:
    apart = sum(w * v * abs(x - y) for x, w in pairs for y, v in pairs)
    whole, borne = sum(w for _, w in pairs), sum(x * w for x, w in pairs)
    made = fairness.gini(*columns(pairs))
    assert made == pytest.approx(apart / (2 * whole * borne) if borne else 0, abs=1e-12)
    assert 0 <= made < 1


@some
@given(lists)
def test_theil_is_scipys_entropy_and_falls_into_its_parts(pairs: list[tuple[int, int]]) -> None:
    values, weights = columns(pairs)
    index = fairness.theil(values, weights, cities(len(pairs)))
    borne = (values * weights).sum()
    assert index.total == pytest.approx(entropy(values * weights, weights) if borne else 0, abs=1e-9)
    assert index.within + index.between == pytest.approx(float(index.total), abs=1e-9)
    assert min(index.within, index.between) >= -1e-9
    assert index.total <= np.log(weights.sum() / weights.min()) + 1e-9


@some
@given(lists, st.integers(1, 1000), st.randoms(use_true_random=False))
def test_neither_unit_nor_order_nor_replication_matters(
    pairs: list[tuple[int, int]], unit: int, random: Any
) -> None:
    values, weights = columns(pairs)
    order = random.sample(range(len(pairs)), len(pairs))
    groups = np.array(cities(len(pairs)))
    for index in (fairness.gini, lambda x, w: fairness.theil(x, w, cities(len(pairs))).total):
        assert index(values * unit, weights) == pytest.approx(float(index(values, weights)), abs=1e-9)
        assert index(values, weights * unit) == pytest.approx(float(index(values, weights)), abs=1e-9)
    assert fairness.gini(values[order], weights[order]) == pytest.approx(
        float(fairness.gini(values, weights)), abs=1e-9
    )
    moved = fairness.theil(values[order], weights[order], list(groups[order]))
    assert moved.between == pytest.approx(
        float(fairness.theil(values, weights, list(groups)).between), abs=1e-9
    )
    twice = np.tile(values, 2), np.tile(weights, 2)
    assert fairness.gini(*twice) == pytest.approx(float(fairness.gini(values, weights)), abs=1e-9)


def test_draws_are_measured_each_by_itself() -> None:
    rng = np.random.default_rng(4)
    values, weights = rng.gamma(1, 1, (5, 3, 7)), rng.integers(1, 9, 7)
    made, index = fairness.gini(values, weights), fairness.theil(values, weights, cities(7))
    assert made.shape == index.within.shape == (5, 3)
    assert made[4, 2] == fairness.gini(values[4, 2], weights)
    assert index.within[4, 2] == pytest.approx(float(fairness.theil(values[4, 2], weights, cities(7)).within))


@pytest.mark.parametrize(
    ("values", "weights", "says"),
    [
        ([1, -2], 1, "values of 0 and more to measure inequality; found -2; take the burden"),
        ([1, np.nan], 1, "values of 0 and more to measure inequality; found nan"),
        ([1, 2], [1, -1], "weights of 0 and more to measure inequality; found -1"),
        ([1, 2], 0, "a weight above 0; found none"),
    ],
)
def test_what_has_no_meaning_is_refused(values: list[float], weights: Any, says: str) -> None:
    for index in (fairness.gini, lambda x, w: fairness.theil(x, w, ["a", "b"])):
        with pytest.raises(InputError, match=says):
            index(values, weights)


# Tables of a settlement


@some
@given(counties, every_scheme)
def test_burden_is_cost_without_the_own_surplus(rows: list[dict[str, int]], name: str) -> None:
    shares = share(build(rows), name)
    borne = fairness.burden(shares)
    assert borne.min() >= 0
    short = (shares.deficit >= 0) & (shares.cost >= 0)
    assert borne[short].tolist() == shares.cost[short].tolist()
    own = sum(shares.borne[payer] for payer in ("reserve", "county", "advance"))
    without_more = (shares.deficit >= 0) & (shares.paid_out == shares.borne["adjustment"])
    assert borne[without_more].tolist() == own[without_more].tolist()  # type: ignore[index]


@some
@given(counties, every_scheme, every_scheme)
def test_what_counties_gain_others_pay_to_the_fen(
    rows: list[dict[str, int]], first: str, second: str
) -> None:
    made = build(rows).changed(retirees=1)
    each = [settlement(made, name) for name in dict.fromkeys((first, second))]
    for settled in each:
        balance.check(fairness.balance(settled))
    purses = fairness.purses(each, first)
    assert set(purses.groupby("scheme")["change"].sum()) == {0}
    who = fairness.who_would_pay(each, first)
    told = purses[purses["purse"] == "counties"].set_index("scheme")["change"]
    assert who.groupby("scheme")["change"].sum().to_dict() == told.to_dict()
    assert (who["outcome"].map({"winner": -1, "same": 0, "loser": 1}) == np.sign(who["change"])).all()
    assert set(codes.OUTCOME) >= set(who["outcome"])


def rows_of(count: int) -> Accounts:
    codes_of = ("640104", "640105", "640302", "640303")[:count]
    told = {
        "contributions": [100, 100, 100, 900], "spending": [200, 300, 500, 800],
        "fiscal_revenue": [1000, 1000, 2000, 500], "insured": [10, 20, 30, 40], "retirees": [5, 5, 10, 20],
        "insurable": 50, "average_wage": 0, "interest": 0, "transfers": 0, "subsidy": 0,
        "irregular_spending": 0, "opening_balance": 0,
    }  # fmt: skip
    return Accounts.build(codes_of, told)


def test_burdens_stand_against_three_means() -> None:
    rows = fairness.burdens(settlement(rows_of(4), "none"))
    assert rows[["region", "burden", "of_revenue", "per_insured", "per_retiree"]].to_numpy().tolist() == [
        ["640104", 100, 0.1, 10, 20],
        ["640105", 200, 0.2, 10, 40],
        ["640302", 400, 0.2, 400 / 30, 40],
        ["640303", 0, 0, 0, 0],
    ]
    with pytest.raises(InputError, match="insured above 0 in every year of 640104; found 0"):
        fairness.burdens(settlement(rows_of(4).changed(insured=0), "none"))


def test_the_lorenz_curve_encloses_the_gini() -> None:
    made = settlement(rows_of(4), "none")
    curve = fairness.lorenz(made, "of_revenue", "insured")
    assert curve["region"].tolist() == ["", "640303", "640104", "640105", "640302"]
    assert curve["name"].tolist() == ["", "红寺堡区", "兴庆区", "西夏区", "利通区"]
    assert curve["weight"].tolist() == [0, 0.4, 0.5, 0.7, 1]
    # 10 × 0.1, 20 × 0.2, 30 × 0.2 of 11
    assert curve["borne"].tolist() == pytest.approx([0, 0, 1 / 11, 5 / 11, 1])
    rows = fairness.inequality(made, "insured").set_index("measure")
    assert list(rows.index) == list(codes.BURDEN)
    area = trapezoid(curve["borne"], curve["weight"])
    assert rows.loc["of_revenue", "gini"] == pytest.approx(1 - 2 * area)
    assert (rows["within"] + rows["between"]).tolist() == pytest.approx(rows["theil"].tolist())


def test_where_nobody_bears_the_curve_is_the_diagonal() -> None:
    curve = fairness.lorenz(settlement(rows_of(4).changed(spending=0), "none"))
    assert curve["borne"].tolist() == curve["weight"].tolist()


def test_schemes_are_held_against_one_that_is_there() -> None:
    each = [settlement(rows_of(4), name) for name in ("none", "flat")]
    who = fairness.who_would_pay(each, "none").query("scheme == 'flat'")
    # 40 % of 100, 200 and 400 stay; the surplus of 100 is nobody's gain
    assert who[["cost", "change", "outcome"]].to_numpy().tolist() == [
        [40, -60, "winner"],
        [80, -120, "winner"],
        [160, -240, "winner"],
        [-100, 0, "same"],
    ]
    with pytest.raises(InputError, match="a settlement under tiers to hold others against; found none, flat"):
        fairness.who_would_pay(each, "tiers")
    with pytest.raises(InputError, match="settlements of the same years, one a scheme"):
        fairness.purses([*each, each[0]], "none")
