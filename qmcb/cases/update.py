"""Taking the doubts of a run: what is new is opened, what is gone or settled closed, what changed told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import pyarrow as pa

from qmcb import balance, codes
from qmcb.balance import Line
from qmcb.cases import doubt, settled, state
from qmcb.cases.current import current
from qmcb.cases.doubt import Run
from qmcb.cases.store import TABLES, Store
from qmcb.errors import InputError

Row = dict[str, Any]
_NO_CASE: Row = dict.fromkeys(("state", "answer", "reason", "settled", "closed", "facts"))
_Facts = dict[tuple[str, str], list[Row]]
_STAYS = "stays"


@dataclass(frozen=True)
class Taken:
    """How many cases of a run were opened, came back, changed, were closed, or stay as they were."""

    counts: Mapping[str, int]
    doubts: int

    @property
    def line(self) -> Line:
        """Cases of the run = opened + returned + changed + settled + unchanged; those gone are beside it."""
        parts = {name: count for name, count in self.counts.items() if name != "gone"}
        return Line("本期疑点", self.doubts, tuple(parts.items()))

    def summary(self) -> str:
        told = ", ".join(f"{count:,} {name}" for name, count in self.counts.items() if count)
        return f"{self.doubts:,} cases in the run: {told or 'none'}"


def update(store: Store, run: Run, *, who: str, now: datetime) -> Taken:
    """Take a run; the same run again changes nothing.

    A case that is gone is closed only where the run has read the tables in which it would be found.
    Raises `InputError` for a run of another province, or of an earlier period than the last one.
    """
    _fits(store, run)
    known = {row["case"]: row for row in current(store).to_pyarrow().to_pylist()}
    before = _facts_of(store)
    counts = dict.fromkeys(("opened", "returned", "changed", "settled", _STAYS, "gone"), 0)
    events, facts, seen = [], [], set()
    for case, group in groupby(run.doubts.to_pylist(), key=lambda row: row["case"]):
        found = list(group)
        seen.add(case)
        digest = doubt.facts(found)
        old = known.get(case, _NO_CASE)
        event, reason = _what(old, found, digest, before)
        counts["settled" if event == "closed" else event] += 1
        if event != _STAYS:
            events.append(_event(case, old, event, reason, found[-1], digest))
        if event not in (_STAYS, "closed") and (case, digest) not in before:
            facts += [{"facts": digest, **row} for row in found]
    for case in known.keys() - seen:
        old = known[case]
        rows = before[case, old["facts"]]
        if old["state"] != "closed" and run.inputs.keys() >= doubt.sources(rows[0]):
            counts["gone"] += 1
            events.append(_event(case, old, "closed", "gone", rows[-1], old["facts"]))
    taken = Taken(counts, len(seen))
    balance.check([taken.line])
    moment = {"at": now.replace(tzinfo=None), "who": who, "run": run.name}
    store.append(
        runs=_run(store, run, moment),
        facts=facts,
        events=[event | moment for event in sorted(events, key=lambda event: str(event["case"]))],
    )
    return taken


def _fits(store: Store, run: Run) -> None:
    if run.province != store.province:
        told = codes.PROVINCE.get(store.province, store.province)
        raise InputError(f"a run of province {told}", f"province {run.province}", "name its own store")
    last = store.last_run
    if last and run.period.first_day < last[1]:
        found = f"a run of {run.period}"
        raise InputError(f"a run of {last[1]:%Y-%m} or later", found, "cases go on from the last run taken")


def _what(old: Row, found: list[Row], digest: str, before: _Facts) -> tuple[str, str | None]:
    """What happens to a case that the run has found, and why."""
    case = found[0]["case"]
    if old["state"] is None:
        return "opened", None
    final = old["answer"] in state.FINAL
    if old["state"] == "closed" and not final:
        return "returned", "found_again"
    if old["state"] == "closed" and old["closed"] == "gone" and old["answer"] == "corrected":
        return "returned", "found_again"
    if final:
        new = settled.news(before[case, old["settled"]], found, old["reason"])
        if new:
            return "returned", new
        return (_STAYS, None) if old["state"] == "closed" else ("closed", "settled")
    return (_STAYS, None) if digest == old["facts"] else ("changed", None)


def _facts_of(store: Store) -> _Facts:
    """What was ever found of each case: its rows under case and hash."""
    told: _Facts = {}
    for row in store.rows("facts").to_pylist():
        told.setdefault((row["case"], row.pop("facts")), []).append(row)
    return told


def _event(case: str, old: Row, event: str, reason: str | None, row: Row, digest: str) -> Row:
    return {
        "case": case,
        "event": event,
        "state": state.after(old["state"], event),
        "reason": reason,
        "rule": row["rule"],
        "effective": row["effective"],
        "facts": digest,
    }


def _run(store: Store, run: Run, moment: Row) -> pa.Table:
    """What the run was made from, unless it was taken already."""
    there = run.name in store["runs"].run.to_pyarrow().to_pylist()
    rows = (
        []
        if there
        else [
            moment | {"period": run.period.first_day, "table": table, "sha256": sha256}
            for table, sha256 in run.inputs.items()
        ]
    )
    return pa.Table.from_pylist(rows, TABLES["runs"])
