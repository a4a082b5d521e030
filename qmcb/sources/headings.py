"""What stands above the columns of a table: which row it is, and which column each heading means."""

import re
from collections.abc import Mapping, Sequence

from qmcb.errors import InputError
from qmcb.tables import Contract

FIRST_ROWS = 10  # among which the headings lie; above them there may be a title
Row = Sequence[str]


class Headings:
    """The headings under which the columns of a contract may be sent.

    They are English names, Chinese labels and indicator codes, and those of `own`: heading → column.
    An error tells of a table's headings only what the contract knows: a file without its heading would
    have a person there.
    """

    def __init__(self, contract: Contract, own: Mapping[str, str] | None = None) -> None:
        self._contract = contract
        self._known = {
            _bare(heading): column.name
            for column in contract.columns
            for heading in (column.name, column.label, column.indicator)
            if heading
        }
        self._known |= {_bare(heading): column for heading, column in (own or {}).items()}

    def complete(self, row: Row) -> bool:
        """Whether a row names every column that has to be there."""
        named = {self._known.get(_bare(cell)) for cell in row}
        return all(column.optional or column.name in named for column in self._contract.columns)

    def find(self, rows: Sequence[Row]) -> tuple[int, tuple[str, ...]]:
        """The place of the row of headings among the first rows of a table, and the headings.

        Where cells are merged over two rows they are read together; where no row is complete it is the first.
        """
        above: Row = ()
        for place, row in enumerate(rows):
            for candidate in (row, _together(above, row)):
                if self.complete(candidate):
                    return place, tuple(candidate)
            above = row
        return 0, tuple(rows[0])

    def places(self, row: Row, where: str) -> dict[str, str]:
        """The contract's columns by name and where they stand; InputError for one missing or double."""
        found: dict[str, str] = {}
        for place, heading in enumerate(map(_bare, row)):
            name = self._known.get(heading)
            if name in found:
                first = _bare(row[int(found[name])])
                raise InputError(
                    f"one column {self._contract[name].label} ({name}) in {where}",
                    f"{first} and {heading}",
                    "remove one of them",
                )
            if name:
                found[name] = str(place)
        if lacking := [c for c in self._contract.columns if not c.optional and c.name not in found]:
            names = "、".join(
                f"{c.label} ({' / '.join(filter(None, (c.name, c.indicator)))})" for c in lacking
            )
            raise InputError(
                f"column {names} in {where}",
                f"only {', '.join(found) or 'none'} among {len(row)} headings",
                "rename the heading, map it in a file of params/sources, or have the table sent again",
            )
        return found


def _together(above: Row, row: Row) -> Row:
    """Two rows of merged cells as one: what stands below, and what stands above where there is nothing."""
    width = max(len(above), len(row))
    upper, lower = ([*cells, *[""] * (width - len(cells))] for cells in (above, row))
    return [low if low.strip() else high for high, low in zip(upper, lower, strict=True)]


def _bare(heading: str) -> str:
    return re.sub(r"[\s\ufeff]", "", heading).lower()
