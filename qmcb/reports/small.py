"""Counts of people too small to be shown, where a page or a notebook shows them nevertheless."""

import json
import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from qmcb.reports.mask import FEWEST

_FEW = rf"[1-{FEWEST - 1}]"
_COUNT = re.compile(rf"\s*{_FEW}\s*")
# As the sentences of pictures and tables write it, such as ：3人; prose of a notebook says 两人.
_SAID = re.compile(rf"(?<![\d.,−-]){_FEW}\s?[人件](?![次均])")
_PEOPLE = re.compile(r"人数|其中存疑|（[人件]）$|^[人件]$")
_SPOKEN = ("alt", "title", "aria-label")
_UNIT = re.compile(r"[\d<*]人")


def in_page(page: str) -> int:
    """How many small counts the tables and sentences of a page show."""
    tree = BeautifulSoup(page, "html.parser")
    texts = [
        tree.get_text("\n"),
        *(str(tag[name]) for tag in tree(True) for name in tag.attrs if name in _SPOKEN),
    ]
    return sum(map(_said, texts)) + sum(_in_table(table) for table in tree("table"))


def in_notebook(text: str) -> int:
    """How many small counts the stored outputs of a notebook show as text."""
    cells = json.loads(text)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return sum(_in_lines("".join(output.get("data", {}).get("text/plain", ""))) for output in outputs)


def _said(text: str) -> int:
    return sum(1 for _ in _SAID.finditer(text))


def _in_table(table: Tag) -> int:
    rows = [[cell.get_text() for cell in row(["th", "td"])] for row in table("tr")]
    return sum(_few(rows, all_columns=False))


def _in_lines(text: str) -> int:
    """A caption or sentence, then cells between tabs: what `Table` and `Picture` tell of themselves."""
    first, *rest = text.split("\n")
    rows = [line.split("\t") for line in rest if "\t" in line]
    return _said(first) + sum(_few(rows, all_columns=bool(_UNIT.search(first)) and "\t" not in first))


def _few(rows: list[list[str]], *, all_columns: bool) -> Iterator[int]:
    if rows:
        columns = [at for at, head in enumerate(rows[0]) if all_columns or _PEOPLE.search(head)]
        for row in rows[1:]:
            yield sum(bool(_COUNT.fullmatch(row[at])) for at in columns if at < len(row))
