"""Agreement levels of hand-made pairs."""

import numpy as np
import pyarrow as pa
import pytest

from qmcb.linkage import compare
from qmcb.linkage.compare import LEVELS, Birth, Name, Number, Same

RIGHT = "64010419800101123X"
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("digits", "number", "born", "plain", "pinyin", "birth", "sex", "phone")]
)
Record = dict[str, str | None]


def level(feature: str, left: Record, right: Record) -> int:
    """The level of one pair, whichever side is which."""
    one, other = (pa.Table.from_pylist([record], SCHEMA) for record in (left, right))
    pair = (np.zeros(1, np.int64), np.zeros(1, np.int64))
    there, back = compare.levels(pair, one, other), compare.levels(pair, other, one)
    assert there.dtype == np.int8 and there.tolist() == back.tolist()
    return int(there[0, list(LEVELS).index(feature)])


@pytest.mark.parametrize(
    ("sent", "right", "expected"),
    [
        (RIGHT[:10] + "3" + RIGHT[11:], False, Number.ONE_EDIT),
        (RIGHT[:-2] + "X3", False, Number.ONE_EDIT),  # neighbours swapped
        (RIGHT[:9] + RIGHT[10:], False, Number.ONE_EDIT),  # one lost
        (RIGHT[:15] + "000", False, Number.TAIL_LOST),
        (RIGHT[:8] + "15" + RIGHT[10:], False, Number.TWO_EDITS),
        ("640104199912312222", True, Number.FOREIGN),
        ("640104199912312222", False, Number.REGION),
        ("110105199912312222", False, Number.OTHER),
        (RIGHT, True, Number.MISSING),  # the name did not agree, and no birth date says more
        (None, False, Number.MISSING),
    ],
)
def test_number(sent: str | None, right: bool, expected: Number) -> None:
    left = {"digits": sent, "number": sent if right else None}
    assert level("number", left, {"digits": RIGHT, "number": RIGHT}) == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [("19800101", Number.SHARED), ("19911130", Number.SHARED), (None, Number.MISSING)],
)
def test_a_number_shared_under_other_names_tells_where_both_birth_dates_were_sent(
    born: str | None, expected: Number
) -> None:
    left = {"digits": RIGHT, "number": RIGHT, "born": born}
    assert level("number", left, left | {"born": "19800101"}) == expected


@pytest.mark.parametrize(
    ("digits", "birth", "expected"),
    [
        (RIGHT[:16] + "9X", "19800101", Birth.IMPLIED),
        (RIGHT[:15] + "000", "19800101", Birth.IMPLIED),
        (RIGHT[:16] + "9X", "19800102", Birth.ONE_DIGIT),
        ("110105199912312222", "19800101", Birth.EQUAL),
        (None, "19800101", Birth.EQUAL),
    ],
)
def test_a_birth_date_that_the_damaged_number_holds_is_implied(
    digits: str | None, birth: str, expected: Birth
) -> None:
    right = {"digits": RIGHT, "number": RIGHT, "birth": "19800101"}
    assert level("birth", {"digits": digits, "birth": birth}, right) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("王小明", "wangxiaoming"), ("王小明", "wangxiaoming"), Name.EQUAL),
        (("王小明", "wangxiaoming"), ("王晓明", "wangxiaoming"), Name.SOUND),
        (("王小明", "wangxiaoming"), ("王小朋", "wangxiaopeng"), Name.ONE_CHARACTER),
        (("王小明", "wangxiaoming"), ("王明", "wangming"), Name.ONE_CHARACTER),
        (("王明", "wangming"), ("王朋", "wangpeng"), Name.FAMILY_NAME),  # one of two is half a name
        (("王小明", "wangxiaoming"), ("王国庆", "wangguoqing"), Name.FAMILY_NAME),
        (("王小明", "wangxiaoming"), ("李国庆", "liguoqing"), Name.OTHER),
        ((None, None), ("李国庆", "liguoqing"), Name.MISSING),
        ((None, None), (None, None), Name.MISSING),
    ],
)
def test_name(one: tuple[str | None, str], other: tuple[str, str], expected: Name) -> None:
    left, right = (dict(zip(("plain", "pinyin"), name, strict=True)) for name in (one, other))
    assert level("name", left, right) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("19800203", "19800203", Birth.EQUAL),
        ("19800203", "19800302", Birth.SWAPPED),
        ("19800203", "19800204", Birth.ONE_DIGIT),
        ("19800203", "19801130", Birth.YEAR),
        ("19800203", "19911130", Birth.OTHER),
        ("19800203", None, Birth.MISSING),
    ],
)
def test_birth(one: str, other: str | None, expected: Birth) -> None:
    assert level("birth", {"birth": one}, {"birth": other}) == expected


@pytest.mark.parametrize("feature", ["sex", "phone"])
def test_same(feature: str) -> None:
    assert level(feature, {feature: "1"}, {feature: "1"}) == Same.EQUAL
    assert level(feature, {feature: "1"}, {feature: "2"}) == Same.OTHER
    assert level(feature, {feature: "1"}, {}) == Same.MISSING


def test_batches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    people = pa.table({field: [f"{RIGHT[:12]}{row % 7}" for row in range(40)] for field in SCHEMA.names})
    pairs = np.repeat(np.arange(0, 40, 3), 40), np.tile(np.arange(40), 14)
    whole = compare.levels(pairs, people, people)
    monkeypatch.setattr(compare, "BATCH", 100)
    assert len(whole) == 560 and compare.levels(pairs, people, people).tobytes() == whole.tobytes()


def test_no_pairs() -> None:
    nobody, none = SCHEMA.empty_table(), np.zeros(0, np.int64)
    assert compare.levels((none, none), nobody, nobody).shape == (0, len(LEVELS))
