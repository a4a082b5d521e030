"""Where along its contributions a county's settlement takes another course: points, and kinks to the fen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from qmcb.fund.accounts import UNKNOWN, Panel
from qmcb.fund.alone import Others
from qmcb.fund.exact import Whole, part
from qmcb.fund.scheme import Terms
from qmcb.fund.sharing import Shares

# The coefficient (millionths) of each year and region at contributions of (…, years, regions) fen.
Coefficient = Callable[[Whole], Whole]

# What holds of a settlement or does not, each the cause of those after it, and why it begins and ends to
# hold as contributions rise (codes.KINK). The first two can only end.
_HOLDS = (
    ("", "gap_closed"),
    ("", "target_met"),
    ("policy_begins", "policy_ends"),
    ("reserve_short", "reserve_suffices"),
    ("pool_short", "pool_suffices"),
    ("cap_reached", "cap_left"),
)
_BITS = len(_HOLDS)
_PERCENT = 10_000  # millionths


@dataclass(frozen=True)
class Points:
    """Regions at some contributions: arrays of one length.

    `place` counts years and regions of the panel, `level` is the contributions and `cost` the region's
    cost there (fen); `course` has a bit for each of _HOLDS and the coefficient above them.
    """

    place: Whole
    level: Whole
    cost: Whole
    course: Whole

    def __getitem__(self, which: object) -> Self:
        return type(self)(*(array[which] for array in self._arrays()))  # type: ignore[call-overload]

    def __len__(self) -> int:
        return len(self.place)

    def and_also(self, others: Self) -> Self:
        pairs = zip(self._arrays(), others._arrays(), strict=True)
        return type(self)(*(np.concatenate(pair) for pair in pairs))

    def _arrays(self) -> tuple[Whole, ...]:
        return self.place, self.level, self.cost, self.course


class Range:
    """One county at a time along its contributions, all others as they are."""

    def __init__(self, panel: Panel, terms: Terms, coefficient: Coefficient | None) -> None:
        self._accounts, self._coefficient = panel.accounts, coefficient
        marks = None if coefficient is None else coefficient(panel.accounts.contributions)
        self._others = Others.build(panel.accounts, terms, marks)
        counts = np.array("managed_part" in terms)
        self._target = np.where(counts, panel.accounts.target, UNKNOWN).ravel()

    def grid(self, percents: Sequence[int]) -> tuple[Points, Points]:
        """Both ends of each stretch between per cents of what a region collects.

        Stretches without length are left out: those of a region that collects nothing.
        """
        collected = self._accounts.contributions.ravel()
        levels = part(collected, np.array(percents)[:, None] * _PERCENT)
        place = np.broadcast_to(np.arange(len(collected)), levels.shape)
        points = self.at(place.ravel(), levels.ravel())
        low, high = points[: -len(collected)], points[len(collected) :]
        long = low.level < high.level
        return low[long], high[long]

    def at(self, place: Whole, level: Whole) -> Points:
        """Each place at a level of contributions."""
        row, region = np.divmod(place, len(self._accounts.regions))
        marks = None if self._coefficient is None else self._marks(self._coefficient, place, level)
        read = self._others.settle(row, region, _cost_and_course, coefficient=marks, contributions=level)
        missed = level < self._target[place]
        course = read[:, 1] | np.where(missed, read[:, 1] % 2 << 1, 0)  # what is missed counts in a gap
        if marks is not None:
            course |= marks << _BITS
        return Points(place, level, read[:, 0], course)

    def kinks(self, low: Points, high: Points) -> tuple[Points, Points]:
        """Every two neighbouring fen between low and high at which the course is not the same.

        Halves whatever differs at its ends. A course that is left and taken again within one stretch goes
        unseen. None is: where the target is met and where the coefficient moves the course is another one,
        and between these all that holds of a settlement begins or ends once.
        """
        found = low[:0], high[:0]
        while True:
            differ = low.course != high.course
            low, high = low[differ], high[differ]
            near = high.level - low.level == 1
            found = found[0].and_also(low[near]), found[1].and_also(high[near])
            low, high = low[~near], high[~near]
            if not len(low):
                return found
            middle = self.at(low.place, (low.level + high.level) // 2)
            low, high = low.and_also(middle), middle.and_also(high)

    def _marks(self, coefficient: Coefficient, place: Whole, level: Whole) -> Whole:
        """The coefficient of each place at its level, the levels of one place laid one above the other."""
        order = np.argsort(place, kind="stable")
        at = place[order]
        nth = np.empty_like(place)
        nth[order] = np.arange(len(at)) - np.searchsorted(at, at)
        collected = self._accounts.contributions
        levels = np.tile(collected.ravel(), (int(nth.max()) + 1, 1))
        levels[nth, place] = level
        marks: Whole = coefficient(levels.reshape(-1, *collected.shape)).reshape(levels.shape)[nth, place]
        return marks


def reasons(low: Points, high: Points) -> list[str]:
    """Why the course is another one at the high points, of codes.KINK; the first cause where several are."""
    return [_reason(*pair) for pair in zip(low.course.tolist(), high.course.tolist(), strict=True)]


def notches(low: Points, high: Points) -> Whole:
    """What a region gains at once between two neighbouring fen where its coefficient moves; else 0."""
    moves = low.course >> _BITS != high.course >> _BITS
    return np.where(moves, low.cost - high.cost, 0)


def _reason(low: int, high: int) -> str:
    if low >> _BITS != high >> _BITS:
        return "coefficient_up" if high > low else "coefficient_down"
    differing = low ^ high
    bit = (differing & -differing).bit_length() - 1
    return _HOLDS[bit][0 if high >> bit & 1 else 1]


def _cost_and_course(shares: Shares) -> Whole:
    """Cost, and all of _HOLDS but a target missed, which the settlement does not tell; (…, regions, 2)."""
    policy = shares.gap - shares.managed
    short = policy > shares.borne["reserve"]
    holds = {
        0: shares.gap > 0,
        2: policy > 0,
        3: short,
        4: short & (shares.pool_left == 0)[..., None],
        5: shares.borne["advance"] > 0,
    }
    course = sum(each.astype(np.int64) << bit for bit, each in holds.items())
    return np.stack([shares.cost, course], axis=-1)
