"""Links as files: the links with what they were weighed by, and the numbers in conflict beside them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qmcb.drafts import drafts
from qmcb.errors import InputError
from qmcb.linkage.links import Links

_KEY = b"qmcb"
_STEPS = "DELTA_BINARY_PACKED"  # from each number to the next


def conflicts_beside(path: Path) -> Path:
    """Where the number conflicts of a links file are written."""
    return path.with_name(f"{path.stem}.conflicts.parquet")


def writable(path: Path) -> None:
    """Raises `InputError` where links cannot be written to `path`; asked before the work is done."""
    if path.suffix.lower() != ".parquet":
        raise InputError("a file .parquet for the links", path.name or "none", "name one with --out")
    if not path.parent.is_dir():
        raise InputError("a folder to write to", f"no folder {path.parent.name}", "make it, or name another")


def write(links: Links, path: Path) -> None:
    """Write links and conflicts as Parquet; both appear whole, or neither.

    The links file carries the trained weights, thresholds and passes in its metadata, so that another
    run can use the weights (`weights`) and an auditor see them.
    """
    told = {
        "spec": links.spec.label,
        "thresholds": {"accept": links.spec.thresholds.accept, "review": links.spec.thresholds.review},
        "passes": [vars(one) for one in links.passes],
        "weights": links.weighed.weights.to_dict(),
    }
    metadata = {_KEY: json.dumps(told, ensure_ascii=False).encode()}
    tables = {path: links.links.replace_schema_metadata(metadata), conflicts_beside(path): links.conflicts}
    _write(tables)


def write_events(events: pa.Table, persons: Path) -> None:
    """Write what happened to persons since the last run beside the file of their keys."""
    _write({persons.with_name(f"{persons.stem}.events.parquet"): events})


def _write(tables: Mapping[Path, pa.Table]) -> None:
    """Write every table, all of them or none."""
    with drafts(*tables) as written:
        for table, draft in zip(tables.values(), written, strict=True):
            ids = [name for name in table.column_names if name.endswith("_id")]
            steps = {name: _STEPS for name in ids if pa.types.is_integer(table.schema.field(name).type)}
            repeated = [name for name in table.column_names if name not in ids]
            pq.write_table(table, draft, use_dictionary=repeated, column_encoding=steps)


def weights(path: Path) -> Mapping[str, Any]:
    """The weights that a links file was made with; raises `InputError` where it is none."""
    try:
        told = json.loads((pq.read_schema(path).metadata or {})[_KEY])
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise InputError(
            "a links file of an earlier run, with its weights", path.name, "name one that qmcb link wrote"
        ) from error
    found: Mapping[str, Any] = told["weights"]
    return found
