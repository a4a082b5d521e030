"""What holds for every outlook: money and chance, and what cannot be projected."""

from datetime import date

import numpy as np
import pytest
from funds_ahead import ALL, CODES, STILL, county, panel

from qmcb import codes
from qmcb.errors import InputError
from qmcb.fund import behaviour, outlook, projection, retirement, scheme
from qmcb.fund.accounts import COLUMNS, UNKNOWN, Accounts, Panel
from qmcb.fund.assumptions import Assumptions
from qmcb.fund.outlook import MEASURES, Outlook
from qmcb.fund.projection import Plan

SCHEMES = {name: scheme.load(name).at(2020) for name in scheme.names()}
THREE = panel(
    county(),
    county(contributions=130_000_000_00, spending=100_000_000_00, insured=12_000, insurable=14_000),
    county(spending=125_000_000_00, retirees=4_500, fiscal_revenue=200_000_000_00),
)


def look(told: Assumptions = ALL, name: str = "none", over: Panel = THREE, **options: object) -> Outlook:
    given = {"until": 2030, "draws": 100, **options}
    return outlook.project(over, SCHEMES[name], told, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SCHEMES)
def test_in_every_path_and_year_what_came_is_what_went_and_what_is_left(name: str) -> None:
    plans = [Plan(SCHEMES[name]), Plan(SCHEMES[name], behaviour.load("pooling_points"))]
    rules = retirement.load(date(2018, 1, 1))
    ran = projection.simulate(THREE, plans, ALL, rules, until=2035, draws=30, seed=3)
    closed = {place: np.tile(THREE.closed[-1], (30, 1)) for place in range(2)}
    pool = {place: np.zeros(30, np.int64) for place in range(2)}
    for _, place, (block,) in ran:
        accounts, shares = block.accounts, block.shares
        assert (accounts.opening_balance == closed[place]).all() and (
            shares.pool_opening == pool[place]
        ).all()
        finance = sum(shares.borne[payer] for payer in ("county", "city", "grant", "advance"))
        went = accounts.spending + shares.paid_in
        came = accounts.income + shares.paid_out + finance
        assert (accounts.opening_balance + came - went == shares.closing_balance).all()
        into = pool[place] + shares.paid_in.sum(axis=-1) + shares.pool_added
        assert (into == shares.paid_out.sum(axis=-1) + shares.pool_left).all()
        closed[place], pool[place] = shares.closing_balance, shares.pool_left


def test_without_spread_every_path_is_the_one_path() -> None:
    many, one = look(STILL, draws=50), look(STILL, draws=1)
    for name in MEASURES:
        assert (many.amounts[name] == one.amounts[name][:, 2:3]).all()
    assert set(many.exhausted.ravel().tolist()) <= {0.0, 1.0}


def test_little_spread_stays_near_the_path_without() -> None:
    near = STILL
    for name in ("wage_growth", "collection", "entry", "price_growth", "balance_return", "improvement"):
        near = near.changed(name, spread=1e-6)
    for name in ("contributions", "spending", "retirees"):
        assert look(near).amounts[name] == pytest.approx(look(STILL).amounts[name], rel=1e-4, abs=1)


def test_the_same_seed_gives_the_same_outlook_and_another_seed_another() -> None:
    first, again, other = look(), look(), look(seed=1)
    assert all((first.amounts[name] == again.amounts[name]).all() for name in MEASURES)
    assert (first.amounts["spending"] != other.amounts["spending"]).any()


@pytest.mark.parametrize("name", ["notice", "central_2018"])
def test_how_many_paths_are_settled_together_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = look(name=name)
    monkeypatch.setattr(projection, "_AT_ONCE", 7)
    parts = look(name=name)
    assert all((whole.amounts[each] == parts.amounts[each]).all() for each in MEASURES)
    assert (whole.exhausted == parts.exhausted).all()


def test_schemes_are_compared_on_the_same_paths() -> None:
    plans = {name: (terms, None) for name, terms in SCHEMES.items()}
    made = outlook.compare(THREE, plans, ALL, until=2030, draws=100)
    assert list(made) == list(SCHEMES)
    for name in ("insured", "retirees", "contributions", "spending"):
        assert all((each.amounts[name] == made["none"].amounts[name]).all() for each in made.values())
    for name in ("notice", "flat"):
        alone = look(name=name)
        assert all((made[name].amounts[each] == alone.amounts[each]).all() for each in MEASURES)


