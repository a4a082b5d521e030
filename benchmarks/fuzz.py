"""The readers, and what is made of numbers and names, under bytes that a coverage-guided fuzzer thinks up.

`python -m benchmarks.fuzz text|workbook|parquet|number|name [--seconds N]`; needs `pip install atheris`.
Whatever is neither read nor refused in one line is a crash, and so is a row that is lost.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

try:
    import atheris
except ImportError:  # the tests hold the same with bytes of their own
    atheris = None

with atheris.instrument_imports(include=["qmcb.sources", "qmcb.identity"]) if atheris else nullcontext():
    import pyarrow as pa
    import pyarrow.parquet as pq

    from qmcb import balance
    from qmcb.errors import InputError
    from qmcb.identity import name, number
    from qmcb.sources import book, delimited, files
    from qmcb.sources.headings import Headings
    from qmcb.tables import CONTRACTS

TABLE = CONTRACTS["deaths"]
HEADINGS = Headings(TABLE, {})
ROWS = (
    "record_id,公民身份号码,姓名,性别,出生日期,死亡日期",
    "1,11010519491231002X,王伟,1,19491231,20240102",
    "2,,乙,,,20240103",
)


def text(folder: Path, content: bytes) -> None:
    """A file of delimited text: every line that has anything is a row, a torn one or part of a text."""
    path, torn = folder / "deaths.csv", list[delimited.Torn]()
    path.write_bytes(content)
    try:
        with files.readable(path):
            layout = delimited._layout(path, delimited.encoding_of(path), HEADINGS, None)
            rows = sum(len(batch) for batch in delimited._batches(layout, torn))
    except InputError as error:
        one_line(error)
        return
    if b'"' not in content and layout.encoding == "utf-8" and "\0" not in content.decode():
        lines = io.StringIO(content.decode("utf-8-sig"), newline=None).read().split("\n")[layout.before :]
        assert rows + len(torn) == sum(line != "" for line in lines), "a row lost"


def whole(name: str) -> Callable[[Path, bytes], None]:
    """A file of another form, read as `qmcb check` reads it."""

    def read(folder: Path, content: bytes) -> None:
        path = folder / name
        path.write_bytes(content)
        try:
            with book.read_files({TABLE.name: path}) as opened:
                balance.check(opened.balance())
        except InputError as error:
            one_line(error)

    return read


def one_line(error: InputError) -> None:
    """The message of a refusal is one line."""
    assert "\n" not in str(error)


def numbers(_: Path, content: bytes) -> None:
    """As many answers as values, and a number that was set right is right."""
    values = content.decode("utf-8", "replace").split("\n")
    told = number.clean(pa.array(values))
    assert len(told) == len(values)
    again = number.clean(told["number"].combine_chunks())
    assert set(again["problem"].to_pylist()) <= {"ok", "absent"}


def names(_: Path, content: bytes) -> None:
    """As many answers as values; a folded name is its own fold; whoever agrees agrees both ways."""
    values = pa.array(content.decode("utf-8", "replace").split("\n"))
    folded = name.fold(values)
    assert len(folded) == len(values) and name.fold(folded).equals(folded)
    turned = values[::-1]
    assert name.agree(values, turned).equals(name.agree(turned, values))
    assert len(name.pinyin(values)) == len(name.mask(values)) == len(values)


def seeds() -> dict[str, list[bytes]]:
    """What the fuzzer begins with."""
    import openpyxl

    sheet = openpyxl.Workbook()
    for row in ROWS:
        sheet.active.append(row.split(","))
    workbook, parquet = io.BytesIO(), io.BytesIO()
    sheet.save(workbook)
    columns = zip(*(row.split(",") for row in ROWS), strict=True)
    pq.write_table(pa.table({head: list(values) for head, *values in columns}), parquet)
    plain = "\r\n".join(ROWS)
    people = [cell.encode() for row in ROWS[1:] for cell in row.split(",") if cell]
    return {
        "text": [plain.encode(form) for form in ("utf-8", "gb18030", "utf-16")]
        + [plain.replace(",", "\t").encode()],
        "workbook": [workbook.getvalue()],
        "parquet": [parquet.getvalue()],
        "number": [*people, b"\n".join(people), "１１０１０５19491231002x".encode()],
        "name": [*people, "买买提·吐尔逊\n𠮷㐂\n歐陽".encode()],
    }


TARGETS = {
    "text": text,
    "workbook": whole("deaths.xlsx"),
    "parquet": whole("deaths.parquet"),
    "number": numbers,
    "name": names,
}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("target", choices=TARGETS)
    options.add_argument("--seconds", type=int, default=60)
    asked = options.parse_args()
    if atheris is None:
        sys.exit("fuzz: expected the package atheris; found none installed; pip install atheris")
    with tempfile.TemporaryDirectory() as scratch:
        corpus, folder = Path(scratch) / "corpus", Path(scratch) / "work"
        corpus.mkdir()
        folder.mkdir()
        for place, seed in enumerate(seeds()[asked.target]):
            (corpus / str(place)).write_bytes(seed)
        told = [
            f"-max_total_time={asked.seconds}",
            "-timeout=60",
            "-print_final_stats=1",
            f"-artifact_prefix={scratch}/",
        ]
        atheris.Setup(
            [sys.argv[0], str(corpus), *told], lambda content: TARGETS[asked.target](folder, content)
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
