"""How page 02 counts its residents: who need not be enrolled, who is, who is missing; told together."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from qmcb import codes
from qmcb.reports.suppress import Numbers
from qmcb.sources.book import Book
from qmcb.studies import cuts
from qmcb.studies.cuts import Cuts, Hidden

RULED = ("cover", "lacking", "standing", "action", "decides", "document", "article", "confirmed")
OF_EMPLOYERS = "work"  # the covers of WORK_COVER together
_TOLD = ("person", "cover", "standing")


def numbers(book: Book, standing: ir.Table, missing: ir.Table, excluded: ir.Table) -> Numbers:
    """What the page says of residents by standing, and how a reader can put it together.

    Keys: ("standing", cover, lacking, standing); ("state", *RULED) and of those in doubt ("doubtful",
    *RULED, True); ("place", cover, True, hukou_region); of the employed ("industry", cover, True, True,
    industry); ("reason", reason, part) and their sums ("reasons", reason); of all in doubt ("unsure",
    True, True). The residents and the missing of a cover are thought to be known.
    """
    held = Numbers()
    rows = _rows(book, standing, missing, excluded)
    told = Cuts(held, cuts.people(rows))
    told.known("cover", "cover", cover=codes.COVER)
    told.known("lacking", "cover", "lacking", cover=codes.COVER, lacking=True)
    told.show("standing", "cover", "lacking", "standing", cover=codes.COVER)
    told.show("state", *RULED, standing=(*codes.MISSING, *codes.EXCLUDED))
    told.show("unsure", "lacking", "doubtful", lacking=True, doubtful=True)
    told.show("doubtful", *RULED, "doubtful", lacking=True, doubtful=True)
    told.show("place", "cover", "lacking", "hukou_region", lacking=True)
    told.unsaid("employed", "cover", "lacking", "works")
    told.show("industry", "cover", "lacking", "works", "industry", lacking=True, works=True)
    _reasons(held, missing)
    return held


def states(hidden: Hidden, name: str, frame: pd.DataFrame, *more: object, lacking: bool = True) -> list[bool]:
    """Of rows by standing and rule (RULED without `lacking`) which numbers (`name`) are not shown."""
    columns = [frame[column] if column != "lacking" else lacking for column in RULED]
    return cuts.among(hidden, name, *columns, *more)


def industries(book: Book, rows: ir.Table) -> ir.Table:
    """The rows with the industry of the employer; "" where it is not known."""
    if "employers" not in book:
        return rows.mutate(industry=ibis.literal(""))
    employers = book["employers"]
    known = employers.group_by(employer_id=employers.uscc).agg(industry=employers.industry.min())
    joined = rows.left_join(known, "employer_id", rname="{name}_more")
    return joined.mutate(industry=joined.industry.fill_null(""))


def by_reason(missing: ir.Table) -> ir.Table:
    """One row a reason (a key of codes.PRIORITY) with the part of the page's picture, a cover or work."""
    label = missing.reasons.split("、").unnest()
    part = missing.cover.cases(*((cover, cover) for cover in codes.COVER), else_=OF_EMPLOYERS)
    rows = missing.filter(missing.reasons != "").select("person", "cover", "works", part=part, label=label)
    by_label = {label: key for key, label in codes.PRIORITY.items()}
    return rows.mutate(reason=rows.label.cases(*by_label.items(), else_=""))


def _rows(book: Book, standing: ir.Table, missing: ir.Table, excluded: ir.Table) -> ir.Table:
    """Every resident and cover once, with the rule that says what follows where one does."""
    rule = [column for column in RULED if column not in ("cover", "lacking", "standing")]
    ruled = missing.select(*_TOLD, *rule).union(excluded.select(*_TOLD, *rule))
    rows = standing.left_join(ruled, list(_TOLD), rname="{name}_more")
    return industries(book, rows).mutate(lacking=ibis._.standing.isin(codes.MISSING))


def _reasons(held: Numbers, missing: ir.Table) -> None:
    rows = by_reason(missing)
    cut = Cuts(held, cuts.people(rows))
    cut.show("reason", "reason", "part")
    cut.sums("reasons", "reason", "reason")
    for key in cut.numbers("reason"):
        wholes = [("lacking", key[2], True), ("employed", key[2], True, True)][: 1 + (key[1] == "employed")]
        for whole in wholes:
            if whole in held.values:
                held.part(key, whole)
