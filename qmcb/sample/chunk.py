"""One chunk of the province: its people, what the sources hold of them, and the truth."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qmcb.sample import (
    benefits,
    careers,
    doubts,
    duplicates,
    identities,
    reconciled,
    registers,
    spells,
    standing,
    wages,
)
from qmcb.sample import people as persons
from qmcb.sample.careers import Careers
from qmcb.sample.clock import yyyymm
from qmcb.sample.files import Files
from qmcb.sample.numbers import Registrar
from qmcb.sample.people import People
from qmcb.sample.registers import Rows
from qmcb.sample.spells import Spells
from qmcb.sample.world import World

Array = NDArray[np.int64]
Mask = NDArray[np.bool_]
_RECENT = 2


class Held(NamedTuple):
    """What is paid in and paid out in a chunk, with record numbers, and the pairs that overlap."""

    spells: Spells
    records: pa.StringArray
    benefits: Spells
    benefit_records: pa.StringArray
    paid_twice: Array
    drawn_twice: Array
    at_work: Array


def write(
    rng: np.random.Generator, files: Files, world: World, registrar: Registrar, first: int, residents: int
) -> int:
    """Write so many residents and who belongs to them, numbered from `first`; returns how many people."""
    people = persons.draw(rng, world, registrar, first, residents)
    life = careers.draw(rng, world, people)
    held = _held(rng, files, world, people, life)
    elsewhere = _write_enrolments(rng, files, world, people, life, held)
    _write_benefits(rng, files, world, people, held)
    seen = _write_registers(rng, files, world, people, life)
    registered, staff = _in_registry(people, seen["registry"])
    payroll, hired = wages.payroll(rng, world, people, life, held.spells)
    files.write_of_people(rng, payroll.table, payroll.columns, people.person[payroll.who])
    evidence = standing.Evidence(
        held.spells, held.benefits, registered, life.student, elsewhere, staff | hired
    )
    hukou = registers.residents(rng, world, people, life)
    records = files.issue("residents", len(hukou.who))
    files.write_of_people(rng, "residents", hukou.columns, people.person[hukou.who], records)
    once = np.arange(residents)
    files.append("truth/standing", standing.truth(world, people, life, evidence, once, records[:residents]))
    files.append("truth/people", persons.truth(people))
    seen["residents"] = hukou
    told = reconciled.truth(world, people, life, seen, held.spells, held.benefits)
    files.append("truth/registry", told)
    twice = _duplicates(world, people, held)
    subsidised = twice.filter(pc.equal(twice["kind"], "resident_medical_twice"))
    doubtful = doubts.truth(world.clock, people, life, held.benefits, held.benefit_records, subsidised)
    files.append("truth/duplicates", twice)
    files.append("truth/benefits", doubtful)
    files.append("truth/lawful", duplicates.lawful(people.person, held.spells, held.records, held.paid_twice))
    return len(people)


def _held(rng: np.random.Generator, files: Files, world: World, people: People, life: Careers) -> Held:
    history = spells.history(rng, world, life)
    every, paid_twice = duplicates.plant(rng, world, people, life, history)
    works_twice = np.zeros(len(people), np.bool_)
    works_twice[every.person[len(history.spells) :]] = True
    main = doubts.early(rng, benefits.pensions(rng, life, world.clock), people, world.rates)
    drawn, drawn_twice, at_work = benefits.draw(rng, world, people, life, history, works_twice, main)
    idle = doubts.plant(rng, world.clock, people, life, main, works_twice, world.rates)
    drawn = spells.join([drawn, idle])
    here = files.issue("enrolments", int((~every.away).sum()))
    away = files.issue("enrolments_elsewhere", int(every.away.sum()))
    place = np.empty(len(every), np.int64)
    place[np.argsort(every.away, kind="stable")] = np.arange(len(every))
    records = pa.concat_arrays([here, away]).take(pa.array(place))
    return Held(every, records, drawn, files.issue("benefits", len(drawn)), paid_twice, drawn_twice, at_work)


def _months(held: Spells) -> dict[str, pa.Array]:
    """first_month and last_month as offices write them: no first where never paid, no last where running."""
    return {
        "first_month": pa.array(yyyymm(held.first).astype(np.int32), mask=~held.paid),
        "last_month": pa.array(yyyymm(held.last).astype(np.int32), mask=held.open),
    }


def _statuses(rng: np.random.Generator, world: World, held: Spells) -> pa.Array:
    """Paying while open or closed within the last months, else paused or ended."""
    ended = np.where(rng.random(len(held)) < 0.6, "2", "3")
    return pa.array(np.where(held.open | (held.last >= world.clock.month - _RECENT), "1", ended))


def _enrolment_columns(
    rng: np.random.Generator, world: World, life: Careers, held: Spells
) -> dict[str, pa.Array]:
    return {
        "insurance": pa.array(held.insurance).cast(pa.string()),
        "region": pa.array(held.region).cast(pa.string()),
        "employer_id": world.employers.ids(held.employer),
        "status": _statuses(rng, world, held),
        "base": pa.array(wages.bases(rng, world, life, held), mask=~held.paid),
        **_months(held),
    }


def _write_enrolments(
    rng: np.random.Generator, files: Files, world: World, people: People, life: Careers, held: Held
) -> Mask:
    """Both tables of enrolments; returns for whom the national library has the person's own number."""
    rates, own = world.rates, np.zeros(len(people), np.bool_)
    for table, which in (("enrolments", ~held.spells.away), ("enrolments_elsewhere", held.spells.away)):
        rows = held.spells.take(which)
        copies = identities.copy(rng, people, np.unique(rows.person), rates)
        place = np.searchsorted(copies.who, rows.person)
        if table == "enrolments":
            old = people.number[copies.who, 6] == ord("1")
            second = np.flatnonzero(old & (rng.random(len(copies.who)) < rates.second_identity))
            with_old = np.isin(place, second) & ~rows.open
            place[with_old] = len(copies.who) + np.searchsorted(second, place[with_old])
            copies = identities.with_second(rng, people, copies, copies.who[second], rates)
        else:
            own[copies.who] = copies.own
        columns = {**copies.rows(place), **_enrolment_columns(rng, world, life, rows)}
        files.write_of_people(
            rng, table, columns, people.person[rows.person], held.records.filter(pa.array(which))
        )
    return own


