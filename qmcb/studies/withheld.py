"""Which counts of a page are not shown, chosen together: its tables cut the same people differently.

Those of notebook 02 on duplicates are told here, the others by `cuts`.
"""

from collections.abc import Callable, Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from qmcb import codes
from qmcb.reports.suppress import FEWEST, Numbers
from qmcb.studies import cuts, missing_cuts
from qmcb.studies.cuts import Hidden, Key

ADVICE = ("kind", "action", "keep", "decides", "document", "article", "confirmed")
_VERDICT = {"undecided": "undecided", "no_rule": "unruled"}  # of outcomes; the others are decided
Tuple = tuple[object, ...]


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
    by_rule = {("advice", *values) for values in _table(rows.filter(rows.effective.notnull()), *ADVICE)}
    whole = {name: _told(held, ("all", name), rows.filter(rows.verdict == name)) for name in codes.VERDICT}
    for name in codes.SCOPE:
        parts = [key for key in scopes if key[2] == name]
        held.union(_told(held, ("all", name), rows.filter(rows.scope == name)), parts)
    for name, key in whole.items():
        held.union(key, [part for part in verdicts if part[2] == name])
    people = _table(rows, "kind")
    for (kind,), count in people.items():
        own = [[key for key in each if key[1] == kind] for each in (scopes, verdicts, advised)]
        held.unsaid(("people", kind), count)
        for parts in own:
            held.union(("people", kind), parts)
        _sum(held, ("kinds", kind), own[0])
        _sum(held, ("sides", kind), own[1])
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


def states(hidden: Hidden, name: str, frame: pd.DataFrame, *more: object, lacking: bool = True) -> list[bool]:
    """The same of the numbers of residents by standing and rule (`missing_cuts.RULED`)."""
    columns = [frame[column] if column != "lacking" else lacking for column in missing_cuts.RULED]
    return cuts.among(hidden, name, *columns, *more)


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


def _count(held: Numbers, rows: ir.Table, name: str, *keys: str) -> list[Tuple]:
    """Show the people by the keys, and return the keys of the numbers."""
    found = _table(rows, *keys)
    for values, count in found.items():
        held.show((name, *values), count)
    return [(name, *values) for values in found]


def _crossed(held: Numbers, rows: ir.Table, name: str, by: str) -> None:
    """What stands nowhere: `by` and kind and verdict at once, of which both sides are made."""
    found = {(name, *values): count for values, count in _table(rows, by, "kind", "verdict").items()}
    for key, count in found.items():
        held.unsaid(key, count)
    for whole in dict.fromkeys(key[:2] for key in found):
        held.union(whole, [key for key in found if key[:2] == whole])
    for kind, verdict in dict.fromkeys(key[2:] for key in found):
        held.union(("verdict", kind, verdict), [key for key in found if key[2:] == (kind, verdict)])


def _table(rows: ir.Table, *keys: str) -> dict[Tuple, int]:
    counted = rows.group_by(list(keys)).agg(people=rows.person.nunique()).order_by(list(keys))
    told = counted.to_pyarrow().to_pylist()
    return {tuple(row[key] for key in keys): row["people"] for row in told}


def _told(held: Numbers, key: Tuple, rows: ir.Table) -> Tuple:
    """A number that a title tells; one of a few is hidden there too."""
    count = _persons(rows)
    (held.show if 0 < count < FEWEST else held.known)(key, count)
    return key


def _sum(held: Numbers, key: Tuple, parts: Sequence[Tuple]) -> None:
    held.show(key, sum(held.values[part] for part in parts))
    held.total(key, parts)


def _persons(rows: ir.Table) -> int:
    return int(rows.person.nunique().to_pyarrow().as_py())
