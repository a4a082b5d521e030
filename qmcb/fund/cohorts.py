"""People by year of birth: who begins to pay, stops, retires and dies, year by year and nobody lost."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from qmcb import codes
from qmcb.errors import BalanceError, InputError
from qmcb.fund.assumptions import LEAST_AGE, MOST_AGE, Assumptions
from qmcb.fund.retirement import Rules

Real = NDArray[np.float64]

# The groups of which people are made; entrants follow, a group for each year in which they begin.
INSURED, RETIRED, FIRST_ENTRANTS = range(3)


@dataclass(frozen=True)
class Year:
    """What a year did to people: arrays of one shape, persons at its end and what moved in it.

    insured before + entrants = insured + lapsed + retiring + died_insured, and retired before + retiring =
    retired + died_retired.
    """

    insured: Real
    retired: Real
    entrants: Real
    lapsed: Real
    retiring: Real
    died_insured: Real
    died_retired: Real


FLOWS = tuple(field.name for field in fields(Year))


def step(insured: Real, retired: Real, entrants: Real, *, death: Real, lapse: float, retire: Real) -> Year:
    """One year: those who begin pay all of it, then the dead leave, the lapsed, and those who retire.

    Persons in any arrays that broadcast; `death`, `lapse` and `retire` are the shares of those who are
    still there that leave.
    """
    paying = insured + entrants
    died = paying * death
    lapsed = (paying - died) * lapse
    staying = paying - died - lapsed
    retiring = staying * retire
    died_retired = retired * death
    return Year(
        insured=staying - retiring,
        retired=retired - died_retired + retiring,
        entrants=entrants,
        lapsed=lapsed,
        retiring=retiring,
        died_insured=died,
        died_retired=died_retired,
    )


@dataclass(frozen=True)
class Lives:
    """What becomes of one person of each group: arrays (levels, years, groups) of shares of a person.

    The groups are the insured and the retired of the base year and the entrants of each year after it.
    Everything is linear in persons, so that people in thousands of paths are their numbers times these
    lives. `levels` are the yearly falls of mortality for which they were lived; a path between two levels
    is the weighted mean of both.
    """

    levels: Real
    years: tuple[int, ...]
    flows: Year

    def weights(self, improvement: Real) -> Real:
        """How much of each level is in each path, by its yearly fall of mortality: (paths, levels)."""
        at = np.interp(improvement, self.levels, np.arange(len(self.levels)))
        made: Real = np.clip(1 - np.abs(at[:, None] - np.arange(len(self.levels))), 0, None)
        return made


def live(told: Assumptions, rules: Rules, base: int, until: int, levels: Real) -> Lives:
    """One person of each group from the base year on, under the rules in force and at each level.

    Those of the base year have the contribution years that a pension needs; entrants have not, and
    retire when they are past the age and have paid for long enough.
    """
    years = np.arange(base, until + 1)
    born = np.arange(base - MOST_AGE, until - LEAST_AGE + 1)
    past = rules.reached(born, years)
    retire = _retiring(_entitled(past, rules, years))
    entrants = [
        _group(told, "entrants", born, year, 1 - past[..., at]) for at, year in enumerate(years.tolist())
    ]
    shape = (len(levels), len(years) + 1, *past.shape[:2])
    insured, retired = np.zeros(shape), np.zeros(shape)
    insured[:, INSURED] = _group(told, "insured", born, base, 1 - past[..., 0])
    retired[:, RETIRED] = _group(told, "retirees", born, base, past[..., 0])
    lived = []
    for at, year in enumerate(years[1:].tolist(), 1):
        joining = np.zeros(shape[1:])
        joining[FIRST_ENTRANTS + at - 1] = entrants[at]
        death = _death(told, born, year, base, levels)
        made = step(insured, retired, joining, death=death, lapse=told.lapse.at(year), retire=retire[..., at])
        _check(insured, retired, made)
        insured, retired = made.insured, made.retired
        lived.append(made)
    flows = {
        name: np.stack([_persons(getattr(each, name), shape) for each in lived], axis=1) for name in FLOWS
    }
    return Lives(levels, tuple(years[1:].tolist()), Year(**flows))


def _check(insured: Real, retired: Real, made: Year) -> None:
    """Nobody is lost: those who were there and who came are those who are there and who left."""
    before = insured + retired + made.entrants
    after = made.insured + made.retired + made.lapsed + made.died_insured + made.died_retired
    if not np.allclose(before, after, rtol=1e-9, atol=1e-12):
        raise BalanceError("persons of a year are lost or made")


def _persons(flow: Real, shape: tuple[int, ...]) -> Real:
    """All ages, sexes and posts together: (levels, groups)."""
    made: Real = np.broadcast_to(flow, shape).sum(axis=(-2, -1))
    return made


def _group(told: Assumptions, group: str, born: NDArray[np.int64], year: int, may: Real) -> Real:
    """One person of a group spread over (categories, born): by sex and post, age, and who may be in it."""
    age = year - born
    inside = (age >= LEAST_AGE) & (age <= MOST_AGE)
    weights = np.where(inside, told.ages[group][np.clip(age, LEAST_AGE, MOST_AGE) - LEAST_AGE], 0) * may
    total = weights.sum(axis=-1, keepdims=True)
    shares = np.where(total > 0, weights / np.where(total > 0, total, 1), 0) * told.categories[group][:, None]
    if not shares.any():
        raise InputError(
            f"ages at which somebody can be of the {group} in {year}", "none", "correct the weights"
        )
    made: Real = shares / shares.sum()
    return made


def _entitled(past: Real, rules: Rules, years: NDArray[np.int64]) -> Real:
    """The share of each group past the age with enough months paid: (groups, categories, born, years)."""
    paid = (years - years[1:, None] + 1) * 12
    enough = paid >= rules.minimum.at(years)
    always = np.ones((FIRST_ENTRANTS, len(years)), np.bool_)
    groups = np.concatenate([always, enough])[:, None, None, :]
    return np.maximum.accumulate(np.where(groups, past, 0), axis=-1)


def _retiring(entitled: Real) -> Real:
    """The share of those still paying that retires in each year."""
    before = np.concatenate([np.zeros_like(entitled[..., :1]), entitled[..., :-1]], axis=-1)
    left = 1 - before
    return np.where(left > 0, (entitled - before) / np.where(left > 0, left, 1), 1.0)


def _death(told: Assumptions, born: NDArray[np.int64], year: int, base: int, levels: Real) -> Real:
    """The share that dies in a year: (levels, 1, categories, born). Nobody is older than MOST_AGE."""
    age = year - born
    hazard = np.stack([told.mortality[category].hazard(age) for category in codes.PENSION_CATEGORY])
    fallen = (1 - levels[:, None, None, None]) ** (year - base)
    return np.where(age > MOST_AGE, 1.0, 1 - np.exp(-hazard * fallen))
