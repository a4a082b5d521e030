"""Each kind of field: which level two values have, and which keys meet."""

from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb.linkage.fields import KINDS
from qmcb.linkage.fields.base import Deferred, Facets, Field
from qmcb.linkage.fields.code import Digits, Same
from qmcb.linkage.fields.date import Birth
from qmcb.linkage.fields.name import Name
from qmcb.linkage.fields.number import Number
from qmcb.linkage.fields.region import Region
from qmcb.linkage.fields.words import Words

RIGHT = "64010419830527347X"  # no two neighbours are equal
OTHER = "11010519491231002X"
EATEN = RIGHT[:15] + "000"


def test_a_facet_is_made_once_and_only_when_asked_for() -> None:
    made: list[str] = []

    def maker(name: str) -> Callable[[], np.ndarray]:
        return lambda: made.append(name) or np.zeros(1, np.uint64)

    known = Deferred({"one": maker("one")})
    known.add({"two": maker("two")})
    assert list(known) == ["one", "two"] and len(known) == 2 and made == []
    assert known["two"] is known["two"] and made == ["two"]
    assert known.get("three") is None


def facets(field: Field, *values: object, known: Facets | None = None) -> Facets:
    column = pa.array(values) if any(values) else pa.nulls(len(values), pa.string())
    return told(field, column, known or {})


def told(field: Field, column: pa.Array | pa.ChunkedArray, known: Facets) -> Facets:
    found = known | field.sent(column)
    keyed = Deferred.of(found)
    keyed.add(field.keys(found))
    return dict(keyed) | field.told(keyed)


def level(kind: str, one: object, other: object) -> int:
    """The level of two values, whichever side is which."""
    field = KINDS[kind]("it")
    left, right = (facets(field, one, other), facets(field, other, one))
    found = field.levels(*(left[name] for name in field.compared), *(right[name] for name in field.compared))
    assert found[0] == found[1]
    return int(found[0])


def meet(kind: str, part: str, one: object, other: object) -> bool:
    """Whether two values have the same key, and any."""
    found = facets(KINDS[kind]("it"), one, other)["it" + part]
    return bool(found[0] == found[1] != 0)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (RIGHT, Number.SHARED),
        (RIGHT.lower(), Number.SHARED),
        (f" {RIGHT[:6]} {RIGHT[6:]}", Number.SHARED),
        ("640104830527347", Number.SHARED),  # of 15 digits
        (RIGHT[:10] + "3" + RIGHT[11:], Number.ONE_EDIT),
        (RIGHT[:17] + "1", Number.ONE_EDIT),
        (RIGHT[:16] + "X7", Number.ONE_EDIT),  # swapped
        (RIGHT[:4] + RIGHT[5] + RIGHT[4] + RIGHT[6:], Number.ONE_EDIT),
        (RIGHT[:9] + RIGHT[10:], Number.ONE_EDIT),  # lost
        (RIGHT[:9] + RIGHT[8:], Number.ONE_EDIT),  # doubled
        (RIGHT[:17], Number.ONE_EDIT),  # the last one lost
        (RIGHT[:8] + "15" + RIGHT[10:], Number.TWO_EDITS),
        ("640104835027347", Number.TWO_EDITS),  # 15 digits, two swapped, and no check character
        ("640104830528347", Number.FOREIGN),  # 15 digits have no check: a right number of the next day
        ("640104834527347", Number.TWO_EDITS),  # 15 digits with a month 45
        (RIGHT[:15] + "000", Number.TAIL_LOST),
        (RIGHT[:16], Number.TAIL_LOST),
        (RIGHT[:12], Number.TAIL_LOST),
        (RIGHT[:11], Number.MISSING),
        (OTHER, Number.FOREIGN),
        ("640104199912312222", Number.REGION),
        ("120105199912312221", Number.OTHER),
        ("?" * 18, Number.OTHER),
        ("无", Number.MISSING),
        ("", Number.MISSING),
        (None, Number.MISSING),
    ],
)
def test_numbers_by_what_happened_to_one(sent: str | None, expected: Number) -> None:
    assert level("resident_number", sent, RIGHT) == expected
    assert level("resident_number", sent, RIGHT.lower()) == expected  # 18 bytes, of which one is tidied


def test_numbers_of_which_none_is_right() -> None:
    assert level("resident_number", RIGHT[:17] + "1", RIGHT[:17] + "1") == Number.ONE_EDIT
    assert level("resident_number", None, None) == Number.MISSING


