"""Which numbers not to show, so that none of a few people can be found by subtracting others.

A reader knows every number that is shown and how numbers hang together: totals of parts, parts that
overlap. What is hidden he knows only by its mark: ``<5`` is one to four, ``*`` five and more. Whether a
hidden count can be found out is asked exactly, as the least and the most that whole numbers allow.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

FEWEST = 5
"""Counts of people below this, other than none, are not shown."""

Key = Hashable
State = Literal["shown", "known", "unsaid"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Relation:
    """Sum of `parts` less `whole`: 0 for a ``sum``, at least 0 for a ``union`` and for a whole ``within``.

    A union whose parts do not overlap in fact is taken as a sum: who guesses so would be right.
    """

    whole: Key
    parts: tuple[Key, ...]
    kind: Literal["sum", "union", "within"]

    @property
    def keys(self) -> tuple[Key, ...]:
        return (self.whole, *self.parts)


@dataclass
class Numbers:
    """Counts of people that belong together, and what a reader knows of how they do.

    Every key has one value; told under it again it must be the same.
    """

    values: dict[Key, int] = field(default_factory=dict)
    _fixed: set[Key] = field(default_factory=set)
    _unsaid: set[Key] = field(default_factory=set)
    _relations: dict[Key, list[_Relation]] = field(default_factory=dict)

    def show(self, key: Key, value: int) -> None:
        """A number that would be shown and may be hidden."""
        self.values[key] = value

    def known(self, key: Key, value: int) -> None:
        """A number that the reader has anyway."""
        self.values[key] = value
        self._fixed.add(key)

    def title(self, key: Key, value: int) -> None:
        """A number of a title: the reader has it, but for one of a few, which is hidden there too."""
        (self.show if 0 < value < FEWEST else self.known)(key, value)

    def printed(self, whole: Key, parts: Collection[Key]) -> None:
        """A total that stands beside its parts and may be hidden."""
        self.show(whole, sum(self.values[part] for part in parts))
        self.total(whole, parts)

    def unsaid(self, key: Key, value: int) -> None:
        """A number that stands nowhere, through which others hang together."""
        self.values[key] = value
        self._unsaid.add(key)

    def total(self, whole: Key, parts: Iterable[Key]) -> None:
        """`whole` is the sum of its parts."""
        self._hold(_Relation(whole, tuple(parts), "sum"))

    def union(self, whole: Key, parts: Iterable[Key]) -> None:
        """`whole` counts who is in any of the parts, which may overlap."""
        held = tuple(parts)
        self._hold(_Relation(whole, held, "union"))
        for part in held:
            self.within(part, whole)

    def within(self, part: Key, whole: Key) -> None:
        """`part` counts some of those whom `whole` counts."""
        self._hold(_Relation(part, (whole,), "within"))

    def relations(self) -> list[tuple[Key, tuple[Key, ...], bool]]:
        """What hangs together how: a number, others, and whether their sum is just it or at least it."""
        every = dict.fromkeys(relation for own in self._relations.values() for relation in own)
        return [(each.whole, each.parts, self._exact(each)) for each in every]

    def at_most(self, number: Key, others: Iterable[Key]) -> None:
        """The number is no more than the sum of the others."""
        self._hold(_Relation(number, tuple(others), "within"))

    def impossible(self, hidden: Collection[Key]) -> set[tuple[Key, int]]:
        """Of the small counts among the hidden the ends, one or four, that they cannot be."""
        return set(self._impossible([key for key in self.small() if key in hidden], hidden))

    def state(self, key: Key) -> State:
        """How a number was told."""
        return "known" if key in self._fixed else "unsaid" if key in self._unsaid else "shown"

    def _hold(self, relation: _Relation) -> None:
        for key in relation.keys:
            self._relations.setdefault(key, []).append(relation)

    def part(self, part: Key, whole: Key) -> None:
        """`part` counts some of those whom `whole` counts, or all: where the counts are equal."""
        if self.values[part] == self.values[whole]:
            self.total(whole, [part])
        else:
            self.within(part, whole)

    def shown(self) -> list[Key]:
        """The numbers that would be shown and may be hidden, in the order in which they were told."""
        return [key for key in self.values if self.state(key) == "shown"]

    def small(self) -> list[Key]:
        """Those of them that are too small to be shown."""
        return [key for key in self.shown() if 0 < self.values[key] < FEWEST]

    def hidden(self) -> frozenset[Key]:
        """What to hide: the small counts, and what else it takes so that they stay hidden.

        Afterwards a small count may have every value that it could have if no number was shown that
        hangs together with it, mostly one to four. What is hidden besides is, for each small count
        and either end, the least sum of people (a linear programme in whole numbers). The same
        numbers, told in the same order, give the same answer.
        """
        small = self.small()
        hidden = dict.fromkeys(small)
        for key, value in self._impossible(small, hidden):
            hidden |= dict.fromkeys(self._moved(key, value, hidden))
        return frozenset(hidden)

    def _impossible(self, small: list[Key], hidden: Collection[Key]) -> Iterator[tuple[Key, int]]:
        """Small counts with the most and the least that they cannot be; `hidden` may grow meanwhile.

        Every way to fill in the numbers shows many of them at either end, so that few ways are needed.
        """
        seen = {key: {self.values[key]} for key in small}
        for key in small:
            for end, sign in ((FEWEST - 1, -1), (1, 1)):  # what may be more has less room below
                if end not in seen[key]:
                    for other, value in self._filled(key, sign, hidden).items():
                        if other in seen:
                            seen[other].add(value)
                if end not in seen[key]:
                    yield key, end

    def _filled(self, key: Key, sign: int, hidden: Collection[Key]) -> dict[Key, int]:
        """Numbers as a reader may think them: this one least (1) or most (-1), the small ones near."""
        free = self._component(key, set(hidden) | self._unsaid)
        low, high = self._ends(free)
        few = (high < FEWEST) & np.array([other not in self._unsaid for other in free])
        aim = np.where(few, 1.0, 0.0)
        aim[free.index(key)] = FEWEST * len(free)  # before all others together
        return dict(zip(free, self._solve(sign * aim, free, low, high).astype(int).tolist(), strict=True))

    def at_best(self, key: Key) -> tuple[int, int]:
        """The least and the most of a number where everything that can be hidden is."""
        return self.interval(key, self._everything())

    def _everything(self) -> list[Key]:
        """What can be hidden; none is told as none."""
        return [key for key in self.values if key not in self._fixed and self.values[key]]

    def interval(self, key: Key, hidden: Iterable[Key]) -> tuple[int, int]:
        """The least and the most that a reader can make out for a number where these are hidden."""
        free = self._component(key, set(hidden) | self._unsaid)
        low, high = self._ends(free)
        at = free.index(key)
        aims = [np.eye(1, len(free), at)[0] * sign for sign in (1, -1)]
        least, most = (self._solve(aim, free, low, high)[at] for aim in aims)
        return int(least), int(most)

    def _moved(self, key: Key, value: int, hidden: Collection[Key]) -> list[Key]:
        """Which shown numbers have to move so that this one can have the value, at the least cost.

        Where it cannot whatever moves, the value nearest to it that it can have.
        """
        free = self._component(key, {*self._everything(), *self._unsaid})
        now = np.array([self.values[other] for other in free], float)
        low, high = self._ends(free)
        paid = np.array([other not in hidden and other not in self._unsaid for other in free])
        at = free.index(key)
        try:
            low[at] = high[at] = value
            found = self._solve(now * paid, free, low, high, now)
        except ValueError:
            low[at] = high[at] = min(self.at_best(key), key=lambda best: abs(best - value))
            found = self._solve(now * paid, free, low, high, now)
        return [other for other, moves in zip(free, (found != now) & paid, strict=True) if moves]

    def _solve(
        self, aim: Floats, free: list[Key], low: Floats, high: Floats, now: Floats | None = None
    ) -> Floats:
        """Whole numbers within all relations and bounds that make the aim least.

        With `now` the aim is what it costs to move each number by one from there.
        """
        size = len(free)
        rows, least, most = self._limits(free)
        if now is not None:  # a second half of numbers, the distances of those that cost
            paid = np.flatnonzero(aim)
            one = sparse.eye_array(size, format="csr")[paid]
            far = sparse.eye_array(paid.size)
            rows = sparse.block_array([[rows, None], [one, far], [-one, far]])
            least, most = (
                np.concatenate([least, now[paid], -now[paid]]),
                np.append(most, _no_end(2 * paid.size)),
            )
            low, high = np.append(low, np.zeros(paid.size)), np.append(high, _no_end(paid.size))
            aim = np.concatenate([np.zeros(size), aim[paid]])
        limits = [LinearConstraint(rows, least, most)] if rows.shape[0] else []
        found = milp(aim, constraints=limits, bounds=Bounds(low, high), integrality=np.ones(len(aim)))
        if found.x is None:
            raise ValueError(f"relations that do not hold: {found.message}")
        rounded: Floats = np.round(found.x[:size])
        return rounded

    def _limits(self, free: list[Key]) -> tuple[sparse.csr_array, Floats, Floats]:
        """The relations that hold some of these numbers, the others put in: rows, least, most."""
        place = {other: at for at, other in enumerate(free)}
        held = list(dict.fromkeys(relation for other in free for relation in self._relations.get(other, ())))
        terms, rest = [], np.zeros(len(held))
        for at, relation in enumerate(held):
            for sign, other in [(-1, relation.whole), *((1, part) for part in relation.parts)]:
                if other in place:
                    terms.append((sign, at, place[other]))
                else:
                    rest[at] += sign * self.values[other]
        signs, lines, columns = np.array(terms, int).reshape(-1, 3).T
        rows = sparse.csr_array((signs.astype(float), (lines, columns)), shape=(len(held), len(free)))
        exact = np.array([self._exact(relation) for relation in held], bool)
        return rows, -rest, np.where(exact, -rest, np.inf)

    def _exact(self, relation: _Relation) -> bool:
        overlap = sum(self.values[part] for part in relation.parts) - self.values[relation.whole]
        return relation.kind == "sum" or (relation.kind == "union" and not overlap)

    def _ends(self, keys: list[Key]) -> tuple[Floats, Floats]:
        """What the marks in place of numbers say of them; nobody believes in more than all of them."""
        values = np.array([self.values[key] for key in keys])
        unsaid = np.array([key in self._unsaid for key in keys])
        few = ~unsaid & (values > 0) & (values < FEWEST)
        most = sum(self.values.values()) + FEWEST
        return np.select([unsaid, few], [0.0, 1.0], FEWEST), np.where(few, FEWEST - 1.0, most)

    def _component(self, key: Key, free: set[Key]) -> list[Key]:
        """The numbers that are not shown and hang together with this one, itself included."""
        found, waiting = {key: None}, [key]
        while waiting:
            at = waiting.pop()
            for relation in self._relations.get(at, ()):
                new = [other for other in relation.keys if other in free and other not in found]
                found |= dict.fromkeys(new)
                waiting += new
        return list(found)


def _no_end(size: int) -> Floats:
    return np.full(size, np.inf)


def numbers(counts: npt.ArrayLike, *, printed: Sequence[str] = ()) -> Numbers:
    """A list or a matrix of people with its totals: cells under their places, lines as ``("rows", 0)``.

    The totals in `printed`, of ``rows`` and ``columns``, stand beside the cells and can be
    hidden too; the others the reader is thought to have from elsewhere.
    """
    cells = np.asarray(counts)
    held = Numbers()
    for at, value in np.ndenumerate(cells):
        held.show(at, int(value))

    def tell(kind: str, key: Key, value: int, parts: Iterable[Key]) -> None:
        (held.show if kind in printed else held.known)(key, value)
        held.total(key, parts)

    places = list(np.ndindex(cells.shape))
    for axis, kind in enumerate(("rows", "columns") if cells.ndim == 2 else ()):
        lines = cells.shape[axis] if kind in printed or cells.shape[1 - axis] > 1 else 0
        for line in range(lines):
            parts = [at for at in places if at[axis] == line]
            tell(kind, (kind, line), int(sum(cells[at] for at in parts)), parts)
    tell("whole", "whole", int(cells.sum()), places)
    return held


def table(counts: npt.ArrayLike, *, printed: Sequence[str] = ()) -> dict[str, npt.NDArray[np.bool_]]:
    """Which cells and totals of a list or a matrix of people not to show; see `numbers`.

    Returns ``cells`` in the shape of the counts, and under its name what is hidden of each printed total.
    """
    cells = np.asarray(counts)
    hidden = numbers(cells, printed=printed).hidden()
    told = {"cells": np.array([at in hidden for at in np.ndindex(cells.shape)], bool).reshape(cells.shape)}
    for axis, kind in enumerate(("rows", "columns")):
        if kind in printed:
            told[kind] = np.array([(kind, line) in hidden for line in range(cells.shape[axis])], bool)
    return told
