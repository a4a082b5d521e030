"""Second enrolments planted on the lawful history, and the truth about them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qmcb import codes
from qmcb.sample.careers import SLOTS, Careers
from qmcb.sample.clock import yyyymm
from qmcb.sample.people import STRANGER, People
from qmcb.sample.rates import Rates
from qmcb.sample.spells import GROUPS, NEVER, History, Spells, join, since
from qmcb.sample.world import World

Array = NDArray[np.int64]
Mask = NDArray[np.bool_]

EMPLOYEE, RESIDENT, SAME_EMPLOYER, MORE_INJURY = range(4)
_ACROSS = np.array([0.6, 0.6, 0.3, 0.0])
# What a second enrolment of each style brings: insurance of each group, and how often.
_STYLES: dict[int, dict[str, tuple[int, float]]] = {
    EMPLOYEE: {
        "pension": (110, 0.9), "medical": (310, 0.8), "unemployment": (210, 0.8), "injury": (410, 0.8),
        "maternity": (510, 0.7),
    },
    RESIDENT: {"pension": (170, 0.65), "medical": (390, 0.8)},
    SAME_EMPLOYER: {"injury": (410, 1.0)},
    MORE_INJURY: {"injury": (410, 1.0)},
}  # fmt: skip
_LEAST_MONTHS = 6


def kinds(one: Spells, other: Spells) -> NDArray[np.object_]:
    """Kind of duplicate that overlapping spells are; empty where they are none."""
    low, high = np.minimum(one.insurance, other.insurance), np.maximum(one.insurance, other.insurance)
    same_employer = one.employer == other.employer
    employee = (low == 110) | (low == 120)
    which = {
        "employee_pension_twice": employee & (high <= 120),
        "employee_resident_pension": employee & (high == 170),
        "resident_pension_twice": (low == 170) & (high == 170),
        "employee_medical_twice": (low == 310) & (high == 310),
        "resident_medical_twice": (low == 390) & (high == 390),
        "employee_resident_medical": (low == 310) & (high == 390),
        "unemployment_twice": (low == 210) & (high == 210),
        "maternity_twice": (low == 510) & (high == 510),
        "work_injury_same_employer": (low == 410) & (high == 410) & same_employer,
    }
    return np.select(list(which.values()), list(which), "").astype(object)


def _hosts(
    rng: np.random.Generator, people: People, careers: Careers, rates: Rates
) -> tuple[Array, Array, Array]:
    """Persons who get a second enrolment, the slot in which they do, and its style."""
    count = len(people)
    long = careers.exists & (careers.last - careers.first + 1 >= _LEAST_MONTHS)
    whole = (careers.pension > 0) & (careers.medical > 0) & (careers.away == careers.medical_away)
    fit = long & whole & (people.kind != STRANGER)[:, None]
    slot = (fit * rng.random((count, SLOTS))).argmax(axis=1)
    rows = np.arange(count)
    u = rng.random(count)
    chosen = fit[rows, slot] & (u < rates.enrolled_twice)
    works = careers.work[rows, slot]
    style = np.select(
        [~works, u < 0.4 * rates.enrolled_twice, u < 0.85 * rates.enrolled_twice],
        [RESIDENT, EMPLOYEE, RESIDENT],
        SAME_EMPLOYER,
    )
    more = fit[rows, slot] & works & ~chosen & (rng.random(count) < rates.several_employers)
    who = np.flatnonzero(chosen | more)
    return who, slot[who], np.where(more, MORE_INJURY, style)[who]


def plant(
    rng: np.random.Generator, world: World, people: People, careers: Careers, history: History
) -> tuple[Spells, Array]:
    """All spells, the history first, and pairs (k, 2) of a spell and the planted one that overlaps it.

    A person gets at most one second enrolment; it lies within one segment of the history, so that it
    overlaps nothing else.
    """
    who, slot, style = _hosts(rng, people, careers, world.rates)
    employers, counties = world.employers, world.places.counties
    start, end, running = careers.first[who, slot], careers.last[who, slot], careers.open[who] & (slot == 0)
    first = start + (rng.random(len(who)) * (end - start)).astype(np.int64)
    last = first + (rng.random(len(who)) * (end - first + 1)).astype(np.int64)
    running &= rng.random(len(who)) < 0.4
    last = np.where(running, end, last)
    away = ~careers.away[who, slot] & (rng.random(len(who)) < _ACROSS[style])
    own = careers.employer[who, slot]
    second = np.where(away, employers.pick_elsewhere(rng, len(who)), employers.pick(rng, first))
    second = np.where(second == own, (own + 1) % employers.lasting, second)
    employer = np.where(style == SAME_EMPLOYER, own, np.where(style == RESIDENT, NEVER, second))
    moved = rng.integers(0, len(counties), len(who))
    near = np.where(rng.random(len(who)) < 0.7, careers.inside[who], counties[moved])
    with_work = np.isin(style, (EMPLOYEE, MORE_INJURY))
    region = np.where(with_work, employers.region[second], np.where(away, careers.outside[who], near))
    parts, pairs, total = [history.spells], [], len(history.spells)
    for wanted, brings in _STYLES.items():
        for group, (insurance, share) in brings.items():
            host = history.place[who, slot, GROUPS.index(group)]
            begin = np.maximum(first, since(np.full(len(who), insurance)))
            fits = (style == wanted) & (host >= 0) & (begin <= last) & (rng.random(len(who)) < share)
            parts.append(
                Spells(
                    who[fits], away[fits], np.full(fits.sum(), insurance), region[fits], employer[fits],
                    begin[fits], last[fits], running[fits],
                )
            )  # fmt: skip
            pairs.append(np.stack([host[fits], total + np.arange(fits.sum())], axis=1))
            total += int(fits.sum())
    return join(parts), np.concatenate(pairs)


def truth(
    person: Array, kind: NDArray[np.object_], one: Spells, other: Spells, records: tuple[pa.Array, pa.Array]
) -> pa.Table:
    """Duplicates among pairs of spells: person, kind, scope, record_a < record_b, first_month and
    last_month (yyyymm) of the overlap, months."""
    first, last = np.maximum(one.first, other.first), np.minimum(one.last, other.last)
    low, high = ordered(*records)
    return pa.table(
        {
            "person": person,
            "kind": pa.array(kind, pa.string()),
            "scope": pa.array(np.where(one.away | other.away, "across", "within")),
            "record_a": low,
            "record_b": high,
            "first_month": pa.array(yyyymm(first).astype(np.int32)),
            "last_month": pa.array(yyyymm(last).astype(np.int32)),
            "months": pa.array((last - first + 1).astype(np.int32)),
        }
    ).filter(pa.array((first <= last) & (kind != "")))


def ordered(one: pa.Array, other: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The lesser of each pair of records, and the greater; a null stays the other."""
    swapped = pc.fill_null(pc.greater(one, other), False)
    return pc.if_else(swapped, other, one), pc.if_else(swapped, one, other)