@settings(max_examples=40)
@given(st.integers(0, 17), st.sampled_from(["wrong", "swapped", "lost", "doubled"]), st.integers(0, 9))
def test_a_number_keeps_a_fragment_whatever_happens_to_one_digit(place: int, what: str, digit: int) -> None:
    swapped = min(place, 16)
    damaged = {
        "wrong": RIGHT[:place] + str(digit) + RIGHT[place + 1 :],
        "swapped": RIGHT[:swapped] + RIGHT[swapped + 1] + RIGHT[swapped] + RIGHT[swapped + 2 :],
        "lost": RIGHT[:place] + RIGHT[place + 1 :],
        "doubled": RIGHT[:place] + RIGHT[place] + RIGHT[place:],
    }[what]
    parts = (".first14", ".last11", ".without7to11", ".without11to15")
    assert any(meet("resident_number", part, damaged, RIGHT) for part in parts)
    assert level("resident_number", damaged, RIGHT) in (Number.ONE_EDIT, Number.SHARED)


@pytest.mark.parametrize("form", [RIGHT, RIGHT.lower(), "640104830527347", "640104 830527 347 "])
@pytest.mark.parametrize(
    ("part", "damaged"),
    [
        (".first14", RIGHT[:14] + "9999"),
        (".last11", "1" * 7 + RIGHT[7:]),
        (".without7to11", RIGHT[:6] + "11111" + RIGHT[11:]),
        (".without11to15", RIGHT[:10] + "11111" + RIGHT[15:]),
    ],
)
def test_a_fragment_holds_what_its_name_says(form: str, part: str, damaged: str) -> None:
    assert meet("resident_number", part, damaged, form)
    assert not meet("resident_number", part, RIGHT[:6] + "0" + RIGHT[7:11] + "22" + RIGHT[13:17] + "1", form)


def test_a_fragment_of_nothing_meets_nothing() -> None:
    for part in (".first14", ".last11", ".without7to11", ".without11to15", ".sure", ""):
        for nothing in (None, "", "无", "*" * 18, "1" * 11):
            assert not meet("resident_number", part, nothing, nothing)


def test_a_number_that_is_not_right_is_not_sure() -> None:
    found = facets(KINDS["resident_number"]("it"), RIGHT, RIGHT[:17] + "1", EATEN, None)
    assert [bool(key) for key in found["it.sure"]] == [True, False, False, False]


def test_a_tail_of_zeros_that_fits_by_chance() -> None:
    by_chance = [
        f"64010419830527{last}000" for last in range(10)
        if facets(KINDS["resident_number"]("it"), f"64010419830527{last}000")["it"][0]
    ]  # fmt: skip
    assert len(by_chance) == 1
    eaten = by_chance[0]
    field = KINDS["resident_number"]("it")
    assert facets(field, eaten)["it.sure"].tolist() == [0]
    whole = next(one for check in "0123456789X" if facets(field, one := f"{eaten[:15]}12{check}")["it"][0])
    assert level("resident_number", eaten, whole) == Number.TAIL_LOST
    assert level("resident_number", whole, OTHER) == Number.FOREIGN


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("王小明", "王小明", Name.EQUAL),
        ("阿卜杜·热西提", "阿卜杜•热西提", Name.EQUAL),
        ("王小明", "王晓明", Name.SOUND),
        ("赵犇", "赵BEN", Name.SOUND),
        ("王小未", "王小末", Name.LOOK_ALIKE),
        ("王玮", "王伟", Name.SOUND),
        ("王未", "王末", Name.LOOK_ALIKE),  # of two characters too
        ("王小明", "王小刚", Name.ONE_CHARACTER),
        ("王小明", "李小明", Name.ONE_CHARACTER),
        ("王小明", "王明", Name.ONE_CHARACTER),  # one lost
        ("王小明", "王明小", Name.ONE_CHARACTER),  # swapped
        ("王国栋", "王国", Name.PART),
        ("阿卜杜热西提", "阿卜杜", Name.PART),
        ("王国", "王", Name.FAMILY_NAME),  # one character is no part
        ("王明", "王刚", Name.FAMILY_NAME),  # one of two is half a name
        ("王小明", "王国庆", Name.FAMILY_NAME),
        ("王小明", "李国庆", Name.OTHER),
        ("王", "李", Name.OTHER),
        ("王", "汪", Name.SOUND),
        (None, "李国庆", Name.MISSING),
        ("·", "李国庆", Name.MISSING),
        (None, None, Name.MISSING),
    ],
)
def test_names(one: str | None, other: str | None, expected: Name) -> None:
    assert level("chinese_name", one, other) == expected


