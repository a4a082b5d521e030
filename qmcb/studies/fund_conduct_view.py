"""What collecting more does to a county, and why the gap moved (notebook 06)."""

import numpy as np
import pandas as pd

from qmcb import codes
from qmcb.fund import incentive
from qmcb.reports import money, stretch, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies.fund_sharing import FundSharing
from qmcb.studies.fund_sharing_view import source, unanswered

_ZONE_COLOUR = {codes.ZONE[zone]: colour for zone, colour in style.ZONE.items()}
_SEEN = 0.005  # yuan of one yuan below which nothing is seen to change


def curves(study: FundSharing) -> Picture:
    """What stays with each county of one more yuan, from half of what it collected to half as much again."""
    cuts = pieces(study)
    here = cuts[cuts["here"]]
    worse, idle = (
        cuts.loc[cuts["zone"] == zone, "label"].unique().tolist() for zone in ("perverse", "indifferent")
    )
    least = here.loc[here["kept"].idxmin()]
    title = f"{'、'.join(worse)}在一段范围内多收反亏" if worse else "没有县区多收反亏"
    title += f"，{len(idle)}个在一段范围内多征分文不留" if idle else ""
    title += f"；目前多征1元，{least['label']}留存最少，为{least['kept']:.2f}元"
    value = cuts["label"].map(here.set_index("label")["kept"].map("{:.2f}".format))
    rows = cuts.assign(text=cuts["kept"].map("{:.2f}".format), value=value, zone=cuts["zone"].map(codes.ZONE))
    rows["text"] = rows["text"].str.replace("-", "−")
    rows["depth"] = np.where(cuts["zone"] == "partial", 0.2 + 1.6 * (1 - cuts["kept"]), 1.0)
    return stretch.stretches(
        rows,
        title=title,
        unit="元（多征1元留给本县的）",
        along="征缴收入为实际的%",
        here=100,
        here_label="目前",
        colours=_ZONE_COLOUR,
        note="一次只动一个县区，其余不变；颜色越深留存越少，断开处为转折点，条上的数为该段平均，竖线为实际征缴。"
        f"考核系数随征缴变动的，转折处一次性的得失见下表。{source(study)}",
    )


def pieces(study: FundSharing) -> pd.DataFrame:
    """The curve cut only where a zone or a kink begins that can be seen.

    Columns: region, group, label, start and end (per cent of what was collected), kept (mean), zone,
    reason and gain (fen) where it begins, here (whether what was collected lies in it).
    """
    made = study.curve.copy()
    made["length"] = made["until"] - made["contributions"]
    made["worth"] = made["kept"] * made["length"]
    moved = (made["kept"].diff().abs() >= _SEEN) | (made["gain"].abs() >= money.WAN.fen)
    other = (made[["region", "zone"]] != made[["region", "zone"]].shift()).any(axis=1)
    new = other | (made["reason"] != "") & moved
    firsts = {name: (name, "first") for name in ("region", "contributions", "zone", "reason", "gain")}
    sums = {name: (name, "sum") for name in ("length", "worth")}
    found = made.groupby(new.cumsum()).agg(**firsts, **sums, until=("until", "last"))
    panel = study.last[0].panel
    collected = found["region"].map(dict(zip(panel.regions, panel.accounts.contributions[0], strict=True)))
    found["start"], found["end"] = (found[name] / collected * 100 for name in ("contributions", "until"))
    found["kept"] = found["worth"] / found["length"]
    found["here"] = (found["contributions"] <= collected) & (collected < found["until"])
    return study.ordered(found.drop(columns=["worth", "length"]))


def kinks(study: FundSharing) -> Table:
    """For each county what comes next if it collects more: how far off, why, what then stays."""
    cuts = pieces(study)
    here = cuts[cuts["here"]].set_index("region")
    ahead = cuts[(cuts["start"] > 100) & (cuts["reason"] != "")].drop_duplicates("region")
    frame = pd.DataFrame(
        {
            "县区": ahead["label"],
            "目前留存": _yuan(ahead["region"].map(here["kept"])),
            "再多征": [f"{start - 100:.1f}%" for start in ahead["start"]],
            "转折": ahead["reason"].map(codes.KINK),
            "此后留存": _yuan(ahead["kept"]),
            "一次性得益（万元）": (ahead["gain"] / money.WAN.fen).round().astype("int64"),
        }
    )
    return table(
        frame,
        caption="再往上征缴，各县区的下一个转折点",
        note="系数上调时调剂金一次性增加。往上50%之内，留存和得益都没有可见变化的县区不列。",
    )


