"""Records of tests as linkage sees them once everything is known of them."""

import numpy as np
import pyarrow as pa

from qmcb.linkage import records, side
from qmcb.linkage.side import Side
from qmcb.linkage.spec import Spec


def everything(table: pa.Table, spec: Spec) -> Side:
    """All records of a table with all their facets."""
    source = records.opened(table, spec)
    known, rows = side.read(source, spec), np.arange(len(table))
    return side.detailed(side.completed(source, known, rows, spec), rows, spec)