def test_more_paths_come_near_to_one_another() -> None:
    def spread(draws: int) -> np.float64:
        ends = [look(draws=draws, seed=seed, until=2022).amounts["cost"][-1, 1:4, -1] for seed in range(6)]
        return np.std(ends, axis=0).max()

    assert spread(2_000) < spread(50) / 3  # with 40 times as many about a sixth


def test_the_mean_of_the_paths_is_what_is_assumed() -> None:
    told = STILL.changed("collection", spread=10)
    median, still = (look(each, draws=2_000).amounts["contributions"][:, 2] for each in (told, STILL))
    assert median == pytest.approx(still, rel=0.01)


def test_the_order_of_counties_does_not_matter() -> None:
    other = panel(county(spending=125_000_000_00), county())
    turned = panel(county(), county(spending=125_000_000_00))
    for name in ("none", "notice"):
        first, second = (look(STILL, name, each) for each in (other, turned))
        for each in MEASURES:
            gap = first.amounts[each] - second.amounts[each][..., [1, 0, 2]]
            assert np.abs(gap).max() <= 1 * len(first.years) ** 2, each


def test_a_county_that_is_left_out_leaves_the_chance_of_the_others() -> None:
    whole, part = look(), look(over=_first(THREE, 2))
    for name in ("insured", "contributions", "spending", "closing_balance"):
        assert whole.amounts[name][..., :2] == pytest.approx(part.amounts[name][..., :2], abs=100)


def test_better_collection_uses_balances_up_later() -> None:
    shares = [look(ALL.changed("collection", mean=mean), until=2050).exhausted for mean in (90, 100, 110)]
    assert (
        (shares[0] >= shares[1]).all()
        and (shares[1] >= shares[2]).all()
        and shares[0].sum() > shares[2].sum()
    )


def test_later_retirement_means_fewer_retirees() -> None:
    old, new = (look(STILL, until=2050, as_of=day) for day in (date(2018, 1, 1), date(2025, 1, 1)))
    assert (old.amounts["retirees"] >= new.amounts["retirees"]).all()
    assert (old.amounts["retirees"][-1] > new.amounts["retirees"][-1]).all()
    assert (old.as_of, look().as_of) == (date(2018, 1, 1), date(2018, 1, 1))


def test_a_target_that_was_not_set_is_asked_for_only_by_a_scheme_that_needs_it() -> None:
    unset = panel(county(target=UNKNOWN))
    assert look(over=unset).amounts["gap"].any()
    with pytest.raises(InputError, match="a collection target for the managed part of 640104"):
        look(name="notice", over=unset)


# Tables


def test_a_fan_has_every_region_year_and_quantile_and_all_together_last() -> None:
    made = look(until=2019)
    rows = outlook.fan(made, "spending")
    assert list(rows.columns) == ["region", "name", "year", "quantile", "amount"]
    assert len(rows) == 4 * 2 * 5 and rows["region"].tolist()[:4] == [*CODES, "640000"]
    assert rows["name"].tolist()[:4] == ["兴庆区", "西夏区", "金凤区", codes.TOTAL]
    wide = rows.pivot(index=["region", "year"], columns="quantile", values="amount")
    assert (np.diff(wide.to_numpy(), axis=1) >= 0).all()
    picked = rows.query("region == '640105' and year == 2019 and quantile == 0.95")["amount"]
    assert picked.tolist() == [made.amounts["spending"][1, 4, 1]]
    with pytest.raises(InputError, match=r"one of insured, .*, advance; found balance"):
        outlook.fan(made, "balance")


def test_all_together_is_the_sum_of_each_path_and_has_the_pool() -> None:
    still = look(STILL, "full_pooling", until=2019)
    for name in ("spending", "gap", "cost"):
        assert (still.amounts[name][..., -1] == still.amounts[name][..., :-1].sum(axis=-1)).all()
    surplus = look(STILL, "full_pooling", panel(county(contributions=200_000_000_00), county()), until=2019)
    balances = surplus.amounts["closing_balance"]
    assert (balances[..., -1] > balances[..., :-1].sum(axis=-1)).all()


@pytest.mark.parametrize("name", SCHEMES)
def test_whoever_bears_the_deficit_bears_all_of_it(name: str) -> None:
    made = look(name=name)
    assert made.balance().difference == 0 and made.balance().whole == sum(map(int, made.sums["deficit"]))
    assert (made.sums["deficit"] == sum(made.sums[part] for part in ("cost", "given", "pool"))).all()


