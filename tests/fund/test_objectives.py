"""Cost, inequality and what is kept: what counts and what does not."""

import numpy as np
import pytest
from funds import accounts
from spaces import TERMS, stacked

from qmcb.errors import InputError
from qmcb.fund import objectives, sharing
from qmcb.fund.exact import PPM
from qmcb.fund.objectives import Objectives


def test_what_the_best_kept_contributions_reach() -> None:
    values, weights = np.array([[0.2, 0.9], [0.6, 0.4]]), np.array([[10, 30], [20, 40]])
    parts = [objectives.reached(values, weights, of * 10_000) for of in (0, 30, 31, 50, 51, 90, 91, 100)]
    assert parts == [0.9, 0.9, 0.6, 0.6, 0.4, 0.4, 0.2, 0.2]


def test_cost_is_what_is_given_for_good() -> None:
    made = stacked(accounts({"640104": {"spending": 1000, "fiscal_revenue": 100, "insured": 1}}))
    split = sharing.share(made, TERMS["flat"])
    assert Objectives.of(split, made).cost == 400 + 200
    advance = {"cap": 0}
    terms = TERMS["notice"].changed("county", **advance)
    lent = sharing.share(made.changed(target=0, insurable=1), terms, coefficient=[PPM])
    assert (int(lent.borne["advance"][0, 0]), Objectives.of(lent, made).cost) == (1000, 0)


def test_a_region_without_revenue_is_refused() -> None:
    made = stacked(accounts({"640104": {"spending": 1, "insured": 1}}))
    with pytest.raises(InputError, match=r"fiscal_revenue above 0, .* of 640104; found 0"):
        Objectives.of(sharing.share(made, TERMS["none"]), made)
