"""What people earn, what is declared of it, and the payrolls that the tax office sees."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qmcb.sample import identities
from qmcb.sample.careers import Careers
from qmcb.sample.clock import yyyymm
from qmcb.sample.people import STRANGER, People
from qmcb.sample.registers import Rows
from qmcb.sample.spells import EMPLOYEE_PENSIONS, Spells
from qmcb.sample.world import World

Array = NDArray[np.int64]
Mask = NDArray[np.bool_]
PAYROLL_MONTHS = 3
_FLOOR, _CEILING = 0.6, 3.0


def average(years: Array) -> NDArray[np.float64]:
    """Average monthly wage in fen: 5,350 yuan in 2016 and 7 % more a year, made up."""
    return np.asarray(535_000 * 1.07 ** (years - 2016), np.float64)


def bases(rng: np.random.Generator, world: World, careers: Careers, spells: Spells) -> Array:
    """Contribution bases in fen: the declared part of wages within bounds, else a step that was chosen."""
    employers, mean = world.employers, average(np.where(spells.paid, spells.last, world.clock.month) // 12)
    here = np.minimum(spells.employer, employers.here - 1)
    declared = np.where(spells.employer < employers.here, employers.ratio[here], 1.0)
    wage = np.clip(careers.wage[spells.person], _FLOOR, _CEILING) * declared
    steps = np.array([10_000, 20_000, 30_000, 50_000, 100_000, 200_000])
    chosen = np.where(spells.insurance == 390, 30_000, steps[rng.integers(0, 6, len(spells))])
    flexible = np.array([0.6, 0.8, 1.0])[rng.integers(0, 3, len(spells))] * mean
    resident = np.isin(spells.insurance, (170, 390))
    return np.select([resident, spells.employer < 0], [chosen, flexible], wage * mean).astype(np.int64)


def _staff(world: World, spells: Spells, months: int) -> tuple[Array, Array]:
    """Person and employer of those enrolled in an employee pension so many months before the period."""
    month = world.clock.month - months
    at = spells.paid & (spells.first <= month) & (spells.last >= month) & ~spells.away
    at &= np.isin(spells.insurance, EMPLOYEE_PENSIONS) & (spells.employer >= 0)
    at &= spells.employer < world.employers.here
    return spells.person[at], spells.employer[at]


def _hidden(rng: np.random.Generator, world: World, people: People, careers: Careers) -> tuple[Array, Array]:
    """Person and employer of those who work without being enrolled by it."""
    free = ~(careers.work[:, 0] & careers.exists[:, 0]) & (people.age >= 18) & (people.age < 60)
    free &= (
        ~careers.away[:, 0] & (careers.draws == 0) & ~careers.student & ~careers.nowhere & ~careers.registered
    )
    free &= (people.kind != STRANGER) & np.isnat(careers.died)
    who = np.flatnonzero(free & (rng.random(len(people)) < world.rates.hidden_staff))
    return who, world.employers.pick_hiding(rng, len(who))


def payroll(
    rng: np.random.Generator, world: World, people: People, careers: Careers, spells: Spells
) -> tuple[Rows, Mask]:
    """Wages of the last months by employer and person; and whom an employer has paid now and before.

    Heads at the period are counted on the way.
    """
    hidden, parts = _hidden(rng, world, people, careers), []
    for months in reversed(range(PAYROLL_MONTHS)):
        enrolled = _staff(world, spells, months)
        person, employer = (np.concatenate(pair) for pair in zip(enrolled, hidden, strict=True))
        parts.append((person, employer, np.full(len(person), world.clock.month - months)))
    world.employers.heads_declared[:] += np.bincount(enrolled[1], minlength=world.employers.here)
    world.employers.heads_true[:] += np.bincount(employer, minlength=world.employers.here)
    person, employer, month = (np.concatenate([part[i] for part in parts]) for i in range(3))
    copies = identities.copy(rng, people, np.unique(person), world.rates)
    columns = copies.rows(np.searchsorted(copies.who, person))
    columns["uscc"] = world.employers.ids(employer)
    columns["month"] = pa.array(yyyymm(month).astype(np.int32))
    columns["wage"] = pa.array((careers.wage[person] * average(month // 12)).astype(np.int64))
    job, now = person * len(world.employers.code) + employer, month == world.clock.month
    hired = np.zeros(len(people), np.bool_)
    hired[person[now & np.isin(job, job[~now])]] = True
    return Rows("payroll", columns, person), hired
