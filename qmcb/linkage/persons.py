"""From links to persons: what links hold together, under a key that stays from run to run."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qmcb.linkage.lineage import Lineage, carry
from qmcb.linkage.links import Links

_SIDES = ("左", "右")


def clusters(links: Links) -> pa.Table:
    """Every record of one file or two with the person that accepted links make of it: record, cluster.

    A record is told as file and id, since two files may number their records alike.
    """
    ids = links.ids
    counts = [len(one) for one in ids]
    accepted = links.links.filter(pc.equal(links.links["decision"].cast(pa.string()), "accept"))
    left = pc.index_in(accepted["left_id"], ids[0]).to_numpy()
    right = pc.index_in(accepted["right_id"], ids[-1]).to_numpy() + (counts[0] if len(ids) > 1 else 0)
    size = sum(counts)
    edges = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    cluster = connected_components(edges, directed=False)[1]
    records = [
        pc.binary_join_element_wise(side, one.cast(pa.string()), ":")
        for side, one in zip(_SIDES, ids, strict=False)
    ]
    return pa.table({"record": pa.concat_arrays(records), "cluster": pa.array(cluster, pa.int64())})


def persons(links: Links, previous: pa.Table | None, *, key: bytes) -> Lineage:
    """The person of every record, under the key of the last run where it is the same person.

    `previous` is what the last run stored (`lineage.read`); merges, splits and the like are events of
    the result (`lineage.carry`).
    """
    return carry(previous, clusters(links), key=key)
