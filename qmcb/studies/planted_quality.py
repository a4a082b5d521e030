"""What notebook 01 finds wrong in a sample province, held against what was planted in it, kind by kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import ibis
import pandas as pd
import yaml
from pypinyin import lazy_pinyin

from qmcb import codes
from qmcb.enrolment import correction
from qmcb.linkage import evaluate
from qmcb.studies import planted
from qmcb.studies.data_quality import DataQuality

# What each planted fault may be found as, where it need not be found as itself. A surname that is read in
# another way sounds otherwise; a look-alike may sound alike too, or not be in the table of look-alikes.
_OTHER_SOUND = {"homophone", "variant", "look_alike", "one_character"}
EXPECTED: Mapping[str, Mapping[str, set[str]]] = {
    "number": planted.EXPECTED,
    "name": {
        "homophone": _OTHER_SOUND, "look_alike": _OTHER_SOUND, "replaced": _OTHER_SOUND,
        "several": set(codes.NAME_DIFFERENCE) - {"equal", "absent", "uncompared"},
        "unregistered": {"uncompared"},
    },
    "holder": {
        "own": {"own", "no_number"},  # of the century nothing is certain
        "no_number": {"no_number", "two_numbers", "not_found", "elsewhere"},  # a 000 that fits by chance
        "of_another": {"of_another", "shared"},
        "elsewhere": {"elsewhere", "shared"},  # somebody else uses it, and no public security to ask
    },
    # Who died in the month of the report and whose record of death is in quarantine: no more can be known.
    "dead": {planted.NOTHING: {"open_while_cancelled"}},
}  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """What was planted and what was found in the records of people who were linked rightly.

    `confusion`: rule (of codes.QUALITY), planted and found ("-" for nothing), count of records. `proposals`:
    evidence, and how many of the numbers proposed by it are `right` and `wrong`.
    """

    confusion: pd.DataFrame
    proposals: pd.DataFrame

    @property
    def right(self) -> bool:
        """Whether every fault was found as what it is, or as its damage allows, and no proposal is wrong."""
        rows = self.confusion[["rule", "planted", "found"]].itertuples(index=False)
        expected = all(found in EXPECTED.get(rule, {}).get(was, {was}) for rule, was, found in rows)
        return expected and not self.proposals["wrong"].sum()

    def text(self) -> str:
        return "\n\n".join(frame.to_string(index=False) for frame in (self.confusion, self.proposals))


def check(study: DataQuality) -> Checked:
    """The findings of a study of a sample against its truth."""
    records = _records(study)
    tables = [
        planted.counted(pd.Series(rule, index=records.index), records[f"planted_{rule}"], records[rule])
        for rule in ("number", "holder", "name")
    ]
    tables.append(_dead(study, set(records["person"])))
    confusion = pd.concat(tables, ignore_index=True).rename(columns={"finding": "rule"})
    return Checked(confusion, proposals(study))


def _records(study: DataQuality) -> pd.DataFrame:
    """Every record of a person rightly linked: what was found, what was planted (planted_…), and the truth.

    Where public security itself has a wrong name, nothing is said of names.
    """
    linked = study.linked
    book, people = linked.book, linked.people
    sound = evaluate.rightly_linked(evaluate.judged(book, people))
    written = people.profiles.select("who", "id_number", written="name")
    rows: pd.DataFrame = study.records.join(sound, "person").join(written, "who").to_pandas()
    truth = evaluate.truth(book, "people").to_pandas().set_index("person")
    rows["true_number"] = rows["true_person"].map(truth["id_number"])
    rows["true_name"] = rows["true_person"].map(truth["name"])
    sent = [None if pd.isna(number) else str(number) for number in rows["id_number"]]
    rows["planted_number"] = [
        planted.kind(was, is_) for was, is_ in zip(rows["true_number"], sent, strict=True)
    ]
    rows["planted_holder"] = _holders(rows, truth, set(truth["id_number"]), linked.province)
    wrong = rows.loc[(rows["table"] == "residents") & (rows["written"] != rows["true_name"]), "true_person"]
    names = [name_kind(was, is_) for was, is_ in zip(rows["true_name"], rows["written"], strict=True)]
    registered = set(rows.loc[rows["table"] == "residents", "true_person"])
    rows["planted_name"] = pd.Series(names, index=rows.index).where(
        rows["true_person"].isin(registered), "unregistered"
    )
    unsure = rows["true_person"].isin(set(wrong))
    rows.loc[unsure, "planted_name"] = rows.loc[unsure, "name"]
    return rows


def _holders(rows: pd.DataFrame, truth: pd.DataFrame, numbers: set[str], province: str) -> pd.Series:
    """Whose the numbers really are."""
    own = rows["planted_number"].isin(("right", "fifteen", "lower_x", "full_width", "spaces"))
    resident = rows["true_person"].map(truth["kind"]) == "resident"
    foreign = ~own & rows["id_number"].isin(numbers)
    abroad = rows["away"] | ~rows["true_number"].str.startswith(province)
    told = pd.Series("no_number", index=rows.index)
    told[own & resident] = "own"
    told[own & ~resident] = abroad.map({True: "elsewhere", False: "not_found"})
    told[foreign] = "of_another"
    return told


def name_kind(was: str, written: str | None) -> str:
    """What was done to a name, told from the true one and without the code that compares names."""
    if written is None:
        return "absent"
    if was == written:
        return "equal"
    bare = [name.translate(_marks()) for name in (was, written)]
    if bare[0] == bare[1]:
        return "separator"
    kept = [char for char in bare[1] if not char.isascii()]
    if len(kept) < len(bare[1]):
        return "rare" if set(kept) <= set(bare[0]) else "several"
    apart = [(a, b) for a, b in zip(*bare, strict=False) if a != b]
    if len(bare[0]) != len(bare[1]) or len(apart) != 1:
        return "several"
    a, b = apart[0]
    if b in _lists()["rare"].get(a, ()):
        return "replaced"
    return "homophone" if lazy_pinyin(a) == lazy_pinyin(b) else "look_alike"


@cache
def _lists() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(files("qmcb.sample").joinpath("names.yaml").read_text("utf-8"))
    return told


@cache
def _marks() -> dict[int, None]:
    return dict.fromkeys(map(ord, "".join(_lists()["separators"]) + "·"))


def _dead(study: DataQuality, persons: set[int]) -> pd.DataFrame:
    """Benefits and enrolments of the dead; the sample ends every enrolment with the life."""
    found = study.faults.filter(study.faults.rule == "dead").select("person", "record_id", "kind").to_pandas()
    found = found[found["person"].isin(persons)][["record_id", "kind"]]
    sound = evaluate.rightly_linked(evaluate.judged(study.linked.book, study.linked.people))
    told = evaluate.truth(study.linked.book, "benefits")
    told = told.filter(told.kind.isin(list(codes.DEAD))).semi_join(sound, [told.person == sound.true_person])
    true = told.select(record_id="record_a", planted="kind").to_pandas()
    both = true.merge(found.rename(columns={"kind": "found"}), on="record_id", how="outer")
    both = both.fillna({"planted": planted.NOTHING, "found": planted.NOTHING})
    return planted.counted(pd.Series("dead", index=both.index), both["planted"], both["found"])


def proposals(study: DataQuality) -> pd.DataFrame:
    """The numbers proposed against the true ones: evidence, and how many are right and wrong."""
    linked, faults = study.linked, study.faults
    own = correction.owned(linked.facts).select("person", own="owned")
    public = linked.book["residents"].select(found_in="record_id", public="id_number")
    asked = faults.filter(faults.rule.isin(("number", "holder")), faults.evidence.notin(codes.UNPROPOSED))
    asked = asked.left_join(own, "person").left_join(public, "found_in")
    told = asked.select("table", "record_id", "evidence", proposed=ibis.coalesce(asked.public, asked.own))
    records = evaluate.truth(linked.book, "records").select("table", "record_id", true="person")
    people = evaluate.truth(linked.book, "people").select(true="person", number="id_number")
    known = told.join(records, ["table", "record_id"]).join(people, "true").to_pandas()
    right = known["proposed"] == known["number"]
    counted: pd.DataFrame = (
        known.assign(right=right, wrong=~right).groupby("evidence")[["right", "wrong"]].sum()
    )
    return counted.reindex([key for key in codes.EVIDENCE if key in counted.index]).reset_index()
