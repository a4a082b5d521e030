"""The parameters of a scheme's steps: read from what people write, checked one by one."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np

from qmcb import codes
from qmcb.fund.exact import PPM, Whole

T = TypeVar("T")

_DECIMALS = 4  # of a per cent: a ratio is a whole number of millionths


class WrongParameter(ValueError):
    """A parameter is not as expected; `expected` and `found` are for the one line of an `InputError`."""

    def __init__(self, expected: str, found: object) -> None:
        super().__init__(f"expected {expected}; found {found}")
        self.expected, self.found = expected, str(found)


@dataclass(frozen=True)
class Tiers:
    """A share for each range of a measure: from each bound on, all in millionths."""

    bounds: tuple[int, ...]
    shares: tuple[int, ...]

    def at(self, measure: Whole) -> Whole:
        """The share for each value of the measure."""
        place = np.searchsorted(np.array(self.bounds), measure, side="right") - 1
        return np.array(self.shares, np.int64)[place]


def percent(raw: Any, most: int = 100) -> int:
    """A per cent between 0 and `most` with at most four decimals, as millionths."""
    exact = Decimal(str(raw)) if type(raw) in (int, float) else Decimal("nan")
    if not (exact.is_finite() and 0 <= exact <= most and exact == round(exact, _DECIMALS)):
        raise WrongParameter(f"a per cent from 0 to {most} with at most {_DECIMALS} decimals", raw)
    return int(exact * (PPM // 100))


def whole(unit: str, least: int, most: int) -> Callable[[Any], int]:
    """A reader of whole numbers of a unit."""

    def read(raw: Any) -> int:
        if type(raw) is not int or not least <= raw <= most:
            raise WrongParameter(f"a whole number of {unit} from {least} to {most}", raw)
        return raw

    return read


def months(raw: Any) -> int:
    """A whole number of months up to ten years."""
    if type(raw) is not int or not 0 <= raw <= 120:
        raise WrongParameter("a whole number of months from 0 to 120", raw)
    return raw


def points(raw: Any) -> int:
    """Points out of 100, with at most four decimals, in millionths of the 100."""
    return percent(raw)


def tiers(raw: Any) -> Tiers:
    """A list of {at_least, percent}, ascending from 0; at_least is in per cent (of the average) or points."""
    if not isinstance(raw, list) or not raw or any(not isinstance(row, dict) for row in raw):
        raise WrongParameter("a list of {at_least, percent}", raw)
    if any(row.keys() != {"at_least", "percent"} for row in raw):
        raise WrongParameter("at_least and percent in each tier", raw)
    bounds = tuple(percent(row["at_least"], 10_000) for row in raw)
    if bounds[0] != 0 or list(bounds) != sorted(set(bounds)):
        raise WrongParameter("tiers ascending from at_least: 0", [row["at_least"] for row in raw])
    return Tiers(bounds, tuple(percent(row["percent"]) for row in raw))


def tiers_of_score(raw: Any) -> Tiers:
    """Tiers by points out of 100."""
    return tiers(raw)


def split(raw: Any) -> Mapping[str, int]:
    """Payers of codes.PAYER and their per cents, which sum to 100."""
    if (
        not isinstance(raw, dict)
        or not raw
        or not raw.keys() <= codes.PAYER.keys() - {"reserve", "adjustment"}
    ):
        raise WrongParameter("per cents by county, city, grant or advance", raw)
    shares = {payer: percent(raw[payer]) for payer in codes.PAYER if payer in raw}
    if sum(shares.values()) != PPM:
        raise WrongParameter("per cents that sum to 100", raw)
    return shares


def regions(raw: Any) -> tuple[str, ...]:
    """A list of region codes, each in quotes."""
    if not isinstance(raw, list) or any(type(code) is not str or len(code) != 6 for code in raw):
        raise WrongParameter("a list of region codes of six digits in quotes", raw)
    return tuple(raw)


def parameter(read: Callable[[Any], Any], default: Any = MISSING) -> Any:
    """A field of a step that `read` takes from what people write."""
    return field(default=default, metadata={"read": read})


def read(kind: type[Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The given parameters of a dataclass; raises `WrongParameter` for a wrong or unknown one."""
    known = of(kind)
    if stray := [name for name in raw if name not in known]:
        raise WrongParameter(
            f"only the parameters {', '.join(known) or '(none)'}", ", ".join(map(str, stray))
        )
    values = {}
    for name, value in raw.items():
        try:
            values[name] = known[name].metadata["read"](value)
        except WrongParameter as error:
            raise WrongParameter(f"{name} as {error.expected}", error.found) from error
    return values


def build(kind: type[T], raw: Mapping[str, Any], **others: Any) -> T:
    """A dataclass from all its parameters; raises `WrongParameter` as `read`, and for an absent one."""
    values = read(kind, raw)
    for name, each in of(kind).items():
        if name not in values and each.default is MISSING:
            raise WrongParameter(f"the parameter {name}", "none")
    return kind(**values, **others)


def of(kind: type[Any]) -> dict[str, Field[Any]]:
    """The parameters of a dataclass by name."""
    return {each.name: each for each in fields(kind) if "read" in each.metadata}


def text(each: Field[Any], value: Any) -> str:
    """The value of a parameter as people read it."""
    write: Callable[[Any], str] = _TEXT[each.metadata["read"]]
    return write(value)


def _percent_text(ppm: int) -> str:
    return f"{ppm / (PPM // 100):.{_DECIMALS}f}".rstrip("0").rstrip(".") + "%"


def _tiers_text(value: Tiers) -> str:
    shares = [_percent_text(share) for share in value.shares]
    if len(shares) == 1:
        return shares[0]
    rows = zip(value.bounds, shares, strict=True)
    return "；".join(f"财力达均值{_percent_text(bound)}：{share}" for bound, share in rows)


def _score_text(value: Tiers) -> str:
    rows = zip(value.bounds, value.shares, strict=True)
    return "；".join(f"{bound / (PPM // 100):g}分起{_percent_text(share)}" for bound, share in rows)


def _split_text(value: Mapping[str, int]) -> str:
    return "；".join(f"{codes.PAYER[payer]}{_percent_text(share)}" for payer, share in value.items())


_TEXT: Mapping[Callable[[Any], Any], Callable[[Any], str]] = {
    percent: _percent_text,
    points: lambda value: _percent_text(value).replace("%", "分"),
    months: lambda value: f"{value}个月",
    tiers: _tiers_text,
    tiers_of_score: _score_text,
    split: _split_text,
    regions: "、".join,
}
