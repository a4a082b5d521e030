"""The pictures and tables of notebook 01, each from a small frame and with a title that says what is seen."""

from collections.abc import Mapping

import ibis.expr.types as ir
import pandas as pd

from qmcb import codes
from qmcb.identity import region
from qmcb.reports import charts, mask, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import words
from qmcb.studies.data_quality import DataQuality
from qmcb.tables import CONTRACTS

_PALE = style.ZONE["partial"]
_EVIDENCE = {
    "足以更正": (("rewritten", "public_security", "registered_name", "death_record"), style.FIRM),
    "须核对后更正": (("linked", "other_tables"), _PALE),
    "无从推定": (codes.UNPROPOSED, style.ACCENT),
}
_FLOW = {"corrected": style.FIRM, "gone": style.HAIRLINE, "open": style.CONTEXT, "new": style.ACCENT}

_STATES = dict(
    zip(codes.QUALITY_STATE.values(), (_PALE, style.FIRM, style.ACCENT, style.HAIRLINE), strict=True)
)


def summary(study: DataQuality) -> Table:
    """What is wrong and who puts it right, in a sentence each."""
    faults = study.faults
    asked = study.findings.filter(study.findings.kind.isin(codes.FAULTLESS))
    by_rule = {rule: faults.filter(faults.rule == rule) for rule in codes.QUALITY}
    numbers = by_rule["number"]
    rewritten = numbers.filter(numbers.kind.isin(codes.REWRITTEN))
    counted = words.people(faults, "state")
    states = dict(zip(counted["state"], counted["people"], strict=True))
    told = [
        (
            "须更正的",
            f"{_people(faults)}，{faults.count().to_pyarrow().as_py():,}条疑点，"
            f"共核对{int(study.counts['records'].sum()):,}条记录",
        ),
        (codes.QUALITY["number"], f"{_people(numbers)}，其中{_people(rewritten)}改写即可"),
        (
            codes.QUALITY["holder"],
            f"{_people(by_rule['holder'])}；另有{_people(asked)}非本省户籍，不属差错，待国家库核对",
        ),
        (codes.QUALITY["name"], _people(by_rule["name"])),
        (codes.QUALITY["dead"], _people(by_rule["dead"])),
        (
            "由谁更正",
            "；".join(
                f"{label}{mask.suppress(states[key])}人"
                for key, label in codes.QUALITY_STATE.items()
                if key in states
            ),
        ),
    ]
    absent = study.open_questions
    note = "".join(f"没有{name}，无法回答：{question}。" for name, question in absent.items())
    return table(
        pd.DataFrame(told, columns=["问题", "回答"]), caption=f"截至{study.linked.period.label}",
        note=f"一人可有几类疑点，也可有几条记录。{note}",
    )  # fmt: skip


def fall(study: DataQuality) -> Picture:
    """From all records to those that somebody has to correct, the first thing wrong with each counted."""
    counts = study.counts
    rewritten = counts["number"].isin(codes.REWRITTEN)
    number = ~counts["number"].isin((*codes.IN_ORDER, *codes.REWRITTEN))
    tests = {
        "号码须查证": number,
        codes.QUALITY["holder"]: counts["holder"].isin(codes.DISPUTED),
        codes.QUALITY["name"]: ~counts["name"].isin(codes.IN_ORDER),
        "号码改写即可": rewritten,
        "非本省户籍，待国家库核对": counts["holder"].isin(codes.FAULTLESS),
    }
    left, sizes = pd.Series(True, index=counts.index), {}
    for label, test in tests.items():
        sizes[label] = int(counts.loc[left & test, "records"].sum())
        left &= ~test
    whole, right = int(counts["records"].sum()), int(counts.loc[left, "records"].sum())
    first, second = list(tests)[3:], list(tests)[:3]
    wrong = sum(sizes[label] for label in second)
    rows = [("各表全部记录", whole, "total"), ("未见差错", right, "out")]
    rows += [(label, sizes[label], "out") for label in first if sizes[label]]
    rows += [
        ("须更正", wrong, "kept"),
        *((label, sizes[label], "finding") for label in second if sizes[label]),
    ]
    return charts.fall(
        pd.DataFrame(rows, columns=["label", "count", "role"]),
        title=f"{whole:,}条记录中{mask.suppress(wrong)}条须查证更正，占{style.share(wrong, whole)}",
        unit="条",
        note=f"一条记录有几处差错的，只计入最先的一类；死亡后参保领取另列。{words.source(study.linked)}",
    )


def numbers(study: DataQuality) -> Picture | Table:
    """Numbers against the coding rule: people by what is wrong and in which table."""
    return _by_table(study, "number")


