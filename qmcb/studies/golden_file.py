"""The golden record as a file in the registry's form: people's data, logged and for its owner alone."""

import codecs
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from qmcb.cases.store import Store
from qmcb.drafts import drafts
from qmcb.errors import InputError
from qmcb.sources import database
from qmcb.studies.registry import Registry
from qmcb.tables import CONTRACTS

FORMS = (".csv", ".parquet")


def checked(out: Path) -> Path:
    """The file to write; raises `InputError` where its form is another, or it would lie in no folder."""
    if out.suffix.lower() not in FORMS:
        raise InputError("a file .csv or .parquet", out.name or "none", "name one in --out")
    if not out.parent.is_dir():
        raise InputError("a folder for the file", f"no folder {out.parent}", "make it, or name another")
    return out


def write(study: Registry, out: Path, store: Store, *, who: str, now: datetime) -> int:
    """Write the golden record of everybody who has a number or a name; returns how many rows.

    Headings are the Chinese labels of the registry's contract, so that `qmcb check registry` and any
    source read it back: CSV in UTF-8 with a byte order mark, or Parquet, by the suffix. Rows are in order of
    their values, whatever the order of the source. The file is its owner's alone (mode 0600). The store's
    access log has its line before the file can be seen, as for a dispatch.

    Raises `InputError` where the store is another province's.
    """
    if store.province != study.province:
        found = f"one of province {store.province}"
        raise InputError(f"a store of province {study.province}", found, "name another in --store")
    rows = _registry_form(study)
    with drafts(out) as (draft,):
        count = _written(rows, draft)
        line = {"export": secrets.token_hex(5).upper(), "office": study.province, "file": out.name}
        with draft.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        moment = {"at": now.replace(tzinfo=None), "who": who}
        store.append(exports=[moment | line | {"sha256": digest, "cases": count}])
    return count


def _registry_form(study: Registry) -> ir.Table:
    """The golden record under the registry's labels."""
    rows = study.golden
    named = rows.filter(rows.id_number.notnull() | rows.name.notnull())
    columns = CONTRACTS["registry"].columns
    told = named.select(**{column.label: named[column.name] for column in columns})
    return told.order_by(columns[1].label, *(column.label for column in (columns[0], *columns[2:])))


def _written(rows: ir.Table, file: Path) -> int:
    schema, count = rows.schema().to_pyarrow(), 0
    with _private(file) as sink, _writer(file, sink, schema) as writer:
        for batch in database.batches(rows):
            writer.write_batch(batch.cast(schema))
            count += len(batch)
    return count


def _writer(file: Path, sink: BinaryIO, schema: pa.Schema) -> pc.CSVWriter | pq.ParquetWriter:
    if file.suffix.lower() == ".parquet":
        return pq.ParquetWriter(sink, schema)
    sink.write(codecs.BOM_UTF8)
    return pc.CSVWriter(sink, schema)


@contextmanager
def _private(file: Path) -> Iterator[BinaryIO]:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        yield sink
