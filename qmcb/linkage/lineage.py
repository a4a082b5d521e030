"""Stable person keys: the same person keeps the same key from run to run, and merges and splits are told."""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qmcb import balance
from qmcb.drafts import drafts
from qmcb.errors import InputError
from qmcb.identity import text

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_RECORD = (pa.string(), pa.int64())
_LETTERS = str.maketrans("0123456789abcdef", "BCDFGHJKLMNPQRST")
_CHARACTERS = 15
_KINDS = ("new", "split", "merged", "moved", "vanished", "returned")
_NONE = -1


@dataclass(frozen=True, repr=False)  # a page or log must not print records
class Lineage:
    """The persons of one run under keys that last.

    `keys`: record, key: each current record once, in the order of records.
    `events`: event, key, from_key, records, in that order: what happened since the last run, with how
    many records. Whoever is merely kept is not listed, also where records came new or are missing.

    - new: a key was born, none of its records was known; from_key is null.
    - split: the new key has records of from_key, which lives on; an event for each from_key.
    - merged: from_key ended, and key has its records; an event for each key that has some.
    - moved: key has records of from_key, and both live on.
    - vanished: none of the key's records is there; `records` counts those of the last run.
    - returned: a key without records in the last run has some of its own again.

    `memory`: record, key, seen: what the next run takes as `previous`. A record that was not in this
    run stays under its last key with seen = false; a key without any record left is a row of null
    record, so that nobody else is ever given it.
    `lines`: what must balance.
    """

    keys: pa.Table
    events: pa.Table
    memory: pa.Table
    lines: tuple[balance.Line, ...]


@dataclass(frozen=True)
class _Shared:
    """How many records (at least one) a former person has in a current cluster, by their places."""

    person: Places
    cluster: Places
    records: Places


def carry(previous: pa.Table | None, current: pa.Table, *, key: bytes) -> Lineage:
    """Give each cluster of the current run the key of the person it is.

    Of all pairs of a former person and a cluster that are both still free, the one that shares most
    records is settled first. Ties go to the living before the vanished, then to the smallest key,
    then to the cluster with the smallest record. So no person and cluster are left who both share
    more with each other than with what they got, and two counts explain a decision. (The heaviest
    assignment would at times take a key from where most of the person's records are, to suit others.)

    A cluster left over gets a new key: HMAC-SM3 over its smallest record and, where that key is or
    was somebody's, a counter. It is written in consonants: digits could look like a person's number.
    A merge that is undone later gives one part a new key; the events tell the way.

    Parameters
    ----------
    previous
        `memory` of the last run; None for the first run.
    current
        record (string or int64, unique), cluster (int64; only which are equal matters).
    key
        The office's secret, from `read_key`. Another one changes no key that was given before.

    Raises
    ------
    InputError
        Columns, types, nulls or repeated records are not as told above.
    """
    now = _checked(current, "the current clusters", record=_RECORD, cluster=(pa.int64(),)).sort_by("record")
    past = _past(previous, now["record"].type)
    names = pc.unique(past["key"]).sort()
    person = _places(past["key"], names)
    before = np.bincount(person[np.asarray(past["seen"])], minlength=len(names))
    living = names.take(np.flatnonzero(before))
    # The rows are in the order of records, so clusters are numbered by their smallest one.
    cluster = np.asarray(now["cluster"].combine_chunks().dictionary_encode().indices, np.int64)
    first = np.flatnonzero(np.diff(np.maximum.accumulate(cluster), prepend=_NONE))
    at = _places(now["record"], past["record"].combine_chunks())
    known = at != _NONE
    was, unseen = person[at[known]], np.asarray(past["record"].is_valid())
    unseen[at[known]] = False

    pairs, records = np.unique(was * len(first) + cluster[known], return_counts=True)
    shared = _Shared(*np.divmod(pairs, max(len(first), 1)), records)
    heir = _heirs(shared, before > 0, len(first))
    born = heir == _NONE
    heir[born] = len(names) + np.arange(born.sum())
    fresh = _new_keys(now["record"].take(first[born]).to_pylist(), set(names.to_pylist()), key)
    names = pa.concat_arrays([names, pa.array(fresh, pa.string())])
    keys = pa.table({"record": now["record"], "key": names.take(heir[cluster])})
    left = np.concatenate([heir, person[unseen]])
    ended = names.take(np.flatnonzero(np.bincount(left, minlength=len(names)) == 0))
    memory = [
        _memory(keys["record"], keys["key"], seen=True),
        _memory(past["record"].filter(unseen), past["key"].filter(unseen), seen=False),
        _memory(pa.nulls(len(ended), now["record"].type), ended, seen=False),
    ]
    events = _events(shared, heir, before, np.bincount(cluster), names)
    stayed, unknown = int((heir[cluster[known]] == was).sum()), int((~known).sum())
    lines = _lines((len(current), stayed, unknown), len(first), keys, events, living)
    return Lineage(keys, events, pa.concat_tables(memory), lines)


