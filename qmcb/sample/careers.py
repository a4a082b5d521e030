"""What became of each person: successive segments of work and cover that never overlap."""

from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from qmcb.sample.calibration import Places, shares
from qmcb.sample.clock import Clock, month, months_of
from qmcb.sample.people import INCOMER, RESIDENT, STRANGER, People
from qmcb.sample.world import World

Array = NDArray[np.int64]
SLOTS = 3
GRACE = 3
_ADULT, _WORK_SINCE = 16 * 12, month(1996)
_DRAWS_RESIDENT_SINCE = month(2010)


class Course(NamedTuple):
    """One way of life: insurances (0: none), with an employer, pension and medical in another province.

    Then its share (assumed, tuned to the enrolled of 2016) among residents who are children, students,
    of working age, women of 50 to 59, old; and among incomers.
    """

    name: str
    pension: int
    medical: int
    work: bool
    away: bool
    medical_away: bool
    shares: tuple[float, float, float, float, float, float]


COURSES = (
    Course("employee", 110, 310, True, False, False, (0, 0, 0.122, 0.03, 0, 0.60)),
    Course("civil", 120, 310, True, False, False, (0, 0, 0.052, 0.04, 0, 0.02)),
    Course("flexible", 110, 390, False, False, False, (0, 0, 0.130, 0.06, 0, 0.20)),
    Course("farmer", 170, 390, False, False, False, (0, 0, 0.270, 0.33, 0, 0.10)),
    Course("migrant", 110, 310, True, True, True, (0, 0, 0.085, 0.03, 0, 0)),
    Course("settled", 170, 390, False, True, True, (0.02, 0, 0.014, 0.012, 0, 0.02)),
    Course("commuter", 110, 390, False, True, False, (0, 0, 0.012, 0, 0, 0)),
    Course("schoolmate", 0, 390, False, False, True, (0.02, 0.03, 0, 0, 0.005, 0)),
    Course("insured", 0, 390, False, False, False, (0.93, 0.92, 0.095, 0.05, 0.03, 0.06)),
    Course("saver", 170, 0, False, False, False, (0, 0, 0.030, 0.02, 0, 0)),
    Course("lapsed", 170, 390, False, False, False, (0, 0, 0.040, 0.03, 0.005, 0)),
    Course("lapsed_worker", 110, 310, True, False, False, (0, 0, 0.020, 0.01, 0, 0)),
    Course("lapsed_child", 0, 390, False, False, False, (0.01, 0.01, 0, 0, 0, 0)),
    Course("unpaid_pension", 0, 390, False, False, False, (0, 0, 0.022, 0.015, 0, 0)),
    Course("unpaid_medical", 170, 0, False, False, False, (0, 0, 0.015, 0.01, 0, 0)),
    Course("registered", 0, 0, False, False, False, (0.012, 0.025, 0.030, 0.018, 0.01, 0)),
    Course("nowhere", 0, 0, False, False, False, (0.008, 0.015, 0.015, 0.008, 0.006, 0)),
    Course("retired", 0, 310, False, False, False, (0, 0, 0, 0.09, 0.15, 0)),
    Course("retired_frugal", 0, 390, False, False, False, (0, 0, 0, 0.127, 0.24, 0)),
    Course("retired_civil", 0, 310, False, False, False, (0, 0, 0, 0.04, 0.06, 0)),
    Course("old_farmer", 0, 390, False, False, False, (0, 0, 0, 0, 0.444, 0)),
    Course("old_farmer_bare", 0, 0, False, False, False, (0, 0, 0, 0, 0.02, 0)),
)
_INDEX = {course.name: place for place, course in enumerate(COURSES)}
_DRAWS = dict(retired=110, retired_frugal=110, retired_civil=120, old_farmer=170, old_farmer_bare=170)
_UNPAID = {"unpaid_pension": 170, "unpaid_medical": 390}
_LAPSED = ("lapsed", "lapsed_worker", "lapsed_child")
_EARLIER = ("employee", "civil", "flexible", "farmer", "migrant", "settled")
_EARLIER_SHARES = {
    "formal": (0.45, 0.0, 0.20, 0.10, 0.23, 0.02),
    "civil": (0.10, 0.80, 0.02, 0.02, 0.06, 0.0),
    "farming": (0.08, 0.0, 0.05, 0.62, 0.20, 0.05),
}


