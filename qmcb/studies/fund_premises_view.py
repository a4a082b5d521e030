"""On what the outlook stands: assumptions, rules, how it would have done before, what it cannot say."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from qmcb import codes, paths
from qmcb.fund import dated
from qmcb.reports import fan
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import fund_fans as fans
from qmcb.studies.fund_outlook import FundOutlook

_MEASURES = ("insured", "retirees", "contributions", "spending", "deficit")
_DRAWN = ("contributions", "spending", "deficit")
_RULES = ("retirement_age", "minimum_years", "contribution_rate")
_GROUP = {"insured": "参保", "retirees": "退休", "entrants": "新参保"}


def hindcast(study: FundOutlook) -> Picture | Table:
    """What would have been projected from the first possible year, and what came."""
    made = study.hindcast
    if made is None:
        frame = pd.DataFrame({"缺少": ["更长的决算年份"], "无法回答": ["推算的回测"]})
        return table(frame, caption="无法回答")
    money, parts = fans.unit(study, "spending"), []
    for what in _DRAWN:
        was = pd.DataFrame({"year": study.whole.years, "actual": fans.actual(study.whole, what) / money.fen})
        ahead = dict(zip(fan.QUANTILES, made.amounts[what][:, :, -1].T / money.fen, strict=True))
        rows = was.merge(pd.DataFrame({"year": made.years, **ahead}), on="year", how="left")
        parts.append(rows.assign(panel=codes.OUTLOOK[what]))
    hits = _hits(study)
    inside = hits[hits["measure"].isin(_DRAWN)]["outer"].mean()
    only = "只" if inside < 0.85 else ""
    title = f"回测：以{made.years[0] - 1}年为基年推算，决算{only}有{inside:.0%}落在九成区间之内"
    note = (
        f"按{made.as_of.year}年初所知的规则和今天的假定，各县逐年比对；黑线为决算。"
        f"{fans.NOMINAL}{fans.source(study)}"
    )
    return fan.fans(pd.concat(parts), title=title, unit=money.label, note=note)


def hindcast_table(study: FundOutlook) -> Table:
    """How often what came lay within what would have been projected, measure by measure."""
    rows = _hits(study)
    shown = pd.DataFrame(
        {
            "指标": rows["measure"].map(codes.OUTLOOK),
            "在九成区间内": rows["outer"].map("{:.0%}".format),
            "在五成区间内": rows["inner"].map("{:.0%}".format),
            "末年中位数比决算": rows["off"].map("{:+.1%}".format).str.replace("-", "−"),
        }
    )
    note = "按县和年份逐个计数；区间可信时，应分别为90%和50%左右。末年为全部县合计。"
    return table(shown, caption="回测：决算落在推算区间内的比例", note=note)


def _hits(study: FundOutlook) -> pd.DataFrame:
    """Columns: measure, outer and inner (shares of counties and years inside 90 and 50 per cent), off."""
    made, rows = study.hindcast, []
    for what in _MEASURES if made is not None else ():
        assert made is not None
        accounts = study.whole.accounts[-len(made.years) :]
        was = getattr(accounts, {"deficit": "gap"}.get(what, what))
        low, lower, mid, upper, high = np.moveaxis(made.amounts[what], 1, 0)
        outer = (low[:, :-1] <= was) & (was <= high[:, :-1])
        inner = (lower[:, :-1] <= was) & (was <= upper[:, :-1])
        whole = was[-1].sum()
        off = (mid[-1, -1] - whole) / abs(whole) if whole else np.nan
        rows.append((what, outer.mean(), inner.mean(), off))
    return pd.DataFrame(rows, columns=["measure", "outer", "inner", "off"])


def assumptions(study: FundOutlook) -> Table:
    """Everything that is assumed, with mean, spread and reason."""
    file = dated.load("baseline", paths.OUTLOOK)
    raw = file.values[max(file.values)]
    told = {row["assumption"]: row for row in study.told.table()}
    rows = []
    for name, label in codes.ASSUMPTION.items():
        row = told.get(label, {})
        mean = row.get("mean") or _described(name, raw[name])
        rows.append(
            {
                "假定": label,
                "均值（%）": mean,
                "离散": _spread(row),
                "理由": raw[name].get("reason", raw[name]["note"]),
                "状态": codes.RULE_STATUS["assumed"],
            }
        )
    note = "没有文件给出其中任何一项。离散为标准差；“延续”为偏离次年保留的比例，“共同”为各县共有的方差比例。"
    return table(pd.DataFrame(rows), caption=f"对未来的假定（{file.label}）", note=note)


def _spread(row: dict[str, str]) -> str:
    if row.get("spread", "0") == "0":
        return "—"
    more = [f"延续{row['persistence']}%"] * (row["persistence"] != "0")
    more += [f"共同{row['common']}%"] * (row["common"] != "100")
    return row["spread"] + (f"（{'，'.join(more)}）" if more else "")


def _described(name: str, raw: dict[str, Any]) -> str:
    """An assumption that is no single figure, in words."""
    if name == "categories":
        labels = list(codes.PENSION_CATEGORY.values())
        return "；".join(
            text
            + "、".join(f"{label}{value}" for label, value in zip(labels, raw[group].values(), strict=True))
            for group, text in _GROUP.items()
        )
    if name == "ages":
        return "按年龄的权重，见params/outlook"
    if name == "mortality":
        return f"最多死亡年龄：男{raw['men']['mode']}岁、女{raw['women']['mode']}岁"
    if name == "indexation":
        return f"工资涨幅的{raw['wages']}、物价涨幅的{raw['prices']}"
    return f"{raw['years']}年"


def rules(study: FundOutlook) -> Table:
    """The rules of pensions in force on the day, and those that are decided later and so not known."""
    rows = []
    for name in _RULES:
        file = dated.load(name, paths.PENSION)
        known = file.effective(study.as_of)
        for day in (day for day in file.values if day == known or day > study.as_of):
            given = file.references[day]
            rows.append(
                {
                    "规则": file.label,
                    "内容": _rule(name, file.values[day]),
                    "起效": str(day),
                    "文件": "".join(filter(None, (given.title, given.number and f"（{given.number}）"))),
                    "条款": given.article or "—",
                    "状态": _status(day, study.as_of, file.confirmed),
                }
            )
    note = "“待核”为尚未与公布原文逐字核对。"
    return table(pd.DataFrame(rows), caption=f"{study.as_of}有效的养老保险规则", note=note)


def _status(day: date, as_of: date, confirmed: date | None) -> str:
    if day > as_of:
        return "当日尚不知，未计入"
    return codes.RULE_STATUS["confirmed" if confirmed else "unconfirmed"]


def _rule(name: str, raw: dict[str, Any]) -> str:
    if name == "contribution_rate":
        return f"单位和个人合计为缴费基数的{raw['percent']}%"
    if name == "minimum_years":
        later = (
            f"，{raw['from_year']}年起每年增加{raw['months_a_year']}个月，至{raw['until']}个月"
            if "until" in raw
            else ""
        )
        return f"{raw['months']}个月{later}"
    return "；".join(
        f"{label}{raw[key]['age']}岁"
        + (
            f"，每{raw[key]['month_every']}个月延1个月，至{raw[key]['until']}岁"
            if "until" in raw[key]
            else ""
        )
        for key, label in codes.PENSION_CATEGORY.items()
    )


def terms(study: FundOutlook) -> Table:
    """The parameters of every scheme that is compared, with where they come from."""
    parts = [
        pd.DataFrame(each.parameters(study.as_of)).assign(label=each.label) for each in study.schemes.values()
    ]
    labels = {
        "label": "分担办法", "step": "步骤", "parameter": "参数", "value": "内容",
        "document": "文件", "article": "条款", "status": "状态",
    }  # fmt: skip
    made = pd.concat([part for part in parts if len(part)])[list(labels)]
    made = made.replace("", None)
    note = "“假定”为没有文件规定、由参数给出。没有参数的步骤不列。"
    return table(made, caption=f"{study.as_of}各办法的参数", labels=labels, note=note)


def limits(study: FundOutlook) -> Table:
    """What a reader may not conclude, each with the figures that say why."""
    hits = _hits(study)
    tested = (
        f"回测中决算只有{hits['outer'].min():.0%}–{hits['outer'].max():.0%}落在九成区间内"
        if len(hits)
        else "决算年份太少，连回测也做不了"
    )
    low, high = (fans.unit(study, "deficit").text(fans.last(study.made, "deficit", at)) for at in (0, 4))
    told = study.behaviour.row()
    rows = [
        ("基金将来就是这样", f"{study.draws}条路径是假定之下的推演，不是预测；{tested}"),
        (
            f"{study.until}年的差额就是中位数",
            f"九成路径就已由{low}至{high}{fans.unit(study, 'deficit').label}，假定本身错了还会更远",
        ),
        (
            "人口结构和死亡率是本地的",
            f"账目只有参保{study.panel.accounts.insured[-1].sum():,}人和"
            f"退休{study.panel.accounts.retirees[-1].sum():,}人，年龄、性别、身份和死亡率全是假定",
        ),
        (
            "本地征缴会如此反应",
            f"“{told['label']}”是{told['status']}的文献估计，研究的不是各县之间，也不是本地",
        ),
        ("前沿上的方案可以照办", _front_limit(study)),
        (
            "样例的数是宁夏的数",
            "来源若为合成样例，其基金账目是编造的，只有规模仿照实际；换成真实决算，全部结论须重看",
        ),
    ]
    return table(pd.DataFrame(rows, columns=["不能由此得出", "因为"]), caption="不能由此得出什么")


def _front_limit(study: FundOutlook) -> str:
    if study.lacking:
        return "本次没有算出前沿"
    levers = study.space.levers
    pay_in = next(at for at, lever in enumerate(levers) if lever.step.startswith("pay_in"))
    places = study.frontier.places
    ends = sum(place[pay_in] == study.space.most[pay_in] for place in places)
    return (
        f"{len(places)}个方案中{ends}个的上解比例停在{levers[pay_in].most:g}%，那是假定的上限，不是算出来的；"
        f"下限也由它决定。换一段年份、行为一变，前沿就变"
    )
