"""The files of the sample as they grow chunk by chunk, each row with its record number and its person."""

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from qmcb import tables
from qmcb.identity import text
from qmcb.sample import broken
from qmcb.sample.numbers import decimals

Array = NDArray[np.int64]

_PREFIX = {
    "residents": "RS", "population": "PO", "registry": "RG", "enrolments": "EN", "enrolments_elsewhere": "EW",
    "benefits": "BN", "payroll": "PY", "deaths": "DT", "low_income": "LI", "students": "ST", "cards": "CD",
    "medical_filings": "MF",
}  # fmt: skip
_RAW = {
    "text": pa.string(), "code": pa.string(), "region": pa.string(), "flag": pa.string(), "date": pa.date32(),
    "month": pa.int32(), "integer": pa.int64(), "fen": pa.int64(),
}  # fmt: skip
# Record numbers run through all of nine digits in an order that says nothing about the rows.
_STEP, _START, _ALL = 387_420_489, 104_729, 10**9


def raw_schema(contract: tables.Contract) -> pa.Schema:
    """Columns and types of a table as an office sends it: months as int32 yyyymm, money in fen."""
    return pa.schema([(column.name, _RAW[column.kind]) for column in contract.columns])


def record_ids(table: str, serials: Array) -> pa.StringArray:
    """Record numbers: two letters of the table and nine digits."""
    head = np.tile(np.frombuffer(_PREFIX[table].encode(), np.uint8), (len(serials), 1))
    digits = decimals((serials * _STEP + _START) % _ALL, 9) + np.uint8(ord("0"))
    return text.from_bytes(np.concatenate([head, digits], axis=1), np.ones(len(serials), np.bool_))


class Files:
    """Parquet files below `folder`, one for each contract and one for each table of the truth."""

    def __init__(self, folder: Path, broken_rows: float) -> None:
        self._folder, self._broken_rows = folder, broken_rows
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._issued: dict[str, int] = {}
        (folder / "truth").mkdir(parents=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()

    def issue(self, table: str, count: int) -> pa.StringArray:
        """Record numbers for so many new rows of a table."""
        start = self._issued.get(table, 0)
        self._issued[table] = start + count
        return record_ids(table, np.arange(start, start + count))

    def append(self, name: str, rows: pa.Table) -> None:
        """Write rows to a file as they are; `name` is below the folder and has no suffix."""
        if name not in self._writers:
            path = self._folder / f"{name}.parquet"
            self._writers[name] = pq.ParquetWriter(path, rows.schema, compression="zstd", compression_level=1)
        self._writers[name].write_table(rows)

    def write(self, table: str, columns: dict[str, pa.Array]) -> None:
        """Write rows of a contract that is not about people."""
        schema = raw_schema(tables.CONTRACTS[table])
        self.append(table, pa.table([columns[name] for name in schema.names], schema=schema))

    def write_of_people(
        self, rng: np.random.Generator, table: str, columns: dict[str, pa.Array], person: Array,
        records: pa.StringArray | None = None,
    ) -> None:  # fmt: skip
        """Write rows about people, broken ones beside them, and the truth about both."""
        schema = raw_schema(tables.CONTRACTS[table])
        columns["record_id"] = self.issue(table, len(person)) if records is None else records
        rows = pa.table([columns[name] for name in schema.names], schema=schema)
        bad, place, rules = broken.rows(rng, table, rows, self._broken_rows)
        ids = self.issue(table, len(bad))
        bad = bad.set_column(schema.get_field_index("record_id"), schema.field("record_id"), ids)
        self.append(table, pa.concat_tables([rows, bad]).combine_chunks())
        everyone = np.concatenate([person, person[place]])
        self._tell(
            "records", table, {"record_id": pa.concat_arrays([columns["record_id"], ids]), "person": everyone}
        )
        self._tell("broken", table, {"record_id": ids, "rule": pa.array(rules, pa.string())})

    def _tell(self, name: str, table: str, columns: dict[str, pa.Array]) -> None:
        told = pa.table(columns)
        self.append(f"truth/{name}", told.add_column(0, "table", pa.repeat(table, len(told))))
