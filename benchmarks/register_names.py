"""Names of an ordinary register: surnames and given names about as frequent as they are in the country.

The sample's lists are short, so that homonyms abound; here two people in a hundred thousand pairs or so
share a name.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from qmcb.sample.calibration import shares
from qmcb.sample.names import SEPARATOR, WIDTH

_MINORITY, _RARE_CHARACTER, _FASHIONABLE, _HUI = 0.012, 0.005, 0.05, 0.05
# First year of an era, and how many of its given names have one character only.
_ERAS = {"old": (0, 0.08), "middle": (1970, 0.30), "young": (1990, 0.12)}
# Surnames that the sample's lists lack, in about their order; one person in seven has such a one.
_RARER, _RARER_SURNAMES = (
    0.14,
    (
        "毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒"
        "阮柯纪梅童凌毕季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶牟艾尤阳时农司卓古吉缪简车项连芦麦褚娄"
        "窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和栾隋商刁荣巫寇桑郎甄丛仲虞敖巩明佘池麻苑迟邝"
    ),
)
# Characters of given names besides the sample's most frequent ones, in a plausible order.
_FURTHER = (
    "兴德恒启锋雄锦祖辰世泽松柏权山河江洪泉清润坚诚信義礼智敬孝谦和祥瑞康健安宁乐佑泰丰茂盛荣昌隆裕富贵财宝银铜铁钢"
    "锐钧铭钰锡镇长远达通运途程鸿鹤翔翼羽翰翠绍继承传宗绪纪维纲经纬络纯素绮绣彤丹朱赤青蓝紫白黑墨玄"
    "春夏秋冬晨曦旭昊昕昱晖景晴朗阳光星月辰露霜冰雨霖霏霄岚岩岳峰峻崇嵘川洋洲浪涌潮波澜沛沐泓溪湘淇渊滨瀚"
    "柳杨桐梧桃李杏棠榕槐楠桦枫樱森林苗蕾莲荷菲茜茵蓓蕊薇芝芬芸苓荔蔓藤竹笛琼瑶琦琬璐璇璟瑾瑜珊珂珏玥珠"
    "娇娥婉婵媛嫣妮姗姣娅妤妙佩仪倪偲伊依侠俐俏倚健伦佐佑伯仲叔季孟兆先克全共典冬凌勤励勋卓南博占卫友可"
    "史吉同向君启周哲商嘉四园固图坤城培基士声夏大奇奎如妹始威孔存季学宜宝宪宽家宣容密富寒寿封射尚尧展履"
    "巍巧帆希常干平年幸庚庭廷延弘弟强彬影征律微必忆志念思怀恩恬悟惠愿慈慎慕懿战才扬扶振捷援政敦斯方施昂"
    "晗景朋望本材来极果校桓梁棣楚楷欢歌殿毅民气求汉汝沁法津洁涵润深淳渝游湛源滔漫潇澄灿炎炜炫烈烨焕煜照熙"
    "燃牧特献玖琨甜田甲申畅留百盼真督石硕磐祎祝福禄科秉移稳立章竞端笑策简米精红绍维群翊耘聪肖胜能自致舒航"
)


@cache
def _lists() -> dict[str, Any]:
    text = files("qmcb.sample").joinpath("names.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def _points(words: list[str], width: int = WIDTH) -> NDArray[np.uint32]:
    """Words as code points (n, width), 0 past their ends."""
    return np.array(words, f"<U{width}").view(np.uint32).reshape(-1, width)


def _falling(
    rng: np.random.Generator, items: NDArray[np.uint32], count: int, after: float
) -> NDArray[np.uint32]:
    return items[rng.choice(len(items), count, p=shares(1 / (np.arange(len(items)) + after)))]


def _given(rng: np.random.Generator, sex: str, era: str, count: int) -> NDArray[np.uint32]:
    """Given names (n, 2): few from the fashionable ones, the rest by character."""
    common = dict.fromkeys(_lists()["characters"][sex] + _FURTHER)
    pool = _points(list(common), 1)
    names = np.concatenate([_falling(rng, pool, count, 6.0) for _ in range(2)], axis=1)
    names[rng.random(count) < _ERAS[era][1], 1] = 0
    whole = rng.random(count) < _FASHIONABLE
    names[whole] = _falling(rng, _points(_lists()["whole"][sex][era].split(), 2), int(whole.sum()), 3.0)
    return names


def _surnames(rng: np.random.Generator, count: int) -> NDArray[np.uint32]:
    """Surnames (n, 2) as the sample's lists have them, and rarer ones."""
    drawn, lists = np.empty((count, 2), np.uint32), _lists()["surnames"]
    group = rng.choice(3, count, p=[1 - _RARER - _HUI, _HUI, _RARER])
    rarer = dict(zip(_RARER_SURNAMES, 1 / (np.arange(len(_RARER_SURNAMES)) + 30.0), strict=True))
    for place, weights in enumerate((lists["han"], lists["hui"], rarer)):
        mask = group == place
        chosen = rng.choice(len(weights), mask.sum(), p=shares(list(weights.values())))
        drawn[mask] = _points(list(weights), 2)[chosen]
    return drawn


def draw(rng: np.random.Generator, male: NDArray[np.bool_], years: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Names as code points (n, WIDTH) for people of the sex and year of birth given."""
    count, starts = len(male), [start for start, _ in _ERAS.values()]
    given, era = np.empty((count, 2), np.uint32), np.searchsorted(starts, years, side="right") - 1
    for place, name in enumerate(_ERAS):
        for sex, of_sex in (("male", male), ("female", ~male)):
            mask = of_sex & (era == place)
            given[mask] = _given(rng, sex, name, int(mask.sum()))
    names, surname = np.zeros((count, WIDTH), np.uint32), _surnames(rng, count)
    names[:, :2], long = surname, surname[:, 1] != 0
    names[long, 2:4], names[~long, 1:3] = given[long], given[~long]
    minority, lists = rng.random(count) < _MINORITY, _lists()["minority"]
    for sex, of_sex in (("male", male), ("female", ~male)):
        both = [f"{own}{SEPARATOR}{fathers}" for own in lists[sex] for fathers in lists["male"]]
        mask = of_sex & minority
        names[mask] = _points(both)[rng.integers(0, len(both), mask.sum())]
    rare = np.flatnonzero((rng.random(count) < _RARE_CHARACTER) & ~minority)
    last = (names[rare] != 0).sum(axis=1) - 1
    names[rare, last] = _points(list(_lists()["rare"]), 1)[rng.integers(0, 12, len(rare)), 0]
    return names
