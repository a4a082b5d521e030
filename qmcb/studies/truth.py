"""What is found in a sample province held against what was planted in it, kind by kind and month by month."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd

from qmcb import codes
from qmcb.enrolment import databases, registry
from qmcb.errors import InputError
from qmcb.linkage import evaluate
from qmcb.studies.cross_province import CrossProvince, open_study

NOTHING = "-"
_PERIOD = re.compile(r"were drawn with seed \d+ as of (\d{4}-\d{2})")
_KEY = ["low", "high"]
_ROW = [*_KEY, "kind"]
_MONTHS = ["first_month", "last_month", "months"]


@dataclass(frozen=True)
class Checked:
    """What was planted and what was found of the people all of whose records were linked rightly.

    `confusion`: finding (duplicates, benefits, missing, registry), planted and found (kinds; "-" for
    nothing), count, right_months (how many of the count have exactly the planted months). `others`:
    finding, planted and found of people whose records were not linked rightly, and who are not judged.
    """

    confusion: pd.DataFrame
    others: pd.DataFrame

    @property
    def right(self) -> bool:
        """Whether every kind was found as itself with its months, and nothing else was found."""
        rows = self.confusion
        return bool(
            (rows["planted"] == rows["found"]).all() and (rows["count"] == rows["right_months"]).all()
        )

    def text(self) -> str:
        """The tables as they are printed."""
        counted, told = (frame.to_string(index=False) for frame in (self.confusion, self.others))
        return f"{counted}\n\nnot judged: people whose records were linked wrongly\n{told}"


def opened(folder: Path) -> CrossProvince:
    """A sample read and linked as of its own month; InputError where the folder has no truth."""
    return open_study(str(folder), province="64", period=_period(folder))


def confusion(study: CrossProvince) -> Checked:
    """A study of a sample against its truth."""
    sound = evaluate.rightly_linked(evaluate.judged(study.book, study.people)).to_pandas()
    true_person = sound.set_index("person")["true_person"]
    tables, others = [], []
    for finding, found, planted in (*_findings(study), _registry(study, true_person)):
        known = found[found["person"].isin(true_person.index)]
        told = planted[planted["person"].isin(true_person)]
        tables.append(counted(known, told).assign(finding=finding))
        others.append((finding, len(planted) - len(told), len(found) - len(known)))
    columns = ["finding", "planted", "found", "count", "right_months"]
    return Checked(
        pd.concat(tables, ignore_index=True)[columns],
        pd.DataFrame(others, columns=["finding", "planted", "found"]),
    )


def _period(folder: Path) -> str:
    readme = folder / "README.md"
    told = _PERIOD.search(readme.read_text("utf-8")) if readme.is_file() else None
    if told is None or not (folder / "truth").is_dir():
        raise InputError("a folder made by qmcb sample", f"no truth in {folder}", "make one with qmcb sample")
    return told[1]


def _findings(study: CrossProvince) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """Each finding, and the truth of it: person, kind, low and high (records), months."""
    alike = _of_the_same_months(study)
    lawful = [_pairs(study.lawful, "record_id"), _pairs(evaluate.truth(study.book, "lawful"), "record")]
    moves = [rows[~rows["low"].isin(alike) & ~rows["high"].isin(alike)] for rows in lawful]
    twice = (
        _whole(_pairs(study.duplicates, "record_id")),
        _pairs(evaluate.truth(study.book, "duplicates"), "record"),
    )
    found, planted = (pd.concat(pair, ignore_index=True) for pair in zip(twice, moves, strict=True))
    yield "duplicates", found, planted
    yield (
        "benefits",
        _whole(_pairs(study.benefits, "record_id")),
        _pairs(evaluate.truth(study.book, "benefits"), "record"),
    )
    yield "missing", _standings(study.standing), _standings(evaluate.truth(study.book, "standing"))


def _registry(study: CrossProvince, true_person: "pd.Series[int]") -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Differences of registry and production, person by person; names and employment are not planted."""
    facts = study.facts
    compared = facts.kept("reconciled", registry.reconciled(facts, facts.kept("held", databases.held(facts))))
    kinds = [kind for kind in codes.REGISTRY_DIFFERENCE if kind not in ("name", "employment")]
    rows = registry.differences(facts, compared).select("person", "kind").to_pandas()
    found = rows[rows["kind"].isin(kinds)]
    planted: pd.DataFrame = evaluate.truth(study.book, "registry").to_pandas()
    whose = found["person"].map(true_person)
    ours, theirs = (
        _in_months(rows.assign(low=who, high=rows["kind"]), pd.DataFrame(index=rows.index))
        for rows, who in ((found, whose), (planted, planted["person"]))
    )
    return "registry", ours, theirs


