"""Fairness against cost: cases by hand, every place of small spaces as an oracle, the bound below all."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import combinations, product
from math import inf
from pathlib import Path

import numpy as np
import pytest
from funds import accounts, row, table
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from qmcb import codes, paths
from qmcb.errors import InputError
from qmcb.fund import bound, frontier, ledger, objectives, scheme, sharing, space
from qmcb.fund.accounts import COLUMNS, Accounts
from qmcb.fund.bound import Bound
from qmcb.fund.exact import PPM
from qmcb.fund.frontier import Frontier
from qmcb.fund.objectives import Objectives
from qmcb.fund.search import Search
from qmcb.fund.space import Lever, Place, Space
from qmcb.fund.steps import ManagedPart

NOTICE = space.load("notice", 2020)
TERMS = {name: scheme.load(name).at(2020) for name in scheme.names()}

# One year of two counties, in 万元. Each has revenue of 1000 and contributions of 1000, A spends 1000 and
# B 1100. Only B is poor enough to be paid from the pool, and is paid all of it.
TWO = {
    code: {"contributions": 1000, "fiscal_revenue": 1000, "insured": 9, **told}
    for code, told in {
        "640104": {"spending": 1000, "insurable": 100},
        "640105": {"spending": 1100, "insurable": 300},
    }.items()
}
POOL = """\
label: 调剂
description: A pool for the poor.
values:
  2017-01-01:
    - {step: pay_in_contributions, percent: 1}
    - {step: region_adds, percent: 50}
    - {step: reserve, months: 0}
    - {step: adjustment, tiers: [{at_least: 0, percent: 100}, {at_least: 100, percent: 0}]}
    - {step: county}
references: {}
confirmed: null
assumed: true
note: For tests.
"""
CHOICE = """\
label: 可选
description: What may be chosen.
values:
  2017-01-01:
    scheme: pool
    kept: 98
    of: 100
    budgets: 100
    levers:
      - {step: pay_in_contributions, parameter: percent, least: 0, most: 5, by: 1}
      - {step: region_adds, parameter: percent, least: 0, most: 100, by: 50}