def test_what_finances_above_the_counties_give() -> None:
    """Grants; of all together also what the region adds to the pool, half of what counties pay in."""
    poor = panel(*[county(opening_balance=0)] * 3)
    flat, notice = (look(STILL, name, poor, until=2018) for name in ("flat", "notice"))
    for place in range(4):
        given = flat.amounts["grant"][0, 2, place] + flat.amounts["city"][0, 2, place]
        assert flat.amounts["given"][0, 2, place] == given > 0
    paid_in = (notice.amounts["contributions"][0, 2, :3] * 0.03).sum()
    assert not notice.amounts["given"][0, 2, :3].any()
    assert notice.amounts["given"][0, 2, 3] == pytest.approx(paid_in / 2, abs=5)


def test_sums_are_those_of_the_years() -> None:
    still = look(STILL, "flat", draws=1)
    for name in ("deficit", "cost", "given"):
        assert still.sums[name].tolist() == [still.amounts[name][:, 2, -1].sum()]


def test_inequality_is_that_of_the_years_shares() -> None:
    """Two counties alike but for their revenue: 1 to 3, so burdens to it are 3 to 1, and Gini is 1/4."""
    two = panel(county(), county(fiscal_revenue=1_500_000_000_00))
    assert look(STILL, over=two, until=2019).gini == pytest.approx(0.25, abs=1e-6)
    assert np.isnan(look(STILL, over=panel(county(), county(fiscal_revenue=0)), until=2019).gini).all()
    made = look()
    assert (np.diff(made.gini, axis=1) >= 0).all() and (made.gini < 1).all()


def test_when_balances_are_used_up() -> None:
    made = look(until=2050)
    rows = outlook.exhaustion(made)
    assert list(rows.columns) == ["region", "name", "year", "share", "first"]
    by_region = rows.groupby("region", sort=False)
    assert rows["share"].between(0, 1).all() and (rows["first"] >= 0).all()
    assert by_region["first"].sum().to_numpy() == pytest.approx(by_region["share"].last().to_numpy())
    assert by_region["share"].last()["640106"] > 0.5


def test_what_a_county_missed_by_itself_does_not_use_its_balance_up() -> None:
    rich = panel(county(opening_balance=3 * 10**10, target=150_000_000_00, spending=140_000_000_00))
    made = look(STILL, "notice", rich, until=2019)
    assert (made.amounts["county"][..., 0] > 0).all() and not made.exhausted[:, 0].any()


def test_a_balance_below_nothing_bears_no_interest() -> None:
    low, none = (panel(county(opening_balance=each)) for each in (-(10**12), 0))
    made = [look(STILL, over=each, until=2018).amounts["deficit"] for each in (low, none)]
    assert (made[0] == made[1]).all()


# What cannot be projected


@pytest.mark.parametrize(
    ("over", "options", "says"),
    [
        (THREE, {"base": 2016}, "a base year from 2017 to 2017; found 2016"),
        (THREE, {"until": 2017}, "a last year after 2017 and up to 2100; found 2017"),
        (THREE, {"until": 2101}, "a last year after 2017 and up to 2100; found 2101"),
        (THREE, {"draws": 0}, "1 path or more and a seed of 0 or more; found 0 and 0"),
        (THREE, {"seed": -1}, "found 100 and -1"),
        (panel(county(), county(retirees=0)), {}, "retirees above 0 in 2017 of 640105; found 0"),
        (panel(county(insured=0)), {}, "insured above 0 in 2017 of 640104; found 0"),
        (panel(county(spending=0)), {}, "spending above 0 in 2017 of 640104; found 0"),
        (panel(county(average_wage=10**9)), {}, "average_wage between 0 and 1000000000; found"),
        (THREE, {"as_of": date(1970, 1, 1)}, "retirement_age in force on 1970-01-01"),
    ],
)  # fmt: skip
def test_what_cannot_be_projected_is_one_line(over: Panel, options: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        look(over=over, **options)
    assert "\n" not in str(caught.value)


def _first(over: Panel, count: int) -> Panel:
    made = over.accounts
    part = Accounts.build(
        made.regions[:count],
        {name: getattr(made, name)[:, :count] for name in COLUMNS},
    )
    return Panel(over.years, part, over.closed[:, :count])
