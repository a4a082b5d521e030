"""What somebody has to look at: one table of doubts over all findings about persons."""

import ibis
import ibis.expr.types as ir

from qmcb.enrolment.facts import Facts
from qmcb.enrolment.overlaps import province as province_of
from qmcb.periods import Period
from qmcb.tables import together

_SIDE = {"source": "string", "record_id": "string", "insurance": "string", "region": "string"}
COLUMNS = {
    "person": "int64", "finding": "string", "kind": "string",
    **{f"{name}_{side}": kind for side in "ab" for name, kind in _SIDE.items()},
    "first_month": "date", "last_month": "date", "months": "int64", "amount": "int64",
    "keep": "string", "action": "string", "decides": "string", "rule": "string", "effective": "date",
    "office": "string",
}  # fmt: skip


def doubts(
    facts: Facts, duplicates: ir.Table, benefits: ir.Table, missing: ir.Table | None = None
) -> ir.Table:
    """The rows of `duplicates`, `benefits` and `missing` (None: no residents) under one head.

    Columns:

    - person; finding: duplicates, benefits or missing; kind: of codes.DUPLICATE, BENEFIT or MISSING
    - source_, record_id_, insurance_ and region_ a and b: where the two spells stand, of benefits a is the
      one in doubt and b what it excludes or null; of the missing a is the line in residents, with the cover
      (of codes.COVERS) for an insurance, and b is null
    - first_month, last_month, months: shared; of the lapsed since the last paid month, of others who are
      missing null
    - amount: fen of the side that ends, null where it is not decided or the tables carry none
    - keep: "a", "b" or null: what is recommended to stay; action: for the other side
    - decides (of codes.DECIDES), rule, effective; null where no rule was in force
    - office: the region that has to act: that of the side that ends; where that is open, the side in
      the province; of the missing, the hukou

    A pair whose rule changed on the way has a row for each rule.
    """
    parts = [_of_duplicates(facts.province, duplicates), _of_benefits(benefits)]
    return together(parts if missing is None else [*parts, _of_missing(facts.period, missing)])


def _of_duplicates(province: str, rows: ir.Table) -> ir.Table:
    away = province_of(rows.region_a) != province
    office = ibis.cases(
        (rows.stays == "a", rows.region_b),
        (rows.stays == "b", rows.region_a),
        (away, rows.region_b),
        else_=rows.region_a,
    )
    amount = ibis.cases((rows.stays == "a", rows.amount_b), (rows.stays == "b", rows.amount_a))
    return _headed(rows, finding=ibis.literal("duplicates"), amount=amount, keep=rows.stays, office=office)


def _of_benefits(rows: ir.Table) -> ir.Table:
    keep = ibis.ifelse(rows.kind == "unemployment_while_retired", "b", ibis.null("string"))
    return _headed(rows, finding=ibis.literal("benefits"), keep=keep, office=rows.region_a)


def _of_missing(period: Period, rows: ir.Table) -> ir.Table:
    now = ibis.literal(period.first_day)
    lapsed = rows.standing == "lapsed"
    first = ibis.ifelse(lapsed, (rows.last_month + ibis.interval(months=1)).cast("date"), ibis.null("date"))
    return _headed(
        rows,
        finding=ibis.literal("missing"),
        kind=rows.standing,
        source_a=ibis.literal("residents"),
        record_id_a=rows.record_id,
        insurance_a=rows.cover,
        region_a=rows.hukou_region,
        first_month=first,
        last_month=ibis.ifelse(lapsed, now, ibis.null("date")),
        months=rows.months,
        office=rows.hukou_region,
    )


def _headed(rows: ir.Table, **told: ir.Value) -> ir.Table:
    """The columns of a doubt in their order: what is told, else the rows' own; null where they have none."""
    own = {name: rows[name] for name in COLUMNS if name in rows.columns} | told
    return rows.select(
        **{name: own[name].cast(kind) if name in own else ibis.null(kind) for name, kind in COLUMNS.items()}
    )
