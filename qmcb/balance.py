"""Balance lines: what came in equals what went out, or the run fails."""

from collections.abc import Iterable
from dataclasses import dataclass

from qmcb.errors import BalanceError


@dataclass(frozen=True)
class Line:
    """One equation that must hold: `whole` = Σ `parts` (counts of rows or people, or fen)."""

    label: str
    whole: int
    parts: tuple[tuple[str, int], ...]
    of_people: bool = False

    @property
    def difference(self) -> int:
        return self.whole - sum(count for _, count in self.parts)


def check(lines: Iterable[Line]) -> None:
    """Raise `BalanceError`, naming every line that is off; it holds counts only."""
    off = [f"{line.label}（差额 {line.difference:,}）" for line in lines if line.difference]
    if off:
        raise BalanceError("balance lines are off: " + "; ".join(off))
