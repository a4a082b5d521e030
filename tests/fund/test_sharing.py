"""What holds for every scheme and all accounts, the extreme ones too; many years and draws at once."""

from datetime import date
from random import Random

import numpy as np
import pytest
from funds import accounts
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb import codes
from qmcb.errors import InputError
from qmcb.fund import scheme, sharing
from qmcb.fund.accounts import COLUMNS, Accounts, Panel
from qmcb.fund.exact import PPM
from qmcb.fund.scheme import Terms
from qmcb.fund.sharing import Shares

SCHEMES = {name: scheme.load(name) for name in scheme.names()}
TERMS = {name: each.at(2020) for name, each in SCHEMES.items()}
CODES = ("640104", "640105", "640106", "640121", "640122", "640181")


def regions(most: int, people: int) -> st.SearchStrategy[list[dict[str, int]]]:
    """Accounts of up to six regions: nothing, or amounts and persons up to so many."""
    amount = st.one_of(st.just(0), st.integers(0, most))
    signed = st.one_of(st.just(0), st.integers(-most, most))
    persons = st.one_of(st.just(0), st.integers(0, people))
    told = dict.fromkeys(COLUMNS, amount)
    told |= {"transfers": signed, "opening_balance": signed, "retirees": persons, "insured": persons}
    told |= {"insurable": st.integers(1, people), "average_wage": st.integers(0, min(most, 10**9))}
    told |= {"fiscal_revenue": st.integers(2 * people, max(most, 20 * people))}  # every head has a fen
    return st.lists(st.fixed_dictionaries(told), min_size=1, max_size=len(CODES))


# A few fen, which do not divide and of which each bound is reached often, and amounts up to 万亿元.
few = regions(60, 5)
counties = st.one_of(few, regions(10**14, 2 * 10**9))
pools = st.one_of(st.just(0), st.integers(0, 60), st.integers(0, 10**14))
some = settings(max_examples=50)
every_scheme = st.sampled_from(sorted(TERMS))


def build(rows: list[dict[str, int]]) -> Accounts:
    return Accounts.build(CODES[: len(rows)], {name: [told[name] for told in rows] for name in COLUMNS})


def share(made: Accounts, name: str, pool: int = 0, mark: int = 700_000) -> Shares:
    """Shared under a scheme; retirees are given where it would divide by none."""
    if name == "central_2018" and not made.retirees.sum(axis=-1).all():
        made = made.changed(retirees=made.retirees + 1)
    return sharing.share(made, TERMS[name], coefficient=np.full(made.shape, mark), pool=pool)


@some
@given(counties, every_scheme, pools, st.integers(0, PPM))
def test_parts_sum_to_the_gap_to_the_fen_and_nothing_is_negative(
    rows: list[dict[str, int]], name: str, pool: int, mark: int
) -> None:
    made = build(rows)
    shares = share(made, name, pool, mark)
    assert sum(shares.borne.values()).tolist() == shares.gap.tolist()  # type: ignore[union-attr]
    assert shares.gap.tolist() == [
        max(0, gap + paid) for gap, paid in zip(made.gap.tolist(), shares.paid_in.tolist(), strict=True)
    ]
    assert min(part.min() for part in shares.borne.values()) >= 0
    assert min(part.min() for part in (shares.paid_in, shares.paid_out, shares.pool_left)) >= 0
    assert ((shares.managed >= 0) & (shares.managed <= shares.gap)).all()


@some
@given(counties, every_scheme, pools)
def test_the_pool_pays_what_it_has_and_no_more(rows: list[dict[str, int]], name: str, pool: int) -> None:
    shares = share(build(rows), name, pool)
    into = pool + sum(shares.paid_in.tolist()) + int(shares.pool_added)
    assert sum(shares.paid_out.tolist()) + int(shares.pool_left) == into
    assert (shares.paid_out >= shares.borne["adjustment"]).all()


@some
@given(counties, every_scheme, pools)
def test_a_balance_closes_with_what_nobody_took(rows: list[dict[str, int]], name: str, pool: int) -> None:
    made = build(rows)
    shares = share(made, name, pool)
    surplus = np.maximum(-made.gap - shares.paid_in, 0)
    above = shares.paid_out - shares.borne["adjustment"]
    expected = made.opening_balance - shares.borne["reserve"] + surplus + above
    assert shares.closing_balance.tolist() == expected.tolist()
    assert (shares.borne["reserve"] <= np.maximum(made.opening_balance, 0)).all()