@pytest.mark.parametrize(
    ("part", "one", "other", "same"),
    [
        ("", "王 伟", "王伟", True),
        ("", "王伟", "王玮", False),
        (".sound", "王伟", "汪玮", True),
        (".sound", "王伟", "王强", False),
        (".first", "王伟", "王强", True),
        (".first", "王伟", "李伟", False),
        (".last", "王伟", "李伟", True),
        (".last", "王伟", "王强", False),
        *((part, None, None, False) for part in ("", ".sound", ".first", ".last")),
    ],
)
def test_keys_of_names(part: str, one: str | None, other: str | None, same: bool) -> None:
    assert meet("chinese_name", part, one, other) == same


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("19800203", "19800203", Birth.EQUAL),
        ("19800203", "1980-02-03", Birth.EQUAL),
        ("1980/02/03", "1980.02.03", Birth.EQUAL),
        ("1980年02月03日", "1980 02 03", Birth.EQUAL),
        ("19800203", "19800302", Birth.SWAPPED),
        ("19800203", "19800204", Birth.ONE_DIGIT),
        ("19800203", "19810203", Birth.ONE_DIGIT),
        ("19800203", "19801130", Birth.YEAR),
        ("19800203", "19911130", Birth.OTHER),
        ("19800203", "19810302", Birth.OTHER),  # swapped, but in another year
        ("19800203", None, Birth.MISSING),
        ("19800203", "不详", Birth.MISSING),
        ("19800203", "1980", Birth.MISSING),
        ("", None, Birth.MISSING),
    ],
)
def test_birth_dates(one: str | None, other: str | None, expected: Birth) -> None:
    assert level("date", one, other) == expected


@pytest.mark.parametrize(
    "column",
    [
        pa.array([date(1980, 2, 29), None]),
        pa.array([datetime(1980, 2, 29, 13, 5), None]),
        pa.array([19800229, None], pa.int64()),
        pa.array([19800229, None], pa.int32()),
        pa.array(["19800229", None]).dictionary_encode(),
        pa.chunked_array([["1980-02-29"], [None]]),
    ],
    ids=lambda column: str(column.type),
)
def test_dates_of_every_type(column: pa.Array) -> None:
    assert told(KINDS["date"]("it"), column, {})["it"].tolist() == [19800229, 0]


def test_a_number_tells_the_birth_and_the_region_where_nothing_was_sent() -> None:
    number = KINDS["resident_number"]("number")
    known = facets(number, RIGHT, RIGHT, None, RIGHT[:17] + "1")
    born = told(KINDS["date"]("birth", "number"), pa.array([None, "19800203", None, None]), known)
    assert born["birth"].tolist() == [19830527, 19800203, 0, 0]
    assert born["birth.either_order"].tolist() == [19830527, 19800203, 0, 0]
    lives = told(KINDS["region"]("region", "number"), pa.array([None, "640202", None, None]), known)
    assert lives["region"].tolist() == [640104, 640202, 0, 0]


def test_swapped_dates_meet() -> None:
    assert meet("date", ".either_order", "19800203", "19800302")
    assert not meet("date", ".either_order", "19800203", "19800204")
    assert not meet("date", "", "19800203", "19800302")
    assert not meet("date", ".either_order", None, None)


