"""The pictures of money: their tables, their sentences, and that no amount is hidden."""

import io

import pandas as pd
import pytest
from PIL import Image

from qmcb.codes import PAYER, ZONE
from qmcb.errors import BalanceError
from qmcb.reports import bands, curve, dumbbell, money, stretch, style, surface, waterfall
from qmcb.reports.picture import Picture

WAN, YI = 1_000_000, 10_000_000_000
COLOURS = {label: style.PAYER[payer] for payer, label in PAYER.items()}
SHARES = pd.DataFrame(
    [
        ("石嘴山市", "惠农区", "调剂金", 3 * WAN),
        ("石嘴山市", "惠农区", "县级财政", 9 * WAN),
        ("银川市", "永宁县", "调剂金", 0),
        ("银川市", "永宁县", "县级财政", 0),
        ("银川市", "灵武市", "调剂金", 700 * WAN),
        ("银川市", "灵武市", "县级财政", 300 * WAN),
    ],
    columns=["group", "label", "part", "amount"],
)
FALL = {"title": "三个县", "colours": COLOURS, "whole": "缺口", "nothing": "无缺口"}
CHANGES = pd.DataFrame(
    [("", "甲县", "统收统支", -5 * WAN, 2 * WAN), ("", "乙县", "统收统支", 3 * WAN, 3 * WAN)],
    columns=["group", "label", "panel", "before", "after"],
)
LADDER = pd.DataFrame(
    [("2023年", -3 * YI, "total"), ("人数", 5 * YI, "step"), ("工资", -YI, "step"), ("2024年", YI, "total")],
    columns=["label", "amount", "role"],
)
PURSES = pd.DataFrame(
    [("甲", "各县", -4 * YI), ("甲", "省级", 6 * YI), ("乙", "各县", 2 * YI), ("乙", "省级", 0)],
    columns=["label", "part", "amount"],
)
CELLS = pd.DataFrame(
    [("50%", "3个月", 0.4, "0.400", False), ("80%", "3个月", 0.3, "0.300", True)],
    columns=["column", "row", "value", "text", "chosen"],
)
CURVES = pd.DataFrame(
    [("甲", 0, 0, "0.3"), ("甲", 0.5, 0.2, "0.3"), ("甲", 1, 1, "0.3"), ("乙", 0, 0, "0"), ("乙", 1, 1, "0")],
    columns=["label", "weight", "borne", "text"],
)
ZONES = pd.DataFrame(
    [
        ("", "甲县", 50, 120, ZONE["perverse"], 1.0, "−0.10", "−0.10"),
        ("", "甲县", 120, 150, ZONE["full"], 1.0, "1.00", "−0.10"),
    ],
    columns=["group", "label", "start", "end", "zone", "depth", "text", "value"],
)


def curves() -> Picture:
    return curve.lorenz(CURVES, title="曲线", across="负担", along="人数", even="相同", finding="甲")


def zones() -> Picture:
    colours = {ZONE[zone]: colour for zone, colour in style.ZONE.items()}
    return stretch.stretches(
        ZONES, title="留存", unit="元", along="征缴", here=100, here_label="目前", colours=colours
    )


def cells() -> Picture:
    return surface.surface(CELLS, title="试算", unit="", across="月数", along="比例", today="现行")


ALL = [
    waterfall.waterfalls(SHARES, **FALL),
    waterfall.waterfalls(SHARES[:2].assign(group=""), **FALL),
    waterfall.waterfalls(SHARES.assign(amount=0), **FALL),
    bands.flows(SHARES.rename(columns={"label": "target", "part": "source"}), title="流", colours=COLOURS),
    dumbbell.dumbbells(CHANGES, title="变", before="现行", more="多", less="少"),
    dumbbell.dumbbells(CHANGES.assign(before=0, after=0), title="不变", before="现行", more="多", less="少"),
    money.ladder(LADDER, title="为什么"),
    money.stacks(PURSES, title="谁出", colours={"各县": style.FIRM, "省级": style.ACCENT}, finding="甲"),
    cells(),
    surface.surface(CELLS[1:], title="一格", unit="", across="月数", along="比例", today="现行"),
    curves(),
    zones(),
]


