"""Numbers as whole numbers: those that `number.clean` is sure of, and nothing else."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from qmcb.identity import number, packed, region

Shapes = Callable[[list[str | None]], list[pa.Array]]

RIGHT = "64010419900307121X"
EATEN = "640104199003072000"  # what a spreadsheet leaves


def wanted(numbers: list[str | None]) -> list[int]:
    """From `number.clean`: the first 17 digits and 1."""
    cleaned = number.clean(pa.array(numbers, pa.string()))["number"].to_pylist()
    return [0 if one is None else int(one[:17]) + 1 for one in cleaned]


def of(*numbers: str | None) -> list[int]:
    found = packed.codes(pa.array(numbers, pa.string()))
    assert found.dtype == np.uint64
    return found.tolist()


COUNTIES = [code for code in region.table()["region"].to_pylist() if code[4:] != "00"]


@st.composite
def right_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1880, 1, 1), date(2100, 12, 31)))
    body = f"{draw(st.sampled_from(COUNTIES))}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return body + ric.calc_check_digit(body + "0")


@st.composite
def damaged_numbers(draw: st.DrawFn) -> str | None:
    """A right number after up to two accidents of the kinds that are seen."""
    one = draw(right_numbers())
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, max(len(one) - 2, 0)))
        other = draw(st.sampled_from("0123456789Xx ?*-/:\u3000\x00é０９Ｘ千\U00020087"))
        accident = draw(st.integers(0, 9))
        one = [
            one[:place] + other + one[place + 1 :],
            one[:place] + other + one[place:],
            one[:place] + one[place + 1 :],
            one[:place] + one[place + 1 : place + 2] + one[place : place + 1] + one[place + 2 :],
            one[:15] + "000",
            one[:6] + one[8:17],
            one.lower(),
            "".join(
                chr(ord(letter) + 0xFEE0) if letter.isascii() and letter.isdigit() else letter
                for letter in one
            ),
            f" {one[:6]} {one[6:]}\t",
            one[: draw(st.integers(0, 18))],
        ][accident]
    return one


@settings(max_examples=50)
@given(st.lists(st.none() | damaged_numbers() | st.text(max_size=20), max_size=30))
def test_codes_are_those_of_the_numbers_that_are_certain(numbers: list[str | None]) -> None:
    assert of(*numbers) == wanted(numbers)


@settings(max_examples=50)
@given(right_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_stdnum_agrees_which_check_characters_fit(one: str, place: int, digit: str) -> None:
    changed = one[:place] + digit + one[place + 1 :]
    fits = changed[:17].isdigit() and ric.calc_check_digit(changed) == changed[17]
    assert bool(of(one)[0])
    if changed[:6] == one[:6] and changed[6:14] == one[6:14]:
        assert bool(of(changed)[0]) == fits
    elif not fits:
        assert of(changed) == [0]


@pytest.mark.parametrize("place", range(18))
@pytest.mark.parametrize("byte", [0, 9, 32, 47, 58, 63, 64, 88, 120, 127])
def test_no_other_byte_passes_for_a_digit(place: int, byte: int) -> None:
    changed = RIGHT[:place] + chr(byte) + RIGHT[place + 1 :]
    assert of(changed, RIGHT) == wanted([changed, RIGHT])


@pytest.mark.parametrize("letters", ["é", "千", "\U00020087"])
def test_bytes_beyond_ascii_are_no_digits_where_18_bytes_are_full(letters: str) -> None:
    width = len(letters.encode())
    for place in range(18 - width + 1):
        assert of(RIGHT[:place] + letters + RIGHT[place + width :]) == [0]


@pytest.mark.parametrize(
    ("written", "certain"),
    [
        (RIGHT, True),
        (RIGHT.lower(), True),
        ("640104 19900307 121X", True),
        ("６４０１０４１９９００３０７１２１Ｘ", True),
        ("640104900307121", True),  # 15 digits
        ("640104900307121\u3000", True),  # 18 bytes, three of them a blank
        ("640104 900307 121 ", True),  # the same
        ("640104900307998", False),  # of a centenarian, perhaps
        ("640104199002307121", False),  # 30 February
        ("990104199003071210", False),  # no such region
        (RIGHT[:15] + "000", False),
        (EATEN, False),
        (RIGHT[:17], False),
        (RIGHT + "1", False),
        ("", False),
        (None, False),
    ],
)
def test_what_is_certain(written: str | None, certain: bool) -> None:
    assert of(written) == wanted([written])
    assert (of(written) != [0]) == certain


@settings(max_examples=30)
@given(st.lists(st.none() | right_numbers(), max_size=8))
def test_a_code_holds_the_whole_number(numbers: list[str | None]) -> None:
    found = packed.codes(pa.array(numbers, pa.string()))
    assert packed.in_full(found).to_pylist() == numbers
    assert packed.births(found).tolist() == [int(one[6:14]) if one else 0 for one in numbers]
    assert packed.regions(found).tolist() == [int(one[:6]) if one else 0 for one in numbers]
    checks = packed.checks(found).tobytes().decode()
    assert all(check == one[17] for check, one in zip(checks, numbers, strict=True) if one)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_no_number_at_all(count: int) -> None:
    for nothing in (pa.nulls(count), pa.nulls(count, pa.string()), pa.array([""] * count, pa.string())):
        found = packed.codes(nothing)
        assert found.tolist() == [0] * count
        assert packed.in_full(found).to_pylist() == [None] * count
        assert packed.births(found).tolist() == packed.regions(found).tolist() == [0] * count
    assert packed.codes(pa.chunked_array([], pa.string())).tolist() == []


def test_the_form_of_a_column_does_not_matter(shapes: Shapes) -> None:
    numbers = [RIGHT, None, RIGHT.lower(), "640104900307121", "", EATEN, "64010419800101123", RIGHT]
    assert [packed.codes(form).tolist() for form in shapes(numbers)] == [wanted(numbers)] * len(
        shapes(numbers)
    )


@pytest.mark.parametrize("head", ["990104", "000000", "640199", "640104"])
def test_a_number_begins_with_a_region(head: str) -> None:
    body = f"{head}19900307121"
    one = body + ric.calc_check_digit(body + "0")
    assert of(one) == wanted([one]) and bool(of(one)[0]) == (head == "640104")


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [RIGHT, EATEN, RIGHT[:17] + "1", "110105194912310025", "?" * 18] * 7
    whole = of(*numbers)
    monkeypatch.setattr(packed, "_BLOCK", 3)
    assert of(*numbers) == whole == wanted(numbers)
