"""The pictures and tables of notebook 02, each from a small frame and with a title that says what is seen."""

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir
import pandas as pd

from qmcb import codes
from qmcb.identity import region
from qmcb.linkage.links import CERTAIN
from qmcb.reports import charts, mask, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import cuts, missing_cuts, withheld, words
from qmcb.studies.cross_province import CrossProvince

_MOST = 8
_SPANS = ((1, 3), (4, 6), (7, 12), (13, 24), (25, 36), (37, 60), (61, None))


def summary(study: CrossProvince) -> Table:
    """The two questions and their answers, in a sentence each."""
    rows, doubtful, links = study.duplicates, study.benefits, study.people.links.links.to_pandas()
    twice, across = words.persons(rows), words.persons(rows.filter(rows.scope == "across"))
    ruled = rows.months.sum(where=rows.effective.notnull()) / rows.months.sum()
    told_across = (
        f"，其中跨省{mask.suppress(across)}人" if twice - across not in range(1, mask.FEWEST) else ""
    )
    found = int(((links["basis"] != CERTAIN) & (links["decision"] == "accept")).sum())
    told = [
        (
            "谁重复参保",
            f"{mask.suppress(twice)}人{told_across}；{_rate(ruled):.0%}的重复月份在发生时有政策依据",
        ),
        (
            "待遇疑点",
            f"{mask.suppress(words.persons(doubtful))}人，涉及{words.money(doubtful, doubtful.amount)}",
        ),
        ("谁应保未保", "；".join(_lacking(study, cover) for cover in codes.COVER)),
        ("比对新增认定", f"{found:,}条号码有错或缺失的身份记录"),
        ("需人工复核", f"{mask.suppress(int((links['decision'] == 'review').sum()))}条身份记录待复核"),
    ]
    frame = pd.DataFrame(told, columns=["问题", "回答"])
    return table(frame, caption=f"截至{study.period.label}", note=_open_questions(study))


def _lacking(study: CrossProvince, cover: str) -> str:
    if not study.of_residents:
        return f"{codes.COVER[cover]}：缺少户籍人口，无法回答"
    counts = study.standings(cover)
    lacking = sum(counts[key] for key in codes.MISSING)
    share = f"，占户籍人口{lacking / sum(counts.values()):.1%}" if lacking >= mask.FEWEST else ""
    return f"{codes.COVER[cover]}应保未保{mask.suppress(lacking)}人{share}"


def _rate(share: ir.Value) -> float:
    """The share as a number; 0 where there is nothing to share."""
    return float(share.to_pyarrow().as_py() or 0)


def kinds(study: CrossProvince) -> Picture:
    """People by kind of duplicate, across provinces and within."""
    found = words.people(study.duplicates, "kind", "scope")
    most = found.groupby("kind")["people"].sum().sort_values(ascending=False)
    people = words.persons(study.duplicates)
    leading = codes.DUPLICATE[most.index[0]] if len(most) else ""
    frame = pd.DataFrame(
        {
            "label": found["kind"].map(codes.DUPLICATE),
            "part": pd.Categorical(found["scope"].map(codes.SCOPE), list(codes.SCOPE.values())).astype(str),
            "count": found["people"],
        }
    ).sort_values("part", ascending=False, kind="stable")
    return charts.bars(
        frame,
        title=f"{mask.suppress(people)}人重复参保或重复领取，{leading}最多" if people else "没有发现重复参保",
        unit="人",
        note=f"一人可有几类；{words.source(study)}",
        colours={codes.SCOPE["across"]: style.ACCENT, codes.SCOPE["within"]: style.FIRM},
        hide=withheld.hide(study.withheld, ("scope",), ("kinds",), codes.DUPLICATE, codes.SCOPE),
    )


