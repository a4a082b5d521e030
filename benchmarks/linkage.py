"""Linking two files of person records as one process: seconds, memory, and how right it is."""

import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks import persons
from benchmarks.measure import run

LINK = """
import sys
import pyarrow as pa
import pyarrow.parquet as pq
folder = sys.argv[1]
sides = [pq.read_table(f"{folder}/{side}.parquet") for side in ("local", "national")]
from qmcb.linkage.link import link
found = link(*(side.rename_columns({"record_id": "id"}) for side in sides), one_to_one=True)
pq.write_table(pa.Table.from_pandas(found.links), f"{folder}/links.parquet")
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for count in (100_000, 1_000_000):
            place = Path(folder) / str(count)
            persons.make(place, count)
            cost = run([sys.executable, "-c", LINK, str(place)])
            print(f"link {count:>9,} × {count:,}  {cost}  {_rightness(place)}", flush=True)


def _rightness(place: Path) -> str:
    links = pq.read_table(place / "links.parquet", filters=[("decision", "=", "accept")]).to_pandas()
    truth = pq.read_table(place / "truth.parquet").to_pandas()
    right = len(links.merge(truth, left_on=["left_id", "right_id"], right_on=["record_id_l", "record_id_n"]))
    precision, recall = right / len(links), right / len(truth)
    return f"precision {precision:.5f} recall {recall:.5f}"


if __name__ == "__main__":
    main()
