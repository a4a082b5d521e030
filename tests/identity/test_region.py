from collections.abc import Callable
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb.codes import PROVINCE
from qmcb.identity import region

Shapes = Callable[[list[str | None]], list[pa.Array]]


def of(code: str) -> list[tuple[str, int, int]]:
    rows = region.table().filter(pc.equal(region.table()["region"], code)).to_pylist()
    return [(row["name"], row["valid_from"], row["valid_to"]) for row in rows]


def test_every_name_of_the_list_is_a_row() -> None:
    lines = files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line.startswith("  ")]
    periods = sum(line.count(",") + 1 for line in entries)
    table = region.table()
    assert table.num_rows == periods + 1  # the permits of Taiwan residents
    assert pc.count_distinct(table["region"]).as_py() == len(entries) + 1
    assert set(table["province"].to_pylist()) <= set(PROVINCE.values())
    assert pc.all(pc.match_substring_regex(table["region"], "^[0-9]{6}$")).as_py()
    assert pc.all(pc.match_substring_regex(table["name"], "^[\u4e00-\u9fff]+$")).as_py()
    # What began and ended in 1983 stands in the list as 1983–1982.
    assert min(set(pc.subtract(table["valid_to"], table["valid_from"]).to_pylist())) == -1


def test_periods() -> None:
    assert of("640121") == [("永宁县", 0, 9999)]
    assert of("640205") == [("惠农区", 2003, 9999)]
    assert of("642221") == [("固原县", 0, 2001)]
    assert of("130502") == [("桥东区", 1983, 2019), ("襄都区", 2020, 9999)]


def test_valid_at() -> None:
    codes = pa.array(["642221", "642221", "640205", "640205", "130502", "999999", None, "6402", "640121"])
    years = pa.array([2001, 2002, 2002, 2150, 2019, 2000, 2000, 2000, None])
    expected = [True, False, False, True, True, False, False, False, False]
    assert region.valid_at(codes, years).to_pylist() == expected


def test_known_and_last_years() -> None:
    assert region.known(pa.array(["642221", "830000", "640199", "64", "", None])).to_pylist() == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert region.last_years()[[640121, 642221, 640199]].tolist() == [9999, 2001, 0]


def test_labels_are_the_newest_names() -> None:
    codes = ["130502", "640324", "640000", "64", "110000", "999999", None]
    assert region.labels(pa.array(codes)).to_pylist() == [
        "襄都区",
        "同心县",
        "宁夏",
        "宁夏",
        "北京",
        "999999",
        None,
    ]
    assert region.label("640324") == "同心县"
    assert region.provinces(pa.array(codes)).to_pylist() == [
        "河北",
        "宁夏",
        "宁夏",
        "宁夏",
        "北京",
        None,
        None,
    ]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.none() | st.text(max_size=7) | st.sampled_from(["640104", "642221"])))
def test_any_text_in_any_shape(shapes: Shapes, codes: list[str | None]) -> None:
    years = np.full(len(codes), 2000)
    for ask in (region.known, region.labels, region.provinces, lambda shape: region.valid_at(shape, years)):
        first, *others = (ask(shape) for shape in shapes(codes))
        assert len(first) == len(codes)
        assert all(other == first for other in others)


def test_the_counties_of_the_worked_example_run_from_north_to_south() -> None:
    counties = region.counties("64")
    assert counties.column_names == ["region", "name", "city", "column", "row"]
    assert counties.num_rows == 22
    assert counties["row"].to_pylist() == sorted(counties["row"].to_pylist())
    assert region.labels(counties["region"]).to_pylist() == counties["name"].to_pylist()


@pytest.mark.parametrize(
    ("province", "count", "city"), [("11", 16, "北京"), ("46", 25, "海口市"), ("99", 0, None)]
)
def test_the_counties_of_other_provinces_are_those_in_force(
    province: str, count: int, city: str | None
) -> None:
    counties = region.counties(province)
    assert counties.schema == region.counties("64").schema
    assert abs(counties.num_rows - count) <= 3  # the list moves on
    assert counties["city"].to_pylist()[:1] == ([city] if city else [])
    assert counties["column"].null_count == counties.num_rows
    assert "市辖区" not in counties["name"].to_pylist()
