"""The records that one side holds: the sample's damage, and kinds of it that the sample does not know."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from benchmarks import register_places
from qmcb.sample import identities, numbers
from qmcb.sample.people import People
from qmcb.sample.rates import Rates

Array = NDArray[np.int64]


@dataclass(frozen=True)
class Damage(Rates):
    """The sample's rates and some more, each for one copy of a record.

    number_cut: the last one to eight characters lost; number_doubled and number_dropped: one of them
    typed twice or not at all; name_any: one character replaced by any common one; region_moved and
    region_absent: another county of the province, or none.
    """

    number_cut: float = 0.0
    number_doubled: float = 0.0
    number_dropped: float = 0.0
    name_any: float = 0.0
    region_moved: float = 0.0
    region_absent: float = 0.0


HARD = Damage()  # the sample's
ORDINARY = Damage(
    number_digit=0.005,
    number_swapped=0.002,
    number_fifteen=0.008,
    number_spreadsheet=0.004,
    number_absent=0.005,
    number_lower_x=0.10,
    number_full_width=0.002,
    number_spaces=0.003,
    number_of_another=0.0002,
    number_cut=0.001,
    number_doubled=0.001,
    number_dropped=0.001,
    name_homophone=0.006,
    name_look_alike=0.004,
    birth_swapped=0.002,
    birth_absent=0.005,
    sex_absent=0.01,
    phone_absent=0.08,
    phone_changed=0.08,
    region_moved=0.02,
)
OTHER = Damage(
    number_digit=0.015,
    number_swapped=0.006,
    number_fifteen=0.010,
    number_spreadsheet=0.020,
    number_absent=0.015,
    number_lower_x=0.30,
    number_full_width=0.005,
    number_spaces=0.010,
    number_of_another=0.0003,
    number_cut=0.006,
    number_doubled=0.004,
    number_dropped=0.006,
    name_homophone=0.002,
    name_look_alike=0.002,
    name_separator=0.60,
    name_any=0.010,
    birth_swapped=0.010,
    birth_absent=0.05,
    sex_absent=0.05,
    phone_absent=0.20,
    phone_changed=0.12,
    region_absent=1.0,
)


def records(rng: np.random.Generator, people: People, who: Array, rates: Damage) -> dict[str, pa.Array]:
    """Columns id_number, name, sex, birth_date (yyyymmdd), region and phone of the people `who`."""
    columns = identities.copy(rng, people, who, rates).columns
    return {
        "id_number": _numbers(rng, columns["id_number"], people.number[who], rates),
        "name": _names(rng, columns["name"], rates),
        "sex": columns["sex"],
        "birth_date": pc.strftime(columns["birth_date"], format="%Y%m%d"),
        "region": _regions(rng, people.hukou[who], rates),
        "phone": columns["phone"],
    }


def _numbers(
    rng: np.random.Generator, typed: pa.StringArray, digits: numbers.Digits, rates: Damage
) -> pa.StringArray:
    """Loses or doubles characters of numbers to which nothing has happened yet."""
    untouched = pc.equal(typed, numbers.column(digits)).fill_null(False).to_numpy(zero_copy_only=False)
    kinds = {"cut": _cut, "doubled": _doubled, "dropped": _dropped}
    limits = np.cumsum([getattr(rates, f"number_{kind}") for kind in kinds])
    kind = np.where(untouched, np.searchsorted(limits, rng.random(len(digits)), side="right"), len(kinds))
    for place, change in enumerate(kinds.values()):
        hit = kind == place
        typed = pc.replace_with_mask(typed, pa.array(hit), change(rng, digits[hit]))
    return typed


def _cut(rng: np.random.Generator, digits: numbers.Digits) -> pa.StringArray:
    left = np.where(np.arange(18) < 18 - rng.integers(1, 9, (len(digits), 1)), digits, 0).astype(np.uint8)
    return pa.array(left.view("S18").ravel().astype("U18"))


def _doubled(rng: np.random.Generator, digits: numbers.Digits) -> pa.StringArray:
    place = rng.integers(0, 18, (len(digits), 1))
    return numbers.column(np.take_along_axis(digits, np.arange(19) - (np.arange(19) > place), axis=1))


def _dropped(rng: np.random.Generator, digits: numbers.Digits) -> pa.StringArray:
    place = rng.integers(0, 18, (len(digits), 1))
    return numbers.column(np.take_along_axis(digits, np.arange(17) + (np.arange(17) >= place), axis=1))


def _names(rng: np.random.Generator, typed: pa.StringArray, rates: Damage) -> pa.StringArray:
    hit = rng.random(len(typed)) < rates.name_any
    names = np.array(typed.filter(pa.array(hit)).to_pylist(), "<U16")
    points = names.view(np.uint32).reshape(len(names), 16)
    place = rng.integers(0, np.maximum((points != 0).sum(axis=1), 1))
    # The common characters (first level of GB 2312).
    high, low = rng.integers(0xB0, 0xD7, len(names)), rng.integers(0xA1, 0xFF, len(names))
    common = np.stack([high, low], axis=1).astype(np.uint8).tobytes().decode("gb2312")
    points[np.arange(len(names)), place] = np.array(list(common), "<U1").view(np.uint32)
    return pc.replace_with_mask(typed, pa.array(hit), pa.array(names))


def _regions(rng: np.random.Generator, hukou: Array, rates: Damage) -> pa.StringArray:
    now = register_places.moved(rng, hukou, rates.region_moved)
    return pa.array(now, mask=rng.random(len(hukou)) < rates.region_absent).cast(pa.string())
