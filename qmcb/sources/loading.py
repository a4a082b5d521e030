"""One table of a source: its pieces read one after the other, held against the contract, counted."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.csv as arrow_csv
from ibis.backends.duckdb import Backend

from qmcb.errors import InputError
from qmcb.sources import contract as contracts
from qmcb.sources import database, files
from qmcb.sources.contract import FOUND, REPAIRS, RULE
from qmcb.sources.headings import Headings
from qmcb.sources.mapping import TableMap
from qmcb.sources.place import Piece
from qmcb.sources.raw import LINE, Raw
from qmcb.tables import Contract, together

QUARANTINE = {
    "table": "string",
    "file": "string",
    "line": "int64",
    "record_id": "string",
    "column": "string",
    "rule": "string",
    "reason": "string",
    "found": "string",
}


@dataclass(frozen=True)
class File:
    """What a table was read from: file or table of a database, SHA-256, rows read, accepted, quarantined.

    A workbook has one entry a sheet. `replaced` rows were accepted and then superseded by a later period.
    """

    table: str
    file: str
    sha256: str
    read: int
    accepted: int
    quarantined: int
    replaced: int = 0


@dataclass(frozen=True)
class Loaded:
    """The accepted rows, those kept apart, what was set right, further columns as sent, and each file."""

    accepted: ir.Table
    quarantine: ir.Table
    repairs: ir.Table
    others: ir.Table
    files: tuple[File, ...]


@dataclass(frozen=True)
class _Read:
    """A piece that was read: its rows with rule, found and repairs, and where its lines begin."""

    name: str
    rows: ir.Table
    above: int
    sha256: str
    torn: Sequence[tuple[int, int]]
    width: int
    count: int
    accepted: int
    end: int


def load(con: Backend, contract: Contract, told: TableMap, pieces: Sequence[Piece]) -> Loaded:
    """Read the pieces of a table into `con`; InputError where one cannot be read or lacks a column."""
    later = any(piece.of_period for piece in pieces)
    reads: list[_Read] = []
    for piece in pieces:
        with files.readable(piece.path) if piece.path else nullcontext():
            above = reads[-1].end if reads else 0
            reads.extend(_pieces(con, contract, told, piece, above, len(reads)))
    accepted = together(_accepted(read.rows, contract) for read in reads)
    if later:
        accepted = _latest(accepted, contract)
    view = con.create_view(contract.name, accepted)
    return Loaded(
        accepted=view,
        quarantine=con.create_table(
            f"quarantine_{contract.name}", together(_quarantined(read, contract) for read in reads)
        ),
        repairs=together(_repaired(read.rows, contract) for read in reads),
        others=_others(reads, contract),
        files=tuple(_file(read, contract, view if later else None) for read in reads),
    )


def _pieces(
    con: Backend, contract: Contract, told: TableMap, piece: Piece, above: int, number: int
) -> Iterator[_Read]:
    headings = Headings(contract, told.columns)
    with ThreadPoolExecutor(1) as beside:
        sha256 = beside.submit(files.sha256, piece.path) if piece.path else None
        for place, raw in enumerate(piece.read(con), number):
            if piece.of_period and "record_id" not in headings.places(raw.headings, raw.name):
                raise InputError(
                    f"record numbers in {piece.name}, so that later periods replace earlier rows",
                    "no such column",
                    "send it, or write periods: whole in the source's map",
                )
            rows = _stored(con, f"checked_{contract.name}_{place}", raw, contract, headings, told, above)
            torn = [(row.line, row.columns) for row in raw.torn]
            accepted = rows[LINE].count(where=rows[RULE].isnull())
            totals = rows.aggregate(count=rows.count(), accepted=accepted, end=rows[LINE].max())
            (counted,) = next(database.batches(totals)).to_pylist()
            count, accepted, end = (value or 0 for value in counted.values())
            end = max(end, *(above + line for line, _ in torn), above)
            digest = sha256.result() if sha256 else _digest(rows)
            yield _Read(_name(piece, raw), rows, above, digest, torn, len(raw.headings), count, accepted, end)
            above = end


def _name(piece: Piece, raw: Raw) -> str:
    """The piece's name, with the sheet where the file has several."""
    return piece.name + raw.name.removeprefix(Path(piece.name).name)


def _stored(
    con: Backend, name: str, raw: Raw, contract: Contract, headings: Headings, told: TableMap, above: int
) -> ir.Table:
    try:
        return con.create_table(name, contracts.typed(raw, contract, headings, told.codes, above))
    except Exception:
        if raw.failure:
            raise raw.failure[0] from None
        raise


