"""The pictures and tables of notebook 01, each from a small frame and with a title that says what is seen."""

from collections.abc import Mapping

import ibis.expr.types as ir
import pandas as pd

from qmcb import codes
from qmcb.reports import charts, mask, style
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table, table
from qmcb.studies import cuts, quality_cuts, quality_frames, withheld, words
from qmcb.studies.data_quality import DataQuality
from qmcb.tables import CONTRACTS

_STATES = dict(
    zip(
        codes.QUALITY_STATE.values(),
        (style.ZONE["indifferent"], style.FIRM, style.ACCENT, style.HAIRLINE),
        strict=True,
    )
)


def summary(study: DataQuality) -> Table:
    """What is wrong and who puts it right, in a sentence each."""
    faults = study.faults
    asked = study.findings.filter(study.findings.kind.isin(codes.FAULTLESS))
    by_rule = {rule: faults.filter(faults.rule == rule) for rule in codes.QUALITY}
    numbers = by_rule["number"]
    rewritten = numbers.filter(numbers.kind.isin(codes.REWRITTEN))
    rewriting = mask.text(words.persons(rewritten), ("rewritten", True, "number", True) in study.withheld)
    states = words.people(faults, "state").set_index("state")["people"]
    told = [
        (
            "须更正的",
            f"{_people(faults)}，{faults.count().to_pyarrow().as_py():,}条疑点，"
            f"共核对{int(study.counts['records'].sum()):,}条记录",
        ),
        (codes.QUALITY["number"], f"{_people(numbers)}，其中{rewriting}人改写即可"),
        (
            codes.QUALITY["holder"],
            f"{_people(by_rule['holder'])}；另有{_people(asked)}非本省户籍，不属差错，待国家库核对",
        ),
        (codes.QUALITY["name"], _people(by_rule["name"])),
        (codes.QUALITY["dead"], _people(by_rule["dead"])),
        (
            "由谁更正",
            "；".join(
                f"{label}{mask.text(int(states[key]), ('state', True, key) in study.withheld)}人"
                for key, label in codes.QUALITY_STATE.items()
                if key in states.index
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
    counted = quality_cuts.records(study).groupby("step")["records"].sum()
    sizes = {step: int(counted.get(step, 0)) for step in codes.QUALITY_STEP}
    whole, wrong = sum(sizes.values()), sum(sizes[step] for step in quality_cuts.WRONG)

    def steps(role: str, *names: str) -> list[tuple[str, int, str, bool]]:
        return [
            (codes.QUALITY_STEP[name], sizes[name], role, ("step", role == "finding", name) in study.withheld)
            for name in names
            if sizes[name] or name == "right"
        ]

    rows = [("各表全部记录", whole, "total", False), *steps("out", "right", "rewritten", "elsewhere")]
    rows += [("须更正", wrong, "kept", False), *steps("finding", *quality_cuts.WRONG)]
    return charts.fall(
        pd.DataFrame(rows, columns=["label", "count", "role", "unseen"]),
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
    counted = counted.rename(columns={"people": "count"})
    frame = quality_frames.stacked(counted, codes.NAME_DIFFERENCE, codes.QUALITY_STATE, "state")
    return charts.bars(
        frame,
        title=f"{mask.suppress(people)}人的姓名与公安不符，{codes.NAME_DIFFERENCE[most]}最多",
        unit="人",
        note=f"一人可有几类。{words.source(study.linked)}",
        colours=_STATES,
        hide=withheld.hide(
            study.withheld,
            ("name", True, "name"),
            ("names", True, "name"),
            codes.NAME_DIFFERENCE,
            codes.QUALITY_STATE,
        ),
    )


def holders(study: DataQuality) -> Table:
    """Whose a right number is, where that is not in order: by kind, with what is ordered."""
    found = study.findings.filter(study.findings.rule == "holder")
    return _of_rule(study, found, "holder", codes.NUMBER_HOLDER, "号码合规而归属不清的")


def several(study: DataQuality) -> Table:
    """Tables in which one right number stands for several people."""
    found = study.several
    frame = pd.DataFrame(
        {"表": found["table"].map(_label), "涉及人数": found["people"], "记录数": found["records"]}
    )
    return table(
        frame,
        caption="同一张表里一号几人",
        people=["涉及人数"],
        sums={"记录数": found["people"]},
        bar="涉及人数",
    )


def deaths(study: DataQuality) -> Table:
    """Who is dead and still enrolled or drawing, by kind, with what is ordered."""
    found = study.faults.filter(study.faults.rule == "dead")
    return _of_rule(study, found, "dead", codes.DEAD, "已死亡仍参保或领取的")


def _of_rule(
    study: DataQuality, found: ir.Table, rule: str, labels: Mapping[str, str], caption: str
) -> Table:
    def hide(counted: pd.DataFrame) -> pd.DataFrame:
        of = (rule, counted["kind"])
        fault = ~counted["kind"].isin(codes.FAULTLESS)
        return quality_cuts.ordered(
            study.withheld, counted, ("ordered", fault, *of), ("ordered records", *of)
        )

    return quality_frames.orders(found, "kind", labels, "情形", caption, hide)


def _by_table(study: DataQuality, rule: str) -> Picture | Table:
    found = study.faults.filter(study.faults.rule == rule)
    counted = words.people(found, "kind", "table")
    if not len(counted):
        return words.nothing(codes.QUALITY[rule], "没有发现。")
    counted = quality_frames.in_order(counted, "kind", codes.QUALITY_KINDS[rule])
    tables = {name: contract.label for name, contract in CONTRACTS.items() if name in set(counted["table"])}
    labels = codes.QUALITY_KINDS[rule]
    most = (
        words.people(found, "kind").sort_values(["people", "kind"], ascending=[False, True])["kind"].iloc[0]
    )
    return quality_frames.matrix(
        counted["kind"].map(labels), counted["table"], counted["people"], tables,
        unseen=cuts.among(study.withheld, "table", True, rule, counted["kind"], counted["table"]),
        title=f"{mask.suppress(words.persons(found))}人的号码不合编码规则，{labels[most]}的最多",
        note=f"一人可在几张表里。{words.source(study.linked)}",
    )  # fmt: skip


def _people(rows: ir.Table) -> str:
    return f"{mask.suppress(words.persons(rows))}人"


def _label(name: str) -> str:
    return CONTRACTS[name].label
