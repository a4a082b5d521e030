"""Notebook 02 on the missing in full: where, at whose employers, who is left out and why, who comes first."""

import pandas as pd

from qmcb import codes
from qmcb.identity import region
from qmcb.reports import charts, mask, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import cuts, missing_cuts, withheld, words
from qmcb.studies.cross_province import CrossProvince

_NO_EMPLOYER = "单位不明或不在名录"
_OF_EMPLOYERS = "、".join(codes.WORK_COVER.values())


def places(study: CrossProvince) -> Picture | Table:
    """The missing by county of hukou and cover."""
    if not study.of_residents:
        return words.unanswered("residents")
    found = words.people(study.missing, "hukou_region", "cover")
    order = {code: at for at, code in enumerate(region.counties(study.province)["region"].to_pylist())}
    found = found.sort_values(
        "hukou_region", key=lambda codes_: codes_.map(order).fillna(len(order)), kind="stable"
    )
    frame = found.assign(
        row=found["hukou_region"].map(region.label),
        unseen=cuts.among(study.residents_withheld, "place", found["cover"], True, found["hukou_region"]),
    )
    return _matrix(study, frame, "应保未保")


def employers(study: CrossProvince) -> Picture | Table:
    """The missing who are employed, by their employer's industry and cover."""
    if not study.of_residents:
        return words.unanswered("residents")
    staff = missing_cuts.industries(study.book, study.missing.filter(study.missing.works))
    found = words.people(staff, "industry", "cover")
    order = {key: at for at, key in enumerate((*codes.INDUSTRY, ""))}
    found = found.sort_values("industry", key=lambda column: column.map(order), kind="stable")
    frame = found.assign(
        row=found["industry"].map(codes.INDUSTRY).fillna(_NO_EMPLOYER),
        unseen=cuts.among(
            study.residents_withheld, "industry", found["cover"], True, True, found["industry"]
        ),
    )
    return _matrix(study, frame, "应由单位参保而未参保")


def _matrix(study: CrossProvince, found: pd.DataFrame, what: str) -> Picture | Table:
    """People by row and cover, with the cell that has most in the title."""
    if not len(found):
        return words.nothing(what, "没有发现。")
    ordered = pd.DataFrame({"row": found["row"], "column": found["cover"].map(codes.COVERS)})
    ordered = ordered.assign(count=found["people"], unseen=found["unseen"])
    columns = [label for label in codes.COVERS.values() if label in set(ordered["column"])]
    # The columns come in the order of their first row, so that every one of them needs a cell there.
    first = pd.DataFrame({"row": ordered["row"].iloc[0], "column": columns, "count": 0, "unseen": False})
    known = ordered[(ordered["row"] != _NO_EMPLOYER) & ~ordered["unseen"]]
    most = (known if len(known) else ordered).sort_values("count", kind="stable").iloc[-1]
    told = mask.text(most["count"], most["unseen"])
    return charts.matrix(
        pd.concat([first, ordered], ignore_index=True),
        title=f"{what}：{most['row']}的{most['column']}缺口最大，{told}人",
        unit="人",
        note=f"一人可缺几个险种；{_OF_EMPLOYERS}只问在职人员。{words.source(study)}",
    )


def excluded(study: CrossProvince) -> Table:
    """Residents who need not be enrolled, by reason, with the rule that says so."""
    if not study.of_residents:
        return words.unanswered("residents")
    rows = study.excluded
    keys = ["cover", "standing", "action", "decides", "document", "article", "confirmed"]
    found = rows.group_by(keys).agg(people=rows.person.nunique()).to_pandas()
    found = found.assign(unseen=missing_cuts.states(study.residents_withheld, "state", found, lacking=False))
    order = {key: at for at, key in enumerate((*codes.COVERS, *codes.EXCLUDED))}
    found = found.sort_values(["cover", "standing"], key=lambda column: column.map(order))
    frame = pd.DataFrame(
        {
            "险类": found["cover"].map(codes.COVERS),
            "不计入漏保的原因": found["standing"].map(codes.STANDING),
            "人数": found["people"],
            "依据": words.basis(found),
        }
    )
    return table(
        frame,
        caption="不属应保范围的户籍人口",
        people=["人数"],
        hide={"人数": found["unseen"]},
        bar="人数",
    )


def first(study: CrossProvince) -> Picture | Table:
    """Which reasons put a missing person first, by cover; their points add up."""
    if not study.of_residents:
        return words.unanswered("residents")
    rows = study.missing
    labels = {
        reason: f"{label}（{study.rules.number(f'missing/priority/{reason}', study.period):g}分）"
        for reason, label in codes.PRIORITY.items()
    }
    parts = {**codes.COVER, missing_cuts.OF_EMPLOYERS: _OF_EMPLOYERS}
    counted = words.people(missing_cuts.by_reason(rows), "reason", "part")
    order = {key: at for at, key in enumerate((*labels, *parts))}
    counted = counted.sort_values(["part", "reason"], key=lambda column: column.map(order))
    frame = pd.DataFrame(
        {
            "label": counted["reason"].map(labels),
            "part": counted["part"].map(parts),
            "count": counted["people"],
        }
    )
    hues = (style.INSURANCE[name] for name in ("pension", "medical", "unemployment"))
    some = mask.suppress(words.persons(rows.filter(rows.priority > 0)))
    top = rows.priority.max().to_pyarrow().as_py()
    highest = mask.suppress(words.persons(rows.filter(rows.priority == top)))
    return charts.bars(
        frame,
        title=f"{some}人有优先理由；得分最高的{highest}人为{top}分，应最先联系"
        if len(counted)
        else "没有人有优先理由",
        unit="人",
        note=f"一人可有几项理由，分数相加；分数是参数，没有文件规定。{words.source(study)}",
        colours=dict(zip(parts.values(), hues, strict=True)),
        hide=withheld.hide(study.residents_withheld, ("reason",), ("reasons",), labels, parts),
    )