references: {}
confirmed: null
assumed: true
note: For tests.
"""


def stacked(made: Accounts, years: int = 1) -> Accounts:
    """The same accounts in each of some years."""
    columns = {name: np.stack([getattr(made, name)] * years) for name in COLUMNS}
    return Accounts.build(made.regions, columns)


def load(folder: Path, choice: str = CHOICE, pool: str = POOL) -> Space:
    for name, text in (("frontier/choice.yaml", choice), ("schemes/pool.yaml", pool)):
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    return space.load("choice", 2020, folder / "frontier", folder / "schemes")


# By hand


def test_two_counties_under_a_floor(tmp_path: Path) -> None:
    # A pays in p % of its 1000 and keeps 100 - p of one more yuan: the floor of 98 lets p be 2. Burdens
    # are A 20 and B 120 less the pool of 40, 60 or 80, that is 80, 60 or 40 and the region adds 0, 20, 40.
    # The Gini coefficient of two alike is half their difference over their sum.
    made = Search(stacked(accounts(TWO, "万元")), None, load(tmp_path))
    points = [(place, made[place].cost // 10**6, made[place].gini) for place in made.run()]
    assert [point[:2] for point in points] == [((2, 0), 0), ((2, 1), 20), ((2, 2), 40)]
    assert [point[2] for point in points] == pytest.approx([30 / 100, 20 / 80, 10 / 60])
    assert {made.kept(place) for place, *_ in points} == {0.98}


@pytest.mark.parametrize(
    ("budget", "best"), [(inf, (2, 2)), (39, (2, 1)), (20, (2, 1)), (19, (2, 0)), (0, (2, 0))]
)
def test_the_best_within_a_budget(tmp_path: Path, budget: float, best: Place) -> None:
    made = Search(stacked(accounts(TWO, "万元")), None, load(tmp_path))
    assert made.best(budget * 10**6, np.random.default_rng(3)) == best


def test_two_counties_without_a_floor(tmp_path: Path) -> None:
    # With p = 5 A bears 50 and B 150 - 100: alike, and the region gives nothing. Nothing beats that.
    made = Search(
        stacked(accounts(TWO, "万元"), 3), None, load(tmp_path, CHOICE.replace("kept: 98", "kept: 0"))
    )
    assert [(place, made[place]) for place in made.run()] == [((5, 0), Objectives(0, 0.0))]


@pytest.mark.parametrize(
    ("paid_in", "managed", "budget", "least"),
    [
        (0, 0, 0, 10 / 40),  # each bears its gap: 30 and 10
        (0, 0, 10, 5 / 30),  # 20 and 10
        (0, 0, 20, 0),  # 10 and 10
        (0, 0, 40, 0),  # nothing
        (5, 0, 0, 5 / 40),  # the second bears 15 at most: 25 and 15
        (0, [25, 0], 10, 7.5 / 35),  # 25 and 10: half of the budget is best not spent
        (0, [25, 0], 40, 7.5 / 35),
        (5, [25, 0], 10, 5 / 40),  # 25 and 15, although the gap is all but 10 given
    ],
)
def test_bound_of_two_counties(paid_in: int, managed: int | list[int], budget: int, least: float) -> None:
    two = {"640104": 30, "640105": 10}
    made = stacked(
        accounts({c: {"spending": s, "fiscal_revenue": 100, "insured": 7} for c, s in two.items()})
    )
    each = Bound.of(made, paid_in, np.array(managed))
    assert each.gini(budget) == pytest.approx(least, abs=1e-9)


def test_a_lever_can_stand_still(tmp_path: Path) -> None:
    fixed = CHOICE.replace("least: 0, most: 5", "least: 1, most: 1")
    made = Search(stacked(accounts(TWO, "万元")), None, load(tmp_path, fixed))
    points = [(place, made[place].cost // 10**6) for place in made.run()]
    assert points == [((0, 0), 0), ((0, 1), 10), ((0, 2), 20)]


def test_what_the_best_kept_contributions_reach() -> None:
    values, weights = np.array([[0.2, 0.9], [0.6, 0.4]]), np.array([[10, 30], [20, 40]])
    parts = [objectives.reached(values, weights, of * 10_000) for of in (0, 30, 31, 50, 51, 90, 91, 100)]
    assert parts == [0.9, 0.9, 0.6, 0.6, 0.4, 0.4, 0.2, 0.2]


def test_cost_is_what_is_given_for_good() -> None:
    made = stacked(accounts({"640104": {"spending": 1000, "fiscal_revenue": 100, "insured": 1}}))
    split = sharing.share(made, TERMS["flat"])
    assert Objectives.of(split, made).cost == 400 + 200
    advance = {"cap": 0}
    terms = TERMS["notice"].changed("county", **advance)
    lent = sharing.share(made.changed(target=0, insurable=1), terms, coefficient=[PPM])
    assert (int(lent.borne["advance"][0, 0]), Objectives.of(lent, made).cost) == (1000, 0)


# The bound against whatever is searched


@st.composite
def funds(draw: st.DrawFn) -> Accounts:
    """Two years of some regions, in every proportion of money and persons."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    regions = ("640104", "640105", "640106", "640121")[: draw(st.integers(2, 4))]
    shape = (2, len(regions))
    columns = {name: rng.integers(0, 10**6, shape) * rng.integers(0, 2, shape) for name in COLUMNS}
    people = {name: rng.integers(1, 10**4, shape) for name in ("insured", "insurable", "retirees")}
    wealth = {"average_wage": 500, "fiscal_revenue": rng.integers(10**6, 10**8, shape)}
    return Accounts.build(regions, {**columns, **people, **wealth})


