"""一人一号: which resident number is proposed as a person's one social security number, and why."""

import ibis
import ibis.expr.types as ir

from qmcb.enrolment.facts import Facts, beside

_EATEN = "000"  # what a spreadsheet leaves of a number; right only as public security has it


def numbers(facts: Facts, written: ir.Table, persons: ir.Table) -> ir.Table:
    """One row of each of the persons: person, id_number (null: none to propose), source, candidates, why.

    `written` as `golden.written`. A number belongs to one person, the one under whose name the first
    authority has it (`linkage.people`), so that none is proposed twice. `source`: the first table of
    golden/id_number that writes the person so; `candidates`: how many right numbers the records of the
    person bear; `why`: of codes.NUMBER_WHY, those of codes.NUMBER_OPEN for people to settle: two numbers of
    which public security has none, a record that may be somebody else's, a number of another, none.
    Source: 社会保险法 art. 58; decision 7 for numbers that end in 000.
    """
    right = written.filter(
        written.number.notnull(), ~written.number.endswith(_EATEN) | (written.source == "residents")
    )
    known = right.filter(right.source == "residents").select("number").distinct()
    right = beside(right, known.mutate(known=ibis.literal(True)), "number")
    order = facts.rules.order("golden/id_number", facts.period).sources
    rank = ibis.cases(*((right.source == name, at) for at, name in enumerate(order)), else_=len(order))
    told = right.group_by("person").agg(
        candidates=right.number.nunique(),
        others=right.number.nunique(where=~right.by_number),
        of_others=right.number.nunique(where=~right.by_number & right.known),
        id_number=right.number.min(where=right.by_number),
        source=right.source.argmin(rank, where=right.by_number),
    )
    rows = beside(persons.select("person"), told, "person")
    review = facts.people.doubtful.select("person").distinct().mutate(review=ibis.literal(True))
    rows = beside(rows, review, "person")
    owned = rows.id_number.notnull()
    why = ibis.cases(
        (owned & (rows.others == 0), "only"),
        (owned & (rows.others == rows.of_others), "own"),
        (owned & (rows.source == "residents"), "public_security"),
        (owned, "two_numbers"),
        (rows.review.fill_null(False), "review"),
        (rows.candidates > 0, "shared"),
        else_="none",
    )
    return rows.select("person", "id_number", "source", candidates=rows.candidates.fill_null(0), why=why)