def lawful(person: Array, spells: Spells, records: pa.StringArray, pairs: Array) -> pa.Table:
    """Moves and work injury with several employers: person, kind, insurance, record_a < record_b.

    A move is two spells of one insurance, the later beginning after the earlier ended and no other
    between, one of them in another province.
    """
    order = np.lexsort((spells.last, spells.first, spells.insurance, spells.person))
    order = order[spells.paid[order]]
    one, other = spells.take(order[:-1]), spells.take(order[1:])
    moved = (one.person == other.person) & (one.insurance == other.insurance)
    moved &= (one.last < other.first) & (one.away != other.away)
    a, b = spells.take(pairs[:, 0]), spells.take(pairs[:, 1])
    several = (a.insurance == 410) & (b.insurance == 410) & (a.employer != b.employer)
    several &= np.maximum(a.first, b.first) <= np.minimum(a.last, b.last)
    first = np.concatenate([order[:-1][moved], pairs[several, 0]])
    second = np.concatenate([order[1:][moved], pairs[several, 1]])
    low, high = ordered(records.take(pa.array(first)), records.take(pa.array(second)))
    kind = np.repeat(list(codes.LAWFUL), [moved.sum(), several.sum()])
    return pa.table(
        {
            "person": person[spells.person[first]],
            "kind": pa.array(kind),
            "insurance": pa.array(spells.insurance[first]).cast(pa.string()),
            "record_a": low,
            "record_b": high,
        }
    )
