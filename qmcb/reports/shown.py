"""What a page shows of its counts and how they hang together, without those that it hides."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qmcb.reports.suppress import FEWEST, Key, Numbers

FILE = "shown.json"
_FEW, _MANY, _UNSAID = "<", "*", "-"
_STANDS_FOR = {_FEW: 1, _MANY: FEWEST, _UNSAID: 0}


@dataclass(frozen=True)
class Shown:
    """The numbers of one page on one question, as its reader has them.

    `region`: the two, four or six digits that all people of the page have in common; `period` its month.
    A hidden number has some value that its mark allows; `hidden` says which they are.
    """

    question: str
    region: str
    period: str
    numbers: Numbers
    hidden: frozenset[Key]


def save(place: Path, region: str, period: str, told: Mapping[str, tuple[Numbers, Collection[Key]]]) -> None:
    """Write the numbers of a page by question, each with what is hidden, as `shown.json` in a folder."""
    questions = {name: _document(numbers, hidden) for name, (numbers, hidden) in told.items()}
    text = json.dumps(
        {"region": region, "period": period, "questions": questions}, ensure_ascii=False, default=_plain
    )
    (place / FILE).write_text(text, "utf-8")


def load(file: Path) -> list[Shown]:
    """The same by question."""
    told = json.loads(file.read_text("utf-8"))
    return [
        Shown(name, told["region"], told["period"], *_numbers(document))
        for name, document in told["questions"].items()
    ]


def _document(numbers: Numbers, hidden: Collection[Key]) -> dict[str, Any]:
    def seen(key: Key) -> int | str:
        value = numbers.values[key]
        if numbers.state(key) == "unsaid":
            return _UNSAID
        return value if key not in hidden else _FEW if value < FEWEST else _MANY

    places = {key: at for at, key in enumerate(numbers.values)}
    return {
        "numbers": [[key, numbers.state(key), seen(key)] for key in places],
        "relations": [
            [places[whole], [places[part] for part in parts], exact]
            for whole, parts, exact in numbers.relations()
        ],
    }


def _numbers(document: Mapping[str, Any]) -> tuple[Numbers, frozenset[Key]]:
    held, keys, hidden = Numbers(), [], set()
    for told, state, value in document["numbers"]:
        key = tuple(told)
        keys.append(key)
        tell = {"shown": held.show, "known": held.known, "unsaid": held.unsaid}[state]
        tell(key, _STANDS_FOR.get(value, value))
        if value in (_FEW, _MANY):
            hidden.add(key)
    for whole, parts, exact in document["relations"]:
        relate = held.total if exact else held.at_most
        relate(keys[whole], [keys[part] for part in parts])
    return held, frozenset(hidden)


def _plain(value: Any) -> Any:
    """A number of a library as one of Python."""
    return value.item()
