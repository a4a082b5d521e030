"""The people of one chunk: residents, incomers who work here, strangers whom only the nation knows."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qmcb.sample import names, numbers
from qmcb.sample.calibration import FIRST_BIRTH_YEAR, Places, figures, shares
from qmcb.sample.clock import Clock, Days
from qmcb.sample.numbers import Digits, Registrar
from qmcb.sample.rates import Rates
from qmcb.sample.world import World

RESIDENT, INCOMER, STRANGER = 0, 1, 2
KINDS = ("resident", "incomer", "stranger")
_CHILD_SINCE = 1957
_OLDEST = 95
_BORN_IN_COUNTY, _BORN_IN_PROVINCE = 0.92, 0.97


@dataclass(frozen=True)
class People:
    """Arrays with an entry for each person.

    person: number across chunks; kind: one of the three; male; birth; age in full years; county: 0 … 21,
    where a resident has hukou or an incomer works; hukou: region code; name; number: (n, 18) ASCII;
    phone: 11 digits, 0 where none.
    """

    person: NDArray[np.int64]
    kind: NDArray[np.int8]
    male: NDArray[np.bool_]
    birth: Days
    age: NDArray[np.int64]
    county: NDArray[np.int64]
    hukou: NDArray[np.int64]
    name: names.Names
    number: Digits
    phone: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.person)


def _births(rng: np.random.Generator, clock: Clock, adults: NDArray[np.bool_]) -> Days:
    count = len(adults)
    bands = figures()["ages"]
    start = np.array([*bands, _OLDEST])
    band = rng.choice(len(bands), count, p=shares(list(bands.values())))
    years = start[band] + rng.random(count) * (start[band + 1] - start[band])
    years = np.where(adults, 18 + years % 40, years)
    return cast(Days, clock.last_day - (years * 365.25).astype("timedelta64[D]"))


def _year(births: Days) -> NDArray[np.int64]:
    return births.astype("datetime64[Y]").astype(np.int64) + 1970


def _birthplaces(
    rng: np.random.Generator, county: NDArray[np.int64], years: NDArray[np.int64], places: Places
) -> NDArray[np.int64]:
    """Rows of `places.codes`: nine tenths in the county, some elsewhere in the province or the nation."""
    count, u = len(county), rng.random(len(county))
    born = np.where(u < _BORN_IN_COUNTY, county, rng.integers(0, len(places.counties), count))
    choice = rng.integers(0, places.at_birth.shape[2], count)
    here = places.at_birth[born, years - FIRST_BIRTH_YEAR, choice]
    return np.where(u < _BORN_IN_PROVINCE, here, _elsewhere(rng, count, places))


def _elsewhere(rng: np.random.Generator, count: int, places: Places) -> NDArray[np.int64]:
    return rng.choice(places.others, count, p=places.weights)


def _phones(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    return rng.choice(
        [130, 135, 136, 138, 139, 150, 151, 152, 157, 158, 177, 180, 181, 182], count
    ) * 10**8 + rng.integers(0, 10**8, count)


def _one_character_off(rng: np.random.Generator, whole: names.Names) -> names.Names:
    """Names like those given, as families give them: another last character."""
    points = whole.view(np.uint32).reshape(-1, names.WIDTH).copy()
    rows, last = np.arange(len(points)), (points != 0).sum(axis=1) - 1
    given = np.array([ord(c) for c in "军华明平玲芳燕霞龙强梅兰"], np.uint32)
    other = rng.integers(0, len(given), len(points))
    other = np.where(given[other] == points[rows, last], other - 1, other)
    points[rows, last] = given[other]
    return points.view(f"<U{names.WIDTH}").ravel()


@dataclass(frozen=True)
class _Draft:
    """What is drawn of people before they get their numbers; `place`: row of `Places.codes`."""

    kind: NDArray[np.int8]
    male: NDArray[np.bool_]
    birth: Days
    county: NDArray[np.int64]
    place: NDArray[np.int64]
    hukou: NDArray[np.int64]
    name: names.Names
    phone: NDArray[np.int64]

    def give(self, whom: NDArray[np.int64], source: NDArray[np.int64], *facts: str) -> None:
        """Let people have the facts of others."""
        for fact in facts:
            values = getattr(self, fact)
            values[whom] = values[source]


def _draft(
    rng: np.random.Generator, places: Places, clock: Clock, sizes: tuple[int, int, int], rates: Rates
) -> _Draft:
    count, kind = sum(sizes), np.repeat(np.arange(3, dtype=np.int8), sizes)
    resident = kind == RESIDENT
    male = rng.random(count) < 0.51
    birth = _births(rng, clock, ~resident)
    county = rng.choice(len(places.counties), count, p=places.registered)
    born = _birthplaces(rng, county, _year(birth), places)
    place = np.where(resident, born, _elsewhere(rng, count, places))
    name = names.draw(rng, male, _year(birth), rates)
    phone = np.where(rng.random(count) < 0.93, _phones(rng, count), 0)
    hukou = np.where(resident, places.counties[county], places.codes[place])
    return _Draft(kind, male, birth, county, place, hukou, name, phone)


def _make_twins(rng: np.random.Generator, draft: _Draft, residents: int, rates: Rates) -> None:
    """Some residents become the next one's twin."""
    twins = 2 * np.flatnonzero(rng.random(residents // 2) < rates.twins)
    draft.give(twins + 1, twins, "male", "birth", "county", "place", "hukou", "name")
    draft.name[twins + 1] = _one_character_off(rng, draft.name[twins])


def _make_alike(rng: np.random.Generator, draft: _Draft, places: Places) -> None:
    """Strangers who look like residents: an eighth each homonyms of one birth, twins, and parents."""
    strangers = np.flatnonzero(draft.kind == STRANGER)
    homonyms, twins, parents, _ = np.array_split(strangers[: len(strangers) // 2], 4)
    residents = np.flatnonzero(draft.kind == RESIDENT)
    draft.give(homonyms, rng.choice(residents, len(homonyms)), "male", "birth", "name")
    like = rng.choice(residents, len(twins))
    draft.give(twins, like, "male", "birth", "place", "name")
    draft.name[twins] = _one_character_off(rng, draft.name[twins])
    children = residents[_year(draft.birth[residents]) >= _CHILD_SINCE]
    like = rng.choice(children, len(parents))
    draft.give(parents, like, "male", "birth", "county", "name")
    draft.name[parents] = _one_character_off(rng, draft.name[parents])
    draft.birth[parents] -= rng.integers(8_000, 13_000, len(parents)).astype("timedelta64[D]")
    draft.place[parents] = _birthplaces(rng, draft.county[parents], _year(draft.birth[parents]), places)
    same = rng.random(len(parents)) < 0.3
    draft.give(parents[same], like[same], "phone")


def draw(rng: np.random.Generator, world: World, registrar: Registrar, first: int, residents: int) -> People:
    """A chunk of so many residents, who come first, with the incomers and strangers that belong to it."""
    rates = world.rates
    sizes = (residents, max(1, round(residents * rates.incomers)), max(8, round(residents * rates.strangers)))
    draft = _draft(rng, world.places, world.clock, sizes, rates)
    _make_twins(rng, draft, residents, rates)
    _make_alike(rng, draft, world.places)
    shared = 1 + np.flatnonzero(rng.random(sum(sizes) - 1) < rates.phone_shared)
    draft.give(shared, shared - 1, "phone")
    return People(
        np.arange(first, first + sum(sizes)),
        draft.kind,
        draft.male,
        draft.birth,
        world.clock.full_years(draft.birth),
        draft.county,
        draft.hukou,
        draft.name,
        registrar.issue(draft.place, draft.birth, draft.male),
        draft.phone,
    )


def truth(people: People) -> pa.Table:
    """Who is who: person, kind, id_number, name, sex, birth_date, as they really are."""
    return pa.table(
        {
            "person": people.person,
            "kind": pa.array(KINDS).take(pa.array(people.kind)),
            "id_number": numbers.column(people.number),
            "name": pa.array(people.name),
            "sex": pa.array(np.where(people.male, "1", "2")),
            "birth_date": pa.array(people.birth, pa.date32()),
        }
    )
