"""Files of dated values for the fund: one strict shape for schemes and for the criteria of an assessment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from qmcb import paths, schema, strict_yaml
from qmcb.errors import InputError
from qmcb.fund import parameters
from qmcb.fund.parameters import WrongParameter
from qmcb.policy import Reference

T = TypeVar("T")


@dataclass(frozen=True)
class Dated:
    """A file of values by effective date, ascending; a value of None says that it ended.

    `references` and `source_kinds` (law, seen, recalled) have the dates of the values that a document
    gives. `assumed` says that no document gives any of them.
    """

    name: str
    label: str
    description: str
    values: Mapping[date, Any]
    references: Mapping[date, Reference]
    source_kinds: Mapping[date, str]
    confirmed: date | None
    assumed: bool
    note: str

    def effective(self, when: int | date) -> date:
        """The date of the value in force on a day, or for the whole of a year.

        A year goes by what is in force on its first day: accounts are settled by years. Raises
        `InputError` where nothing is in force.
        """
        day = when if isinstance(when, date) else date(when, 1, 1)
        past = [effective for effective in self.values if effective <= day]
        if not past or self.values[past[-1]] is None:
            spoken = "on" if isinstance(when, date) else "for the whole of"
            dates = ", ".join(
                f"{day}{' (ended)' if value is None else ''}" for day, value in self.values.items()
            )
            todo = "take another year, or the rules as of a day"
            raise InputError(f"{self.name} in force {spoken} {when}", f"versions of {dates}", todo)
        return past[-1]


def names(folder: Path) -> tuple[str, ...]:
    """The names of the files in a folder."""
    return tuple(sorted(file.stem for file in folder.glob("*.yaml")))


def load(name: str, folder: Path) -> Dated:
    """The file `name` of a folder.

    Raises `InputError` for an unknown name, with the field for a file that breaks
    params/schemes/schema.json, and for a value with neither a document nor `assumed: true`.
    """
    if name not in names(folder):
        raise InputError(f"one of {', '.join(names(folder)) or 'the files'}", name, "correct the name")
    place = f"{folder.name}/{name}.yaml"
    raw = strict_yaml.read(folder / f"{name}.yaml", place)
    if fault := schema.fault(raw, paths.SCHEMES / "schema.json"):
        raise broken(f"{place}, field {fault.path}", "the shape of schema.json", fault.message)
    assumed = raw.get("assumed", False)
    stray = raw["references"].keys() - raw["values"].keys()
    bare = {day for day, value in raw["values"].items() if value is not None} - raw["references"].keys()
    if stray or (bare and not assumed):
        dates = ", ".join(sorted(stray | bare))
        raise broken(f"{place}, field $.references", "a document for each value", f"a difference at {dates}")
    references = {date.fromisoformat(day): dict(reference) for day, reference in raw["references"].items()}
    kinds = {day: reference.pop("source_kind") for day, reference in references.items()}
    return Dated(
        name,
        raw["label"],
        raw["description"],
        {date.fromisoformat(day): value for day, value in sorted(raw["values"].items())},
        {day: Reference(**reference) for day, reference in references.items()},
        kinds,
        date.fromisoformat(raw["confirmed"]) if raw["confirmed"] else None,
        assumed,
        raw.get("note", ""),
    )


def build(kind: type[T], file: Dated, day: date, raw: Any, folder: Path) -> T:
    """A dataclass of parameters from a value of a file; raises `InputError` with file, date and field."""
    where = f"{folder.name}/{file.name}.yaml, {day}"
    if not isinstance(raw, dict):
        raise broken(where, f"{', '.join(parameters.of(kind))}", raw)
    try:
        return parameters.build(kind, raw)
    except WrongParameter as error:
        raise broken(where, error.expected, error.found) from error


def broken(where: str, expected: str, found: object) -> InputError:
    """The error of a file in which a field is not as it should be."""
    return InputError(f"{expected} in {where}", str(found), "correct the file")
