import random

import pytest

from qmcb.reports.known import people_named
from qmcb.reports.leak import Leak, scan

RESIDENT = "110105194912310021"
NAMES = {"王伟", "张三丰", "欧阳建国", "买买提·吐尔逊", "贺兰", "𠮷野家"}
PEOPLE = people_named(NAMES)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (RESIDENT, "resident_number"),
        ("11010519491231002X", "resident_number"),
        ("11010519491231002x", "resident_number"),
        ("１１０１０５１９４９１２３１００２Ｘ", "resident_number"),
        ("110105 19491231 0021", "resident_number"),
        ("110105-19491231-0021", "resident_number"),
        ("110,105,194,912,310,021", "resident_number"),
        ("110105\u300019491231\u30000021", "resident_number"),
        ("110105194912310029", "resident_number"),  # mistyped, but somebody's
        ("640104199001011000", "resident_number"),  # after a spreadsheet
        ("110105491231002", "resident_number"),
        ("13912345678", "phone"),
        ("139-1234-5678", "phone"),
        ("+86 13912345678", "phone"),
        ("１３９１２３４５６７８", "phone"),
        ("6222021234567890128", "bank_card"),
        ("4111 1111 1111 1111", "bank_card"),
        ("张三丰", "name"),
        ("欧阳建国", "name"),
        ("买买提·吐尔逊", "name"),
        ("𠮷野家", "name"),
    ],
)
@pytest.mark.parametrize("around", ["<td>{}</td>", "号码{}。", '<img alt="其中{}">', "{}"])
def test_planted_things_are_found_and_not_repeated(text: str, kind: str, around: str) -> None:
    leaks = scan(around.format(text), PEOPLE)
    assert [leak.kind for leak in leaks] == [kind]
    assert text not in repr(leaks)


def test_position_and_order() -> None:
    assert scan(f"甲 {RESIDENT}，13912345678", PEOPLE) == [Leak(2, "resident_number"), Leak(21, "phone")]


@pytest.mark.parametrize(
    "text",
    [
        "7,202,654 人，2017-01-01—2017-12-31，640104、6401",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "sha256:a13912345678b" + RESIDENT + "c",
        "91640100MA75XXXX1Y 91110105194912310021",
        "0.13912345678 0.4111111111111111 3.110105194912310021",
        "CF-139123456789 CF-7KQ2M9XA3FGH",
        "110105194913310021 000000194912310021 139123456789 4111111111111112",
        "20171231235959",
        "139,123,456,78",
        "伟大的王伟大 张三 买买提",
    ],
)
def test_ordinary_things_are_not(text: str) -> None:
    assert scan(text, PEOPLE) == []


def test_two_characters_only_alone_and_not_where_known() -> None:
    assert [leak.position for leak in scan("<td>王伟</td>，王伟，王伟说", PEOPLE)] == [4, 12]
    assert scan("<td>贺兰</td>", people_named(NAMES, words="金凤 贺兰 永宁")) == []
    assert scan("<td>贺兰</td>", PEOPLE) == [Leak(4, "name")]


def test_pictures_are_skipped_but_their_description_is_read() -> None:
    data = "A1b2+139" * 50 + "/" + RESIDENT + "/"
    page = f'<img src="data:image/png;base64,{data}" alt="139 1234 5678">'
    assert scan(page) == [Leak(page.index("139 1234") - len(f"data:image/png;base64,{data}") + 1, "phone")]
    assert scan(f'{{"image/png": "{data}", "text/plain": ["x"]}}') == []


def test_one_phone_in_two_megabytes_beside_100_000_names() -> None:
    chance = random.Random(1)
    names = {"".join(chr(chance.randint(0x4E00, 0x9FA5)) for _ in range(3)) for _ in range(100_000)}
    row = "<tr><td>1,234</td><td>重复参保人员名单</td><td>2017-12</td></tr>"
    page = row * (2_000_000 // len(row)) + "<td>13912345678</td>"
    leaks = scan(page, people_named(names))
    assert [leak.kind for leak in leaks] == ["phone"]
