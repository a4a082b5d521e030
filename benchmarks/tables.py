"""What was measured, as Markdown ready to paste."""

import os
import platform
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from benchmarks.measure import Measure


@dataclass
class Row:
    """One program on one pair of files, a measure and a judgement for each round."""

    kind: str
    size: str
    program: str
    measures: list[Measure] = field(default_factory=list)
    rights: list[dict[str, float]] = field(default_factory=list)

    def cost(self, what: str) -> float:
        """Median of wall, cpu or peak."""
        return float(median(getattr(measure, what) for measure in self.measures))

    def right(self, what: str) -> float:
        """Median of f1, precision or recall."""
        return median(right[what] for right in self.rights)


def heading(version: str, rounds: int) -> str:
    """Day, machine and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    machine = f"{os.cpu_count()} {platform.machine()} cores, {memory:.0f} GB, {platform.system()}"
    versions = f"Python {platform.python_version()}, Splink {version}"
    return f"{date.today()}, {machine}, {versions}, rounds: {rounds}.\n"


def _table(head: list[str], aligned: str, lines: list[list[str]]) -> str:
    rule = ["---:" if side == "r" else "---" for side in aligned]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rule, *lines])


def figures(rows: list[Row]) -> str:
    """A line for each set, size and program: medians."""
    lines = [
        [
            row.kind,
            row.size,
            row.program,
            f"{row.cost('wall'):.2f} s",
            f"{row.cost('cpu'):.2f} s",
            f"{row.cost('peak'):.2f} GB",
            *(f"{row.right(what):.5f}" for what in ("f1", "precision", "recall")),
        ]
        for row in rows
    ]
    head = [
        "set",
        "records a side",
        "program",
        "wall",
        "processor",
        "peak memory",
        "F1",
        "precision",
        "recall",
    ]
    return _table(head, "lrlrrrrrr", lines)


def ratios(rows: list[Row]) -> str:
    """A line for each set and size on which the programs met."""
    lines = []
    for ours in (row for row in rows if row.program == "qmcb"):
        others = {row.program: row for row in rows if (row.kind, row.size) == (ours.kind, ours.size)}
        if "Splink" not in others:
            continue
        splink, floor = others["Splink"], others["floor"]
        lines.append(
            [
                ours.kind,
                ours.size,
                f"{splink.cost('wall') / ours.cost('wall'):.2f}",
                f"{splink.cost('peak') / ours.cost('peak'):.2f}",
                f"{ours.cost('wall') / floor.cost('wall'):.1f}",
                f"{ours.right('f1') - splink.right('f1'):+.5f}",
            ]
        )
    head = ["set", "records a side", "wall Splink ÷ qmcb", "memory Splink ÷ qmcb", "wall qmcb ÷ floor"]
    return _table([*head, "F1 qmcb − Splink"], "lrrrrr", lines)


def growth(rows: list[Row]) -> str:
    """A line for each set and program and each step to the next larger size."""
    lines = []
    for place, small in enumerate(rows):
        same = (small.kind, small.program)
        large = next((row for row in rows[place + 1 :] if (row.kind, row.program) == same), None)
        if large is None:
            continue
        factors = [f"{large.cost(what) / small.cost(what):.2f}" for what in ("wall", "peak")]
        lines.append([small.kind, small.program, f"{small.size} → {large.size}", *factors])
    return _table(["set", "program", "records a side", "wall grew", "memory grew"], "lllrr", lines)
