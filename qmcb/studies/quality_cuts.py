"""How page 01 counts people and records with something wrong; told together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import pandas as pd

from qmcb import codes
from qmcb.enrolment import quality
from qmcb.reports.suppress import Numbers
from qmcb.studies import cuts
from qmcb.studies.cuts import Cuts, Hidden
from qmcb.tables import CONTRACTS

if TYPE_CHECKING:
    from qmcb.studies.data_quality import DataQuality

ORDERED = ("action", "decides", "document", "article", "confirmed")
PEOPLE = "须更正的人（各计一次）"
PROPOSED = ("number", "holder")
WRONG = ("number", "holder", "name")
"""Of codes.QUALITY_STEP those that somebody has to look into."""
_ASKED = {
    "number": ("number", set(codes.NUMBER_FAULT) - {*codes.IN_ORDER, *codes.REWRITTEN}),
    "holder": ("holder", codes.DISPUTED),
    "name": ("name", set(codes.NAME_DIFFERENCE) - {*codes.IN_ORDER}),
    "rewritten": ("number", codes.REWRITTEN),
    "elsewhere": ("holder", codes.FAULTLESS),
}
"""Of each step, in their order, which answers to which question it is about."""
_PART = {"rewritten": "sure", "public_security": "sure", "registered_name": "sure", "death_record": "sure"}
_PART |= {"linked": "likely", "other_tables": "likely"} | dict.fromkeys(codes.UNPROPOSED, "none")


def numbers(study: "DataQuality") -> Numbers:
    """What the page says of people and records, and how a reader can put it together.

    Of people: ("rewritten", True, "number", True), ("state", True, state), ("table", True, "number", kind,
    table), ("ordered", fault, rule, kind, *ORDERED) of holder and dead, ("name", True, "name", kind, state)
    and their sums ("names", True, "name", kind), ("order", True, True, state, *ORDERED), ("place", True,
    True, county, state), ("elsewhere",), ("evidence", True, evidence), ("first", rule). Of records:
    ("records of number", table, kind) and the like, ("step", wrong, step), ("proposal", rule, kind, part)
    and their sums ("proposals", rule, kind), ("ordered records", rule, kind, *ORDERED), ("order records",
    True, state, *ORDERED), ("evidence records", evidence). Who has something wrong by which rule, and how
    many records there are, is thought to be known.
    """
    held = Numbers()
    _people(held, study)
    _records(held, study)
    return held


def records(study: "DataQuality") -> pd.DataFrame:
    """The counts of records with `step`, of codes.QUALITY_STEP, and `wrong`, whether somebody has to look."""
    counts = study.counts
    step = pd.Series("right", index=counts.index)
    for name, (question, kinds) in reversed(_ASKED.items()):
        step = step.mask(counts[question].isin(kinds), name)
    return counts.assign(step=step, wrong=step.isin(WRONG))


def found(study: "DataQuality") -> pd.DataFrame:
    """The records of the findings by table, rule, kind, evidence, state, `corrected` and what is ordered.

    `part` is how well a correction is supported (codes.SUPPORT), null of the faultless.
    """
    keys = ["table", "rule", "kind", "evidence", "state", "corrected", *ORDERED]
    rows = _marked(study)
    counted: pd.DataFrame = rows.group_by(keys).agg(records=rows.count()).order_by(keys).to_pandas()
    return counted.assign(part=counted["evidence"].map(_PART))


def proposals(study: "DataQuality") -> pd.DataFrame:
    """Of these the faults of number and holder."""
    counted = study.found
    return counted[counted["rule"].isin(PROPOSED) & counted["part"].notna()]


def first(study: "DataQuality") -> dict[str, int]:
    """Everybody with a fault once, by the first rule that says so."""
    order = {rule: place for place, rule in enumerate(codes.QUALITY)}
    own = study.faults.group_by("person").agg(rank=study.faults.rule.cases(*order.items()).min())
    counted = own.group_by("rank").agg(people=own.count()).to_pandas().set_index("rank")["people"]
    return {rule: int(counted.get(place, 0)) for rule, place in order.items()}


def unseen(hidden: Hidden) -> dict[str, list[str]]:
    """Of each balance line of people and records, by its label, the parts that are not shown."""
    lines = {
        line(table, question): [
            label
            for kind, label in codes.QUALITY_KINDS[question].items()
            if (f"records of {question}", table, kind) in hidden
        ]
        for table in CONTRACTS
        for question in quality.QUESTIONS
    }
    return {**lines, PEOPLE: [label for rule, label in codes.QUALITY.items() if ("first", rule) in hidden]}


def line(table: str, question: str) -> str:
    """The label of the balance line about one question asked of each record of a table."""
    return f"{CONTRACTS[table].label}：{codes.QUALITY_QUESTION[question]}"


def ordered(
    hidden: Hidden, counted: pd.DataFrame, people: Sequence[object], records: Sequence[object]
) -> pd.DataFrame:
    """Of rows with what is ordered whether to hide `people` and `records`, by how their keys begin."""
    keys = [counted[column] for column in ORDERED]
    hide = {"people": (*people, *keys), "records": (*records, *keys)}
    return pd.DataFrame(
        {name: cuts.among(hidden, str(key[0]), *key[1:]) for name, key in hide.items()}, index=counted.index
    )


def _marked(study: "DataQuality") -> ir.Table:
    rows = study.findings
    return rows.mutate(
        fault=rows.kind.notin(codes.FAULTLESS),
        rewritten=rows.kind.isin(codes.REWRITTEN),
        here=rows.county.startswith(study.linked.province).fill_null(False),
        corrected=rows.rule.isin(("number", "name")) | (rows.kind == "not_found"),
    )


def _people(held: Numbers, study: "DataQuality") -> None:
    told = Cuts(held, cuts.people(_marked(study)))
    told.known("people", "fault", fault=True)
    told.known("rule", "fault", "rule", fault=True)
    told.show("rewritten", "fault", "rule", "rewritten", fault=True, rule="number", rewritten=True)
    told.show("state", "fault", "state", fault=True)
    told.unsaid("kind", "fault", "rule", "kind")
    told.show("table", "fault", "rule", "kind", "table", fault=True, rule="number")
    told.show("ordered", "fault", "rule", "kind", *ORDERED, rule=("holder", "dead"))
    told.show("name", "fault", "rule", "kind", "state", fault=True, rule="name")
    told.sums("names", "name", "fault", "rule", "kind")
    told.show("order", "fault", "corrected", "state", *ORDERED, fault=True, corrected=True)
    told.unsaid("here", "fault", "here")
    told.show("place", "fault", "here", "county", "state", fault=True, here=True)
    told.show("evidence", "fault", "evidence", fault=True)
    everybody = ("people", True)
    if everybody in held.values:
        here = held.values.get(("here", True, True), 0)
        held.show(("elsewhere",), held.values[everybody] - here)
        held.total(everybody, [("elsewhere",), *[("here", True, True)] * bool(here)])
        firsts = {("first", rule): count for rule, count in study.first.items()}
        for key, count in firsts.items():
            held.show(key, count)
            if count:
                held.part(key, ("rule", True, key[1]))
        held.total(everybody, firsts)


def _records(held: Numbers, study: "DataQuality") -> None:
    told = Cuts(held, cuts.records(records(study), "records"))
    told.known("records", "table")
    told.known("wrong", "wrong")
    told.show("step", "wrong", "step")
    for question in quality.QUESTIONS:
        told.show(f"records of {question}", "table", question)
    for _, wrong, step in told.numbers("step"):
        if step in _ASKED:
            question, kinds = _ASKED[step]
            parts = [key for key in told.numbers(f"records of {question}") if key[2] in kinds]
            held.unsaid(("asked", step), sum(held.values[key] for key in parts))
            held.total(("asked", step), parts)
            held.part(("step", wrong, step), ("asked", step))
    frame = study.found
    told = Cuts(held, cuts.records(frame, "records"))
    told.unsaid("kind records", "rule", "kind")
    told.show("proposal", "rule", "kind", "part", rule=PROPOSED, part=codes.SUPPORT)
    told.sums("proposals", "proposal", "rule", "kind")
    told.show("ordered records", "rule", "kind", *ORDERED, rule=("holder", "dead"))
    told.show("evidence records", "evidence", evidence=codes.EVIDENCE)
    told.unsaid("by evidence", "rule", "kind", "part", "evidence")
    told.unsaid("corrected", "corrected")
    told.show("order records", "corrected", "state", *ORDERED, corrected=True)
    each = frame.groupby(["rule", "kind"])["corrected"].any()
    held.total(("corrected", True), [("kind records", *kind) for kind in each[each].index])
    told.unsaid("finding", "rule", "kind", "table")
    for key in told.numbers("finding"):
        _, rule, kind, table = key
        if rule in quality.QUESTIONS:
            held.part(key, (f"records of {rule}", table, kind))
        if (of_people := ("table", True, rule, kind, table)) in held.values:
            held.part(of_people, key)
