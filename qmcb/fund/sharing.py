"""Who bears each region's gap: a scheme's steps one after the other, over all regions, years, draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qmcb import codes
from qmcb.balance import Line
from qmcb.errors import BalanceError, InputError
from qmcb.fund import state as states
from qmcb.fund.accounts import Accounts, Panel
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.scheme import Scheme, Terms


@dataclass(frozen=True)
class Shares:
    """Who bears what: int64 fen in arrays (…, regions), of the pool (…,).

    `deficit` is spending less income before any pool, negative for a surplus; `gap` is what is to be
    borne: the deficit and what the region pays into the pool, never below 0. `managed` is the part of
    the gap of its own making. `borne` has every payer of codes.PAYER and sums to `gap` to the fen.
    `paid_out` is all that the adjustment fund pays; what is above the gap goes to the balance.
    `pool_added` is what the region puts into the pool, `pool_left` what stays in it.
    """

    deficit: Whole
    gap: Whole
    managed: Whole
    paid_in: Whole
    paid_out: Whole
    closing_balance: Whole
    borne: Mapping[str, Whole]
    pool_opening: Whole
    pool_added: Whole
    pool_left: Whole

    @property
    def own_gap(self) -> Whole:
        """The gap before the pool: the deficit, 0 for a surplus. It is `gap` where nothing is paid in."""
        return np.maximum(self.deficit, 0)

    @property
    def cost(self) -> Whole:
        """What the year costs the region itself, now or when it repays an advance.

        Its deficit and what it pays in, less what the pool, the city and the province give. It can be
        compared between schemes; with a surplus it is negative.
        """
        given = self.paid_out + self.borne["city"] + self.borne["grant"]
        return self.deficit + self.paid_in - given


def share(
    accounts: Accounts, terms: Terms, *, coefficient: ArrayLike | None = None, pool: ArrayLike = 0
) -> Shares:
    """Share every region's gap under the terms of a scheme.

    `coefficient` is the assessment's, in millionths (…, regions), needed by schemes that ask for it;
    `pool` is what the adjustment fund opens with, in fen (…,). Every place of the axes before the
    regions is settled by itself. Raises `InputError` for a target, retirees or a coefficient that the
    scheme needs and does not have, `BalanceError` where the parts do not sum to the gap.
    """
    opening = np.broadcast_to(np.asarray(pool, np.int64), accounts.shape[:-1])
    if (opening < 0).any():
        raise InputError("a pool that opens with nothing or more", f"{opening.min()} fen", "correct the pool")
    given = None if coefficient is None else np.asarray(coefficient, np.int64)
    if given is not None and ((given < 0) | (given > PPM)).any():
        raise InputError(f"coefficients between 0 and {PPM} millionths", str(given.max()), "correct them")
    state = reduce(
        lambda state, step: step(accounts, state), terms.steps, states.begin(accounts, opening, given)
    )
    none = np.zeros(accounts.shape, np.int64)
    made = Shares(
        deficit=accounts.gap,
        gap=np.maximum(accounts.gap + state.paid_in, 0),
        managed=state.managed_part,
        paid_in=state.paid_in,
        paid_out=state.paid_out,
        closing_balance=_closing(accounts, state),
        borne={payer: state.borne.get(payer, none) for payer in codes.PAYER},
        pool_opening=opening,
        pool_added=state.added,
        pool_left=state.pool,
    )
    _check(made)
    return made


def share_years(
    panel: Panel, scheme: Scheme, *, as_of: int | date | None = None, coefficient: Whole | None = None
) -> Shares:
    """Share every year of a panel under the terms in force in it, or all years under those of `as_of`.

    `coefficient` is (years, regions) as the panel. Each year is settled by itself: no pool is carried on.
    Raises `InputError` where the scheme is not in force in a year.
    """
    terms = [scheme.at(year if as_of is None else as_of) for year in panel.years]
    parts = []
    for each in dict.fromkeys(terms_by_date := [t.effective for t in terms]):
        places = [place for place, effective in enumerate(terms_by_date) if effective == each]
        given = None if coefficient is None else coefficient[places]
        parts.append((places, share(panel.accounts[places], terms[places[0]], coefficient=given)))
    order = np.argsort([place for places, _ in parts for place in places])
    return _joined([made for _, made in parts], order)


def balance(shares: Shares, years: tuple[int, ...]) -> tuple[Line, ...]:
    """Gap = what the payers bear, and pool in = pool out + left, in fen: two lines a year."""
    lines = []
    for place, year in enumerate(years):
        parts = tuple((codes.PAYER[payer], int(shares.borne[payer][place].sum())) for payer in codes.PAYER)
        lines.append(Line(f"{year}年缺口（分）", int(shares.gap[place].sum()), parts))
        into = shares.pool_opening[place] + shares.paid_in[place].sum() + shares.pool_added[place]
        out = (("下拨", int(shares.paid_out[place].sum())), ("留存", int(shares.pool_left[place])))
        lines.append(Line(f"{year}年调剂金（分）", int(into), out))
    return tuple(lines)


def frame(shares: Shares, panel: Panel) -> pd.DataFrame:
    """One row a region and year, in whole fen, in the order of years and region codes.

    Columns: region, name, year, own_gap, paid_in, gap, managed, a column for each payer of codes.PAYER
    (they sum to gap), paid_out, closing_balance and cost (see Shares).
    """
    before = {name: getattr(shares, name) for name in ("own_gap", "paid_in", "gap", "managed")}
    after = {name: getattr(shares, name) for name in ("paid_out", "closing_balance", "cost")}
    return panel.frame(**before, **shares.borne, **after)


def by_payer(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of `frame` as region × payer: region, name, year, payer (of codes.PAYER), amount in fen."""
    long = table.melt(["region", "name", "year"], list(codes.PAYER), var_name="payer", value_name="amount")
    place = long["payer"].map({payer: place for place, payer in enumerate(codes.PAYER)})
    order = long.assign(place=place).sort_values(["year", "region", "place"], ignore_index=True)
    return order.drop(columns="place")


def _closing(accounts: Accounts, state: states.State) -> Whole:
    """What the region's fund closes with under the scheme, instead of what was really adjusted."""
    others = (state.borne.get(payer, 0) for payer in codes.PAYER if payer not in ("reserve", "adjustment"))
    return accounts.opening_balance - accounts.gap - state.paid_in + state.paid_out + sum(others)


def _check(made: Shares) -> None:
    total = sum(made.borne.values(), np.zeros_like(made.gap))
    into = made.pool_opening + made.paid_in.sum(axis=-1) + made.pool_added
    lost = (total != made.gap).any() or (into != made.paid_out.sum(axis=-1) + made.pool_left).any()
    if lost or min(part.min() for part in (*made.borne.values(), made.pool_left)) < 0:
        raise BalanceError("the parts of a gap do not sum to it, or one of them is negative")


def _joined(parts: list[Shares], order: Whole) -> Shares:
    def one(name: str) -> Whole:
        return np.concatenate([getattr(part, name) for part in parts])[order]

    borne = {payer: np.concatenate([part.borne[payer] for part in parts])[order] for payer in codes.PAYER}
    plain = [name for name in Shares.__dataclass_fields__ if name != "borne"]
    return Shares(borne=borne, **{name: one(name) for name in plain})
