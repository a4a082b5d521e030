"""What quarantine and number checks find in a sample province, held against what was planted in it."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from qmcb.errors import InputError
from qmcb.identity import number
from qmcb.sources import book
from qmcb.sources.book import Book
from qmcb.tables import CONTRACTS

NOTHING = "-"
# What each planted damage of a number may be found as. A digit that is wrong shows at the first test that
# it fails, and one in eleven passes all; zeros of a spreadsheet and numbers of others may fit by chance.
EXPECTED = {
    "right": {"ok"},
    "absent": {"absent"},
    "fifteen": {"fifteen", "century"},
    "full_width": {"full_width"},
    "spaces": {"spaces"},
    "lower_x": {"lower_x"},
    "spreadsheet": {"spreadsheet", "ok"},
    "other": {"region", "birth", "check", "spreadsheet", "ok", "characters"},
}


def check(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that break a contract, and numbers that are damaged: finding, planted, found, count.

    Raises `InputError` where the folder has no truth.
    """
    if not (folder / "truth").is_dir():
        raise InputError("a folder made by qmcb sample", f"no truth in {folder}", "make one with qmcb sample")
    with book.read(folder) as opened:
        return _broken(opened), _numbers(opened)


def right(broken: pd.DataFrame, numbers: pd.DataFrame) -> bool:
    """Whether every broken row was found as what it is, and every number as what its damage allows."""
    expected = all(
        found in EXPECTED[planted]
        for planted, found in zip(numbers["planted"], numbers["found"], strict=True)
    )
    return expected and bool((broken["planted"] == broken["found"]).all())


def _truth(opened: Book, name: str) -> pd.DataFrame:
    truth: pd.DataFrame = pq.read_table(opened.folder / "truth" / f"{name}.parquet").to_pandas()
    return truth


def _broken(opened: Book) -> pd.DataFrame:
    found = opened.quarantine.select("table", "record_id", "rule").to_pandas()
    planted = _truth(opened, "broken").merge(
        found, on=["table", "record_id"], how="outer", suffixes=("", "_found")
    )
    told = planted.fillna({"rule": NOTHING, "rule_found": NOTHING})
    return counted(told["table"], told["rule"], told["rule_found"])


def _numbers(opened: Book) -> pd.DataFrame:
    people = _truth(opened, "people").set_index("person")["id_number"]
    records = _truth(opened, "records").set_index(["table", "record_id"])["person"]
    parts = [
        _damage(opened, name, people, records.loc[name])
        for name in opened.tables
        if CONTRACTS[name].of_people
    ]
    every = pd.concat(parts, ignore_index=True)
    return counted(pd.Series("id_number", index=every.index), every["planted"], every["found"])


def _damage(opened: Book, name: str, people: pd.Series, records: pd.Series) -> pd.DataFrame:
    rows = opened[name].select("record_id", "id_number").to_pandas()
    true = rows["record_id"].map(records).map(people)
    sent = rows["id_number"].where(rows["id_number"].notna(), None)
    planted = [kind(was, is_) for was, is_ in zip(true, sent, strict=True)]
    found = number.clean(pa.array(sent, pa.string()))["problem"].to_pandas()
    return pd.DataFrame({"planted": planted, "found": found})


def kind(was: str, sent: str | None) -> str:
    """What was done to a number, told from the true one and without the code that judges numbers."""
    if sent is None:
        return "absent"
    return next((name for name, made in _made(was) if sent == made), None) or _written(was, sent)


def _made(was: str) -> Iterator[tuple[str, str]]:
    yield "right", was
    yield "fifteen", was[:6] + was[8:17]
    yield "lower_x", was.replace("X", "x")
    yield "spreadsheet", was[:15] + "000"


def _written(was: str, sent: str) -> str:
    narrow = sent.translate({0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF38: "X"})
    if narrow == was:
        return "full_width"
    return "spaces" if "".join(sent.split()) == was else "other"


def counted(finding: pd.Series, planted: pd.Series, found: pd.Series) -> pd.DataFrame:
    rows = pd.DataFrame({"finding": finding, "planted": planted, "found": found})
    return rows.groupby(["finding", "planted", "found"], as_index=False).agg(count=("found", "size"))
