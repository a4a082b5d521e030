"""What the registry has wrong: old entries planted in it, and the truth of how it differs from the rest."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qmcb.sample.careers import Careers
from qmcb.sample.people import RESIDENT, People
from qmcb.sample.registers import Rows
from qmcb.sample.spells import Spells
from qmcb.sample.world import World

Array = NDArray[np.int64]
Mask = NDArray[np.bool_]


def made_old(world: World, people: People, careers: Careers, registry: Rows) -> Rows:
    """The registry with some entries as they were before a move, a change of employer or of hukou.

    Who it is hangs on the wage's last digits, so that nothing else of the sample changes.
    """
    rates, who = world.rates, registry.who
    places, resident = world.places, (people.kind == RESIDENT)[who]
    own = places.counties[people.county[who]].astype(str)
    beside = places.counties[(people.county[who] + 1) % len(places.counties)].astype(str)
    before = world.employers.ids(careers.employer[who, 1])
    old = {
        "hukou_region": (pa.array(beside), resident & _some(careers, who, 5, rates.registry_old_hukou)),
        "residence_region": (pa.array(own), resident & _some(careers, who, 6, rates.registry_old_residence)),
        "employer_id": (
            before,
            _some(careers, who, 7, rates.registry_old_employer)
            & (careers.employer[who, 1] >= 0)
            & pc.is_valid(registry.columns["employer_id"]).to_numpy(zero_copy_only=False),
        ),
    }
    changed = {
        name: pc.if_else(pa.array(where), value, registry.columns[name])
        for name, (value, where) in old.items()
    }
    return registry._replace(columns={**registry.columns, **changed})


def _some(careers: Careers, who: Array, digit: int, rate: float) -> Mask:
    return np.less(np.modf(careers.wage[who] * 10.0**digit)[0], rate)


def truth(
    world: World,
    people: People,
    careers: Careers,
    registers: Mapping[str, Rows],
    spells: Spells,
    benefits: Spells,
) -> pa.Table:
    """In what registry and production differ, but for names and employment: person, kind.

    Kinds as in codes.REGISTRY_DIFFERENCE: regions and employers of those in both, and who is only in one.
    """
    count = len(people)

    def anyone(who: Array) -> Mask:
        return np.bincount(who, minlength=count) > 0

    registry = registers["registry"]
    dead, registered = ~np.isnat(careers.died), anyone(registry.who)
    paying = spells.paying_at(world.clock)
    production = anyone(spells.person[~spells.away]) | anyone(benefits.person[~benefits.away])
    elsewhere = anyone(spells.person[spells.away]) | anyone(benefits.person[benefits.away])
    enrolled = anyone(spells.person[paying]) | anyone(benefits.person[benefits.last >= world.clock.month])
    both, missing = registered & production, production & ~registered & ~dead
    only = registered & ~production & ~dead
    kinds = {
        "hukou_region": both & ~_same(count, registry, "hukou_region", registers["residents"]),
        "residence_region": both & ~_same(count, registry, "residence_region", registers["population"]),
        "employer": both & ~_same_employer(world, count, registry, spells.take(paying)),
        "dead": registered & dead,
        "enrolled_elsewhere": only & elsewhere,
        "never_enrolled": only & ~elsewhere,
        "unregistered": missing & enrolled,
        "unregistered_before": missing & ~enrolled,
    }
    return pa.concat_tables(
        pa.table({"person": people.person[mask], "kind": pa.repeat(kind, int(mask.sum()))})
        for kind, mask in kinds.items()
    ).combine_chunks()


def _same(count: int, registry: Rows, column: str, other: Rows) -> Mask:
    """Whether a row of the other table has the same region, or there is none to compare."""
    return _agreeing(count, registry.who, registry.columns[column], other.who, other.columns[column])


def _same_employer(world: World, count: int, registry: Rows, now: Spells) -> Mask:
    theirs = world.employers.ids(now.employer)
    return _agreeing(count, registry.who, registry.columns["employer_id"], now.person, theirs)


def _agreeing(count: int, who: Array, ours: pa.Array, other: Array, theirs: pa.Array) -> Mask:
    """Whether any value of the others is a person's own in the registry, or one of both has none."""
    both = pa.concat_arrays([ours.cast(pa.string()), theirs.cast(pa.string())]).dictionary_encode()
    which = pc.fill_null(both.indices, -1).to_numpy(zero_copy_only=False)
    told = np.full(count, -1)
    told[who] = which[: len(who)]
    mine, their = told[other], which[len(who) :]
    compared = (mine >= 0) & (their >= 0)
    asked, agreed = (
        np.bincount(other[mask], minlength=count) > 0 for mask in (compared, compared & (mine == their))
    )
    return np.logical_or(agreed, ~asked)
