"""One of the files to be linked: its record ids, and the facets of its records as far as they are needed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.errors import InputError
from qmcb.linkage.fields import KINDS
from qmcb.linkage.fields.base import Facet, Facets, Field
from qmcb.linkage.keys import Places
from qmcb.linkage.records import Source
from qmcb.linkage.spec import Spec

# What the certain stage needs of the fields by their role.
CERTAIN_FACETS: Mapping[str, Callable[[str], tuple[str, ...]]] = MappingProxyType(
    {
        "number": lambda field: (field,),
        "name": lambda field: (field, f"{field}.text"),
    }
)


def fields(spec: Spec) -> tuple[Field, ...]:
    """The fields of a spec, in its order."""
    return tuple(KINDS[told.kind](name, told.instead) for name, told in spec.fields.items())


@dataclass(frozen=True)
class Side:
    """Some records of a file: ids, and facets by name (whole numbers, 0 for missing; or texts)."""

    ids: pa.Array
    facets: Facets

    def __len__(self) -> int:
        return len(self.ids)

    def keys(self) -> list[str]:
        """The facets that are whole numbers and not parts of a field."""
        return [
            name for name, facet in self.facets.items() if isinstance(facet, np.ndarray) and "." not in name
        ]

    def take(self, places: Places) -> "Side":
        return Side(self.ids.take(pa.array(places)), self.take_facets(places, self.facets))

    def take_facets(self, places: Places, names: Iterable[str]) -> Facets:
        """The facets named, of the records at some places."""
        chosen = pa.array(places)
        return {name: _taken(self.facets[name], chosen) for name in names}


def _taken(facet: Facet, places: pa.Array) -> Facet:
    return facet[places.to_numpy()] if isinstance(facet, np.ndarray) else facet.take(places)


def _checked(found: pa.Array, spec: Spec) -> pa.Array:
    """The record ids; raises `InputError` where one is missing or not unique."""
    if found.null_count:
        missing = f"{found.null_count} records without"
        raise InputError(f"a {spec.record_id} for every record", missing, "number the records")
    if not rising(found) and (twice := len(found) - pc.count_distinct(found).as_py()):
        raise InputError(f"each {spec.record_id} once", f"{twice} repeated", "number the records anew")
    return found


def _plain(found: pa.Array) -> pa.Array:
    return found.dictionary_decode() if pa.types.is_dictionary(found.type) else found


def rising(found: pa.Array) -> bool:
    """Whether each id is greater than the one before it."""
    return len(found) < 2 or bool(pc.all(pc.less(found[:-1], found[1:])).as_py())


def identified(source: Source, spec: Spec) -> Side:
    """All records with what the certain stage needs of the fields named in `spec.certain`."""
    kept = {
        name
        for role, told in CERTAIN_FACETS.items()
        if role in spec.certain
        for name in told(spec.certain[role])
    }
    named = [spec.certain[role] for role in CERTAIN_FACETS if role in spec.certain]
    wanted = [one for one in fields(spec) if one.name in named]
    columns = [spec.record_id, *(spec.fields[one.name].column for one in wanted)]
    found, parts = [], []
    for block in source.blocks(columns):
        found.append(_plain(block[spec.record_id].combine_chunks()))
        facets: Facets = {}
        for one in wanted:
            facets |= one.whole(column(block, spec, one.name), facets)
        parts.append({name: facet for name, facet in facets.items() if name in kept})
    return Side(_checked(pa.concat_arrays(found), spec), _joined(parts))


def _joined(parts: Sequence[Facets]) -> Facets:
    """The facets of blocks of rows, one after another; each is taken out of the blocks as it is joined."""
    return {name: _concatenated([part.pop(name) for part in parts]) for name in list(parts[0])}


def _concatenated(parts: Sequence[Facet]) -> Facet:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return pa.concat_arrays(parts)


def ordered(known: Side, places: Places) -> Places:
    """Places in the order of their ids, so that the order of a file's rows does not matter."""
    some_ids = known.ids.take(pa.array(places))
    return places if rising(some_ids) else places[pc.sort_indices(some_ids).to_numpy()]


def detailed(source: Source, known: Side, several: Sequence[Places], spec: Spec) -> list[Side]:
    """Some records with every facet, for each of several lists of places; the file is read once."""
    rows = [np.sort(places) for places in several]
    parts: list[list[Facets]] = [[] for _ in several]
    start = 0
    columns = [
        spec.fields[one.name].column for one in fields(spec) if one.reread or one.name not in known.facets
    ]
    for block in source.blocks([spec.record_id, *columns]):
        for all_places, made in zip(rows, parts, strict=True):
            here = all_places[slice(*np.searchsorted(all_places, [start, start + len(block)]))]
            made.append(_details(block, here - start, known.take_facets(here, known.facets), spec))
        start += len(block)
    return [_in_order(known, *each) for each in zip(rows, several, parts, strict=True)]


def _in_order(known: Side, rows: Places, places: Places, parts: Sequence[Facets]) -> Side:
    found = Side(known.ids.take(pa.array(rows)), _joined(parts))
    return found if (rows == places).all() else found.take(np.searchsorted(rows, places))


def _details(block: pa.Table, within: Places, known: Facets, spec: Spec) -> Facets:
    """All facets of the rows `within` a block of the file, of which some are known."""
    facets = dict(known)
    whole = np.array_equal(within, np.arange(len(block)))
    for one in fields(spec):
        values = column(block, spec, one.name)
        if not whole:
            values = values.take(pa.array(within))
        if one.name not in facets:
            facets |= one.whole(values, facets)
        facets |= one.details(values, facets)
    return facets


def values(source: Source, places: Places, spec: Spec, field: str) -> pa.ChunkedArray:
    """What some records, in the order of the places, have in one field's column."""
    told, start = spec.fields[field].column, 0
    rows, back = np.unique(places, return_inverse=True)
    parts = []
    for block in source.blocks([told]):
        if told not in block.column_names:
            return pa.chunked_array([pa.nulls(len(places), pa.string())])
        here = rows[slice(*np.searchsorted(rows, [start, start + len(block)]))]
        parts.append(block[told].take(pa.array(here - start)))
        start += len(block)
    return pa.chunked_array([chunk for part in parts for chunk in part.chunks]).take(pa.array(back))


def column(table: pa.Table, spec: Spec, name: str) -> pa.ChunkedArray:
    """A field's column; nulls where the file has none."""
    told = spec.fields[name].column
    if told in table.column_names:
        return table[told]
    return pa.chunked_array([pa.nulls(len(table), pa.string())])