@some
@given(counties, every_scheme)
def test_what_it_costs_the_regions_is_what_nobody_else_gives(rows: list[dict[str, int]], name: str) -> None:
    made = build(rows)
    shares = share(made, name)
    given_by_others = shares.borne["city"].sum() + shares.borne["grant"].sum() + shares.pool_added
    assert shares.cost.sum() == made.gap.sum() - given_by_others + shares.pool_left


@settings(max_examples=300)
@given(few)
def test_the_reserve_leaves_the_months_that_are_to_stay(rows: list[dict[str, int]]) -> None:
    made = build(rows)
    borne = sharing.share(made, TERMS["flat"].changed("reserve", months=5)).borne["reserve"]
    left = (made.opening_balance - borne) * 12
    assert (left >= made.spending * 5)[borne > 0].all()
    spare = (made.opening_balance - 1 - borne) * 12 >= made.spending * 5  # a fen more would be to spare
    assert not (spare & (borne < np.maximum(made.gap, 0))).any()


@some
@given(counties, pools)
def test_a_region_that_is_held_gets_back_at_least_what_it_paid(rows: list[dict[str, int]], pool: int) -> None:
    made = build([{**told, "retirees": max(1, told["retirees"])} for told in rows])
    terms = TERMS["central_2018"].changed("per_retiree", held=list(CODES[::2]))
    shares = sharing.share(made, terms, pool=pool)
    assert (shares.paid_out >= shares.paid_in)[::2].all()
    assert len(rows) == 1 or shares.pool_left == 0 or (shares.paid_out == shares.paid_in).all()


@some
@given(counties, st.integers(0, 100))
def test_no_county_bears_more_than_its_cap_before_the_region_advances(
    rows: list[dict[str, int]], cap: int
) -> None:
    made = build(rows)
    shares = sharing.share(made, TERMS["notice"].changed("county", cap=cap), coefficient=[PPM] * len(rows))
    most = made.fiscal_revenue * cap // 100
    assert (shares.borne["county"] <= most).all()
    assert (shares.borne["county"] == most)[shares.borne["advance"] > 0].all()


