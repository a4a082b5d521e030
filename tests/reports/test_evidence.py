import io
from collections.abc import Callable
from itertools import combinations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from PIL import Image

from qmcb.errors import BalanceError
from qmcb.reports import evidence, style
from qmcb.reports.picture import Picture

PAIR = pd.DataFrame(
    [
        ("起点", "", "", "", -28.3),
        ("号码", "一位之差", "640104********0017", "640104********0071", 27.4),
        ("姓名", "相同", "马**", "马**", 12.6),
        ("出生日期", "号码已含", "1968-**-**", "1968-**-**", 0.0),
        ("联系电话", "缺失", "138****2207", None, -0.7),
        ("单位", "不同", "宁夏**煤业有限公司", "陕西**劳务有限公司", -3.1),
        ("合计", "认定", "", "", 7.9),
    ],
    columns=["label", "level", "left", "right", "weight"],
)
REACH = {"复核": 0.0, "认定": 6.63}
LEVELS = pd.DataFrame(
    [
        ("号码", "一位之差", 0.08, 3e-7),
        ("姓名", "相同", 0.939, 8e-5),
        ("号码", "另一有效号码", 0.001, 0.6),
        ("姓名", "不同", 0.005, 0.93),
    ],
    columns=["field", "level", "m", "u"],
).assign(weight=lambda table: np.log2(table["m"] / table["u"]))
PASSES = pd.DataFrame(
    [
        ("号码前14位", 746, 43, 210, 0),
        ("号码一致", 49_851, 49_590, 49_102, 0),
        ("姓名与出生日期", 2_402, 0, 1_310, 88_120),
        ("联系电话", 1_858, 168, 902, 0),
    ],
    columns=["label", "pairs", "alone", "accepted", "skipped_pairs"],
)
COSTS = pd.DataFrame(
    [
        (0.5, 19_412, 61.2, 8.4, False),
        (0.9, 19_331, 12.7, 21.9, False),
        (0.99, 19_240, 2.31, 63.5, True),
        (0.999, 19_105, 0.31, 171.2, False),
        (0.9999, 18_790, 0.0024, 480.6, False),
    ],
    columns=["threshold", "accepted", "expected_false", "expected_missed", "chosen"],
)
CHARTS: list[tuple[Callable[..., Picture], pd.DataFrame]] = [
    (evidence.waterfall, PAIR),
    (evidence.weights, LEVELS),
    (evidence.passes, PASSES),
    (evidence.thresholds, COSTS),
]
LONG = "单位统一社会信用代码与名称合并比对结果，末段缺失"


def chain(*weights: float, text: str = "字段") -> pd.DataFrame:
    """A pair with these weights and their sum."""
    rows = [(text, text, "一二三", "四五六", weight) for weight in weights]
    return pd.DataFrame([*rows, ("合计", "", "", "", sum(weights))], columns=PAIR.columns)


def dense(count: int) -> pd.DataFrame:
    chances = 1 - 10 ** -np.linspace(0.3, 4, count)
    table = pd.DataFrame({"threshold": chances, "accepted": range(count), "chosen": np.arange(count) == 7})
    return table.assign(expected_false=600 * (1 - chances), expected_missed=3.7 * table["accepted"] ** 2)


EXTREME = {
    "pair": evidence.waterfall(PAIR, title="一对", note="资料：样例。", thresholds=REACH),
    "levels": evidence.weights(LEVELS, title="各级"),
    "passes": evidence.passes(PASSES, title="途径"),
    "costs": evidence.thresholds(COSTS, title="阈值"),
    "all against": evidence.waterfall(chain(-40, -3, -5, -12, -8), title="反对", thresholds=REACH),
    "twelve": evidence.waterfall(
        chain(-38, 60, -22, 14, 0, 0.3, 3, 5, -4, -2, 1, 9, 6), title="十二", thresholds=REACH
    ),
    "prior": evidence.waterfall(PAIR[:1], title="一行", thresholds=REACH),
    "nothing": evidence.waterfall(PAIR[:1].assign(weight=0.0), title="零"),
    "long": evidence.waterfall(
        chain(-30, 12, text=LONG), title=LONG * 3, note=LONG * 4, thresholds={LONG: 6, LONG[:9]: 5.8}
    ),
    "long levels": evidence.weights(LEVELS.assign(field=LONG, level=LONG), title="长"),
    "one level": evidence.weights(LEVELS[:1].assign(weight=60), title="一行"),
    "long passes": evidence.passes(PASSES.assign(label=LONG), title="长"),
    "many pairs": evidence.passes(
        PASSES.assign(pairs=[7_202_654_000, 50_000, 0, 1], alone=[43, 5, 0, 0], accepted=[9, 1, 0, 1]),
        title="悬殊",
    ),
    "no pairs": evidence.passes(PASSES.assign(pairs=0, alone=0, accepted=0), title="零"),
    "dense": evidence.thresholds(dense(40), title="四十"),
    "nines": evidence.thresholds(
        COSTS.assign(
            threshold=[0.2, 0.95, 0.9999, 1 - 1e-9, 1.0], accepted=9_202_654, chosen=[0, 0, 0, 0, 1]
        ),
        title="含一",
    ),
    "one threshold": evidence.thresholds(COSTS[2:3], title="一行"),
    "no cost": evidence.thresholds(COSTS[:1].assign(expected_false=0, expected_missed=0), title="零"),
}


