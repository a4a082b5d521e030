"""The least inequality that any allocation could reach with a budget of the region: a linear programme."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from qmcb.fund.accounts import Accounts
from qmcb.fund.exact import Whole
from qmcb.fund.fairness import Floats


@dataclass(frozen=True)
class Burdens:
    """Which burdens of the regions are possible at all: arrays (regions,) over all years together, in fen.

    `least` stays with each region, `most` is what it bears where nobody helps. `needed` is what all
    regions bear together where the finances above give nothing and every surplus that can be paid in
    is. `means` is their revenue, `weights` the insured.
    """

    least: Whole
    most: Whole
    needed: int
    means: Whole
    weights: Whole

    @classmethod
    def of(cls, accounts: Accounts, paid_in: Whole | int = 0, managed: Whole | int = 0) -> Self:
        """The burdens under any rule by which no region pays in more than `paid_in`.

        Accounts (years, regions); `paid_in` and `managed` (what the region has to bear of its gap
        in any case) broadcast to them. A region gives away no more than it pays in, so its burden of a year
        is at most its deficit and that; of a surplus it gives no more than it has.
        """
        gap = np.maximum(accounts.gap, 0)
        raised = np.minimum(np.maximum(-accounts.gap, 0), paid_in)
        return cls(
            np.broadcast_to(managed, accounts.shape).sum(axis=0),
            np.maximum(accounts.gap + paid_in, 0).sum(axis=0),
            int(gap.sum() - raised.sum()),
            accounts.fiscal_revenue.sum(axis=0),
            accounts.insured.sum(axis=0),
        )

    def least_gini(self, budget: int) -> float:
        """The least Gini coefficient of burden to means, by HiGHS, where the budget is all that is given.

        No allocation of at most `budget` fen has a lower one, whatever its rule. A quotient is minimised
        by scaling (Charnes and Cooper, 1962): the mean burden is 1, `scale` times the burdens is sought.
        """
        needed = self.needed - budget
        if needed <= 0 and not self.least.any():
            return 0.0
        weights = self.weights / self.weights.sum()
        means, least, most = (each / self.means.mean() for each in (self.means, self.least, self.most))
        total = needed / self.means.mean()
        # The unknowns: each region's burden to its means, the scale, and how far each two are apart.
        apart, product = _pairs(weights)
        own = sparse.diags_array(means)
        far = sparse.eye_array(len(product))
        above = [
            [own, -most[:, None], None],
            [-own, least[:, None], None],
            [-means[None], np.array([[total]]), None],
            [apart, None, -far],
            [-apart, None, -far],
        ]
        rows = sparse.block_array(above, format="csr")
        mean = np.concatenate([weights, np.zeros(1 + len(product))])
        solved = linprog(
            np.concatenate([np.zeros(len(means) + 1), product]),
            A_ub=rows,
            b_ub=np.zeros(rows.shape[0]),
            A_eq=mean[None],
            b_eq=[1.0],
            method="highs",
        )
        assert solved.status == 0, solved.message
        return max(float(solved.fun), 0.0)


def _pairs(weights: Floats) -> tuple[sparse.csr_array, Floats]:
    """For each two regions the difference of the first and the second as a row, and their weights' product."""
    first, second = np.triu_indices(len(weights), 1)
    pairs, ones = np.arange(len(first)), np.ones(len(first))
    values, places = np.concatenate([ones, -ones]), (np.tile(pairs, 2), np.concatenate([first, second]))
    return sparse.csr_array((values, places), shape=(len(pairs), len(weights))), weights[first] * weights[second]
