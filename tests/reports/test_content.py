"""The same content gives the same hash whatever packs it; another content another one."""

import base64
import io
import json
from pathlib import Path

import nbformat
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from rocrate.rocrate import ROCrate

from qmcb.reports import content, hashes, manifest


def png(level: int, colour: str = "red", **more: str) -> str:
    from PIL.PngImagePlugin import PngInfo

    info, file = PngInfo(), io.BytesIO()
    for name, value in more.items():
        info.add_text(name, value)
    Image.new("RGB", (9, 9), colour).save(file, "PNG", compress_level=level, pnginfo=info)
    return base64.b64encode(file.getvalue()).decode()


def report(folder: Path, *outputs: nbformat.NotebookNode, table: pa.Table | None = None, **more: str) -> str:
    """The content hash of a report with these outputs and this table."""
    folder.mkdir()
    code = new_code_cell(more.get("code", "f()"), outputs=list(outputs), execution_count=len(more))
    book = new_notebook(cells=[new_markdown_cell(more.get("prose", "# A")), code])
    nbformat.write(book, folder / "01_a.ipynb")
    (folder / "tables" / "01_a").mkdir(parents=True)
    if table is not None:
        packed = more.get("packed", "snappy")
        pq.write_table(
            table, folder / "tables" / "01_a" / "t.parquet", compression=packed, row_group_size=len(packed)
        )
    return str(content.of_report(folder, "01_a")["sha256"])


def shown(**data: str) -> nbformat.NotebookNode:
    return new_output("display_data", data={name.replace("_", "/"): value for name, value in data.items()})


ROWS = pa.table({"a": ["x", None, ""], "b": [0.1, None, 3.0], "c": [[1, 2], None, []]})


def test_how_it_is_packed_makes_no_difference(tmp_path: Path) -> None:
    warned = new_output("stream", name="stderr", text="12:00 warning")
    first = report(tmp_path / "a", shown(image_png=png(1), text_plain="<f at 0x7f12ab34cd>"), table=ROWS)
    second = report(
        tmp_path / "b",
        warned,
        shown(image_png=png(9, Software="another"), text_plain="<f at 0x55aa00bb11>"),
        table=ROWS.replace_schema_metadata({"made": "by another"}),
        packed="none",
        code="g()",
    )
    assert first == second


@pytest.mark.parametrize(
    "other",
    [
        {"outputs": [shown(text_plain="2")]},
        {"outputs": [new_output("stream", name="stdout", text="1")]},
        {"outputs": []},
        {"prose": "# B"},
        {"table": ROWS.slice(1)},
        {"table": ROWS.set_column(0, "a", pa.array(["x", "", None]))},
        {"table": ROWS.set_column(1, "b", pa.array([0.1, None, 3.0000000000000004]))},
        {"table": ROWS.set_column(2, "c", pa.array([[1, 2], [], None], pa.list_(pa.int64())))},
        {"table": ROWS.rename_columns(["a", "b", "d"])},
        {"table": None},
    ],
)
def test_what_it_says_makes_one(tmp_path: Path, other: dict[str, object]) -> None:
    told = {"outputs": [shown(text_plain="1")], "table": ROWS, **other}
    outputs = told.pop("outputs")
    same = report(tmp_path / "a", shown(text_plain="1"), table=ROWS)
    assert report(tmp_path / "b", *outputs, **told) != same  # type: ignore[misc, arg-type]


def test_another_picture_is_another_content(tmp_path: Path) -> None:
    red, blue = (report(tmp_path / colour, shown(image_png=png(1, colour))) for colour in ("red", "blue"))
    assert red != blue


def test_the_same_rows_from_pandas_and_in_pieces(tmp_path: Path) -> None:
    frame = pa.Table.from_pandas(pd.DataFrame({"a": ["x", "y"]}), preserve_index=False)
    pieces = pa.concat_tables([pa.table({"a": ["x"]}), pa.table({"a": ["y"]})])
    frame = frame.cast(pieces.schema)
    assert report(tmp_path / "a", table=frame) == report(tmp_path / "b", table=pieces)


def test_a_manifest_is_a_statement_about_every_file(undisturbed: Path) -> None:
    statement = json.loads((undisturbed / "manifest.json").read_text("utf-8"))
    assert list(statement) == ["_type", "subject", "predicateType", "predicate"]
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    on_disk = hashes.of_files(hashes.visible(undisturbed), undisturbed)
    on_disk.pop("manifest.json")
    assert {each["name"]: each["digest"]["sha256"] for each in statement["subject"]} == on_disk

    told = manifest.read(undisturbed).predicate
    first = told["reports"][0]
    assert first["parameters"]["period"] == "2024-06" and "out" not in first["parameters"]
    assert [each["file"] for each in first["inputs"]] == ["deaths.csv"]
    assert told["reports"][1]["content"]["tables"]["regions.parquet"]["rows"] == 2
    rule = told["rules"]["policy/duplicates/maternity_twice.yaml"]
    assert rule["status"] in ("confirmed", "unconfirmed", "assumed") and rule["effective"]
    assert told["environment"]["packages"]["papermill"]
    assert len(told["code"]["files"]) > 100 and set(told["code"]) == {"commit", "changed", "files"}
    assert told["started"] < told["finished"]


def test_rows_and_quarantine_stand_with_the_inputs(tmp_path: Path) -> None:
    folder = tmp_path / "tables" / "01_a"
    folder.mkdir(parents=True)
    nbformat.write(new_notebook(), tmp_path / "01_a.ipynb")
    row = {"table": "deaths", "file": "d.csv", "sha256": "0", "read": 9, "accepted": 7, "quarantined": 2}
    pq.write_table(pa.Table.from_pylist([row]), folder / "inputs.parquet")
    inputs = [{"file": "d.csv", "sha256": "0", "bytes": 1}, {"file": "e.csv", "sha256": "1", "bytes": 1}]
    told = manifest._report(
        tmp_path, {"notebook": {"name": "01_a"}, "inputs": inputs, "origin": "", "files": {}}
    )
    assert told["inputs"] == [{**inputs[0], "table": "deaths", "rows": 9, "quarantined": 2}, inputs[1]]
    assert not {"origin", "files"} & set(told)


def test_rocrate_reads_the_crate(undisturbed: Path) -> None:
    crate = ROCrate(str(undisturbed))
    told = {each.id: each["sha256"] for each in crate.get_by_type("File")}
    assert told == {
        name: sha256
        for name, sha256 in manifest.read(undisturbed).files.items()
        if name != "ro-crate-metadata.json"
    }
    assert crate.name == "plan" and crate.datePublished
