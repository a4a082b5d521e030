"""The pictures and tables of notebook 03 on registry and production, each titled with what is seen."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from qmcb import codes
from qmcb.identity import region
from qmcb.reports import charts, mask
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import cuts, registry_cuts, words
from qmcb.studies.registry import NEEDED, Registry

_SETS = ("residents", "population", "registry", "production", "cards")
_BANDS = ((0, 11), (12, 23), (24, 35), (36, 47), (48, 59), (60, None))
_LONG = 24
_NEVER = "无日期"
_ELSEWHERE = "县区不明"
_ONCE = "人"


def summary(study: Registry) -> Table:
    """The questions and their answers, in a sentence each."""
    told = [
        ("登记库与生产库", _states(study)),
        ("卡和备案", _kinds(study)),
        ("入户调查", _to_visit(study)),
        ("一人一号", _one_number(study)),
    ]
    note = "".join(f"没有{name}，无法回答：{text}。" for name, text in study.open_questions.items())
    note += mask.explanation("*" for _, answer in told if "*" in answer)
    frame = pd.DataFrame(told, columns=["问题", "回答"])
    return table(frame, caption=f"截至{study.period.label}", note=note)


def _states(study: Registry) -> str:
    if "registry" not in study:
        return "缺少全民参保登记库，无法回答"
    counts = _counts(study.reconciled, "state")
    return "；".join(
        f"{label}{_text(study, counts.get(key, 0), 'state', key != codes.AGREES, key)}人"
        for key, label in codes.RECONCILED.items()
    )


def _text(study: Registry, count: int, *key: object) -> str:
    return mask.text(count, key in study.withheld)


def _kinds(study: Registry) -> str:
    counts = _counts(study.holders, "kind")
    told = [
        f"{label}{_text(study, counts[key], 'holder', key)}人"
        for key, label in codes.HOLDER.items()
        if counts.get(key)
    ]
    return "；".join(told) or "没有发现不一致"


def _to_visit(study: Registry) -> str:
    if not study.at_home:
        return "缺少户籍人口和常住人口，无法回答"
    rows = study.visits
    doubtful = _text(study, words.persons(rows.filter(rows.doubtful)), "visit_doubtful", True)
    return f"{_text(study, words.persons(rows), 'visited')}人在各库均无记录，其中{doubtful}人有待复核的记录"


def _one_number(study: Registry) -> str:
    rows = study.golden
    open_ = words.persons(rows.filter(rows.why.isin(codes.NUMBER_OPEN)))
    several = words.persons(rows.filter(rows.candidates > 1))
    told = f"{_text(study, several, 'several', True)}人有几个有效号码，"
    told += f"{_text(study, open_, 'open', True)}人的号码仍待核"
    return f"{words.persons(rows):,}人中，{told}"


def _counts(rows: ir.Table, column: str) -> dict[str, int]:
    counted = rows.group_by(column).agg(people=rows.person.nunique()).to_pyarrow().to_pylist()
    return {row[column]: row["people"] for row in counted}


def overlap(study: Registry) -> Picture:
    """In which databases people stand together; who stands in no social insurance one in accent."""
    names = [name for name in _SETS if name in study or name == "production"]
    held = study.held
    rows = held.filter(~held.dead, ibis.or_(*(held[name] for name in names)))
    counted = rows.group_by(names).agg(count=rows.count()).order_by(names).to_pandas()
    labels = {name: codes.DATABASE[name] for name in names}
    alone = ~counted[[name for name in names if name in codes.SOCIAL]].any(axis=1)
    households = [labels[name] for name in names if name in codes.HOUSEHOLD]
    finding = ["＋".join(households), *households]
    every = int(counted.loc[counted[names].all(axis=1), "count"].sum())
    total, outside = int(counted["count"].sum()), int(counted.loc[alone, "count"].sum())
    return charts.upset(
        counted.rename(columns=labels),
        title=f"{total:,}人中只有{every / max(total, 1):.0%}在{len(names)}个库中都有；"
        f"{mask.suppress(outside)}人只有户籍或常住登记",
        unit=_ONCE,
        finding=finding,
        note=f"不含已死亡人员；只在国家库的外省人员不列。着色为不在登记库、生产库和社保卡中的人；其中国家库、异地就医备案也没有的，须入户。{words.source(study)}",
    )


def fall(study: Registry) -> Picture | Table:
    """From everybody in either database to those whom somebody has to look at."""
    if "registry" not in study:
        return words.unanswered("registry", NEEDED)
    counts = _counts(study.reconciled, "state")
    total = sum(counts.values())
    apart = total - counts.get("agrees", 0)
    agree, *others = [
        (label, counts.get(key, 0), "finding", ("state", key != codes.AGREES, key) in study.withheld)
        for key, label in codes.RECONCILED.items()
        if counts.get(key) or key == codes.AGREES
    ]
    rows = [("登记库或生产库", total, "total", False), (*agree[:2], "out", agree[3])]
    rows += [("需要核对", apart, "kept", False), *others]
    return charts.fall(
        pd.DataFrame(rows, columns=["label", "count", "role", "unseen"]),
        title=f"登记库、生产库合计{total:,}人，{apart / max(total, 1):.1%}对不上",
        unit=_ONCE,
        note=f"生产库为本省参保缴费和本省发放的待遇。{words.source(study)}",
    )


def advice(study: Registry) -> Table:
    """In what the two differ, how many people, and what is recommended."""
    if "registry" not in study:
        return words.unanswered("registry", NEEDED)
    rows, caption = study.differences, "登记库与生产库的差异和建议"
    return _advised(study, rows, "difference", codes.REGISTRY_DIFFERENCE, caption, "一人可有几类。")


def holders(study: Registry) -> Table:
    """Cards and filings that registry and production do not bear out, and what is recommended."""
    if not {"cards", "medical_filings"} & set(study.book.tables):
        return words.unanswered("cards", NEEDED)
    caption = "社保卡、异地就医备案与两库不符之处"
    return _advised(study, study.holders, "holder_advice", codes.HOLDER, caption)


def _advised(
    study: Registry, rows: ir.Table, name: str, labels: codes.Codes, caption: str, note: str = ""
) -> Table:
    keys = list(registry_cuts.ADVISED)
    found = rows.group_by(keys).agg(people=rows.person.nunique()).to_pandas()
    found = found.assign(unseen=cuts.among(study.withheld, name, *(found[key] for key in keys)))
    order = {key: at for at, key in enumerate(labels)}
    found = found.sort_values("kind", key=lambda kinds: kinds.map(order), ignore_index=True)
    frame = pd.DataFrame(
        {
            "差异": found["kind"].map(labels),
            "人数": found["people"],
            "建议": found["action"].map(codes.ACTION),
            "由谁办理": found["decides"].map(codes.DECIDES),
            "依据": words.basis(found),
        }
    )
    return table(
        frame,
        caption=caption,
        people=["人数"],
        hide={"人数": found["unseen"]},
        bar="人数",
        note=f"{note}只提建议，不作决定。",
    )


def places(study: Registry) -> Picture | Table:
    """Differences by county and kind."""
    if "registry" not in study:
        return words.unanswered("registry", NEEDED)
    rows = study.differences
    found = words.people(rows.mutate(county=rows.county.fill_null("")), "county", "kind")
    if not len(found):
        return words.nothing("登记库与生产库的差异", "没有发现。")
    order = {code: at for at, code in enumerate(region.counties(study.province)["region"].to_pylist())}
    found = found.sort_values(
        "county", key=lambda codes_: codes_.map(order).fillna(len(order)), kind="stable"
    )
    frame = pd.DataFrame(
        {
            "row": found["county"].map(region.label).where(found["county"] != "", _ELSEWHERE),
            "column": found["kind"].map(codes.REGISTRY_DIFFERENCE),
            "count": found["people"],
            "unseen": cuts.among(study.withheld, "county", found["county"], found["kind"]),
        }
    )
    columns = [label for label in codes.REGISTRY_DIFFERENCE.values() if label in set(frame["column"])]
    first = pd.DataFrame({"row": frame["row"].iloc[0], "column": columns, "count": 0, "unseen": False})
    most = frame.sort_values(["unseen", "count"], ascending=[False, True], kind="stable").iloc[-1]
    told = mask.text(most["count"], most["unseen"])
    return charts.matrix(
        pd.concat([first, frame], ignore_index=True),
        title=f"差异最多的是{most['row']}的“{most['column']}”，{told}人",
        unit=_ONCE,
        note=f"按常住地，其次户籍地、最近参保地分县区；一人可有几类。{words.source(study)}",
    )


def obligations(study: Registry) -> Picture | Table:
    """What the registry obliges to against what production shows, cover by cover."""
    if "registry" not in study:
        return words.unanswered("registry", NEEDED)
    found = words.people(study.obligations, "cover", "state")
    shown = [key for key in codes.OBLIGATION if key in {"unmet", *found["state"]} - {"met", "free"}]
    counts = found.set_index(["cover", "state"])["people"].to_dict()
    unmet = {cover: counts.get((cover, "unmet"), 0) for cover in codes.COVERS}
    most = max(unmet, key=lambda cover: unmet[cover])
    told = _text(study, unmet[most], "obligation", most, "unmet")
    return charts.matrix(
        pd.DataFrame(
            [
                {
                    "row": label,
                    "column": codes.OBLIGATION[state],
                    "count": counts.get((cover, state), 0),
                    "unseen": ("obligation", cover, state) in study.withheld,
                }
                for cover, label in codes.COVERS.items()
                for state in shown
            ]
        ),
        title=f"按登记应参而未参的，{codes.COVERS[most]}最多，{told}人",
        unit=_ONCE,
        note="按登记库的就业状态和年龄推断应参险种；应参已参和不需参的不列。" + words.source(study),
    )


def ages(study: Registry) -> Picture | Table:
    """How many months ago the registry last looked at those of whom it differs."""
    if "registry" not in study:
        return words.unanswered("registry", NEEDED)
    rows = study.differences
    rows = rows.filter(rows.state != "production_only")
    own = rows.group_by("person").agg(months=rows.months.max()).months.to_pandas()
    counts = [int(own.between(low, high if high is not None else own.max()).sum()) for low, high in _BANDS]
    labels = [f"{low}–{high}" if high is not None else f"{low}及以上" for low, high in _BANDS]
    never = int(own.isna().sum())
    frame = pd.DataFrame({"label": labels, "count": counts})
    if never:
        frame = pd.concat([frame, pd.DataFrame({"label": [_NEVER], "count": [never]})], ignore_index=True)
    old = int((own >= _LONG).sum())
    return charts.histogram(
        frame,
        title=f"有差异的登记人员中，{old / max(len(own), 1):.0%}两年以上没有登记或调查",
        unit=_ONCE,
        note=f"自最近一次登记或入户调查起算；只在生产库的人没有登记，不列。{words.source(study)}",
        axis="距最近登记或调查（个月）",
        finding=[label for label, (low, _) in zip(labels, _BANDS, strict=True) if low >= _LONG],
    )


def visits(study: Registry) -> Picture | Table:
    """People in no database by county, where it lies."""
    if not study.at_home:
        return words.unanswered("residents", NEEDED)
    found = words.people(study.visits, "region").rename(columns={"people": "value"})
    total = words.persons(study.visits)
    frame = region.counties(study.province).to_pandas().merge(found, on="region", how="left")
    frame["value"] = frame["value"].fillna(0).astype("int64")
    frame["unseen"] = cuts.among(study.withheld, "visit_in", frame["region"])
    title = f"{_text(study, total, 'visited')}人在各库均无记录，需入户调查"
    if frame["column"].isna().any():
        shown = pd.DataFrame({"县区": frame["name"], "人数": frame["value"]})
        return table(shown, caption=title, people=["人数"], hide={"人数": frame["unseen"]}, bar="人数")
    most = frame.sort_values(["value", "region"], ascending=[False, True])["name"][:3]
    return charts.tiles(
        frame,
        title=f"{title}：{'、'.join(most)}最多" if total else title,
        unit=_ONCE,
        note=f"按常住地，没有的按户籍地；名单只存记录号，交街道（乡镇）入户。{words.source(study)}",
    )


def visit_kinds(study: Registry) -> Table:
    """Whom to visit by where they can be found, with what is recommended."""
    if not study.at_home:
        return words.unanswered("residents", NEEDED)
    note = "有待复核记录的，先复核记录。"
    return _advised(study, study.visits, "visit_advice", codes.VISIT, "入户调查的对象", note)
