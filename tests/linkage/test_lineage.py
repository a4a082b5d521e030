"""Stable person keys: kept, merged and split as a plain count says, whatever order rows come in."""

import os
import stat
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb import balance
from qmcb.errors import BalanceError, InputError
from qmcb.linkage import lineage
from qmcb.linkage.lineage import Lineage, carry

SECRET = b"a key for tests, of no office"
Run = Mapping[str, int]
RUNS = st.lists(st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 4)), min_size=1, max_size=5)
FEW = settings(max_examples=40)
Told = set[tuple[str, str, str | None, int]]


def table(run: Run, random: Random | None = None) -> pa.Table:
    rows = list(run.items())
    if random:
        random.shuffle(rows)
    record, cluster = zip(*rows, strict=True) if rows else ((), ())
    return pa.table({"record": pa.array(record, pa.string()), "cluster": pa.array(cluster, pa.int64())})


def partition(*clusters: str) -> Run:
    """Each letter a record, each word a cluster."""
    return {record: cluster for cluster, word in enumerate(clusters) for record in word}


def follow(*runs: Run) -> Lineage:
    """The last of several runs, all of which balance."""
    found = carry(None, table(runs[0]), key=SECRET)
    balance.check(found.lines)
    for run in runs[1:]:
        found = carry(found.memory, table(run), key=SECRET)
        balance.check(found.lines)
    return found


def keys(found: Lineage) -> dict[str, str]:
    return dict(zip(found.keys["record"].to_pylist(), found.keys["key"].to_pylist(), strict=True))


def rows(some: pa.Table) -> list[tuple[object, ...]]:
    return sorted((tuple(row.values()) for row in some.to_pylist()), key=repr)


def told(found: Lineage) -> Told:
    events = [tuple(row.values()) for row in found.events.to_pylist()]
    assert events == sorted(set(events), key=lambda row: (row[0], row[1], row[2] or ""))
    return set(events)


def words(run: Run) -> dict[int, set[str]]:
    clusters = defaultdict(set)
    for record, cluster in run.items():
        clusters[cluster].add(record)
    return dict(clusters)


def by_hand(memory: pa.Table, run: Run, after: Lineage) -> tuple[dict[str, str], Told]:
    """Keys and events as the rules say them, row by row; new keys are read off where they are due."""
    last = {row["record"]: row["key"] for row in memory.to_pylist() if row["record"]}
    living = Counter(row["key"] for row in memory.to_pylist() if row["seen"])
    clusters, given = words(run), keys(after)
    shared = Counter((last[record], cluster) for record, cluster in run.items() if record in last)
    order = sorted(shared, key=lambda p: (-shared[p], p[0] not in living, p[0], min(clusters[p[1]])))
    heirs: dict[int, str] = {}
    for key, cluster in order:
        if key not in heirs.values() and cluster not in heirs:
            heirs[cluster] = key
    names = {cluster: heirs.get(cluster, given[min(word)]) for cluster, word in clusters.items()}
    events: Told = set()
    for (key, cluster), count in shared.items():
        if heirs.get(cluster) == key:
            events |= set() if key in living else {("returned", key, None, count)}
        elif cluster not in heirs:
            events.add(("split", names[cluster], key, count))
        else:
            events.add(("moved" if key in heirs.values() else "merged", names[cluster], key, count))
    with_known = {cluster for _, cluster in shared}
    events |= {("new", names[c], None, len(word)) for c, word in clusters.items() if c not in with_known}
    gone = set(living) - {key for key, _ in shared}
    events |= {("vanished", key, None, living[key]) for key in gone}
    return {record: names[cluster] for record, cluster in run.items()}, events


@settings(max_examples=60)
@given(RUNS)
def test_keys_and_events_are_those_counted_by_hand(runs: list[Run]) -> None:
    before = follow(runs[0])
    ever: dict[str, set[str]] = defaultdict(set)
    for run in runs[1:]:
        for record, key in keys(before).items():
            ever[key].add(record)
        after = carry(before.memory, table(run), key=SECRET)
        wanted, events = by_hand(before.memory, run, after)
        assert keys(after) == wanted
        assert told(after) == events
        balance.check(after.lines)
        # One key a cluster; a new key is new; whoever has an old one has a record that once had it.
        assert len(set(keys(after).values())) == len(words(run))
        born = {key for event, key, *_ in told(after) if event in ("new", "split")}
        assert not born & set(before.memory["key"].to_pylist())
        for key in set(keys(after).values()) & set(ever):
            assert ever[key] & {record for record, other in keys(after).items() if other == key}
        before = after