def read(path: Path) -> pa.Table:
    """What `write` stored, for `carry` as `previous`; InputError where there is no such file."""
    try:
        with pq.ParquetFile(path) as file:
            return file.read()
    except (OSError, pa.ArrowException) as error:
        found = f"{path}: {getattr(error, 'strerror', None) or 'not Parquet'}"
        todo = "name the file of the last run; without it everybody would get a new key"
        raise InputError("the person keys of the last run", found, todo) from None


def write(lineage: Lineage, path: Path) -> None:
    """Store the memory as Parquet, whole or not at all, for its owner only (mode 0600).

    Write it last, after the run's events and findings: a run killed before then starts from the same
    memory again and tells the same. Raises BalanceError where somebody was lost, and stores nothing.
    """
    balance.check(lineage.lines)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with drafts(path) as (draft,), draft.open("wb") as out:
            draft.chmod(0o600)
            pq.write_table(lineage.memory, out)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        found = f"{path}: {error.strerror or 'not written'}"
        raise InputError("a place for the person keys", found, "name a file that can be written") from None


def _past(table: pa.Table | None, record: pa.DataType) -> pa.Table:
    types = {"record": record, "key": pa.string(), "seen": pa.bool_()}
    if table is None:
        return pa.schema(types).empty_table()
    return _checked(table, "the memory of the last run", **{name: (types[name],) for name in types})


def _checked(table: pa.Table, what: str, **types: tuple[pa.DataType, ...]) -> pa.Table:
    """The columns of these types, texts of any form as plain ones; errors count rows and quote none."""
    columns = {}
    for name, kinds in types.items():
        there = table.column_names.count(name)
        if there != 1:
            raise InputError(f"one column {name} in {what}", f"{there}", f"give {', '.join(types)}")
        values = table[name]
        if pa.types.is_large_string(values.type) or pa.types.is_dictionary(values.type):
            values = pa.chunked_array([text.strings(values)])
        if values.type not in kinds:
            expected = f"{name} in {what} as {' or '.join(map(str, kinds))}"
            raise InputError(expected, str(values.type), "cast it, the same way in every run")
        columns[name] = values
    record = columns["record"]
    # Only a key that nobody has any more stands beside a null record.
    nulls = pc.sum(pc.and_kleene(record.is_null(), columns.get("seen", True))).as_py() or 0
    nulls += sum(values.null_count for name, values in columns.items() if name != "record")
    repeated = len(record) - record.null_count - pc.count_distinct(record).as_py()
    if nulls or repeated:
        found = f"{nulls:,} nulls and {repeated:,} rows too many"
        raise InputError(f"each record once, with its person, in {what}", found, "mend what made it")
    return pa.table(columns)


def _places(values: pa.ChunkedArray, among: pa.Array) -> Places:
    """Where each value stands in a list of unique ones."""
    return np.asarray(pc.fill_null(pc.index_in(values, among), _NONE), np.int64)


