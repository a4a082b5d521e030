"""The employers of the province and those elsewhere for whom its people work."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qmcb import codes
from qmcb.identity import text
from qmcb.sample.calibration import Places, figures, shares
from qmcb.sample.clock import Clock, first_days, month
from qmcb.sample.numbers import decimals

HONEST, HEADS, BASES, BOTH, UNREGISTERED = range(5)
KINDS = ("honest", "heads", "bases", "both", "unregistered")
_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", np.uint8)
_WEIGHTS = 3 ** np.arange(17) % 31
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_PEOPLE_PER_EMPLOYER = 40
_SECTIONS = list("CEFGHIAOBQPK")
_TRADES = ["制造", "建筑", "商贸", "物流", "餐饮", "信息", "农业", "服务", "煤业", "医疗", "教育", "置业"]
_WORDS = ["兴", "盛", "恒", "瑞", "宏", "达", "鑫", "源", "泰", "丰", "塞上", "沃野", "凤凰", "长河"]
_HONOURS = ("自治区优秀企业", "自治区劳动关系和谐企业", "全国文明单位")


@dataclass(frozen=True)
class Employers:
    """Employers by index: those of the province (n), then those of other provinces.

    code: USCC (ASCII, 18), and region, of all; of the province's only: size, established (month index),
    kind and ratio of what they declare; lasting: how many, from 0, are older than any spell; heads_true
    and heads_declared are counted while chunks are written.
    """

    code: NDArray[np.uint8]
    region: NDArray[np.int64]
    here: int
    size: NDArray[np.float64]
    established: NDArray[np.int64]
    kind: NDArray[np.int64]
    ratio: NDArray[np.float64]
    lasting: int
    heads_true: NDArray[np.int64] = field(repr=False)
    heads_declared: NDArray[np.int64] = field(repr=False)

    def pick(self, rng: np.random.Generator, first_months: NDArray[np.int64]) -> NDArray[np.int64]:
        """Registered employers of the province that existed in those months, larger ones more often."""
        weight = np.where(self.kind == UNREGISTERED, 0, self.size)
        chosen = rng.choice(self.here, len(first_months), p=shares(weight))
        oldest = rng.choice(self.lasting, len(first_months), p=shares(weight[: self.lasting]))
        return np.where(self.established[chosen] <= first_months, chosen, oldest)

    def pick_elsewhere(self, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Employers of other provinces."""
        return rng.integers(self.here, len(self.code), count)

    def pick_hiding(self, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Employers that hide staff."""
        hiding = np.flatnonzero(np.isin(self.kind, (HEADS, BOTH, UNREGISTERED)))
        return rng.choice(hiding, count, p=shares(self.size[hiding]))

    def ids(self, index: NDArray[np.int64]) -> pa.StringArray:
        """Codes as strings; null where the index is negative."""
        return text.from_bytes(self.code[index], index >= 0)


def _codes(region: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Valid codes (GB 32100), a different organisation each."""
    serial = (np.arange(len(region)) * 48_271 + 10_007_777) % 10**8
    organisation = decimals(serial, 8)
    check = (11 - organisation.astype(np.int64) @ _ORGANISATION_WEIGHTS % 11) % 11
    check = np.where(check == 10, np.flatnonzero(ord("X") == _ALPHABET)[0], check)
    head = np.tile(np.array([9, 1], np.uint8), (len(region), 1))
    body = np.concatenate([head, decimals(region, 6), organisation, check[:, None]], axis=1).astype(np.int64)
    last = -(body @ _WEIGHTS) % 31
    return np.take(_ALPHABET, np.concatenate([body, last[:, None]], axis=1))


def draw(rng: np.random.Generator, places: Places, clock: Clock, people: int) -> Employers:
    """Employers for a province of so many people: a few large, most small, a tenth dishonest."""
    here, elsewhere = max(120, people // _PEOPLE_PER_EMPLOYER), max(60, people // 100)
    near = rng.choice(places.counties, here, p=places.resident)
    far = places.codes[rng.choice(places.others, elsewhere, p=places.weights)]
    region = np.concatenate([near, far])
    size = np.minimum(rng.pareto(1.1, here) + 0.3, 300)
    kind = rng.choice(5, here, p=(0.80, 0.06, 0.07, 0.03, 0.04))
    lasting = here // 2
    kind[:lasting] = np.where(kind[:lasting] == UNREGISTERED, HONEST, kind[:lasting])
    established = np.where(
        np.arange(here) < lasting,
        rng.integers(month(1988), month(1996), here),
        rng.integers(month(1996), clock.month - 24, here),
    )
    new = kind == UNREGISTERED
    established[new] = clock.month - rng.integers(2, 24, new.sum())
    ratio = np.where(np.isin(kind, (BASES, BOTH)), np.round(rng.uniform(0.5, 0.85, here), 2), 1.0)
    return Employers(
        _codes(region), region, here, size, established, kind, ratio, lasting,
        np.zeros(here, np.int64), np.zeros(here, np.int64),
    )  # fmt: skip


def columns(rng: np.random.Generator, employers: Employers, clock: Clock) -> dict[str, pa.Array]:
    """The employers of the province as commerce has them."""
    here = employers.here
    place = {county["code"]: county["name"] for county in figures()["counties"]}
    trade = rng.integers(0, len(_TRADES), here)
    first, second = rng.integers(0, len(_WORDS), here), rng.integers(0, len(_WORDS), here)
    region = employers.region[:here]
    name = pa.array(np.array([place[code] for code in region.tolist()]))
    for values, index in ((_WORDS, first), (_WORDS, second), (_TRADES, trade)):
        name = pc.binary_join_element_wise(name, pa.array(values).take(pa.array(index)), "")
    honoured = rng.random(here) < 0.03
    return {
        "uscc": employers.ids(np.arange(here)),
        "name": pc.binary_join_element_wise(name, "有限公司", ""),
        "region": pa.array(region).cast(pa.string()),
        "industry": pa.array(_SECTIONS).take(pa.array(trade)),
        "size": pa.array(4 - np.searchsorted([1.0, 6.0, 60.0], employers.size)).cast(pa.string()),
        "established_on": pa.array(
            first_days(employers.established) + rng.integers(0, 28, here).astype("timedelta64[D]")
        ),
        "status": pa.array(np.full(here, next(iter(codes.EMPLOYER_STATUS)))),
        "honours": pa.array(np.array(_HONOURS)[rng.integers(0, 3, here)], mask=~honoured),
    }


def truth(employers: Employers) -> pa.Table:
    """What each employer should have declared, and did: uscc, heads_true, heads_declared, base_ratio, kind.

    An employer that meant to hide staff but employed nobody besides counts as what is left of it.
    """
    kind = employers.kind
    open_heads = employers.heads_true == employers.heads_declared
    seen = np.select(
        [open_heads & np.isin(kind, (HEADS, UNREGISTERED)), open_heads & (kind == BOTH)],
        [HONEST, BASES],
        kind,
    )
    return pa.table(
        {
            "uscc": employers.ids(np.arange(employers.here)),
            "heads_true": employers.heads_true,
            "heads_declared": employers.heads_declared,
            "base_ratio": employers.ratio,
            "kind": pa.array(KINDS).take(pa.array(seen)),
        }
    )