def _of(courses: Array, values: dict[str, int]) -> Array:
    """The value given for each course's name, 0 where none is."""
    return np.take([values.get(course.name, 0) for course in COURSES], courses)


def _is(courses: Array, *names: str) -> NDArray[np.bool_]:
    return np.isin(courses, [_INDEX[name] for name in names])


@dataclass(frozen=True)
class Careers:
    """Segments (n, 3; the latest first) and facts (n) of each person.

    first and last: month index, both included; exists; pension, medical: insurance or 0; work; away and
    medical_away: in another province; employer: index or -1. open: the latest segment still runs;
    unpaid: insurance enrolled in and never paid, or 0; draws: insurance drawn, or 0, from draws_from,
    draws_away: in another province; student; nowhere and registered: in no record, in the registry only;
    died: day or NaT; wage: the person's share of the average wage; inside, outside: the region in the
    province and the one outside it in which the person holds cover without an employer.
    """

    first: Array
    last: Array
    exists: NDArray[np.bool_]
    pension: Array
    medical: Array
    work: NDArray[np.bool_]
    away: NDArray[np.bool_]
    medical_away: NDArray[np.bool_]
    employer: Array
    open: NDArray[np.bool_]
    unpaid: Array
    draws: Array
    draws_from: Array
    draws_away: NDArray[np.bool_]
    student: NDArray[np.bool_]
    nowhere: NDArray[np.bool_]
    registered: NDArray[np.bool_]
    died: NDArray[np.datetime64]
    wage: NDArray[np.float64]
    inside: Array
    outside: Array


def _groups(people: People, student: NDArray[np.bool_]) -> Array:
    """Column of `Course.shares`: child, student, working age, women of 50 to 59, old, incomer."""
    retiring = ~people.male & (people.age >= 50)
    which = [people.kind == INCOMER, people.age < 16, student, people.age >= 60, retiring]
    return np.select(which, [5, 0, 1, 4, 3], 2)


def _courses(rng: np.random.Generator, groups: Array) -> Array:
    courses = np.empty(len(groups), np.int64)
    for group, of_group in enumerate(zip(*(course.shares for course in COURSES), strict=True)):
        mask = groups == group
        courses[mask] = rng.choice(len(COURSES), mask.sum(), p=shares(of_group))
    return courses


def _earlier(rng: np.random.Generator, now: Array) -> Array:
    """Courses (n, 2) of the two segments before the present one."""
    civil = _is(now, "civil", "retired_civil")
    formal = _is(now, "employee", "flexible", "migrant", "retired", "retired_frugal", "lapsed_worker")
    earlier = np.empty((len(now), SLOTS - 1), np.int64)
    places = [_INDEX[name] for name in _EARLIER]
    for style, mask in (("civil", civil), ("formal", formal), ("farming", ~civil & ~formal)):
        earlier[mask] = rng.choice(places, (mask.sum(), SLOTS - 1), p=shares(_EARLIER_SHARES[style]))
    return earlier


def _retired_at(rng: np.random.Generator, people: People, draws: Array) -> Array:
    """Month from which a pension is drawn."""
    years = np.where(people.male | (draws == 170), 60, np.where(rng.random(len(people)) < 0.6, 50, 55))
    years = np.minimum(years, people.age)
    since = np.where(draws == 170, _DRAWS_RESIDENT_SINCE, 0)
    return cast(Array, np.maximum(since, months_of(people.birth) + 12 * years))