@FEW
@given(RUNS, st.randoms())
def test_neither_the_order_of_rows_nor_the_names_of_clusters_matter(runs: list[Run], random: Random) -> None:
    one = other = carry(None, table({}), key=SECRET)
    for run in runs:
        labels = random.sample(range(-(2**60), 2**60), 5)
        one = carry(one.memory, table(run), key=SECRET)
        order = random.sample(range(len(other.memory)), len(other.memory))
        shuffled = other.memory.take(pa.array(order, pa.int64()))
        renamed = {record: labels[cluster] for record, cluster in run.items()}
        other = carry(shuffled, table(renamed, random), key=SECRET)
        assert other.keys.equals(one.keys)
        assert other.events.equals(one.events)
        assert rows(other.memory) == rows(one.memory)
        assert other.lines == one.lines


@FEW
@given(RUNS)
def test_the_same_run_again_changes_nothing(runs: list[Run]) -> None:
    once = follow(*runs)
    twice = carry(once.memory, table(runs[-1]), key=SECRET)
    assert twice.keys.equals(once.keys)
    assert rows(twice.memory) == rows(once.memory)
    assert told(twice) == set()


@FEW
@given(RUNS, st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 4)))
def test_an_unchanged_cluster_keeps_its_key_whatever_happens_around_it(runs: list[Run], last: Run) -> None:
    before = follow(*runs)
    remembered = defaultdict(set)
    for row in before.memory.to_pylist():
        remembered[row["key"]].add(row["record"])
    after = carry(before.memory, table(last), key=SECRET)
    for word in words(last).values():
        former = {keys(before).get(record) for record in word}
        if len(former) == 1 and remembered[next(iter(former)) or ""] == word:
            assert {keys(after)[record] for record in word} == former


@FEW
@given(RUNS)
def test_no_key_and_no_record_is_ever_forgotten(runs: list[Run]) -> None:
    found, records, given_keys = follow({}), set[str](), set[str]()
    for run in runs:
        found = carry(found.memory, table(run), key=SECRET)
        records |= set(run)
        given_keys |= set(keys(found).values())
        memory = found.memory.to_pylist()
        assert sorted(row["record"] for row in memory if row["record"]) == sorted(records)
        assert {row["key"] for row in memory} == given_keys
        assert {row["record"] for row in memory if row["seen"]} == set(run)


def test_a_new_key_comes_from_the_smallest_record_and_the_secret_alone() -> None:
    assert keys(follow(partition("cab", "d"))) == keys(follow(partition("d"), partition("d", "abc")))
    other = carry(None, table(partition("cab", "d")), key=b"the key of another office")
    assert not set(keys(other).values()) & set(keys(follow(partition("abc", "d"))).values())


def test_a_key_is_a_p_and_fifteen_consonants() -> None:
    found = set(keys(follow({f"{number}": number for number in range(500)})).values())
    assert len(found) == 500
    assert all(len(key) == 16 and key[0] == "P" and set(key[1:]) <= set("BCDFGHJKLMNPQRST") for key in found)


def test_a_merge_and_a_split() -> None:
    first = keys(follow(partition("abc", "de")))
    merged = follow(partition("abc", "de"), partition("abcde"))
    assert set(keys(merged).values()) == {first["a"]}
    assert told(merged) == {("merged", first["a"], first["d"], 2)}
    split = follow(partition("abc", "de"), partition("abcde"), partition("abc", "de"))
    assert keys(split)["a"] == first["a"]
    assert told(split) == {("split", keys(split)["d"], first["a"], 2)}
    assert keys(split)["d"] not in first.values()  # one that ended is not given again


def test_the_lines_say_where_records_and_people_went() -> None:
    """c joins ab, h goes from gh to ip, e is gone, k leaves j, m is new, and f is back."""
    months = partition("f"), partition("ab", "c", "e", "gh", "ip", "jkl")
    found = follow(*months, partition("abc", "g", "hip", "jl", "k", "m", "f"))
    assert [(line.label, line.whole, dict(line.parts), line.of_people) for line in found.lines] == [
        (
            "本期记录",
            12,
            {"编号未变": 8, "首次出现": 1, "并入他人": 1, "分出新人": 1, "转给他人": 1},
            False,
        ),
        ("上期人员", 6, {"沿用编号": 4, "并入他人": 1, "本期无记录": 1}, True),
        ("本期人员", 7, {"沿用编号": 4, "恢复编号": 1, "分出新人": 1, "首次出现": 1}, True),
    ]


