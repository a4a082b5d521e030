"""No small count can be computed from what is shown; whether one can is asked of two other ways too."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from qmcb.reports import suppress
from qmcb.reports.suppress import FEWEST, Numbers

MATRICES = arrays(
    np.int64, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=5), elements=st.integers(0, 14)
)


def solvable(counts: np.ndarray, told: dict[str, np.ndarray], printed: tuple[str, ...]) -> list[bool]:
    """Of each hidden small cell whether linear algebra alone tells it: cells, totals, what is shown."""
    rows, columns = counts.shape
    unit = np.eye(rows * columns)
    sums = {
        "rows": np.kron(np.eye(rows), np.ones(columns)),
        "columns": np.kron(np.ones(rows), np.eye(columns)),
    }
    shown = [unit[~told["cells"].ravel()]]
    shown += [each[~told[kind]] if kind in printed else each for kind, each in sums.items()]
    shown.append(np.ones((1, rows * columns)))
    known = np.vstack(shown)
    small = told["cells"].ravel() & (counts.ravel() < FEWEST)
    rank = np.linalg.matrix_rank(known)
    return [bool(np.linalg.matrix_rank(np.vstack([known, row])) == rank) for row in unit[small]]


@given(MATRICES, st.sampled_from([(), ("rows",), ("rows", "columns")]))
@settings(max_examples=20)
def test_no_small_cell_can_be_solved_for(counts: np.ndarray, printed: tuple[str, ...]) -> None:
    told = suppress.table(counts, printed=printed)
    hide = told["cells"]
    assert hide[(counts > 0) & (counts < FEWEST)].all() and not hide[counts == 0].any()
    held = suppress.numbers(counts, printed=printed)
    small = [at for at in held.small() if len(at) == 2 and isinstance(at[0], int)]
    told_by_margins = [len(set(held.at_best(at))) == 1 for at in small]
    found = solvable(counts, told, printed)
    assert all(told or not solved for told, solved in zip(told_by_margins, found, strict=True))
    assert all(held.interval(at, held.hidden()) == held.at_best(at) for at in small)


@given(arrays(np.int64, st.integers(1, 4), elements=st.integers(0, 9)))
@settings(max_examples=60)
def test_least_and_most_are_those_of_all_lists_that_are_possible(counts: np.ndarray) -> None:
    hide = suppress.table(counts)["cells"]
    held = Numbers()
    for at, count in enumerate(counts):
        held.show(at, int(count))
    held.known("whole", int(counts.sum()))
    held.total("whole", range(len(counts)))
    hidden = [at for at in range(len(counts)) if hide[at]]
    ranges = [
        range(1, 5) if count in range(1, 5) else range(5, 50) if hide[at] else [count]
        for at, count in enumerate(counts)
    ]
    possible = [told for told in product(*ranges) if sum(told) == counts.sum()]
    for at in held.small():
        values = {told[at] for told in possible}
        assert held.interval(at, hidden) == (min(values), max(values))


def test_a_total_is_hidden_where_its_parts_cannot_be() -> None:
    told = suppress.table(np.array([[3, 0], [40, 60], [50, 70]]), printed=("rows",))
    assert told["rows"][0] and told["cells"][0, 0]


def test_two_tables_over_the_same_people_hide_together() -> None:
    """Issue 7's known hole: 58 in all, 55 of them in the other table, so that the rest are three."""
    held = Numbers()
    for key, value in {"whole": 58, "decided": 55, "unruled": 3, "advised": 55, "unadvised": 3}.items():
        held.show(key, value)
    held.total("whole", ["decided", "unruled"])
    held.total("unruled", ["unadvised"])
    held.union("advised", ["decided"])
    alone = {"unruled", "unadvised", "decided"}
    assert held.interval("unruled", alone) == (3, 3)
    hidden = held.hidden()
    assert held.interval("unruled", hidden) == (1, 4) and hidden == held.hidden()


def test_overlapping_parts_are_bounds_and_no_sums() -> None:
    held = Numbers()
    for key, value in {"a": 4, "b": 30}.items():
        held.show(key, value)
    held.known("either", 33)
    held.union("either", ["a", "b"])
    assert held.interval("a", {"a"}) == (3, 4)  # 33 are in a or b, and 30 in b
    assert held.interval("a", held.hidden()) == (1, 4)


def test_what_does_not_hold_is_told() -> None:
    held = Numbers()
    held.show("a", 2)
    held.known("whole", 9)
    held.total("whole", ["a"])
    with pytest.raises(ValueError, match="do not hold"):
        held.hidden()


def test_who_guesses_that_parts_do_not_overlap_finds_nothing() -> None:
    """58 are in either part; that nobody is in both stands nowhere, and is so."""
    held = Numbers()
    for key, value in {"either": 58, "decided": 55, "unruled": 3}.items():
        held.show(key, value)
    held.union("either", ["decided", "unruled"])
    assert held.interval("unruled", {"unruled"}) == (3, 3)
    assert held.interval("unruled", held.hidden()) == (1, 4)
