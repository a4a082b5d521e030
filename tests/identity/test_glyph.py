import csv
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from qmcb.identity import glyph, glyph_table

# Known from clerical errors, written down before anything was measured.
ALIKE = """
天夭 戊戌 戌戍 候侯 拔拨 徒徙 辨辩 崇祟 刺剌 折拆 袁哀 幻幼 免兔 鸟乌 今令 冶治 茶荼 千干 于干 大太 大犬
人入 王主 王壬 目自 由甲 甲申 问间 陈阵 贷货 贪贫 那哪 洒酒 瑞端 琪淇 瑶谣 瑶遥 珠株 璐潞 莹萤 荣荥 薇微
徽微 曼蔓 妍研 俊峻 峻骏 锋峰 桓恒 亨享 享亭 豪毫 杲果 杳香 沐沭 泠冷 姜羌 博搏 汤场 户尸 尹伊 毛手 元无
开井 万方 力刀 贝见 几九 丸九 巾帅 厉历 沪泸 栋拣 练拣 廷延 康唐 赢羸 颖颍 璧壁 钧钩 绵锦 师帅 凡几 清青
伟玮 娜哪 丽俪 章彰 晖辉 焕换 媛缓 彬杉 宣宜 崔催 柳抑 蒋将 祥详 清情 铭洛 春舂 昊吴 臧藏 茉莱 荟芸 斌赋
"""
SURELY = "未末 己已 已巳 土士 晴睛 玮伟 建健 日曰 免兔 戊戌 徒徙 侯候 杨扬 玥钥 娟捐"
UNLIKE = """
王李 张刘 陈杨 赵黄 周吴 徐孙 胡朱 高林 何郭 马罗 梁宋 郑谢 韩唐 冯于 董萧 程曹 袁邓 许傅 沈曾 彭吕 国伟
军强 建文 海明 志小 龙学 永晓 平华 福金 忠成 杰涛 鹏斌 刚宏 玉林 东春 秀英 兰梅 丽芳 红霞 燕艳 江淑 松桂
玲珠 婷娟 铭锋 晖晓 桐枫 浩涵 婕娜 珊琪 钰铎 莉荷 宇宸 思悦 芷菲 峰岚 怡恒 绮绍 烨炜 骏骁 一伊 丁定 山珊
水睡 口寇 心鑫 八巴 力莉 大达 子紫 鑫森 磊焱 众品 日月 木米 上下 左右 土木 云雨 堃坤 淼水 国國
"""


def alike(pairs: list[str]) -> NDArray[np.bool_]:
    left, right = (np.array([ord(pair[place]) for pair in pairs], np.uint32) for place in (0, 1))
    found = glyph.alike(left, right)
    assert found.tolist() == glyph.alike(right, left).tolist()
    return found


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    lines = glyph.TABLE.read_text(encoding="utf-8").splitlines()
    return list(csv.reader(line for line in lines if not line.startswith("#")))


@pytest.mark.parametrize("pair", SURELY.split())
def test_known_look_alikes_are_alike(pair: str) -> None:
    assert alike([pair]).all()


def test_three_of_four_clerical_errors_are_found() -> None:
    assert alike(ALIKE.split()).mean() >= 0.75


def test_different_looks_are_not_alike() -> None:
    pairs = UNLIKE.split()
    assert [pair for pair, found in zip(pairs, alike(pairs), strict=True) if found] == []


def test_no_character_is_its_own_look_alike() -> None:
    points = np.arange(0x110000, dtype=np.uint32)
    assert not glyph.alike(points, points).any()


def test_what_is_no_character_of_the_table_is_like_nothing() -> None:
    assert not alike(["?未", "A未", "\x00\x00", "\U0010ffff\U0010ffff", "𠮷吉"]).any()


def test_nothing_is_compared_with_nothing() -> None:
    none = np.zeros(0, np.uint32)
    assert glyph.alike(none, none).dtype == np.bool_
    assert glyph.alike(none, none).shape == (0,)


def test_every_row_is_a_pair_of_compared_characters_in_order(rows: list[list[str]]) -> None:
    heading, *pairs = rows
    assert heading == ["left", "right"]
    assert pairs == sorted(pairs)
    assert len({tuple(pair) for pair in pairs}) == len(pairs)
    assert all(left < right for left, right in pairs)
    assert {character for pair in pairs for character in pair} <= set(glyph_table.characters())
    assert alike([left + right for left, right in pairs]).all()


def test_the_table_holds_what_the_outlines_say(rows: list[list[str]]) -> None:
    """Whether two characters are alike does not depend on others, so that a part can be measured again."""
    some = {character for pair in rows[1::8] for character in pair}
    held = [(left, right) for left, right in rows[1:] if left in some and right in some]
    assert len(held) > 9000
    assert glyph_table.pairs("".join(some)) == held


def test_characters_of_gb_2312_are_compared() -> None:
    encodable = [c for c in glyph_table.characters() if len(c.encode("gb2312", "ignore")) == 2]
    assert len(encodable) == 6763


def test_asking_needs_no_font() -> None:
    code = "import sys, qmcb.identity.glyph; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