@settings(max_examples=25, deadline=None)
@given(funds(), st.integers(0, 2**32))
def test_no_scheme_is_below_the_bound(made: Accounts, seed: int) -> None:
    rng = np.random.default_rng(seed)
    coefficient = rng.integers(0, PPM + 1, made.shape)
    chosen = NOTICE.at(tuple(rng.integers(0, np.array(NOTICE.most) + 1).tolist()))
    widest = sharing.share(made, NOTICE.at(NOTICE.most), coefficient=coefficient).paid_in
    mixed = replace(TERMS["flat"], steps=(ManagedPart(), *TERMS["flat"].steps))
    for terms in (chosen, mixed, *TERMS.values()):
        shares = sharing.share(made, terms, coefficient=coefficient)
        found, stays = Objectives.of(shares, made), bound.stays(made, terms)
        assert Bound.of(made, shares.paid_in, stays).gini(found.cost) <= found.gini + 1e-7
        if terms == chosen:
            assert Bound.of(made, widest, stays).gini(found.cost) <= found.gini + 1e-7


def possible(each: Bound, budget: int, most: float) -> bool:
    """Whether burdens can be so little unequal: asked of HiGHS without any scaling of a quotient."""
    pairs = list(combinations(range(len(each.means)), 2))
    weights, wide = each.weights / each.weights.sum(), len(each.means)
    apart = np.zeros((2 * len(pairs), wide + len(pairs)))
    for number, (first, second) in enumerate(pairs):
        for sign, line in ((1, 2 * number), (-1, 2 * number + 1)):
            apart[line, [first, second, wide + number]] = sign, -sign, -1
    together = [-1.0] * wide + [0.0] * len(pairs)
    unequal = [*(-most * weights / each.means), *(weights[one] * weights[two] for one, two in pairs)]
    apart[:, :wide] /= each.means
    limits = [*zip(each.least, each.most, strict=True), *[(0, None)] * len(pairs)]
    right = [*[0.0] * len(apart), budget - each.gap, 0.0]
    solved = linprog(
        [0.0] * len(limits), A_ub=np.vstack([apart, together, unequal]), b_ub=right, bounds=limits
    )
    return bool(solved.status == 0)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(*[st.integers(1, 9)] * 5), min_size=2, max_size=5),
    st.floats(0, 0.9),
)
def test_bound_is_possible_and_nothing_below_it_is(
    rows: list[tuple[int, int, int, int, int]], part: float
) -> None:
    least, more, gaps, means, weights = (np.array(column) for column in zip(*rows, strict=True))
    each = Bound(np.minimum(least, gaps), gaps + more, int(gaps.sum()), means, weights)
    budget = int(part * gaps.sum())
    found = each.gini(budget)
    assert possible(each, budget, found + 1e-6)
    assert found < 1e-5 or not possible(each, budget, found - 1e-5)


# Every place of a small space


def reached(levers: Iterable[tuple[int, int, int, int]]) -> tuple[Lever, ...]:
    """Some of the notice's levers with another reach: which, least, most, by."""
    return tuple(
        replace(NOTICE.levers[lever], least=Decimal(least), most=Decimal(most), by=Decimal(by))
        for lever, least, most, by in levers
    )


def beaten(one: tuple[int, float], other: tuple[int, float]) -> bool:
    return other[0] <= one[0] and other[1] <= one[1] and other != one