def incentives(study: FundSharing) -> Table:
    """What one more 万元 leaves with counties under each scheme, and where it leaves nothing."""
    rows = []
    for made in study.last:
        accounts = made.panel.accounts
        kept = incentive.kept(accounts, made.terms[-1], coefficient=made.coefficient)[0]
        names = dict(zip(accounts.regions, kept.tolist(), strict=True))
        least = study.ordered(pd.DataFrame({"region": names.keys(), "kept": names.values()}))
        lowest = least.loc[least["kept"].idxmin()]
        losing = least.loc[least["kept"] < _SEEN, "label"]
        weights = accounts.contributions[0]
        mean = float(np.average(kept, weights=weights)) if weights.any() else float("nan")
        told = f"{len(losing)}个" + (
            f"：{'、'.join(losing[:4])}{'等' * (len(losing) > 4)}" if len(losing) else ""
        )
        who = lowest["label"] if np.ptp(kept) >= _SEEN else "各县区相同"
        rows.append((made.scheme.label, mean, f"{lowest['kept']:.2f}元（{who}）", told))
    frame = pd.DataFrame(rows, columns=["办法", "平均留存", "最少", "多征分文不留的县区"])
    return table(
        frame,
        caption="多征1元，留给本县多少元",
        decimals={"平均留存": 2},
        bar="平均留存",
        note="各县区各多征1万元时的留存，按征缴收入加权平均；考核系数不变。",
    )


def causes(study: FundSharing) -> Picture | Table:
    """Why all counties' gap together moved."""
    if study.since is None:
        return unanswered("决算只有一年，无法说明缺口的变动")
    panel = study.fund["actual"].only((study.since, study.year))
    before, after = panel.accounts.gap.sum(axis=-1).tolist()
    found = study.causes.groupby("cause", sort=False)["amount"].sum()
    up, down = str(found.idxmax()), str(found.idxmin())
    way = "扩大" if after > before else "缩小"
    title = f"{study.since}至{study.year}年收支缺口{way}{money.told(abs(after - before))}"
    title += f"，{codes.CAUSE[up]}推高最多" if found[up] > 0 else ""
    title += f"，{codes.CAUSE[down]}拉低最多" if found[down] < 0 else ""
    ends = [
        (f"{year}年收支缺口", amount, "total")
        for year, amount in ((study.since, before), (study.year, after))
    ]
    steps = [
        (codes.CAUSE[cause], int(amount), "step") for cause, amount in zip(found.index, found, strict=True)
    ]
    frame = pd.DataFrame([ends[0], *steps, ends[1]], columns=["label", "amount", "role"])
    note = f"各因素按所有先后次序平均（沙普利值），各县区分别计算后相加；缺口为支出减收入。{source(study)}"
    return money.ladder(frame, title=title, note=note)


def causes_by_county(study: FundSharing) -> Table:
    """By how much each county's gap moved, and what did most in either direction."""
    if study.since is None:
        return unanswered("决算只有一年，无法说明缺口的变动")
    wide = study.causes.pivot(index="region", columns="cause", values="amount")[list(codes.CAUSE)]
    wan = (wide / money.WAN.fen).round().astype("int64")
    found = pd.DataFrame(
        {
            "change": (wide.sum(axis=1) / money.WAN.fen).round().astype("int64"),
            "up": wide.idxmax(axis=1).map(codes.CAUSE).where(wide.max(axis=1) > 0),
            "most": wan.max(axis=1),
            "down": wide.idxmin(axis=1).map(codes.CAUSE).where(wide.min(axis=1) < 0),
            "least": wan.min(axis=1),
        }
    )
    rows = study.ordered(found.reset_index()).drop(columns=["region", "group"])
    heads = ["县区", "缺口变动", "推高最多的因素", "推高", "拉低最多的因素", "拉低"]
    return table(
        rows.set_axis(heads, axis=1),
        caption=f"{study.since}至{study.year}年各县区收支缺口的变动（万元）",
        note="正数为缺口扩大（或结余减少）。",
    )


def _yuan(values: "pd.Series[float]") -> list[str]:
    return [f"{value:.2f}元".replace("-", "−") for value in values]
