"""The tables of the other departments: who stands in which, and since when."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qmcb.sample import identities
from qmcb.sample.calibration import shares
from qmcb.sample.careers import Careers
from qmcb.sample.clock import first_days, months_of
from qmcb.sample.people import RESIDENT, STRANGER, People
from qmcb.sample.world import World

Array = NDArray[np.int64]
Mask = NDArray[np.bool_]
_AWAY_STAYS = 0.1
_SEPTEMBER = 8


class Rows(NamedTuple):
    """Rows of one table: its columns without record numbers, and the person (index) of each."""

    table: str
    columns: dict[str, pa.Array]
    who: Array


def _text(values: NDArray[np.generic]) -> pa.Array:
    return pa.array(values).cast(pa.string())


def _days_before(
    rng: np.random.Generator, world: World, count: int, least: int, most: int
) -> NDArray[np.datetime64]:
    """Days so long before the end of the period."""
    return world.clock.last_day - rng.integers(least, most, count).astype("timedelta64[D]")


def _with_identity(
    rng: np.random.Generator,
    world: World,
    people: People,
    table: str,
    who: Array,
    columns: dict[str, pa.Array],
) -> Rows:
    return Rows(table, {**identities.copy(rng, people, who, world.rates).columns, **columns}, who)


def residents(rng: np.random.Generator, world: World, people: People, careers: Careers) -> Rows:
    """Everybody with hukou in the province, in order of person; then those who stand in a second county."""
    once = np.flatnonzero(people.kind == RESIDENT)
    again = once[rng.random(len(once)) < world.rates.residents_twice]
    counties = world.places.counties
    other = counties[(people.county[again] + rng.integers(1, len(counties), len(again))) % len(counties)]
    who = np.concatenate([once, again])
    copies = identities.copy_of_public_security(rng, people, who, world.rates)
    told = told_of_death(careers)[0]
    columns = {
        "hukou_region": _text(np.concatenate([people.hukou[once], other])),
        "alive": pa.array(np.where(told[who], "0", "1")),
    }
    return Rows("residents", {**copies.columns, **columns}, who)


def told_of_death(careers: Careers) -> tuple[Mask, Mask]:
    """Whether public security, and civil affairs, know of a death; one of them always does."""
    dead = ~np.isnat(careers.died)
    chance = (careers.wage * 1_000).astype(np.int64) % 10
    return dead & (chance != 0), dead & (chance != 1) & (chance != 2)


def _residence(rng: np.random.Generator, world: World, people: People) -> Array:
    """Codes of the counties in which people live: some have left their county for one that grew."""
    places = world.places
    stay = np.minimum(1, places.resident / places.registered)
    gain = shares(np.maximum(0, places.resident - places.registered))
    to = rng.choice(len(gain), len(people), p=gain)
    moved = (people.kind == RESIDENT) & (rng.random(len(people)) > stay[people.county])
    return places.counties[np.where(moved, to, people.county)]


def _of_household(
    rng: np.random.Generator, world: World, people: People, careers: Careers, away: Mask
) -> Iterator[Rows]:
    """Population and registry."""
    home = _residence(rng, world, people)
    known, count = people.kind != STRANGER, len(people)
    dead = ~np.isnat(careers.died)
    here = np.flatnonzero(known & ~dead & ~careers.nowhere & (~away | (rng.random(count) < _AWAY_STAYS)))
    yield _with_identity(rng, world, people, "population", here, {"residence_region": _text(home[here])})

    registered = careers.registered | (rng.random(count) < 0.92) & ~careers.nowhere
    who = np.flatnonzero(known & registered)
    works, pension = careers.work[:, 0] & careers.exists[:, 0] & careers.open, careers.pension[:, 0]
    employment = np.select(
        [careers.student | (people.age < 16), careers.draws > 0, works, pension == 110, pension == 170],
        ["50", "70", "10", "20", "40"],
        "60",
    )
    employer = np.where(works & ~careers.away[:, 0], careers.employer[:, 0], -1)
    since = _days_before(rng, world, len(who), 60, 2_500)
    surveyed = since + rng.integers(0, 1_500, len(who)).astype("timedelta64[D]")
    yield _with_identity(rng, world, people, "registry", who, {
        "hukou_region": _text(people.hukou[who]),
        "residence_region": _text(np.where(away, careers.outside, home)[who]),
        "employment": pa.array(employment[who]),
        "employer_id": world.employers.ids(employer[who]),
        "registered_on": pa.array(since),
        "surveyed_on": pa.array(surveyed, mask=surveyed > world.clock.last_day),
    })  # fmt: skip


def _of_civil_affairs(
    rng: np.random.Generator, world: World, people: People, careers: Careers
) -> Iterator[Rows]:
    """Deaths and low income."""
    who = np.flatnonzero(told_of_death(careers)[1] & (people.kind == RESIDENT))
    yield _with_identity(rng, world, people, "deaths", who, {"died_on": pa.array(careers.died[who])})
    poor = (people.kind == RESIDENT) & ~careers.nowhere & ~careers.work[:, 0] & np.isnat(careers.died)
    who = np.flatnonzero(poor & (rng.random(len(people)) < 0.045))
    since = _days_before(rng, world, len(who), 30, 4_000)
    yield _with_identity(rng, world, people, "low_income", who, {"since": pa.array(since)})


def _students(rng: np.random.Generator, world: World, people: People, careers: Careers) -> Rows:
    """Pupils and students now, and some who left school within the last years.

    Nobody leaves within the weeks around the end of the period, so that no case hangs on a day.
    """
    age, chance = people.age, rng.random(len(people))
    pupil = (age >= 6) & (age < 16) & (chance < 0.97)
    left = ~careers.student & (age >= 18) & (age <= 26) & (chance < 0.4)
    who = np.flatnonzero((careers.student | pupil | left) & (people.kind == RESIDENT) & ~careers.nowhere)
    count, leaves = len(who), left[who]
    days = np.where(leaves, -rng.integers(100, 1_400, count), rng.integers(60, 1_400, count))
    until = world.clock.last_day + days.astype("timedelta64[D]")
    began = np.where(leaves, months_of(until) // 12 - 3, world.clock.year - 1 - rng.integers(0, 3, count))
    since = first_days(began * 12 + _SEPTEMBER)
    outside = careers.student[who] & (rng.random(count) < 0.2)
    return _with_identity(rng, world, people, "students", who, {
        "school_region": _text(np.where(outside, careers.outside[who], people.hukou[who])),
        "enrolled_from": pa.array(since),
        "enrolled_to": pa.array(until, mask=~leaves & (rng.random(count) < 0.3)),
    })  # fmt: skip


def _of_cards(
    rng: np.random.Generator, world: World, people: People, careers: Careers, away: Mask
) -> Iterator[Rows]:
    """Social security cards and filings for treatment in another province."""
    known, count = (people.kind != STRANGER) & ~careers.nowhere & ~careers.registered, len(people)
    who = np.flatnonzero(known & (rng.random(count) < 0.9))
    region = _text(careers.inside[who])
    yield _with_identity(rng, world, people, "cards", who, {
        "region": region,
        "issued_on": pa.array(_days_before(rng, world, len(who), 30, 4_000)),
    })  # fmt: skip
    who = np.flatnonzero(known & (rng.random(count) < np.where(away, 0.15, 0.015)))
    filed = _days_before(rng, world, len(who), 30, 1_500)
    yield _with_identity(rng, world, people, "medical_filings", who, {
        "region": _text(careers.inside[who]),
        "filed_region": _text(careers.outside[who]),
        "filed_on": pa.array(filed),
        "ends_on": pa.array(filed + np.timedelta64(365, "D"), mask=rng.random(len(who)) < 0.5),
    })  # fmt: skip


def draw(rng: np.random.Generator, world: World, people: People, careers: Careers) -> Iterator[Rows]:
    """Population, registry, deaths, low income, students, cards and medical filings."""
    away = careers.exists[:, 0] & careers.away[:, 0] & careers.open
    yield from _of_household(rng, world, people, careers, away)
    yield from _of_civil_affairs(rng, world, people, careers)
    yield _students(rng, world, people, careers)
    yield from _of_cards(rng, world, people, careers, away)
