"""Join keys: what two records may share as one 64-bit number each, and the join of such numbers."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qmcb.identity import text

Keys: TypeAlias = npt.NDArray[np.uint64]
Places: TypeAlias = npt.NDArray[np.int64]
Pairs: TypeAlias = tuple[Places, Places]

NONE = np.uint64(0)
_MIX, _MIX_AGAIN = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_HALF, _WORD = np.uint64(32), 8
_SLOTS, _FEW = 4, 1 << 18  # of the sieve for each key, and eight times as many where keys are few
_PART = 1 << 20  # keys joined at once
_BLOCK = 1 << 17  # keys worked on at once, so that what is made on the way is small
_NEAR = 1 << 14  # the same, where it is worked on so often that it ought to stay near the processor
_BEYOND = np.arange(8 * _WORD, -1, -8).astype(np.uint64)  # bits of a word that are not of so many bytes


def of_text(values: text.Strings) -> Keys:
    """A key for each text: equal texts have equal ones, others all but surely not; 0 for null or ''."""
    return np.concatenate([_of_texts(part) for part in text.parts(values)])


def _of_texts(values: pa.StringArray) -> Keys:
    """Eight bytes at a time, those of the longest texts last."""
    ends, data = text.spread(values)
    starts, lengths = ends[:-1].astype(np.int64), np.diff(ends)
    padded = np.append(data, np.zeros(_WORD, np.uint8))
    words: Keys = np.ndarray(len(data) + 1, "<u8", padded.data, 0, (1,))  # one from each byte on
    keys = mixed(lengths.astype(np.uint64) * _MIX ^ words[starts] << _BEYOND[np.minimum(lengths, _WORD)])
    keys[lengths == 0] = NONE
    rows, begin = np.flatnonzero(lengths > _WORD), _WORD
    while rows.size:
        left = lengths[rows] - begin
        word = words[starts[rows] + begin] << _BEYOND[np.minimum(left, _WORD)]
        keys[rows] = mixed(keys[rows] ^ word)
        rows, begin = rows[left > _WORD], begin + _WORD
    return keys


def mixed(keys: Keys) -> Keys:
    """Other keys, one for each, whose bits are well mixed; 0 stays 0."""
    found = np.empty(len(keys), np.uint64)
    for start in range(0, len(keys), _NEAR):
        part = keys[start : start + _NEAR]
        once = part >> _HALF
        once ^= part
        once *= _MIX
        once ^= once >> np.uint64(29)
        once *= _MIX_AGAIN
        np.bitwise_xor(once, once >> _HALF, out=found[start : start + _NEAR])
    return found


def least(mixed: Keys, count: int) -> Places:
    """Places of so many of the least keys, or of all there are; quick where they are well mixed."""
    if len(mixed) <= count:
        return np.arange(len(mixed))
    share = min(2**64 - 1, 2**64 * count // len(mixed) * 11 // 10)  # all but surely holds enough of them
    places = np.flatnonzero(mixed <= np.uint64(share))
    if len(places) < count:
        places = np.arange(len(mixed))
    return places[np.argpartition(mixed[places], count - 1)[:count]]


def together(*keys: Keys) -> Keys:
    """One key of several; 0 where one of them is 0."""
    first, *others = keys
    all_of_them, none = first.copy(), first == NONE
    for other in others:
        all_of_them = mixed(all_of_them) + other
        none |= other == NONE
    all_of_them[none] = NONE
    return all_of_them


class Sieve:
    """Holds back keys that are not among some others: lets through all that are, and few that are not."""

    def __init__(self, others: Keys) -> None:
        slots = _SLOTS if len(others) > _FEW else 8 * _SLOTS
        self._bits = np.uint64(max(12, int(slots * len(others)).bit_length()))
        self._seen = np.zeros(1 << int(self._bits), np.bool_)
        for start in range(0, len(others), _BLOCK):
            self._seen[_slots(others[start : start + _BLOCK], self._bits)] = True

    def passed(self, keys: Keys) -> Places:
        """Places of the keys that are let through; 0 is not."""
        found = [np.zeros(0, np.int64)]
        for start in range(0, len(keys), _BLOCK):
            part = keys[start : start + _BLOCK]
            places = np.flatnonzero(self._seen[_slots(part, self._bits)])
            found.append(places[part[places] != NONE] + start)
        return np.concatenate(found)


def sieve(keys: Keys, others: Keys) -> Places:
    """Places of the keys that may be among the others: all that are, and a few that are not."""
    return Sieve(others).passed(keys)


def _slots(keys: Keys, bits: np.uint64) -> npt.NDArray[np.int64]:
    slots = keys * _MIX
    slots >>= np.uint64(64) - bits
    return slots.view(np.int64)


def grouped(keys: Keys) -> tuple[Places, Places]:
    """Places so ordered that equal keys stand together, rising within a group, and where groups begin.

    The first bits of the mixed key and the place are sorted as one number, which is several times
    faster than sorting places by their keys; the few groups that share first bits are put right.
    """
    bits = np.uint64(max(len(keys) - 1, 1).bit_length())
    packed = mixed(keys)
    packed >>= bits
    packed <<= bits
    packed |= np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    order = (packed & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    packed >>= bits
    ordered = keys[order]
    alike = packed[1:] == packed[:-1]
    if (mixed_up := alike & (ordered[1:] != ordered[:-1])).any():
        rows = np.flatnonzero(np.isin(packed, packed[1:][mixed_up]))
        order[rows] = order[rows[np.lexsort((order[rows], ordered[rows], packed[rows]))]]
        ordered = keys[order]
    starts = (
        np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(keys) else np.zeros(0, np.int64)
    )
    return order, starts


@dataclass(frozen=True)
class Joined:
    """Pairs of records with equal keys, first those `single` whose key makes no other pair.

    `skipped` is how many keys were left out, and how many pairs.
    """

    pairs: Pairs
    single: int
    skipped: tuple[int, int]

    @classmethod
    def of(cls, parts: Sequence["Joined"]) -> "Joined":
        sides = [
            np.concatenate([
                *(one.pairs[side][: one.single] for one in parts),
                *(one.pairs[side][one.single :] for one in parts),
            ])
            for side in (0, 1)
        ]  # fmt: skip
        blocks, pairs = np.sum([one.skipped for one in parts], axis=0)
        return cls((sides[0], sides[1]), sum(one.single for one in parts), (int(blocks), int(pairs)))


def join(left: Keys, right: Keys, largest: int, most: int | None = None) -> Joined:
    """All pairs with equal keys.

    A key that would make more than `largest` pairs is left out, and then those that make the most
    until all pairs are at most `most`. 0 equals nothing.
    """
    if most is None and len(left) + len(right) > _PART:
        return _joined_in_parts(left, right, largest)
    return _joined(left, right, largest, most)


def _joined_in_parts(left: Keys, right: Keys, largest: int) -> Joined:
    """The join of many keys, a share of them after another, so that each stays near the processor."""
    parts = (len(left) + len(right)) // _PART + 1

    def one(here: Places, there: Places) -> Joined:
        found = _joined(left[here], right[there], largest)
        return replace(found, pairs=(here[found.pairs[0]], there[found.pairs[1]]))

    with ThreadPoolExecutor(2) as pool:
        shares = pool.map(lambda keys: _shares(keys, parts), (left, right))
        return Joined.of(list(pool.map(one, *shares)))


def _shares(keys: Keys, parts: int) -> list[Places]:
    """The places of the keys that belong to each of the parts, rising."""
    which = np.empty(len(keys), np.uint16)
    for start in range(0, len(keys), _BLOCK):
        block = mixed(keys[start : start + _BLOCK])
        which[start : start + _BLOCK] = (block >> _HALF) % np.uint64(parts)
    order = np.argsort(which, kind="stable")
    return np.split(order, np.cumsum(np.bincount(which, minlength=parts))[:-1])


def _joined(left: Keys, right: Keys, largest: int, most: int | None = None) -> Joined:
    if len(right) < len(left):
        turned = _joined(right, left, largest, most)
        return replace(turned, pairs=turned.pairs[::-1])
    here, there, order, starts, lefts, rights = _matched(left, right)
    pairs = lefts * rights
    large = pairs > _limit(pairs, largest, most)
    skipped = int(large.sum()), int(pairs[large].sum())
    kept = np.flatnonzero((pairs > 0) & ~large)
    row, column = _expand(starts[kept], lefts[kept], starts[kept] + lefts[kept], rights[kept])
    single = int((pairs[kept] == 1).sum())
    return Joined((here[order[row]], there[order[column] - len(here)]), single, skipped)


def _matched(left: Keys, right: Keys) -> tuple[Places, ...]:
    """Where keys may be equal (left, right), those in groups (order, starts), and how many of each side."""
    there = sieve(right, left)
    here = sieve(left, right[there])
    order, starts = grouped(np.concatenate([left[here], right[there]]))
    sizes = np.diff(np.append(starts, len(order)))
    lefts = np.add.reduceat(order < len(here), starts, dtype=np.int64) if len(starts) else starts
    return here, there, order, starts, lefts, sizes - lefts


def chance(left: Keys, right: Keys) -> float:
    """How often a left and a right key, neither of them 0, are equal; 0 where there are none."""
    *_, lefts, rights = _matched(left, right)
    possible = float(np.count_nonzero(left)) * np.count_nonzero(right)
    return float(lefts @ rights) / possible if possible else 0.0


def met(keys: Keys, others: Keys) -> tuple[Places, Places]:
    """Places of the keys that are among the others, and of the others that are among the keys; 0 never is."""
    here, there, order, _, lefts, rights = _matched(keys, others)
    found = order[np.repeat((lefts > 0) & (rights > 0), lefts + rights)]
    ours = found < len(here)
    return here[found[ours]], there[found[~ours] - len(here)]


def occurrences(wanted: Keys, among: Keys) -> Places:
    """How often each of the wanted keys stands among others."""
    here, _, order, _, lefts, rights = _matched(wanted, among)
    times = np.zeros(len(wanted), np.int64)
    ours = order < len(here)
    times[here[order[ours]]] = np.repeat(rights, lefts + rights)[ours]
    return times


def _limit(pairs: Places, largest: int, most: int | None) -> int:
    """The most pairs that one key may make, so that all together keep to `most`."""
    if most is None or int(pairs[pairs <= largest].sum()) <= most:
        return largest
    rising = np.sort(pairs[pairs <= largest])
    first_left_out = int(np.searchsorted(np.cumsum(rising), most, "right"))
    return int(rising[first_left_out]) - 1


def _expand(first: Places, rows: Places, begin: Places, columns: Places) -> tuple[Places, Places]:
    """Every row of each group with every column of it; groups of one pair first."""
    count = rows * columns
    single = count == 1
    many = np.flatnonzero(~single)
    first_many, begin_many, count, columns = first[many], begin[many], count[many], columns[many]
    group = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count)
    row, column = np.divmod(within, columns[group])
    return (
        np.append(first[single], first_many[group] + row),
        np.append(begin[single], begin_many[group] + column),
    )