def test_ties_go_to_the_smallest_key_and_to_the_cluster_of_the_smallest_record() -> None:
    first = keys(follow(partition("a", "b")))
    assert set(keys(follow(partition("a", "b"), partition("ab"))).values()) == {min(first.values())}
    parted = keys(follow(partition("ab"), partition("b", "a")))
    assert parted["a"] == keys(follow(partition("ab")))["a"] != parted["b"]


def test_the_living_go_before_the_vanished() -> None:
    for one, other in ("ab", "ba"):
        runs = partition(one, other), partition(one), partition(one + other)
        found = follow(*runs)
        assert set(keys(found).values()) == {keys(follow(*runs[:1]))[one]}
        assert told(found) == {("merged", keys(found)[one], keys(follow(*runs[:1]))[other], 1)}


def test_who_returns_has_the_old_key() -> None:
    first = keys(follow(partition("ab", "cd")))
    away = partition("ab", "cd"), partition("cd")
    assert told(follow(*away)) == {("vanished", first["a"], None, 2)}
    assert told(follow(*away, partition("cd"))) == set()
    back = follow(*away, partition("cd"), partition("ab", "cd"))
    assert keys(back) == first
    assert told(back) == {("returned", first["a"], None, 2)}


def test_a_stranger_whose_own_key_is_taken_gets_the_next() -> None:
    """b keeps the key that came from a; a is then alone again, and the key of a is b's."""
    runs = partition("abc", "def"), partition("bc", "adef")
    first = keys(follow(*runs[:1]))
    moved = follow(*runs)
    assert told(moved) == {("moved", first["d"], first["a"], 1)}
    found = follow(*runs, partition("bc", "a", "def"))
    assert keys(found)["b"] == first["a"] != keys(found)["a"]
    assert told(found) == {("split", keys(found)["a"], first["d"], 1)}
    # Also where the person who had it is gone for good.
    assert keys(follow(*runs, partition("a", "def"))) == {r: keys(found)[r] for r in "adef"}


def test_keys_that_happen_to_be_equal_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "_CHARACTERS", 1)
    runs = partition(*"abcdef"), partition(*"cdefghij")
    assert len(set(keys(follow(*runs[:1])).values())) == 6
    assert len(set(keys(follow(*runs)).values())) == 8
    assert follow(*runs).keys.equals(follow(dict(reversed(runs[0].items())), runs[1]).keys)


@FEW
@given(st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.integers(0, 3), max_size=9))
def test_records_may_be_numbers(run: dict[int, int]) -> None:
    record, cluster = pa.array(run.keys(), pa.int64()), pa.array(run.values(), pa.int64())
    now = pa.table({"record": record, "cluster": cluster})
    found = carry(None, now, key=SECRET)
    assert found.keys["record"].to_pylist() == sorted(run)
    again = carry(found.memory, now.slice(1), key=SECRET)
    balance.check(again.lines)
    assert again.keys.equals(found.keys.filter(pc.is_in(found.keys["record"], record[1:])))


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_the_form_of_a_text_column_does_not_matter(kind: pa.DataType) -> None:
    now = table(partition("abc", "de"))
    other = now.set_column(0, "record", now["record"].cast(kind))
    first = carry(None, now, key=SECRET)
    assert carry(None, other, key=SECRET).keys.equals(first.keys)
    memory = first.memory.set_column(1, "key", first.memory["key"].cast(kind))
    assert told(carry(memory, pa.concat_tables([other.slice(2), other.slice(0, 2)]), key=SECRET)) == set()


