"""Spells of enrolment: what the production system and the national library would hold of careers."""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qmcb import codes
from qmcb.sample.careers import GRACE, SLOTS, Careers
from qmcb.sample.clock import Clock, month
from qmcb.sample.world import World

Array = NDArray[np.int64]
Mask = NDArray[np.bool_]
NEVER = -1

GROUPS = ("pension", "medical", "unemployment", "injury", "maternity")
_WITH_WORK = {"unemployment": (210, 0.95), "injury": (410, 0.93), "maternity": (510, 0.85)}
_SCHEME_SINCE = {
    110: month(1996), 120: month(2014, 10), 170: month(2009, 9), 210: month(1999), 310: month(2000),
    390: month(2007), 410: month(2004), 510: month(2004),
}  # fmt: skip
PENSIONS = tuple(int(code) for code in codes.PENSION)
EMPLOYEE_PENSIONS = tuple(int(code) for code in codes.EMPLOYEE_PENSION)
MEDICALS = tuple(int(code) for code in codes.MEDICAL)


@dataclass(frozen=True)
class Spells:
    """Arrays with an entry for each spell.

    person: index in the chunk; away: held by the national library; insurance; region; employer: index or
    -1; first, last: month index, first NEVER where enrolled and never paid; open: still running, last is
    then the period.
    """

    person: Array
    away: Mask
    insurance: Array
    region: Array
    employer: Array
    first: Array
    last: Array
    open: Mask

    def __len__(self) -> int:
        return len(self.person)

    def take(self, which: NDArray[np.bool_] | Array) -> "Spells":
        return Spells(*(getattr(self, field.name)[which] for field in fields(self)))

    @property
    def paid(self) -> Mask:
        return np.not_equal(self.first, NEVER)

    def paying_at(self, clock: Clock) -> Mask:
        """Paid up to a month within the grace of the period."""
        return np.logical_and(self.paid, self.last >= clock.month - GRACE)


def join(parts: list[Spells]) -> Spells:
    """All spells one after the other."""
    return Spells(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Spells))
    )


class History(NamedTuple):
    """Spells, and which of them (or -1) stands for a person, slot and group: (n, 3, 5)."""

    spells: Spells
    place: Array


def since(insurance: Array) -> Array:
    """Month in which each insurance began."""
    begin = np.zeros(1_000, np.int64)
    begin[list(_SCHEME_SINCE)] = list(_SCHEME_SINCE.values())
    return begin[insurance]


def _insurances(rng: np.random.Generator, careers: Careers, group: str) -> tuple[Array, Mask]:
    """Insurance (n, 3; 0: none) of a group in every segment, and whether it is away."""
    if group == "pension":
        return careers.pension, careers.away
    if group == "medical":
        return careers.medical, careers.medical_away
    insurance, share = _WITH_WORK[group]
    return np.where(careers.work & (rng.random(careers.work.shape) < share), insurance, 0), careers.away


def history(rng: np.random.Generator, world: World, careers: Careers) -> History:
    """The lawful history: for each segment one spell an insurance."""
    place = np.full((len(careers.wage), SLOTS, len(GROUPS)), -1)
    parts, total = [_unpaid(careers, world.clock)], int((careers.unpaid > 0).sum())
    for column, group in enumerate(GROUPS):
        insurance, away = _insurances(rng, careers, group)
        first = np.maximum(careers.first, since(insurance))
        person, slot = np.nonzero(careers.exists & (insurance > 0) & (first <= careers.last))
        employer = careers.employer[person, slot]
        gone = away[person, slot]
        region = np.where(gone, careers.outside[person], careers.inside[person])
        region = np.where(employer >= 0, world.employers.region[employer], region)
        parts.append(
            Spells(
                person, gone, insurance[person, slot], region, employer,
                first[person, slot], careers.last[person, slot], careers.open[person] & (slot == 0),
            )
        )  # fmt: skip
        place[person, slot, column] = total + np.arange(len(person))
        total += len(person)
    return History(join(parts), place)


def _unpaid(careers: Careers, clock: Clock) -> Spells:
    """Enrolled and never paid."""
    who = np.flatnonzero(careers.unpaid > 0)
    none = np.full(len(who), NEVER)
    away, running = np.zeros(len(who), np.bool_), np.ones(len(who), np.bool_)
    return Spells(
        who,
        away,
        careers.unpaid[who],
        careers.inside[who],
        none,
        none,
        np.full(len(who), clock.month),
        running,
    )
