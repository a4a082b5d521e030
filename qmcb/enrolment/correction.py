"""What a wrong number should be, and what speaks for it: proposed with its evidence, never applied."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from qmcb import codes
from qmcb.enrolment.facts import Facts, beside
from qmcb.identity import name as names
from qmcb.identity import repair, text
from qmcb.linkage.people import who

_BATCH = 5_000  # numbers whose repairs are looked for at once: a hundred candidates each at most
_PROPOSED = {
    "who": "int64", "repair": "string", "evidence": "string", "found_in": "string",
    "probability": "float64",
}  # fmt: skip
_SCHEMA = pa.schema(
    [
        ("who", pa.int64()),
        *((name, pa.string()) for name in ("repair", "evidence", "found_in")),
        ("probability", pa.float64()),
    ]
)
_CANDIDATE = {"who": "int64", **dict.fromkeys(("name", "birth", "number", "repair"), "string")}
_NOBODY = {"person": "int64", "registered": "string", "found_in": "string"}


def registered(facts: Facts) -> ir.Table:
    """What public security has of a person: person, registered (the name), found_in (its record)."""
    if "residents" not in facts.book:
        return ibis.memtable([], schema=_NOBODY)
    rows = facts.book["residents"]
    known = rows.mutate(who=who(rows)).join(facts.people.identities.select("who", "person"), "who")
    return known.group_by("person").agg(
        registered=known.name.argmin(known.row), found_in=known.record_id.argmin(known.row)
    )


def owned(facts: Facts) -> ir.Table:
    """A person's own number by linkage: person, owned, resident; none where all are damaged."""
    people = facts.people
    own = people.identities.filter(people.identities.by_number).join(people.profiles, "who")
    numbers = own.group_by("person").agg(owned=own.number.min())
    return numbers.join(people.persons.select("person", "resident"), "person")


def proposed(facts: Facts, judgements: ir.Table) -> ir.Table:
    """What is proposed for each number that is not right, or not the person's: no number is told.

    `judgements` are those of `quality.judged`. Columns: who; repair (of codes.NUMBER_DAMAGE: the one slip
    that makes the number written of the right one; else null); evidence (of codes.EVIDENCE);
    found_in (the record of public security that has the right number, null without one);
    probability of the link that it rests on, null without one.
    """
    faults = judgements.filter(
        judgements.number.notin(["ok", *codes.REWRITTEN]) | judgements.holder.isin(codes.DISPUTED)
    )
    profiles = facts.people.profiles.select("who", "id_number", "birth", "sex", "name", "number")
    faults = facts.kept("wrong", faults.select("who", "person").join(profiles, "who"))
    linked = _linked(facts, faults)
    return linked.union(_alone(facts, faults.anti_join(linked, "who")))


def _linked(facts: Facts, faults: ir.Table) -> ir.Table:
    """Of records that were linked to somebody with another number: that number."""
    rows = faults.join(owned(facts), "person").filter((ibis._.number != ibis._.owned).fill_null(True))
    rows = beside(rows, registered(facts), "person")
    links = facts.people.identities.select("who", "probability")
    told = rows.join(links, "who").select(
        "who", "id_number", "owned", "name", "registered", "found_in", "probability"
    )
    told = told.to_pyarrow().combine_chunks()
    sent, right, name, official = (
        text.strings(told[column]) for column in ("id_number", "owned", "name", "registered")
    )
    slip = repair.damages(sent, right)
    agrees = text.mask(names.agree(name, official))
    explained = text.mask(slip.is_valid())
    resident = text.mask(told["found_in"].combine_chunks().is_valid())
    evidence = pd.Series("other_tables", index=range(len(told)), dtype=object)
    evidence[resident] = "linked"
    evidence[resident & agrees & explained] = "public_security"
    made = pa.table(
        {
            "who": told["who"],
            "repair": slip,
            "evidence": pa.array(evidence, pa.string()),
            "found_in": told["found_in"],
            "probability": told["probability"],
        }
    )
    return facts.kept("linked", ibis.memtable(made, schema=_PROPOSED))


def _alone(facts: Facts, faults: ir.Table) -> ir.Table:
    """Of records that linking left alone: repairs of the number that public security has under the name."""
    known = owned(facts).join(registered(facts), "person")
    public = known.select("registered", "found_in", number="owned")
    asked = faults.filter(faults.number.isnull(), faults.id_number.notnull(), faults.name.notnull())
    asked = asked.select("who", "id_number", "name", "birth", "sex")
    found = [_repaired(public, batch) for batch in asked.to_pyarrow().to_batches(_BATCH)]
    known = facts.kept("repaired", ibis.memtable(pa.concat_tables([_SCHEMA.empty_table(), *found])))
    reviewed = facts.people.doubtful.group_by("who").agg(probability=ibis._.probability.max())
    rest = beside(faults.anti_join(known, "who"), reviewed, "who")
    evidence = ibis.ifelse(rest.probability.notnull(), "review", "none")
    return known.union(_row(rest, evidence=evidence, probability=rest.probability))


def _repaired(public: ir.Table, batch: pa.RecordBatch) -> pa.Table:
    """The repairs that public security has under an agreeing name and no other birth, one or several."""
    candidates = pd.DataFrame(_candidates(batch), columns=["who", "name", "birth", "number", "repair"])
    asked = ibis.memtable(candidates, schema=_CANDIDATE)
    met = asked.join(public, "number").filter(
        ibis._.birth.isnull() | (ibis._.birth == ibis._.number.substr(6, 8))
    )
    told = met.order_by("who", "number").to_pyarrow().combine_chunks()
    agrees = names.agree(text.strings(told["name"]), text.strings(told["registered"]))
    rows = told.filter(agrees.fill_null(False)).to_pandas()
    several = rows["who"].duplicated(keep=False)
    rows["evidence"] = several.map({True: "several", False: "public_security"})
    rows.loc[several, ["repair", "found_in"]] = None
    rows = rows.drop_duplicates("who").assign(probability=None)
    return pa.Table.from_pandas(rows[_SCHEMA.names], _SCHEMA, preserve_index=False)


def _candidates(batch: pa.RecordBatch) -> Iterator[tuple[int, str, str | None, str, str]]:
    for row in batch.to_pylist():
        for made in repair.repairs(row["id_number"]):
            yield row["who"], row["name"], row["birth"], made.number, made.damage


def _row(rows: ir.Table, **told: ir.Value) -> ir.Table:
    """Proposals: what is told, else null."""
    return rows.select(
        "who",
        **{
            name: told[name] if name in told else ibis.null(kind)
            for name, kind in _PROPOSED.items()
            if name != "who"
        },
    )
