"""The readable cases of cases/: every scheme, computed by hand, and real published accounts."""

import pytest
from funds import Case, cases, fen, shared

from qmcb import codes
from qmcb.fund import scheme

CASES = cases("schemes") + cases("published")
KNOWN = {"own_gap", "gap", "managed", "paid_in", "paid_out", "closing_balance", "cost", *codes.PAYER}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: Case) -> None:
    made, shares = shared(case)
    unit = case.get("unit", "万元")
    assert set(case["expected"]) == set(case["accounts"])
    for place, code in enumerate(made.regions):
        told = {**dict.fromkeys(codes.PAYER, 0), **case["expected"][code]}
        assert told.keys() <= KNOWN
        values = {name: shares.borne[name] if name in codes.PAYER else getattr(shares, name) for name in told}
        assert {name: int(value[place]) for name, value in values.items()} == {
            name: fen(amount, unit) for name, amount in told.items()
        }
    if "pool_left" in case:
        assert int(shares.pool_left) == fen(case["pool_left"], unit)


def test_every_scheme_and_every_payer_has_a_case() -> None:
    assert {case["scheme"] for case in CASES} == set(scheme.names())
    borne = {payer for case in CASES for told in case["expected"].values() for payer in told}
    assert set(codes.PAYER) <= borne