def _write_benefits(rng: np.random.Generator, files: Files, world: World, people: People, held: Held) -> None:
    drawn = held.benefits
    copies = identities.copy(rng, people, np.unique(drawn.person), world.rates)
    columns = {
        **copies.rows(np.searchsorted(copies.who, drawn.person)),
        "insurance": pa.array(drawn.insurance).cast(pa.string()),
        "region": pa.array(drawn.region).cast(pa.string()),
        "monthly_amount": pa.array(benefits.amounts(rng, drawn.insurance)),
        **_months(drawn),
    }
    files.write_of_people(rng, "benefits", columns, people.person[drawn.person], held.benefit_records)


def _write_registers(
    rng: np.random.Generator, files: Files, world: World, people: People, life: Careers
) -> dict[str, Rows]:
    """The other departments' tables, as they were written."""
    seen = {}
    for rows in registers.draw(rng, world, people, life):
        if rows.table == "registry":
            rows = reconciled.made_old(world, people, life, rows)
        files.write_of_people(rng, rows.table, rows.columns, people.person[rows.who])
        seen[rows.table] = rows
    return seen


def _in_registry(people: People, registry: Rows) -> tuple[Mask, Mask]:
    """Who is in the registry, and whom it has as staff."""
    registered, staff = (np.zeros(len(people), np.bool_) for _ in range(2))
    registered[registry.who] = True
    staff[registry.who] = pc.equal(registry.columns["employment"], "10").to_numpy(zero_copy_only=False)
    return registered, staff


def _duplicates(world: World, people: People, held: Held) -> pa.Table:
    paid, drawn = held.spells, held.benefits
    told = []
    for one, other, records, pairs in (
        (paid, paid, (held.records, held.records), held.paid_twice),
        (drawn, drawn, (held.benefit_records, held.benefit_records), held.drawn_twice),
        (paid, drawn, (held.records, held.benefit_records), held.at_work),
    ):
        a, b = one.take(pairs[:, 0]), other.take(pairs[:, 1])
        if one is other:
            kinds = benefits.kinds(a.insurance, b.insurance) if one is drawn else duplicates.kinds(a, b)
        else:
            kinds = np.full(len(a), "unemployment_benefit_while_employed", object)
        pair = records[0].take(pa.array(pairs[:, 0])), records[1].take(pa.array(pairs[:, 1]))
        told.append(duplicates.truth(people.person[a.person], kinds, a, b, pair))
    return pa.concat_tables(told).combine_chunks()
