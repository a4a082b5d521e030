"""The copy that each source holds of people's identities, damaged on its own."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qmcb.sample import names, numbers
from qmcb.sample.clock import Days
from qmcb.sample.people import People
from qmcb.sample.rates import Rates

Array = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Copies:
    """Columns id_number, name, sex, birth_date and phone, and of whom (index) each record speaks.

    own: rewriting the number gives the person's own.
    """

    who: Array
    columns: dict[str, pa.Array]
    own: Mask

    def rows(self, place: Array) -> dict[str, pa.Array]:
        """The columns, repeated for rows that use the record at `place`."""
        return {name: column.take(pa.array(place)) for name, column in self.columns.items()}


def swap_day_and_month(births: Days) -> Days:
    """Births with day and month exchanged where that gives another date."""
    months = births.astype("datetime64[M]")
    day = (births - months).astype(np.int64) + 1
    year = births.astype("datetime64[Y]").astype("datetime64[M]")
    month = (months - year).astype(np.int64) + 1
    turned = (year + np.minimum(day - 1, 11)).astype("datetime64[D]") + (month - 1).astype("timedelta64[D]")
    return cast(Days, np.where(day <= 12, turned, births))


def _births(rng: np.random.Generator, births: Days, rates: Rates) -> pa.Array:
    wrong = rng.random(len(births)) < rates.birth_swapped
    typed = np.where(wrong, swap_day_and_month(births), births)
    return pa.array(typed, pa.date32(), mask=rng.random(len(births)) < rates.birth_absent)


def _phones(rng: np.random.Generator, phones: Array, rates: Rates) -> pa.Array:
    changed = rng.random(len(phones)) < rates.phone_changed
    now = np.where(changed, phones // 10**8 * 10**8 + rng.integers(0, 10**8, len(phones)), phones)
    absent = (phones == 0) | (rng.random(len(phones)) < rates.phone_absent)
    return pa.array(now, mask=absent).cast(pa.string())


def copy(rng: np.random.Generator, people: People, who: Array, rates: Rates) -> Copies:
    """Records of the people given, as an office with ordinary care holds them."""
    digits = people.number[who]
    others = people.number[rng.integers(0, len(people), len(who))]
    number, own = numbers.damage(rng, digits, others, rates)
    return Copies(
        who,
        {
            "id_number": number,
            "name": names.damage(rng, people.name[who], rates, 1.0),
            "sex": _sexes(people.male[who], rng.random(len(who)) < rates.sex_absent),
            "birth_date": _births(rng, people.birth[who], rates),
            "phone": _phones(rng, people.phone[who], rates),
        },
        own,
    )


def copy_of_public_security(rng: np.random.Generator, people: People, who: Array, rates: Rates) -> Copies:
    """Records of the people given as public security holds them: numbers, births and sex right."""
    right = np.ones(len(who), np.bool_)
    return Copies(
        who,
        {
            "id_number": numbers.column(people.number[who]),
            "name": names.damage(rng, people.name[who], rates, rates.public_security),
            "sex": _sexes(people.male[who], ~right),
            "birth_date": pa.array(people.birth[who], pa.date32()),
        },
        right,
    )


def with_second(
    rng: np.random.Generator, people: People, copies: Copies, second: Array, rates: Rates
) -> Copies:
    """The records, and old ones of the people `second` with the number of 15 digits after them."""
    old = copy(rng, people, second, rates)
    number = numbers.fifteen(people.number[second])
    columns = {**old.columns, "id_number": number}
    return Copies(
        np.concatenate([copies.who, second]),
        {name: pa.concat_arrays([column, columns[name]]) for name, column in copies.columns.items()},
        np.concatenate([copies.own, np.ones(len(second), np.bool_)]),
    )


def _sexes(male: Mask, absent: Mask) -> pa.Array:
    return pa.array(np.where(male, "1", "2"), mask=absent)
