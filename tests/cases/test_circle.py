"""From a run to offices and back: settled cases stay settled, overdue ones are named."""

from datetime import date
from pathlib import Path

from qmcb.cases import views
from qmcb.cases.current import current
from qmcb.cases.store import Store
from qmcb.periods import Period

from . import town
from .town import AUGUST, JULY, SEPTEMBER

TWICE = "重复参保"


def state(cases: Store, **when: object) -> dict[str, str]:
    rows = current(cases, **when).to_pyarrow().to_pylist()  # type: ignore[arg-type]
    return {row["case"][-1]: row["state"] for row in rows}


def test_a_full_circle(cases: Store, place: Path, tmp_path: Path) -> None:
    june = [town.pair(at) for at in range(5)]
    run = town.run(june, place)
    assert town.take(cases, run) == {"opened": 5}
    book = town.send(cases, place, tmp_path / "out")["640104"]
    assert set(state(cases).values()) == {"sent"}

    filled = town.fill(
        book,
        TWICE,
        {
            2: "排除：不是同一人",
            3: ("已更正：已终止一处并清退", "甲方"),
            4: "属实：本人尚未联系上",
            5: "已更正：已更正登记",
        },
    )
    taken = town.answer(cases, filled)
    assert (taken.counts["accepted"], taken.counts["unanswered"], taken.counts["quarantined"]) == (4, 1, 0)
    assert taken.line.difference == 0

    # 0: not the same person, though it goes on; 1: corrected and gone; 2: confirmed, goes on;
    # 3: corrected, but a new month; 4: not answered.
    july = [town.pair(at, last="2024-07") for at in (0, 2, 3, 4)]
    assert town.take(cases, town.later(run, "2024-07", july), AUGUST) == {
        "settled": 1, "gone": 1, "changed": 2, "returned": 1,
    }  # fmt: skip
    assert state(cases) == {"0": "closed", "1": "closed", "2": "answered", "3": "open", "4": "sent"}
    assert state(cases, period=Period(2024, 6)) == dict(
        zip("01234", [*["answered"] * 4, "sent"], strict=True)
    )
    assert state(cases, day=JULY.date()) == dict.fromkeys("01234", "sent")

    again = town.later(run, "2024-07", july)
    assert town.take(cases, again, AUGUST) == {"stays": 4}

    overdue = views.listing(cases, SEPTEMBER.date(), overdue=True).to_pyarrow().to_pylist()
    assert [(row["case"][-1], row["due"]) for row in overdue] == [
        ("4", date(2024, 8, 4)),
        ("3", date(2024, 8, 20)),
    ]
    offices = views.by_office(cases, SEPTEMBER.date()).to_dict("records")
    assert offices == [
        {
            "office": "640104", "finding": "duplicates", "open": 1, "sent": 1, "answered": 1, "closed": 2,
            "overdue": 2, "settled": 2, "gone": 0, "confirmed": 1, "cleared": 1, "corrected": 1,
            "returned": 1,
        }
    ]  # fmt: skip
    flow = views.flow(cases, Period(2024, 6), Period(2024, 7)).to_dict("records")
    assert flow == [
        {"before": "sent", "after": "sent", "count": 1},
        {"before": "answered", "after": "open", "count": 1},
        {"before": "answered", "after": "answered", "count": 1},
        {"before": "answered", "after": "closed", "count": 2},
    ]
