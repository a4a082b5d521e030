"""Tables for reading: a small data frame as clean HTML, with bars in its cells where wanted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from html import escape

import numpy.typing as npt
import pandas as pd

from qmcb.reports import mask, style

_ABSENT = "—"
_HIDDEN = "*"
_SHORT = 12  # em of a column that is not worth breaking
_BAR_ROOM = 60  # per cent of the cell; the rest is for the number


@dataclass(frozen=True)
class Table:
    """A captioned table whose cells are already the texts that people read."""

    caption: str
    texts: pd.DataFrame
    numeric: frozenset[str]
    note: str = ""
    shares: Mapping[str, list[float]] = field(default_factory=dict)

    def html(self) -> str:
        """A table with caption, header scopes and right-aligned numbers; the first column names the row."""
        first, *others = names = [str(name) for name in self.texts]
        heads = "".join(f'<th scope="col"{self._look(name)}>{escape(name)}</th>' for name in names)
        rows = []
        for at, cells in enumerate(self.texts.itertuples(index=False)):
            named = 'th scope="row"' if cells[0] else "td"  # nothing is no heading
            head = f"<{named}{self._look(first)}>{escape(cells[0])}</{named[:2]}>"
            rest = (self._cell(name, at, text) for name, text in zip(others, cells[1:], strict=True))
            rows.append(f"<tr>{head}{''.join(rest)}</tr>")
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        body = "\n".join(rows)
        caption = f'<caption style="text-align:left">{escape(self.caption)}</caption>'
        head = f"<thead><tr>{heads}</tr></thead>"
        return f'<table class="data">{caption}\n{head}\n<tbody>\n{body}\n</tbody></table>{note}'

    def plain(self) -> str:
        """Caption and cells, tab separated: what nbval compares."""
        lines = map("\t".join, [list(self.texts.columns), *self.texts.to_numpy().tolist()])
        return "\n".join([self.caption, *lines])

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.plain()}

    def _look(self, name: str, more: str = "") -> str:
        """Class for the page; alignment and breaks as JupyterLab needs them, which else turns texts right."""
        if name in self.numeric:
            return f' class="number" style="text-align:right;white-space:nowrap{more}"'
        if self.texts[name].map(style.ems).max() <= _SHORT:
            return f' class="short" style="text-align:left;white-space:nowrap{more}"'
        return f' style="text-align:left{more}"'

    def _cell(self, name: str, row: int, text: str) -> str:
        bar = ""
        if name in self.shares:
            size = f"{_BAR_ROOM * self.shares[name][row]:.1f}% 1.1em"
            tint = f"linear-gradient({style.TINT},{style.TINT})"
            bar = f";min-width:9em;background:{tint} 0 .55em/{size} no-repeat"
        return f"<td{self._look(name, bar)}>{escape(text)}</td>"


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    labels: Mapping[str, str] | None = None,
    people: Collection[str] = (),
    sums: Mapping[str, npt.ArrayLike] | None = None,
    shares: Collection[str] = (),
    decimals: Mapping[str, int] | None = None,
    hide: Mapping[str, npt.ArrayLike] | None = None,
    bar: str | None = None,
    note: str = "",
) -> Table:
    """A frame as a table to read.

    Parameters
    ----------
    frame
        At least one column; the first one names each row. Numbers get thousands separators, missing
        values a dash.
    labels
        Headings of the columns, by column name, such as contracts and code lists give.
    people
        Columns that count people: one to four are hidden, as in `mask.suppress_all`.
    hide
        Of such columns which rows not to show besides, where other tables of the page decide on it.
    sums
        Columns of months or money, each with the numbers of people whom its sums are of: a sum is
        hidden where such a number would be.
    shares
        Columns that hold parts of one, shown in per cent.
    decimals
        Columns whose numbers all have so many decimals.
    bar
        The column in whose cells a bar shows the size; a hidden count gets none.
    """
    digits = decimals or {}
    frame = frame.reset_index(drop=True)
    texts = pd.DataFrame(
        {name: _texts(frame[name], name in people, name in shares, digits.get(str(name))) for name in frame},
        dtype=object,
    )
    for name, rows in (hide or {}).items():
        texts[name] = mask.marked(frame[name].to_numpy("int64"), rows)
    for name, counts in (sums or {}).items():
        texts.loc[mask.hidden(counts) & frame[name].notna().to_numpy(), name] = _HIDDEN
    names = {str(name): str((labels or {}).get(str(name), name)) for name in frame}
    numeric = frozenset(names[str(name)] for name in frame.select_dtypes("number"))
    lengths = {names[bar]: _lengths(frame[bar], texts[bar])} if bar else {}
    note += mask.explanation(text for name in (*people, *(sums or {})) for text in texts[name])
    return Table(caption, texts.rename(columns=names), numeric, note, lengths)


def _texts(values: pd.Series, people: bool, share: bool, digits: int | None) -> list[str]:
    if people:
        return [str(text) for text in mask.suppress_all(values.fillna(0).to_numpy("int64"))]
    if share:
        return [_ABSENT if pd.isna(value) else style.share(float(value), 1.0) for value in values]
    return [_text(value, digits) for value in values.tolist()]


def _text(value: object, digits: int | None) -> str:
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int | float) and not pd.isna(value):
        text = style.number(value) if digits is None else f"{value:,.{digits}f}"
        return text.replace("-", "−")
    return _ABSENT if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _lengths(values: pd.Series, texts: pd.Series) -> list[float]:
    shown = values.where(texts.str[0].str.isdigit(), 0).fillna(0).clip(lower=0).astype(float)
    most = shown.max()
    return (shown / most if most else shown).tolist()
