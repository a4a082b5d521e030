"""Delimited text (CSV): UTF-8, GB18030 or UTF-16; comma, tab, | or ; between the columns."""

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from ibis.backends.duckdb import Backend

from qmcb.errors import InputError
from qmcb.identity import text
from qmcb.sources.headings import FIRST_ROWS, Headings
from qmcb.sources.raw import LINE, Raw, Torn, streamed, text_schema

DELIMITERS = (",", "\t", "|", ";")
ENCODINGS = ("utf-8", "gb18030", "utf-16")
_BLOCK = 1 << 20
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_BETWEEN = b"\x1f"  # part of no character of GB18030
_FEW = 8  # of so many values one is decoded on its own, more with all others
_TAIL = 4096
_FEWEST_SWALLOWED = 4


@dataclass(frozen=True)
class _Layout:
    """How a file is written: the headings, and how many physical lines reach down to their end."""

    path: Path
    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    before: int

    @property
    def as_bytes(self) -> bool:
        """Whether rows can be told apart before they are decoded: no second byte of GB18030 is a mark."""
        return self.encoding == "gb18030" and self.delimiter != "|"

    @cached_property
    def quoted(self) -> bool:
        """Whether there is any quotation mark; where there is none, no value holds a line end."""
        with self.path.open("rb") as stream:
            return any(b'"' in block for block in iter(lambda: stream.read(_BLOCK), b""))


def read(
    con: Backend, path: Path, headings: Headings, encoding: str | None = None, delimiter: str | None = None
) -> Raw:
    """The rows of a file, with those that are torn; encoding and delimiter are seen where not told."""
    layout = _layout(path, encoding or encoding_of(path), headings, delimiter)
    torn: list[Torn] = []
    schema = text_schema(len(layout.headings))
    return streamed(con, path.name, layout.headings, schema, _batches(layout, torn), torn)


