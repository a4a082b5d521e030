"""Balance lines: what is off is named, what balances passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmcb import balance
from qmcb.balance import Line
from qmcb.errors import BalanceError

counts = st.lists(st.integers(-(10**15), 10**15), max_size=6)


@given(counts, st.integers(-5, 5))
def test_a_line_balances_when_its_parts_make_the_whole(parts: list[int], off: int) -> None:
    line = Line("户籍人口", sum(parts) + off, tuple((str(place), part) for place, part in enumerate(parts)))
    assert line.difference == off
    if off:
        with pytest.raises(BalanceError):
            balance.check([line])
    else:
        balance.check([line])


def test_every_line_that_is_off_is_named_with_what_is_lacking() -> None:
    lines = [
        Line("读入", 5, (("接收", 3), ("隔离", 2))),
        Line("户籍人口", 10_000, (("参保", 1_000),)),
        Line("缺口", 1, (("市县", 3),)),
    ]
    with pytest.raises(BalanceError) as caught:
        balance.check(lines)
    assert str(caught.value) == "balance lines are off: 户籍人口（差额 9,000）; 缺口（差额 -2）"
