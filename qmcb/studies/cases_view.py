"""Notebook 02 on the cases: how each office gets on, and what moved between the last two periods."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import pandas as pd

from qmcb import codes, paths
from qmcb.cases import store as stores
from qmcb.cases import views, wording
from qmcb.cases.store import CHINA, Store
from qmcb.errors import InputError
from qmcb.periods import Period
from qmcb.reports import charts, mask, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import words

_MOST = 12
_CAPTION = "疑点办理"
_NO_STORE = (
    "没有给出疑点台账。可用 qmcb cases update RUN --store FILE 由本报告的结果建立，再以参数store给出。"
)
_COLOURS = {"overdue": style.ACCENT, "waiting": style.FIRM, "closed": style.HAIRLINE}


@contextmanager
def _opened(store: str, province: str | int) -> Iterator[Store]:
    path = paths.resolve(store)
    with stores.opened(path, mask.read_key(None, path.parent), read_only=True) as cases:
        if cases.province != str(province):
            found = f"that of {codes.PROVINCE.get(cases.province, cases.province)}"
            raise InputError(f"the store of province {province}", found, "correct store or province")
        yield cases


def offices(store: str, province: str | int, day: date | None = None) -> Picture | Table:
    """Cases by office: overdue, in hand and closed at the end of a day (today where none is given).

    Without a store one sentence says how to make it.
    """
    if not store:
        return words.nothing(_CAPTION, _NO_STORE)
    day = day or datetime.now(CHINA).date()
    with _opened(store, province) as cases:
        found = views.by_office(cases, day).groupby("office", as_index=False).sum(numeric_only=True)
    if found.empty:
        return words.nothing(_CAPTION, "台账中还没有疑点。")
    progress = _progress(found)
    progress = progress.assign(label=found["office"].map(wording.place))
    pending = progress["overdue"] + progress["waiting"]
    ranked = progress.assign(pending=pending).sort_values(
        ["overdue", "pending"], ascending=False, kind="stable"
    )
    shown, rest = ranked[:_MOST], ranked[_MOST:]
    parts = shown.melt("label", list(codes.CASE_PROGRESS), "part", "count")
    late, waits = int(progress["overdue"].sum()), int(pending.sum())
    more = f"只列逾期最多的{_MOST}个单位，另有{len(rest)}个；" if len(rest) else ""
    worst = f"，{shown['label'].iloc[0]}最多" if late else ""
    return charts.bars(
        parts.assign(part=parts["part"].map(codes.CASE_PROGRESS)),
        title=f"{mask.suppress(waits)}件疑点尚未办结，其中{mask.suppress(late)}件已逾期{worst}",
        unit="件",
        note=f"{more}截至{day.isoformat()}。",
        colours={codes.CASE_PROGRESS[name]: colour for name, colour in _COLOURS.items()},
    )


def findings(store: str, province: str | int, day: date | None = None) -> Table | None:
    """Cases by finding, with what the offices answered; nothing without a store."""
    if not store:
        return None
    day = day or datetime.now(CHINA).date()
    with _opened(store, province) as cases:
        found = views.by_office(cases, day).groupby("finding").sum(numeric_only=True)
    found = found.reindex([finding for finding in codes.FINDING if finding in found.index])
    labels = {
        **codes.CASE_STATE,
        "overdue": codes.CASE_PROGRESS["overdue"],
        **{answer: f"答复{label}" for answer, label in codes.ANSWER.items()},
        "returned": "再次提出",
    }
    counts = found[list(labels)].rename(columns=labels)
    counts.insert(0, "疑点", found.index.map(codes.FINDING))
    caption = f"各类疑点的办理情况（件），截至{day.isoformat()}"
    return table(counts, caption=caption, people=list(labels.values()))


def flow(store: str, province: str | int) -> Picture | Table | None:
    """From which state to which the cases went between the last two periods; nothing without a store."""
    if not store:
        return None
    with _opened(store, province) as cases:
        months = sorted(set(cases["runs"].period.to_pyarrow().to_pylist()))[-2:]
        if len(months) < 2:
            return words.nothing(_CAPTION, "台账只有一期，下一期比对后才能看出变化。")
        before, after = (Period(month.year, month.month) for month in months)
        ways = views.flow(cases, before, after)
    new = int(ways.loc[ways["before"] == views.NEW, "count"].sum())
    closed = ways.loc[(ways["after"] == "closed") & (ways["before"] != "closed"), "count"].sum()
    return charts.flow(
        ways,
        labels=codes.CASE_FLOW,
        ends=(f"{before.label}末", f"{after.label}末"),
        title=f"{before.label}至{after.label}：新增{mask.suppress(new)}件，办结{mask.suppress(int(closed))}件",
        unit="件",
        note="一期止于下一期比对结果入账之时。",
        finding=[views.NEW],
    )


def _progress(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts by codes.CASE_PROGRESS, which exclude each other."""
    unsettled = counts[["open", "sent", "answered"]].sum(axis=1)
    return pd.DataFrame(
        {"overdue": counts["overdue"], "waiting": unsettled - counts["overdue"], "closed": counts["closed"]}
    )
