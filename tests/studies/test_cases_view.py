"""The cases in notebook 02: a hand-made store of two months, by office, finding and month."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qmcb.cases import doubt
from qmcb.cases import store as stores
from qmcb.errors import InputError
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table
from qmcb.studies import cases_view as view
from tests.cases import town
from tests.cases.town import AUGUST, JULY, Row

AUGUST_10 = date(2024, 8, 10)  # open cases of July wait since 20 July, those sent since 4 August


def sent(row: Row) -> Row:
    told = {"event": "sent", "state": "sent", "at": JULY, "who": town.WHO, "run": "sample/2024-06"}
    return told | {"case": row["case"], "facts": doubt.facts([row])}


@pytest.fixture(scope="module")
def months(
    source: Callable[[Mapping[str, Any]], Path], number: Callable[..., str], tmp_path_factory: Any
) -> tuple[str, str]:
    """The store after June alone, and after July.

    June: 12 pairs of one office, 7 missing of another and 2 of a third, of which the missing are sent out.
    July: six of the pairs are gone, six others are new.
    """
    place = source(town.tables(number))
    lacks = [town.lack(at) for at in range(7)]
    few = [town.lack(at, office="640221") for at in (7, 8)]
    june = town.run([*map(town.pair, range(12)), *lacks, *few], place)
    july = town.run([*map(town.pair, range(6, 18)), *lacks, *few], place, "2024-07")
    files = []
    for runs in ([june], [june, july]):
        folder = tmp_path_factory.mktemp("store")
        (folder / "case.key").write_bytes(town.KEY)
        with stores.opened(town.new_store(folder / "cases.duckdb"), town.KEY) as cases:
            town.take(cases, runs[0])
            waiting = [row for row in june.doubts.to_pylist() if row["finding"] == "missing"]
            cases.append(events=[sent(row) for row in waiting])
            for later in runs[1:]:
                town.take(cases, later, AUGUST)
        files.append(str(folder / "cases.duckdb"))
    return files[0], files[1]


def test_offices_by_what_is_overdue(months: tuple[str, str]) -> None:
    shown = view.offices(months[1], "64", AUGUST_10)
    assert isinstance(shown, Picture)
    assert shown.table.to_dict("records") == [
        {"label": "宁夏兴庆区", "count": "18", "已逾期": "6", "办理中": "6", "已办结": "6"},
        {"label": "宁夏西夏区", "count": "*", "已逾期": "*", "办理中": "0", "已办结": "0"},
        {"label": "宁夏平罗县", "count": "<5", "已逾期": "<5", "办理中": "0", "已办结": "0"},
    ]
    assert shown.alt.startswith("21件疑点尚未办结，其中15件已逾期，宁夏西夏区最多。")


def test_findings_by_state(months: tuple[str, str]) -> None:
    shown = view.findings(months[1], "64", AUGUST_10)
    assert shown is not None
    told = shown.texts.set_index("疑点")[["待发出", "待答复", "已答复", "已办结", "已逾期", "答复属实"]]
    assert told.loc["重复参保"].tolist() == ["12", "0", "0", "6", "6", "0"]
    assert told.loc["应保未保"].tolist() == ["0", "9", "0", "0", "9", "0"]


def test_what_moved_between_the_last_two_periods(months: tuple[str, str]) -> None:
    shown = view.flow(months[1], "64")
    assert isinstance(shown, Picture)
    assert dict(shown.table.itertuples(index=False)) == {
        "新增→待发出": "6", "待发出→待发出": "6", "待发出→已办结": "6", "待答复→待答复": "9",
    }  # fmt: skip
    assert shown.alt.startswith("2024年6月至2024年7月：新增6件，办结6件。")


def test_one_period_has_nothing_to_be_compared_with(months: tuple[str, str]) -> None:
    shown = view.flow(months[0], "64")
    assert isinstance(shown, Table) and "只有一期" in shown.plain()


def test_without_a_store_one_sentence_says_how_to_make_it() -> None:
    shown = view.offices("", "64")
    assert isinstance(shown, Table) and "qmcb cases update RUN --store FILE" in shown.plain()
    assert view.findings("", "64") is None and view.flow("", "64") is None


def test_an_empty_store_has_no_cases(tmp_path: Path) -> None:
    (tmp_path / "case.key").write_bytes(town.KEY)
    file = str(town.new_store(tmp_path / "cases.duckdb"))
    assert "还没有疑点" in view.offices(file, "64").plain()
    assert view.findings(file, "64") is not None and view.flow(file, "64") is not None


def test_a_store_of_another_province_is_refused(months: tuple[str, str]) -> None:
    with pytest.raises(InputError, match=r"^expected the store of province 65[^\n]*宁夏[^\n]*$"):
        view.offices(months[0], "65", AUGUST_10)


def test_a_store_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "case.key").write_bytes(town.KEY)
    with pytest.raises(InputError, match="no file"):
        view.offices(str(tmp_path / "none.duckdb"), "64")
