"""Money in the wrong unit shows by its size: 元 or 万元 where whole fen were expected."""

import numpy as np
from numpy.typing import NDArray

from qmcb.errors import InputError
from qmcb.fund.accounts import UNKNOWN, Accounts

# An average wage below 3,000 元 a year, or above a million, is one in another unit.
_WAGE = (3_000_00, 1_000_000_00)
# What a column is compared with, and how many times as much it can be; 0 is left alone. In 元 each
# of them would be a hundredth, in 万元 a millionth of what it is.
_SIZES = (
    ("contributions", "insured × average_wage", 0.005, 1.0),
    ("spending", "retirees × average_wage", 0.02, 5.0),
    ("target", "contributions", 0.02, 50.0),
    ("fiscal_revenue", "contributions", 0.1, 2_000.0),
)


def check(accounts: Accounts, years: tuple[int, ...]) -> None:
    """Raise `InputError` for the first amount that cannot be in fen, or a wage that is not of a year."""
    wage = accounts.average_wage
    _refuse(
        (wage < _WAGE[0]) | (wage > _WAGE[1]), accounts, years, "average_wage", f"{_WAGE[0]} to {_WAGE[1]}"
    )
    for name, base, least, most in _SIZES:
        values, against = getattr(accounts, name), _product(accounts, base)
        told = (values != UNKNOWN) & (values != 0) & (against != 0)
        share = np.where(told, values / np.where(told, against, 1), np.nan)
        wrong = (share < least) | (share > most)
        _refuse(wrong, accounts, years, name, f"{least:g} to {most:g} times of {base}")


def _product(accounts: Accounts, names: str) -> NDArray[np.float64]:
    made = np.ones(accounts.shape)
    for name in names.split(" × "):
        made = made * getattr(accounts, name)
    return made


def _refuse(
    wrong: NDArray[np.bool_], accounts: Accounts, years: tuple[int, ...], name: str, bounds: str
) -> None:
    for at, code in zip(*np.nonzero(wrong), strict=True):
        raise InputError(
            f"{name} of {accounts.regions[code]} in {years[at]} in whole fen, {bounds}",
            str(getattr(accounts, name)[at, code]),
            "send all money in fen (it may be in 元 or 万元) and the wage of a year (it may be a month's)",
        )
