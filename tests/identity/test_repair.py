from datetime import date

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from qmcb.codes import NUMBER_DAMAGE
from qmcb.identity import number
from qmcb.identity.repair import damages, repairs

RIGHT = "64010419900307121X"


def is_right(one: str) -> bool:
    return bool(number.clean(pa.array([one]))["number"][0].is_valid)


def right_numbers() -> st.SearchStrategy[str]:
    days = st.dates(date(1900, 1, 1), date(2020, 12, 31)).map(lambda day: f"{day:%Y%m%d}")
    sequences = st.integers(1, 999).map("{:03d}".format)
    heads = st.tuples(st.sampled_from(["640104", "642221", "330106", "110101"]), days, sequences).map("".join)
    return heads.map(lambda head: head + ric.calc_check_digit(head + "0"))


def damaged(one: str, kind: str, place: int, digit: str) -> str:
    return {
        "digit": one[:place] + digit + one[place + 1 :],
        "swapped": one[:place] + one[place + 1] + one[place] + one[place + 2 :],
        "lost": one[:place] + one[place + 1 :],
        "doubled": one[: place + 1] + one[place:],
        "spreadsheet": one[:15] + "000",
        "century": one[:6] + one[8:17],
    }[kind]


@settings(deadline=None, max_examples=50)
@given(
    right_numbers(), st.sampled_from(list(NUMBER_DAMAGE)), st.integers(0, 16), st.sampled_from("0123456789")
)
def test_the_number_before_one_damage_is_found(one: str, kind: str, place: int, digit: str) -> None:
    given_number = damaged(one, kind, place, digit)
    assume(not is_right(given_number))
    assume(kind != "century" or one[6:8] == "19")
    evidence = {
        "born": date(int(one[6:10]), int(one[10:12]), int(one[12:14])),
        "sex": "1" if int(one[16]) % 2 else "2",
        "region": one[:6],
    }
    found = repairs(given_number, **evidence)
    assert found == repairs(given_number, **evidence)
    mine = [repair for repair in found if repair.number == one]
    assert [repair.agrees for repair in mine] == [("birth", "sex", "region")]
    assert len(found[0].agrees) == 3
    assert all(is_right(repair.number) for repair in found)
    assert len({repair.number for repair in found}) == len(found) <= 130


@pytest.mark.parametrize(("kind", "place"), [("digit", 12), ("swapped", 15), ("lost", 4), ("doubled", 9)])
def test_the_damage_is_named(kind: str, place: int) -> None:
    found = repairs(damaged(RIGHT, kind, place, "9"), born=date(1990, 3, 7), region="640104")
    assert (found[0].number, found[0].damage) == (RIGHT, kind)


def test_the_last_character_may_be_the_damaged_one() -> None:
    assert RIGHT in [repair.number for repair in repairs(RIGHT[:-1] + "7")]
    assert RIGHT in [repair.number for repair in repairs(RIGHT[:-1])]


def test_what_a_spreadsheet_ate_is_bounded_and_parted_by_sex() -> None:
    found = repairs(RIGHT[:15] + "000", sex="1")
    eaten = [repair for repair in found if repair.damage == "spreadsheet"]
    assert len(eaten) == 100
    assert [repair.agrees for repair in eaten] == [("sex",)] * 50 + [()] * 50


def test_a_centenarian_may_be_of_either_century() -> None:
    found = repairs("640104900307996", born=date(1890, 3, 7))
    assert [(repair.number[6:10], repair.agrees) for repair in found] == [("1890", ("birth",)), ("1990", ())]


@pytest.mark.parametrize("one", [RIGHT, f" {RIGHT.lower()}", "640104900307121", "", "不详", "6" * 40])
def test_nothing_to_repair(one: str) -> None:
    assert repairs(one) == []


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=20))
def test_any_text(one: str) -> None:
    assert all(is_right(repair.number) for repair in repairs(one))


@settings(deadline=None, max_examples=100)
@given(
    right_numbers(), st.sampled_from(list(NUMBER_DAMAGE)), st.integers(0, 16), st.sampled_from("0123456789")
)
def test_damage_is_told_of_a_pair_as_its_repair_tells_it(one: str, kind: str, place: int, digit: str) -> None:
    sent = damaged(one, kind, place, digit)
    assume(not is_right(sent))
    assume(kind != "century" or one[6:8] == "19")
    (told,) = damages(pa.array([sent]), pa.array([one])).to_pylist()
    assert told == next(repair.damage for repair in repairs(sent) if repair.number == one)


def test_no_single_damage_is_no_damage() -> None:
    sent = pa.array([RIGHT, None, "", "123", RIGHT[:16], RIGHT[::-1]], pa.string())
    assert damages(sent, pa.array([RIGHT] * len(sent))).null_count == len(sent)
    assert damages(pa.array(["64010419900307122X"]), pa.nulls(1, pa.string())).null_count == 1