def _of_the_same_months(study: CrossProvince) -> set[str]:
    """Records with a twin of the same months and insurance: which of the two moved is a convention."""
    columns = ["person", "insurance", "first_month", "last_month"]
    rows = study.facts.paid.select("record_id", *columns).to_pandas()
    return set(rows.loc[rows.duplicated(columns, keep=False), "record_id"])


def _pairs(table: ir.Table, record: str) -> pd.DataFrame:
    """Person, kind, low, high and months (yyyymm) of a table with two records a row; "" for no record."""
    names = ["person", "kind", f"{record}_a", f"{record}_b", *(n for n in _MONTHS if n in table.columns)]
    rows = table.select(names).to_pandas()
    pair = rows[[f"{record}_a", f"{record}_b"]].fillna("")
    return _in_months(rows[["person", "kind"]].assign(low=pair.min(axis=1), high=pair.max(axis=1)), rows)


def _standings(table: ir.Table) -> pd.DataFrame:
    """The standings; of the lapsed with their last paid month."""
    names = ["person", "record_id", "cover", "standing", "last_month"]
    rows = table.select(names).to_pandas()
    told = rows.rename(columns={"record_id": "low", "cover": "high", "standing": "kind"})
    return _in_months(told[["person", "kind", *_KEY]], rows[["last_month"]].where(told["kind"] == "lapsed"))


def _in_months(told: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with months as whole numbers, 0 where there is none."""
    for name in _MONTHS:
        values = rows[name] if name in rows else pd.Series(0, index=told.index)
        if pd.api.types.is_datetime64_any_dtype(values):
            values = pd.to_datetime(values).dt.strftime("%Y%m")
        told[name] = pd.to_numeric(values).fillna(0).astype("int64")
    return told


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    """Pairs with the pieces into which changes of rules cut them put together again."""
    return rows.groupby(["person", *_ROW], as_index=False).agg(
        first_month=("first_month", "min"), last_month=("last_month", "max"), months=("months", "sum")
    )


def counted(found: pd.DataFrame, planted: pd.DataFrame) -> pd.DataFrame:
    """Kinds planted against kinds found; rows of one kind first, the rest by their records."""
    ours, theirs = found[[*_ROW, *_MONTHS]], planted[[*_ROW, *_MONTHS]]
    same = theirs.merge(ours, on=_ROW, suffixes=("", "_found"))
    same = same.assign(planted=same["kind"], found=same["kind"])
    rest = [rows.merge(same[_ROW], on=_ROW, how="left", indicator="seen") for rows in (theirs, ours)]
    left, right = (rows[rows["seen"] == "left_only"].drop(columns="seen") for rows in rest)
    other = left.rename(columns={"kind": "planted"}).merge(
        right.rename(columns={"kind": "found"}), on=_KEY, how="outer", suffixes=("", "_found")
    )
    both = pd.concat([same, other], ignore_index=True).fillna({"planted": NOTHING, "found": NOTHING})
    right_months = pd.concat([both[name] == both[f"{name}_found"] for name in _MONTHS], axis=1).all(axis=1)
    told = (
        both.assign(right=right_months)
        .groupby(["planted", "found"])
        .agg(count=("right", "size"), right_months=("right", "sum"))
    )
    order = (
        *codes.DUPLICATE, *codes.LAWFUL, *codes.BENEFIT, *codes.STANDING, *codes.REGISTRY_DIFFERENCE, NOTHING
    )  # fmt: skip
    return told.reset_index().sort_values(
        ["planted", "found"], key=lambda kinds: kinds.map(order.index), ignore_index=True
    )
