"""Resident numbers (GB 11643) given out once each, and how offices get them wrong."""

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qmcb.errors import InputError
from qmcb.identity import number, text
from qmcb.sample.clock import Days
from qmcb.sample.rates import Rates

Digits = NDArray[np.uint8]
_FIRST_DAY = np.datetime64("1900-01-01")
_DAYS = 52_000
_PER_CELL = 499
_ZERO = ord("0")
# What only rewriting undoes; a number damaged in any other way is no longer the person's.
_REWRITTEN = ("fifteen", "lower_x", "full_width", "spaces")


class Registrar:
    """Gives each person a number that nobody else in the province has.

    `codes` are the region codes of the numbers; the serial numbers of one code, day and sex run on from
    chunk to chunk, so that twins of one sex stand next to each other.
    """

    def __init__(self, codes: NDArray[np.int64]) -> None:
        self._codes = codes
        self._given = np.zeros(len(codes) * _DAYS * 2, np.int16)

    def issue(self, place: NDArray[np.int64], births: Days, male: NDArray[np.bool_]) -> Digits:
        """Numbers (n, 18; ASCII) for people whose code is row `place`."""
        cell = (place * _DAYS + (births - _FIRST_DAY).astype(np.int64)) * 2 + male
        rank = self._given[cell] + _occurrence(cell)
        if rank.max(initial=0) >= _PER_CELL:
            raise InputError(
                "room for a number each", "more people than one day of birth allows", "ask for fewer"
            )
        np.add.at(self._given, cell, 1)
        serial = 2 * ((rank + cell * 7919) % _PER_CELL + 1) + male
        days = births.astype("datetime64[D]")
        year = days.astype("datetime64[Y]").astype(np.int64) + 1970
        month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
        day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
        parts = ((self._codes[place], 6), (year, 4), (month, 2), (day, 2), (serial, 3))
        body = np.concatenate([decimals(values, width) for values, width in parts], axis=1)
        return np.concatenate([body + _ZERO, number.check_characters(body)[:, None]], axis=1).astype(np.uint8)


def decimals(values: NDArray[np.int64], width: int) -> Digits:
    """The last `width` decimal digits of whole numbers, as values (n, width)."""
    return cast(Digits, (values[:, None] // 10 ** np.arange(width)[::-1] % 10).astype(np.uint8))


def _occurrence(cell: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each entry how many equal ones stand before it."""
    order = np.argsort(cell, kind="stable")
    ordered = cell[order]
    start = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    run = np.repeat(start, np.diff(np.append(start, len(cell))))
    rank = np.empty(len(cell), np.int64)
    rank[order] = np.arange(len(cell)) - run
    return rank


def column(digits: Digits) -> pa.StringArray:
    """Rows of ASCII codes as strings."""
    return text.from_bytes(digits, np.ones(len(digits), np.bool_))


def fifteen(digits: Digits) -> pa.StringArray:
    """Numbers as they were written before 1999: without century and check character."""
    return column(np.concatenate([digits[:, :6], digits[:, 8:17]], axis=1))


def _one_digit(rng: np.random.Generator, digits: Digits) -> pa.StringArray:
    wrong, rows = digits.copy(), np.arange(len(digits))
    place = rng.integers(0, 17, len(digits))
    wrong[rows, place] = (wrong[rows, place] - _ZERO + rng.integers(1, 10, len(digits))) % 10 + _ZERO
    return column(wrong)


def _swapped(rng: np.random.Generator, digits: Digits) -> pa.StringArray:
    wrong, rows = digits.copy(), np.arange(len(digits))
    differ = digits[:, 1:] != digits[:, :-1]
    place = (differ * rng.random(differ.shape)).argmax(axis=1)
    wrong[rows, place], wrong[rows, place + 1] = digits[rows, place + 1], digits[rows, place]
    return column(wrong)


def _spreadsheet(digits: Digits) -> pa.StringArray:
    rounded = digits.copy()
    rounded[:, 15:] = _ZERO
    return column(rounded)


def _full_width(digits: Digits) -> pa.StringArray:
    """Full-width forms: U+FF10 … U+FF19 and U+FF38, three bytes each in UTF-8."""
    wide = np.empty((*digits.shape, 3), np.uint8)
    wide[:, :, 0], wide[:, :, 1], wide[:, :, 2] = 0xEF, 0xBC, digits + (0x90 - _ZERO)
    return column(wide.reshape(len(digits), 54))


def _spaced(rng: np.random.Generator, digits: Digits) -> pa.StringArray:
    before = np.array(["", " ", "\u3000"])[rng.integers(0, 3, len(digits))]
    after = np.where(before == "", " ", np.array(["", "  "])[rng.integers(0, 2, len(digits))])
    return pc.binary_join_element_wise(pa.array(before), column(digits), pa.array(after), "")


def damage(
    rng: np.random.Generator, digits: Digits, others: Digits, rates: Rates
) -> tuple[pa.StringArray, NDArray[np.bool_]]:
    """The numbers as an office has them, and whether rewriting alone gives the person's own.

    `others` are numbers of other people, one beside each. Nothing happens twice to one number.
    """
    own, everyone = np.ones(len(digits), np.bool_), np.ones(len(digits), np.bool_)
    possible = {
        "digit": everyone,
        "swapped": everyone,
        "fifteen": digits[:, 6] == ord("1"),
        "spreadsheet": (digits[:, 15:] != _ZERO).any(axis=1),
        "absent": everyone,
        "lower_x": digits[:, 17] == ord("X"),
        "full_width": everyone,
        "spaces": everyone,
        "of_another": (digits != others).any(axis=1),
    }
    typed, free = column(digits), everyone.copy()
    for kind, able in possible.items():
        hit = free & able & (rng.random(len(digits)) < getattr(rates, f"number_{kind}"))
        free &= ~hit
        if kind not in _REWRITTEN:
            own &= ~hit
        typed = pc.replace_with_mask(typed, pa.array(hit), _damaged(rng, kind, digits[hit], others[hit]))
    return typed, own


def _damaged(rng: np.random.Generator, kind: str, digits: Digits, others: Digits) -> pa.Array:
    match kind:
        case "digit":
            return _one_digit(rng, digits)
        case "swapped":
            return _swapped(rng, digits)
        case "fifteen":
            return fifteen(digits)
        case "spreadsheet":
            return _spreadsheet(digits)
        case "lower_x":
            return pc.utf8_lower(column(digits))
        case "full_width":
            return _full_width(digits)
        case "spaces":
            return _spaced(rng, digits)
        case "of_another":
            return column(others)
        case _:
            return pa.nulls(len(digits), pa.string())
