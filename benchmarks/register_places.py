"""Where the people of an ordinary register are born and belong: a province of some two hundred counties."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qmcb.identity import region
from qmcb.sample import calibration
from qmcb.sample.calibration import shares

Array = NDArray[np.int64]

_PROVINCE = "51"
_FIRST_YEAR, _LAST_YEAR = 1984, 2024  # numbers were first given out in the middle of the 1980s
_IN_PROVINCE, _STAYED = 0.97, 0.90
_UNEVEN = 0.4


@dataclass(frozen=True)
class Counties:
    """County codes (k), what share of people each has (k), and in which years it is one."""

    codes: Array
    weights: NDArray[np.float64]
    since: Array
    until: Array

    def choose(self, rng: np.random.Generator, year: int, count: int) -> Array:
        """So many codes that are in force in a year."""
        valid = (self.since <= year) & (self.until >= year)
        return rng.choice(self.codes[valid], count, p=shares(self.weights[valid]))


@cache
def counties() -> Counties:
    rows = [row for row in region.table().to_pylist() if row["region"].startswith(_PROVINCE)]
    rows = [row for row in rows if int(row["region"]) % 100 > 1 and row["valid_to"] >= _FIRST_YEAR]
    columns = (np.array([int(row[name]) for row in rows]) for name in ("region", "valid_from", "valid_to"))
    codes, since, until = columns
    return Counties(codes, np.random.default_rng(51).lognormal(0, _UNEVEN, len(codes)), since, until)


def born(rng: np.random.Generator, years: Array) -> Array:
    """The region codes with which the numbers of people born in these years begin."""
    codes, places = np.empty(len(years), np.int64), calibration.places()
    issued = np.maximum(years, _FIRST_YEAR)
    for year in range(_FIRST_YEAR, _LAST_YEAR + 1):
        mask = issued == year
        codes[mask] = counties().choose(rng, year, int(mask.sum()))
    elsewhere = np.flatnonzero(rng.random(len(years)) >= _IN_PROVINCE)
    codes[elsewhere] = places.codes[rng.choice(places.others, len(elsewhere), p=places.weights)]
    return codes


def living(rng: np.random.Generator, codes: Array) -> Array:
    """Where people born there belong now: mostly still there, where it exists."""
    now = counties().choose(rng, _LAST_YEAR, len(codes))
    home = counties().codes[counties().until >= _LAST_YEAR]
    return np.where(np.isin(codes, home) & (rng.random(len(codes)) < _STAYED), codes, now)


def moved(rng: np.random.Generator, codes: Array, share: float) -> Array:
    """The same, of which a share is another county of the province."""
    return np.where(rng.random(len(codes)) < share, counties().choose(rng, _LAST_YEAR, len(codes)), codes)