def written(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.figure.axes[0].texts]


def blocks(picture: Picture, *colours: str) -> list[tuple[float, float]]:
    """Left end and length of the rectangles in these colours, as drawn."""
    found = [patch for patch in picture.figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [(patch.get_x(), patch.get_width()) for patch in found if to_hex(patch.get_facecolor()) in colours]


def lines(picture: Picture, colour: str) -> list[tuple[float, float]]:
    """Both ends in x of the lines in this colour."""
    return [tuple(line.get_xdata()) for line in picture.figure.axes[0].lines if line.get_color() == colour]


@pytest.mark.parametrize("name", EXTREME)
def test_texts_lie_on_the_sheet_and_not_on_each_other(name: str) -> None:
    figure = EXTREME[name].figure
    with style.look():
        figure.canvas.draw()
        boxes = [(text.get_text(), text.get_window_extent()) for text in figure.axes[0].texts]
    boxes = [(text, box.padded(-0.2 * box.height)) for text, box in boxes if text]
    for text, box in boxes:
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, text
    for (one, here), (other, there) in combinations(boxes, 2):
        assert not here.overlaps(there), (one, other)


@pytest.mark.parametrize("name", EXTREME)
def test_bars_lie_on_the_sheet(name: str) -> None:
    for x, width in blocks(EXTREME[name], style.FIRM, style.ACCENT, style.CONTEXT):
        assert x >= 0 and width >= 0 and x + width <= EXTREME[name].figure.get_figwidth()


@pytest.mark.parametrize(("chart", "table"), CHARTS)
def test_same_table_same_bytes_and_no_trace_in_matplotlib(
    chart: Callable[..., Picture], table: pd.DataFrame
) -> None:
    before, given_table = matplotlib.rcParams.copy(), table.copy()
    first, second = (chart(table, title="一样") for _ in range(2))
    assert first.png() == second.png() and first.plain() == second.plain()
    assert dict(before) == dict(matplotlib.rcParams)
    pd.testing.assert_frame_equal(table, given_table)


@pytest.mark.parametrize(("chart", "table"), CHARTS)
def test_a_notebook_stores_picture_sentence_and_data(
    chart: Callable[..., Picture], table: pd.DataFrame
) -> None:
    data, metadata = chart(table, title="一样")._repr_mimebundle_()
    assert len(data["image/png"]) < 120_000
    assert Image.open(io.BytesIO(data["image/png"])).width == 2 * metadata["image/png"]["width"]
    assert data["text/plain"].startswith(metadata["image/png"]["alt"] + "\n")
    assert len(data["text/plain"].splitlines()) == len(table) + 2


@pytest.mark.parametrize(("chart", "table"), CHARTS)
def test_nothing_is_said_to_be_nothing(chart: Callable[..., Picture], table: pd.DataFrame) -> None:
    for empty in (table[:0], pd.DataFrame()):
        picture = chart(empty, title="没有", note="资料：样例。")
        assert "无记录" in written(picture) and "资料：样例。" in written(picture)
        assert picture.alt == "没有。无记录。" and picture.png().startswith(b"\x89PNG")
        assert picture.plain()


@pytest.mark.parametrize(("chart", "table"), CHARTS)
@pytest.mark.parametrize("text", ["𠮷𡈽㐂", "a$b$c 100% {x} \\alpha ^2", "\U0010fffd"])
def test_no_character_breaks_a_picture(chart: Callable[..., Picture], table: pd.DataFrame, text: str) -> None:
    texts = {name: text for name in ("label", "level", "field", "left", "right") if name in table}
    chart(table.assign(**texts), title=text, note=text).png()


def test_evidence_floats_from_the_prior_to_the_total() -> None:
    drawn = blocks(EXTREME["pair"], style.FIRM, style.ACCENT, style.CONTEXT)
    starts, lengths = (
        np.array([0, -28.3, -0.9, 11.7, 11.0, 0]),
        np.array([-28.3, 27.4, 12.6, -0.7, -3.1, 7.9]),
    )
    drawn = [(x, width) for x, width in drawn if width]  # what says nothing has no length
    scale = drawn[0][1] / 28.3
    zero = drawn[0][0] + drawn[0][1]
    assert [width for _, width in drawn] == pytest.approx(abs(lengths) * scale)
    assert [x for x, _ in drawn] == pytest.approx(zero + scale * np.minimum(starts, starts + lengths))
    assert len(blocks(EXTREME["pair"], style.CONTEXT)) == 2  # the prior, and what says nothing
    assert len(blocks(EXTREME["pair"], style.ACCENT)) == 2 and len(blocks(EXTREME["pair"], style.FIRM)) == 3
    assert lines(EXTREME["pair"], style.MUTED) == [pytest.approx((zero, zero))]
    marks = [x for x, end in lines(EXTREME["pair"], style.CONTEXT) if x == end]
    joints = [0, 6.63, -28.3, -0.9, 11.7, 11.7, 11.0, 7.9]  # the two thresholds first
    assert sorted(marks) == pytest.approx(sorted(zero + scale * np.array(joints)))


def test_both_values_and_every_weight_are_written() -> None:
    texts = written(EXTREME["pair"])
    for text in ["640104********0017", "640104********0071", "138****2207", "—", "两条记录", "同等可能"]:
        assert text in texts
    for text in ["−28.3", "+27.4", "+12.6", "0.0", "−0.7", "−3.1", "+7.9", "认定（+6.6）", "复核（0.0）"]:
        assert text in texts
    assert "两条记录" not in written(evidence.waterfall(PAIR.assign(left="", right=""), title="无值"))


def test_the_total_is_heard_first_and_never_cut_off() -> None:
    assert EXTREME["pair"].alt.startswith(
        "一对。合计（认定）：+7.9比特，起点：−28.3比特，号码（一位之差）：+27.4比特"
    )
    assert EXTREME["twelve"].alt.startswith("十二。合计：+32.3比特") and "共14项" in EXTREME["twelve"].alt
    assert EXTREME["prior"].alt == "一行。起点：−28.3比特。"
    assert EXTREME["pair"].table["weight"].tolist() == PAIR["weight"].tolist()
    assert EXTREME["pair"].table["right"][4] == ""


@pytest.mark.parametrize("total", [7.0, float("nan")])
def test_evidence_must_add_up(total: float) -> None:
    with pytest.raises(BalanceError, match="last row"):
        evidence.waterfall(PAIR.assign(weight=[*PAIR["weight"][:-1], total]), title="不平")


def test_levels_stand_by_field_with_weight_and_chances() -> None:
    picture = EXTREME["levels"]
    assert picture.table["field"].tolist() == ["号码", "号码", "姓名", "姓名"]
    assert picture.table["weight"].tolist() == [18.0, -9.2, 13.5, -7.5]
    assert picture.table["m"].tolist() == ["8.0%", "0.10%", "93.9%", "0.50%"]
    assert picture.table["u"].tolist() == ["<0.01%", "60.0%", "<0.01%", "93.0%"]
    texts = written(picture)
    assert texts.count("号码") == texts.count("姓名") == 1
    heights = {text.get_text(): text.get_position()[1] for text in picture.figure.axes[0].texts}
    assert heights["号码"] == pytest.approx(heights["+18.0"], abs=0.01)
    assert heights["号码"] < heights["−9.2"] < heights["姓名"] < heights["−7.5"]
    for text in ["+18.0", "−9.2", "+13.5", "−7.5", "93.9%", "<0.01%"]:
        assert text in texts
    zero = lines(picture, style.MUTED)[0][0]
    rights, lefts = blocks(picture, style.FIRM), blocks(picture, style.ACCENT)
    assert [x for x, _ in rights] == pytest.approx([zero, zero])
    assert [x + width for x, width in lefts] == pytest.approx([zero, zero])
    assert rights[0][1] / lefts[0][1] == pytest.approx(LEVELS["weight"][0] / -LEVELS["weight"][2])
    assert picture.alt.startswith("各级。号码（一位之差）：+18.0比特，号码（另一有效号码）：−9.2比特")


def test_passes_show_what_each_found_and_what_was_left_out() -> None:
    picture = EXTREME["passes"]
    assert picture.table["label"].tolist() == ["号码一致", "姓名与出生日期", "联系电话", "号码前14位"]
    texts = written(picture)
    for text in ["49,851", "49,590", "49,102", "168", "43", "略过 88,120 对", "以下放大21倍"]:
        assert text in texts
    assert "号码一致：记录对49,851，独有49,590，认定49,102" in picture.alt
    assert "姓名与出生日期（略过 88,120 对）：记录对2,402，独有0，认定1,310" in picture.alt
    unskipped = evidence.passes(PASSES.assign(skipped_pairs=0), title="途径")
    assert not any("略过" in text for text in [*written(unskipped), unskipped.alt])


def test_bars_of_passes_are_linear_on_both_sides_of_the_wedge() -> None:
    def drawn(colour: str) -> list[float]:
        return [width for _, width in blocks(EXTREME["passes"], colour)[1:]]  # the first is the heading's

    pairs, alone, accepted = map(drawn, (style.CONTEXT, style.ACCENT, style.FIRM))
    assert pairs[1] == pytest.approx(pairs[0]) and pairs[0] > 4  # magnified to the whole width
    assert pairs[2] / pairs[1] == pytest.approx(1_858 / 2_402)
    assert alone[0] / pairs[0] == pytest.approx(49_590 / 49_851)
    assert accepted[3] / pairs[3] == pytest.approx(210 / 746) and alone[1] == 0


@pytest.mark.parametrize("part", ["alone", "accepted"])
def test_no_pass_has_more_of_its_pairs_than_it_found(part: str) -> None:
    with pytest.raises(BalanceError, match="than a pass found"):
        evidence.passes(PASSES.assign(**{part: PASSES["pairs"] + 1}), title="不平")


def test_pairs_are_no_people() -> None:
    few = evidence.passes(PASSES.assign(pairs=4, alone=3, accepted=2), title="少")
    assert "<5" not in few.plain() and {"4", "3", "2"} <= set(written(few))


def test_a_single_pair_can_be_seen() -> None:
    widths = [width for _, width in blocks(EXTREME["many pairs"], style.CONTEXT)[1:]]
    assert sorted(widths)[0] == 0 and all(width > 0.01 for width in sorted(widths)[1:])


def test_the_chosen_threshold_is_marked_with_what_it_costs() -> None:
    picture = EXTREME["costs"]
    accent = [t.get_text() for t in picture.figure.axes[0].texts if t.get_color() == style.ACCENT]
    assert sorted(accent) == sorted(["采用0.99，认定19,240对", "2.31", "63.5"])
    assert len(lines(picture, style.ACCENT)) == 1
    for text in ["61.2", "12.7", "0.31", "<0.01", "8.4", "21.9", "171", "481", "0.9999"]:
        assert text in written(picture)
    assert picture.alt.startswith(
        "阈值。采用0.99，认定19,240对：预计误认2.31，预计漏认63.5，0.5：预计误认61.2"
    )
    unchosen = evidence.thresholds(COSTS.assign(chosen=False), title="未选")
    assert not lines(unchosen, style.ACCENT) and "采用" not in "".join([*written(unchosen), unchosen.alt])


def test_nines_are_equally_far_apart() -> None:
    chances = pd.Series([0.5, 0.9, 0.99, 0.999, 0.9999, 1.0])
    assert evidence._nines(chances) == [0, 1, 2, 3, 4, 5]
    assert np.isfinite(evidence._nines(pd.Series([1.0]))[0])
    assert evidence._nines(pd.Series([0.0, 0.3]))[0] < evidence._nines(pd.Series([0.0, 0.3]))[1] < 0
    ticks = {t.get_text(): t.get_position()[0] for t in EXTREME["costs"].figure.axes[0].texts}
    places = [ticks[text] for text in ["0.5", "0.9", "0.99", "0.999", "0.9999"]]
    assert np.diff(places) == pytest.approx(np.diff(places)[0])
    assert lines(EXTREME["costs"], style.ACCENT)[0][0] == pytest.approx(ticks["0.99"])


def test_points_lie_as_high_as_their_numbers() -> None:
    picture = EXTREME["costs"]
    spots = {t.get_text(): t.get_position() for t in picture.figure.axes[0].texts}
    low = [spots[text][1] for text in ("61.2", "12.7", "<0.01")]  # y goes down
    assert (low[1] - low[0]) / (low[2] - low[0]) == pytest.approx((61.2 - 12.7) / (61.2 - 0.0024))
    high = [spots[text][1] for text in ("481", "171", "8.4")]
    assert (high[1] - high[0]) / (high[2] - high[0]) == pytest.approx((480.6 - 171.2) / (480.6 - 8.4))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-70, 70), min_size=1, max_size=14))
def test_any_weights_can_be_drawn(weights: list[float]) -> None:
    picture = evidence.waterfall(chain(*weights), title="任意", thresholds=REACH)
    for x, width in blocks(picture, style.FIRM, style.ACCENT, style.CONTEXT):
        assert x > 0.85 and x + width < picture.figure.get_figwidth()
