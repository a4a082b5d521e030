"""The pictures of years to come: fans, lines, areas, ranges, fronts, and the axes they stand on."""

import io
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qmcb.reports import areas, axis, fan, lines, ranges, scatter, style
from qmcb.reports.picture import Picture

NONE = float("nan")
FAN = pd.DataFrame(
    [
        ("甲县\n各县", 2023, 4.0, NONE, NONE, NONE, NONE, NONE),
        ("甲县\n各县", 2024, 5.0, NONE, NONE, NONE, NONE, NONE),
        ("甲县\n各县", 2025, NONE, -1.0, 4.0, 5.5, 7.0, 12.34567),
        ("甲县\n各县", 2026, NONE, -2.0, 4.0, 6.0, 8.0, 15.0),
    ],
    columns=["panel", "year", "actual", *fan.QUANTILES],
)
LINES = pd.DataFrame(
    {"label": ["甲", "甲", "乙", "乙", "丙", "丙"], "year": [2025, 2030] * 3, "value": [1.0, 2, 1, 2, 3, 3]}
)
AREAS = pd.DataFrame(
    [("缴费", 2025, "旧", 10.0), ("缴费", 2030, "旧", 4.0), ("缴费", 2030, "新", 7.5),
     ("领取", 2025, "旧", 5.0), ("领取", 2030, "旧", 6.0)],
    columns=["panel", "year", "part", "amount"],
)  # fmt: skip
RANGES = pd.DataFrame(
    [
        ("", "银川市", "甲县", "通知", 2025, 2025, 2025, 2025, 2025, "2025年"),
        ("", "银川市", "乙县", "通知", 2030, 2035, 2040, NONE, NONE, "2040年"),
        ("", "吴忠市", "丙县", "通知", 2049, NONE, NONE, NONE, NONE, "2050年前6%"),
        ("", "吴忠市", "丁县", "通知", NONE, NONE, NONE, NONE, NONE, "2050年前不会"),
    ],
    columns=["panel", "group", "label", "series", *ranges.QUANTILES, "text"],
)
POINTS = pd.DataFrame(
    [
        ("1", 0.0, 0.23, True),
        ("2", 1.0, 0.20, True),
        ("统收统支", 2.0, 0.4, False),
        ("通知", 1.0, 0.3, False),
    ],
    columns=["label", "x", "y", "front"],
)
BOUNDS = pd.DataFrame({"label": "下限", "x": [0.0, 1.0, 2.0], "y": [0.22, 0.15, 0.01]})
FRONT = {"title": "前沿", "unit": "亿元", "across": "不均", "along": "支出", "finding": "通知"}
COLOURS = {"旧": style.FIRM, "新": style.CONTEXT}
YEARS = {"colours": {"通知": style.ACCENT}, "span": (2024, 2050), "years": True}

ALL = [
    fan.fans(FAN, title="一个县", unit="亿元"),
    fan.fans(pd.concat([FAN, FAN.assign(panel="乙县")]), title="两个县", unit="亿元"),
    fan.fans(
        pd.concat([FAN.assign(panel=f"{at}县") for at in range(23)]),
        title="二十三个县",
        unit="亿元",
        note="资料：样例",
    ),
    lines.lines(LINES, title="三条线", unit="个", finding="丙"),
    areas.areas(AREAS, title="一代代", unit="万人", colours=COLOURS),
    ranges.ranges(RANGES, title="哪一年", unit="年份", **YEARS),
    scatter.front(POINTS, BOUNDS, **FRONT),
]


@pytest.mark.parametrize("picture", ALL)
def test_a_notebook_stores_picture_sentence_and_data(picture: Picture) -> None:
    data, metadata = picture._repr_mimebundle_()
    image = Image.open(io.BytesIO(data["image/png"])).convert("RGB")
    assert image.width == 2 * metadata["image/png"]["width"] and len(data["image/png"]) < 120_000
    assert metadata["image/png"]["alt"] == picture.alt and "nan" not in data["text/plain"].lower()
    edges = np.concatenate([np.asarray(image)[:, at] for at in (-1, -2, -3)])
    assert (edges == 255).all(), "nothing runs over the right edge"


