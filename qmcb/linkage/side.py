"""One of the files to be linked: its record ids, and the facets of its records as far as they are needed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qmcb.errors import InputError
from qmcb.identity import text
from qmcb.linkage.fields import KINDS
from qmcb.linkage.fields.base import Deferred, Facet, Facets, Field
from qmcb.linkage.keys import Keys, Places
from qmcb.linkage.records import ROWS, Source
from qmcb.linkage.spec import Spec

_FACTORS = np.random.default_rng(1984).integers(1, 2**63, 64, dtype=np.uint64) | np.uint64(1)


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

    def take(self, places: Places) -> "Side":
        return Side(self.ids.take(pa.array(places)), self.take_facets(places, self.facets))

    def take_facets(self, places: Places, names: Iterable[str]) -> Facets:
        """The facets named, of the records at some places."""
        chosen = pa.array(places)
        return {name: _taken(self.facets[name], chosen) for name in names}


@dataclass(frozen=True)
class Rest:
    """The records of a file that the certain stage has left over, by their places among all."""

    known: Side
    places: Places

    def __len__(self) -> int:
        return len(self.places)

    @cached_property
    def contents(self) -> Keys:
        """One number for all whole numbers that were sent of a record, the same wherever it stands."""
        total = np.zeros(len(self), np.uint64)
        numbers = (facet for facet in self.known.facets.values() if isinstance(facet, np.ndarray))
        for facet, factor in zip(numbers, _FACTORS, strict=False):
            total += facet[self.places] * factor
        return total


def key(facets: Mapping[str, Facet], name: str) -> Keys:
    """A facet that passes can look for; `InputError` for one that is not there."""
    facet = facets.get(name)
    if not isinstance(facet, np.ndarray):
        known = ", ".join(one for one, facet in facets.items() if isinstance(facet, np.ndarray))
        raise InputError(f"a pass of the linkage spec by keys among {known}", name, "correct it")
    return facet


def _taken(facet: Facet, places: pa.Array) -> Facet:
    return facet[places.to_numpy()] if isinstance(facet, np.ndarray) else text.strings(facet.take(places))


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


def read(source: Source, spec: Spec) -> Side:
    """All records with what the file says of the fields that the certain stage needs (`Field.sent`)."""
    certain = [one for one in fields(spec) if one.name in _certain(spec)]
    ids: list[pa.Array] = []

    def facets() -> Iterator[Facets]:
        for block in _read(source, certain, spec, spec.record_id):
            ids.append(_plain(block[spec.record_id].combine_chunks()))
            yield _sent(block, certain, spec)

    found = _joined(facets(), source.rows)  # texts stay in pieces: later only some are taken
    return Side(_checked(pa.concat_arrays(ids), spec), found)


def completed(source: Source, known: Side, rows: Places, spec: Spec) -> Side:
    """The records in some rows, rising, with what the file says of every field; `known` has all records."""
    others = [one for one in fields(spec) if one.name not in _certain(spec)]

    def facets() -> Iterator[Facets]:
        start = 0
        for block in _read(source, others, spec):
            here = rows[slice(*np.searchsorted(rows, [start, start + len(block)]))]
            chosen = block if len(here) == len(block) else block.take(pa.array(here - start))
            yield _sent(chosen, others, spec)
            start += len(block)

    also = _whole(_joined(facets(), len(rows)))
    return Side(known.ids.take(pa.array(rows)), known.take_facets(rows, known.facets) | also)


def _certain(spec: Spec) -> set[str]:
    """The fields that the certain stage needs of every record."""
    return {field for role, field in spec.certain.items() if role in ("number", "name")}


def _read(source: Source, wanted: Sequence[Field], spec: Spec, *more: str) -> Iterator[pa.Table]:
    """Blocks of the columns of some fields and `more`; of the record id where the file has none of them."""
    columns = [*more, *(spec.fields[one.name].column for one in wanted)]
    repeated = [spec.fields[one.name].column for one in wanted if one.repeats]
    known = set(columns) & set(source.columns)
    return source.blocks(columns if known else [spec.record_id], repeated)


def _sent(block: pa.Table, wanted: Sequence[Field], spec: Spec) -> Facets:
    return _united(one.sent(_column(block, spec, one.name)) for one in wanted)


def detailed(known: Side, places: Places, spec: Spec) -> Side:
    """Some records, in the order of their places, with all that is sought and compared."""
    parts = (_told(_keyed(known, block, spec), spec) for block in _blocks(places))
    return Side(known.ids.take(pa.array(places)), _whole(_joined(parts, len(places))))


def keyed(known: Side, places: Places, spec: Spec) -> Iterator[Deferred]:
    """Some records with what passes look for (`Field.keys`), block by block, made as it is asked for."""
    return (_keyed(known, block, spec) for block in _blocks(places))


def _blocks(places: Places) -> Iterator[Places]:
    return (places[start : start + ROWS] for start in range(0, max(len(places), 1), ROWS))


def _keyed(known: Side, places: Places, spec: Spec) -> Deferred:
    chosen = pa.array(places)
    sent = Deferred({name: partial(_taken, facet, chosen) for name, facet in known.facets.items()})
    found = Deferred.of(sent)  # it is not what its makers hold, or a block would outlive its use
    for one in fields(spec):
        found.add(one.keys(sent))
    return found


def _told(keyed: Deferred, spec: Spec) -> Facets:
    return dict(keyed) | _united(one.told(keyed) for one in fields(spec))


def _united(parts: Iterable[Facets]) -> Facets:
    return {name: facet for part in parts for name, facet in part.items()}


def _joined(blocks: Iterable[Facets], rows: int) -> Facets:
    """The facets of blocks of rows in one: whole numbers laid where they will stay, texts in pieces."""
    numbers: dict[str, Keys] = {}
    texts: dict[str, list[pa.StringArray]] = {}
    start = 0
    for facets in blocks:
        size = 0
        for name, facet in facets.items():
            size = len(facet)
            if isinstance(facet, np.ndarray):
                if name not in numbers:
                    numbers[name] = np.empty(rows, facet.dtype)
                numbers[name][start : start + size] = facet
            else:
                texts.setdefault(name, []).append(facet)
        start += size
    return numbers | {name: pa.chunked_array(parts) for name, parts in texts.items()}


def _whole(facets: Facets) -> Facets:
    return {
        name: facet if isinstance(facet, np.ndarray) else text.strings(facet)
        for name, facet in facets.items()
    }


def ordered(known: Side, places: Places) -> Places:
    """Places in the order of their ids, so that the order of a file's rows does not matter."""
    some_ids = known.ids.take(pa.array(places))
    return places if rising(some_ids) else places[pc.sort_indices(some_ids).to_numpy()]


def _column(table: pa.Table, spec: Spec, name: str) -> pa.ChunkedArray:
    """A field's column; nulls where the file has none."""
    told = spec.fields[name].column
    if told in table.column_names:
        return table[told]
    return pa.chunked_array([pa.nulls(len(table), pa.string())])
