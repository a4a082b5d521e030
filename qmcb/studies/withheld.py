"""Which counts of a page are not shown, chosen together: its tables cut the same people differently.

Those of notebook 02 on duplicates are told here, the others by `cuts`.
"""

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from qmcb import codes
from qmcb.reports.suppress import Numbers
from qmcb.studies import cuts
from qmcb.studies.cuts import Hidden, Key

ADVICE = ("kind", "action", "keep", "decides", "document", "article", "confirmed")
_VERDICT = {"undecided": "undecided", "no_rule": "unruled"}  # of outcomes; the others are decided


def judged(rows: ir.Table) -> ir.Table:
    """The duplicates with verdict, of codes.VERDICT."""
    verdict = ibis.cases(
        (rows.stays.notnull(), "decided"), (rows.why == "no_rule", "unruled"), else_="undecided"
    )
    return rows.mutate(verdict=verdict)


def priced(rows: ir.Table) -> ir.Table:
    """The duplicates with outcome, of codes.WORTH where an amount goes back, else of codes.NO_AMOUNT."""
    outcome = ibis.cases(
        (rows.refunded.notnull(), "refunded"), (rows.recovered.notnull(), "recovered"), else_=rows.no_amount
    )
    return rows.mutate(outcome=outcome)


def duplicates(rows: ir.Table) -> Numbers:
    """What the page says of people with duplicates, and how a reader can put it together.

    Keys: ("scope", kind, scope) with their sum ("kinds", kind); ("verdict", kind, verdict) with their sum
    ("sides", kind); ("advice", *ADVICE); ("why", why) of those whom no rule settles; ("worth", outcome).
    The totals of titles are thought to be known.
    """
    held, rows = Numbers(), judged(priced(rows))
    scopes = _count(held, rows, "scope", "kind", "scope")
    verdicts = _count(held, rows, "verdict", "kind", "verdict")
    advised = _count(held, rows, "advice", *ADVICE)
    by_rule = {("advice", *values) for values in cuts.people(rows.filter(rows.effective.notnull()))(ADVICE)}
    whole = {name: _title(held, ("all", name), rows.filter(rows.verdict == name)) for name in codes.VERDICT}
    for name in codes.SCOPE:
        parts = [key for key in scopes if key[2] == name]
        held.union(_title(held, ("all", name), rows.filter(rows.scope == name)), parts)
    for name, key in whole.items():
        held.union(key, [part for part in verdicts if part[2] == name])
    people = cuts.people(rows)(("kind",))
    for (kind,), count in people.items():
        own = [[key for key in each if key[1] == kind] for each in (scopes, verdicts, advised)]
        held.unsaid(("people", kind), count)
        for parts in own:
            held.union(("people", kind), parts)
        held.printed(("kinds", kind), own[0])
        held.printed(("sides", kind), own[1])
        ruled = [key for key in own[1] if key[2] != "unruled"]
        unruled = [key for key in own[1] if key[2] == "unruled"]
        if unruled:
            held.union(unruled[0], [key for key in own[2] if key not in by_rule])
        if ruled:
            is_ruled = (rows.kind == kind) & (rows.verdict != "unruled")
            held.unsaid(("ruled", kind), _persons(rows.filter(is_ruled)))
            held.union(("ruled", kind), ruled)
            held.union(("ruled", kind), [key for key in own[2] if key in by_rule])
    held.union(whole["undecided"], _count(held, rows.filter(rows.verdict == "undecided"), "why", "why"))
    for key in _count(held, rows, "worth", "outcome"):
        of = whole[_VERDICT.get(str(key[1]), "decided")]
        if held.values[key] <= held.values[of]:
            held.part(key, of)
    # Which kinds an outcome or a reason is of, a reader sees or knows.
    _crossed(held, rows, "worth", "outcome")
    _crossed(held, rows.filter(rows.verdict == "undecided"), "why", "why")
    return held


def hide(
    hidden: Hidden, cells: Key, totals: Key, rows: Mapping[str, str], parts: Mapping[str, str]
) -> Callable[[pd.DataFrame], Mapping[str, npt.NDArray[np.bool_]]]:
    """For `charts.bars`: what not to show of cells (*`cells`, row, part) and totals (*`totals`, row).

    `rows` and `parts` give the labels of the picture by the codes of the keys.
    """
    by_row, by_part = ({label: key for key, label in told.items()} for told in (rows, parts))

    def of(wide: pd.DataFrame) -> Mapping[str, npt.NDArray[np.bool_]]:
        own = [
            [(*cells, by_row[str(row)], by_part[str(part)]) in hidden for part in wide.columns]
            if by_part
            else [(*cells, by_row[str(row)]) in hidden]
            for row in wide.index
        ]
        sums = [(*totals, by_row[str(row)]) in hidden for row in wide.index]
        return {"cells": np.array(own, bool).reshape(wide.shape), "rows": np.array(sums, bool)}

    return of


def _count(held: Numbers, rows: ir.Table, name: str, *keys: str) -> list[Key]:
    """Show the people by the keys, and return the keys of the numbers."""
    found = cuts.people(rows)(keys)
    for values, count in found.items():
        held.show((name, *values), count)
    return [(name, *values) for values in found]


def _crossed(held: Numbers, rows: ir.Table, name: str, by: str) -> None:
    """What stands nowhere: `by` and kind and verdict at once, of which both sides are made."""
    found = {(name, *values): count for values, count in cuts.people(rows)((by, "kind", "verdict")).items()}
    for key, count in found.items():
        held.unsaid(key, count)
    for whole in dict.fromkeys(key[:2] for key in found):
        held.union(whole, [key for key in found if key[:2] == whole])
    for kind, verdict in dict.fromkeys(key[2:] for key in found):
        held.union(("verdict", kind, verdict), [key for key in found if key[2:] == (kind, verdict)])


def _title(held: Numbers, key: Key, rows: ir.Table) -> Key:
    held.title(key, _persons(rows))
    return key


def _persons(rows: ir.Table) -> int:
    return cuts.people(rows)(())[()]
