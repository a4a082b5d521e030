"""The store: only ever added to, one office at a time, and equal to a naive model of its events."""

import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb import paths
from qmcb.cases import doubt, settled, state, store, views
from qmcb.cases.current import current
from qmcb.cases.state import TRANSITIONS, after
from qmcb.cases.store import TABLES, Store
from qmcb.errors import InputError

from . import town
from .town import JULY


def test_only_the_listed_transitions_are_allowed() -> None:
    assert {before for before, _ in TRANSITIONS} | set(TRANSITIONS.values()) == {
        None, "open", "sent", "answered", "closed",
    }  # fmt: skip
    for before in (None, "open", "sent", "answered", "closed"):
        for event in state.EVENTS:
            if (before, event) not in TRANSITIONS:
                with pytest.raises(InputError, match=r"^expected an event that may follow [^\n]*$"):
                    after(before, event)


def test_nothing_updates_or_deletes() -> None:
    """Neither as SQL nor through a method of ibis or DuckDB."""
    code = "\n".join(file.read_text("utf-8") for file in sorted((paths.ROOT / "qmcb/cases").glob("*.py")))
    verbs = r"(?i)\b(UPDATE|DELETE|TRUNCATE|MERGE|REPLACE)\s+(\w+\s+SET|FROM|TABLE|INTO)\b"
    assert not re.search(verbs, code)
    assert not re.search(r"\.(truncate_table|drop_table|upsert|raw_sql|sql)\(|overwrite=", code)


# Which case, which of the ways that are open to it (or another), with which answer, how many days later.
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 100),
        st.sampled_from(["confirmed", "cleared", "corrected"]),
        st.integers(0, 40),
    ),
    min_size=5,
    max_size=30,
)


def way(before: str | None, pick: int) -> str:
    """An event; three times out of four one that is allowed, where few are."""
    allowed = [event for state_before, event in TRANSITIONS if state_before == before]
    ways = [*allowed * 6, *state.EVENTS]
    return ways[pick % len(ways)]


class Model:
    """Where one case stands, told event by event."""

    def __init__(self) -> None:
        self.state: str | None = None
        self.answer: str | None = None
        self.since: datetime | None = None
        self.began: dict[str, datetime] = {}
        self.returned = 0

    def take(self, event: str, answer: str, at: datetime) -> dict[str, Any]:
        self.state = after(self.state, event)
        if event in state.OPENING:
            self.answer, self.began = None, {}
            self.returned += event == "returned"
        if event == "answered":
            self.answer = answer
        self.since = self.began.setdefault(self.state, at)
        return {"event": event, "state": self.state, "answer": answer if event == "answered" else None}

    def due(self) -> date | None:
        days = {"open": 15, "sent": 30, "answered": 60 if self.answer == "confirmed" else None}
        more = days.get(self.state or "")
        return self.since.date() + timedelta(days=more) if more and self.since else None


@pytest.fixture(scope="module")
def making(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    place = tmp_path_factory.mktemp("stores")
    new = town.new_store(place / "new.duckdb")
    return lambda: shutil.copy(new, place / f"{len(list(place.iterdir()))}.duckdb")


@settings(max_examples=20)
@given(EVENTS)
def test_the_state_is_what_the_events_say(making: Callable[[], Path], told: list[Any]) -> None:
    models = {f"CF-{at:012}": Model() for at in range(2)}
    at, events = JULY, []
    for place, pick, answer, days in told:
        at += timedelta(days=days)
        case = f"CF-{place:012}"
        with contextlib.suppress(InputError):
            row = models[case].take(way(models[case].state, pick), answer, at)
            events.append(row | {"case": case, "at": at, "who": "w", "facts": "f"})
    with store.opened(making(), town.KEY) as cases:
        cases.append(facts=[{"facts": "f", **town.pair(place)} for place in range(2)])
        cases.append(events=events[:4])
        cases.append(events=events[4:])
        rows = {row["case"]: row for row in current(cases).to_pyarrow().to_pylist()}
        numbers = [event["number"] for event in town.events(cases)]
    assert numbers == list(range(1, len(events) + 1))
    assert rows.keys() == {case for case, model in models.items() if model.state}
    for case, row in rows.items():
        model = models[case]
        assert (row["state"], row["answer"], row["since"]) == (model.state, model.answer, model.since)
        assert (row["due"], row["returned"]) == (model.due(), model.returned)


def test_rows_are_added_all_or_none(cases: Store) -> None:
    good = [{"case": "CF-1", "at": JULY, "who": "w", "event": "opened", "state": "open", "facts": "f"}]
    with pytest.raises(Exception, match="many"):
        cases.append(events=good, imports=[{"rows": "many"}])
    assert town.events(cases) == []


def test_two_at_once_is_one_clear_line(cases: Store, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from qmcb.cases import store\n"
        f"with store.opened(Path(sys.argv[1]), {town.KEY!r}): pass"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "cases.duckdb")], capture_output=True, text=True
    )
    assert "InputError: expected a store that nobody else has open; found cases.duckdb in use" in told.stderr