def _heirs(shared: _Shared, living: Mask, clusters: int) -> Places:
    """The former person whom each cluster is, or none."""
    heir = np.full(clusters, _NONE)
    persons, cells = np.bincount(shared.person), np.bincount(shared.cluster)
    alone = (persons[shared.person] == 1) & (cells[shared.cluster] == 1)
    heir[shared.cluster[alone]] = shared.person[alone]
    order = np.lexsort((shared.cluster, shared.person, ~living[shared.person], -shared.records))
    taken: set[int] = set()
    for cell in order[~alone[order]].tolist():
        person, cluster = int(shared.person[cell]), int(shared.cluster[cell])
        if heir[cluster] == _NONE and person not in taken:
            heir[cluster] = person
            taken.add(person)
    return heir


def _new_keys(records: Sequence[str | int], taken: set[str], key: bytes) -> list[str]:
    """A key nobody has or had for each new person, from its smallest record; `taken` grows."""
    start, keys = hmac.new(key, b"person", "sm3"), []
    for record in records:
        for counter in count():
            digest = start.copy()
            digest.update(f"\x1f{counter}\x1f{record}".encode())
            name = "P" + digest.hexdigest()[:_CHARACTERS].translate(_LETTERS)
            if name not in taken:
                break
        taken.add(name)
        keys.append(name)
    return keys


def _events(shared: _Shared, heir: Places, before: Places, sizes: Places, names: pa.StringArray) -> pa.Table:
    to, origin = heir[shared.cluster], shared.person
    own, lives = to == origin, np.bincount(heir, minlength=len(names))[origin] > 0
    cases = [own & (before[origin] > 0), own, to >= len(before), lives]
    kinds = np.select(cases, ["kept", "returned", "split", "moved"], "merged")
    new = np.flatnonzero(np.bincount(shared.cluster, minlength=len(heir)) == 0)
    gone = np.flatnonzero((before > 0) & (np.bincount(origin, minlength=len(before)) == 0))
    alone = np.concatenate([heir[new], gone])
    from_nobody = np.concatenate([own, np.ones(len(alone), np.bool_)])
    events = pa.table(
        {
            "event": np.concatenate([kinds, np.repeat(["new", "vanished"], [len(new), len(gone)])]),
            "key": names.take(np.concatenate([to, alone])),
            "from_key": names.take(pa.array(np.concatenate([origin, alone]), mask=from_nobody)),
            "records": np.concatenate([shared.records, sizes[new], before[gone]]),
        }
    )
    told = events.filter(pc.not_equal(events["event"], "kept"))
    return told.sort_by([(column, "ascending") for column in ("event", "key", "from_key")])


def _memory(record: pa.ChunkedArray, key: pa.ChunkedArray, *, seen: bool) -> pa.Table:
    return pa.table({"record": record, "key": key, "seen": pa.repeat(seen, len(record))})


def _lines(
    records: tuple[int, int, int], clusters: int, keys: pa.Table, events: pa.Table, living: pa.StringArray
) -> tuple[balance.Line, ...]:
    """From all records, those whose key stayed and those never seen before, and from what is told."""
    told = {kind: events.filter(pc.equal(events["event"], kind)) for kind in _KINDS}
    moved = {kind: pc.sum(rows["records"], min_count=0).as_py() for kind, rows in told.items()}
    people = {kind: len(rows["key"].unique()) for kind, rows in told.items()}
    kept, merged = (
        pc.sum(pc.is_in(some.unique(), living), min_count=0).as_py()
        for some in (keys["key"], told["merged"]["from_key"])
    )
    whole, stayed, unknown = records
    here = [("编号未变", stayed), ("首次出现", unknown), ("并入他人", moved["merged"])]
    here += [("分出新人", moved["split"]), ("转给他人", moved["moved"])]
    before = [("沿用编号", kept), ("并入他人", merged), ("本期无记录", people["vanished"])]
    now = [("沿用编号", kept), ("恢复编号", people["returned"])]
    now += [("分出新人", people["split"]), ("首次出现", people["new"])]
    return (
        balance.Line("本期记录", whole, tuple(here)),
        balance.Line("上期人员", len(living), tuple(before), of_people=True),
        balance.Line("本期人员", clusters, tuple(now), of_people=True),
    )