@pytest.mark.parametrize("picture", ALL)
def test_every_picture_is_drawn_at_the_width_of_a_page_and_says_what_it_shows(picture: Picture) -> None:
    data, metadata = picture._repr_mimebundle_()
    assert Image.open(io.BytesIO(data["image/png"])).width == 2 * metadata["image/png"]["width"] == 1760
    assert len(data["image/png"]) < 120_000
    assert len(picture.alt) > 5 and "〓" not in picture.alt


def test_an_amount_is_told_in_its_unit_however_small() -> None:
    assert [money.told(fen) for fen in (2 * WAN, -3 * YI, 123_456 * WAN, 0)] == [
        "2万元", "−3.00亿元", "12.35亿元", "0万元",
    ]  # fmt: skip
    assert money.unit([YI, -YI, 1]) == money.YI and money.unit([YI - 1]) == money.WAN
    assert money.WAN.text(5 * WAN, signed=True) == "+5"
    picture = waterfall.waterfalls(SHARES, **FALL)
    assert "惠农区：12，永宁县：无缺口，灵武市：1,000" in picture.alt
    assert "<5" not in picture.plain() and "3000000" in picture.table["调剂金"].astype(str).tolist()


def test_a_waterfall_ends_at_nothing() -> None:
    shown = waterfall.waterfalls(SHARES, **FALL).table
    assert (shown["缺口"] == shown[["调剂金", "县级财政"]].sum(axis=1)).all()


def test_only_who_gives_and_gets_flows() -> None:
    picture = bands.flows(
        SHARES.rename(columns={"label": "target", "part": "source"}), title="流", colours=COLOURS
    )
    assert picture.table["amount"].tolist() == [3 * WAN, 9 * WAN, 700 * WAN, 300 * WAN]
    assert picture.alt.startswith("流。调剂金：703万元69.5%，县级财政：309万元30.5%，调剂金→惠农区：3万元")
    nothing = bands.flows(picture.table.assign(amount=0), title="流", colours=COLOURS)
    assert nothing.alt == "流。无记录。"


def test_a_dumbbell_tells_the_change() -> None:
    picture = dumbbell.dumbbells(CHANGES, title="变", before="现行", more="多", less="少")
    assert picture.table["change"].tolist() == [7 * WAN, 0]
    assert "甲县（统收统支）：+7万元，乙县（统收统支）：0万元" in picture.alt


def test_a_ladder_that_does_not_add_up_is_not_drawn() -> None:
    with pytest.raises(BalanceError, match="the last row is 1, those above make 10000000000"):
        money.ladder(LADDER.assign(amount=[-3 * YI, 5 * YI, -YI, 1]), title="为什么")


def test_parts_below_nothing_are_told_with_their_sign() -> None:
    picture = money.stacks(PURSES, title="谁出", colours={"各县": style.FIRM, "省级": style.ACCENT})
    assert picture.table[["各县", "省级"]].to_numpy().tolist() == [[-4 * YI, 6 * YI], [2 * YI, 0]]
    assert "甲：2.00亿元，其中各县−4.00、省级6.00，乙：2.00亿元，其中各县2.00" in picture.alt


def test_todays_choice_is_told_first() -> None:
    assert cells().alt == "试算。现行月数3个月、比例80%：0.300，月数3个月、比例50%：0.400。"
    assert cells().table["chosen"].tolist() == [False, True]


def test_a_payer_has_one_colour_wherever_it_stands() -> None:
    assert (
        style.PURSE["counties"] == style.PAYER["county"] and style.PURSE["province"] == style.PAYER["grant"]
    )
    assert len({*style.PAYER.values()}) == len(PAYER) and style.PAYER.keys() == PAYER.keys()
    assert style.ZONE.keys() == ZONE.keys() and style.ZONE["perverse"] == style.ACCENT
