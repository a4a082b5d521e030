"""What one more yuan collected leaves with the county that collects it, along the range and at its kinks."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qmcb import codes
from qmcb.fund import assessment, kink, sharing
from qmcb.fund.accounts import Accounts, Panel
from qmcb.fund.alone import Others
from qmcb.fund.assessment import Criteria
from qmcb.fund.exact import Whole
from qmcb.fund.kink import Coefficient, Points, Range
from qmcb.fund.ledger import Fund
from qmcb.fund.scheme import Terms

Floats = NDArray[np.float64]

_MORE = 1_000_000  # 1 万元 in fen
_HALF = 0.5
_SLACK = 10  # fen by which rounded parts can be off at both ends of a stretch


def kept(
    accounts: Accounts, terms: Terms, *, coefficient: ArrayLike | None = None, pool: ArrayLike = 0
) -> Floats:
    """The share of one more 万元 of contributions that stays with each region, (…, regions).

    The region alone collects it, all others stay as they are. It keeps what its cost (`Shares.cost`) falls
    by: 1 keeps all, 0 nothing, below 0 it is worse off for having collected. `coefficient` (…, regions) is
    held; `pool` is (…,), as in `sharing.share`. Exact to a few millionths, as parts are whole fen; where
    a kink lies within that 万元 it is the mean of both sides, which `curve` tells apart.
    """
    others = Others.build(accounts, terms, coefficient, pool)
    before = sharing.share(others.accounts, terms, coefficient=others.coefficient, pool=others.pool).cost
    more = others.accounts.contributions + _MORE
    after = others.settle(*others.everyone(), lambda shares: shares.cost, contributions=more.ravel())
    made: Floats = ((before.ravel() - after) / _MORE).reshape(accounts.shape)
    return made


def held(coefficient: Whole) -> Coefficient:
    """The coefficients (years, regions) as they are, whatever is collected."""
    return lambda contributions: np.broadcast_to(coefficient, contributions.shape)


def following(fund: Fund, rules: Criteria) -> Coefficient:
    """The coefficients that the assessment gives for what is collected, all else of the fund as it is."""
    panel = fund["actual"]

    def assessed(contributions: Whole) -> Whole:
        changed = replace(panel, accounts=panel.accounts.changed(contributions=contributions))
        return assessment.assess(replace(fund, panels={**fund.panels, "actual": changed}), rules).coefficient

    return assessed


def curve(
    panel: Panel,
    terms: Terms,
    *,
    coefficient: Coefficient | None = None,
    percents: Sequence[int] = range(50, 151),
) -> pd.DataFrame:
    """What stays of what each region collects, stretch by stretch, from one of the percents to the next.

    The percents are of what it collected, ascending. A stretch ends where a bound begins or ceases to
    bind or another payer takes over, to the fen. Others stay as they are.

    Columns: region, name, year; contributions and until (fen, the stretch); kept (of each yuan in
    it); gain (fen that the county gains at once where the stretch begins: a notch, where its coefficient
    moves; 0 elsewhere); zone (of codes.ZONE); reason (of codes.KINK, why the stretch begins; empty at a
    mere percent).
    """
    along = Range(panel, terms, coefficient)
    low, high = along.grid(percents)
    kinks = along.kinks(low, high)
    cuts = pd.concat([_cuts(*kinks, kink.reasons(*kinks)), _cuts(low, low), _cuts(high, high)])
    cuts = cuts.drop_duplicates(["place", "contributions"]).sort_values(["place", "contributions"])
    following_cut = cuts.groupby("place")[["before", "cost_before"]].shift(-1)
    made = cuts.assign(until=following_cut["before"], cost_until=following_cut["cost_before"])
    made = made[made["until"] > made["contributions"]].astype({"until": "int64"})
    length = (made["until"] - made["contributions"]).to_numpy(np.float64)
    stays = ((made["cost"] - made["cost_until"]) / length).to_numpy()
    regions = panel.frame().iloc[made["place"]].reset_index(drop=True)
    columns = made[["contributions", "until", "gain", "reason"]].reset_index(drop=True)
    table = regions.join(columns).assign(kept=stays, zone=_zone(stays, _SLACK / length))
    return table[["region", "name", "year", "contributions", "until", "kept", "gain", "zone", "reason"]]


def zones(made: pd.DataFrame) -> pd.DataFrame:
    """The stretches of a curve put together where zone follows zone without a change.

    Columns: region, name, year, zone; contributions and until (fen); least and most (kept in it); reason
    (why it begins).
    """
    new = (made[["region", "year", "zone"]] != made[["region", "year", "zone"]].shift()).any(axis=1)
    named = {"least": ("kept", "min"), "most": ("kept", "max"), "reason": ("reason", "first")}
    firsts = {name: (name, "first") for name in ("region", "name", "year", "zone", "contributions")}
    return made.groupby(new.cumsum()).agg(**firsts, until=("until", "last"), **named).reset_index(drop=True)


def _cuts(before: Points, after: Points, reasons: Sequence[str] | None = None) -> pd.DataFrame:
    """Where one stretch ends (before) and the next begins (after); both are the same at a mere percent."""
    return pd.DataFrame(
        {
            "place": after.place,
            "contributions": after.level,
            "cost": after.cost,
            "before": before.level,
            "cost_before": before.cost,
            "gain": kink.notches(before, after),
            "reason": "" if reasons is None else reasons,
        }
    )


def _zone(stays: Floats, slack: Floats) -> NDArray[np.str_]:
    """The zone of what stays, give or take what rounding can do."""
    bounds = [stays < -slack, stays <= slack, stays < _HALF, stays < 1 - slack]
    return np.select(bounds, list(codes.ZONE)[:-1], list(codes.ZONE)[-1])
