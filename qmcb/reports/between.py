"""Pages held against each other: what a region's page and one of its counties' tell together.

Whoever has both can subtract. A small count that neither page gives away may be given away by both, and
so may the few people of the region who are not of the county.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from qmcb.errors import RunError
from qmcb.reports import shown, stage
from qmcb.reports.execute import TABLES
from qmcb.reports.shown import Shown
from qmcb.reports.suppress import FEWEST, Key, Numbers


def require_apart(made: Path, out: Path) -> None:
    """Raise `RunError` where a report in a folder and a finished one below `out` give each other away.

    Only reports of one period are compared, of which one is about a part of the other's region.
    """
    runs = sorted(path.parent for path in out.glob(f"*/[!.]*/{stage.MANIFEST}"))
    for name, mine in _pages(made):
        for run in runs:
            for other, theirs in _pages(run):
                if count := sum(len(given_away(*pair)) for pair in _nested(mine, theirs)):
                    page = f"{run.relative_to(out).as_posix()}/{other}"
                    raise RunError(
                        f"{name}: withheld, as {count} counts of a few people could be worked out with"
                        f" {page}, a region less its part; publish it to other readers, under another --out"
                    )


def given_away(whole: Shown, part: Shown) -> set[Key]:
    """The small counts that only both pages together tell, as ("whole" | "part" | "rest", *key).

    Empty where the two cannot be of the same people, as no numbers fit both.
    """
    both, hidden = Numbers(), set()
    for side, page in (("whole", whole), ("part", part)):
        _copy(both, side, page)
        hidden |= {(side, key) for key in page.hidden}
    rests = list(_subtracted(both, whole, part))
    try:
        told = both.impossible(hidden)
        found = {key for key in rests if _is_few(both, key, hidden)}
    except ValueError:
        return set()
    alone = {(("whole", key), end) for key, end in whole.numbers.impossible(whole.hidden)}
    alone |= {(("part", key), end) for key, end in part.numbers.impossible(part.hidden)}
    return found | {key for key, _ in told - alone}


def _pages(folder: Path) -> Iterator[tuple[str, list[Shown]]]:
    for file in sorted(folder.glob(f"{TABLES}/*/{shown.FILE}")):
        try:
            pages = shown.load(file)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            told = f"{folder.name}/{file.relative_to(folder).as_posix()}"
            raise RunError(
                f"{told}: expected what a run wrote, found something else; restore or remove that run"
            ) from None
        yield file.parent.name, pages


def _nested(mine: Iterable[Shown], theirs: Iterable[Shown]) -> Iterator[tuple[Shown, Shown]]:
    """The pairs on one question and period of which one region lies in the other, the larger first."""
    others = {(page.question, page.period): page for page in theirs}
    for page in mine:
        other = others.get((page.question, page.period))
        if other is not None and page.region != other.region:
            for whole, part in ((page, other), (other, page)):
                if part.region.startswith(whole.region):
                    yield whole, part


def _copy(both: Numbers, side: str, page: Shown) -> None:
    tell = {"shown": both.show, "known": both.known, "unsaid": both.unsaid}
    for key, value in page.numbers.values.items():
        tell[page.numbers.state(key)]((side, key), value)
    for whole, parts, exact in page.numbers.relations():
        (both.total if exact else both.at_most)((side, whole), [(side, part) for part in parts])


def _subtracted(both: Numbers, whole: Shown, part: Shown) -> Iterator[Key]:
    """Tell what lies between the two; the numbers of those of the region who are not of its part.

    Where the part shows more than the whole, as where its own source knows less of somebody, nothing does.
    """
    for key, value in part.numbers.values.items():
        seen = key not in whole.hidden | part.hidden and whole.numbers.state(key) != "unsaid"
        if key not in whole.numbers.values or (seen and value > whole.numbers.values[key]):
            continue
        own = isinstance(key, tuple) and any(str(each).startswith(part.region) for each in key[1:])
        if own and not (seen and value != whole.numbers.values[key]):
            both.total(("whole", key), [("part", key)])  # of the part's own people in both
        else:
            rest = ("rest", key)
            both.unsaid(rest, 0)
            both.total(("whole", key), [("part", key), rest])
            if "unsaid" not in (whole.numbers.state(key), part.numbers.state(key)):
                yield rest


def _is_few(both: Numbers, rest: Key, hidden: Iterable[Key]) -> bool:
    """Whether a reader knows that there are some, and fewer than may be told."""
    low, high = both.interval(rest, hidden)
    return low > 0 and high < FEWEST
