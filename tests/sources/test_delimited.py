"""Delimited text as it is: encodings, line numbers, torn rows, and what cannot be read."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend

from qmcb.errors import InputError
from qmcb.sources import delimited, files
from qmcb.sources.headings import Headings
from qmcb.sources.raw import LINE, Raw, Torn
from qmcb.tables import CONTRACTS

RARE = "𠮷㐂"  # four bytes each in GB18030


@pytest.fixture(scope="module")
def con() -> Iterator[Backend]:
    backend = ibis.duckdb.connect()
    yield backend
    backend.disconnect()


def rows(con: Backend, folder: Path, content: bytes, name: str = "deaths.csv") -> Raw:
    """What a file holds, its rows read into a table."""
    path = folder / name
    path.write_bytes(content)
    with files.readable(path):
        raw = delimited.read(con, path, Headings(CONTRACTS["deaths"]))
        try:
            return replace(raw, table=con.create_table("rows", raw.table, overwrite=True))
        except Exception:
            raise raw.failure[0] from None


def values(raw: Raw) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in raw.table.order_by(LINE).to_pyarrow().to_pylist()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("tail", ["", "\n", "\n\n\n"])
def test_encodings_and_line_ends_give_the_same_rows(
    con: Backend, tmp_path: Path, encoding: str, end: str, tail: str
) -> None:
    text = ("姓名,b\n王,1\n\n" + RARE + "," + tail).replace("\n", end)
    raw = rows(con, tmp_path, text.encode(encoding))
    assert raw.headings == ("姓名", "b")
    assert values(raw) == [("王", "1", 1), (RARE, None, 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_character_may_lie_across_two_blocks(
    con: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    sent = [(f"{RARE}{'x' * (number % 3)}{RARE}", str(number)) for number in range(40)]
    text = "a,b\n" + "".join(f"{name},{number}\n" for name, number in sent)
    for block in range(64, 75):
        monkeypatch.setattr(delimited, "_BLOCK", block)
        raw = rows(con, tmp_path, text.encode(encoding))
        assert values(raw) == [(*row, line) for line, row in enumerate(sent, 1)]


@pytest.mark.parametrize("chinese", [1, 20, 40])
@pytest.mark.parametrize("odd", ["", "·", "a\x1fb", "王\x1f", "x王"])
def test_what_is_ascii_and_what_is_not_may_stand_in_one_column(
    con: Backend, tmp_path: Path, chinese: int, odd: str
) -> None:
    names = [RARE + "王"] * chinese + [odd] + ["ascii", ""] * (20 - chinese // 2)
    text = "a,b\n" + "".join(f"{name},{number}\n" for number, name in enumerate(names))
    raw = rows(con, tmp_path, text.encode("gb18030"))
    assert [name for name, *_ in values(raw)] == [name or None for name in names]


@pytest.mark.parametrize("block", [15, 16, 17, 4096])
def test_the_encoding_shows_at_the_first_character_beyond_ascii(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", block)
    path = tmp_path / "x.csv"
    for encoding in ("utf-8", "gb18030"):
        path.write_bytes("0123456789abcde姓名,张三\n".encode(encoding))
        assert delimited.encoding_of(path) == encoding


KINDS = st.sampled_from(["row", "few", "many", "blank", "break"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(KINDS, min_size=1, max_size=40), block=st.integers(48, 90))
def test_every_line_keeps_its_number(
    con: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kinds: list[str], block: int
) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", block)
    made = [kind for kind in kinds if kind != "blank"]
    numbers = iter(range(1, len(made) + 1))
    forms = {"row": "{0},b{0}", "few": "{0}", "many": "{0},b,c", "break": '{0},"b\n{0}"'}
    lines = [forms[kind].format(next(numbers)) if kind != "blank" else "" for kind in kinds]
    content = ("a,b\n" + "\n".join(lines) + "\n").encode()
    if not made:
        with pytest.raises(InputError, match="a heading and no row"):
            rows(con, tmp_path, content)
        return
    raw = rows(con, tmp_path, content)
    torn = [line for line, kind in enumerate(made, 1) if kind in ("few", "many")]
    assert [row.line for row in raw.torn] == torn
    whole = [line for line in range(1, len(made) + 1) if line not in torn]
    breaks = {line for line, kind in enumerate(made, 1) if kind == "break"}
    assert values(raw) == [
        (str(line), f"b\n{line}" if line in breaks else f"b{line}", line) for line in whole
    ]


@pytest.mark.parametrize(
    "text",
    [
        'a,b\n1,2\n3,"张三\n5,6\n7,8\n',
        'a,b\n1,2\n3,"张三\n5,6',
        'a,b,c\n1,2,3\n3,"张三,4\n5,6,7\n',
        'a,"b\n1,2\n3,4\n',
    ],
)
def test_a_quotation_mark_left_open_swallows_no_row_in_silence(
    con: Backend, tmp_path: Path, text: str
) -> None:
    with pytest.raises(InputError) as caught:
        rows(con, tmp_path, text.encode())
    assert "张" not in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("last", ['3,"x\ny"', '3,"x\n"', '3,x"y', '3,5"'])
def test_quotation_marks_that_end_are_read(con: Backend, tmp_path: Path, last: str) -> None:
    raw = rows(con, tmp_path, f"a,b\n1,2\n{last}\n".encode())
    assert [line for *_, line in values(raw)] == [1, 2] and not raw.torn


def test_headings_are_what_stands_above_the_columns(con: Backend, tmp_path: Path) -> None:
    text = '\n\n"a","b\nc",_line,a,,file_row_number\n1,2,3,4,5,6\n1\n'
    raw = rows(con, tmp_path, text.encode("utf-8-sig"))
    assert raw.headings == ("a", "b\nc", "_line", "a", "", "file_row_number")
    assert (values(raw), raw.torn) == ([("1", "2", "3", "4", "5", "6", 1)], [Torn(2, 1)])