@pytest.mark.parametrize(
    ("kind", "one", "other", "expected"),
    [
        ("sex", "1", "男", Same.EQUAL),
        ("sex", "M", "男性", Same.EQUAL),
        ("sex", "f", "女 ", Same.EQUAL),
        ("sex", "2", "女性", Same.EQUAL),
        ("sex", "男", "女", Same.OTHER),
        ("sex", "男", "9", Same.MISSING),
        ("sex", "0", "0", Same.MISSING),
        ("sex", "不详", "男", Same.MISSING),
        ("sex", None, "男", Same.MISSING),
        ("phone", "13900000001", "13900000001", Same.EQUAL),
        ("phone", "13900000001", "8613900000001", Same.EQUAL),
        ("phone", "13900000001", "+86 139-0000-0001", Same.EQUAL),
        ("phone", "13900000001", "008613900000001", Same.EQUAL),
        ("phone", "13900000001", "139 0000 0001", Same.EQUAL),
        ("phone", "13900000001", "１３９０００００００１", Same.EQUAL),
        ("phone", "0951-5032912", "09515032912", Same.EQUAL),
        ("phone", "010-1234567", "0101234567", Same.EQUAL),  # eleven characters, one of them a hyphen
        ("phone", "13900000001", "13900000002", Same.OTHER),
        ("phone", "8601234567", "01234567", Same.OTHER),  # 86 of a number that is no mobile one
        ("phone", "13900000001", " ", Same.MISSING),
        ("phone", "", "", Same.MISSING),
        ("phone", None, None, Same.MISSING),
        ("code", "ab 1", "AB1", Same.EQUAL),
        ("code", "Ａ１", "a1", Same.EQUAL),
        ("code", "a1", "a2", Same.OTHER),
        ("code", "", "a2", Same.MISSING),
        ("code", None, "a2", Same.MISSING),
        ("digits", "1234567", "123-4567", Digits.EQUAL),
        ("digits", "1234567", "1234568", Digits.ONE_EDIT),
        ("digits", "1234567", "1243567", Digits.ONE_EDIT),
        ("digits", "1234567", "123456", Digits.ONE_EDIT),
        ("digits", "1234567", "12345", Digits.TWO_EDITS),
        ("digits", "1234567", "1234500", Digits.TWO_EDITS),
        ("digits", "1234567", "1234000", Digits.OTHER),
        ("digits", "1234567", "-", Digits.MISSING),
        ("digits", "1234567", None, Digits.MISSING),
        ("region", "640104", "640104", Region.COUNTY),
        ("region", "640104", "640121", Region.CITY),
        ("region", "640104", "640100", Region.CITY),
        ("region", "640104", "640202", Region.PROVINCE),
        ("region", "640104", "110105", Region.OTHER),
        ("region", "640104", "银川市", Region.MISSING),
        ("region", "640104", "64010A", Region.MISSING),
        ("region", "640104", "000000", Region.MISSING),
        ("region", None, None, Region.MISSING),
        ("words", "Main  Street", "main street", Words.EQUAL),
        ("words", "O'Brien", "o brien", Words.EQUAL),
        ("words", "Ｍain, Street.", " main street", Words.EQUAL),
        ("words", "margaret", "margarett", Words.CLOSE),
        ("words", "martha", "marhta", Words.CLOSE),
        ("words", "dixon", "dicksonx", Words.LIKE),  # 0.813
        ("words", "smith", "jones", Words.OTHER),
        ("words", "smith", "...", Words.MISSING),
        ("words", "smith", None, Words.MISSING),
    ],
)
def test_other_kinds(kind: str, one: str | None, other: str | None, expected: int) -> None:
    assert level(kind, one, other) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 3])
def test_columns_without_values(kind: str, count: int) -> None:
    field = KINDS[kind]("it")
    for column in (
        pa.nulls(count),
        pa.nulls(count, pa.string()),
        pa.chunked_array([pa.nulls(count, pa.string())]),
    ):
        found = told(field, column, {})
        compared = [found[name] for name in field.compared]
        assert field.levels(*compared, *compared).tolist() == [0] * count


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(
    st.lists(
        st.none() | st.text(max_size=6) | st.sampled_from([RIGHT, EATEN, "王小明", "19800203"]), max_size=8
    )
)
def test_a_value_agrees_with_itself_and_levels_do_not_depend_on_the_side(
    kind: str, values: list[str | None]
) -> None:
    field = KINDS[kind]("it")
    column = pa.array(values, pa.string())
    found, turned = told(field, column, {}), told(field, column[::-1], {})
    one, other = ([facets[name] for name in field.compared] for facets in (found, turned))
    there, back, self = (field.levels(*pair) for pair in (one + other, other + one, one + one))
    assert there.tolist() == back.tolist() == there.tolist()[::-1]
    assert all(level in (0, field.equal) for level in self) or kind == "resident_number"
    assert [level == 0 for level in self] == [key == 0 for key in found["it"]] or kind == "resident_number"


def test_every_kind_has_missing_first_and_an_equal_level() -> None:
    for kind, field in KINDS.items():
        assert [member.value for member in field.kinds] == list(range(len(field.kinds))), kind
        assert field.kinds(0).name == "MISSING" and field.equal in list(field.kinds), kind
