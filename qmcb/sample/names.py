"""Names as they are given in the province, and how offices get them wrong."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

import numpy as np
import pyarrow as pa
import yaml
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

from qmcb.sample.calibration import shares
from qmcb.sample.rates import Rates

Names = NDArray[np.str_]
WIDTH = 16
SEPARATOR = "·"
_HUI = 0.36
_ERAS = (("old", 0, 1970), ("middle", 1970, 1990), ("young", 1990, 9999))


@cache
def _lists() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        files(__package__).joinpath("names.yaml").read_text(encoding="utf-8")
    )
    return loaded


def _falling(rng: np.random.Generator, items: list[str], count: int) -> Names:
    """`count` of the items, earlier ones more often."""
    return rng.choice(items, count, p=shares(1 / (np.arange(len(items)) + 3.0)))


def _surnames(rng: np.random.Generator, count: int) -> Names:
    names = np.empty(count, "<U2")
    hui = rng.random(count) < _HUI
    for group, mask in (("han", ~hui), ("hui", hui)):
        given = _lists()["surnames"][group]
        names[mask] = rng.choice(list(given), mask.sum(), p=shares(list(given.values())))
    return names


def _given(rng: np.random.Generator, sex: str, era: str, count: int) -> Names:
    """Given names of one sex and era: two fifths from the fashionable ones, the rest by character."""
    characters = list(_lists()["characters"][sex])
    one, other = _falling(rng, characters, count), _falling(rng, characters, count)
    style = rng.random(count)
    composed = np.strings.add(one, np.where(style < 0.55, "", other))
    return np.where(style < 0.4, _falling(rng, _lists()["whole"][sex][era].split(), count), composed)


def _minority(rng: np.random.Generator, sex: str, count: int) -> Names:
    parts = _lists()["minority"]
    own, fathers = rng.choice(parts[sex], count), rng.choice(parts["male"], count)
    return np.strings.add(np.strings.add(own, SEPARATOR), fathers)


def draw(rng: np.random.Generator, male: NDArray[np.bool_], years: NDArray[np.int64], rates: Rates) -> Names:
    """Names (U16) for people of the sex and year of birth given."""
    names = np.empty(len(male), f"<U{WIDTH}")
    names[:] = _surnames(rng, len(male))
    minority = rng.random(len(male)) < rates.minority
    for sex, of_sex in (("male", male), ("female", ~male)):
        for era, start, end in _ERAS:
            mask = of_sex & (years >= start) & (years < end)
            names[mask] = np.strings.add(names[mask], _given(rng, sex, era, int(mask.sum())))
        mask = of_sex & minority
        names[mask] = _minority(rng, sex, int(mask.sum()))
    rare = np.flatnonzero((rng.random(len(male)) < rates.rare_character) & ~minority)
    points = names[rare].view(np.uint32).reshape(-1, WIDTH)
    points[np.arange(len(rare)), _lengths(points) - 1] = rng.choice(
        [ord(c) for c in _lists()["rare"]], len(rare)
    )
    names[rare] = _text(points)
    return names


def _lengths(points: NDArray[np.uint32]) -> NDArray[np.int64]:
    return cast(NDArray[np.int64], (points != 0).sum(axis=1))


def _text(points: NDArray[np.uint32]) -> Names:
    return np.ascontiguousarray(points).view(f"<U{WIDTH}").ravel()


@dataclass(frozen=True)
class Confusions:
    """Groups of characters taken for one another: `members` by group, `start` and `size` by code point."""

    members: NDArray[np.uint32]
    start: NDArray[np.int32]
    size: NDArray[np.int32]
    rank: NDArray[np.int32]

    @classmethod
    def of(cls, groups: list[str]) -> "Confusions":
        start, size, rank = (np.zeros(0x30000, np.int32) for _ in range(3))
        members: list[int] = []
        for group in groups:
            for place, character in enumerate(group):
                start[ord(character)], size[ord(character)] = len(members), len(group)
                rank[ord(character)] = place
            members.extend(map(ord, group))
        return cls(np.array(members, np.uint32), start, size, rank)

    def replace(self, rng: np.random.Generator, names: Names) -> Names:
        """Each name with one of its characters that have a partner replaced by it; the given name first."""
        points = np.ascontiguousarray(names).view(np.uint32).reshape(-1, WIDTH).copy()
        preference = rng.random(points.shape) * (self.size[points] > 1)
        preference[:, 0] *= 0.15
        rows, column = np.arange(len(points)), preference.argmax(axis=1)
        old = points[rows, column]
        size = np.maximum(self.size[old], 2)
        step = rng.integers(1, size)
        new = self.members[self.start[old] + (self.rank[old] + step) % size]
        points[rows, column] = np.where(self.size[old] > 1, new, old)
        return _text(points)


@cache
def homophones() -> Confusions:
    """The common characters (first level of GB 2312) by toneless sound."""
    common = bytes(b for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for b in (high, low))
    groups: dict[str, str] = {}
    for character in common.decode("gb2312", "ignore"):
        sound = lazy_pinyin(character)[0]
        groups[sound] = groups.get(sound, "") + character
    return Confusions.of(list(groups.values()))


@cache
def look_alikes() -> Confusions:
    """Characters that look alike."""
    return Confusions.of(_lists()["look_alikes"])


def damage(rng: np.random.Generator, names: Names, rates: Rates, share: float) -> pa.StringArray:
    """The names as an office has them; `share` scales every rate."""
    typed = names.copy()
    for rate, confusions in ((rates.name_homophone, homophones()), (rates.name_look_alike, look_alikes())):
        hit = np.flatnonzero(rng.random(len(names)) < rate * share)
        typed[hit] = confusions.replace(rng, typed[hit])
    separators = [(SEPARATOR, separator) for separator in _lists()["separators"]]
    _substitute(rng, typed, separators, rates.name_separator * share)
    for character, similar in _lists()["rare"].items():
        _substitute(
            rng,
            typed,
            [(character, "?"), *((character, other) for other in similar)],
            rates.name_rare * share,
        )
    return pa.array(typed)


def _substitute(rng: np.random.Generator, typed: Names, swaps: list[tuple[str, str]], rate: float) -> None:
    """Put one of the swaps, all of the same character, in place where names have it."""
    points = typed.view(np.uint32).reshape(-1, WIDTH)
    having = np.flatnonzero((points == ord(swaps[0][0])).any(axis=1))
    hit = having[rng.random(len(having)) < rate]
    which = rng.integers(0, len(swaps), len(hit))
    for place in np.unique(which):
        rows = hit[which == place]
        typed[rows] = np.strings.replace(typed[rows], *swaps[place])
