"""Where each resident truly stands for each cover that he or she ought to have."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qmcb import codes
from qmcb.sample.careers import Careers
from qmcb.sample.clock import month, yyyymm
from qmcb.sample.people import People
from qmcb.sample.spells import MEDICALS, NEVER, PENSIONS, Spells
from qmcb.sample.world import World

Mask = NDArray[np.bool_]
_COVERS = {
    "pension": PENSIONS, "medical": MEDICALS, "unemployment": (210,), "injury": (410,), "maternity": (510,)
}  # fmt: skip
_WITH_MEDICAL_SINCE = month(2019, 4)


@dataclass(frozen=True)
class Evidence:
    """What the sources hold of each person: benefits, whether in the registry, in the students,
    whether the national library has the person's own number, and whether an employer ought to insure."""

    spells: Spells
    benefits: Spells
    in_registry: Mask
    in_students: Mask
    own_number_elsewhere: Mask
    employed: Mask


def standings(
    world: World, people: People, careers: Careers, evidence: Evidence, cover: str
) -> NDArray[np.object_]:
    """The first of codes.STANDING that applies to each person of the chunk."""
    spells, count = evidence.spells, len(people)
    of_cover = np.isin(spells.insurance, _insurances(world, cover))
    paying = spells.paying_at(world.clock)

    def anyone(mask: Mask) -> Mask:
        return np.bincount(spells.person[mask], minlength=count) > 0

    drawn = evidence.benefits
    drawing = np.isin(drawn.insurance, PENSIONS) & (drawn.last >= world.clock.month)
    unlike_medical = np.full(count, cover != "medical")
    elsewhere = anyone(of_cover & paying & spells.away)
    reasons = {
        "dead": ~np.isnat(careers.died),
        "under_age": unlike_medical & (people.age < 16),
        "drawing": unlike_medical & (np.bincount(drawn.person[drawing], minlength=count) > 0),
        "enrolled_here": anyone(of_cover & paying & ~spells.away),
        "elsewhere_by_number": elsewhere & evidence.own_number_elsewhere,
        "elsewhere_by_linkage": elsewhere,
        "student": unlike_medical & evidence.in_students,
        "lapsed": anyone(of_cover & spells.paid),
        "never_paid": anyone(of_cover & ~spells.paid),
        "partial": anyone(~of_cover),
        "registered": evidence.in_registry,
    }
    order = [reason for reason in codes.STANDING if reason in reasons]
    return np.select([reasons[reason] for reason in order], order, "no_database").astype(object)


def truth(
    world: World,
    people: People,
    careers: Careers,
    evidence: Evidence,
    who: NDArray[np.int64],
    records: pa.StringArray,
) -> pa.Table:
    """Standing of the residents `who`, with their record: person, record_id, cover, standing, and last_month
    (yyyymm, the last paid of the cover; null without one)."""
    parts = []
    for cover in codes.COVERS:
        told = pa.table(
            {
                "person": people.person[who],
                "record_id": records,
                "cover": pa.repeat(cover, len(who)),
                "standing": pa.array(standings(world, people, careers, evidence, cover)[who], pa.string()),
                "last_month": _last_months(world, evidence.spells, cover, len(people)).take(pa.array(who)),
            }
        )
        due = evidence.employed[who] | (cover in codes.COVER)
        parts.append(told.filter(pa.array(due)))
    return pa.concat_tables(parts).combine_chunks()


def _last_months(world: World, spells: Spells, cover: str, count: int) -> pa.Array:
    """The last paid month of a cover, by person."""
    paid = spells.paid & np.isin(spells.insurance, _insurances(world, cover))
    last = np.full(count, NEVER)
    np.maximum.at(last, spells.person[paid], spells.last[paid])
    return pa.array(yyyymm(last).astype(np.int32), mask=last == NEVER)


def _insurances(world: World, cover: str) -> tuple[int, ...]:
    """The insurances that give a cover; maternity is run with employee medical."""
    with_medical = cover == "maternity" and world.clock.month >= _WITH_MEDICAL_SINCE
    return (510, 310) if with_medical else _COVERS[cover]
