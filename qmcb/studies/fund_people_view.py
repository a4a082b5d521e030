"""Who pays and who draws: people by generation, and what later retirement changes."""

import pandas as pd

from qmcb import codes
from qmcb.reports import areas, lines
from qmcb.reports.picture import Picture
from qmcb.studies import fund_fans as fans
from qmcb.studies.fund_outlook import FundOutlook

_PERSONS = 10_000
_GENERATION = 10  # years of entrants that are shown together
_PALETTE = ("#93a4b1", "#d9783f", "#eeb085", "#f6d7c0", "#cdd6dd", "#e8ecef")


def generations(study: FundOutlook) -> Picture:
    """Who pays and who draws, by when they began to pay."""
    rows = study.generations[study.as_of]
    starts = range(study.base + 1, study.until + 1, _GENERATION)
    spans = [(start, min(start + _GENERATION - 1, study.until)) for start in starts]
    began = pd.cut(rows["began"], [-1, 0, *(end for _, end in spans)], labels=False)
    names = [f"{study.base}年已参保或已退休", *(f"{start}–{end}年新参保" for start, end in spans)]
    parts = []
    for what, panel in (("insured", codes.OUTLOOK["insured"]), ("retired", codes.OUTLOOK["retirees"])):
        own = pd.DataFrame(
            {
                "panel": panel,
                "year": rows["year"],
                "part": began.map(dict(enumerate(names))),
                "amount": rows[what],
            }
        )
        parts.append(own.groupby(["panel", "year", "part"], as_index=False, sort=False)["amount"].sum())
    made = pd.concat(parts).assign(amount=lambda each: each["amount"] / _PERSONS)
    colours = {name: _PALETTE[at % len(_PALETTE)] for at, name in enumerate(names)}
    last = rows[rows["year"] == study.until]
    new = last.loc[last["began"] > 0, "insured"].sum() / last["insured"].sum()
    title = (
        f"{study.until}年缴费的人{new:.0%}是{study.base + 1}年以后才参保的，领取的人仍多是今天在缴费的一代"
    )
    old = last.loc[last["began"] == 0, "retired"].sum() / last["retired"].sum()
    if old < 0.5:
        title = f"{study.until}年缴费的人{new:.0%}、领取的人{1 - old:.0%}是{study.base + 1}年以后才参保的"
    note = f"均值路径。{study.base}年的年龄、性别、身份构成和死亡率为假定。{fans.source(study)}"
    return areas.areas(made, title=title, unit="万人", colours=colours, note=note)


def dependency(study: FundOutlook) -> Picture:
    """Retirees per hundred insured, under the retirement ages known on the day and on another."""
    parts, ends = [], {}
    for day, rows in study.generations.items():
        wide = rows.groupby("year")[["insured", "retired"]].sum()
        value = wide["retired"] / wide["insured"] * 100
        label = f"按{day.year}年{day.month}月{day.day}日的规则"
        ends[day] = float(value.iloc[-1])
        parts.append(pd.DataFrame({"label": label, "year": wide.index, "value": value.to_numpy()}))
    change = ends[study.as_of] - ends[study.other_day]
    rising = study.as_of > study.other_day
    told = "已计入渐进式延迟退休" if rising else "尚不知道后来的延迟退休"
    title = (
        f"{study.until}年每百名缴费者供养{ends[study.as_of]:.0f}人，"
        f"比{'不延迟' if rising else '延迟'}退休{'少' if change < 0 else '多'}{abs(change):.0f}人"
    )
    day = study.as_of
    note = f"本报告按{day.year}年{day.month}月{day.day}日有效的规则，{told}；均值路径。{fans.source(study)}"
    return lines.lines(
        pd.concat(parts), title=title, unit="人（每百名缴费者）",
        finding=str(parts[0]["label"].iloc[0]), note=note,
    )  # fmt: skip
