"""The search: two counties by hand, and every place of small spaces as an oracle."""

from dataclasses import replace
from itertools import product
from math import inf
from pathlib import Path

import numpy as np
import pytest
from funds import accounts
from spaces import CHOICE, NOTICE, TWO, load, reached, stacked

from qmcb.errors import InputError
from qmcb.fund import objectives, sharing
from qmcb.fund.accounts import COLUMNS, Accounts
from qmcb.fund.exact import PPM
from qmcb.fund.objectives import Objectives
from qmcb.fund.search import Search
from qmcb.fund.space import Place


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


def test_a_lever_can_stand_still(tmp_path: Path) -> None:
    fixed = CHOICE.replace("least: 0, most: 5", "least: 1, most: 1")
    made = Search(stacked(accounts(TWO, "万元")), None, load(tmp_path, fixed))
    points = [(place, made[place].cost // 10**6) for place in made.run()]
    assert points == [((0, 0), 0), ((0, 1), 10), ((0, 2), 20)]


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


def test_a_floor_that_nothing_keeps_is_one_line(tmp_path: Path) -> None:
    strict = CHOICE.replace("kept: 98", "kept: 99.5").replace("least: 0, most: 5", "least: 1, most: 5")
    made = Search(stacked(accounts(TWO, "万元")), None, load(tmp_path, strict))
    with pytest.raises(
        InputError, match=r"in choice keep; found 99.50% to be kept, at most 99.00%"
    ) as caught:
        made.run()
    assert "\n" not in str(caught.value)
