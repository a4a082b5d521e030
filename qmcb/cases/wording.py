"""What an office reads of a case: each fact in the words of the code lists."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from qmcb import codes
from qmcb.cases.persons import Persons
from qmcb.identity import region
from qmcb.policy import Rulebook

_KIND = {**codes.DUPLICATE, **codes.STANDING}
_COVER = {**codes.INSURANCE, **codes.COVER}
_TEXT = codes.CASE_TEXT
_FEN = 100

Row = dict[str, Any]


def case(
    about: Row, found: Sequence[Row], persons: Persons, rules: Rulebook, due: date, today: date
) -> dict[str, Any]:
    """The columns of a workbook's row (`workbook.FIXED`) for one case, and `facts`, `whose`, `employer`.

    Parameters
    ----------
    about
        The case's row of `current.current`.
    found
        Its rows of `doubt.SCHEMA`, one a stretch of months under one rule.
    """
    first = found[0]
    sides = [
        persons[first[f"source_{side}"], first[f"record_id_{side}"]]
        for side in "ab"
        if first[f"record_id_{side}"]
    ]
    return {
        "case": about["case"],
        "kind": _KIND[first["kind"]],
        "name": _lines(side["name"] for side in sides),
        "id_number": _lines(side["id_number"] for side in sides),
        "phone": _lines(side["phone"] for side in sides),
        "employer": _lines(side["employer_id"] for side in sides),
        "side_a": _side(first, "a", sides[0]),
        "side_b": _side(first, "b", sides[-1]) if first["record_id_b"] else "",
        "span": _lines(_span(row) for row in found),
        "months": sum(row["months"] or 0 for row in found),
        "amount": _yuan(found),
        "advice": _lines(codes.ACTION[row["action"]] for row in found),
        "keep": _lines(codes.SIDE.get(row["keep"] or "", "") for row in found),
        "basis": _lines(_basis(row, rules) for row in found),
        "decides": _lines(codes.DECIDES.get(row["decides"] or "", "") for row in found),
        "history": _history(about, today),
        "due": due.isoformat(),
        "facts": about["facts"],
        "whose": about["whose"],
    }


def place(code: str) -> str:
    """A region with its province where that is not in its name; an employer's code as it is."""
    name = region.label(code)
    province = codes.PROVINCE.get(code[:2], "")
    return name if name == code or name.startswith(province) else province + name


def answered(about: Row) -> str:
    """The answer and reason of a case in words."""
    reasons = codes.REASON[about["finding"]][about["answer"]]
    return f"{codes.ANSWER[about['answer']]}：{reasons[about['reason']]}"


def _lines(texts: Any) -> str:
    """The different texts, one a line."""
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _side(row: Row, side: str, person: Mapping[str, str]) -> str:
    employer = person["employer_id"]
    return _lines(
        (
            _COVER[row[f"insurance_{side}"]],
            place(row[f"region_{side}"]) if row[f"region_{side}"] else "",
            f"{_TEXT['employer']} {employer}" if employer else "",
            f"{_TEXT['record']} {row[f'record_id_{side}']}",
        )
    )


def _span(row: Row) -> str:
    last = f"{row['last_month']:%Y-%m}" if row["last_month"] else ""
    if row["finding"] == "missing":
        return f"{_TEXT['paid_until']}{last}" if last else _TEXT["never"]
    return f"{row['first_month']:%Y-%m}{_TEXT['until']}{last}"


def _yuan(found: Sequence[Row]) -> float | str:
    amounts = [row["amount"] for row in found if row["amount"] is not None]
    return sum(amounts) / _FEN if amounts else ""


def _basis(row: Row, rules: Rulebook) -> str:
    rule = rules.rules.get(row["rule"] or "")
    version = rule.at(row["effective"]) if rule and row["effective"] else None
    if version is None or version.reference is None:
        return _TEXT["no_rule"]
    return f"{version.reference.document}{version.reference.article}"


def _history(about: Row, today: date) -> str:
    told = []
    if about["why"]:
        told.append(f"{_TEXT['came_back']}：{codes.RETURNED[about['why']]}")
    if about["answer"]:
        told.append(f"{_TEXT['last_answer']}：{answered(about)}")
    if about["state"] != "open" and about["due"] and about["due"] < today:
        told.append(_TEXT["overdue"])
    return _lines(told)
