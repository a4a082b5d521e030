"""Who bears the gap: pictures and tables of notebook 06, each with a title that says what is seen."""

import pandas as pd

from qmcb import codes
from qmcb.fund import fairness
from qmcb.fund.settle import Settlement
from qmcb.reports import bands, heat, money, style, surface, waterfall
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies.fund_sharing import FundSharing

_MEASURES = {"gini": "基尼系数", "cost": "亿元"}
_PAYER_COLOUR = {codes.PAYER[payer]: colour for payer, colour in style.PAYER.items()}
_BURDEN = "实际负担为本县缺口与上解之和，减去调剂金、市级和省级所给，垫付须还，仍算本县负担"


def shares(study: FundSharing) -> Table:
    """Every county's gap and what each payer bears of it, in 万元."""
    rows = study.ordered(study.last[0].table())
    payers = [payer for payer in codes.PAYER if rows[payer].any()]
    columns = ["own_gap", "paid_in", "gap", *payers, "cost"]
    frame = rows[["label", *columns]].copy()
    total = pd.DataFrame([{"label": "合计", **rows[columns].sum().to_dict()}])
    frame = pd.concat([frame, total], ignore_index=True)
    frame[columns] = (frame[columns] / money.WAN.fen).round().astype("int64")
    return table(
        frame,
        caption=f"各县区的缺口由谁承担，{study.year}年，{study.made.scheme.label}（万元）",
        labels={"label": "县区", **codes.SETTLEMENT, **codes.PAYER},
        note="当期缺口含上解；各承担方之和等于当期缺口。实际负担为负的县区，当年有结余。"
        "四舍五入到万元，精确到分的数在结果表中。",
    )


def waterfalls(study: FundSharing) -> Picture:
    """From each county's gap down, payer by payer."""
    made = study.last[0]
    gap = int(made.shares.gap.sum())
    having = int((made.shares.gap > 0).sum())
    title = f"{len(study.counties)}个县区中{having}个有缺口，合计{money.told(gap)}"
    if gap:
        payer, amount = payers(made)[0]
        title += f"，{payer}承担{style.share(amount, gap)}"
    return waterfall.waterfalls(
        _long(study, made),
        title=title,
        colours=_PAYER_COLOUR,
        whole=codes.SETTLEMENT["gap"],
        nothing="无缺口",
        note=f"各县区同一比例尺，自北向南按市排列；当期缺口含上解。{source(study)}",
    )


def flows(study: FundSharing, **values: float) -> Picture:
    """From payers to counties in the last year; `values` moves levers of the scheme (`study.levers`)."""
    made = study.tried(**values) if values else study.last[0]
    gap = int(made.shares.gap.sum())
    leading = "，".join(f"{payer}{style.share(amount, gap)}" for payer, amount in payers(made)[:2])
    title = f"缺口{money.told(gap)}的承担：{leading}" if gap else "没有缺口"
    tried = "；".join(
        f"{lever.label}{lever.text(values.get(name, lever.today))}" for name, lever in study.levers.items()
    )
    given = made.shares.borne["grant"].sum() + made.shares.pool_added.sum()
    note = f"负担的基尼系数{gini(made):.3f}，省级财政支出{money.told(given)}（不含垫付）。"
    rows = _long(study, made).rename(columns={"label": "target", "part": "source"})
    return bands.flows(
        rows,
        title=title,
        colours=_PAYER_COLOUR,
        note=note + (f"{tried}。" if tried else "") + _without_gap(study, made) + source(study),
    )


def burdens(study: FundSharing) -> Picture | Table:
    """Each county's burden against its revenue, where it lies."""
    found = study.ordered(fairness.burdens(study.last[0]))
    frame = study.counties.merge(found[["region", "of_revenue"]], on="region")
    frame["value"] = frame["of_revenue"] * 100
    ranked = frame.sort_values(["value", "region"], ascending=[False, True])
    none = int((frame["value"] == 0).sum())
    title = f"实际负担占财政收入的比例，{'、'.join(ranked['name'][:3])}最重" + (
        f"，{none}个县区没有负担" if none else ""
    )
    note = f"{_BURDEN}；财政收入为一般公共预算收入。{source(study)}"
    if frame["column"].isna().any():
        shown = ranked[["name", "of_revenue"]]
        labels = {"name": "县区", "of_revenue": codes.BURDEN["of_revenue"]}
        return table(shown, caption=title, labels=labels, shares=["of_revenue"], bar="of_revenue", note=note)
    return heat.tiles(frame.astype({"column": "int64", "row": "int64"}), title=title, unit="%", note=note)


