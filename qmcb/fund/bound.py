"""The least inequality that any allocation could reach with a budget: a linear programme, no scheme."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from qmcb.fund import objectives, sharing
from qmcb.fund.accounts import Accounts
from qmcb.fund.exact import Whole
from qmcb.fund.fairness import Floats
from qmcb.fund.scheme import Terms
from qmcb.fund.steps import County, ManagedPart


@dataclass(frozen=True)
class Bound:
    """Which burdens are possible at all: arrays (regions,) over all years together, in fen.

    `least` stays with each region, `most` it bears where nobody helps; `gap` is what all regions
    together have to be given or bear. `means` is their revenue, `weights` the insured.
    """

    least: Whole
    most: Whole
    gap: int
    means: Whole
    weights: Whole

    @classmethod
    def of(cls, accounts: Accounts, paid_in: Whole | int, managed: Whole | int = 0) -> Self:
        """Burdens under any rule by which no region pays in more than `paid_in`, in fen (years, regions).

        A region is asked for its gap and its pay-in and for no more; `managed` stays its own. What the
        pool takes from one it gives to others: together they bear all of the gap that no finance above
        them bears.
        """
        gap = np.maximum(accounts.gap, 0)
        least, most = np.broadcast_to(managed, gap.shape), gap + paid_in
        weights = accounts.insured.sum(axis=0)
        total = int(gap.sum())
        return cls(least.sum(axis=0), most.sum(axis=0), total, objectives.revenue(accounts), weights)

    def gini(self, budget: int) -> float:
        """The least Gini coefficient of burden to means where at most `budget` fen are given from above.

        By HiGHS. A quotient is minimised by scaling (Charnes and Cooper, 1962): what is sought is a scale
        and the burdens so scaled that their mean is 1, and each two differ by no more than an unknown.
        """
        needed = self.gap - budget
        if needed <= 0 and not self.least.any():
            return 0.0  # nobody bears anything
        weights = self.weights / self.weights.sum()
        unit = self.means.mean()
        means, least, most = self.means / unit, self.least[:, None] / unit, self.most[:, None] / unit
        difference, product = _pairs(weights)
        own, apart = sparse.diags_array(means), sparse.eye_array(len(product))
        rows = sparse.block_array(
            [
                [own, -most, None],
                [-own, least, None],
                [-means[None], np.array([[needed / unit]]), None],
                [difference, None, -apart],
                [-difference, None, -apart],
            ],
            format="csr",
        )
        solved = linprog(
            np.concatenate([np.zeros(len(means) + 1), product]),
            A_ub=rows,
            b_ub=np.zeros(rows.shape[0]),
            A_eq=np.concatenate([weights, np.zeros(len(product) + 1)])[None],
            b_eq=[1.0],
            method="highs",
        )
        assert solved.status == 0, solved.message
        return max(float(solved.fun), 0.0)


def stays(accounts: Accounts, terms: Terms) -> Whole | int:
    """What every region bears of its gap under such terms, whatever is paid in: the managed part, or 0.

    It stays with the county unless a split gives others a share of it. In fen (years, regions).
    """
    if "managed_part" not in terms or "split" in terms:
        return 0
    alone = Terms(terms.scheme, terms.effective, (ManagedPart(), County()))
    return sharing.share(accounts, alone).managed


def _pairs(weights: Floats) -> tuple[sparse.csr_array, Floats]:
    """For each two regions the first less the second as a row, and the product of their weights."""
    first, second = np.triu_indices(len(weights), 1)
    pairs, ones = np.arange(len(first)), np.ones(len(first))
    values, places = np.concatenate([ones, -ones]), (np.tile(pairs, 2), np.concatenate([first, second]))
    rows = sparse.csr_array((values, places), shape=(len(pairs), len(weights)))
    return rows, weights[first] * weights[second]
