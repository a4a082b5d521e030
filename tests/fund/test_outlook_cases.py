"""The readable cases of cases/outlook.yaml: one county, three years, no chance."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from funds import Case, cases, fen
from funds_ahead import changed, panel

from qmcb.fund import behaviour, outlook, parameters, scheme
from qmcb.fund.behaviour import Behaviour, Response

PERSONS = ("insured", "insurable", "retirees")


@pytest.mark.parametrize("case", cases("outlook"), ids=lambda case: case["name"])
def test_case(case: Case, tmp_path: Path) -> None:
    told = {name: value if name in PERSONS else fen(value, "元") for name, value in case["accounts"].items()}
    made = outlook.project(
        panel(told, years=(case["base"],)),
        scheme.load(case["scheme"]).at(2020),
        changed(tmp_path, case["assumptions"]).without_spread(),
        until=max(case["expected"]),
        draws=1,
        behaviour=response(case),
        as_of=date.fromisoformat(str(case["as_of"])),
    )
    for place, year in enumerate(made.years):
        expected = dict(case["expected"][year])
        used_up = expected.pop("exhausted", None)
        found = {name: int(made.amounts[name][place, 2, 0]) for name in expected}
        assert found == {
            name: amount if name in PERSONS else fen(amount, "元") for name, amount in expected.items()
        }
        assert used_up is None or bool(made.exhausted[place, 0]) == used_up


def response(case: Case) -> Behaviour | None:
    if "behaviour" not in case:
        return None
    raw = dict(case["behaviour"])
    begins, over = raw.pop("begins"), raw.pop("over")
    made = replace(behaviour.load("pooling_points"), response=parameters.build(Response, raw))
    return made.starting(begins, over)