def none(path: Path) -> None:
    return None


def text(path: Path) -> None:
    path.write_bytes(b"no store")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def another_database(path: Path) -> None:
    with duckdb.connect(path) as con:
        con.execute("CREATE TABLE x (y int)")


def later_version(path: Path) -> None:
    store.create(path, "64", town.KEY)
    with duckdb.connect(path) as con:
        con.execute("UPDATE store SET version = 2")


def other_key(path: Path) -> None:
    store.create(path, "64", b"another key of sixteen bytes")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (none, "expected the file of a store; found no file"),
        (text, "expected a store of cases; found x.duckdb, which is none"),
        (empty, "expected a store of cases; found x.duckdb, which is none"),
        (another_database, "expected a store of cases; found x.duckdb, which is none"),
        (later_version, "expected a store of version 1; found version 2 in x.duckdb"),
        (other_key, "expected the case key of the store; found another one"),
    ],
)
def test_what_is_no_store_of_ours(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    make(tmp_path / "x.duckdb")
    with pytest.raises(InputError) as error, store.opened(tmp_path / "x.duckdb", town.KEY):
        pass
    assert says in str(error.value) and "\n" not in str(error.value)


def test_the_first_of_two_new_stores_stays(tmp_path: Path) -> None:
    first = town.new_store(tmp_path / "x.duckdb").read_bytes()
    assert town.new_store(tmp_path / "x.duckdb").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["x.duckdb"]
    assert (tmp_path / "x.duckdb").stat().st_mode & 0o077 == 0


def test_no_person_is_in_the_store(cases: Store, place: Path, tmp_path: Path) -> None:
    town.take(cases, town.run([town.pair(0), town.lack(1)], place))
    town.send(cases, place, tmp_path / "out")
    columns = {name for schema in TABLES.values() for name in schema.names}
    assert not {"name", "id_number", "phone", "birth_date"} & columns
    told = str([cases.rows(name).to_pylist() for name in TABLES])
    assert "王" not in told and "19800101" not in told and "13900000000" not in told


# When a settled case comes back


@pytest.mark.parametrize(
    ("reason", "before", "now", "expected"),
    [
        ("one_ended", town.pair(0), town.pair(0), None),
        ("one_ended", town.pair(0), town.pair(0, last="2024-05"), None),
        ("one_ended", town.pair(0), town.pair(0, keep="b", record_id_b="O9"), None),
        ("one_ended", town.pair(0), town.pair(0, last="2024-07"), "new_months"),
        ("one_ended", town.pair(0), town.pair(0, first="2018-12"), "new_months"),
        ("one_ended", town.pair(0), town.pair(0, amount=9_999_999_99), "more_money"),
        ("one_ended", town.pair(0), town.pair(0, amount=1), None),
        ("one_ended", town.pair(0), town.pair(0, effective=date(2020, 1, 1)), "other_rule"),
        ("other_person", town.pair(0), town.pair(0, last="2024-07", effective=None), None),
        ("lawful", town.pair(0), town.pair(0, last="2024-07"), None),
        ("lawful", town.pair(0), town.pair(0, action="consult"), "other_rule"),
        ("enrolled", town.lack(0), town.lack(0), None),
        ("enrolled", town.lack(0, first_month=None), town.lack(0, first_month=None), None),
        ("enrolled", town.lack(0), town.lack(0, first_month=date(2024, 1, 1)), "new_months"),
        ("covered_elsewhere", town.lack(0), town.lack(0, kind="partial"), "other_kind"),
        ("dead", town.lack(0), town.lack(0, kind="partial"), None),
    ],
)
def test_what_brings_a_settled_case_back(
    reason: str, before: town.Row, now: town.Row, expected: str | None
) -> None:
    assert settled.news([before], [now], reason) == expected


def test_every_final_reason_says_what_brings_its_case_back() -> None:
    from qmcb import codes

    final = {r for finding in codes.REASON.values() for a in state.FINAL for r in finding[a]}
    assert settled.RETURNS.keys() == final
    assert {change for changes in settled.RETURNS.values() for change in changes} <= codes.RETURNED.keys()


def test_a_case_whose_table_was_not_read_is_not_gone(cases: Store, place: Path) -> None:
    run = town.run([town.pair(0), town.lack(1)], place)
    town.take(cases, run)
    lacking = town.run([town.lack(1)], place, "2024-07", lacking="enrolments_elsewhere")
    assert town.take(cases, lacking) == {"stays": 1}
    assert town.take(cases, town.run([town.lack(1)], place, "2024-08")) == {"stays": 1, "gone": 1}
    assert town.take(cases, town.run([town.pair(0)], place, "2024-09")) == {"returned": 1, "gone": 1}
    told = {row["case"]: row for row in current(cases).to_pyarrow().to_pylist()}["CF-000000000000"]
    assert (told["state"], told["why"], told["returned"]) == ("open", "found_again", 1)


def test_runs_go_forward_and_stay_in_their_province(cases: Store, place: Path) -> None:
    town.take(cases, town.run([town.pair(0)], place, "2024-07"))
    with pytest.raises(InputError, match=r"expected a run of 2024-07 or later; found a run of 2024-06"):
        town.take(cases, town.run([], place, "2024-06"))
    other = town.run([town.pair(0)], place, "2024-08")
    with pytest.raises(InputError, match="found province 44"):
        town.take(cases, type(other)(other.name, other.period, "44", other.inputs, other.doubts))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"finding": "other"}, "finding other"),
        ({"case": None}, "nulls in case"),
        ({"office": "../x"}, "an office that is neither a region nor an employer"),
        ({"whose": "CFR-2"}, "one case with two persons or findings"),
    ],
)
def test_doubts_are_held_against_their_contract(place: Path, more: town.Row, says: str) -> None:
    with pytest.raises(InputError, match=says):
        town.run([town.pair(0), town.pair(0, **more)], place)


def test_what_lasts_is_no_news_of_a_missing_person(cases: Store, place: Path) -> None:
    town.take(cases, town.run([town.lack(0)], place))
    longer = town.lack(0, last_month=date(2024, 7, 1), months=28)
    assert town.take(cases, town.run([longer], place, "2024-07")) == {"stays": 1}


def test_the_office_of_a_case_is_that_of_its_latest_months(place: Path) -> None:
    rows = [town.pair(0), town.pair(0, "2009-01", "2009-12", office="640105")]
    assert town.run(rows, place).doubts["office"].to_pylist() == ["640104", "640104"]


def test_a_case_of_two_stretches_has_one_number_and_all_its_months(cases: Store, place: Path) -> None:
    rows = [town.pair(0, "2009-01", "2009-12", rule="x", effective=None), town.pair(0)]
    assert town.take(cases, town.run(rows, place)) == {"opened": 1}
    assert town.take(cases, town.run(reversed(rows), place)) == {"stays": 1}
    (told,) = views.listing(cases, JULY.date()).to_pyarrow().to_pylist()
    assert told["months"] == 12 + 66
    assert doubt.facts(rows) == doubt.facts(rows[::-1]) != doubt.facts(rows[:1])
