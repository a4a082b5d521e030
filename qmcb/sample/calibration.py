"""The figures that the synthetic province is drawn from, and the places in which people are born."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from qmcb.identity import region

FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR = 1900, 2040
_LEFT_OUT = ("64", "71", "81", "82", "83")


@cache
def figures() -> dict[str, Any]:
    """The file of figures, as it stands."""
    loaded: dict[str, Any] = yaml.safe_load(
        files(__package__).joinpath("calibration.yaml").read_text(encoding="utf-8")
    )
    return loaded


@dataclass(frozen=True)
class Places:
    """Where people belong and are born.

    counties: codes (22,), registered and resident: shares (22,), codes: every code at birth,
    those of counties first (k,), at_birth: row of `codes` by county, year and choice (22, years, choices),
    others: rows of `codes` in other provinces (m,), weights: how many come from or go there (m,).
    """

    counties: NDArray[np.int64]
    registered: NDArray[np.float64]
    resident: NDArray[np.float64]
    codes: NDArray[np.int64]
    at_birth: NDArray[np.int64]
    others: NDArray[np.int64]
    weights: NDArray[np.float64]


def _years() -> dict[int, list[tuple[int, int]]]:
    """Code → the spans of years in which it was one."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for row in region.table().select(["region", "valid_from", "valid_to"]).to_pylist():
        spans.setdefault(int(row["region"]), []).append((row["valid_from"], row["valid_to"]))
    return spans


def _elsewhere(spans: dict[int, list[tuple[int, int]]]) -> list[int]:
    """County codes of other provinces that never changed, every eighth of them."""
    lasting = [code for code, years in spans.items() if years == [(region.OPEN_START, region.OPEN_END)]]
    counties = [code for code in lasting if code % 100 > 1 and str(code)[:2] not in _LEFT_OUT]
    return sorted(counties)[::8]


@cache
def places() -> Places:
    """The places of the province and a choice of places elsewhere."""
    counties, spans = figures()["counties"], _years()
    lines = [[county["code"], *county["before"]] for county in counties]
    here = sorted({code for line in lines for code in line})
    elsewhere = _elsewhere(spans)
    years = range(FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR + 1)
    choices = max(map(len, lines))
    at_birth = np.array(
        [[_choices(line, year, spans, here, choices) for year in years] for line in lines], np.int64
    )
    weight = {int(code): float(value) for code, value in figures()["provinces"].items()}
    share = np.array([weight.get(code // 10_000, 0.3) for code in elsewhere])
    per_province = np.bincount(np.array(elsewhere) // 10_000)[np.array(elsewhere) // 10_000]
    return Places(
        np.array([county["code"] for county in counties]),
        shares([county["registered"] for county in counties]),
        shares([county["resident"] for county in counties]),
        np.array(here + elsewhere),
        at_birth,
        np.arange(len(here), len(here) + len(elsewhere)),
        shares(share / per_province),
    )


def _choices(
    line: list[int], year: int, spans: dict[int, list[tuple[int, int]]], here: list[int], count: int
) -> list[int]:
    """Rows of the codes of one county's line that were valid in a year, repeated to `count`."""
    valid = [code for code in line if any(start <= year <= end for start, end in spans[code])]
    return [here.index(valid[i % len(valid)]) for i in range(count)]


def shares(weights: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights scaled to a sum of 1."""
    values = np.array(weights, np.float64)
    return values / np.sum(values)