def names(study: DataQuality) -> Picture | Table:
    """Names that differ: people by how, and by how they stand to the offices."""
    if "residents" not in study.linked.book:
        return words.unanswered("residents")
    found = study.faults.filter(study.faults.rule == "name")
    counted = words.people(found, "kind", "state")
    people = words.persons(found)
    if not people:
        return words.nothing(codes.QUALITY["name"], "没有发现。")
    most = (
        words.people(found, "kind").sort_values(["people", "kind"], ascending=[False, True])["kind"].iloc[0]
    )
    frame = _stacked(counted, codes.NAME_DIFFERENCE, codes.QUALITY_STATE, "state")
    return charts.bars(
        frame,
        title=f"{mask.suppress(people)}人的姓名与公安不符，{codes.NAME_DIFFERENCE[most]}最多",
        unit="人",
        note=f"一人可有几类。{words.source(study.linked)}",
        colours=_STATES,
    )


def holders(study: DataQuality) -> Table:
    """Whose a right number is, where that is not in order: by kind, with what is ordered."""
    found = study.findings.filter(study.findings.rule == "holder")
    return _orders(found, "kind", codes.NUMBER_HOLDER, "情形", "号码合规而归属不清的")


def several(study: DataQuality) -> Table:
    """Tables in which one right number stands for several people."""
    found = study.several
    frame = pd.DataFrame(
        {"表": found["table"].map(_label), "号码数": found["numbers"], "涉及人数": found["people"]}
    )
    return table(frame, caption="同一张表里一号几人", people=["号码数", "涉及人数"])


def deaths(study: DataQuality) -> Table:
    """Who is dead and still enrolled or drawing, by kind, with what is ordered."""
    found = study.faults.filter(study.faults.rule == "dead")
    return _orders(found, "kind", codes.DEAD, "情形", "已死亡仍参保或领取的")


def places(study: DataQuality) -> Picture | Table:
    """Who has to correct: people by county and by the way of correction."""
    here = study.faults.filter(study.faults.county.startswith(study.linked.province))
    found = words.people(here, "county", "state")
    if not len(found):
        return words.nothing("各县区须更正的人", "没有发现。")
    order = {code: at for at, code in enumerate(region.counties(study.linked.province)["region"].to_pylist())}
    found = found.sort_values("county", key=lambda own: own.map(order).fillna(len(order)), kind="stable")
    elsewhere = words.persons(study.faults.anti_join(here.select("person").distinct(), "person"))
    most = found.sort_values("people", kind="stable").iloc[-1]
    away = f"另有{mask.suppress(elsewhere)}人的记录在外省或不知县区；" if elsewhere else ""
    return _matrix(
        found["county"].map(region.label), found["state"], found["people"], codes.QUALITY_STATE,
        title=f"须更正的人：{region.label(most['county'])}{codes.QUALITY_STATE[most['state']]}的最多，"
        f"{mask.suppress(int(most['people']))}人",
        note=f"{away}更正办法依状态而定，见下表。{words.source(study.linked)}",
    )  # fmt: skip


def orders(study: DataQuality) -> Table:
    """The way of correction ordered for each state, with its article and who acts."""
    found = study.faults.filter(
        study.faults.rule.isin(("number", "name")) | (study.faults.kind == "not_found")
    )
    return _orders(found, "state", codes.QUALITY_STATE, "状态", "号码、姓名有误的，怎样更正")


def proposals(study: DataQuality) -> Picture | Table:
    """For which kinds a correction can be proposed, and how well it is supported."""
    found = study.faults.filter(study.faults.rule.isin(("number", "holder")))
    counted = words.people(found, "kind", "evidence")
    if not len(counted):
        return words.nothing("更正建议", "没有发现。")
    group = {key: label for label, (keys, _) in _EVIDENCE.items() for key in keys}
    counted = counted.assign(part=counted["evidence"].map(group))
    counted = counted.groupby(["kind", "part"], as_index=False).agg(people=("people", "sum"))
    frame = _stacked(
        counted, {**codes.NUMBER_FAULT, **codes.NUMBER_HOLDER}, {label: label for label in _EVIDENCE}, "part"
    )
    records = found.count().to_pyarrow().as_py()
    proposed = found.filter(found.evidence.notin(codes.UNPROPOSED)).count().to_pyarrow().as_py()
    return charts.bars(
        frame,
        title=f"{style.share(proposed, records)}的号码疑点可以提出更正建议",
        unit="人",
        note="只提建议，不自动改库；号码本身只见于交办工作簿，本页和结果表都没有。"
        f"一人可有几类。{words.source(study.linked)}",
        colours={label: colour for label, (_, colour) in _EVIDENCE.items()},
    )


def evidence(study: DataQuality) -> Table:
    """What the proposals rest on, strongest first."""
    found = study.faults
    counted = found.group_by("evidence").agg(people=found.person.nunique(), records=found.count())
    counted = counted.order_by("evidence").to_pandas()
    counted = _in_order(counted, "evidence", codes.EVIDENCE)
    frame = pd.DataFrame(
        {
            "依据": counted["evidence"].map(codes.EVIDENCE),
            "人数": counted["people"],
            "疑点条数": counted["records"],
        }
    )
    return table(
        frame, caption="更正建议的依据", people=["人数"], sums={"疑点条数": counted["people"]}, bar="人数"
    )