def provinces(study: CrossProvince) -> Picture | Table:
    """People with a duplicate in another province, by that province."""
    if "enrolments_elsewhere" not in study.book:
        return words.unanswered("enrolments_elsewhere")
    across = study.duplicates.filter(study.duplicates.scope == "across")
    own = across.region_b.substr(0, 2) == study.province
    other = ibis.ifelse(own, across.region_a, across.region_b).substr(0, 2)
    across = across.mutate(other=other)
    found = words.people(across, "other").sort_values(
        ["people", "other"], ascending=[False, True], ignore_index=True
    )
    labels = found["other"].map(codes.PROVINCE).fillna("不详")
    frame = pd.DataFrame({"label": labels, "count": found["people"]})[:_MOST]
    rest = int(found["people"][_MOST:].sum())
    leading = across.filter(across.other.isin(found["other"][:3].tolist()))
    share = words.persons(leading) / max(words.persons(across), 1)
    return charts.bars(
        frame,
        title=f"跨省重复参保人员{share:.0%}集中在{'、'.join(labels[:3])}"
        if len(found)
        else "没有发现跨省重复参保",
        unit="人",
        note=(f"另有{mask.suppress(rest)}人在其余省份；" if rest else "") + words.source(study),
        finding=list(labels[:3]),
    )


def months(study: CrossProvince) -> Picture:
    """Duplicate pairs by the number of months they share."""
    pairs = study.duplicates.group_by("source_a", "record_id_a", "source_b", "record_id_b").agg(
        months=study.duplicates.months.sum()
    )
    shared = pairs.months.to_pandas()
    counts = [int(shared.between(low, high or shared.max()).sum()) for low, high in _SPANS]
    frame = pd.DataFrame({"label": [_span(*span) for span in _SPANS], "count": counts})
    long = int((shared > 12).sum())
    return charts.histogram(
        frame,
        title=f"{long / max(len(shared), 1):.0%}的重复超过12个月",
        unit="组",
        note=words.source(study),
        axis="重叠月数（个月）",
        finding=[_span(low, high) for low, high in _SPANS if low > 12],
    )


def advice(study: CrossProvince) -> Table:
    """What the rules of those months recommend, kind by kind; people decide."""
    rows = study.duplicates
    keys = list(withheld.ADVICE)
    counted = rows.group_by(keys).agg(people=rows.person.nunique(), months=rows.months.sum()).to_pyarrow()
    unseen = [("advice", *(row[key] for key in keys)) in study.withheld for row in counted.to_pylist()]
    found = counted.to_pandas().assign(unseen=unseen)
    order = {kind: at for at, kind in enumerate(codes.DUPLICATE)}
    found = found.assign(place=found["kind"].map(order)).sort_values(
        ["place", "months"], ascending=[True, False]
    )
    frame = pd.DataFrame(
        {
            "类别": found["kind"].map(codes.DUPLICATE),
            "人数": found["people"],
            "月数": found["months"],
            "建议": found["action"].map(codes.ACTION),
            "由谁决定": found["decides"].map(codes.DECIDES),
            "依据": words.basis(found),
        }
    )
    return table(
        frame,
        caption="按发生月份的规则提出的处理建议",
        people=["人数"],
        hide={"人数": found["unseen"]},
        sums={"月数": found["people"].where(~found["unseen"].astype(bool), 1)},
        note="只提建议，不作决定；跨规则变更的月份分段计。",
    )


def lawful(study: CrossProvince) -> Table:
    """What looks like a duplicate and is none."""
    found = words.people(study.lawful, "kind")
    frame = pd.DataFrame({"情形": found["kind"].map(codes.LAWFUL), "人数": found["people"]})
    return table(frame, caption="不属于重复的情形", people=["人数"])


def fall(study: CrossProvince, cover: str) -> Picture | Table:
    """From all residents to those who are missing, every reason counted."""
    if not study.of_residents:
        return words.unanswered("residents")
    counts = study.standings(cover)
    total = sum(counts.values())
    lacking = sum(counts[key] for key in codes.MISSING)

    def unseen(key: str) -> bool:
        return ("standing", cover, key in codes.MISSING, key) in study.residents_withheld

    def steps(keys: Iterable[str], role: str) -> list[tuple[str, int, str, bool]]:
        return [(codes.STANDING[key], counts[key], role, unseen(key)) for key in keys if counts[key]]

    rows = [("户籍人口", total, "total", False)]
    rows += steps((*codes.EXCLUDED, *codes.ENROLLED), "out")
    rows += [("应保未保", lacking, "kept", False), *steps(codes.MISSING, "finding")]
    found = mask.text(counts["elsewhere_by_linkage"], unseen("elsewhere_by_linkage"))
    return charts.fall(
        pd.DataFrame(rows, columns=["label", "count", "role", "unseen"]),
        title=f"{codes.COVER[cover]}：户籍人口{total:,}人，应保未保{mask.suppress(lacking)}人；{found}人经比对才确认在外省参保",
        unit="人",
        note=words.source(study),
    )


