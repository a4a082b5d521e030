"""The front of a whole fund under the notice, with the schemes beside it and the bound below."""

from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from funds import row, table
from spaces import NOTICE, reached

from qmcb import codes
from qmcb.fund import frontier, ledger, scheme
from qmcb.fund.frontier import Frontier
from qmcb.fund.search import Search


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