WRONG: dict[str, tuple[dict[str, pa.Array], str]] = {
    "no cluster": ({"record": pa.array(["64010419"])}, "one column cluster in the current clusters; found 0"),
    "twice": ({"record": pa.array(["64010419"] * 2), "cluster": pa.array([1, 2])}, "0 nulls and 1 rows"),
    "null record": ({"record": pa.array(["64010419", None]), "cluster": pa.array([1, 2])}, "1 nulls"),
    "null cluster": ({"record": pa.array(["64010419"]), "cluster": pa.array([None], pa.int64())}, "1 nulls"),
    "fractions": ({"record": pa.array([64010419.0]), "cluster": pa.array([1])}, "int64; found double"),
    "texts": ({"record": pa.array(["64010419"]), "cluster": pa.array(["64010419"])}, "int64; found string"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_clusters_are_one_line_without_records(wrong: str) -> None:
    columns, message = WRONG[wrong]
    with pytest.raises(InputError, match=message) as error:
        carry(None, pa.table(columns), key=SECRET)
    assert "64010419" not in str(error.value) and "\n" not in str(error.value)


def without(column: str) -> Callable[[pa.Table], pa.Table]:
    return lambda memory: memory.drop_columns(column)


def more(**row: object) -> Callable[[pa.Table], pa.Table]:
    added = {"record": "x", "key": "PX", "seen": True} | row
    return lambda memory: pa.concat_tables([memory, pa.Table.from_pylist([added], memory.schema)])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (without("seen"), "one column seen in the memory of the last run; found 0"),
        (without("key"), "one column key"),
        (more(record="a"), "0 nulls and 1 rows too many"),
        (more(key=None), "1 nulls"),
        (more(seen=None), "1 nulls"),
        (more(record=None), "1 nulls"),
        (lambda memory: memory.append_column("key", memory["key"]), "one column key .* found 2"),
        (lambda memory: memory.set_column(0, "record", pa.array([1, 2])), "as string; found int64"),
    ],
)
def test_a_spoilt_memory_is_one_line(spoil: Callable[[pa.Table], pa.Table], message: str) -> None:
    memory = spoil(follow(partition("ab")).memory)
    with pytest.raises(InputError, match=message):
        carry(memory, table(partition("ab")), key=SECRET)


@settings(max_examples=20)
@given(RUNS)
def test_what_is_stored_is_read_again(tmp_path_factory: pytest.TempPathFactory, runs: list[Run]) -> None:
    file = tmp_path_factory.mktemp("keys") / "new" / "persons.parquet"
    found = follow(*runs)
    lineage.write(found, file)
    assert lineage.read(file).equals(found.memory)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


class Killed(BaseException):
    """As by a signal: nothing that catches errors catches it."""


def _half(memory: pa.Table, out: object) -> None:
    assert hasattr(out, "write")
    out.write(b"PAR1 and half of")
    raise Killed


def _killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize(
    ("where", "name", "instead"),
    [(pq, "write_table", _half), (os, "fsync", _killed), (os, "replace", _killed)],
)
def test_a_killed_write_leaves_the_old_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: object,
    name: str,
    instead: Callable[..., None],
) -> None:
    file, old = tmp_path / "persons.parquet", follow(partition("ab", "c"))
    lineage.write(old, file)
    with monkeypatch.context() as patch:
        patch.setattr(where, name, instead)
        with pytest.raises(Killed):
            lineage.write(follow(partition("abc")), file)
    assert lineage.read(file).equals(old.memory)
    assert list(tmp_path.iterdir()) == [file]
    left = tmp_path / ".persons.parquet-killed"  # as by a power cut: it is in nobody's way
    left.mkdir()
    (left / file.name).write_bytes(b"PAR1 and half of")
    lineage.write(follow(partition("abc")), file)
    assert lineage.read(file).equals(follow(partition("abc")).memory)


def test_what_does_not_balance_is_not_stored(tmp_path: Path) -> None:
    lost = replace(follow(partition("ab")), lines=(balance.Line("本期人员", 2, (("沿用编号", 1),)),))
    with pytest.raises(BalanceError):
        lineage.write(lost, tmp_path / "persons.parquet")
    assert not list(tmp_path.iterdir())


def test_files_that_cannot_be_used_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        lineage.read(tmp_path / "none.parquet")
    (tmp_path / "text").write_text("record,key")
    with pytest.raises(InputError, match="text: not Parquet"):
        lineage.read(tmp_path / "text")
    with pytest.raises(InputError, match="a place for the person keys"):
        lineage.write(follow({}), tmp_path / "text" / "persons.parquet")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="a place for the person keys"):
        lineage.write(follow({}), tmp_path / "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "text"]
