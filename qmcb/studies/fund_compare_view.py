"""What other schemes would mean: who would pay, out of whose purse, and how evenly (notebook 06)."""

import pandas as pd

from qmcb import codes
from qmcb.fund import fairness
from qmcb.reports import curve, dumbbell, money, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies.fund_conduct_view import pieces
from qmcb.studies.fund_sharing import FundSharing
from qmcb.studies.fund_sharing_view import gini, labels, payers, source, unanswered

_PURSE_COLOUR = {codes.PURSE[purse]: colour for purse, colour in style.PURSE.items()}


def summary(study: FundSharing) -> Table:
    """The questions of the notebook and their answers, in a sentence each."""
    made = study.last[0]
    gap, own = int(made.shares.gap.sum()), int(made.shares.own_gap.sum())
    having = int((made.shares.gap > 0).sum())
    borne = "，".join(
        f"{payer}{money.told(amount)}（{style.share(amount, gap)}）"
        for payer, amount in payers(made)
        if amount
    )
    heaviest = study.ordered(fairness.burdens(made)).sort_values(
        "of_revenue", ascending=False, kind="stable"
    )[:3]
    told = [
        f"{name}{share:.1%}" for name, share in zip(heaviest["label"], heaviest["of_revenue"], strict=True)
    ]
    cuts = pieces(study)
    worse = cuts.loc[cuts["zone"].isin(["perverse", "indifferent"]), "label"].nunique()
    least = cuts.loc[cuts["here"], "kept"].min()
    rows = [
        ("缺口有多大", f"{having}个县区有缺口，合计{money.told(gap)}，其中上解前{money.told(own)}"),
        ("由谁承担", borne or "没有缺口"),
        ("谁最重", f"占财政收入：{'、'.join(told)}"),
        ("是否公平", f"负担的基尼系数{gini(made):.3f}（0为各县区相同）"),
        (
            "多征是否得益",
            f"{f'{worse}个' if worse else '没有'}县区在一段范围内多征无益；目前多征1元至少留存{least:.2f}元",
        ),
    ]
    if study.since is not None:
        panel = study.fund["actual"].only((study.since, study.year))
        before, after = panel.accounts.gap.sum(axis=-1).tolist()
        rows.append(
            ("缺口为何变动", f"{study.since}年以来收支缺口变动{money.told(after - before, signed=True)}")
        )
    if study.criteria is not None:
        found = study.discipline
        rows.append(("预算是否守纪", f"{int(found['deficit'].sum())}个县区编制赤字预算，"
                     f"无政策依据调整{int(found['unfounded'].sum())}次"))  # fmt: skip
    frame = pd.DataFrame(rows, columns=["问题", "回答"])
    return table(frame, caption=f"{study.year}年，{study.made.scheme.label}")


def who_would_pay(study: FundSharing) -> Picture | Table:
    """What the year would cost each county under each other scheme."""
    if len(study.last) < 2:
        return unanswered("没有给出可比的办法")
    found = fairness.who_would_pay(study.last, study.made.scheme.name)
    found["before"] = found["cost"] - found["change"]
    others = found[found["scheme"] != study.made.scheme.name]
    rows = study.ordered(others.rename(columns={"cost": "after"}))
    rows["panel"] = rows["scheme"].map(labels(study))
    panels = pd.concat([rows[rows["panel"] == labels(study)[made.scheme.name]] for made in study.last[1:]])
    counts = panels.groupby(["panel", "outcome"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(codes.OUTCOME), fill_value=0)
    worst, best = str(counts["loser"].idxmax()), str(counts["winner"].idxmax())
    title = (
        f"改为{worst}，{counts['loser'][worst]}个县区多负担；改为{best}，{counts['winner'][best]}个县区少负担"
    )
    return dumbbell.dumbbells(
        panels,
        title=title,
        before=f"{study.made.scheme.label}下的实际负担",
        more=f"改后{codes.OUTCOME['loser']}",
        less=f"改后{codes.OUTCOME['winner']}",
        note=f"负数为结余。县区少负担的，由别的承担方补上，见下图。{source(study)}",
    )


def purses(study: FundSharing) -> Picture:
    """Out of whose purse the same deficit comes under each scheme."""
    names = labels(study)
    found = fairness.purses(study.last, study.made.scheme.name)
    own = found[found["purse"] == "counties"].set_index("scheme")["amount"]
    whole = int(study.last[0].shares.deficit.sum())
    most, least = str(own.idxmax()), str(own.idxmin())
    title = f"各县合计负担{money.told(own[least])}（{names[least]}）"
    if most != least:
        title = f"各县合计负担最少{money.told(own[least])}（{names[least]}），"
        title += f"最多{money.told(own[most])}（{names[most]}）"
    frame = found.assign(label=found["scheme"].map(names), part=found["purse"].map(codes.PURSE))
    return money.stacks(
        frame,
        title=title,
        colours=_PURSE_COLOUR,
        finding=study.made.scheme.label,
        note=f"各方之和都等于收支缺口{money.told(whole)}，分文不差；垫付须还，计入各县。{source(study)}",
    )


def lorenz(study: FundSharing) -> Picture:
    """How unequally counties bear, under every scheme."""
    found = {made.scheme.label: gini(made) for made in study.last}
    curves = [fairness.lorenz(made).assign(label=made.scheme.label) for made in study.last]
    rows = pd.concat(curves)
    rows["text"] = rows["label"].map(found).map("基尼系数{:.3f}".format)
    own, best = study.made.scheme.label, min(found, key=lambda label: found[label])
    title = f"{own}的基尼系数为{found[own]:.3f}"
    if len(found) > 1:
        title = f"{len(found)}种办法中{best}的负担最均衡（基尼系数{found[best]:.3f}）"
        title += "" if best == own else f"，{own}为{found[own]:.3f}"
    return curve.lorenz(
        rows,
        title=title,
        across="负担累计占比",
        along="参保人数累计占比（负担轻的县区在前）",
        even="各县区负担相同",
        finding=own,
        note=f"负担以占一般公共预算收入计，县区按参保人数加权。只说谁比谁重，不说总体轻重。{source(study)}",
    )


def inequality(study: FundSharing) -> Table:
    """Gini and Theil of burdens to revenue under every scheme, within cities and between them."""
    found = pd.concat([fairness.inequality(made) for made in study.last])
    found = found[found["measure"] == "of_revenue"]
    frame = pd.DataFrame({"办法": found["scheme"].map(labels(study)), "基尼系数": found["gini"]})
    for name, column in (("泰尔指数", "theil"), ("其中市内", "within"), ("其中市际", "between")):
        frame[name] = found[column]
    frame["市际占比"] = found["between"] / found["theil"].where(found["theil"] > 0)
    return table(
        frame,
        caption=f"负担占财政收入的不均程度，{study.year}年",
        shares=["市际占比"],
        decimals=dict.fromkeys(["基尼系数", "泰尔指数", "其中市内", "其中市际"], 3),
        bar="基尼系数",
        note="泰尔指数等于市内、市际两部分之和；市际占比低，说明差距主要在同一市的县区之间。",
    )
