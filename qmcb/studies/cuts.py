"""The same people counted by several sets of columns, and how the counts of a page hang together."""

from collections.abc import Callable, Collection, Hashable, Mapping
from itertools import repeat
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from qmcb.reports.suppress import Numbers

Key = tuple[Hashable, ...]
Hidden = frozenset[Hashable]
Count = Callable[[Collection[str]], Mapping[Key, int]]


def among(hidden: Hidden, name: str, *columns: object) -> list[bool]:
    """Row by row whether a number (`name`, a value of each column) is not shown.

    What is no column stands for all rows.
    """
    values = [
        [None if pd.isna(value) else value for value in column]
        if isinstance(column, pd.Series)
        else repeat(column)
        for column in columns
    ]
    return [(name, *row) in hidden for row in zip(*values, strict=False)]


class Cuts:
    """One table cut again and again, told to the numbers of a page.

    A cut is known by its name; its numbers by the keys (name, *values of its columns). A cut by more
    columns is held against those that it is finer than: each of their numbers is a union of its own.
    """

    def __init__(self, held: Numbers, count: Count) -> None:
        self.held = held
        self._count = count
        self._columns: dict[str, tuple[str, ...]] = {}

    def show(self, name: str, *columns: str, **only: Any) -> None:
        """Numbers that stand on the page; with `only` those with these values, the others nowhere."""
        self._tell(name, columns, only, self.held.show)

    def known(self, name: str, *columns: str, **only: Any) -> None:
        """Numbers that the reader has anyway, of titles and totals; those of a few are hidden there too."""
        self._tell(name, columns, only, self.held.title)

    def unsaid(self, name: str, *columns: str) -> None:
        """Numbers that stand nowhere, through which others hang together."""
        self._tell(name, columns, {}, self.held.unsaid)

    def sums(self, name: str, of: str, *columns: str) -> None:
        """Printed totals: sums of the numbers of a cut over all but these of its columns."""
        places = [self._columns[of].index(column) for column in columns]
        parts: dict[Key, list[Key]] = {}
        shown = set(self.held.shown())
        for key in (key for key in self.numbers(of) if key in shown):
            parts.setdefault((name, *(key[1 + at] for at in places)), []).append(key)
        for total, own in parts.items():
            self.held.printed(total, own)

    def numbers(self, name: str) -> list[Key]:
        """The keys of a cut's numbers."""
        return [key for key in self.held.values if isinstance(key, tuple) and key[0] == name]

    def _tell(
        self, name: str, columns: tuple[str, ...], only: Mapping[str, Any], tell: Callable[[Key, int], None]
    ) -> None:
        wanted = {columns.index(column): value for column, value in only.items()}
        counted = self._count(columns)
        for values, value in counted.items():
            is_told = all(_fits(values[at], value) for at, value in wanted.items())
            (tell if is_told else self.held.unsaid)((name, *values), value)
        for coarser in self._coarser(columns):
            places = [columns.index(column) for column in self._columns[coarser]]
            parts: dict[Key, list[Key]] = {}
            for values in counted:
                parts.setdefault(tuple(values[at] for at in places), []).append((name, *values))
            for values, own in parts.items():
                self.held.union((coarser, *values), own)
        self._columns[name] = columns

    def _coarser(self, columns: tuple[str, ...]) -> list[str]:
        """The cuts by a part of the columns, without those that a finer one of them is held against."""
        below = {name: set(own) for name, own in self._columns.items() if set(own) < set(columns)}
        return [name for name, own in below.items() if not any(own < other for other in below.values())]


def people(rows: ir.Table) -> Count:
    """Count different persons."""

    def count(columns: Collection[str]) -> Mapping[Key, int]:
        keys = list(columns)
        by = rows.group_by(keys) if keys else rows
        told = by.agg(_people=rows.person.nunique())
        found = (told.order_by(keys) if keys else told).to_pyarrow().to_pylist()
        return {tuple(row[key] for key in keys): row["_people"] for row in found}

    return count


def records(frame: pd.DataFrame, column: str) -> Count:
    """Add up a column of a frame."""

    def count(columns: Collection[str]) -> Mapping[Key, int]:
        keys = list(columns)
        if not keys:
            return {(): int(frame[column].sum())}
        summed = frame.groupby(keys, dropna=False, observed=True)[column].sum()
        values = [at if isinstance(at, tuple) else (at,) for at in summed.index]
        told = [tuple(None if pd.isna(value) else value for value in at) for at in values]
        return dict(zip(told, summed.astype(int).tolist(), strict=True))

    return count


def _fits(value: Hashable, wanted: Any) -> bool:
    several = isinstance(wanted, Collection) and not isinstance(wanted, str)
    return value in wanted if several else value == wanted
