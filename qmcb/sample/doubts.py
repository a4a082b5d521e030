"""Benefits that somebody draws who should not, planted besides those drawn twice, and the truth about all."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qmcb.sample import duplicates
from qmcb.sample.benefits import UNEMPLOYMENT
from qmcb.sample.careers import Careers
from qmcb.sample.clock import Clock, month, months_of, yyyymm
from qmcb.sample.people import RESIDENT, STRANGER, People
from qmcb.sample.rates import Rates
from qmcb.sample.registers import told_of_death
from qmcb.sample.spells import EMPLOYEE_PENSIONS, NEVER, PENSIONS, Spells, join

Array = NDArray[np.int64]
Mask = NDArray[np.bool_]
# Years at which drawing can be lawful: special trades retire men at 55 and women at 45; farmers draw at 60.
_MEN, _WOMEN, _FARMERS = 55, 45, 60
_SINCE, _FARMERS_SINCE, _SEEN_SINCE = month(1978, 7), month(2009, 9), month(1996)


class Found(NamedTuple):
    """Some benefits (index) in doubt, the spell beside each (index or -1), and the months."""

    kind: str
    which: Array
    beside: Array
    first: Array
    last: Array


def early(rng: np.random.Generator, main: Spells, people: People, rates: Rates) -> Spells:
    """The pensions, some of which began before special trades could explain it."""
    years = np.where(people.male, _MEN, _WOMEN)[main.person]
    lawful = months_of(people.birth)[main.person] + 12 * years
    first = lawful - 1 - rng.integers(0, 36, len(main))
    fit = np.isin(main.insurance, EMPLOYEE_PENSIONS) & (people.kind != STRANGER)[main.person]
    fit &= (first >= _SEEN_SINCE) & (rng.random(len(main)) < rates.drawn_under_age)
    first = np.where(fit, np.minimum(first, main.first), main.first)
    return Spells(
        main.person, main.away, main.insurance, main.region, main.employer, first, main.last, main.open
    )


def plant(
    rng: np.random.Generator, clock: Clock, people: People, careers: Careers, main: Spells, barred: Mask,
    rates: Rates,
) -> Spells:  # fmt: skip
    """Unemployment benefits of people who draw a pension, and of people who are dead."""
    return join(
        [_retired(rng, people, careers, main, rates), _dead(rng, clock, people, careers, barred, rates)]
    )


def _retired(
    rng: np.random.Generator, people: People, careers: Careers, main: Spells, rates: Rates
) -> Spells:
    start = np.maximum(main.first, careers.draws_from[main.person])
    fit = (main.last - start >= 12) & (people.kind != STRANGER)[main.person]
    fit &= rng.random(len(main)) < rates.unemployed_while_retired
    who, start, end = main.person[fit], start[fit], main.last[fit]
    first = start + (rng.random(len(who)) * (end - start - 11)).astype(np.int64)
    return _idle(who, careers, first, first + rng.integers(0, 12, len(who)))


def _dead(
    rng: np.random.Generator, clock: Clock, people: People, careers: Careers, barred: Mask, rates: Rates
) -> Spells:
    died = months_of(np.where(np.isnat(careers.died), clock.last_day, careers.died))
    fit = (died < clock.month) & (people.age >= 18) & (people.age < 60) & (careers.draws == 0) & ~barred
    fit &= (
        careers.exists[:, 0] & ~careers.work[:, 0] & (rng.random(len(people)) < rates.unemployed_after_death)
    )
    who = np.flatnonzero(fit)
    first = np.maximum(died[who] - rng.integers(0, 4, len(who)), careers.first[who, 0])
    return _idle(who, careers, first, np.minimum(died[who] + rng.integers(1, 7, len(who)), clock.month))


def _idle(who: Array, careers: Careers, first: Array, last: Array) -> Spells:
    here, ended = np.zeros(len(who), np.bool_), np.zeros(len(who), np.bool_)
    insurance, nobody = np.full(len(who), UNEMPLOYMENT), np.full(len(who), NEVER)
    return Spells(who, here, insurance, careers.inside[who], nobody, first, last, ended)


def truth(
    clock: Clock,
    people: People,
    careers: Careers,
    drawn: Spells,
    records: pa.StringArray,
    twice: pa.Table,
) -> pa.Table:
    """Every benefit in doubt, planted or by chance.

    Columns: person, kind, record_a, record_b (null for a benefit by itself; else record_a < record_b),
    first_month, last_month, months. `twice` are the duplicates of resident medical cover.
    """
    found = [
        *_of_the_dead(clock, people, careers, drawn), _under_age(people, drawn), _while_retired(drawn)
    ]  # fmt: skip
    kind = pa.repeat("resident_medical_subsidy_twice", len(twice))
    twice = twice.drop_columns(["scope"]).set_column(1, "kind", kind)
    return pa.concat_tables([*(_told(people, drawn, records, one) for one in found), twice]).combine_chunks()


def _of_the_dead(clock: Clock, people: People, careers: Careers, drawn: Spells) -> list[Found]:
    cancelled, told = told_of_death(careers)
    died = months_of(np.where(np.isnat(careers.died), clock.last_day, careers.died))[drawn.person]
    told = told & (people.kind == RESIDENT)
    after, pension = told[drawn.person] & (drawn.last > died), np.isin(drawn.insurance, PENSIONS)
    still = (cancelled & ~told)[drawn.person] & (drawn.last >= clock.month)
    first, now = np.maximum(drawn.first, died + 1), np.full(len(drawn), clock.month)
    return [
        _single("pension_after_death", after & pension, first, drawn.last),
        _single("unemployment_after_death", after & ~pension, first, drawn.last),
        _single("drawn_while_cancelled", still, now, now),
    ]


def _under_age(people: People, drawn: Spells) -> Found:
    employee = np.where(people.male, _MEN, _WOMEN)[drawn.person]
    farmer = drawn.insurance == 170
    lawful = months_of(people.birth)[drawn.person] + 12 * np.where(farmer, _FARMERS, employee)
    young = np.isin(drawn.insurance, PENSIONS) & (drawn.first < lawful)
    young &= drawn.first >= np.where(farmer, _FARMERS_SINCE, _SINCE)
    return _single("pension_under_age", young, drawn.first, np.minimum(drawn.last, lawful - 1))


def _while_retired(drawn: Spells) -> Found:
    idle = np.flatnonzero(drawn.insurance == UNEMPLOYMENT)
    pension = np.flatnonzero(np.isin(drawn.insurance, PENSIONS))
    pension = pension[np.argsort(drawn.person[pension], kind="stable")]
    sought = drawn.person[pension]
    low = np.searchsorted(sought, drawn.person[idle], "left")
    count = np.searchsorted(sought, drawn.person[idle], "right") - low
    which = np.repeat(idle, count)
    beside = pension[np.repeat(low - np.cumsum(count) + count, count) + np.arange(count.sum())]
    first = np.maximum(drawn.first[which], drawn.first[beside])
    last = np.minimum(drawn.last[which], drawn.last[beside])
    shared = first <= last
    return Found("unemployment_while_retired", which[shared], beside[shared], first[shared], last[shared])


def _single(kind: str, mask: Mask, first: Array, last: Array) -> Found:
    which = np.flatnonzero(mask)
    return Found(kind, which, np.full(len(which), -1), first[which], last[which])


def _told(people: People, drawn: Spells, records: pa.StringArray, found: Found) -> pa.Table:
    one = records.take(pa.array(found.which))
    other = records.take(pa.array(found.beside, mask=found.beside < 0))
    low, high = duplicates.ordered(one, other)
    return pa.table(
        {
            "person": people.person[drawn.person[found.which]],
            "kind": pa.repeat(found.kind, len(found.which)),
            "record_a": low,
            "record_b": high,
            "first_month": pa.array(yyyymm(found.first).astype(np.int32)),
            "last_month": pa.array(yyyymm(found.last).astype(np.int32)),
            "months": pa.array((found.last - found.first + 1).astype(np.int32)),
        }
    )