@some
@given(counties, every_scheme, pools)
def test_many_draws_are_settled_each_by_itself(rows: list[dict[str, int]], name: str, pool: int) -> None:
    once = build(rows)
    draws = [once, once.changed(spending=once.spending // 2), once.changed(contributions=0)]
    columns = {key: np.stack([getattr(draw, key) for draw in draws])[:, None] for key in COLUMNS}
    stacked = share(Accounts.build(once.regions, columns), name, pool)
    assert stacked.gap.shape == (3, 1, len(rows)) and stacked.pool_left.shape == (3, 1)
    retirees_of_all = all(draw.retirees.sum() for draw in draws)
    for place, draw in enumerate(draws):
        alone = share(draw, name, pool)
        if retirees_of_all or name != "central_2018":
            for payer in codes.PAYER:
                assert stacked.borne[payer][place, 0].tolist() == alone.borne[payer].tolist()
            assert stacked.paid_out[place, 0].tolist() == alone.paid_out.tolist()
            assert stacked.pool_left[place, 0] == alone.pool_left


@some
@given(counties, every_scheme, pools, st.randoms(use_true_random=False))
def test_under_which_code_a_county_stands_matters_by_no_more_than_a_fen(
    rows: list[dict[str, int]], name: str, pool: int, random: Random
) -> None:
    order = random.sample(range(len(rows)), len(rows))
    first, second = share(build(rows), name, pool), share(build([rows[place] for place in order]), name, pool)
    for payer in codes.PAYER:
        assert np.abs(first.borne[payer][order] - second.borne[payer]).max() <= 1


def test_the_pool_of_one_draw_is_not_asked_by_another() -> None:
    told = {"target": 0, "fiscal_revenue": 100, "insurable": 1}
    draws = accounts({"640104": told}).changed(spending=[[4], [9]])
    terms = TERMS["notice"].changed("adjustment", tiers=[{"at_least": 0, "percent": 100}])
    shares = sharing.share(draws, terms, coefficient=[PPM], pool=10)
    assert (shares.paid_out.tolist(), shares.pool_left.tolist()) == ([[4], [9]], [6, 1])


@pytest.mark.parametrize("name", TERMS)
def test_three_thousand_counties(name: str) -> None:
    rng = np.random.default_rng(4)
    regions = tuple(f"{number:06}" for number in range(100_000, 103_000))
    columns = {key: rng.integers(1, 10**13, 3_000) for key in COLUMNS}
    columns |= {key: rng.integers(1, 10**6, 3_000) for key in ("insured", "insurable", "retirees")}
    made = Accounts.build(regions, {**columns, "average_wage": 6_000_000})
    shares = sharing.share(made, TERMS[name], coefficient=rng.integers(0, PPM, 3_000), pool=12_345)
    assert sum(shares.borne.values()).tolist() == shares.gap.tolist()  # type: ignore[union-attr]


def test_an_empty_pool_pays_nothing() -> None:
    made = accounts({"640104": {"spending": 10, "target": 0, "fiscal_revenue": 100, "insurable": 1}})
    shares = sharing.share(made, TERMS["notice"], coefficient=[PPM])
    assert (int(shares.paid_out[0]), int(shares.borne["county"][0]), int(shares.borne["advance"][0])) == (
        0,
        5,
        5,
    )


# What a scheme needs and the accounts do not have


def one(**told: float) -> Accounts:
    return accounts({"640104": {"spending": 10, "insurable": 1, "fiscal_revenue": 100, **told}})


@pytest.mark.parametrize(
    ("name", "made", "coefficient", "says"),
    [
        ("notice", one(), [PPM], "collection target for the managed part of 640104; found none"),
        ("full_pooling", one(), None, "collection target for the managed part of 640104"),
        ("notice", one(target=5), None, "coefficients of an assessment; found none"),
        ("notice", one(target=5), [PPM + 1], "coefficients between 0 and 1000000 millionths; found 1000001"),
        ("tiers", one(insurable=0), None, "insurable persons or retirees, by whom tiers go, of 640104"),
        ("tiers", one(fiscal_revenue=0), None, "fiscal_revenue, by which tiers go"),
        ("central_2018", one(average_wage=6_000_000), None, "retirees by whose number the pool is paid out"),
    ],
)  # fmt: skip
def test_what_is_lacking_is_one_line(
    name: str, made: Accounts, coefficient: list[int] | None, says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        sharing.share(made, TERMS[name], coefficient=coefficient)
    assert "\n" not in str(caught.value)


def test_a_pool_that_opens_below_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="a pool that opens with nothing or more; found -1 fen"):
        sharing.share(one(), TERMS["none"], pool=-1)


# Years


def panel(*years: int) -> Panel:
    told = {
        "contributions": 900,
        "spending": 1000,
        "average_wage": 6_000_000,
        "insurable": 100,
        "retirees": 9,
    }
    each = accounts({"640104": told, "640105": told})
    columns = {name: np.stack([getattr(each, name)] * len(years)) for name in COLUMNS}
    return Panel(years, Accounts.build(each.regions, columns), np.zeros((len(years), 2), np.int64))


def test_each_year_goes_by_the_terms_in_force_in_it() -> None:
    shares = sharing.share_years(panel(2019, 2020, 2021), SCHEMES["central_2018"])
    wages = 6_000_000 * 100 * 0.9
    assert shares.paid_in[:, 0].tolist() == [int(wages * rate) for rate in (0.035, 0.04, 0.045)]
    assert sharing.balance(shares, (2019, 2020, 2021))[0].difference == 0


def test_all_years_can_go_by_the_terms_of_one_day() -> None:
    shares = sharing.share_years(panel(2005, 2030), SCHEMES["central_2018"], as_of=date(2018, 7, 1))
    assert shares.paid_in.tolist() == [[int(6_000_000 * 100 * 0.9 * 0.03)] * 2] * 2


@pytest.mark.parametrize("year", [2018, 2022])
def test_a_year_without_terms_is_refused(year: int) -> None:
    with pytest.raises(InputError, match=f"central_2018 in force for the whole of {year}"):
        sharing.share_years(panel(year), SCHEMES["central_2018"])


def test_region_by_payer_is_the_table_on_end() -> None:
    each = panel(2019)
    shares = sharing.share_years(each, SCHEMES["flat"])
    rows = sharing.frame(shares, each)
    long = sharing.by_payer(rows)
    assert list(long.columns) == ["region", "name", "year", "payer", "amount"]
    assert long["payer"].tolist() == list(codes.PAYER) * 2
    assert long.groupby("region")["amount"].sum().tolist() == rows["gap"].tolist() == [100, 100]


def test_terms_changed_are_checked_like_a_file() -> None:
    terms: Terms = TERMS["notice"]
    assert terms.changed("reserve", months=6).changed("county", cap=7.5) != terms
    with pytest.raises(
        InputError, match=r"months as a whole number of months from 0 to 120 \(notice, reserve"
    ):
        terms.changed("reserve", months=-1)
    with pytest.raises(InputError, match="a step of notice; found split; take one of pay_in_contributions"):
        terms.changed("split", shares={})
    with pytest.raises(InputError, match="only the parameters months"):
        terms.changed("reserve", years=1)
