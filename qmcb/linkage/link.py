"""Linking two sets of person records: certain first, then the remainder by weight of evidence."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.linkage import assign, candidates, certain, compare, keys, records
from qmcb.linkage.assign import Thresholds
from qmcb.linkage.candidates import LARGEST_BLOCK, PassReport
from qmcb.linkage.certain import Pairs
from qmcb.linkage.keys import Places
from qmcb.linkage.weigh import FellegiSunter, random_agreement

_SAMPLE = 450  # records a side, each compared with each: some 200,000 pairs
_SIDES = ["left_id", "right_id"]
_PLACE = {feature: at for at, feature in enumerate(compare.LEVELS)}
_RARE: dict[int, list[int]] = {
    _PLACE["number"]: [*compare.DAMAGED, compare.Number.SHARED],
    _PLACE["phone"]: [compare.Same.EQUAL],
}
_SILENT: dict[int, int] = {_PLACE["birth"]: compare.Birth.IMPLIED}
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


def link(
    left: pa.Table, right: pa.Table, thresholds: Thresholds | None = None, *, one_to_one: bool = False
) -> Links:
    """Link each record of `left` to at most one of `right`.

    Both have a unique `id` and the columns of `records.FIELDS`, any of which may be absent; a right
    number stands once in `right`. With `one_to_one` it may stand oftener, and a record of `right` is
    linked to at most one of `left` too.
    """
    with ThreadPoolExecutor(2) as pool:
        left, right = pool.map(_cleaned, (left, right))
    pairs, skipped = certain.equal_numbers(left, right, LARGEST_BLOCK)
    sure, apart = certain.decide(pairs, left, right)
    if one_to_one:
        sure = _unrivalled(sure)
    here = _others(len(left), sure[0])
    there = _others(len(right), sure[1]) if one_to_one else np.arange(len(right))
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(_remainder, (left, right), (here, there))
    shared = _within(pairs, here, there)
    probable, reports, weights = _probable(one, other, shared, thresholds or Thresholds(), one_to_one)
    accepted = _named(sure, left, right).assign(probability=1.0, decision="accept", basis=CERTAIN)
    reports = (PassReport("号码一致", len(pairs[0]), len(sure[0]), *skipped), *reports)
    return Links(
        pd.concat([accepted, probable]).sort_values(_SIDES, ignore_index=True),
        _named(apart, left, right).sort_values(_SIDES, ignore_index=True),
        candidates.report(reports),
        weights,
    )


def _cleaned(side: pa.Table) -> pa.Table:
    """The records in the order of their ids, so that the order in which they came does not matter."""
    ids = side["id"].combine_chunks()
    rising = len(ids) < 2 or pc.all(pc.less(ids[:-1], ids[1:])).as_py()
    return records.clean(side if rising else side.sort_by("id"))


def _unrivalled(pairs: Pairs) -> Pairs:
    """Pairs neither of whose records is in another pair."""
    alone = np.ones(len(pairs[0]), np.bool_)
    for side in pairs:
        _, place, count = np.unique(side, return_inverse=True, return_counts=True)
        alone &= count[place] == 1
    return pairs[0][alone], pairs[1][alone]


def _within(pairs: Pairs, here: Places, there: Places) -> Pairs:
    """The pairs both of whose records are left over, by their places among those."""
    kept = np.isin(pairs[0], here) & np.isin(pairs[1], there)
    return np.searchsorted(here, pairs[0][kept]), np.searchsorted(there, pairs[1][kept])


def _others(count: int, taken: Places) -> Places:
    free = np.ones(count, np.bool_)
    free[taken] = False
    return np.flatnonzero(free)


def _remainder(side: pa.Table, places: Places) -> pa.Table:
    rows = side if len(places) == len(side) else side.take(pa.array(places))
    return records.derive(rows.combine_chunks())


def _named(pairs: Pairs, left: pa.Table, right: pa.Table) -> pd.DataFrame:
    ids = (
        side["id"].take(pa.array(places)).to_pandas()
        for side, places in zip((left, right), pairs, strict=True)
    )
    return pd.DataFrame(dict(zip(_SIDES, ids, strict=True)))


def _probable(
    left: pa.Table, right: pa.Table, shared: Pairs, thresholds: Thresholds, one_to_one: bool
) -> tuple[pd.DataFrame, tuple[PassReport, ...], pd.DataFrame]:
    here, there, reports = candidates.pairs(left, right, shared)
    levels = compare.levels((here, there), left, right)
    model = _model(levels, left, right)
    scored = pd.DataFrame(levels, columns=list(compare.LEVELS)).assign(
        left=here,
        right=there,
        log_odds=model.log_odds(levels) + _rarity(levels, (here, there), left, right, model),
    )
    top = (assign.best_one_to_one if one_to_one else assign.best)(scored, thresholds)
    linked = _named((top["left"].to_numpy(), top["right"].to_numpy()), left, right)
    rest = top[["probability", "decision", "basis"]].reset_index(drop=True)
    names = {feature: [level.name.lower() for level in kind] for feature, kind in compare.LEVELS.items()}
    return pd.concat([linked, rest], axis=1), reports, pd.DataFrame(model.table(names))


def _model(levels: npt.NDArray[np.int8], left: pa.Table, right: pa.Table) -> FellegiSunter:
    """Weights for these pairs: u from pairs of a sample of each side, m learnt."""
    sizes = [len(kind) for kind in compare.LEVELS.values()]
    here, there = (_sample(side) for side in (left, right))
    pairs = np.repeat(here, len(there)), np.tile(there, len(here))
    chance = compare.levels(pairs, left, right)
    model = FellegiSunter(random_agreement(chance, sizes), float(len(left)) * len(right), _RARE, _SILENT)
    model.fit(pd.DataFrame(levels))
    return model


def _sample(records: pa.Table) -> Places:
    """Places of some records, drawn by their contents, so that neither order nor side matters."""
    drawn = keys.together(
        *(keys.of_text(records[name].fill_null("-")) for name in ("digits", "plain", "birth"))
    )
    return np.argsort(drawn, kind="stable")[:_SAMPLE]


def _rarity(
    levels: npt.NDArray[np.int8], pairs: Pairs, left: pa.Table, right: pa.Table, model: FellegiSunter
) -> npt.NDArray[np.float64]:
    """log2 of how much rarer an agreeing name is, on both sides, than agreeing names are on average."""
    rarity = np.zeros(len(levels))
    equal = np.flatnonzero(levels[:, _PLACE["name"]] == compare.Name.EQUAL)
    average = model.u[_PLACE["name"]][compare.Name.EQUAL]
    for side, places in zip((left, right), pairs, strict=True):
        counted = side["plain"].combine_chunks().value_counts()
        place = pc.index_in(side["plain"].take(pa.array(places[equal])), counted.field("values"))
        share = counted.field("counts").to_numpy()[place.to_numpy()] / max(len(side), 1)
        rarity[equal] += np.log2(average / share) / 2
    return rarity
