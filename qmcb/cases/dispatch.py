"""Sending cases out: a workbook for each office, logged before it can be seen, and each case marked."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from qmcb import codes, policy
from qmcb.cases import doubt, encrypted, notice, wording, workbook
from qmcb.cases import persons as people
from qmcb.cases.current import WITHIN, current, deadlines
from qmcb.cases.notice import Envelope
from qmcb.cases.state import after
from qmcb.cases.store import Store
from qmcb.errors import InputError
from qmcb.periods import Period

Row = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """The files that were written, cases sent and reminded of, and cases whose tables the last run lacked."""

    files: tuple[Path, ...]
    sent: int
    reminded: int
    waiting: int

    def summary(self) -> str:
        told = f"{self.sent:,} cases sent, {self.reminded:,} reminded of, {len(self.files)} files"
        return f"{told}; {self.waiting:,} wait for a table of the last run" if self.waiting else told


@dataclass(frozen=True)
class _Parcel:
    """What goes to one office: its export number, cases (rows of `current`) and rows to read."""

    export: str
    office: str
    cases: Sequence[Row]
    rows: Sequence[Row]


def dispatch(
    store: Store,
    source: Path,
    out: Path,
    *,
    password: str,
    key: bytes,
    who: str,
    now: datetime,
    office: str | None = None,
) -> Sent:
    """Write a workbook and the notices for each office with cases that are open or overdue.

    The log is written first, then the files appear, then the cases are marked: where it breaks off,
    the log may name a file that nobody got, and no file is without its line in the log.

    Parameters
    ----------
    source
        The folder that the last run was made from, which has the names.
    office
        Only this office's cases.

    Raises
    ------
    InputError
        The store has taken no run, the source is another one, or `out` is no folder.
    """
    last = store.last_run
    if last is None:
        raise InputError("a store that has taken a run", "an empty one", "take one with qmcb cases update")
    if not out.is_dir():
        raise InputError("a folder for the workbooks", f"no folder {out}", "make it, or name another")
    moment = {"at": now.replace(tzinfo=None), "who": who}
    parcels, waiting = _parcels(store, source, office, now.date())
    envelope = Envelope(password)
    with tempfile.TemporaryDirectory(prefix=".dispatch-", dir=out) as staging:
        drafts: dict[str, _Parcel] = {}
        for parcel in parcels:
            for name, content in _files(store, parcel, password, envelope, key, now.date()).items():
                (Path(staging) / name).write_bytes(content)
                drafts[name] = parcel
        log = [moment | _logged(Path(staging) / name, parcel) for name, parcel in drafts.items()]
        store.append(exports=log)
        for name in drafts:
            os.replace(Path(staging) / name, out / name)
    events = [moment | _event(parcel, case, last[0]) for parcel in parcels for case in parcel.cases]
    store.append(events=events)
    sent = sum(event["event"] == "sent" for event in events)
    return Sent(tuple(out / name for name in sorted(drafts)), sent, len(events) - sent, waiting)


def _parcels(store: Store, source: Path, office: str | None, today: date) -> tuple[list[_Parcel], int]:
    cases, facts, waiting = _due(store, office, today)
    records = {
        (row[f"source_{side}"], row[f"record_id_{side}"])
        for rows in facts.values()
        for row in rows
        for side in "ab"
        if row[f"source_{side}"]
    }
    known = people.persons(source, _inputs(store), sorted(records))
    rules = policy.load()
    days = timedelta(days=int(deadlines().number(WITHIN["sent"], Period(today.year, today.month))))
    parcels = []
    for code, group in groupby(cases, key=lambda case: str(case["office"])):
        listed = list(group)
        rows = [
            wording.case(
                case,
                facts[case["case"]],
                known,
                rules,
                today + days if case["state"] == "open" else case["due"],
                today,
            )
            | {"finding": case["finding"]}
            for case in listed
        ]
        parcels.append(_Parcel(secrets.token_hex(5).upper(), code, listed, rows))
    return parcels, waiting


def _due(store: Store, office: str | None, today: date) -> tuple[list[Row], dict[str, list[Row]], int]:
    """Cases to send, by office, with the rows of each; and how many wait for a table."""
    view = current(store)
    wanted = view.filter((view.state == "open") | (view.due < today).fill_null(False))
    if office:
        wanted = wanted.filter(wanted.office == office)
    cases = wanted.order_by("office", "finding", "kind", "case").to_pyarrow().to_pylist()
    there = {(case["case"], case["facts"]) for case in cases}
    facts: dict[str, list[Row]] = {}
    found = store["facts"].semi_join(wanted, ["case", "facts"]).order_by("case", "first_month")
    for row in found.to_pyarrow().to_pylist():
        if (row["case"], row["facts"]) in there:
            facts.setdefault(row["case"], []).append(row)
    inputs = _inputs(store).keys()
    ready = [case for case in cases if inputs >= doubt.sources(facts[case["case"]][0])]
    return ready, {case["case"]: facts[case["case"]] for case in ready}, len(cases) - len(ready)


def _inputs(store: Store) -> dict[str, str]:
    """The SHA-256 of each table's file in the run that was taken last."""
    last = store.last_run
    rows = store["runs"].filter(store["runs"].run == (last[0] if last else "")).to_pyarrow().to_pylist()
    return {row["table"]: row["sha256"] for row in rows}


def _files(
    store: Store, parcel: _Parcel, password: str, envelope: Envelope, key: bytes, today: date
) -> dict[str, bytes]:
    name = f"{parcel.office}-{today:%Y%m%d}-{parcel.export}"
    cases = {
        finding: [row for row in parcel.rows if row["finding"] == finding]
        for finding in codes.FINDING
        if any(row["finding"] == finding for row in parcel.rows)
    }
    text = codes.CASE_TEXT
    about = [
        (text["office"], f"{wording.place(parcel.office)}（{parcel.office}）"),
        (text["export"], parcel.export),
        (text["sent"], today.isoformat()),
        *((f"{codes.FINDING[name]}{text['cases']}", str(len(rows))) for name, rows in cases.items()),
    ]
    calls = notice.calls(parcel.rows)
    book = workbook.write(
        workbook.Dispatch(store.name, parcel.export, parcel.office, about, cases, calls), key
    )
    return {
        f"{name}.xlsx": encrypted.encrypt(book, password),
        f"{name}.html": envelope.page(calls, wording.place(parcel.office), today),
    }


def _logged(file: Path, parcel: _Parcel) -> dict[str, object]:
    return {
        "export": parcel.export,
        "office": parcel.office,
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "cases": len(parcel.cases),
    }


def _event(parcel: _Parcel, case: Row, run: str) -> dict[str, Any]:
    event = "sent" if case["state"] == "open" else "reminded"
    return {
        **{name: case[name] for name in ("case", "rule", "effective", "facts")},
        "event": event,
        "state": after(case["state"], event),
        "run": run,
        "file": parcel.export,
    }
