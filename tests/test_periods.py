"""Months: the forms that are read, the order, and the arithmetic."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qmcb.errors import InputError
from qmcb.periods import Period

periods = st.builds(Period, st.integers(1960, 2090), st.integers(1, 12))


@pytest.mark.parametrize("text", ["2024-06", "202406", "2024年6月", "2024年06月", 202406])
def test_forms_of_one_month(text: object) -> None:
    period = Period.parse(text)
    assert (str(period), period.label) == ("2024-06", "2024年6月")


@pytest.mark.parametrize(
    "text",
    [
        *("", "2024", "2024-6", "2024-13", "2024-00", "1948-12", "2101-01", "2024/06", "2024-06-01"),
        *("二〇二四年六月", "\uff12\uff10\uff12\uff14-06", " 2024-06", "2024-06\n", None),
    ],
)
def test_anything_else_is_refused_in_one_line(text: object) -> None:
    with pytest.raises(InputError) as caught:
        Period.parse(text)
    assert "\n" not in str(caught.value)


def test_limits() -> None:
    assert Period.parse("1949-01") < Period.parse("2100-12")
    with pytest.raises(InputError):
        Period.parse("2100-12").shift(1)


@given(periods)
def test_days_enclose_the_month(period: Period) -> None:
    assert period.first_day == date(period.year, period.month, 1)
    assert period.last_day + timedelta(days=1) == period.shift(1).first_day
    assert Period.parse(str(period)) == Period.parse(period.label) == period


@given(periods, st.integers(-120, 120))
def test_shift_counts_months_and_keeps_order(period: Period, months: int) -> None:
    later = period.shift(months)
    assert (later.year - period.year) * 12 + later.month - period.month == months
    assert later.shift(-months) == period
    assert (later > period) == (months > 0)
    assert (later.first_day > period.first_day) == (months > 0)
