"""What a linkage is asked to do: columns, passes, doubts and thresholds, read from a YAML file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from qmcb import paths, strict_yaml
from qmcb.errors import InputError

_MOST_PASSES = 31
CERTAIN_PASS = "号码一致"
PEOPLE = paths.PARAMS / "linkage" / "people.yaml"
KINDS = ("resident_number", "chinese_name", "date", "sex", "phone", "region", "code", "digits", "words")
ASSIGNMENTS = ("one_to_one", "many_to_one")
Assignment = Literal["one_to_one", "many_to_one"]
Levels = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Thresholds:
    """From `accept` on a link is made, from `review` on a person looks; probabilities."""

    accept: float = 0.99
    review: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.review <= self.accept < 1:
            raise InputError(
                "thresholds with 0 < review ≤ accept < 1",
                f"review {self.review}, accept {self.accept}",
                "change the parameters",
            )


@dataclass(frozen=True)
class FieldSpec:
    """A field: Chinese label, kind (`KINDS`), column, and the field that stands in for a missing value."""

    label: str
    kind: str
    column: str
    instead: str | None = None


@dataclass(frozen=True)
class Pass:
    """Pairs whose facets `same` are all equal.

    `lacking` keeps pairs of which one at least has nothing in that facet; `any` those that share one of
    these facets too.
    """

    same: tuple[str, ...]
    lacking: str | None = None
    any: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doubt:
    """Pairs never accepted by weight: those with levels `when`, except any of `unless`.

    They are accepted all the same from the probability `below` on, where it is less than 1.
    """

    why: str
    when: Levels
    unless: tuple[Levels, ...] = ()
    below: float = 1.0


@dataclass(frozen=True)
class Spec:
    """How two files are linked; see params/linkage/people.yaml."""

    label: str
    record_id: str
    fields: Mapping[str, FieldSpec]
    passes: Mapping[str, Pass]
    certain: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    assignment: Assignment = "one_to_one"
    thresholds: Thresholds = Thresholds()

    def __post_init__(self) -> None:
        numbers: list[str] = []
        if len(self.passes) > _MOST_PASSES:
            raise InputError(
                f"at most {_MOST_PASSES} passes in the linkage spec", f"{len(self.passes)}", "drop some"
            )
        for name, told in self.fields.items():
            _known("kind", told.kind, KINDS, f"field {name}")
            if told.instead:
                _known("resident_number before it", told.instead, numbers, f"field {name}, instead")
            if told.kind == "resident_number":
                numbers.append(name)
        for title, one in self.passes.items():
            for facet in (*one.same, *one.any, *filter(None, [one.lacking])):
                _known("field", facet.partition(".")[0], list(self.fields), f"pass {title}")
        for role, name in self.certain.items():
            _known("role", role, ("number", "name", "birth"), "certain")
            _known("field", name, list(self.fields), f"certain {role}")
        for way, titles in self.ways.items():
            for title in titles:
                _known("pass", title, [CERTAIN_PASS, *self.passes], f"way {way}")
        _known("assignment", self.assignment, ASSIGNMENTS, "assignment")

    @property
    def columns(self) -> list[str]:
        """The columns that a file may have, without that of the record id."""
        return list(dict.fromkeys(told.column for told in self.fields.values()))


def _known(what: str, found: str, known: Sequence[str], where: str) -> None:
    if found not in known:
        raise InputError(
            f"a {what} among {', '.join(known)} in {where} of the linkage spec", found, "correct it"
        )


def load(path: Path | str = PEOPLE) -> Spec:
    """The spec that a YAML file holds; raises `InputError` in one line where it is not one."""
    path = Path(path)
    if not path.is_file():
        raise InputError(
            "a linkage spec", f"no file {path.name}", "name one, such as params/linkage/people.yaml"
        )
    told = strict_yaml.read(path, path.name)
    try:
        return Spec(
            **(
                told
                | {
                    "fields": {name: FieldSpec(**one) for name, one in told["fields"].items()},
                    "passes": {title: _pass(**one) for title, one in told["passes"].items()},
                    "ways": {way: tuple(titles) for way, titles in told.get("ways", {}).items()},
                    "doubts": tuple(_doubt(**one) for one in told.get("doubts", ())),
                    "thresholds": Thresholds(**told.get("thresholds", {})),
                }
            )
        )
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        found = f"no {error}" if isinstance(error, KeyError) else str(error)
        found = re.sub(r"\w+\.__init__\(\) |\b_\w+\(\) ", "", found)
        raise InputError(
            f"{path.name} to be a linkage spec like params/linkage/people.yaml", found, "correct it"
        ) from error


def _pass(same: Sequence[str], lacking: str | None = None, any: Sequence[str] = ()) -> Pass:
    return Pass(tuple(same), lacking, tuple(any))


def _doubt(why: str, when: Levels, unless: Sequence[Levels] = (), below: Any = 1.0) -> Doubt:
    return Doubt(why, when, tuple(unless), float(below))
