"""What a scheme does over time: who pays, how unequally, what stays, and what a response would change."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qmcb.fund import behaviour, outlook
from qmcb.fund.exact import Whole
from qmcb.reports import axis, fan, ranges, style
from qmcb.reports.money import YI
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import fund_fans as fans
from qmcb.studies.fund_outlook import FundOutlook

_WITHOUT, _WITH = "征缴不受影响", "征缴有反应"
_COLOURS = {_WITHOUT: style.FIRM, _WITH: style.ACCENT}


def burdens(study: FundOutlook, responds: bool = False) -> Picture:
    """What each scheme costs counties and the finances above them year after year, on the same paths."""
    money, parts = fans.unit(study, "cost", "given"), []
    for what in ("cost", "given"):
        for name, each in study.schemes.items():
            rows = fans.rows(study, study.outlooks[name, responds], what, money, past=False)
            parts.append(rows.assign(panel=f"{each.label}\n{fans.purse(what)}"))
    cost = {name: fans.last(study.outlooks[name, responds], "cost", 2) for name in study.schemes}
    least, most = (study.schemes[pick(cost, key=lambda name: cost[name])].label for pick in (min, max))
    texts = f"{money.text(min(cost.values()))}至{money.text(max(cost.values()))}{money.label}"
    title = f"{study.until}年各县负担中位数在{texts}之间：{least}最低，{most}最高"
    if len(cost) == 1:
        title = f"{least}下，{study.until}年各县负担中位数{money.text(cost[study.scheme.name])}{money.label}"
    note = (
        f"上行为各县自己负担（收支差额加上解，减各方补助；垫付须归还，计入县），下行为县级以上财政补助和注入调剂金。"
        f"各办法同一组路径、同一尺度。{fans.NOMINAL}{fans.source(study)}"
    )
    return fan.fans(
        pd.concat(parts), title=title, unit=money.label, note=note, across=len(study.schemes),
        colours={str(p): style.PURSE["province"] if str(p).endswith(fans.purse("given")) else style.FIRM
                 for part in parts for p in part["panel"].unique()},
    )  # fmt: skip


def responses(study: FundOutlook) -> Picture:
    """What schemes cost until the last year, without a response of collection and with it."""
    rows = []
    for what in ("cost", "given"):
        for (name, responds), made in study.outlooks.items():
            low = dict(zip(ranges.QUANTILES, _quantiles(made.sums[what]) / YI.fen, strict=True))
            rows.append(
                {
                    "panel": f"{fans.purse(what)}累计", "group": "", "label": study.schemes[name].label,
                    "series": _WITH if responds else _WITHOUT, **low, "text": axis.digits(low["p50"]),
                }
            )  # fmt: skip
    name, told = study.scheme.name, study.behaviour.row()
    before, after = (np.median(study.outlooks[name, each].sums["cost"]) for each in (False, True))
    more = (after - before) / YI.fen
    title = (
        f"若征缴如所选情景变化，{study.scheme.label}下各县{study.base + 1}–{study.until}年累计负担中位数"
        f"{'多' if more >= 0 else '少'}{axis.digits(abs(more))}亿元"
    )
    note = (
        f"情景：{told['label']}，{_changes(told)}；{_cited(told)}（{told['status']}）。这是文献估计，用作情景，"
        f"不是本地事实。{fans.NOMINAL}{fans.source(study)}"
    )
    return ranges.ranges(pd.DataFrame(rows), title=title, unit=YI.label, colours=_COLOURS, note=note)


def response_table(study: FundOutlook) -> Table:
    """Every published estimate as a scenario: what it says, where it stands, what it would do."""
    base, rows = study.made.sums, []
    for name, made in study.responses.items():
        told = behaviour.load(name).row()
        change = (np.median(made.sums[what] - base[what]) / YI.fen for what in ("cost", "given"))
        more = [f"{'+' * int(value > 0)}{axis.digits(value)}" for value in change]
        rows.append((told["label"], _changes(told), *more, _cited(told), told["status"]))
    columns = ["情景", "征缴变化", "各县累计（亿元）", "县级以上累计（亿元）", "出处", "状态"]
    note = "各路径与无反应时相减后的中位数。“待核”为未与原文逐字核对；“假定”为文献只有方向，数值是假定的。"
    return table(
        pd.DataFrame(rows, columns=columns),
        caption=f"{study.scheme.label}在各种征缴反应下的变化（{study.base + 1}–{study.until}年）",
        note=note,
    )


def fairness(study: FundOutlook) -> Picture:
    """How unequally counties bear, scheme by scheme, without a response and with it."""
    parts = []
    for (name, responds), made in study.outlooks.items():
        columns = dict(zip(fan.QUANTILES, made.gini.T, strict=True))
        label = f"{study.schemes[name].label}\n{'有反应' if responds else '无反应'}"
        parts.append(pd.DataFrame({"panel": label, "year": made.years, "actual": np.nan, **columns}))
    last = {name: study.outlooks[name, False].gini[-1, 2] for name in study.schemes}
    least, most = (study.schemes[pick(last, key=lambda name: last[name])].label for pick in (min, max))
    title = f"{study.until}年负担最均的是{least}，最不均的是{most}"
    if len(last) == 1:
        title = f"{least}下，{study.until}年负担的基尼系数中位数为{last[study.scheme.name]:.2f}"
    note = (
        "各县负担占一般公共预算收入之比的基尼系数，按参保人数加权：0为各县一样，越大越不均；"
        f"只说谁比谁多，不说多少。上行无征缴反应，下行有反应。{fans.source(study)}"
    )
    colours = {str(part["panel"].iloc[0]): style.FIRM for part in parts}
    colours |= {label: style.ACCENT for label in colours if label.endswith("有反应")}
    return fan.fans(
        pd.concat(parts), title=title, unit="基尼系数", note=note, across=len(study.schemes), colours=colours
    )


def incentives(study: FundOutlook) -> Table:
    """What stays with counties of one more yuan, scheme by scheme along the mean path."""
    kept = {(plan, year): f"{stays:.2f}" for plan, year, stays in study.kept.itertuples(index=False)}
    years = [year for year in study.made.years if year in (study.base + 1, study.until) or year % 5 == 0]
    rows = [
        (study.schemes[name].label, text, *(kept[(name, responds), year] for year in years))
        for name in study.schemes
        for responds, text in ((False, _WITHOUT), (True, _WITH))
    ]
    columns = ["分担办法", "情景", *(f"{year}年" for year in years)]
    note = (
        f"多征一元，占全部征缴收入{study.space.of / 10_000:g}%的县至少留下多少；其余各县留得更少。"
        "沿均值路径计算，考核系数不变；1.00为全留，0为白收。"
    )
    return table(pd.DataFrame(rows, columns=columns), caption="多征一元留县份额", note=note)


def tried(study: FundOutlook, **values: float) -> Picture:
    """What counties and the finances above them bear under the scheme in question with some choices moved."""
    made, money = study.tried(**values), fans.unit(study, "cost", "given")
    rows = [
        fans.rows(study, made, what, money, past=False).assign(panel=fans.purse(what))
        for what in ("cost", "given")
    ]
    before, after = (fans.last(each, "cost", 2) for each in (study.made, made))
    title = f"{study.scheme.label}：{study.until}年各县负担中位数{money.text(after)}{money.label}"
    if after != before:
        title += f"（原为{money.text(before)}）"
    moved = "；".join(
        f"{choice.label}{text}"
        for name, choice in study.choices.items()
        for text, value in choice.options
        if value == values.get(name, choice.today)
    )
    return fan.fans(
        pd.concat(rows), title=title, unit=money.label, note=f"{moved}。{fans.NOMINAL}{fans.source(study)}"
    )


def _quantiles(sums: Whole) -> NDArray[np.float64]:
    made: NDArray[np.float64] = np.quantile(sums, outlook.QUANTILES, method="inverted_cdf")
    return made


def _changes(told: dict[str, str]) -> str:
    surplus, deficit = (told[name].replace("-", "−") for name in ("surplus", "deficit"))
    return surplus if surplus == deficit else f"有结余的县{surplus}，有缺口的县{deficit}"


def _cited(told: dict[str, str]) -> str:
    return "，".join(part for part in (told["document"], told["number"]) if part) or "没有文件或文献给出数值"