def counties(study: CrossProvince, cover: str) -> Picture | Table:
    """The share of residents who are missing, county by county where it lies."""
    if not study.of_residents:
        return words.unanswered("residents")
    rows = study.standing.filter(study.standing.cover == cover)
    share = rows.standing.isin(codes.MISSING).mean() * 100
    found = rows.group_by(region=rows.hukou_region).agg(value=share).to_pandas()
    unseen = cuts.among(study.residents_withheld, "place", cover, True, found["region"])
    found["value"] = found["value"].mask(unseen)
    frame = region.counties(study.province).to_pandas().merge(found, on="region", how="left")
    if frame["column"].isna().any():
        return _shares(frame, cover)
    worst = frame.sort_values(["value", "region"], ascending=[False, True])["name"][:3]
    title = f"各县区{codes.COVER[cover]}应保未保人数占户籍人口的比例：{'、'.join(worst)}最高"
    return charts.tiles(frame, title=title, unit="%", note=words.source(study))


def _shares(frame: pd.DataFrame, cover: str) -> Table:
    """The counties' shares where no tile map says where they lie, the highest first."""
    ranked = frame.sort_values(["value", "region"], ascending=[False, True])
    shown = pd.DataFrame(
        {
            "县区": ranked["name"],
            "应保未保占户籍人口": ranked["value"].map("{:.1f}%".format).where(ranked["value"].notna(), "—"),
        }
    )
    return table(shown, caption=f"各县区{codes.COVER[cover]}应保未保人数占户籍人口的比例")


def states(study: CrossProvince) -> Table:
    """Who is missing and why, with what is recommended."""
    if not study.of_residents:
        return words.unanswered("residents")
    rows = study.missing
    keys = ["standing", "cover", "action", "decides", "document", "article", "confirmed"]
    found = rows.group_by(keys).agg(people=rows.count(), doubtful=rows.doubtful.sum()).to_pandas()
    found = found.assign(
        unseen=missing_cuts.states(study.residents_withheld, "state", found),
        unsure=missing_cuts.states(study.residents_withheld, "doubtful", found, True),
    )
    order = {key: at for at, key in enumerate((*codes.COVERS, *codes.STANDING))}
    found = found.sort_values(["cover", "standing"], key=lambda column: column.map(order))
    frame = pd.DataFrame(
        {
            "险类": found["cover"].map(codes.COVERS),
            "状态": found["standing"].map(codes.STANDING),
            "人数": found["people"],
            "其中存疑": found["doubtful"],
            "建议": found["action"].map(codes.ACTION),
            "由谁办理": found["decides"].map(codes.DECIDES),
            "依据": words.basis(found),
        }
    )
    return table(
        frame,
        caption="应保未保人员的状态和建议",
        people=["人数", "其中存疑"],
        hide={"人数": found["unseen"], "其中存疑": found["unsure"]},
        bar="人数",
        note="“存疑”为有一条待复核的外省或本省记录，若确为本人则不属应保未保。",
    )


def doubts(study: CrossProvince) -> Table:
    """What this report cannot settle, and who may."""
    links, rows = study.people.links, study.duplicates
    unruled = rows.filter(rows.effective.isnull())
    told = [
        ("同一号码、姓名不符的身份记录", len(links.conflicts), "核对号码与姓名，查明误用"),
        (
            "待复核的身份记录",
            int((links.links.to_pandas()["decision"] == "review").sum()),
            "由两名经办人员分别复核后认定或否定",
        ),
        ("发生时无明确规定的重复（人）", words.persons(unruled), codes.ACTION["consult"]),
    ]
    unsure = [False] * len(told)
    if study.of_residents:
        unsure.append(("unsure", True, True) in study.residents_withheld)
        lacking = study.missing.filter(study.missing.doubtful)
        told.append(
            ("应保未保的结论取决于待复核记录（人）", words.persons(lacking), "先复核记录，再入户调查")
        )
    frame = pd.DataFrame(told, columns=["疑点", "数量", "处理意见"])
    return table(frame, caption="存疑事项", people=["数量"], hide={"数量": unsure})


def _open_questions(study: CrossProvince) -> str:
    absent = study.open_questions
    return "".join(f"没有{name}，无法回答：{question}。" for name, question in absent.items())


def _span(low: int, high: int | None) -> str:
    return f"{low}–{high}" if high else f"{low}及以上"