def flow(study: DataQuality) -> Picture | Table:
    """What became of the faults of an earlier run; a sentence where there is none to compare with."""
    if study.before is None:
        return words.nothing(
            "与上期相比",
            "没有给出上期结果表，无法比较；可用参数earlier指明上期运行的tables/01_data_quality。",
        )
    found = study.flow()
    if not len(found):
        return words.nothing("与上期相比", "两期都没有发现差错。")
    labels = {kind: label for kinds in codes.QUALITY_KINDS.values() for kind, label in kinds.items()}
    sums = found.groupby("flow")["records"].sum()
    frame = _stacked(found.rename(columns={"records": "people"}), labels, codes.QUALITY_FLOW, "flow")
    count = {key: mask.suppress(int(sums.get(key, 0))) for key in codes.QUALITY_FLOW}
    return charts.bars(
        frame,
        title=f"上期以来已更正{count['corrected']}条，新增{count['new']}条，{count['open']}条仍未更正",
        unit="条",
        note=f"按来源表的记录号对照两期；{words.source(study.linked)}",
        colours={codes.QUALITY_FLOW[key]: colour for key, colour in _FLOW.items()},
    )


def _by_table(study: DataQuality, rule: str) -> Picture | Table:
    found = study.faults.filter(study.faults.rule == rule)
    counted = words.people(found, "kind", "table")
    if not len(counted):
        return words.nothing(codes.QUALITY[rule], "没有发现。")
    counted = _in_order(counted, "kind", codes.QUALITY_KINDS[rule])
    tables = {name: contract.label for name, contract in CONTRACTS.items() if name in set(counted["table"])}
    labels = codes.QUALITY_KINDS[rule]
    most = (
        words.people(found, "kind").sort_values(["people", "kind"], ascending=[False, True])["kind"].iloc[0]
    )
    return _matrix(
        counted["kind"].map(labels), counted["table"], counted["people"], tables,
        title=f"{mask.suppress(words.persons(found))}人的号码不合编码规则，{labels[most]}的最多",
        note=f"一人可在几张表里。{words.source(study.linked)}",
    )  # fmt: skip


def _matrix(
    rows: pd.Series, keys: pd.Series, counts: pd.Series, columns: Mapping[str, str], *, title: str, note: str
) -> Picture:
    """A heat table of people with its columns in the order of `columns`."""
    frame = pd.DataFrame({"row": rows, "column": keys.map(columns), "count": counts})
    there = [label for label in columns.values() if label in set(frame["column"])]
    # The columns come in the order of their first row, so that every one of them needs a cell there.
    first = pd.DataFrame({"row": frame["row"].iloc[0], "column": there, "count": 0})
    return charts.matrix(pd.concat([first, frame], ignore_index=True), title=title, unit="人", note=note)


def _stacked(
    counted: pd.DataFrame, kinds: Mapping[str, str], parts: Mapping[str, str], part: str
) -> pd.DataFrame:
    """label, part and count for bars, the parts in their order."""
    frame = pd.DataFrame(
        {"label": counted["kind"].map(kinds), "part": counted[part].map(parts), "count": counted["people"]}
    )
    order = list(parts.values())
    return frame.sort_values("part", key=lambda own: own.map(order.index), kind="stable")


def _orders(found: ir.Table, by: str, labels: Mapping[str, str], head: str, caption: str) -> Table:
    """People and records by kind or state, with action, who acts and the article."""
    keys = [by, "action", "decides", "document", "article", "confirmed"]
    counted = found.group_by(keys).agg(people=found.person.nunique(), records=found.count())
    counted = counted.order_by(keys).to_pandas()
    counted = _in_order(counted, by, labels)
    frame = pd.DataFrame(
        {
            head: counted[by].map(labels),
            "人数": counted["people"],
            "记录数": counted["records"],
            "怎样办": counted["action"].map(codes.ACTION),
            "由谁办": counted["decides"].map(codes.DECIDES),
            "依据": words.basis(counted),
        }
    )
    return table(
        frame, caption=caption, people=["人数"], sums={"记录数": counted["people"]}, bar="人数",
        note="“—”为没有文件规定，办法是假定的。" if (counted["article"].isna()).any() else "",
    )  # fmt: skip


def _in_order(counted: pd.DataFrame, name: str, labels: Mapping[str, str]) -> pd.DataFrame:
    order = list(labels)
    return counted.sort_values(name, key=lambda own: own.map(order.index), kind="stable")


def _people(rows: ir.Table) -> str:
    return f"{mask.suppress(words.persons(rows))}人"


def _label(name: str) -> str:
    return CONTRACTS[name].label
