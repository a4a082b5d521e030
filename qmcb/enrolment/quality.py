"""数据质量: whose number or name is wrong, row by row of every table, and how it is to be put right."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from qmcb import codes
from qmcb.enrolment import correction, dead, names_differ, ruled
from qmcb.enrolment.facts import Facts, beside
from qmcb.identity import number
from qmcb.linkage.people import who
from qmcb.tables import CONTRACTS, together

QUESTIONS = ("number", "holder", "name")
COLUMNS = (
    *("table", "record_id", "person", "rule", "kind", "county", "state", "repair", "evidence", "found_in"),
    *("probability", "action", "decides", "effective", "document", "article", "confirmed"),
)
# Where a row says itself to which county it belongs; of the others the hukou says it.
_PLACES = {
    "residents": "hukou_region", "population": "residence_region", "registry": "hukou_region",
    "enrolments": "region", "enrolments_elsewhere": "region", "benefits": "region",
    "students": "school_region", "cards": "region", "medical_filings": "region",
}  # fmt: skip
_SAID = ["action", "decides", "effective", "document", "article", "confirmed"]


def judged(facts: Facts) -> ir.Table:
    """The answer to each question about every way of writing somebody down.

    Columns: who, person; number (of codes.NUMBER_PROBLEM: against the coding rule), holder (of
    codes.NUMBER_HOLDER: whose the number is, by public security and linkage), name (of
    codes.NAME_DIFFERENCE: against the one that public security has for the person).
    Source of the questions: clause 二(六) of the notice.
    """
    known = facts.people.identities.select("who", "person", "by_number")
    written = facts.people.profiles.select("who", "id_number", "number", written="name").join(known, "who")
    written = beside(written, correction.registered(facts).select("person", "registered"), "person")
    written = beside(written, _problems(facts), "who")
    return written.join(_holders(facts), "who").join(_names(facts, written), "who").select(
        "who", "person", "holder", "name", number=written.problem.fill_null("ok")
    )  # fmt: skip


def records(facts: Facts, judgements: ir.Table) -> ir.Table:
    """Every row of every table of people: table, record_id, who, person, county, away, and the answers.

    county is null where the row has none; away: the row is of another province's office. Who stands in such a
    row with a number of this province may have moved the hukou away with it: that is to be asked elsewhere.
    """
    parts = []
    for name in (name for name in facts.book.tables if CONTRACTS[name].of_people):
        rows = facts.book[name]
        county = rows[_PLACES[name]] if name in _PLACES else ibis.null("string")
        parts.append(
            rows.select(
                table=ibis.literal(name), record_id=rows.record_id, who=who(rows), county=county,
                away=_away(facts, name, county),
            )
        )  # fmt: skip
    rows = together(parts).join(judgements, "who")
    moved = rows.away & (rows.holder == "not_found")
    return rows.mutate(holder=ibis.ifelse(moved, "elsewhere", rows.holder))


def findings(facts: Facts, judgements: ir.Table, rows: ir.Table) -> ir.Table:
    """One row a record and question with a fault, or to be asked elsewhere (codes.FAULTLESS).

    `judgements` and `rows` are those of `judged` and `records`. Columns:

    - table, record_id, person; rule (of codes.QUALITY), kind (of codes.QUALITY_KINDS)
    - county: that of the row, else the person's hukou; null where neither is known
    - state: of codes.QUALITY_STATE, at the offices of the row's side (this province, or the others)
    - the correction that is proposed, by its kind alone (see `correction.proposed`): repair, evidence (null
      of the faultless), found_in (the record of public security that has the number or name), probability
      (of the link)
    - what is ordered: action, decides, effective, document, article, confirmed; by kind where a rule is
      about the kind (quality/kind, benefits), else by state (quality/state)
    """
    wrong = [
        rows.filter(~rows[question].isin(codes.IN_ORDER)).mutate(
            rule=ibis.literal(question), kind=rows[question]
        )
        for question in QUESTIONS
    ]  # fmt: skip
    columns = ["table", "record_id", "person", "who", "rule", "kind", "county", "away"]
    found = together([*(part.select(columns) for part in wrong), dead.dead(facts).select(columns)])
    found = facts.kept("faults", found)
    found = beside(found, correction.proposed(facts, judgements), "who")
    found = beside(found, correction.registered(facts).select("person", name_in="found_in"), "person")
    found = beside(found, states(facts, found), "person", "away")
    found = beside(found, facts.hukou(found.select("person").distinct()), "person")
    found = found.mutate(
        state=found.state.fill_null("other"), county=ibis.coalesce(found.county, found.hukou_region)
    )
    return _ordered(facts, _evident(found)).select(COLUMNS)


def _evident(found: ir.Table) -> ir.Table:
    """The findings with what is proposed for their rule; linkage says nothing new of a name."""
    rewritten = (found.rule == "number") & found.kind.isin(codes.REWRITTEN)
    linked = ~rewritten & found.rule.isin(("number", "holder")) & found.kind.notin(codes.FAULTLESS)
    return found.mutate(
        repair=ibis.cases((rewritten, found.kind), (linked, found.repair)),
        evidence=ibis.cases(
            (rewritten, "rewritten"), (linked, found.evidence.fill_null("none")),
            (found.rule == "name", "registered_name"), (found.rule == "dead", "death_record"),
        ),
        found_in=ibis.cases((linked, found.found_in), (found.rule == "name", found.name_in)),
        probability=ibis.cases((linked, found.probability)),
    )  # fmt: skip


def several(rows: ir.Table, profiles: ir.Table) -> ir.Table:
    """Right numbers under which a table has several people, names and all: table, people, records.

    `rows` are the `records`, `profiles` those of the people.
    """
    right = profiles.filter(profiles.number.notnull()).select("who", right="number")
    numbered = rows.join(right, "who")
    by_number = numbered.group_by("table", "right").agg(
        people=numbered.person.nunique(), records=numbered.count()
    )
    twice = by_number.filter(by_number.people > 1)
    return twice.group_by("table").agg(people=twice.people.sum(), records=twice.records.sum())


def states(facts: Facts, persons: ir.Table) -> ir.Table:
    """How persons stand to the offices of this province and to those of the others: person, away, state.

    `persons` names whom is asked. The first that applies: retired (draws a pension in the period), paying (a
    contribution within the grace of missing/lapse_grace), lapsed (paid before that); no row for the others.
    """
    grace = facts.period.shift(-int(facts.rules.number("missing/lapse_grace", facts.period)))
    drawn, paid = (table.semi_join(persons, "person") for table in (facts.drawn, facts.paid))
    pensions = drawn.filter(drawn.open, drawn.insurance.isin(codes.PENSION))
    ranked = [
        pensions.select("person", away=_outside(facts, pensions.region), rank=ibis.literal(0, "int8")),
        paid.select(
            "person",
            away=_outside(facts, paid.region),
            rank=ibis.ifelse(paid.last_month >= grace.first_day, 1, 2).cast("int8"),
        ),
    ]
    best = together(ranked).group_by("person", "away").agg(rank=ibis._["rank"].min())
    state = best["rank"].cases(*enumerate(list(codes.QUALITY_STATE)[:3]))
    return best.select("person", "away", state=state)


def _ordered(facts: Facts, found: ir.Table) -> ir.Table:
    """The findings with what is ordered for their kind, else for their state."""
    by_state = ruled.now(facts, "quality/state").select("kind", *_SAID).rename(state="kind")
    by_kind = ruled.now(facts, "quality/kind").select("kind", *_SAID)
    benefits = ruled.now(facts, "benefits").select("kind", *_SAID)
    by_kind = by_kind.union(benefits).rename({f"{name}_kind": name for name in _SAID})
    joined = beside(beside(found, by_state, "state"), by_kind, "kind")
    own = joined.action_kind.notnull()
    return joined.mutate(**{name: ibis.ifelse(own, joined[f"{name}_kind"], joined[name]) for name in _SAID})


def _problems(facts: Facts) -> ir.Table:
    """What is wrong with the numbers that are not right as they stand: who, problem."""
    profiles = facts.people.profiles
    odd = profiles.filter((profiles.id_number == profiles.number).fill_null(False) == ibis.literal(False))
    told = odd.select("who", "id_number").to_pyarrow()
    problem = number.clean(told["id_number"])["problem"]
    return facts.kept("problems", ibis.memtable(pa.table({"who": told["who"], "problem": problem})))


def _holders(facts: Facts) -> ir.Table:
    """Whose each number is: who, holder."""
    people, own = facts.people, correction.owned(facts)
    held = own.select(number="owned", registered="resident")
    rows = people.profiles.select("who", "number").join(
        people.identities.select("who", "person", "by_number"), "who"
    )
    rows = beside(beside(beside(rows, own, "person"), held, "number"), _claimed(facts), "person")
    told = ibis.cases(
        (rows.number.isnull(), "no_number"),
        (~rows.by_number & rows.owned.isnull() & rows.registered.notnull(), "shared"),
        (~rows.by_number & rows.owned.notnull() & rows.registered.notnull(), "of_another"),
        (~rows.by_number & rows.owned.notnull(), "two_numbers"),
        (ibis.literal("residents" not in facts.book), "unasked"),
        (rows.registered.fill_null(False), "own"),
        (rows.number.startswith(facts.province) | rows.claimed.notnull(), "not_found"),
        else_="elsewhere",
    )
    return rows.select("who", holder=told)


def _claimed(facts: Facts) -> ir.Table:
    """Persons whom the registry has with hukou in the province: person, claimed."""
    if "registry" not in facts.book:
        return ibis.memtable([], schema={"person": "int64", "claimed": "boolean"})
    rows = facts.registry
    here = rows.filter(rows.hukou_region.startswith(facts.province))
    return here.select("person").distinct().mutate(claimed=ibis.literal(True))


def _names(facts: Facts, written: ir.Table) -> ir.Table:
    """How each name differs from the registered one: who, name; those that do are compared in Arrow."""
    differing = written.filter(written.written != written.registered)
    pairs = differing.select("written", "registered").distinct().to_pyarrow().combine_chunks()
    sides = (column.combine_chunks() for column in pairs.columns)
    told = pairs.append_column("differs", names_differ.kinds(*sides))
    rows = beside(written, facts.kept("differences", ibis.memtable(told)), "written", "registered")
    name = ibis.cases(
        (rows.written.isnull(), "absent"),
        (rows.registered.isnull(), "uncompared"),
        else_=rows.differs.fill_null("equal"),
    )
    return rows.select("who", name=name)


def _away(facts: Facts, table: str, county: ir.StringValue) -> ir.BooleanValue:
    """Whether an office of another province has the row."""
    if table in ("enrolments", "enrolments_elsewhere", "benefits"):
        return _outside(facts, county)
    return ibis.literal(False)


def _outside(facts: Facts, region: ir.StringValue) -> ir.BooleanValue:
    return ~region.startswith(facts.province)
