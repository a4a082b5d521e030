from collections.abc import Callable
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from qmcb.codes import NUMBER_PROBLEM
from qmcb.identity import number, region, text

Shapes = Callable[[list[str | None]], list[pa.Array]]

RIGHT = "64010419900307121X"


def cleaned(*numbers: str | None) -> list[tuple[str | None, str | None, str]]:
    table = number.clean(pa.array(numbers, pa.string()))
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def right_numbers() -> st.SearchStrategy[str]:
    codes = [code for code in region.table()["region"].to_pylist() if code[4:] != "00"]
    days = st.dates(date(1880, 1, 1), date(2100, 12, 31)).map(lambda day: f"{day:%Y%m%d}")
    heads = st.tuples(st.sampled_from(codes), days, st.integers(1, 995).map("{:03d}".format)).map("".join)
    return heads.map(lambda head: head + ric.calc_check_digit(head + "0"))


def random_numbers(count: int) -> list[str]:
    """Half of them right but for a region that may be out of time, the others wrong in several ways."""
    draw = np.random.default_rng(20170801)
    known = region.table()["region"].to_numpy().astype(np.int64)
    heads = np.where(draw.random(count) < 0.1, draw.integers(0, 10**6, count), draw.choice(known, count))
    days = np.datetime64("1885-01-01") + draw.integers(0, 78_000, count)
    births = np.char.replace(days.astype("datetime64[D]").astype(str), "-", "").astype(np.int64)
    births = np.where(
        draw.random(count) < 0.1,
        draw.integers(1885, 2099, count) * 10_000 + draw.integers(0, 1400, count),
        births,
    )
    stems = [
        f"{h:06d}{b:08d}{s:03d}" for h, b, s in zip(heads, births, draw.integers(0, 1000, count), strict=True)
    ]
    checks = draw.choice(list("0123456789X"), count)
    wrong = draw.random(count) < 0.3
    return [
        stem + (str(check) if other else ric.calc_check_digit(stem + "0"))
        for stem, check, other in zip(stems, checks, wrong, strict=True)
    ]


def oracle(one: str) -> bool:
    try:
        return bool(ric.validate(one))
    except KeyError:  # an unknown county of a known province, which stdnum does not expect
        return False
    except ric.ValidationError:
        return False


def test_stdnum_agrees_on_30_000_numbers() -> None:
    numbers = random_numbers(30_000)
    ours = number.clean(pa.array(numbers))
    # stdnum wants the code to be in force in the very year of birth; a number issued later may bear a
    # later code, so we only want it to exist, and answer for the time apart.
    ok = ours["problem"].to_numpy() == "ok"
    years = np.array([int(one[6:10]) for one in numbers])
    in_time = region.valid_at(pa.array([one[:6] for one in numbers]), years).to_numpy(zero_copy_only=False)
    permits = np.array([one.startswith("83") for one in numbers])  # not in stdnum's list
    theirs = np.array([oracle(one) for one in numbers])
    assert 6_000 < theirs.sum() < 24_000
    np.testing.assert_array_equal((ok & in_time)[~permits], theirs[~permits])


def test_check_characters_are_those_of_stdnum() -> None:
    digits = np.random.default_rng(1).integers(0, 10, (1000, 17), np.uint8)
    theirs = [ric.calc_check_digit("".join(map(str, row)) + "0") for row in digits]
    assert number.check_characters(digits).tobytes().decode() == "".join(theirs)


@pytest.mark.parametrize(
    ("given_number", "problem"),
    [
        (RIGHT, "ok"),
        ("６４０１０４１９９００３０７１２１Ｘ", "full_width"),
        ("\t640104 19900307\u3000121X ", "spaces"),
        ("'64010419900307121X", "spaces"),
        (RIGHT.lower(), "lower_x"),
        ("640104900307121", "fifteen"),
        (" 640104900307121", "fifteen"),
        ("６４０１０４１９９００３０７ １２１ｘ", "full_width"),
    ],
)
def test_certain(given_number: str, problem: str) -> None:
    assert cleaned(given_number) == [(RIGHT, "640104900307121", problem)]


