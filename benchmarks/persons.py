"""Two files of person records, each damaged on its own, and who is who: three sets of them.

ordinary: registers as they are; other: the same people with other kinds and rates of damage; hard: one
in twenty has a homonym born on the same day, a twin with an adjacent number, a namesake or a parent.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import damage, register
from benchmarks.damage import HARD, ORDINARY, OTHER, Damage
from qmcb.sample import calibration, employers, people
from qmcb.sample.clock import Clock
from qmcb.sample.numbers import Registrar
from qmcb.sample.people import People
from qmcb.sample.world import World

SETS = {"ordinary": ORDINARY, "other": OTHER, "hard": HARD}
_CHUNK = 200_000
_SHARED = 0.6
# People come in twos, twins among them; so many stand in the files on their own, the others together.
_APART = {"ordinary": 0.02, "other": 0.02, "hard": 1.0}


def make(
    folder: Path,
    count: int,
    *,
    national: int | None = None,
    kind: str = "ordinary",
    seed: int = 7,
    text_ids: bool = False,
) -> None:
    """Write local.parquet of `count` records, national.parquet of as many or `national`, and truth.parquet.

    Six in ten people of the smaller file are in the other too. Columns: record_id (int64, or text),
    id_number, name, sex, birth_date (yyyymmdd), region and phone; of the truth record_id_l and
    record_id_n. Neither the order nor the ids of one file tell anything of the other.
    """
    folder.mkdir(parents=True)
    rng, counts = np.random.default_rng([seed, 0]), (count, national or count)
    chunks = -(-max(counts) // _CHUNK)
    ids = [rng.permutation(total) for total in counts]
    edges = [np.linspace(0, total, chunks + 1).astype(np.int64) for total in counts]
    writers: dict[str, pq.ParquetWriter] = {}
    for chunk, everyone in enumerate(_people(kind, seed, edges)):
        own = [ids[side][edge[chunk] : edge[chunk + 1]] for side, edge in enumerate(edges)]
        for name, rows in _files(rng, everyone, own, SETS[kind], _APART[kind], text_ids).items():
            if name not in writers:
                writers[name] = pq.ParquetWriter(folder / f"{name}.unsorted.parquet", rows.schema)
            writers[name].write_table(rows)
    for name, writer in writers.items():
        writer.close()
        _sort(folder / f"{name}.unsorted.parquet", folder / f"{name}.parquet")


def _people(kind: str, seed: int, edges: list[np.ndarray]) -> Iterator[People]:
    """The people of each chunk, both sides' together; a few too many where the sample draws them."""
    places, clock = calibration.places(), Clock.at("2024-06")
    world = World(places, clock, employers.draw(np.random.default_rng(seed), places, clock, 1000), HARD)
    registrar = Registrar(places.codes)
    for chunk in range(len(edges[0]) - 1):
        rng = np.random.default_rng([seed, 1, chunk])
        sizes = [int(edge[chunk + 1] - edge[chunk]) for edge in edges]
        count = sum(sizes) - round(min(sizes) * _SHARED)
        if kind == "hard":
            yield people.draw(rng, world, registrar, int(edges[0][chunk]), count)
        else:
            yield register.draw(rng, chunk, count)


def _files(
    rng: np.random.Generator,
    everyone: People,
    ids: list[np.ndarray],
    rates: Damage,
    apart: float,
    text_ids: bool,
) -> dict[str, pa.Table]:
    here, there = map(len, ids)
    both = round(min(here, there) * _SHARED)
    order = _order(rng, len(everyone), apart)
    who = order[:here], order[here - both : here - both + there]
    keys = [_keys(own, letter) if text_ids else pa.array(own) for own, letter in zip(ids, "LN", strict=True)]
    local, national = (
        pa.table({"record_id": key, **damage.records(rng, everyone, whom, rates)})
        for key, whom in zip(keys, who, strict=True)
    )
    truth = pa.table({"record_id_l": keys[0][here - both :], "record_id_n": keys[1][:both]})
    return {"local": local, "national": national, "truth": truth}


def _order(rng: np.random.Generator, count: int, apart: float) -> np.ndarray:
    """People 0 … count - 1 in an order of chance, two by two except for the share `apart`."""
    twos = 2 * rng.permutation(-(-count // 2))
    order = np.stack([twos, twos + 1], axis=1).ravel()
    order = order[order < count]
    alone = np.flatnonzero(rng.random(count) < apart)
    order[alone] = order[rng.permutation(alone)]
    return order


def _keys(ids: np.ndarray, letter: str) -> pa.StringArray:
    return pa.array([f"{letter}{own:09}" for own in ids.tolist()])


def _sort(source: Path, target: Path) -> None:
    """The rows in order of their first column, which is one of chance."""
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '2GB'")
    connection.execute(f"SET temp_directory = '{target.parent}/spill'")
    connection.execute(f"COPY (FROM '{source}' ORDER BY 1) TO '{target}' (FORMAT parquet)")
    source.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kind", choices=SETS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--national", type=int, help="records of the national file, if not as many")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--text-ids", action="store_true")
    make(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
