"""Where the fund goes: accounts and balances ahead, for all counties together and for each."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qmcb import codes
from qmcb.fund import outlook
from qmcb.fund.outlook import Outlook
from qmcb.reports import fan, lines, ranges, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import fund_fans as fans
from qmcb.studies.fund_outlook import FundOutlook


def summary(study: FundOutlook) -> Table:
    """The questions and their answers, in a sentence each."""
    made, base, until = study.made, study.base, study.until
    money = fans.unit(study, "deficit")
    now, (low, mid, high) = (
        fans.actual(study.panel, "deficit")[-1],
        (fans.last(made, "deficit", at) for at in (0, 2, 4)),
    )
    gone = [each for each in _years_used_up(made)[:-1, 2] if not np.isnan(each)]
    cost = {name: np.median(study.outlooks[name, False].sums["cost"]) for name in study.schemes}
    least = study.schemes[min(cost, key=lambda name: cost[name])].label
    rows = [
        (
            "基金走向哪里",
            f"{base}年收支差额{money.text(now)}{money.label}；{until}年中位数{money.text(mid)}，"
            f"九成路径在{money.text(low)}至{money.text(high)}{money.label}之间",
        ),
        ("结余用到何时", f"{len(gone)}个县（共{len(made.regions) - 1}个）过半路径在{until}年前用尽"),
        (
            "哪种办法县里负担最轻",
            f"{least}（累计，{len(cost)}种办法同路径比较）" if len(cost) > 1 else "只有一种办法，无从比较",
        ),
        ("征缴反应影响多大", _told_response(study)),
    ]
    note = "以上均为假定下的推算，不是预测；不能由此得出什么，见第八节。"
    return table(pd.DataFrame(rows, columns=["问题", "回答"]), caption="结论", note=note)


def _told_response(study: FundOutlook) -> str:
    name = study.scheme.name
    before, after = (np.median(study.outlooks[name, each].sums["deficit"]) for each in (False, True))
    times = after / before if before > 0 else float("nan")
    return (
        f"按所选情景，累计收支差额为无反应时的{times:.2f}倍"
        if times > 0
        else "无反应时没有累计缺口，无从比较"
    )


def deficit(study: FundOutlook) -> Picture:
    """What all counties together spend more than they take in, as it was and as it may become."""
    money = fans.unit(study, "deficit")
    now, then = fans.actual(study.panel, "deficit")[-1], fans.last(study.made, "deficit", 2)
    title = (
        f"{fans.whole(study)}收支差额{study.base}年为{money.text(now)}{money.label}，"
        f"{study.until}年中位数{money.text(then)}{money.label}"
    )
    return fan.fans(
        fans.rows(study, study.made, "deficit", money),
        title=title,
        unit=money.label,
        note=f"支出减收入，正数为缺口；各办法相同部分，不含调剂金上解下拨。{fans.NOMINAL}{fans.source(study)}",
    )


def both_sides(study: FundOutlook) -> Picture:
    """Contributions and spending on one scale."""
    money = fans.unit(study, "spending")
    rows = [fans.rows(study, study.made, what, money) for what in ("contributions", "spending")]
    grown = [
        fans.last(study.made, what, 2) / fans.actual(study.panel, what)[-1]
        for what in ("contributions", "spending")
    ]
    title = f"到{study.until}年，征缴收入中位数为{study.base}年的{grown[0]:.1f}倍，待遇支出为{grown[1]:.1f}倍"
    return fan.fans(pd.concat(rows), title=title, unit=money.label, note=fans.NOMINAL + fans.source(study))


def counties(study: FundOutlook, what: str) -> Picture:
    """A measure county by county on one scale: `deficit` or `closing_balance`."""
    money = fans.unit(study, what)
    parts = [
        fans.rows(study, study.made, what, money, region).assign(panel=label)
        for region, label in study.source.counties[["region", "name"]].itertuples(index=False)
    ]
    last = study.made.amounts[what][-1, 2, :-1]
    if what == "deficit":
        short = int((last > 0).sum())
        title = f"{study.until}年{short}个县中位数为缺口，{len(last) - short}个县收支相抵或有余"
    else:
        low = int((last <= 0).sum())
        rest = f"其余{len(last) - low}个县有余"
        title = f"{study.scheme.label}下，{study.until}年{low}个县结余中位数为零或以下，{rest}"
    note = (
        f"{codes.OUTLOOK[what]}，由北到南；县名右侧为{study.until}年中位数，各县同一尺度。"
        f"{fans.NOMINAL}{fans.source(study)}"
    )
    return fan.fans(pd.concat(parts), title=title, unit=money.label, note=note)


def payers(study: FundOutlook) -> Picture:
    """Who bears the gap year after year under the scheme in question."""
    label = {name: text for name, text in codes.PAYER.items() if study.made.amounts[name][..., -1].any()} or {
        "county": codes.PAYER["county"]
    }
    money = fans.unit(study, *label)
    rows = [
        fans.rows(study, study.made, name, money, past=False).assign(panel=text)
        for name, text in label.items()
    ]
    most = label[max(label, key=lambda name: fans.last(study.made, name, 2))]
    note = (
        f"当期缺口（含上解）由谁承担，各方同一尺度；{study.base}年及以前没有按此办法分担的记录。"
        f"{fans.NOMINAL}{fans.source(study)}"
    )
    return fan.fans(
        pd.concat(rows),
        title=f"{study.scheme.label}下，{study.until}年{most}承担最多",
        unit=money.label,
        note=note,
        colours={text: style.PAYER[name] for name, text in label.items()},
    )


def used_up(study: FundOutlook) -> Picture:
    """In how many counties balances are used up by each year, scheme by scheme: the mean of the paths."""
    parts = []
    for name, each in study.schemes.items():
        share = study.outlooks[name, False].exhausted[:, :-1].sum(axis=1)
        parts.append(pd.DataFrame({"label": each.label, "year": study.made.years, "value": share}))
    count, together = len(study.made.regions) - 1, study.made.exhausted[:, -1]
    began, ends = (study.made.exhausted[at, :-1].sum() for at in (0, -1))
    half = [year for year, share in zip(study.made.years, together, strict=True) if share >= 0.5]
    whole = f"{half[0]}年起过半" if half else f"{study.until}年前不过半"
    title = (
        f"{study.scheme.label}下，平均{began:.1f}个县在{study.base + 1}年用尽结余，"
        f"{study.until}年为{ends:.1f}个"
    )
    note = (
        f"共{count}个县；某年起有政策性缺口须由财政负担，即为用尽。全部结余合并计算，"
        f"{fans.whole(study)}合计不足以弥补差额的路径{whole}。{fans.source(study)}"
    )
    return lines.lines(
        pd.concat(parts), title=title, unit="个县", finding=study.scheme.label, most=count, note=note
    )


def when_used_up(study: FundOutlook) -> Picture:
    """In which year balances are used up, county by county, under the scheme in question."""
    found = pd.DataFrame(_years_used_up(study.made), columns=list(ranges.QUANTILES))
    found["region"], found["share"] = study.made.regions, study.made.exhausted[-1]
    rows = study.source.ordered(found)
    texts = [_told_year(study, row["p50"], row["share"]) for row in rows.to_dict("records")]
    rows = rows.assign(panel="", series=study.scheme.label, text=texts)
    at_once = int((rows["p95"] == study.made.years[0]).sum())
    never = int(rows["p50"].isna().sum())
    title = f"{at_once}个县{study.made.years[0]}年即已用尽，{never}个县到{study.until}年过半路径仍未用尽"
    note = f"点为半数路径用尽之年，粗线25%–75%，细线5%–95%；箭头为{study.until}年以后。{fans.source(study)}"
    return ranges.ranges(
        rows, title=title, unit="年份", colours={study.scheme.label: style.ACCENT},
        span=(study.base, study.until), years=True, note=note,
    )  # fmt: skip


def _told_year(study: FundOutlook, median: float, share: float) -> str:
    if not np.isnan(median):
        return f"{int(median)}年"
    return f"{study.until}年前{share:.0%}" if share else f"{study.until}年前不会"


def _years_used_up(made: Outlook) -> NDArray[np.float64]:
    """The year in which each share of the paths is reached, (regions, quantiles); NaN where never."""
    reached = made.exhausted[:, :, None] >= np.array(outlook.QUANTILES) - 1e-9
    years = np.array(made.years, float)[reached.argmax(axis=0)]
    made_years: NDArray[np.float64] = np.where(reached.any(axis=0), years, np.nan)
    return made_years
