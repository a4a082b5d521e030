from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb.identity import name
from qmcb.identity.name import agree, fold, pinyin, separator_free

Shapes = Callable[[list[str | None]], list[pa.Array]]


def one(function: Callable[[pa.Array], pa.Array], value: str | None) -> str | None:
    return function(pa.array([value], pa.string()))[0].as_py()


@pytest.mark.parametrize("separator", "·•・･‧．.․﹒。｡∙⋅●˙·-－—")
def test_every_separator_is_one(separator: str) -> None:
    assert one(fold, f"{separator}阿卜杜{separator}{separator} 热西提{separator}") == "阿卜杜·热西提"


@pytest.mark.parametrize(
    ("given_name", "folded"),
    [
        ("王伟", "王伟"),
        (" 王\u3000伟\t", "王伟"),
        ("王\u200b伟\ufeff", "王伟"),
        ("葛\U000e0100明", "葛明"),
        ("ｊｏｈｎ", "JOHN"),
        ("⼀⽅", "一方"),
        ("a\u200b\u0301", "Á"),
        ("刘\ue863", "刘䶮"),
        ("王\ue816", "王\U00020087"),
        ("王\ue864", "王\u9fbb"),
        ("㐂子", "㐂子"),
        ("·", None),
        ("", None),
        (None, None),
    ],
)
def test_fold(given_name: str | None, folded: str | None) -> None:
    assert one(fold, given_name) == folded


def test_private_characters_are_those_that_gb18030_took_over() -> None:
    trails = [trail for trail in range(0x50, 0xA1) if trail != 0x7F]
    decoded = [bytes([0xFE, trail]).decode("gb18030") for trail in trails]
    assert len(name._STANDARD) == len(decoded) == 80
    for place, character in enumerate(decoded):
        # The codec has the edition of 2000, in which some of them were private still.
        private = "\ue000" <= character <= "\uf8ff"
        assert character == (chr(0xE815 + place) if private else name._STANDARD[place])


odd = st.text(
    st.sampled_from("王伟小明欧阳阿·・. a\u0301ＡI\u0307i\u200b\ue863\U00020087\ufe00˙ßﬁ"), max_size=8
)
names = st.none() | odd | st.text(max_size=8)


@settings(deadline=None, max_examples=50)
@given(st.lists(names))
def test_any_text_in_any_shape(shapes: Shapes, values: list[str | None]) -> None:
    for function in (fold, separator_free, pinyin, name.mask):
        plain, *others = (function(shape) for shape in shapes(values))
        assert len(plain) == len(values)
        assert all(other == plain for other in others)
        plain.validate(full=True)
    assert fold(fold(pa.array(values, pa.string()))) == fold(pa.array(values, pa.string()))
    assert [not value for value in fold(pa.array(values, pa.string())).to_pylist()] == [
        value is None for value in pinyin(pa.array(values, pa.string())).to_pylist()
    ]


@pytest.mark.parametrize(
    ("given_name", "sound"),
    [
        ("仇和", "qiu he"),
        ("解晓东", "xie xiao dong"),
        ("单田芳", "shan tian fang"),
        ("曾国藩", "zeng guo fan"),
        ("查良镛", "zha liang yong"),
        ("朴树", "piao shu"),
        ("区家麟", "ou jia lin"),
        ("任贤齐", "ren xian qi"),
        ("盖叫天", "ge jiao tian"),
        ("尉迟恭", "yu chi gong"),
        ("尉健", "wei jian"),
        ("万俟卨", "mo qi xie"),
        ("单于明", "chan yu ming"),
        ("单于", "shan yu"),
        ("小单", "xiao dan"),
        ("吕绿", "lv lv"),
        ("阿卜杜·热西提", "a bo du re xi ti"),
        ("A王", "a wang"),
        (None, None),
    ],
)
def test_pinyin(given_name: str | None, sound: str | None) -> None:
    assert one(pinyin, given_name) == (sound and sound.replace(" ", ""))


def test_surname_readings_differ_from_the_usual_ones() -> None:
    ids, usual, _ = name._readings()
    assert [entry for entry in name._SURNAMES.split() if usual[ord(entry[0])] == ids[entry[1:]]] == []


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("王伟", "王＊"),
        ("马小明", "马＊＊"),
        ("欧阳修", "欧阳＊"),
        ("欧阳", "欧＊"),
        ("诸葛孔明", "诸葛＊＊"),
        ("阿卜杜·热西提", "阿＊＊"),
        ("古丽巴哈尔", "古＊＊"),
        ("王", "＊"),
        (None, None),
    ],
)
def test_mask(given_name: str | None, shown: str | None) -> None:
    assert one(name.mask, given_name) == shown


@pytest.mark.parametrize(
    ("left", "right", "agrees"),
    [
        ("王伟", "王 伟", True),
        ("阿卜杜·热西提", "阿卜杜热西提", True),
        ("王伟", "王玮", True),  # homophones
        ("王伟", "王芳", False),
        ("王伟", "李伟", False),
        ("马小明", "马小亮", True),
        ("马小明", "马大亮", False),
        ("马子轩", "张子轩", False),  # another's number with the same given name
        ("马?", "马堃", True),
        ("马?", "李堃", False),
        ("赵BEN", "赵犇", True),
        ("买买提明", "买买提", True),
        ("王", "王伟", False),
        ("王", "李", False),
        ("小明", "马小明", False),
        ("李明", "明李", False),
        (None, "王伟", None),
        ("", "王伟", None),
    ],
)
def test_agree(left: str | None, right: str | None, agrees: bool | None) -> None:
    pair = pa.array([left], pa.string()), pa.array([right], pa.string())
    assert agree(*pair).to_pylist() == agree(*reversed(pair)).to_pylist() == [agrees]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(names, names)))
def test_agree_is_symmetric_and_reflexive(shapes: Shapes, pairs: list[tuple[str | None, str | None]]) -> None:
    left, right = (shapes([pair[side] for pair in pairs]) for side in (0, 1))
    expected = agree(left[0], right[0])
    assert len(expected) == len(pairs)
    for one_shape, other_shape in zip(left, right, strict=True):
        assert agree(one_shape, other_shape) == agree(other_shape, one_shape) == expected
    assert set(agree(left[0], left[0]).to_pylist()) <= {True, None}
