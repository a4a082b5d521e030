"""How people are written down in the tables: the identifying columns in one form, as SQL can group them."""

import pyarrow as pa
import pyarrow.compute as pc

from qmcb.identity import name as names
from qmcb.identity import number as numbers
from qmcb.identity import text

FIELDS = ("id_number", "name", "sex", "birth_date", "phone")


def clean(records: pa.Table) -> pa.Table:
    """The records with `number` and `plain`.

    `number` has 18 characters, null where none is certain; `plain` is the name folded and without
    separators. Columns of `FIELDS` that are not there are added as null.
    """
    for field in FIELDS:
        if field not in records.column_names:
            records = records.append_column(field, pa.nulls(len(records), pa.string()))
    number = numbers.clean(records["id_number"])["number"].combine_chunks()
    return records.append_column("number", number).append_column(
        "plain", names.separator_free(records["name"])
    )


def derive(records: pa.Table) -> pa.Table:
    """Cleaned records with `digits` (the number, or what was sent instead of one) and `birth`.

    The birth is the date sent, as yyyymmdd, else that of the number; `sex` and `phone` become plain
    strings.
    """
    number, born = text.strings(records["number"]), _yyyymmdd(records["birth_date"])
    fields = {
        "digits": pc.coalesce(number, _as_digits(text.strings(records["id_number"]))),
        "birth": pc.coalesce(born, pc.utf8_slice_codeunits(number, 6, 14)),
    }
    for field, values in fields.items():
        records = records.append_column(field, values)
    for field in ("sex", "phone"):
        records = records.set_column(records.column_names.index(field), field, text.strings(records[field]))
    return records


def _as_digits(sent: pa.StringArray) -> pa.StringArray:
    """What stands where a number ought to: without blanks, capitals, null where shorter than 12."""
    bare = pc.utf8_upper(pc.replace_substring(pc.utf8_trim_whitespace(sent), " ", ""))
    return pc.if_else(pc.greater_equal(pc.utf8_length(bare), 12), bare, pa.scalar(None, bare.type))


def _yyyymmdd(sent: pa.ChunkedArray) -> pa.StringArray:
    """Dates, or texts such as 19800229 and 1980-02-29, as yyyymmdd; null for anything else."""
    if pa.types.is_temporal(sent.type):
        return text.strings(pc.strftime(sent.cast(pa.date32()), format="%Y%m%d"))
    bare = pc.replace_substring(text.strings(sent), "-", "")
    fits = pc.and_(pc.equal(pc.utf8_length(bare), 8), pc.utf8_is_digit(bare))
    return pc.if_else(fits, bare, pa.scalar(None, bare.type))
