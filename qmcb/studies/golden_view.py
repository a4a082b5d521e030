"""Notebook 03 on the golden record: where each field comes from, what others say, one number a person."""

import pandas as pd

from qmcb import codes
from qmcb.reports import charts, mask
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import cuts, words
from qmcb.studies.registry import Registry
from qmcb.tables import CONTRACTS


def sources(study: Registry) -> Picture:
    """From which table each field of the golden record comes."""
    order = {key: at for at, key in enumerate((*codes.GOLDEN_SOURCE, ""))}
    found = _counted(study, "from")
    found = found.sort_values("key", key=lambda keys: keys.map(order), kind="stable")
    labels = {**codes.GOLDEN_SOURCE, "": codes.AGREEMENT["none"]}
    told = found[(found["field"] != "employer_id") & (found["key"] != "")]
    first = told.loc[told["key"] == "residents", "count"].sum() / max(told["count"].sum(), 1)
    return _matrix(
        found,
        labels,
        title=f"一人一条的各项取值，{first:.0%}出自公安",
        note=f"单位编号只取在单位就业的人。取值次序见“适用的规则”。{words.source(study)}",
    )


def agreement(study: Registry) -> Picture:
    """Whether the other tables say the same of each field."""
    found = _counted(study, "agreement")
    order = {key: at for at, key in enumerate(codes.AGREEMENT)}
    found = found.sort_values("key", key=lambda keys: keys.map(order), kind="stable")
    differ = found[found["key"] == "differ"].sort_values("count", kind="stable")
    title = "各表对每一项都一致"
    if len(differ):
        most = differ.iloc[-1]
        told = mask.text(most["count"], most["unseen"])
        title = f"{_label(most['field'])}最不一致：{told}人各表说法不同"
    return _matrix(found, codes.AGREEMENT, title=title, note=words.source(study))


def numbers(study: Registry) -> Table:
    """One social security number a person: which is proposed and why, and which stay open."""
    found = study.golden.group_by("why").agg(people=study.golden.count()).to_pandas()
    counts = dict(zip(found["why"], found["people"], strict=True))
    shown = [key for key in codes.NUMBER_WHY if counts.get(key)]
    frame = pd.DataFrame(
        {
            "情形": [codes.NUMBER_WHY[key] for key in shown],
            "人数": [counts[key] for key in shown],
            "状态": ["待核" if key in codes.NUMBER_OPEN else "建议采用" for key in shown],
        }
    )
    unseen = [("why", key in codes.NUMBER_OPEN, key) in study.withheld for key in shown]
    return table(
        frame,
        caption="一人一个社会保障号码",
        people=["人数"],
        hide={"人数": unseen},
        note="有效号码指位数、出生日期和校验码都对的号码；一个号码只建议给一个人。",
    )


def _counted(study: Registry, what: str) -> pd.DataFrame:
    """People by field and by what is told of it: field, key ("" for none), count, unseen."""
    rows, parts = study.golden, []
    for field in codes.GOLDEN:
        name = f"{field}_{what}"
        counted: pd.DataFrame = rows.group_by(key=rows[name]).agg(count=rows.count()).to_pandas()
        unseen = cuts.among(study.withheld, name, counted["key"])
        parts.append(counted.assign(field=field, key=counted["key"].fillna(""), unseen=unseen))
    return pd.concat(parts, ignore_index=True)


def _label(field: str) -> str:
    return CONTRACTS["registry"][field].label


def _matrix(found: pd.DataFrame, labels: codes.Codes, *, title: str, note: str) -> Picture:
    """People by field and key, fields in their order, keys in the order of the rows."""
    keys = list(dict.fromkeys(found["key"]))
    whole = pd.DataFrame(
        [{"field": field, "key": key, "count": 0, "unseen": False} for field in codes.GOLDEN for key in keys]
    )
    every = pd.concat([whole, found], ignore_index=True)
    frame = pd.DataFrame(
        {
            "row": every["field"].map(_label),
            "column": every["key"].map(labels),
            "count": every["count"],
            "unseen": every["unseen"],
        }
    )
    return charts.matrix(frame, title=title, unit="人", note=note)
