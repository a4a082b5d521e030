"""Small frames that the views of notebook 01 have in common: heat tables, stacked bars, what is ordered."""

from collections.abc import Callable, Mapping

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from qmcb import codes
from qmcb.reports import charts
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import quality_cuts, words


def matrix(
    rows: pd.Series,
    keys: pd.Series,
    counts: pd.Series,
    columns: Mapping[str, str],
    *,
    unseen: list[bool],
    title: str,
    note: str,
) -> Picture:
    """A heat table of people with its columns in the order of `columns`."""
    frame = pd.DataFrame({"row": rows, "column": keys.map(columns), "count": counts, "unseen": unseen})
    there = [label for label in columns.values() if label in set(frame["column"])]
    # The columns come in the order of their first row, so that every one of them needs a cell there.
    first = pd.DataFrame({"row": frame["row"].iloc[0], "column": there, "count": 0, "unseen": False})
    return charts.matrix(pd.concat([first, frame], ignore_index=True), title=title, unit="人", note=note)


def stacked(
    counted: pd.DataFrame, kinds: Mapping[str, str], parts: Mapping[str, str], part: str
) -> pd.DataFrame:
    """label, part and count for bars, the parts in their order."""
    frame = pd.DataFrame(
        {"label": counted["kind"].map(kinds), "part": counted[part].map(parts), "count": counted["count"]}
    )
    order = list(parts.values())
    return frame.sort_values("part", key=lambda own: own.map(order.index), kind="stable")


def orders(
    found: ir.Table,
    by: str,
    labels: Mapping[str, str],
    head: str,
    caption: str,
    hide: Callable[[pd.DataFrame], pd.DataFrame],
) -> Table:
    """People and records by kind or state, with action, who acts and the article.

    `hide` tells of which rows not to show `people` and `records`; without people no records are shown.
    """
    keys = [by, *quality_cuts.ORDERED]
    counted = found.group_by(keys).agg(people=found.person.nunique(), records=found.count())
    counted = in_order(counted.order_by(keys).to_pandas(), by, labels)
    hidden = hide(counted)
    frame = pd.DataFrame(
        {
            head: counted[by].map(labels),
            "人数": counted["people"],
            "记录数": counted["records"],
            "怎样办": counted["action"].map(codes.ACTION),
            "由谁办": counted["decides"].map(codes.DECIDES),
            "依据": words.basis(counted),
        }
    )
    return table(
        frame, caption=caption, people=["人数"], hide={"人数": hidden["people"]},
        sums={"记录数": np.where(hidden.any(axis=1), 1, counted["people"])},
        note="“—”为没有文件规定：办法是假定的，或提交会商。" if (counted["article"].isna()).any() else "",
    )  # fmt: skip


def in_order(counted: pd.DataFrame, name: str, labels: Mapping[str, str]) -> pd.DataFrame:
    """The rows in the order in which `labels` has the keys of a column."""
    order = list(labels)
    return counted.sort_values(name, key=lambda own: own.map(order.index), kind="stable")
