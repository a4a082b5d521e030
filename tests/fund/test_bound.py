"""The bound: two counties by hand, below every scheme, and possible itself."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from funds import accounts
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from spaces import NOTICE, TERMS, stacked

from qmcb.fund import bound, sharing
from qmcb.fund.accounts import COLUMNS, Accounts
from qmcb.fund.bound import Bound
from qmcb.fund.exact import PPM
from qmcb.fund.objectives import Objectives
from qmcb.fund.steps import ManagedPart


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