def _months(
    rng: np.random.Generator, people: People, clock: Clock, now: Array, retired: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """First and last months (n, 3) and which segments exist, from the latest backwards."""
    count, shape = len(people), (len(people), SLOTS)
    start = months_of(people.birth)
    adult = people.age >= 16
    start = np.where(adult, np.maximum(start + _ADULT, _WORK_SINCE), start + 1)
    pensioner = _of(now, _DRAWS) > 0
    ended = _is(now, *_LAPSED)
    first, last = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    pause = np.minimum(6 + rng.exponential(24, count).astype(np.int64), 60)
    last[:, 0] = np.where(ended, clock.month - pause, clock.month)
    length = np.where(people.age < 18, 10_000, 6 + rng.exponential(80, count).astype(np.int64))
    first[:, 0] = np.where(pensioner, retired, np.maximum(start, last[:, 0] - length))
    exists = np.zeros(shape, np.bool_)
    exists[:, 0] = (first[:, 0] <= last[:, 0]) & ~_is(now, "registered", "nowhere")
    likely = np.where(pensioner, 0.9, 0.6) * adult * ~_is(now, "registered", "nowhere", "old_farmer_bare")
    for slot in range(1, SLOTS):
        gap = np.where(rng.random(count) < 0.6, 0, 1 + rng.exponential(9, count).astype(np.int64))
        last[:, slot] = first[:, slot - 1] - 1 - gap
        first[:, slot] = np.maximum(start, last[:, slot] - 5 - rng.exponential(70, count).astype(np.int64))
        exists[:, slot] = (last[:, slot] >= first[:, slot] + 2) & (rng.random(count) < likely)
        exists[:, slot] &= exists[:, slot - 1] | (slot == 1)
    return first, last, exists


def _deaths(rng: np.random.Generator, people: People, clock: Clock) -> NDArray[np.datetime64]:
    chance = np.array([0.001, 0.006, 0.03, 0.12])[np.searchsorted([30, 60, 75], people.age, side="right")]
    day = clock.last_day - rng.integers(0, 1_000, len(people)).astype("timedelta64[D]")
    dies = (rng.random(len(people)) < chance) & (people.kind == RESIDENT) & (people.birth < day)
    return np.where(dies, day, np.datetime64("NaT", "D"))


def _regions(rng: np.random.Generator, people: People, places: Places) -> tuple[Array, Array]:
    """The county's code, and a region outside the province: for incomers mostly the one they are from."""
    outside = places.codes[rng.choice(places.others, len(people), p=places.weights)]
    home = (people.kind == INCOMER) & (rng.random(len(people)) < 0.7)
    return places.counties[people.county], np.where(home, people.hukou, outside)


def draw(rng: np.random.Generator, world: World, people: People) -> Careers:
    """The careers of a chunk's people up to the period."""
    count, clock, employers = len(people), world.clock, world.employers
    student = (people.age >= 16) & (people.age <= 22) & (rng.random(count) < 0.55) & (people.kind == RESIDENT)
    now = _courses(rng, _groups(people, student))
    student &= ~_is(now, "nowhere")
    draws = _of(now, _DRAWS)
    retired = _retired_at(rng, people, draws)
    first, last, exists = _months(rng, people, clock, now, retired)
    courses = np.concatenate([now[:, None], _earlier(rng, now)], axis=1)
    pension, medical, work, away, medical_away = (
        np.array([course[field] for course in COURSES])[courses] for field in range(1, 6)
    )
    dear = (courses == _INDEX["flexible"]) & (rng.random(courses.shape) < 0.2)
    medical[dear] = 310
    outside = (people.kind == STRANGER)[:, None] | (people.kind == INCOMER)[:, None] & (np.arange(SLOTS) > 0)
    away, medical_away = away | outside, medical_away | outside
    died = _deaths(rng, people, clock)
    alive = np.isnat(died)
    until = np.where(alive, clock.month, months_of(np.where(alive, clock.last_day, died)))
    exists &= first <= until[:, None]
    last = np.minimum(last, until[:, None])
    recent = rng.random(count) < 0.03
    ended = alive & recent & ~_is(now, *_LAPSED)
    last[ended, 0] = np.maximum(first[ended, 0], clock.month - rng.integers(0, GRACE, ended.sum()))
    employer = np.full(courses.shape, -1)
    there, here = work & exists & away, work & exists & ~away
    employer[there] = employers.pick_elsewhere(rng, there.sum())
    employer[here] = employers.pick(rng, first[here])
    away_drawn = (draws > 0) & (rng.random(count) < 0.03) | (people.kind == STRANGER)
    return Careers(
        first, last, exists, pension, medical, work, away, medical_away, employer,
        alive & ~recent & ~_is(now, *_LAPSED), _of(now, _UNPAID) * (people.kind != STRANGER), draws, retired,
        away_drawn, student, _is(now, "nowhere"), _is(now, "registered"), died,
        rng.lognormal(-0.1, 0.45, count), *_regions(rng, people, world.places),
    )  # fmt: skip
