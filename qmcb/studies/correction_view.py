"""Notebook 01 on corrections: who makes them where and how, what is proposed, what has become of them."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from qmcb import codes
from qmcb.identity import region
from qmcb.linkage import evaluate
from qmcb.reports import charts, mask, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import cuts, planted_quality, quality_cuts, quality_frames, words
from qmcb.studies.cuts import Hidden
from qmcb.studies.data_quality import DataQuality

_COLOURS = {"sure": style.FIRM, "likely": style.ZONE["indifferent"], "none": style.ACCENT}
_FLOW = {"corrected": style.FIRM, "open": style.ZONE["indifferent"], "new": style.ACCENT}
_MOST = 14


def places(study: DataQuality) -> Picture | Table:
    """Who has to correct: people by county and by the way of correction."""
    here = study.faults.filter(study.faults.county.startswith(study.linked.province))
    found = words.people(here, "county", "state")
    found["unseen"] = cuts.among(study.withheld, "place", True, True, found["county"], found["state"])
    if not len(found):
        return words.nothing("各县区须更正的人", "没有发现。")
    order = {code: at for at, code in enumerate(region.counties(study.linked.province)["region"].to_pylist())}
    found = found.sort_values("county", key=lambda own: own.map(order).fillna(len(order)), kind="stable")
    elsewhere = words.persons(study.faults.anti_join(here.select("person").distinct(), "person"))
    most = found.sort_values(["unseen", "people"], ascending=[False, True], kind="stable").iloc[-1]
    others = mask.text(elsewhere, ("elsewhere",) in study.withheld)
    away = f"另有{others}人的记录在外省或不知县区；" if elsewhere else ""
    return quality_frames.matrix(
        found["county"].map(region.label), found["state"], found["people"], codes.QUALITY_STATE,
        unseen=found["unseen"].tolist(),
        title=f"须更正的人：{region.label(most['county'])}{codes.QUALITY_STATE[most['state']]}的最多，"
        f"{mask.text(most['people'], most['unseen'])}人",
        note=f"{away}更正办法依状态而定，见下表。{words.source(study.linked)}",
    )  # fmt: skip


def orders(study: DataQuality) -> Table:
    """The way of correction ordered for each state, with its article and who acts."""
    found = study.faults.filter(
        study.faults.rule.isin(("number", "name")) | (study.faults.kind == "not_found")
    )

    def hide(counted: pd.DataFrame) -> pd.DataFrame:
        of = (True, counted["state"])
        return quality_cuts.ordered(study.withheld, counted, ("order", True, *of), ("order records", *of))

    caption = "号码、姓名有误的，怎样更正"
    return quality_frames.orders(found, "state", codes.QUALITY_STATE, "状态", caption, hide)


def proposals(study: DataQuality) -> Picture | Table:
    """For which kinds a correction can be proposed, and how well it is supported."""
    counted = quality_cuts.proposals(study).rename(columns={"records": "count"})
    if not len(counted):
        return words.nothing("更正建议", "没有发现。")
    counted = counted.assign(kind=counted["rule"] + " " + counted["kind"])
    labels = {
        f"{rule} {kind}": label
        for rule in quality_cuts.PROPOSED
        for kind, label in codes.QUALITY_KINDS[rule].items()
    }
    frame = quality_frames.stacked(counted, labels, codes.SUPPORT, "part")
    records = int(counted["count"].sum())
    proposed = int(counted.loc[counted["part"] != "none", "count"].sum())
    return charts.bars(
        frame,
        title=f"{style.share(proposed, records)}的号码疑点可以提出更正建议",
        unit="条",
        note=f"只提建议，不自动改库；本页和结果表都不载号码本身。{words.source(study.linked)}",
        colours={codes.SUPPORT[part]: colour for part, colour in _COLOURS.items()},
        hide=_proposals(study.withheld),
    )


def _proposals(hidden: Hidden) -> Callable[[pd.DataFrame], Mapping[str, npt.NDArray[np.bool_]]]:
    """As `withheld.hide`, by rule and kind."""
    by_label = {
        label: (rule, kind)
        for rule in quality_cuts.PROPOSED
        for kind, label in codes.QUALITY_KINDS[rule].items()
    }
    by_part = {label: part for part, label in codes.SUPPORT.items()}

    def of(wide: pd.DataFrame) -> Mapping[str, npt.NDArray[np.bool_]]:
        kinds = [by_label[str(label)] for label in wide.index]
        cells = [[("proposal", *kind, by_part[str(part)]) in hidden for part in wide] for kind in kinds]
        totals = [("proposals", *kind) in hidden for kind in kinds]
        return {"cells": np.array(cells, bool).reshape(wide.shape), "rows": np.array(totals, bool)}

    return of


def evidence(study: DataQuality) -> Table:
    """What the proposals rest on, strongest first."""
    found = study.faults
    counted = found.group_by("evidence").agg(people=found.person.nunique(), records=found.count())
    counted = counted.order_by("evidence").to_pandas()
    counted = quality_frames.in_order(counted, "evidence", codes.EVIDENCE)
    hidden = cuts.among(study.withheld, "evidence", True, counted["evidence"])
    apart = cuts.among(study.withheld, "evidence records", counted["evidence"])
    frame = pd.DataFrame(
        {
            "依据": counted["evidence"].map(codes.EVIDENCE),
            "人数": counted["people"],
            "疑点条数": counted["records"],
        }
    )
    return table(
        frame, caption="更正建议的依据", people=["人数"], hide={"人数": hidden},
        sums={"疑点条数": np.where(np.logical_or(hidden, apart), 1, counted["people"])}, bar="人数",
    )  # fmt: skip


def accuracy(study: DataQuality) -> Table:
    """How many of the numbers proposed are right, where the source comes with its truth."""
    if not evaluate.has_truth(study.linked.book):
        return words.nothing("更正建议是否正确", "来源不附真值，无法计算；请抽样向本人核对。")
    found = planted_quality.proposals(study)
    frame = pd.DataFrame(
        {
            "依据": found["evidence"].map(codes.EVIDENCE),
            "建议条数": found["right"] + found["wrong"],
            "其中与真实号码一致": found["right"],
        }
    )
    return table(frame, caption="更正建议是否正确（样例附有真值）", note="记录条数，非人数。")


def flow(study: DataQuality) -> Picture | Table:
    """What became of the faults of an earlier run; a sentence where there is none to compare with."""
    if study.before is None:
        return words.nothing(
            "与上期相比",
            "没有给出上期结果表，无法比较；可用参数earlier指明上期运行的tables/01_data_quality。",
        )
    found = study.flow()
    if not len(found):
        return words.nothing("与上期相比", "两期都没有发现差错。")
    labels = {
        f"{rule} {kind}": label
        for rule, kinds in codes.QUALITY_KINDS.items()
        for kind, label in kinds.items()
    }
    found = found.assign(kind=found["rule"] + " " + found["kind"]).rename(columns={"records": "count"})
    sums = found.groupby("flow")["count"].sum()
    count = {key: mask.suppress(int(sums.get(key, 0))) for key in codes.QUALITY_FLOW}
    there = found[found["flow"] != "gone"]
    most = there.groupby("kind")["count"].sum().sort_values(ascending=False, kind="stable").index
    rest = there[there["kind"].isin(most[_MOST:])]["count"].sum()
    more = f"只列最多的{_MOST}类，其余共{mask.suppress(int(rest))}条；" if rest else ""
    return charts.bars(
        quality_frames.stacked(there[there["kind"].isin(most[:_MOST])], labels, codes.QUALITY_FLOW, "flow"),
        title=f"上期以来已更正{count['corrected']}条，新增{count['new']}条，{count['open']}条仍未更正",
        unit="条",
        note=f"{more}另有{count['gone']}条的记录已不在来源表；按记录号对照两期。{words.source(study.linked)}",
        colours={codes.QUALITY_FLOW[key]: colour for key, colour in _FLOW.items()},
    )