def test_same_table_same_bytes() -> None:
    first, second = (fan.fans(FAN, title="一个县", unit="亿元") for _ in range(2))
    assert first.png() == second.png() and first.plain() == second.plain()


def test_a_fan_tells_every_fifth_year_the_last_that_was_and_both_ends() -> None:
    many = pd.concat([FAN, FAN.iloc[-1:].assign(year=2027), FAN.iloc[-1:].assign(year=2031)])
    told = fan.fans(many, title="一个县", unit="亿元").table
    assert told["year"].tolist() == ["2023", "2024", "2025", "2031"]
    assert told["p95"].tolist()[2:] == [12.3457, 15.0] and told["actual"].tolist()[:2] == [4.0, 5.0]
    assert set(told["panel"]) == {"甲县，各县"}


def test_all_panels_of_a_fan_have_one_scale() -> None:
    small = FAN.assign(panel="乙县", **{name: FAN[name] / 100 for name in ("actual", *fan.QUANTILES)})
    drawn = fan.fans(pd.concat([FAN, small]), title="县", unit="亿元").figure.axes[0].lines
    rises = [np.ptp(line.get_ydata()) for line in drawn if line.get_color() == style.ACCENT]
    first, second = (rise for rise in rises if rise)
    assert second == pytest.approx(first / 100)


def test_the_sentence_has_the_last_medians() -> None:
    assert ALL[0].alt == "一个县。甲县，各县：6.00。"


def test_lines_that_run_together_have_one_name() -> None:
    picture = ALL[3]
    assert picture.alt == "三条线。甲、乙：2.00个，丙：3.00个。"
    assert list(picture.table.columns) == ["year", "甲", "乙", "丙"]


def test_areas_tell_their_parts() -> None:
    assert ALL[4].table["amount"].tolist() == [10.0, 4.0, 7.5, 5.0, 6.0]
    assert ALL[4].alt == "一代代。缴费：11.5万人，领取：6.00万人。"


def test_ranges_say_what_lies_beyond() -> None:
    told = ALL[5].table.set_index("label")
    assert told.loc["乙县", ["p5", "p50", "p75"]].tolist() == ["2030", "2040", "<NA>"]
    assert "丁县：2050年前不会" in ALL[5].alt


def test_a_front_tells_every_point_and_the_others_first() -> None:
    assert ALL[6].table["label"].tolist() == ["1", "2", "统收统支", "通知"]
    assert ALL[6].alt.startswith("前沿。统收统支：2.00，0.400，通知：1.00，0.300，1：0，0.230")


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 12))
def test_ticks_are_few_and_inside(low: float, wide: float, most: int) -> None:
    made = axis.ticks(low, low + wide, most)
    assert len(made) <= most + 1
    assert all(low - 1e-6 * wide - 1e-6 <= each <= low + wide + 1e-6 * wide + 1e-6 for each in made)


def test_ticks_by_hand() -> None:
    assert axis.ticks(0, 300, 6) == [0, 50, 100, 150, 200, 250, 300]
    assert axis.ticks(-13, 52, 3) == [0, 50]
    assert axis.ticks(0, 0.45, 10) == [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45]


@given(st.lists(st.floats(0, 10), min_size=1, max_size=12))
def test_names_stand_apart_in_the_order_of_what_they_name(wanted: list[float]) -> None:
    placed = axis.apart(wanted, 0.5, 0, 10)
    ordered = [placed[at] for at in sorted(range(len(wanted)), key=lambda at: wanted[at])]
    assert all(after - before >= 0.5 - 1e-9 for before, after in pairwise(ordered))
    assert max(placed) <= 10 and min(placed) >= -1e-9


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1234.5, "1,234"), (12.34, "12.3"), (-0.004, "0.00"), (-2.5, "−2.50")]
)
def test_three_digits_and_no_more(value: float, text: str) -> None:
    assert axis.digits(value) == text
