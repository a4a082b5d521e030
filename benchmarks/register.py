"""The people of an ordinary province-wide register: nobody is made to look like anybody else."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from benchmarks import register_names, register_places
from qmcb.errors import InputError
from qmcb.identity import number
from qmcb.sample import calibration, numbers
from qmcb.sample.calibration import shares
from qmcb.sample.clock import Days
from qmcb.sample.names import WIDTH
from qmcb.sample.people import RESIDENT, People

Array = NDArray[np.int64]

END = np.datetime64("2025-01-01")
_OLDEST = 90
_MALE, _PHONE, _PHONE_SHARED = 0.51, 0.93, 0.03
# Of all people so many have a twin; as children both have their parents' telephone.
_TWINS, _SAME_SEX, _SHARED_CHARACTER, _CHILD_SINCE = 0.007, 0.65, 0.5, 2007
_PREFIXES = np.array([130, 135, 136, 138, 139, 150, 151, 152, 157, 158, 177, 180, 181, 182])
# Serial numbers of one place, day and sex: so many blocks of so many, one block to a chunk of people.
_BLOCKS, _BLOCK = 53, 9


def _births(rng: np.random.Generator, count: int) -> Days:
    bands = calibration.figures()["ages"]
    start = np.array([*bands, _OLDEST])
    band = rng.choice(len(bands), count, p=shares(list(bands.values())))
    ages = start[band] + rng.random(count) * (start[band + 1] - start[band])
    return cast(Days, END - 1 - (ages * 365.24).astype("timedelta64[D]"))


def _mixed(values: Array) -> Array:
    """A hash (splitmix64) that is not negative."""
    x = values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def _numbers(codes: Array, births: Days, male: NDArray[np.bool_], chunk: int) -> numbers.Digits:
    """Numbers (n, 18) that no other chunk gives; equal in place, day and sex, people stand side by side."""
    month = births.astype("datetime64[M]")
    date = (month.astype("datetime64[Y]").astype(np.int64) + 1970) * 10_000
    date += (month.astype(np.int64) % 12 + 1) * 100 + (births - month).astype(np.int64) + 1
    cell = (codes * 10**8 + date) * 2 + male
    order = np.argsort(cell, kind="stable")
    first = np.searchsorted(cell[order], cell[order], side="left")
    rank = np.empty(len(cell), np.int64)
    rank[order] = np.arange(len(cell)) - first
    if chunk >= _BLOCKS or rank.max(initial=0) >= _BLOCK:
        raise InputError("room for a number each", "too many people", "ask for fewer")
    own, now = _mixed(cell), _mixed(cell * 64 + chunk)
    block = (chunk * (1 + own % (_BLOCKS - 1)) + own // _BLOCKS) % _BLOCKS
    serial = 2 * (block * _BLOCK + (now + rank) % _BLOCK + 1) + male
    body = np.concatenate(
        [numbers.decimals(part, width) for part, width in ((codes, 6), (date, 8), (serial, 3))], axis=1
    )
    return np.concatenate([body + ord("0"), number.check_characters(body)[:, None]], axis=1).astype(np.uint8)


def draw(rng: np.random.Generator, chunk: int, count: int) -> People:
    """So many people; chance alone, and twins as they are born, make some look alike."""
    male, births = rng.random(count) < _MALE, _births(rng, count)
    years = births.astype("datetime64[Y]").astype(np.int64) + 1970
    codes = register_places.born(rng, years)
    phone = rng.choice(_PREFIXES, count) * 10**8 + rng.integers(0, 10**8, count)
    phone[rng.random(count) >= _PHONE] = 0

    twin = 2 * np.flatnonzero(rng.random(count // 2) < _TWINS) + 1
    for values in (births, years, codes):
        values[twin] = values[twin - 1]
    children = twin[years[twin] >= _CHILD_SINCE]
    phone[children] = phone[children - 1]
    male[twin] ^= (male[twin] == male[twin - 1]) ^ (rng.random(len(twin)) < _SAME_SEX)
    names = register_names.draw(rng, male, years)
    twin = twin[(names[twin, 3] == 0) & (names[twin - 1, 3] == 0)]
    names[twin, 0] = names[twin - 1, 0]
    named = twin[(names[twin - 1, 2] != 0) & (rng.random(len(twin)) < _SHARED_CHARACTER)]
    names[named, 1] = names[named - 1, 1]
    shared = 1 + np.flatnonzero(rng.random(count - 1) < _PHONE_SHARED)
    phone[shared] = phone[shared - 1]

    return People(
        np.arange(count),
        np.full(count, RESIDENT, np.int8),
        male,
        births,
        (END - births).astype(np.int64) // 366,
        np.zeros(count, np.int64),
        register_places.living(rng, codes),
        np.ascontiguousarray(names).view(f"<U{WIDTH}").ravel(),
        _numbers(codes, births, male, chunk),
        phone,
    )
