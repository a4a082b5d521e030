"""Balance lines: what came in equals what went out, or the run fails."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from qmcb.errors import BalanceError


@dataclass(frozen=True)
class Line:
    """One equation that must hold: `whole` = Σ `parts` (counts of rows or people, or fen)."""

    label: str
    whole: int
    parts: tuple[tuple[str, int], ...]

    @property
    def difference(self) -> int:
        return self.whole - sum(count for _, count in self.parts)


def frame(lines: Iterable[Line]) -> pd.DataFrame:
    """The lines as a table: 平衡关系, 合计, 构成, 差额."""
    return pd.DataFrame(
        [
            {
                "平衡关系": line.label,
                "合计": line.whole,
                "构成": " + ".join(f"{label} {count:,}" for label, count in line.parts),
                "差额": line.difference,
            }
            for line in lines
        ]
    )


def check(lines: Iterable[Line]) -> None:
    """Raise `BalanceError`, naming every line that is off; it holds counts only."""
    off = [f"{line.label}（差额 {line.difference:,}）" for line in lines if line.difference]
    if off:
        raise BalanceError("balance lines are off: " + "; ".join(off))
