"""Lines along years, each named at its end; those that run together have one name."""

import pandas as pd

from qmcb.reports import axis, style
from qmcb.reports.axis import SMALL, Plot
from qmcb.reports.picture import MARGIN, WIDTH, Picture, sentence, sheet

_HIGH = 2.5
_TOP = 0.16
_PITCH = 0.19
_SIZE = 9.5
_EVERY = 5


def lines(
    table: pd.DataFrame, *, title: str, unit: str, finding: str, most: float | None = None, note: str = ""
) -> Picture:
    """One line a label from 0 upwards, named beside its end with its last value; one in accent.

    Parameters
    ----------
    table
        ``label``, ``year``, ``value`` (in the unit).
    finding
        The label in accent.
    most
        Where the scale ends; above the greatest value where it is not told.
    """
    wide = table.pivot(index="year", columns="label", values="value")[list(dict.fromkeys(table["label"]))]
    together: dict[tuple[float, ...], list[str]] = {}
    for label in wide:
        together.setdefault(tuple(wide[label].round(6)), []).append(str(label))
    names = {"、".join(own): (values, finding in own) for values, own in together.items()}
    texts = {name: axis.digits(values[-1]) for name, (values, _) in names.items()}
    labels = {name: style.wrap(f"{name}  {texts[name]}", 17) for name in names}
    right = MARGIN + 0.3 + max(1.03 * style.inches(line, _SIZE) for rows in labels.values() for line in rows)
    high = most if most is not None else max(float(wide.max().max()) * 1.05, 1e-9)
    left = MARGIN + 0.1 + max(style.inches(axis.amount(each), SMALL) for each in axis.ticks(0, high, 9))
    years = wide.index.tolist()
    with sheet(_TOP + _HIGH + 0.3, title=title, unit=unit, note=note) as paper:
        plot = Plot(paper, left, _TOP, WIDTH - right - left, _HIGH, years[0], years[-1], 0.0, high)
        plot.levels()
        plot.years()
        tallest = max(len(rows) for rows in labels.values())
        wanted = [plot.y(values[-1]) for values, _ in names.values()]
        places = axis.apart(wanted, _PITCH * tallest, plot.top, plot.bottom)
        ordered = sorted(zip(names.items(), wanted, places, strict=True), key=lambda each: each[0][1][1])
        for (name, (values, found)), end, y in ordered:
            ink = style.ACCENT if found else style.FIRM
            paper.path(plot.points(years, values), colour=ink, width=2.4 if found else 1.3, over=True)
            paper.path([(plot.right + 0.02, end), (plot.right + 0.2, y)], colour=style.CONTEXT)
            paper.write(plot.right + 0.24, y, "\n".join(labels[name]), size=_SIZE, colour=ink, strong=found)
    shown = wide[[year in (years[0], years[-1]) or year % _EVERY == 0 for year in years]].round(4)
    shown.index = shown.index.astype(str)
    told = sentence(title, list(texts), list(texts.values()), unit)
    return Picture(paper.figure, shown.reset_index().rename_axis(columns=None), told)
