"""The flow: widths that add up, small counts hidden with what would give them away."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Polygon

from qmcb.codes import CASE_STATE
from qmcb.reports.flow import flow
from qmcb.reports.picture import Picture

LABELS = {"new": "新发现", **CASE_STATE}
WAYS = [
    ("new", "open", 240), ("sent", "sent", 130), ("sent", "answered", 210), ("sent", "closed", 3),
    ("answered", "open", 12), ("answered", "closed", 310),
]  # fmt: skip


def drawn(ways: list[tuple[str, str, int]]) -> Picture:
    table = pd.DataFrame(ways, columns=["before", "after", "count"])
    return flow(table, labels=LABELS, ends=("六月", "七月"), title="题", unit="件", finding=("sent",))


def widths(picture: Picture) -> list[float]:
    """At the left end of each band, in the order drawn."""
    bands = [patch for patch in picture.figure.axes[0].patches if isinstance(patch, Polygon)]
    ends = [band.get_xy()[np.isclose(band.get_xy()[:, 0], band.get_xy()[:, 0].min()), 1] for band in bands]
    return [float(np.ptp(end)) for end in ends]


def test_a_band_is_as_wide_as_its_count() -> None:
    new, stayed, answered, few, *_ = widths(drawn(WAYS))
    assert stayed / new == pytest.approx(130 / 240) and answered / new == pytest.approx(210 / 240)
    assert few < stayed / 5


def test_a_small_count_and_the_one_that_gives_it_away_are_hidden() -> None:
    picture = drawn(WAYS)
    shown = dict(picture.table.itertuples(index=False))
    assert shown["待答复→已办结"] == "<5" and shown["已答复→待发出"] == "*"
    texts = [text.get_text() for text in picture.figure.axes[0].texts]
    assert "新发现 240" in texts and "待答复 130" in texts  # left whole; right: only one band
    assert not any("343" in text or "313" in text or "322" in text for text in texts)
    assert picture.alt.startswith("题。新发现→待发出：240件")


def test_nothing_flows_where_there_are_no_cases() -> None:
    assert drawn([]).alt == "题。无记录。"
