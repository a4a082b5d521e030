"""From weights to decisions: each left record is at most one person."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from qmcb.errors import InputError
from qmcb.linkage.compare import LEVELS, Birth, Name, Number, Same

_HOPELESS = 0.01
_NOBODY = 1e-9
_TIE = 1e-6
_GOLDEN = 0.6180339887498949
_BEYOND_DOUBT = 0.9995


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
    scored = _scored(pairs, ["left"])
    order = ["left", "probability", "right"]
    top = scored.sort_values(order, ascending=[True, False, True], kind="stable").drop_duplicates("left")
    return _decided(top, thresholds)


def best_one_to_one(pairs: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """As `best`, where no right record goes to two left ones: the best assignment of each group.

    The probability is shared among the candidates of both records.
    """
    return _decided(_assignment(_scored(pairs, ["left", "right"])), thresholds)


def _scored(pairs: pd.DataFrame, sides: list[str]) -> pd.DataFrame:
    """The pairs with their probability among rivals, and that of any of them being right."""
    odds = pd.Series(np.exp2(np.clip(pairs["log_odds"].to_numpy(), -500, 500)), index=pairs.index)
    all_of_them = sum(odds.groupby(pairs[side]).transform("sum") - odds for side in sides) + odds
    return pairs.assign(probability=odds / (1.0 + all_of_them), any_of_them=all_of_them / (1.0 + all_of_them))


def _assignment(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs that the heaviest assignment keeps.

    Where the best candidates of the left records are all different there is nothing to weigh up;
    only the groups in which two want the same one are put to `_heaviest`.
    """
    likely = pairs[pairs["any_of_them"] > _HOPELESS]
    likely = likely.assign(worth=_worth(likely)).sort_values(
        ["left", "worth", "right"], ascending=[True, False, True], ignore_index=True
    )
    wanted = ~likely.duplicated("left")
    contested = wanted & likely["right"].isin(
        likely.loc[wanted, "right"][likely.loc[wanted, "right"].duplicated()]
    )
    if not contested.any():
        return likely[wanted]
    group = _groups(likely)
    open_question = np.isin(group, group[contested])
    kept = [likely[wanted & ~open_question], _heaviest(likely[open_question])]
    return pd.concat(kept).sort_values("left", kind="stable")


def _worth(pairs: pd.DataFrame) -> npt.NDArray[np.float64]:
    """What a pair adds to an assignment; a crumb, the same from either side, decides between equals."""
    crumbs = ((pairs["left"] + 1) * _GOLDEN % 1.0) * ((pairs["right"] + 1) * _GOLDEN % 1.0)
    worth: npt.NDArray[np.float64] = np.logaddexp2(0.0, pairs["log_odds"]) + _TIE * crumbs
    return worth


def _groups(pairs: pd.DataFrame) -> npt.NDArray[np.int32]:
    """Which connected group of records each pair belongs to."""
    left, here = np.unique(pairs["left"], return_inverse=True)
    right, there = np.unique(pairs["right"], return_inverse=True)
    edges = coo_array((np.ones(len(pairs)), (here, len(left) + there)), shape=(len(left) + len(right),) * 2)
    group: npt.NDArray[np.int32] = connected_components(edges, directed=False)[1][here]
    return group


def _heaviest(pairs: pd.DataFrame) -> pd.DataFrame:
    """The heaviest assignment; a left record that gets nobody has a place of its own."""
    here, there = (np.unique(pairs[side], return_inverse=True)[1] for side in ("left", "right"))
    lefts, rights = np.arange(here.max() + 1), there.max() + 1
    worth = coo_array(
        (
            np.append(pairs["worth"], np.full(len(lefts), _NOBODY)),
            (np.append(here, lefts), np.append(there, rights + lefts)),
        )
    )
    chosen = min_weight_full_bipartite_matching(worth.tocsr(), maximize=True)[1]
    kept: npt.NDArray[np.bool_] = chosen[here] == there
    return pairs[kept]


def _decided(top: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    sure = (top["probability"] >= thresholds.accept) & ~_contradicted(top)
    likely = top["any_of_them"] >= thresholds.review
    decision = np.select([sure, likely], ["accept", "review"], "reject")
    told = top.assign(decision=decision, basis=_basis(top))
    return told[["left", "right", "probability", "decision", "basis"]]


def _contradicted(pairs: pd.DataFrame) -> "pd.Series[bool]":
    """What evidence elsewhere does not outweigh, since whoever is taken for another loses an entitlement.

    Names that do not agree, unless number and birth are the person's own and the phone or, under
    one number, the family name is too; names one character apart where the number does not tell
    twins apart; and a number that speaks against, or another phone beside none, where the rest
    leaves more than five doubts in ten thousand (homonyms born on one day).
    """
    same_phone = pairs["phone"] == Same.EQUAL
    own_number = pairs["number"].isin([Number.ONE_EDIT, Number.SHARED])
    own_birth = pairs["birth"] >= Birth.SWAPPED
    family = (pairs["number"] == Number.SHARED) & (pairs["name"] == Name.FAMILY_NAME)
    unnamed = (pairs["name"] < Name.ONE_CHARACTER) & ~(own_number & own_birth & (same_phone | family))
    twins = (pairs["name"] == Name.ONE_CHARACTER) & ~(own_number & own_birth)
    against = pairs["number"].isin([Number.OTHER, Number.FOREIGN]) & ~same_phone
    against |= (pairs["number"] == Number.MISSING) & (pairs["phone"] == Same.OTHER)
    return unnamed | twins | (against & (pairs["probability"] < _BEYOND_DOUBT))


def _basis(pairs: pd.DataFrame) -> pd.Series:
    """The levels of each pair in words, such as `number:one_edit name:equal birth:equal`."""
    parts = [
        pairs[feature].map({level.value: f"{feature}:{level.name.lower()}" for level in levels})
        for feature, levels in LEVELS.items()
    ]
    return reduce(lambda told, part: told + " " + part, parts)
