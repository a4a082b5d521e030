"""What quarantine finds in a sample province held against what was planted, and what was done to numbers."""

from collections.abc import Iterator

import pandas as pd

from qmcb.linkage import evaluate
from qmcb.sources.book import Book

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


def broken(opened: Book) -> pd.DataFrame:
    """Rows of a sample that break a contract: finding (the table), planted, found (rules), count."""
    found = opened.quarantine.select("table", "record_id", "rule").to_pandas()
    planted = evaluate.truth(opened, "broken").to_pandas()
    both = planted.merge(found, on=["table", "record_id"], how="outer", suffixes=("", "_found"))
    told = both.fillna({"rule": NOTHING, "rule_found": NOTHING})
    return counted(told["table"], told["rule"], told["rule_found"])


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
    """How often what was planted was found as what: finding, planted, found, count."""
    rows = pd.DataFrame({"finding": finding, "planted": planted, "found": found})
    return rows.groupby(["finding", "planted", "found"], as_index=False).agg(count=("found", "size"))
