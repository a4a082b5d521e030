"""Which scheme could be chosen: fairness against cost, the bound of any, and where the shipped ones stand."""

import pandas as pd

from qmcb import codes
from qmcb.fund.exact import PPM
from qmcb.fund.space import Lever
from qmcb.reports import axis, scatter
from qmcb.reports.money import YI
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import fund_fans as fans
from qmcb.studies.fund_outlook import FundOutlook

_LACKING = {
    "regions": ("两个以上统筹地区的账目", "只有一个县，谈不上公平"),
    "budget": ("预算数（考核系数据以计算）", "没有考核系数，通知口径无法结算"),
}
_MEANING = "支出为县级以上财政年均支出，下限为同等支出下基尼系数的下限，留县份额为多征一元留县的部分。"
_QUESTION = "公平与支出之间的最优前沿"


def front(study: FundOutlook) -> Picture | Table:
    """Cost against inequality: the front found, the bounds, and every scheme in force."""
    if study.lacking:
        return _unanswered(study)
    found, bounds = study.front, study.frontier.bounds()
    stand = study.standing
    points = pd.DataFrame(
        {
            "label": [*found["point"].astype(str), *stand["label"]],
            "x": [*(found["cost"] / YI.fen), *(stand["cost"] / YI.fen)],
            "y": [*found["gini"], *stand["gini"]],
            "front": [True] * len(found) + [False] * len(stand),
        }
    )
    drawn = pd.DataFrame(
        {"label": bounds["kind"].map(codes.FRONTIER_BOUND), "x": bounds["cost"] / YI.fen, "y": bounds["gini"]}
    )
    years = study.frontier.years
    note = (
        f"越靠左下越好。{years[0]}–{years[-1]}年合计；实线编号为搜索到的方案（参数见下表），灰线为线性规划证明的下限，"
        f"任何分配办法都到不了线下；激励底线为占征缴{study.space.of / PPM:.0%}的县"
        f"多征一元至少留{study.space.kept / PPM:.0%}。"
        f"{fans.source(study)}"
    )
    return scatter.front(
        points, drawn, title=_title(study, stand), unit="横轴亿元，纵轴基尼系数", note=note,
        across=codes.FRONTIER["gini"], along=codes.FRONTIER["cost"] + "（亿元）", finding=study.scheme.label,
    )  # fmt: skip


def _title(study: FundOutlook, stand: pd.DataFrame) -> str:
    own = stand[stand["scheme"] == study.scheme.name]
    if not len(own):
        return f"搜索到{len(study.frontier.places)}个互不优劣的方案"
    row = own.iloc[0]
    if pd.isna(row["dominated_by"]):
        return f"{row['label']}不被搜索到的任何方案优于"
    return (
        f"花同样的钱，方案{row['dominated_by']}可把{row['label']}的基尼系数由{row['gini']:.2f}"
        f"降到{row['gini'] - row['gini_above']:.2f}"
    )


def points(study: FundOutlook) -> Table:
    """The points of the front and what their parameters are."""
    if study.lacking:
        return _unanswered(study)
    found = study.front
    names = ["point", "cost", "gini", "bound", "kept"]
    shown = _measured(found)[names].rename(columns=codes.FRONTIER_SHORT)
    for lever in study.space.levers:
        shown[_short(lever)] = [axis.amount(value) for value in found[lever.name]]
    now = study.space.values(study.space.today)
    told = "，".join(f"{_short(lever)} {axis.amount(float(now[lever.name]))}" for lever in study.space.levers)
    return table(
        shown,
        caption="前沿上的方案及参数（可选范围均为假定）",
        note=f"{study.space.scheme.label}现为：{told}。{_MEANING}参数到了可选范围尽头的，是假定的范围限制了它。",
    )


def schemes(study: FundOutlook) -> Table:
    """Where every scheme in force stands against the front."""
    if study.lacking:
        return _unanswered(study)
    stand = study.standing
    shown = _measured(stand).assign(
        keeps_floor=stand["keeps_floor"].map({True: "是", False: "否"}),
        gini_above=stand["gini_above"].map("{:.3f}".format).str.replace("-", "−"),
        cost_above=[_money(value) for value in stand["cost_above"]],
        dominated_by=["—" if pd.isna(value) else f"方案{value}" for value in stand["dominated_by"]],
    )
    note = (
        "“不均可降”为同等支出下、“可省”为同等不均下与前沿的距离；"
        "负数表示该办法在前沿之下：它的形式不在可选范围内。"
        "不达激励底线的，即使比前沿便宜或公平，也是以激励换来的。"
    )
    names = [name for name in codes.FRONTIER_SHORT if name in shown]
    return table(
        shown[names], caption="现行各办法与前沿的距离", labels=codes.FRONTIER_SHORT, note=_MEANING + note
    )


def _measured(rows: pd.DataFrame) -> pd.DataFrame:
    texts = {name: rows[name].map("{:.3f}".format) for name in ("gini", "bound")}
    return rows.assign(cost=rows["cost"].map(_money), kept=rows["kept"].map("{:.2f}".format), **texts)


def _money(value: object) -> str:
    return "—" if pd.isna(value) else YI.text(float(value))  # type: ignore[call-overload,arg-type]


def _short(lever: Lever) -> str:
    """A lever's name in a table of many."""
    tier = "" if lever.tier is None else f"财力{lever.tier}%起"
    return tier + codes.LEVER_SHORT.get(f"{lever.step}.{lever.parameter}", lever.label)


def _unanswered(study: FundOutlook) -> Table:
    lacks, why = _LACKING[study.lacking]
    frame = pd.DataFrame({"缺少": [lacks], "无法回答": [_QUESTION], "原因": [why]})
    return table(frame, caption="无法回答")
