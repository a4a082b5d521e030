"""Two files of person records, each damaged on its own, and who is who; run it with DIR and N."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qmcb.sample import calibration, employers, identities, people
from qmcb.sample.clock import Clock
from qmcb.sample.numbers import Registrar
from qmcb.sample.rates import ASSUMED, Rates
from qmcb.sample.world import World

_CHUNK = 200_000
_SHARED = 0.6


def make(folder: Path, count: int, *, seed: int = 7, rates: Rates = ASSUMED) -> None:
    """Write local.parquet and national.parquet of `count` records each, and truth.parquet.

    Six in ten people of one file are in the other too. Columns: record_id, id_number, name, sex,
    birth_date (yyyymmdd), region and phone; of the truth record_id_l and record_id_n.
    """
    folder.mkdir(parents=True)
    rng, clock, places = np.random.default_rng(seed), Clock.at("2024-06"), calibration.places()
    world = World(places, clock, employers.draw(rng, places, clock, 1000), rates)
    registrar = Registrar(places.codes)
    writers: dict[str, pq.ParquetWriter] = {}
    for start in range(0, count, _CHUNK):
        size = min(_CHUNK, count - start)
        for name, rows in _chunk(rng, world, registrar, start, size).items():
            if name not in writers:
                writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", rows.schema)
            writers[name].write_table(rows)
    for writer in writers.values():
        writer.close()


def _chunk(
    rng: np.random.Generator, world: World, registrar: Registrar, start: int, size: int
) -> dict[str, pa.Table]:
    apart = round(size * (1 - _SHARED))
    drawn = people.draw(rng, world, registrar, start, size + apart)
    everyone = rng.permutation(len(drawn))[: size + apart]
    here, there = everyone[:size], everyone[-size:]
    local, national = rng.permutation(here), rng.permutation(there)
    both = np.intersect1d(here, there)
    place = {int(side): np.full(len(drawn), -1) for side in (0, 1)}
    for side, who in enumerate((local, national)):
        place[side][who] = np.arange(start, start + size)
    return {
        "local": _records(rng, drawn, local, start, world.rates),
        "national": _records(rng, drawn, national, start, world.rates),
        "truth": pa.table({"record_id_l": place[0][both], "record_id_n": place[1][both]}),
    }


def _records(
    rng: np.random.Generator, drawn: people.People, who: np.ndarray, start: int, rates: Rates
) -> pa.Table:
    columns = identities.copy(rng, drawn, who, rates).columns
    born = pc.strftime(columns["birth_date"], format="%Y%m%d")
    region = pa.array(drawn.hukou[who]).cast(pa.string())
    ids = pa.array(np.arange(start, start + len(who)))
    return pa.table({"record_id": ids, **columns, "birth_date": born, "region": region})


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
