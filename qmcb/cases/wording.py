"""What an office reads of a case: each fact in the words of the code lists."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from qmcb import codes
from qmcb.cases.persons import Persons
from qmcb.identity import region
from qmcb.policy import Rulebook

_KIND = {**codes.DUPLICATE, **codes.BENEFIT, **codes.STANDING}
_COVER = {**codes.INSURANCE, **codes.COVERS}
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
        if first[f"source_{side}"]
    ]
    return {
        "case": about["case"],
        "kind": _KIND[first["kind"]],
        "name": _lines(side["name"] for side in sides),
        "id_number": _lines(side["id_number"] for side in sides),
        "phone": _lines(side["phone"] for side in sides),
        "employer": _lines(side["employer_id"] for side in sides),
        "side_a": _side(first, "a", sides[0]),
        "side_b": _side(first, "b", sides[-1]) if first["source_b"] else "",
        "span": _lines(_span(row) for row in found),
        "months": sum(row["months"] or 0 for row in found),
        "amount": _yuan(found),
        "advice": _by_stretch(found, lambda row: codes.ACTION[row["action"]]),
        "keep": _by_stretch(found, lambda row: codes.SIDE.get(row["keep"] or "", "")),
        "basis": _by_stretch(found, lambda row: _basis(row, rules)),
        "decides": _by_stretch(found, lambda row: codes.DECIDES.get(row["decides"] or "", "")),
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


def _by_stretch(found: Sequence[Row], told: Callable[[Row], str]) -> str:
    """A text once, or for each stretch of months where it is not the same for all."""
    texts = [told(row) for row in found]
    if len(set(texts)) == 1:
        return texts[0]
    return _lines(f"{_span(row)}：{text}" for row, text in zip(found, texts, strict=True) if text)


def _side(row: Row, side: str, person: Mapping[str, str]) -> str:
    employer = person["employer_id"]
    return _lines(
        (
            _COVER.get(row[f"insurance_{side}"] or "", ""),
            place(row[f"region_{side}"]) if row[f"region_{side}"] else "",
            f"{_TEXT['employer']} {employer}" if employer else "",
            f"{_TEXT['record']} {row[f'record_id_{side}']}",
        )
    )


def _span(row: Row) -> str:
    first, last = (f"{row[name]:%Y-%m}" if row[name] else "" for name in ("first_month", "last_month"))
    if row["finding"] == "missing":
        return f"{first}{_TEXT['since']}" if first else ""
    return f"{first}{_TEXT['until']}{last}"


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
