"""Fairness against cost: the schemes that can be chosen, the bound of any, and where today's stand."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qmcb.fund import bound, objectives, settle, sharing
from qmcb.fund.accounts import Accounts
from qmcb.fund.bound import Bound
from qmcb.fund.exact import PPM
from qmcb.fund.ledger import Fund
from qmcb.fund.objectives import Objectives
from qmcb.fund.scheme import Scheme, Terms
from qmcb.fund.search import Search
from qmcb.fund.sharing import Shares
from qmcb.fund.space import Place, Space

YEARS = 3
_COSTS = 40  # costs at which the bound is drawn


@dataclass(frozen=True)
class Frontier:
    """The front of a space over some years of a fund: `places`, the cheapest first."""

    fund: Fund
    years: tuple[int, ...]
    search: Search
    places: tuple[Place, ...]

    @property
    def accounts(self) -> Accounts:
        return self.search.accounts

    @property
    def space(self) -> Space:
        return self.search.space

    def front(self) -> pd.DataFrame:
        """The schemes found that no other of the space beats in both cost and equality.

        Columns: point (from 1), cost (fen, mean of the years), gini, kept (share of one more yuan, see
        objectives.kept), bound (see `Bound`: least Gini at this cost with no higher pay-in), parameters
        (text), and a column for each lever by its name, in the units of the scheme's file.
        """
        rows = []
        for place in self.places:
            terms, made = self.space.at(place), self.search[place]
            shares = sharing.share(self.accounts, terms, coefficient=self.search.coefficient)
            told = {"kept": self.search.kept(place), "parameters": self.space.text(place)}
            rows.append({**self._measures(made, terms, shares), **told, **self.space.values(place)})
        levers = [lever.name for lever in self.space.levers]
        table = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="point")).reset_index()
        columns = ["point", "cost", "gini", "kept", "bound", "parameters", *levers]
        return table[columns].astype(dict.fromkeys(levers, np.float64))

    def bounds(self) -> pd.DataFrame:
        """The least inequality that any allocation could reach, by its cost.

        Columns: kind (codes.FRONTIER_BOUND), cost (fen, mean of the years, from 0 to the whole gap),
        gini. `unpooled`: no region pays in; `pooled`: none pays in more than the levers let it. Both leave
        with a region what the scheme's terms always do.
        """
        stays = bound.stays(self.accounts, self.space.terms)
        most = sharing.share(
            self.accounts, self.space.at(self.space.most), coefficient=self.search.coefficient
        )
        parts = []
        for kind, paid_in in {"unpooled": np.zeros_like(most.paid_in), "pooled": most.paid_in}.items():
            each = Bound.of(self.accounts, paid_in, stays)
            costs = [each.gap * part // _COSTS for part in range(_COSTS + 1)]
            told = {"cost": [self._mean(cost) for cost in costs], "gini": [each.gini(cost) for cost in costs]}
            parts.append(pd.DataFrame({"kind": kind, **told}))
        return pd.concat(parts, ignore_index=True)

    def schemes(self, schemes: Iterable[Scheme]) -> pd.DataFrame:
        """Where schemes with their own parameters stand, over the same years under terms of the same day.

        Columns: scheme, label, cost, gini, kept and bound (as `front`), keeps_floor (bool), gini_above and
        cost_above (what the front would save of either with no more of the other; negative where the
        scheme beats it; empty where no point has so little), dominated_by (the point that saves most of
        the gini with no more cost; empty where none does). Raises `InputError` for a scheme not in force.
        """
        return pd.DataFrame([self._scheme(each) for each in schemes]).astype(
            {"cost_above": "Int64", "dominated_by": "Int64"}
        )

    def _scheme(self, scheme: Scheme) -> dict[str, object]:
        made = settle.settle(self.fund, scheme, years=self.years, as_of=self.space.as_of)
        terms, found = made.terms[0], Objectives.of(made.shares, self.accounts)
        kept = objectives.kept(self.accounts, terms, made.coefficient, self.space.of)
        front = [self.search[place] for place in self.places]
        cheaper = [point for point in front if point.cost <= found.cost]
        fairer = [point for point in front if point.gini <= found.gini]
        beaten = bool(cheaper) and cheaper[-1] != found and cheaper[-1].gini <= found.gini
        return {
            "scheme": scheme.name,
            "label": scheme.label,
            **self._measures(found, terms, made.shares),
            "kept": kept,
            "keeps_floor": kept >= self.space.kept / PPM,
            "gini_above": found.gini - cheaper[-1].gini if cheaper else np.nan,
            "cost_above": self._mean(found.cost - fairer[0].cost) if fairer else None,
            "dominated_by": len(cheaper) if beaten else None,
        }

    def _measures(self, made: Objectives, terms: Terms, shares: Shares) -> dict[str, object]:
        least = Bound.of(self.accounts, shares.paid_in, bound.stays(self.accounts, terms)).gini(made.cost)
        return {"cost": self._mean(made.cost), "gini": made.gini, "bound": least}

    def _mean(self, fen: int) -> int:
        """Fen of all years as fen a year."""
        return round(fen / len(self.years))


def frontier(fund: Fund, space: Space, *, years: Iterable[int] | None = None, seed: int = 0) -> Frontier:
    """Search a space over some years of a fund's actual accounts (its last three unless told).

    Assessment marks are those of the accounts and are held. The same seed finds the same. Raises
    `InputError` for whatever the scheme needs and the accounts do not have, and for a floor that
    nothing in the space keeps.
    """
    chosen = tuple(sorted(set(years))) if years is not None else fund["actual"].years[-YEARS:]
    today = settle.settle(fund, space.scheme, years=chosen, as_of=space.as_of)
    search = Search(today.panel.accounts, today.coefficient, space)
    return Frontier(fund, chosen, search, tuple(search.run(seed)))
