"""Sliders: a page gets the picture of today's values, JupyterLab the same function over all of them."""

import sys
from dataclasses import dataclass

import pytest

from qmcb.errors import InputError
from qmcb.lab.sliders import slide


@dataclass
class Choice:
    label: str
    options: list[tuple[str, float]]
    today: float


CHOICES = {"months": Choice("月数", [("0个月", 0), ("3个月", 3)], 3)}


def draw(months: float = -1) -> str:
    return f"picture at {months}"


def test_a_page_shows_todays_values() -> None:
    assert slide(draw, CHOICES, sliders=False) == "picture at 3"


def test_without_choices_there_is_nothing_to_slide() -> None:
    assert slide(draw, {}, sliders=True) == "picture at -1"


def test_without_ipywidgets_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(InputError, match="expected ipywidgets for sliders"):
        slide(draw, CHOICES, sliders=True)


def test_sliders_begin_at_today_and_call_the_function() -> None:
    pytest.importorskip("ipywidgets")
    seen = []

    def seeing(months: float) -> None:
        seen.append(months)

    box = slide(seeing, CHOICES, sliders=True)
    slider = box.children[0]  # type: ignore[attr-defined]
    assert (slider.value, slider.description) == (3, "月数")
    slider.value = 0
    assert seen == [3, 0]
