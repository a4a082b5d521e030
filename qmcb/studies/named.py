"""Who stands in a source, for the last look at what is made of it: names and numbers as they were sent."""

from collections.abc import Iterator
from contextlib import ExitStack

import ibis
import pyarrow as pa
from ibis.backends.duckdb import Backend

from qmcb.reports import known
from qmcb.sources import database, place
from qmcb.sources.headings import Headings
from qmcb.tables import CONTRACTS

_OF_PEOPLE = tuple(name for name, contract in CONTRACTS.items() if contract.of_people)


def of_source(source: str) -> known.People:
    """The people of every table of a source, rows that break their contract included.

    Only two columns of each table are read, and only what is needed to find them again is kept, in
    memory. Raises `InputError` where the source cannot be read.
    """
    with ExitStack() as stack:
        found = place.open_place(source, stack, _OF_PEOPLE)
        con = ibis.duckdb.connect()
        stack.callback(con.disconnect)
        return known.people(_batches(found, con), words=known.vocabulary())


def _batches(found: place.Place, con: Backend) -> Iterator[tuple[pa.Array, pa.Array]]:
    for table, pieces in found.pieces.items():
        headings = Headings(CONTRACTS[table], found.map[table].columns)
        for piece in pieces:
            for raw in piece.read(con):
                places = headings.places(raw.headings, raw.name)
                wanted = raw.table.select(
                    name=raw.table[places["name"]].cast("string"),
                    number=raw.table[places["id_number"]].cast("string"),
                )
                for batch in database.batches(wanted):
                    yield batch["name"], batch["number"]
