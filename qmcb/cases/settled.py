"""When a settled case comes back: only where its facts say something that the answer did not cover."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

Rows = Iterable[Mapping[str, Any]]

_ALL = ("other_kind", "new_months", "more_money", "other_rule")
# What brings a case back after an answer for this reason; see docs/decisions/0013-cases.md.
RETURNS: Mapping[str, tuple[str, ...]] = {
    "other_person": (),
    "dead": (),
    "lawful": ("other_kind", "other_rule"),
    "exempt": ("other_kind", "new_months"),
    "covered_elsewhere": ("other_kind", "new_months"),
    "already_ended": ("other_kind", "new_months", "more_money"),
    "one_ended": _ALL,
    "transferred": _ALL,
    "record": _ALL,
    "offset": _ALL,
    "enrolled": _ALL,
    "resumed": _ALL,
}


def news(settled: Rows, now: Rows, reason: str) -> str | None:
    """The key of codes.RETURNED for what is new since an answer, or None: the case stays settled.

    Parameters
    ----------
    settled, now
        Rows of one case (see `doubt.SCHEMA`) as they were when it was answered, and as a run has them.
    reason
        Why it was settled, a key of codes.REASON; what counts as new depends on it.
    """
    settled, now = list(settled), list(now)
    before, after = _by_month(settled), _by_month(now)
    new = {
        "other_kind": {row["kind"] for row in settled} != {row["kind"] for row in now},
        "new_months": bool(after.keys() - before.keys()) or _begins(now) > _begins(settled),
        "more_money": _money(now) > _money(settled),
        "other_rule": any(before[month] != after[month] for month in before.keys() & after.keys()),
    }
    return next((change for change in RETURNS[reason] if new[change]), None)


def _by_month(rows: Rows) -> dict[int, set[tuple[Any, ...]]]:
    """The rules of each month that is doubled; a missing person has no such months."""
    rules: dict[int, set[tuple[Any, ...]]] = {}
    for row in rows:
        if row["finding"] != "missing":
            for month in _months(row["first_month"], row["last_month"]):
                rules.setdefault(month, set()).add((row["rule"], row["effective"], row["action"]))
    return rules


def _months(first: date, last: date) -> Iterator[int]:
    yield from range(first.year * 12 + first.month, last.year * 12 + last.month + 1)


def _begins(rows: Rows) -> date:
    """From when a person is missing: later than before where he or she was covered in between."""
    return max((row["first_month"] for row in rows if _lasts(row)), default=date.min)


def _lasts(row: Mapping[str, Any]) -> bool:
    return row["finding"] == "missing" and row["first_month"] is not None


def _money(rows: Rows) -> int:
    return sum(row["amount"] or 0 for row in rows)
