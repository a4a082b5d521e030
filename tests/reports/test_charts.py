import io
import warnings

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from qmcb.codes import INSURANCE
from qmcb.errors import BalanceError
from qmcb.reports import charts, style
from qmcb.reports.picture import Picture

FALL = pd.DataFrame(
    [
        ("全部户籍人口", 20_000, "total"),
        ("已死亡", 312, "out"),
        ("本省参保", 19_588, "out"),
        ("应保未保", 100, "kept"),
        ("中断缴费", 63, "finding"),
        ("各库均无", 37, "finding"),
    ],
    columns=["label", "count", "role"],
)
TILES = pd.DataFrame(
    [
        ("640104", "兴庆区", "银川市", 1, 0, 7_406),
        ("640181", "灵武市", "银川市", 1, 1, 2_244),
        ("640302", "利通区", "吴忠市", 2, 1, 3),
    ],
    columns=["region", "name", "city", "column", "row", "value"],
)  # fmt: skip
SCORES = pd.DataFrame(
    {
        "bucket": ["0.0", "0.5", "0.9"],
        "reject": [102_332, 2, 0],
        "review": [0, 37, 0],
        "accept": [0, 0, 19_200],
    }
)
MATRIX = pd.DataFrame(
    [("职工", "陕西", 40), ("职工", "甘肃", 12), ("居民", "陕西", 9), ("居民", "甘肃", 3)],
    columns=["row", "column", "count"],
)
BARS = pd.DataFrame(
    {"label": ["甘肃", "内蒙古", "西藏", "陕西", "青海"], "count": [549, 900, 3, 7_202_654, 2]}
)

ALL = [
    charts.fall(FALL, title="只剩一百人", unit="人", note="资料：样例"),
    charts.bars(BARS, title="四个省", unit="人"),
    charts.bars(BARS.assign(part="跨省"), title="四个省", unit="人"),
    charts.histogram(BARS, title="各月", unit="人", axis="月"),
    charts.tiles(TILES, title="各县", unit="人"),
    charts.scores(SCORES, title="待复核", unit="对"),
    charts.matrix(MATRIX, title="种类与省份", unit="人"),
]


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.png())).convert("RGB")


@pytest.mark.parametrize("picture", ALL)
def test_a_notebook_stores_picture_sentence_and_data(picture: Picture) -> None:
    data, metadata = picture._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG") and len(data["image/png"]) < 120_000
    assert metadata["image/png"]["alt"] == picture.alt
    assert opened(picture).width == 2 * metadata["image/png"]["width"]
    for cell in picture.table.astype(str).to_numpy().ravel():
        assert cell.replace(",", "") in data["text/plain"].replace(",", "")


def test_same_table_same_bytes_and_no_trace_in_matplotlib() -> None:
    before = matplotlib.rcParams.copy()
    first, second = (charts.fall(FALL, title="只剩一百人", unit="人") for _ in range(2))
    assert first.png() == second.png() and first.plain() == second.plain()
    assert dict(before) == dict(matplotlib.rcParams)


def test_numbers_in_words() -> None:
    assert charts.bars(BARS, title="四个省", unit="人").alt.startswith(
        "四个省。陕西：7,202,654人，内蒙古：900人"
    )
    assert charts.bars(BARS[:0], title="没有", unit="人").alt == "没有。无记录。"
    assert charts.bars(BARS[:0].assign(part=""), title="没有", unit="人").alt == "没有。无记录。"


def test_small_counts_are_nowhere() -> None:
    pictures = [charts.bars(BARS, title="省", unit="人"), charts.matrix(MATRIX, title="省", unit="人")]
    for picture in pictures:
        assert "<5" in picture.plain()
        assert not {"3", "2"} & set(picture.plain().split())
    assert "9" not in pictures[1].plain().split()  # would give the 3 beside it away
    assert charts.tiles(TILES, title="县", unit="人").plain().count("<5") == 2


def test_hidden_counts_leave_no_length_to_measure() -> None:
    def drawn(low: int, high: int) -> bytes:
        rows = [("全部", 40, "total"), ("甲", low, "out"), ("乙", high, "out"), ("丙", 33, "finding")]
        table = pd.DataFrame(rows, columns=["label", "count", "role"])
        return charts.fall(table, title="几个人", unit="人").png()

    assert drawn(3, 4) == drawn(4, 3)


def test_hidden_counts_leave_no_depth_to_measure() -> None:
    def drawn(hidden: int) -> list[bytes]:
        counts = TILES.assign(value=[7_406, 8, hidden])
        cells = MATRIX.assign(count=[40, 12, 9, hidden])
        return [
            charts.tiles(counts, title="县", unit="人").png(),
            charts.matrix(cells, title="省", unit="人").png(),
        ]

    assert drawn(1) == drawn(4)


def test_fall_must_balance() -> None:
    wrong = FALL.assign(count=[20_000, 312, 19_588, 99, 63, 37])
    with pytest.raises(BalanceError, match="row 4"):
        charts.fall(wrong, title="不平", unit="人")
    with pytest.raises(BalanceError, match="row 2"):
        charts.fall(FALL[:2].assign(count=[5, 6]), title="不平", unit="人")


def test_the_tail_is_magnified() -> None:
    accent = np.array([0xC4, 0x50, 0x1B])
    pixels = np.asarray(opened(charts.fall(FALL, title="只剩一百人", unit="人")), dtype=int)
    widest = (np.abs(pixels - accent).max(axis=2) < 12).sum(axis=1).max()
    assert widest > pixels.shape[1] / 5  # 63 of 20,000 would be five pixels


@pytest.mark.parametrize("text", ["𠮷𡈽㐂", "a$b$c 100% {x} \\alpha ^2", "\U0010fffd"])
def test_no_character_breaks_a_picture(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        charts.bars(BARS.assign(label=text), title=text, unit=text, note=text).png()


def test_labels_of_the_field_are_in_the_font() -> None:
    for text in [*INSURANCE.values(), "㵲阳 · 䢺街 — ≥60％ <5 −37 〔2014〕"]:
        assert style.drawable(text) == text
    assert style.drawable("\ue000\U0002fa1d甲") == "〓〓甲"


@given(st.text(max_size=60), st.integers(4, 30))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    assert "".join("".join(style.wrap(text, width)).split()) == "".join(text.split())


@given(st.floats(0, 1))
def test_ink_can_be_read_on_every_shade(value: float) -> None:
    shade = style.shade(value, 0, 1)
    dark, light = sorted([style._luminance(shade), style._luminance(style.ink_on(shade))])
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_numbers_as_read() -> None:
    assert style.number(7_202_654) == "7,202,654" and style.number(0.5) == "0.5"
    assert style.share(37, 20_000) == "0.18%" and style.share(1, 7_202_654) == "<0.01%"
    assert style.share(0, 0) == "0.0%"