@pytest.mark.parametrize(("seed", "kept"), [(1, 0), (1, 90), (4, 60)])
def test_front_is_that_of_every_place(seed: int, kept: int) -> None:
    rng = np.random.default_rng(seed)
    shape, base = (2, 4), np.array([1000, 800, 600, 900]) * 10**6
    columns = {name: 0 for name in COLUMNS} | {
        "contributions": base, "spending": base * rng.integers(90, 140, shape) // 100,
        "target": base * 11 // 10, "opening_balance": base * rng.integers(0, 80, shape) // 100,
        "fiscal_revenue": rng.integers(800, 4000, shape) * 10**6, "insured": rng.integers(50, 100, shape),
        "insurable": rng.integers(100, 200, shape), "retirees": 40, "average_wage": 60_000_00,
    }  # fmt: skip
    made = Accounts.build(("640104", "640105", "640106", "640121"), columns)
    marks = rng.integers(8, 11, shape) * (PPM // 10)
    levers = ((0, 1, 5, 2), (1, 0, 100, 50), (2, 0, 6, 3), (5, 0, 80, 40))
    small = replace(NOTICE, levers=reached(levers), kept=kept * 10_000, budgets=1000)
    outcomes: dict[Place, tuple[int, float]] = {}
    for place in product(*(range(most + 1) for most in small.most)):
        terms = small.at(place)
        if objectives.kept(made, terms, marks, small.of) >= kept / 100:
            shares = sharing.share(made, terms, coefficient=marks)
            each = Objectives.of(shares, made)
            outcomes[place] = (each.cost, each.gini)
    every = {one for one in outcomes.values() if not any(beaten(one, other) for other in outcomes.values())}
    search = Search(made, marks, small)
    front = [(search[place].cost, search[place].gini) for place in search.run()]
    assert front == sorted(every) and len(front) > 1


# A whole fund under the notice


@cache
def fund(folder: Path) -> ledger.Fund:
    """Three counties: one that runs a surplus, two that do not, the last poor."""
    rows = []
    for code, spending, revenue in (("640104", 450, 4000), ("640105", 560, 2500), ("640106", 640, 1500)):
        for year in range(2018, 2022):
            opening = (1000 + (480 - spending) * (year - 2018)) * 10**6
            told = {
                "spending": spending * 10**6,
                "opening_balance": opening,
                "fiscal_revenue": revenue * 10**6,
            }
            rows += [row(code, year, basis, **told) for basis in codes.ACCOUNT_BASIS]
    return ledger.read(table(folder, rows))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Frontier:
    reach = ((0, 0, 4, 1), (1, 0, 100, 50), (2, 0, 6, 3), (3, 40, 80, 40), (5, 0, 80, 40))
    quick = replace(NOTICE, levers=reached(reach), budgets=3, kept=500_000)
    return frontier.frontier(fund(tmp_path_factory.mktemp("fund")), quick)


def test_no_point_of_the_front_is_beaten_and_all_keep_the_floor(found: Frontier) -> None:
    rows = found.front()
    assert rows["cost"].is_monotonic_increasing and rows["gini"].is_monotonic_decreasing
    assert (
        rows["gini"].is_unique
        and (rows["kept"] >= 0.5).all()
        and (rows["bound"] <= rows["gini"] + 1e-9).all()
    )
    assert list(rows["point"]) == list(range(1, len(rows) + 1))
    assert list(rows.columns)[6:] == [lever.name for lever in found.space.levers]


def test_no_lever_or_two_moved_a_step_beat_the_front(
    found: Frontier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qmcb.fund.search._GENERATIONS", 1)
    wide = replace(NOTICE, levers=NOTICE.levers[:4], budgets=2, kept=500_000)
    made = Search(found.accounts, found.search.coefficient, wide)
    front = made.run()
    points = [made[place] for place in front]
    for place in front:
        for moves in product((-1, 0, 1), repeat=len(place)):
            other = tuple(at + move for at, move in zip(place, moves, strict=True))
            inside = all(0 <= at <= most for at, most in zip(other, wide.most, strict=True))
            if inside and np.abs(moves).sum() <= 2:
                each = made[other]
                matched = any(point.cost <= each.cost and point.gini <= each.gini for point in points)
                assert matched or not made.keeps_floor(other)


def test_todays_scheme_is_in_the_space_and_never_below_the_front(found: Frontier) -> None:
    assert found.space.at(found.space.today) == found.space.terms
    rows = found.schemes([scheme.load(name) for name in scheme.names() if name != "central_2018"])
    today = rows.set_index("scheme").loc["notice"]
    assert today["keeps_floor"] and today["gini_above"] >= 0 and today["cost_above"] >= 0
    assert today["cost"] == round(found.search[found.space.today].cost / 3)
    place = found.front().set_index("point").loc[today["dominated_by"]]
    assert place["cost"] <= today["cost"] and place["gini"] == pytest.approx(
        today["gini"] - today["gini_above"]
    )
    assert (rows["bound"] <= rows["gini"] + 1e-9).all()
    assert found.search[found.places[0]].cost == 0
    assert rows.set_index("scheme").loc["none", "dominated_by"] == 1
    assert rows.set_index("scheme").loc["none", "bound"] == pytest.approx(
        rows.set_index("scheme").loc["none", "gini"]
    )


def test_bounds_fall_with_the_cost_and_with_a_pool(found: Frontier) -> None:
    rows = found.bounds()
    parts = {kind: rows[rows["kind"] == kind] for kind in codes.FRONTIER_BOUND}
    assert all((np.diff(part["gini"]) <= 1e-9).all() for part in parts.values())
    assert (parts["pooled"]["gini"].to_numpy() <= parts["unpooled"]["gini"].to_numpy() + 1e-9).all()


def test_same_seed_finds_the_same(found: Frontier) -> None:
    quick = replace(found.space, levers=NOTICE.levers[:2], budgets=1)
    made = [frontier.frontier(found.fund, quick, years=[2020, 2021], seed=seed) for seed in (7, 7, 8)]
    assert made[0].front().equals(made[1].front())
    assert len(made[0].search) == len(made[1].search) != len(made[2].search)


def test_columns_have_labels(found: Frontier) -> None:
    named = {*found.front().columns, *found.schemes([found.space.scheme]).columns}
    assert named - {lever.name for lever in found.space.levers} == set(codes.FRONTIER)
    assert list(found.bounds()["kind"].unique()) == list(codes.FRONTIER_BOUND)
    assert "动用本级结余·留足支付月数3个月" in found.space.text(found.space.today)


# What cannot be


def test_a_floor_that_nothing_keeps_is_one_line(tmp_path: Path) -> None:
    strict = CHOICE.replace("kept: 98", "kept: 99.5").replace("least: 0, most: 5", "least: 1, most: 5")
    made = Search(stacked(accounts(TWO, "万元")), None, load(tmp_path, strict))
    with pytest.raises(
        InputError, match=r"in choice keep; found 99.50% to be kept, at most 99.00%"
    ) as caught:
        made.run()
    assert "\n" not in str(caught.value)


def test_a_region_without_revenue_is_refused() -> None:
    made = stacked(accounts({"640104": {"spending": 1, "insured": 1}}))
    with pytest.raises(InputError, match=r"fiscal_revenue above 0, .* of 640104; found 0"):
        Objectives.of(sharing.share(made, TERMS["none"]), made)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("scheme: pool", "scheme: poll", "one of pool; found poll"),
        ("kept: 98", "kept: 101", "kept as a per cent from 0 to 100"),
        ("    of: 100\n", "", "the parameter of in frontier/choice.yaml, 2017-01-01; found none"),
        ("budgets: 100", "budgets: 0", "budgets as a whole number from 1"),
        ("budgets: 100", "budget: 100", "only the parameters scheme, kept, of, budgets, levers"),
        ("by: 1}", "by: 2}", "whole steps from least to most for pay_in_contributions.percent in .* by 2"),
        ("by: 1}", "by: 0}", "whole steps from least to most"),
        ("least: 0, most: 5", "least: -1, most: 5", "least as a number of 0 and more in .*; found -1"),
        ("least: 0, most: 5", "least: 2, most: 5", "values have the one in force .*; found 1"),
        ("step: region_adds", "step: grant", r"in force \(grant.percent of pool\) .* found no number"),
        ("percent, least: 0, most: 100", "months, least: 0, most: 100", "found no number"),
        ("most: 100, by: 50", "most: 150, by: 50", r"percent as a per cent from 0 to 100 .* found 150"),
        ("step: region_adds", "step: pay_in_contributions", "each lever once"),
    ],
)  # fmt: skip
def test_a_broken_space_is_one_line(tmp_path: Path, before: str, after: str, says: str) -> None:
    assert before in CHOICE
    with pytest.raises(InputError, match=says) as caught:
        load(tmp_path, CHOICE.replace(before, after, 1))
    assert "\n" not in str(caught.value) and str(tmp_path) not in str(caught.value)


def test_every_space_that_is_there_loads() -> None:
    assert space.names() == ("notice",)
    assert all((paths.FRONTIER / f"{name}.yaml").exists() for name in space.names())
    each: Mapping[str, float] = NOTICE.values(NOTICE.today)
    assert list(each.values()) == [3, 50, 3, 80, 60, 40]
