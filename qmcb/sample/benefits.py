"""Pensions and unemployment benefits that are paid out, some of them twice or to people at work."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from qmcb.sample.calibration import Places
from qmcb.sample.careers import Careers
from qmcb.sample.clock import Clock, months_of
from qmcb.sample.people import STRANGER, People
from qmcb.sample.rates import Rates
from qmcb.sample.spells import EMPLOYEE_PENSIONS, NEVER, History, Spells, join
from qmcb.sample.world import World

Array = NDArray[np.int64]
Mask = NDArray[np.bool_]
UNEMPLOYMENT = 210
_PAID_AFTER_DEATH = 0.2
# By how many of the two pensions are an employee's.
_DRAWN = ("resident_pension_drawn_twice", "employee_resident_pension_drawn", "employee_pension_drawn_twice")


def _spells(
    person: Array, away: Mask, insurance: Array, careers: Careers, first: Array, last: Array, running: Mask
) -> Spells:
    region = np.where(away, careers.outside[person], careers.inside[person])
    return Spells(person, away, insurance, region, np.full(len(person), NEVER), first, last, running)


def _unemployed(person: Array, away: Mask, careers: Careers, first: Array, last: Array) -> Spells:
    insurance, ended = np.full(len(person), UNEMPLOYMENT), np.zeros(len(person), np.bool_)
    return _spells(person, away, insurance, careers, first, last, ended)


def pensions(rng: np.random.Generator, careers: Careers, clock: Clock) -> Spells:
    """The pension that each pensioner draws, to the month of death or on."""
    alive = np.isnat(careers.died)
    until = months_of(np.where(alive, clock.last_day, careers.died))
    who = np.flatnonzero((careers.draws > 0) & (careers.draws_from <= until))
    running = alive[who] | (rng.random(len(who)) < _PAID_AFTER_DEATH)
    last = np.where(running, clock.month, until[who])
    away, first = careers.draws_away[who], careers.draws_from[who]
    return _spells(who, away, careers.draws[who], careers, first, last, running)


def _drawn_twice(
    rng: np.random.Generator, main: Spells, places: Places, strange: Mask, careers: Careers, rates: Rates
) -> tuple[Spells, Array]:
    """A second pension beside some of the first, and which first one each is beside."""
    beside = np.flatnonzero((rng.random(len(main)) < rates.drawn_twice) & ~strange[main.person])
    host, count = main.take(beside), len(beside)
    second = np.where((host.insurance == 170) | (rng.random(count) < 0.5), 170, 110)
    away = ~host.away & (rng.random(count) < 0.55)
    near = places.counties[rng.integers(0, len(places.counties), count)]
    first = host.first + (rng.random(count) * 0.9 * (host.last - host.first)).astype(np.int64)
    running = host.open & (rng.random(count) < 0.7)
    last = first + (rng.random(count) * (host.last - first + 1)).astype(np.int64)
    last = np.where(running, host.last, last)
    region = np.where(away, careers.outside[host.person], near)
    return Spells(host.person, away, second, region, np.full(count, NEVER), first, last, running), beside


def _between_jobs(rng: np.random.Generator, careers: Careers) -> Spells:
    """Unemployment benefits in the months between two segments of work."""
    free = careers.first[:, 0] - careers.last[:, 1] - 1
    out_of_work = careers.exists[:, 0] & careers.exists[:, 1] & careers.work[:, 1] & (free >= 3)
    who = np.flatnonzero(out_of_work & (rng.random(len(free)) < 0.6))
    first = careers.last[who, 1] + 1
    last = first + rng.integers(0, np.minimum(free[who] - 1, 24))
    return _unemployed(who, careers.away[who, 1], careers, first, last)


def _at_work(
    rng: np.random.Generator, careers: Careers, history: History, barred: Mask, rates: Rates
) -> tuple[Spells, Array]:
    """Unemployment benefits of people whom an employer pays for, and the pension spell that each overlaps."""
    work = history.place[:, 0, 0]
    spells = history.spells
    fit = (work >= 0) & np.isin(spells.insurance[work], EMPLOYEE_PENSIONS) & ~barred
    fit &= (spells.last[work] - spells.first[work] >= 12) & (spells.employer[work] >= 0)
    who = np.flatnonzero(fit & (rng.random(len(work)) < rates.employed_while_unemployed))
    host = spells.take(work[who])
    first = host.first + (rng.random(len(who)) * (host.last - host.first - 11)).astype(np.int64)
    last = first + rng.integers(0, 12, len(who))
    away = ~host.away & (rng.random(len(who)) < 0.35)
    return _unemployed(who, away, careers, first, last), work[who]


def draw(
    rng: np.random.Generator, world: World, people: People, careers: Careers, history: History, barred: Mask,
    main: Spells,
) -> tuple[Spells, Array, Array]:  # fmt: skip
    """All benefits, the pensions `main` first; pairs of benefits drawn twice; pairs of a pension spell and a
    benefit beside it.

    `barred` are the people who work twice in the same months, or of whom only the nation knows.
    """
    strange = people.kind == STRANGER
    twice, beside = _drawn_twice(rng, main, world.places, strange, careers, world.rates)
    between = _between_jobs(rng, careers)
    at_work, host = _at_work(rng, careers, history, barred | strange, world.rates)
    everything = join([main, between, twice, at_work])
    second = np.arange(len(main) + len(between), len(everything))
    return (
        everything,
        np.stack([beside, second[: len(twice)]], axis=1),
        np.stack([host, second[len(twice) :]], axis=1),
    )


def kinds(one: Array, other: Array) -> NDArray[np.object_]:
    """Kind of duplicate that two pensions drawn in the same months are."""
    employee = np.isin(one, EMPLOYEE_PENSIONS).astype(np.int64) + np.isin(other, EMPLOYEE_PENSIONS)
    return cast(NDArray[np.object_], np.array(_DRAWN, object)[employee])


def amounts(rng: np.random.Generator, insurance: Array) -> Array:
    """Monthly amounts in fen, made up within plausible ranges."""
    low = np.select([insurance == 170, insurance == UNEMPLOYMENT], [115, 1_200], 1_800)
    high = np.select([insurance == 170, insurance == UNEMPLOYMENT], [420, 1_750], 5_200)
    yuan: NDArray[np.float64] = low + rng.random(len(insurance)) * (high - low)
    return (100 * yuan).astype(np.int64)
