"""Where each resident truly stands for pension and for medical cover."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qmcb import codes
from qmcb.sample.careers import Careers
from qmcb.sample.people import People
from qmcb.sample.spells import MEDICALS, PENSIONS, Spells
from qmcb.sample.world import World

Mask = NDArray[np.bool_]
_COVERS = {"pension": PENSIONS, "medical": MEDICALS}


@dataclass(frozen=True)
class Evidence:
    """What the sources hold of each person: benefits, whether in the registry, in the students, and
    whether the national library has the person's own number."""

    spells: Spells
    benefits: Spells
    in_registry: Mask
    in_students: Mask
    own_number_elsewhere: Mask


def standings(
    world: World, people: People, careers: Careers, evidence: Evidence, cover: str
) -> NDArray[np.object_]:
    """The first of codes.STANDING that applies to each person of the chunk."""
    spells, count = evidence.spells, len(people)
    of_cover = np.isin(spells.insurance, _COVERS[cover])
    paying = spells.paying_at(world.clock)

    def anyone(mask: Mask) -> Mask:
        return np.bincount(spells.person[mask], minlength=count) > 0

    drawn = evidence.benefits
    drawing = np.isin(drawn.insurance, PENSIONS) & (drawn.last >= world.clock.month)
    pension = np.full(count, cover == "pension")
    elsewhere = anyone(of_cover & paying & spells.away)
    reasons = {
        "dead": ~np.isnat(careers.died),
        "under_age": pension & (people.age < 16),
        "drawing": pension & (np.bincount(drawn.person[drawing], minlength=count) > 0),
        "enrolled_here": anyone(of_cover & paying & ~spells.away),
        "elsewhere_by_number": elsewhere & evidence.own_number_elsewhere,
        "elsewhere_by_linkage": elsewhere,
        "student": pension & evidence.in_students,
        "lapsed": anyone(of_cover & spells.paid),
        "never_paid": anyone(of_cover & ~spells.paid),
        "partial": anyone(~of_cover & (paying | ~spells.paid)),
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
    """Standing of the residents `who`, with their record: person, record_id, cover, standing."""
    parts = [
        pa.table(
            {
                "person": people.person[who],
                "record_id": records,
                "cover": pa.repeat(cover, len(who)),
                "standing": pa.array(standings(world, people, careers, evidence, cover)[who], pa.string()),
            }
        )
        for cover in codes.COVER
    ]
    return pa.concat_tables(parts).combine_chunks()
