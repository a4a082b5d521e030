"""What a report says, apart from when and where it was made: hashes that the same inputs give again."""

import base64
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from PIL import Image

from qmcb.reports import hashes
from qmcb.reports.execute import TABLES

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
_LINES = pc.WriteOptions(include_header=False)


def of_report(folder: Path, name: str) -> dict[str, Any]:
    """The content of a report that lies in a folder as `<name>.ipynb` and `tables/<name>/`.

    Returns `sha256` of all of it, `cells`: by the cell's place the hash of what it shows (prose, or
    outputs), and `tables`: by file `sha256` and `rows` (None for other files than Parquet).

    Left out are source code, execution counts, cell ids, what goes to stderr, addresses in memory,
    how a picture or a Parquet file is packed, and who wrote it.
    """
    book = nbformat.read(folder / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    cells = {str(at): hashes.of_value(shown) for at, cell in enumerate(book.cells) if (shown := _shown(cell))}
    home = folder / TABLES / name
    tables = {path.relative_to(home).as_posix(): _table(path) for path in hashes.visible(home)}
    return {"sha256": hashes.of_value([cells, tables]), "cells": cells, "tables": tables}


def of_run(reports: dict[str, dict[str, Any]]) -> str:
    """One hash for all reports of a run, by their names and contents."""
    return hashes.of_value({name: content["sha256"] for name, content in reports.items()})


def _shown(cell: nbformat.NotebookNode) -> list[Any]:
    if cell.cell_type != "code":
        return [cell.source] if cell.source else []
    outputs = [output for output in cell.outputs if output.output_type != "stream"]
    printed = "".join(each.text for each in cell.outputs if each.get("name") == "stdout")
    return [_normal("text/plain", printed)] * bool(printed) + [
        {
            "data": {mime: _normal(mime, value) for mime, value in output.get("data", {}).items()},
            "alt": output.get("metadata", {}).get("image/png", {}).get("alt"),
        }
        for output in outputs
    ]


def _normal(mime: str, value: Any) -> Any:
    if mime in ("image/png", "image/jpeg"):
        with Image.open(io.BytesIO(base64.b64decode(value))) as image:
            return [*image.size, hashlib.sha256(image.convert("RGBA").tobytes()).hexdigest()]
    return _ADDRESS.sub("0x", value) if isinstance(value, str) else value


def _table(path: Path) -> dict[str, Any]:
    if path.suffix != ".parquet":
        return {"sha256": hashes.of_file(path), "rows": None}
    file = pq.ParquetFile(path)
    schema = file.schema_arrow.remove_metadata()
    digest = hashlib.sha256("\n".join(f"{field.name} {field.type}" for field in schema).encode())
    for batch in file.iter_batches():
        lines = pa.BufferOutputStream()
        pc.write_csv(pa.table(list(map(_flat, batch.columns)), names=schema.names), lines, _LINES)
        digest.update(lines.getvalue())
    return {"sha256": digest.hexdigest(), "rows": file.metadata.num_rows}


def _flat(column: pa.Array) -> pa.Array:
    """The column itself, or each value as JSON where it holds several."""
    if not pa.types.is_nested(column.type):
        return column
    return pa.array([json.dumps(value, ensure_ascii=False, default=str) for value in column.to_pylist()])
