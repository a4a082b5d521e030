"""From weights to decisions: each left record is at most one person."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from qmcb.errors import InputError
from qmcb.linkage.compare import LEVELS, Name, Number, Same


@dataclass(frozen=True)
class Thresholds:
    """From `accept` on a link is made, from `review` on a person looks; probabilities."""

    accept: float = 0.99
    review: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.review <= self.accept < 1:
            raise InputError(
                "thresholds with 0 < review ≤ accept < 1",
                f"review {self.review}, accept {self.accept}",
                "change the parameters",
            )


def best(pairs: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """The best candidate of each left record: left, right, probability, decision, basis.

    `pairs` has left, right, log_odds and the levels of `LEVELS`. The probability is shared among
    all candidates of a left record and 'none of them', so that two equally good ones are never
    both likely; a person looks where it is likely to be one of them, whichever. A contradiction
    (`_contradicted`) is never accepted, only reviewed.
    """
    odds = np.exp2(np.clip(pairs["log_odds"].to_numpy(), -500, 500))
    rivals = pd.Series(odds).groupby(pairs["left"].to_numpy()).transform("sum").to_numpy()
    scored = pairs.assign(probability=odds / (1.0 + rivals), any_of_them=rivals / (1.0 + rivals))
    ordered = scored.sort_values(
        ["left", "probability", "right"], ascending=[True, False, True], kind="stable"
    )
    top = ordered.drop_duplicates("left")
    sure = (top["probability"] >= thresholds.accept) & ~_contradicted(top)
    likely = top["any_of_them"] >= thresholds.review
    decision = np.select([sure, likely], ["accept", "review"], "reject")
    return top.assign(decision=decision, basis=_basis(top))[
        ["left", "right", "probability", "decision", "basis"]
    ]


def _contradicted(pairs: pd.DataFrame) -> "pd.Series[bool]":
    """What evidence elsewhere does not outweigh, since whoever is taken for another loses an entitlement.

    Names that do not agree; names one character apart where the number does not tell twins apart;
    and a number that speaks against, where no equal phone speaks for (homonyms born on one day).
    """
    unnamed = pairs["name"] < Name.ONE_CHARACTER
    twins = (pairs["name"] == Name.ONE_CHARACTER) & (pairs["number"] != Number.ONE_EDIT)
    against = pairs["number"].isin([Number.OTHER, Number.FOREIGN, Number.REGION])
    return unnamed | twins | (against & (pairs["phone"] != Same.EQUAL))


def _basis(pairs: pd.DataFrame) -> pd.Series:
    """The levels of each pair in words, such as `number:one_edit name:equal birth:equal`."""
    parts = [
        pairs[feature].map({level.value: f"{feature}:{level.name.lower()}" for level in levels})
        for feature, levels in LEVELS.items()
    ]
    return reduce(lambda told, part: told + " " + part, parts)