def surfaces(study: FundSharing, measure: str) -> Picture | Table:
    """What would come of another share of the adjustment fund and another reserve.

    `measure` is gini (of burdens to revenue) or cost (of all counties, 亿元).
    """
    levers = study.levers
    if not {"alpha", "months"} <= levers.keys():
        return unanswered(f"{study.made.scheme.label}没有可调的补助比例和留足月数，不作试算")
    alpha, months = levers["alpha"], levers["months"]
    cells = []
    for kept in months.values:
        for share in alpha.values:
            made = study.tried(alpha=share, months=kept)
            value = gini(made) if measure == "gini" else int(made.shares.cost.sum()) / money.YI.fen
            chosen = (share, kept) == (alpha.today, months.today)
            cells.append((alpha.text(share), months.text(kept), share, value, chosen))
    frame = pd.DataFrame(cells, columns=["column", "row", "share", "value", "chosen"])
    digits = 3 if measure == "gini" else 2
    frame["text"] = frame["value"].map(f"{{:.{digits}f}}".format)
    what = "负担的基尼系数" if measure == "gini" else "各县实际负担合计"
    unit = "" if measure == "gini" else "亿元"
    least, most = frame["text"][frame["value"].idxmin()], frame["text"][frame["value"].idxmax()]
    title = f"{what}在{least}与{most}{unit}之间"
    own = frame[frame["row"] == months.text(months.today)]
    same = own[own["text"] == own["text"].iloc[-1]]
    note = "加框的是现行参数；考核系数不变。"
    if 1 < len(same) < len(own):
        title += f"；补助比例到{same['column'].iloc[0]}以后不再起作用"
        note += "补助比例不再起作用，是因为调剂金已经分完。"
    return surface.surface(
        frame,
        title=title,
        unit=_MEASURES[measure],
        across=codes.PARAMETER["months"],
        along="调剂金补助比例（最高一档，其余各档同比例）",
        today="现行",
        note=note + source(study),
    )


def unanswered(why: str) -> Table:
    """In place of a picture that these parameters do not allow."""
    return table(pd.DataFrame({"说明": [why]}), caption="无法回答")


def source(study: FundSharing) -> str:
    """Where the figures of a picture come from."""
    return f"来源：{study.book.folder.name}，{study.year}年决算。"


def labels(study: FundSharing) -> dict[str, str]:
    """What people call each scheme, by name."""
    return {made.scheme.name: made.scheme.label for made in study.settlements}


def gini(made: Settlement) -> float:
    """Of burdens to revenue, counted by insured persons, where the settlement is of one year."""
    burdens = fairness.burdens(made)["of_revenue"]
    return float(fairness.gini(burdens, made.panel.accounts.insured.ravel()))


def payers(made: Settlement) -> list[tuple[str, int]]:
    """Payers and what they bear, the largest first."""
    borne = [(codes.PAYER[payer], int(amount.sum())) for payer, amount in made.shares.borne.items()]
    return sorted(borne, key=lambda pair: -pair[1])


def _long(study: FundSharing, made: Settlement) -> pd.DataFrame:
    """group, label, part (payer) and amount, county by county."""
    rows = study.ordered(made.table())
    parts = [
        rows[["group", "label"]].assign(part=label, amount=rows[payer])
        for payer, label in codes.PAYER.items()
    ]
    return pd.concat(parts).sort_index(kind="stable")


def _without_gap(study: FundSharing, made: Settlement) -> str:
    rows = study.ordered(made.table())
    names = rows.loc[rows["gap"] == 0, "label"]
    return f"没有缺口：{'、'.join(names)}。" if len(names) else ""
