"""The space files, and what the loader refuses."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from spaces import CHOICE, NOTICE, load

from qmcb import paths
from qmcb.errors import InputError
from qmcb.fund import space


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
