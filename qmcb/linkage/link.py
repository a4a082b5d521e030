"""Linking two sets of person records: certain first, then the remainder by weight of evidence."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from qmcb.linkage import assign, candidates, certain, compare, records
from qmcb.linkage.assign import Thresholds
from qmcb.linkage.weigh import FellegiSunter, random_agreement

_RANDOM_PAIRS = 300_000
_SEED = 64
_FIELDS = ["id", "number", "digits", "plain", "family_name", "pinyin", "birth", "sex", "phone"]
CERTAIN = "number:equal name:agrees"


@dataclass(frozen=True)
class Links:
    """What linking found.

    `links` has left_id, right_id, probability, decision (accept, review, reject) and basis, one
    row for each left record with a candidate; `conflicts` left_id and right_id of equal valid
    numbers under other names; `weights` feature, level, m, u, weight; `passes` a row a pass.
    """

    links: pd.DataFrame
    conflicts: pd.DataFrame
    passes: pd.DataFrame
    weights: pd.DataFrame


def link(left: ir.Table, right: ir.Table, thresholds: Thresholds | None = None) -> Links:
    """Link each record of `left` to at most one of `right`.

    Both are prepared records (`records.prepare`) with a unique integer `id`.
    """
    sure, conflicts = certain.decide(certain.equal_numbers(left, right))
    linked = ibis.memtable(sure.select(["left_id"]).rename_columns(["id"]))
    remainder = left.anti_join(linked, "id")
    probable, passes, weights = _probable(_frame(remainder), _frame(right), thresholds or Thresholds())
    accepted = sure.to_pandas().assign(probability=1.0, decision="accept", basis=CERTAIN)
    links = pd.concat([accepted, probable]).sort_values(["left_id", "right_id"], ignore_index=True)
    apart = conflicts.to_pandas().sort_values(["left_id", "right_id"], ignore_index=True)
    return Links(links, apart, passes, weights)


def _frame(table: ir.Table) -> pd.DataFrame:
    return records.to_pandas(table.select(_FIELDS).order_by("id").to_pyarrow())


def _probable(
    left: pd.DataFrame, right: pd.DataFrame, thresholds: Thresholds
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    pairs, reports = candidates.pairs(left, right)
    levels = compare.levels(pairs, left, right)
    model = _model(levels, left, right)
    scored = levels.assign(
        left=pairs.get_level_values(0),
        right=pairs.get_level_values(1),
        log_odds=model.log_odds(levels.to_numpy()) + _rarity(levels, pairs, right, model),
    )
    top = assign.best(scored.reset_index(drop=True), thresholds)
    linked = top.assign(
        left_id=left["id"].to_numpy()[top["left"]], right_id=right["id"].to_numpy()[top["right"]]
    )
    names = {feature: [level.name.lower() for level in kind] for feature, kind in compare.LEVELS.items()}
    return (
        linked[["left_id", "right_id", "probability", "decision", "basis"]],
        candidates.report(reports),
        pd.DataFrame(model.table(names)),
    )


def _model(levels: pd.DataFrame, left: pd.DataFrame, right: pd.DataFrame) -> FellegiSunter:
    """Weights for these pairs: u from random pairs of the same records, m learnt."""
    sizes = [len(kind) for kind in compare.LEVELS.values()]
    rng = np.random.default_rng(_SEED)
    count = _RANDOM_PAIRS if len(left) and len(right) else 0
    drawn = (rng.integers(len(side), size=count) for side in (left, right))
    chance = compare.levels(pd.MultiIndex.from_arrays(list(drawn)), left, right)
    model = FellegiSunter(sizes, random_agreement(chance.to_numpy(), sizes), float(len(left)) * len(right))
    model.fit(levels)
    return model


def _rarity(
    levels: pd.DataFrame, pairs: pd.MultiIndex, right: pd.DataFrame, model: FellegiSunter
) -> np.ndarray:
    """log2 of how much rarer an agreeing name is than agreeing names are on average."""
    frequency = right["plain"].map(right["plain"].value_counts(normalize=True)).to_numpy()
    average = model.u[list(compare.LEVELS).index("name")][compare.Name.EQUAL]
    rarity = np.log2(average / frequency[pairs.get_level_values(1)])
    return np.where(levels["name"].to_numpy() == compare.Name.EQUAL, rarity, 0.0)
