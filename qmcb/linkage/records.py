"""Person records made ready for linking: each field in the one form in which it is compared."""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.identity import name as names
from qmcb.identity import number as numbers

FIELDS = ("id_number", "name", "sex", "birth_date", "phone")


def prepare(records: pa.Table) -> pa.Table:
    """Records of `FIELDS` (other columns stay) with the fields as they are compared.

    Adds `number` (18 characters, null where none is certain), `digits` (the number, or what was
    sent instead of one), `family_name`, `folded`, `plain` (folded without separators), `pinyin`
    and `birth` (yyyymmdd, from the birth date sent, else from the number).
    """
    cleaned = numbers.clean(records["id_number"])
    number = cleaned["number"].combine_chunks()
    folded = names.fold(records["name"])
    plain = names.separator_free(folded)
    sent = pc.strftime(records["birth_date"].cast(pa.date32()), format="%Y%m%d")
    fields = {
        "number": number,
        "problem": cleaned["problem"],
        "digits": pc.coalesce(number, _as_digits(records["id_number"])),
        "folded": folded,
        "plain": plain,
        "family_name": pc.utf8_slice_codeunits(plain, 0, 1),
        "pinyin": names.pinyin(plain),
        "birth": pc.coalesce(sent, pc.utf8_slice_codeunits(number, 6, 14)),
    }
    for field, values in fields.items():
        records = records.append_column(field, values)
    return records


def to_pandas(records: pa.Table) -> pd.DataFrame:
    """The records as the frame that recordlinkage works on: index 0…n−1, text as Python strings."""
    frame: pd.DataFrame = records.to_pandas()
    return frame.reset_index(drop=True)


def _as_digits(sent: pa.ChunkedArray) -> pa.ChunkedArray:
    """What stands where a number ought to: without blanks, capitals, null where shorter than 12."""
    text = pc.utf8_upper(pc.replace_substring(pc.utf8_trim_whitespace(sent), " ", ""))
    return pc.if_else(pc.greater_equal(pc.utf8_length(text), 12), text, pa.scalar(None, text.type))