@pytest.mark.parametrize(
    ("given_number", "problem"),
    [
        (None, "absent"),
        ("", "absent"),
        (" \u3000-", "absent"),
        (RIGHT[:-1], "length"),
        ("1" + RIGHT, "length"),
        ("X640104199003071", "characters"),
        ("不详", "characters"),
        ("6401O419900307123X", "characters"),
        ("64010490030712X", "characters"),
        ("64010419900307123Y", "characters"),
        ("990104199003071230", "region"),
        ("990104900307121", "region"),
        ("640104199013071239", "birth"),
        ("640104190002291239", "birth"),
        ("640104187912311231", "birth"),
        ("640104210101011231", "birth"),
        ("640104900230123", "birth"),
        (RIGHT[:-1] + "0", "check"),
        (RIGHT[:15] + "000", "spreadsheet"),
    ],
)
def test_not_certain(given_number: str | None, problem: str) -> None:
    assert cleaned(given_number) == [(None, None, problem)]


def test_a_leap_day_of_2000_is_a_birth_date_and_one_of_1900_is_not() -> None:
    assert [row[2] for row in cleaned("640104200002291234", "640104190002291234")] == ["check", "birth"]


def test_the_first_and_the_last_day_of_a_birth() -> None:
    edge = [number_with("640104", year) for year in (1879, 1880, 2100, 2101)]
    assert [row[2] for row in cleaned(*edge)] == ["birth", "ok", "ok", "birth"]


def test_the_century_of_a_centenarian_is_open() -> None:
    assert [row[1:] for row in cleaned("640104990307995", "640104990307996")] == [
        ("640104990307995", "fifteen"),
        ("640104990307996", "century"),
    ]


@settings(deadline=None, max_examples=50)
@given(st.lists(right_numbers(), min_size=1))
def test_each_certain_repair_gives_back_the_number(numbers: list[str]) -> None:
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    damages = [
        lambda one: one,
        lambda one: one.translate(wide),
        lambda one: f" {one[:6]} {one[6:]}\n",
        str.lower,
    ]
    for damage in damages:
        assert number.clean(pa.array(map(damage, numbers)))["number"].to_pylist() == numbers


@settings(deadline=None, max_examples=50)
@given(right_numbers().filter(lambda one: one[6:8] == "19"))
def test_fifteen_digits_give_back_the_number(one: str) -> None:
    old = one[:6] + one[8:17]
    assert cleaned(old) == [(one, old, "fifteen")]


messy = st.text(st.sampled_from("0123456789Xx０１Ｘ \u3000\u200b-无'"), max_size=20)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.none() | st.text() | messy | right_numbers()))
def test_any_text_in_any_shape(shapes: Shapes, values: list[str | None]) -> None:
    plain, *others = (number.clean(shape) for shape in shapes(values))
    assert plain.num_rows == len(values)
    assert all(other.combine_chunks() == plain.combine_chunks() for other in others)
    assert set(plain["problem"].to_pylist()) <= set(NUMBER_PROBLEM)
    again = number.clean(plain["number"])
    assert again["number"].to_pylist() == plain["number"].to_pylist()
    assert set(again["problem"].to_pylist()) <= {"ok", "absent"}
    for read in (number.birth_dates, number.sexes, number.regions, number.region_valid_at_birth):
        first, *rest = (read(shape) for shape in shapes(values))
        assert len(first) == len(values)
        assert all(other == first for other in rest)


def test_clean_works_beyond_one_part_and_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_ROWS", 7)
    monkeypatch.setattr(number, "_BLOCK", 3)
    numbers = random_numbers(50)
    assert number.clean(pa.array(numbers))["problem"].to_pylist() == [
        row[2] for one in numbers for row in cleaned(one)
    ]


@settings(deadline=None, max_examples=50)
@given(right_numbers())
def test_what_a_number_says(one: str) -> None:
    column = pa.array(["x", one, None])
    assert number.birth_dates(column).to_pylist() == [None, ric.get_birth_date(one), None]
    assert number.sexes(column).to_pylist() == [None, "1" if int(one[16]) % 2 else "2", None]
    assert number.regions(column).to_pylist() == [None, one[:6], None]


def number_with(code: str, year: int) -> str:
    head = f"{code}{year}0101001"
    return head + ric.calc_check_digit(head + "0")


def test_a_region_is_valid_at_birth_or_later() -> None:
    numbers = [
        number_with("642221", 1960),  # in force until 2001
        number_with("642221", 2001),
        number_with("642221", 2002),
        number_with("640106", 1975),  # in force from 2002: issued late
        None,
    ]
    assert number.region_valid_at_birth(pa.array(numbers)).to_pylist() == [True, True, False, True, None]
