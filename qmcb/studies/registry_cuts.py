"""How page 03 counts people: differences, obligations, visits, holders, golden records; told together."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qmcb import codes
from qmcb.reports.suppress import Numbers
from qmcb.studies import cuts
from qmcb.studies.cuts import Cuts, Hidden

if TYPE_CHECKING:
    from qmcb.studies.registry import Registry

ADVISED = ("kind", "action", "decides", "document", "article", "confirmed")


def numbers(study: "Registry") -> Numbers:
    """What the page says of people, and how a reader can put it together.

    Keys: ("state", apart, state), ("difference", *ADVISED), ("county", county, kind), ("obligation", cover,
    state), ("household", part), ("visited",), ("visit", kind) and ("visit_advice", *ADVISED), ("visit_in",
    region), ("visit_doubtful", True), ("holder", kind) and ("holder_advice", *ADVISED), ("why", open, why),
    ("open", True), ("several", True), and for each field of the golden record ("<field>_from", table) and
    ("<field>_agreement", agreement). Totals of titles are thought to be known.
    """
    held = Numbers()
    if "registry" in study:
        _differences(held, study)
    if study.at_home:
        _visits(held, study)
    holders = Cuts(held, cuts.people(study.holders))
    holders.show("holder", "kind")
    holders.show("holder_advice", *ADVISED)
    _golden(held, study)
    return held


def unseen(hidden: Hidden) -> dict[str, list[str]]:
    """Of each balance line of people, by its label, the parts that are not shown."""

    def parts(labels: Mapping[str, str], *key: object) -> list[str]:
        return [label for name, label in labels.items() if (*key, name) in hidden]

    lines = {
        codes.REGISTRY_LINE["either"]: [
            label
            for state, label in codes.RECONCILED.items()
            if ("state", state != codes.AGREES, state) in hidden
        ],
        codes.REGISTRY_LINE["households"]: [
            *parts(codes.HOUSEHOLD_PART, "household"),
            *parts(codes.VISIT, "visit"),
        ],
        codes.REGISTRY_LINE["numbers"]: [
            label
            for why, label in codes.NUMBER_WHY.items()
            if ("why", why in codes.NUMBER_OPEN, why) in hidden
        ],
    }
    covers = {
        f"{codes.REGISTRY_LINE['either']}（{label}）": parts(codes.OBLIGATION, "obligation", cover)
        for cover, label in codes.COVERS.items()
    }
    return lines | covers


def _differences(held: Numbers, study: "Registry") -> None:
    rows = study.reconciled
    both = Cuts(held, cuts.people(rows.mutate(apart=rows.state != codes.AGREES)))
    both.known("either")
    both.known("apart", "apart")
    both.show("state", "apart", "state")
    rows = study.differences
    told = Cuts(held, cuts.people(rows.mutate(county=rows.county.fill_null(""))))
    told.unsaid("differing", "state")
    told.unsaid("kind", "kind")
    told.show("difference", *ADVISED)
    told.show("county", "county", "kind")
    told.unsaid("kind_of_state", "state", "kind")
    for state in codes.RECONCILED:
        whole, differing = ("state", True, state), ("differing", state)
        if differing in held.values:
            held.part(differing, whole)
    obliged = Cuts(held, cuts.people(study.obligations))
    obliged.known("obliged", "cover")
    obliged.show("obligation", "cover", "state")


def _visits(held: Numbers, study: "Registry") -> None:
    told = Cuts(held, cuts.people(study.visits))
    told.show("visited")
    told.show("visit", "kind")
    told.show("visit_advice", *ADVISED)
    told.show("visit_in", "region")
    told.show("visit_doubtful", "doubtful", doubtful=True)
    parts = study.households
    for name, count in parts.items():
        held.show(("household", name), count)
    held.known(("households",), sum(parts.values()) + held.values["visited",])
    held.total(("households",), [*(("household", name) for name in parts), ("visited",)])


def _golden(held: Numbers, study: "Registry") -> None:
    rows = study.golden
    told = Cuts(
        held, cuts.people(rows.mutate(open=rows.why.isin(codes.NUMBER_OPEN), several=rows.candidates > 1))
    )
    told.known("golden")
    told.show("open", "open", open=True)
    told.show("several", "several", several=True)
    told.show("why", "open", "why")
    for field in codes.GOLDEN:
        told.show(f"{field}_from", f"{field}_from")
        told.show(f"{field}_agreement", f"{field}_agreement")
        told.unsaid(field, f"{field}_from", f"{field}_agreement")
    told.unsaid("numbers", "open", "why", "several", "id_number_agreement")
