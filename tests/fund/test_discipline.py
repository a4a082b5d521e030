"""What a coefficient costs a county, and whether it gains by asking for a lower target."""

import numpy as np
import pandas as pd
import pytest
from test_assessment import CHANGES, panel

from qmcb.errors import InputError
from qmcb.fund import alone, assessment, discipline, scheme
from qmcb.fund.accounts import UNKNOWN, Panel
from qmcb.fund.ledger import Fund
from qmcb.fund.scheme import Terms

RULES = assessment.criteria(2020)


def terms(**cap: float) -> Terms:
    """The notice's form without pay-ins and reserve, the fund paying all of the policy part."""
    made = scheme.load("notice").at(2020)
    made = made.changed("pay_in_contributions", percent=0).changed("region_adds", percent=0)
    made = made.changed("adjustment", tiers=[{"at_least": 0, "percent": 50}])
    return made.changed("reserve", months=0).changed("county", cap=100)


def fund(*, target: float = 1_000, collected: float = 960) -> Fund:
    """兴庆 collected 960 of a budget of 1000 (88 points, 90 %); 灵武 has a surplus of 600."""
    plain = {"fiscal_revenue": 5_000, "insurable": 10}
    actual = {
        "640104": {"contributions": collected, "target": target, "spending": 1_160, **plain},
        "640181": {"contributions": 1_600, "target": 1_600, "spending": 1_000, **plain},
    }
    budget = {
        "640104": {"contributions": 1_000, "subsidy": 160, "spending": 1_160},
        "640181": {"contributions": 1_600, "spending": 1_000},
    }
    return Fund({"actual": panel(actual, 2020), "budget": panel(budget, 2020)}, pd.DataFrame(columns=CHANGES))


def with_pool(made: Terms) -> Terms:
    """The same, where 10 % of contributions are paid in: the pool has more than it is asked for."""
    return made.changed("pay_in_contributions", percent=10)


def test_the_coefficient_costs_what_the_fund_does_not_pay() -> None:
    rows = discipline.coefficient_cost(fund(), with_pool(terms()), RULES).set_index("region")
    # 兴庆: gap 200 + pay-in 96 = 296, managed 40, policy 256; half of it 128, by coefficient 0.9 115.2
    assert rows.loc["640104", ["coefficient", "cost"]].tolist() == [0.9, 12_800_000]
    assert rows.loc["640181", ["coefficient", "cost"]].tolist() == [1.0, 0]


def test_a_lower_target_gains_where_it_makes_the_managed_part_smaller() -> None:
    rows = discipline.lower_target(fund(), with_pool(terms()), RULES, percent=4).set_index("region")
    # target and budget 960: nothing managed, contributions complete, 100 points less 10 for the deficit of 40
    # it plans now: 90, coefficient 1. Policy 296, half of it 148: pays 32.8 more than the 115.2 before
    first = rows.loc["640104"]
    assert (first["cost"], first["lowered_cost"]) == (296_000_000 - 115_200_000, 148_000_000)
    assert (first["gain"], bool(first["gains"])) == (32_800_000, True)
    assert rows.loc["640181", ["gain", "gains"]].tolist() == [0, False]


def test_a_scheme_without_managed_part_and_assessment_cannot_be_gamed() -> None:
    for name in ("none", "flat", "tiers", "central_2018"):
        plain = fund()
        actual = plain["actual"].accounts.changed(retirees=5)
        made = Fund({**plain.panels, "actual": Panel((2020,), actual, plain["actual"].closed)}, plain.changes)
        assert discipline.lower_target(made, scheme.load(name).at(2020), RULES)["gain"].tolist() == [0, 0]


def test_regions_are_lowered_one_at_a_time_however_many_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = discipline.lower_target(fund(), with_pool(terms()), RULES)
    monkeypatch.setattr(alone, "_AT_ONCE", 1)
    assert discipline.lower_target(fund(), with_pool(terms()), RULES).equals(whole)


def test_a_gain_asks_for_targets_and_for_a_percent() -> None:
    unknown = fund()
    actual = unknown["actual"].accounts.changed(target=np.array([UNKNOWN, 5]))
    panels = {**unknown.panels, "actual": Panel((2020,), actual, unknown["actual"].closed)}
    with pytest.raises(InputError, match="a collection target of 640104; found none in a year"):
        discipline.lower_target(Fund(panels, unknown.changes), terms(), RULES)
    with pytest.raises(InputError, match="a per cent between 0 and 100"):
        discipline.lower_target(fund(), terms(), RULES, percent=100)
