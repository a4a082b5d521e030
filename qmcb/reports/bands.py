"""Who pays for whom: bands from sources to targets, as thick as the amounts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qmcb.reports import money, style
from qmcb.reports.money import Unit
from qmcb.reports.picture import MARGIN, WIDTH, Picture, Sheet, sentence, sheet

_HIGH = 3.4  # inches that all amounts together are thick
_SLOT = 0.185  # at least so much for a target, so that its name fits
_APART, _GROUP = 0.045, 0.1
_NODE = 0.16
_NAME = 9.0
_FEWEST = 0.006  # inches under which a band would not be seen
_NOBODY = "无记录"


@dataclass(frozen=True)
class _Node:
    name: str
    group: str
    amount: int
    top: float
    slot: float  # inches from its top to the next


def flows(table: pd.DataFrame, *, title: str, colours: Mapping[str, str], note: str = "") -> Picture:
    """Bands from each source to each target; sources and targets in order, targets grouped.

    Parameters
    ----------
    table
        ``source``, ``target``, ``group`` of the target (empty where there is none), ``amount`` (fen, not
        negative). Who gives or gets nothing is left out.
    colours
        The colour of each source.
    """
    flowing = table[table["amount"] > 0]
    if flowing.empty:
        with sheet(0.33, title=title, unit=money.WAN.label, note=note) as paper:
            paper.write(MARGIN, 0.16, _NOBODY, colour=style.MUTED)
        return Picture(paper.figure, flowing, sentence(title, [], [], ""))
    total = int(flowing["amount"].sum())
    given = flowing.groupby("source", sort=False)["amount"].sum()
    got = flowing.groupby(["group", "target"], sort=False)["amount"].sum()
    given = given[[source for source in dict.fromkeys(table["source"]) if source in given.index]]
    scale, one = _HIGH / total, money.unit(got)
    targets = _targets(got, scale)
    high = targets[-1].top + targets[-1].slot
    sources = _sources(given, scale, high)
    told = {
        node.name: (f"{one.text(node.amount)}{one.label}", style.share(node.amount, total))
        for node in sources
    }
    left = MARGIN + max(style.inches("".join(told[node.name]), _NAME) for node in sources) + 0.28
    left = max(left, MARGIN + max(style.inches(node.name, 10.5) for node in sources) + 0.12)
    names = max(style.inches(node.name + one.text(node.amount), _NAME) for node in targets) + 0.3
    groups = max(style.inches(node.group, _NAME) for node in targets)
    right = WIDTH - MARGIN - names - groups - 0.2
    with sheet(high + 0.05, title=title, unit=one.label, note=note) as paper:
        _bands(paper, flowing, sources, targets, colours, scale, left, right)
        for node in sources:
            thick, middle = node.amount * scale, node.top + node.amount * scale / 2
            paper.block(left, node.top, _NODE, max(thick, _FEWEST), colours[node.name])
            paper.write(left - 0.1, middle - 0.09, node.name, size=10.5, align="right", strong=True)
            text = "  ".join(told[node.name])
            paper.write(left - 0.1, middle + 0.1, text, size=_NAME, colour=style.MUTED, align="right")
        _ends(paper, targets, one, scale, right, names)
    labels = [
        f"{source}→{target}" for source, target in flowing[["source", "target"]].itertuples(index=False)
    ]
    texts = [one.text(amount) + one.label for amount in flowing["amount"]]
    first = [*given.index, *labels], [*("".join(told[name]) for name in given.index), *texts]
    return Picture(paper.figure, flowing.reset_index(drop=True), sentence(title, *first, ""))


def _targets(got: "pd.Series[int]", scale: float) -> list[_Node]:
    nodes: list[_Node] = []
    y = 0.0
    for (group, target), amount in zip(got.index, got.tolist(), strict=True):
        y += _GROUP if nodes and nodes[-1].group != group else 0.0
        slot = max(_SLOT, amount * scale + _APART)
        nodes.append(_Node(str(target), str(group), amount, y, slot))
        y += slot
    return nodes


def _sources(given: "pd.Series[int]", scale: float, high: float) -> list[_Node]:
    """The sources spread over the height, each with room for its two lines."""
    thick = [max(float(amount) * scale, 0.0) for amount in given]
    slots = [max(each, 0.4) for each in thick]
    apart = max((high - sum(slots)) / max(len(slots), 1), 0.05)
    nodes, y = [], apart / 2
    for name, amount, slot, own in zip(given.index, given, slots, thick, strict=True):
        nodes.append(_Node(str(name), "", int(amount), y + (slot - own) / 2, slot))
        y += slot + apart
    return nodes


def _bands(
    paper: Sheet,
    flowing: pd.DataFrame,
    sources: list[_Node],
    targets: list[_Node],
    colours: Mapping[str, str],
    scale: float,
    left: float,
    right: float,
) -> None:
    """Bands in the order of sources at each target, of targets at each source, so that few cross."""
    amounts = flowing.groupby(["source", "target"])["amount"].sum()
    from_source = {node.name: node.top for node in sources}
    into_target = {node.name: node.top + _centred(node, scale) for node in targets}
    for source in sources:
        for target in targets:
            thick = float(amounts.get((source.name, target.name), 0)) * scale
            if thick:
                y0, y1 = from_source[source.name], into_target[target.name]
                _band(paper, left + _NODE, y0, right, y1, thick, colours[source.name])
                from_source[source.name] += thick
                into_target[target.name] += thick


def _band(paper: Sheet, x0: float, y0: float, x1: float, y1: float, thick: float, colour: str) -> None:
    at = np.linspace(0, 1, 40)
    xs, ys = x0 + (x1 - x0) * at, y0 + (y1 - y0) * at * at * (3 - 2 * at)
    there, back = list(zip(xs, ys, strict=True)), list(zip(xs, ys + max(thick, _FEWEST), strict=True))
    paper.area([*there, *reversed(back)], colour, opacity=0.62)


def _centred(node: _Node, scale: float) -> float:
    return (node.slot - _APART - node.amount * scale) / 2


def _ends(paper: Sheet, targets: list[_Node], one: Unit, scale: float, right: float, names: float) -> None:
    """Names and amounts behind the bands, and a bracket with the name of each group."""
    for node in targets:
        middle = node.top + (node.slot - _APART) / 2
        paper.block(
            right, node.top + _centred(node, scale), 0.05, max(node.amount * scale, _FEWEST), style.FIRM
        )
        paper.write(right + 0.12, middle, node.name, size=_NAME)
        paper.write(
            right + names, middle, one.text(node.amount), size=_NAME, colour=style.MUTED, align="right"
        )
    for group in dict.fromkeys(node.group for node in targets if node.group):
        own = [node for node in targets if node.group == group]
        top, low, x = own[0].top, own[-1].top + own[-1].slot - _APART, right + names + 0.1
        paper.line(x, top, x, low, colour=style.CONTEXT)
        paper.write(x + 0.07, (top + low) / 2, group, size=_NAME, colour=style.MUTED)