def encoding_of(path: Path) -> str:
    """utf-8, gb18030 or utf-16: by its mark, else by the first block that holds anything but ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            for mark, encoding in _MARKS.items():
                if stream.tell() == len(block) and block.startswith(mark):
                    return encoding
            try:
                text = decoder.decode(block)
            except UnicodeDecodeError:
                return "gb18030"
            if not text.isascii():
                break
    return "utf-8"


def _layout(path: Path, encoding: str, headings: Headings, delimiter: str | None) -> _Layout:
    tried = [_first_rows(path, encoding, each) for each in ([delimiter] if delimiter else DELIMITERS)]
    if not tried[0]:
        raise InputError("a heading in the first line", f"{path.name} is empty", "have it exported again")
    found = [
        (headings.complete(row), len(row), each, rows, place, row)
        for each, rows in zip([delimiter] if delimiter else DELIMITERS, tried, strict=True)
        for place, row in [headings.find([row for row, _ in rows])]
    ]
    *_, mark, rows, place, row = max(found, key=lambda one: one[:2])
    if place + 1 == len(rows):
        raise no_rows(path.name)
    return _Layout(path, encoding, str(mark), row, rows[place][1])


def _first_rows(path: Path, encoding: str, delimiter: str) -> list[tuple[list[str], int]]:
    """The first rows that hold anything, and how many physical lines reach down to the end of each.

    A row too long to be looked at stands there empty.
    """
    rows: list[tuple[list[str], int]] = []
    with path.open(encoding=encoding, newline="") as stream:
        lines = csv.reader((line.removeprefix("\ufeff") for line in stream), delimiter=delimiter)
        try:
            rows.extend(islice(((row, lines.line_num) for row in lines if row), FIRST_ROWS + 1))
        except csv.Error:
            if not rows:
                raise
            rows.append(([], lines.line_num))
    return rows


def no_rows(name: str) -> InputError:
    """The error for a table that has a heading and nothing below it."""
    return InputError(f"rows in {name}", "a heading and no row", "have it exported again, or remove the file")


def _batches(layout: _Layout, torn: list[Torn]) -> Iterator[pa.RecordBatch]:
    """Every whole row with its line; raises where a quotation mark left open swallowed others."""
    numbered = _numbered(_whole(layout, torn), torn)
    if not layout.quoted:
        yield from numbered
        return
    end, line = "", 0
    for batch in numbered:
        _refuse_swallowed(batch, layout)
        end, line = batch[-2][-1].as_py() or "", batch[-1][-1].as_py()
        yield batch
    runs_on = "\n" in end and line > max((row.line for row in torn), default=0)
    if runs_on and not _tail(layout.path).endswith(b'"'):
        raise _left_open(layout, line)


def _whole(layout: _Layout, torn: list[Torn]) -> Iterator[pa.RecordBatch]:
    """The rows that are whole, decoded as late as may be; from the first torn one on Arrow reads text.

    (It tells of a torn row only in UTF-8.)
    """
    done = 0
    if layout.as_bytes:
        try:
            for batch in _opened(layout, pa.binary()):
                yield pa.RecordBatch.from_arrays([_decoded(column) for column in batch], batch.schema.names)
                done += len(batch)
            return
        except pa.ArrowInvalid:
            pass

    lost: list[int] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        torn.append(Torn(row.number - layout.before, row.actual_columns))
        if "\n" not in row.text:
            return "skip"
        lost.append(row.number - layout.before)  # it holds others
        return "error"

    try:
        for batch in _opened(layout, pa.string(), skip):
            seen = min(done, len(batch))
            done -= seen
            yield batch.slice(seen)
    except pa.ArrowInvalid as error:
        if lost:
            raise _left_open(layout, lost[0]) from error
        raise


def _opened(
    layout: _Layout, kind: pa.DataType, torn: Callable[[arrow_csv.InvalidRow], str] | None = None
) -> arrow_csv.CSVStreamingReader:
    names = [str(place) for place in range(len(layout.headings))]
    as_bytes = pa.types.is_binary(kind)
    return arrow_csv.open_csv(
        layout.path,
        read_options=arrow_csv.ReadOptions(
            encoding="utf8" if as_bytes else layout.encoding,
            block_size=_BLOCK,
            use_threads=False,
            column_names=names,
            skip_rows=layout.before,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter, invalid_row_handler=torn, newlines_in_values=layout.quoted
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, kind),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=not as_bytes,
        ),
    )


def _decoded(column: pa.BinaryArray) -> pa.StringArray:
    """Text from GB18030; what is ASCII stays as it is, unless it stands among much that is not."""
    as_text = column.view(pa.string())
    if text.spread(column)[1].tobytes().isascii():
        return as_text
    foreign = pc.and_kleene(column.is_valid(), pc.invert(pc.string_is_ascii(as_text)))
    if foreign.true_count > len(column) // _FEW:
        return _chinese(column)
    chinese = _chinese(column.filter(foreign))
    return pc.replace_with_mask(column, foreign, chinese.view(pa.binary())).view(pa.string())


def _chinese(column: pa.BinaryArray) -> pa.StringArray:
    """All values decoded at once, or one by one where they hold what is put between them."""
    ends, content = text.spread(column)
    more = len(column) - 1
    own = np.ones(len(content) + more, np.bool_)
    own[ends[1:-1] + np.arange(more)] = False
    joined = np.full(len(own), ord(_BETWEEN), np.uint8)
    joined[own] = content
    utf8 = str(joined.data, "gb18030").encode()
    between = np.flatnonzero(np.frombuffer(utf8, np.uint8) == ord(_BETWEEN))
    if len(between) != more:
        return pa.array([value and value.decode("gb18030") for value in column.to_pylist()], pa.string())
    places = np.concatenate(([0], between - np.arange(more), [len(utf8) - more])).astype(np.int32)
    present = column.is_valid().buffers()[1] if column.null_count else None
    written = utf8.translate(None, _BETWEEN)
    return pa.StringArray.from_buffers(len(column), pa.py_buffer(places), pa.py_buffer(written), present)


def _numbered(batches: Iterator[pa.RecordBatch], torn: list[Torn]) -> Iterator[pa.RecordBatch]:
    """Each batch that has rows with their line numbers, which leave out the torn lines."""
    last = 0
    for batch in filter(len, batches):
        left_out = [row.line for row in torn if row.line > last]
        lines = pa.arange(last + 1, last + 1 + len(batch) + len(left_out))
        if left_out:
            kept = pc.invert(pc.is_in(lines, pa.array(left_out, pa.int64())))
            lines = lines.filter(kept).slice(0, len(batch))
        last = lines[-1].as_py()
        yield batch.append_column(LINE, lines)


def _refuse_swallowed(batch: pa.RecordBatch, layout: _Layout) -> None:
    """Raise where a text goes over line ends and holds as many delimiters as a whole row."""
    marks = len(layout.headings) - 1
    for column in batch.columns[:-1] if marks >= _FEWEST_SWALLOWED - 1 else ():
        _, content = text.spread(column)
        if b"\n" in content.tobytes():
            broken = column.filter(pc.match_substring(column, "\n"))
            holding = pc.greater_equal(pc.count_substring(broken, layout.delimiter), marks)
            if pc.any(holding).as_py():
                raise _left_open(layout, batch[LINE][0].as_py())


def _left_open(layout: _Layout, line: int) -> InputError:
    return InputError(
        f"every quotation mark in {layout.path.name} closed",
        f"one left open at or after row {line:,}, in which others are lost",
        "have it exported again",
    )


def _tail(path: Path) -> bytes:
    """The end of a file without its line ends."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        return stream.read().rstrip()