def _digest(rows: ir.Table) -> str:
    """SHA-256 of rows as CSV, for what is no file."""
    digest = hashlib.sha256()

    class Sink:
        closed = False

        def write(self, content: bytes) -> int:
            digest.update(content)
            return len(content)

        def flush(self) -> None: ...

        def close(self) -> None: ...

    with arrow_csv.CSVWriter(Sink(), rows.schema().to_pyarrow()) as writer:
        for batch in database.batches(rows.order_by(LINE)):
            writer.write_batch(batch)
    return digest.hexdigest()


def _accepted(rows: ir.Table, contract: Contract) -> ir.Table:
    columns = {name: rows[name] for name in contract.names}
    if "record_id" in columns:
        columns["record_id"] = ibis.coalesce(_record(rows), rows[LINE].cast("string"))
    return rows.filter(rows[RULE].isnull()).select(row=rows[LINE], **columns)


def _record(rows: ir.Table) -> ir.StringValue:
    """The source's record number; null where it is a resident number, which must not come into a store."""
    record = rows["record_id"]
    long = record.length().isin((15, 18))
    personal = (long & record.left(14).try_cast("int64").notnull()).fill_null(False)
    return ibis.ifelse(personal, ibis.null("string"), record)


def _latest(accepted: ir.Table, contract: Contract) -> ir.Table:
    """Of the rows of one record number the last; the periods were read in their order."""
    last = accepted.group_by("record_id").agg(row=accepted.row.max())
    return accepted.semi_join(last, ["record_id", "row"])


def _quarantined(read: _Read, contract: Contract) -> ir.Table:
    rows = read.rows.filter(read.rows[RULE].notnull())
    labels = {column.name: column.label for column in contract.columns}
    told = rows.select(
        table=ibis.literal(contract.name),
        file=ibis.literal(read.name),
        line=rows[LINE] - read.above,
        record_id=_record(rows) if "record_id" in contract.names else ibis.null("string"),
        column=rows[RULE].split(":")[1].substitute(labels),
        rule=rows[RULE],
        reason=rows[RULE].substitute(contracts.reasons(contract)),
        found=rows[FOUND].nullif(""),
    )
    if not read.torn:
        return told
    torn = [
        {
            "table": contract.name,
            "file": read.name,
            "line": line,
            "rule": "torn",
            "reason": contracts.reason(contract, "torn"),
            "found": f"{columns}列（表头{read.width}列）",
        }
        for line, columns in read.torn
    ]
    schema = ibis.schema(QUARANTINE)
    return told.union(ibis.memtable(pa.Table.from_pylist(torn, schema.to_pyarrow()), schema=schema))


def _repaired(rows: ir.Table, contract: Contract) -> ir.Table:
    """table, column, repair (codes.REPAIR) and rows: what was set right in rows that were accepted."""
    right = rows.filter(rows[RULE].isnull() & rows[REPAIRS].notnull())
    each = right.select(pair=right[REPAIRS].split(",").unnest())
    counted = each.group_by("pair").agg(rows=each.count())
    return counted.select(
        table=ibis.literal(contract.name),
        column=counted.pair.split(":")[1],
        repair=counted.pair.split(":")[0],
        rows=counted.rows,
    )


def _others(reads: Sequence[_Read], contract: Contract) -> ir.Table:
    """`row` and the columns that the contract does not know, as they were sent."""
    ours = {*contract.names, LINE, RULE, FOUND, REPAIRS}
    names = dict.fromkeys(name for read in reads for name in read.rows.columns if name not in ours)

    def of(rows: ir.Table) -> ir.Table:
        kept = rows.filter(rows[RULE].isnull())
        sent = {n: kept[n].cast("string") if n in kept.columns else ibis.null("string") for n in names}
        return kept.select(row=kept[LINE], **sent)

    return together(of(read.rows) for read in reads)


def _file(read: _Read, contract: Contract, latest: ir.Table | None) -> File:
    kept = read.accepted
    if latest is not None:
        here = latest.filter((latest.row > read.above) & (latest.row <= read.end))
        kept = int(here.count().to_pyarrow().as_py())
    torn = len(read.torn)
    return File(
        table=contract.name,
        file=read.name,
        sha256=read.sha256,
        read=read.count + torn,
        accepted=kept,
        quarantined=read.count - read.accepted + torn,
        replaced=read.accepted - kept,
    )
