"""Accounts as arrays: what they refuse, and what they say of a region."""

import numpy as np
import pytest
from funds import accounts

from qmcb.errors import InputError
from qmcb.fund.accounts import COLUMNS, UNKNOWN, Accounts, Panel, figures

TOLD = {
    "contributions": 800, "interest": 20, "transfers": -10, "subsidy": 50, "spending": 1_200,
    "opening_balance": 500, "insured": 40, "insurable": 50, "retirees": 20, "average_wage": 100,
}  # fmt: skip


def panel(**changed: float) -> Panel:
    each = accounts({"640104": TOLD, "640105": {**TOLD, **changed}})
    columns = {name: getattr(each, name)[None] for name in COLUMNS}
    return Panel((2020,), Accounts.build(each.regions, columns), np.full((1, 2), UNKNOWN))


def test_gap_and_closing_balance() -> None:
    made = accounts({"640104": {**TOLD, "adjustment_received": 70, "adjustment_paid": 30}})
    assert made.gap.tolist() == [1_200 - (800 + 20 - 10 + 50)]
    assert made.closing_balance.tolist() == [500 - 340 + 70 - 30]


def test_figures_are_those_of_the_field() -> None:
    first = figures(panel()).iloc[0]
    assert first.loc[["region", "name", "year", "gap"]].tolist() == ["640104", "兴庆区", 2020, 340]
    assert first["reserve_months"] == pytest.approx((500 - 340) / 100)
    assert (first["dependency"], first["coverage"]) == (0.5, 0.8)
    assert (first["collection_rate"], first["replacement"]) == (800 / 4_000, 0.6)


@pytest.mark.parametrize("name", ["retirees", "insured", "insurable", "spending", "average_wage"])
def test_a_figure_that_would_divide_by_nothing_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} above 0 in every year of 640105; found 0"):
        figures(panel(**{name: 0}))


@pytest.mark.parametrize(
    ("regions", "changed", "says"),
    [
        (("640105", "640104"), {}, "regions in order of their codes, each once; found 640105, 640104"),
        (("640104", "640104"), {}, "each once"),
        ((), {}, "each once"),
        (("640104",), {"pension": 1}, "absent or unknown: pension"),
        (("640104",), {"spending": -1}, "spending between 0 and 100000000000000; found -1"),
        (("640104",), {"spending": 10**14 + 1}, "found 100000000000001"),
        (("640104",), {"opening_balance": -(10**14) - 1}, "opening_balance between -100000000000000"),
        (("640104",), {"target": -1}, "target between 0"),
        (("640104",), {"retirees": 3 * 10**9}, "retirees between 0 and 2000000000"),
    ],
)
def test_arrays_that_are_no_accounts_are_refused(
    regions: tuple[str, ...], changed: dict[str, int], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        Accounts.build(regions, {**dict.fromkeys(COLUMNS, 0), **changed})


def test_columns_broadcast_and_a_target_need_not_be_known() -> None:
    columns = {name: 1 for name in COLUMNS if name != "target" and not name.startswith("adjustment")}
    made = Accounts.build(("640104", "640105"), {**columns, "spending": [[5], [6]]})
    assert made.shape == (2, 2) and made.gap.tolist() == [[1, 1], [2, 2]]
    assert (made.target == UNKNOWN).all() and made[0].spending.tolist() == [5, 5]


def test_a_year_that_is_not_there() -> None:
    with pytest.raises(InputError, match="a year from 2020 to 2020; found 2021"):
        panel().only((2021,))
