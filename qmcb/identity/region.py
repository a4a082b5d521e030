"""Administrative regions (GB/T 2260) in time: which code existed when, and what it is called."""

import re
from functools import cache, reduce
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from qmcb import codes as lists
from qmcb.identity import text
from qmcb.paths import REFERENCE

OPEN_START, OPEN_END = 0, 9999
_EARLIEST, _LATEST = 1900, 2100
_PERIOD = re.compile(r"(?:\[(\d*)-(\d*)\])?([^,\[]+)")
# Codes that hold a place in the list without being a place where people live.
_COLLECTIVE = r"^(市辖区|县|市辖县|市|.*直辖.*|.*自治区直辖.*)$"
# Numbers of Taiwan residents' permits begin so; no list of regions holds them. In use since 2018.
_PERMITS = (("830000", "台湾居民居住证", 2018, OPEN_END),)


def _entries() -> list[tuple[str, str, int, int]]:
    """(region, name, first year, last year) of every name that a code has had."""
    entries, province = list(_PERMITS), ""
    for line in files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8").splitlines():
        key, _, rest = line.strip().partition(" ")
        if line.startswith("  "):
            for start, end, name in _PERIOD.findall(rest.split('"')[1]):
                entries.append((province + key, name, int(start or OPEN_START), int(end or OPEN_END)))
        elif key.isdigit():
            province = key
    return sorted(entries, key=lambda entry: (entry[0], entry[3], entry[2]))


@cache
def table() -> pa.Table:
    """Every region code that ever existed, a row for each name it has had.

    Columns: region (six digits), name, province (short label), valid_from and valid_to (int16, both
    years included; 0 and 9999 where open). Sorted by region, the newest name of a code last.
    Source: the list that python-stdnum carries.
    """
    region, name, start, end = zip(*_entries(), strict=True)
    return pa.table(
        {
            "region": pa.array(region, pa.string()),
            "name": pa.array(name, pa.string()),
            "province": pa.array([lists.PROVINCE[code[:2]] for code in region], pa.string()),
            "valid_from": pa.array(start, pa.int16()),
            "valid_to": pa.array(end, pa.int16()),
        }
    )


@cache
def last_years() -> NDArray[np.int16]:
    """For each whole number below 1,000,000 the last year in which it was a region's code.

    0 where it never was one, 9999 where it still is.
    """
    years = np.zeros(1_000_000, np.int16)
    all_codes = table()["region"].to_numpy().astype(np.int32)
    np.maximum.at(years, all_codes, table()["valid_to"].to_numpy())
    years.flags.writeable = False
    return years


@cache
def _calendar() -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
    """The row of each whole number (0: never a code), and whether a row's code existed in a year."""
    all_codes = table()["region"].to_numpy().astype(np.int32)
    existing, which = np.unique(all_codes, return_inverse=True)
    rows = np.zeros(1_000_000, np.int16)
    rows[existing] = np.arange(1, len(existing) + 1)
    years = np.arange(_EARLIEST, _LATEST)
    within = (table()["valid_from"].to_numpy()[:, None] <= years) & (
        years <= table()["valid_to"].to_numpy()[:, None]
    )
    exists = np.zeros((len(existing) + 1, len(years)), np.bool_)
    np.logical_or.at(exists, which + 1, within)
    return rows, exists


def _whole(codes: text.Strings) -> NDArray[np.int32]:
    """Codes of six digits as whole numbers; anything else as 0, which no region has."""
    plain = text.strings(codes)
    fits, content = text.fixed(plain, 6)
    digits = content - np.uint8(ord("0"))
    whole = np.zeros(len(plain), np.int32)
    whole[fits] = np.where((digits > 9).any(axis=1), 0, text.whole(np.minimum(digits, 9)))
    return whole


def known(codes: text.Strings) -> pa.BooleanArray:
    """Whether a code ever was one of a province, city or county; false for null."""
    return pa.array(last_years()[_whole(codes)] > 0)


def valid_at(codes: text.Strings, years: pa.Array | NDArray[np.integer]) -> pa.BooleanArray:
    """Whether each code was in force in the year beside it; false where either is null.

    Years before 1900 count as 1900 and after 2099 as 2099: the list begins about 1980.
    """
    whole = _whole(codes)
    if not isinstance(years, np.ndarray):
        years = pc.fill_null(pc.cast(years, pa.int64()), -1).to_numpy()
    rows, exists = _calendar()
    place = np.clip(years, _EARLIEST, _LATEST - 1) - _EARLIEST
    return pa.array(exists[rows[whole], place] & (years >= 0))


@cache
def _names() -> dict[str, str]:
    newest = dict(zip(table()["region"].to_pylist(), table()["name"].to_pylist(), strict=True))
    return {**lists.PROVINCE, **newest, **{f"{code}0000": name for code, name in lists.PROVINCE.items()}}


def label(code: str) -> str:
    """The newest name of a region: county, city, or short province; the code itself where unknown."""
    return _names().get(code, code)


def labels(codes: text.Strings) -> pa.StringArray:
    """`label` of each code; null for null."""
    plain = text.strings(codes)
    place = pc.index_in(plain, pa.array(_names().keys(), pa.string()))
    return pc.coalesce(pa.array(_names().values(), pa.string()).take(place), plain)


def provinces(codes: text.Strings) -> pa.StringArray:
    """The short label of the province in which each code lies; null where there is none."""
    heads = pc.utf8_slice_codeunits(text.strings(codes), 0, 2)
    place = pc.index_in(heads, pa.array(lists.PROVINCE.keys(), pa.string()))
    return pa.array(lists.PROVINCE.values(), pa.string()).take(place)


_COUNTIES = pa.schema(
    [
        ("region", pa.string()),
        ("name", pa.string()),
        ("city", pa.string()),
        ("column", pa.int16()),
        ("row", pa.int16()),
    ]
)


def counties(province: str) -> pa.Table:
    """The counties of a province (two digits) in the order in which every table and chart has them.

    Columns: region, name, city, and the column and row of the county's tile on the tile map. With
    `data/reference/counties_<province>.csv` the order is that file's (north to south); without, the
    codes in force in order of code, and no tiles.
    """
    path = REFERENCE / f"counties_{province}.csv"
    if path.is_file():
        types = {"code": pa.string(), "column": pa.int16(), "row": pa.int16()}
        given = pa.csv.read_csv(path, convert_options=pa.csv.ConvertOptions(column_types=types))
        return given.rename_columns({"code": "region"}).select(_COUNTIES.names).cast(_COUNTIES)
    return _counties_in_force(province)


def _counties_in_force(province: str) -> pa.Table:
    now = table().filter(pc.equal(table()["valid_to"], OPEN_END))
    counties = (
        pc.starts_with(now["region"], province),
        pc.invert(pc.ends_with(now["region"], "00")),
        pc.invert(pc.match_substring_regex(now["name"], _COLLECTIVE)),
    )
    here = now.filter(reduce(pc.and_, counties))
    city = labels(pc.binary_join_element_wise(pc.utf8_slice_codeunits(here["region"], 0, 4), "00", ""))
    city = pc.if_else(pc.match_substring_regex(city, _COLLECTIVE), provinces(here["region"]), city)
    tile = pa.nulls(len(here), pa.int16())
    return pa.table([here["region"], here["name"], city, tile, tile], schema=_COUNTIES)
