"""Rows that break their contract, put beside the good ones so that quarantine has something to show."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_MONTHS = {"first_month": 201503, "last_month": 201412}
_ENROLMENTS: dict[str, dict[str, object]] = {
    "months_order": {**_MONTHS, "status": "2"},
    "months_end": {"first_month": 201503, "last_month": None, "status": "2"},
    "nobody": {"id_number": None, "name": None},
    "code:insurance": {"insurance": "999"},
    "code:status": {"status": "9"},
    "required:region": {"region": None},
    "type:first_month": {"first_month": 201513, "last_month": None, "status": "1"},
}
BREAKS: dict[str, dict[str, dict[str, object]]] = {
    "residents": {
        "nobody": {"id_number": None, "name": None},
        "required:hukou_region": {"hukou_region": None},
    },
    "population": {"nobody": {"id_number": None, "name": None}},
    "enrolments": _ENROLMENTS,
    "enrolments_elsewhere": _ENROLMENTS,
    "benefits": {"months_order": {**_MONTHS}, "amount_negative": {"monthly_amount": -10_000}},
    "payroll": {"required:wage": {"wage": None}},
    "deaths": {"required:died_on": {"died_on": None}},
    "low_income": {"required:since": {"since": None}},
}


def rows(
    rng: np.random.Generator, name: str, table: pa.Table, rate: float
) -> tuple[pa.Table, NDArray[np.int64], list[str]]:
    """Broken copies of rows of `table`, the places of their originals, and the rule that each breaks.

    Every rule of the table is broken at least once unless `rate` is 0.
    """
    breaks = BREAKS.get(name, {}) if rate and len(table) else {}
    each = max(1, round(rate * len(table) / max(1, len(breaks))))
    parts, places, rules = [table.slice(0, 0)], [np.zeros(0, np.int64)], []
    for rule, values in breaks.items():
        place = rng.integers(0, len(table), each)
        part = table.take(place)
        for column, value in values.items():
            field = table.schema.field(column)
            part = part.set_column(
                table.schema.get_field_index(column), field, pa.array([value] * each, field.type)
            )
        parts.append(part)
        places.append(place)
        rules += [rule] * each
    return pa.concat_tables(parts), np.concatenate(places), rules
