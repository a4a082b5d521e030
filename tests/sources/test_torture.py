"""Everything is read rightly or refused in one clear line; no row is lost, and none changes in silence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from torture import RIGHT, TORMENTS, write

from qmcb import balance
from qmcb.errors import InputError
from qmcb.sources import book

CHANGED = {"quotation marks in a text": '王"小"伟', "a very long text": "x" * 200_000}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    yield write(tmp_path_factory.mktemp("torture"))


@pytest.mark.parametrize("name", [name for name, torment in TORMENTS.items() if torment.refused])
def test_what_cannot_be_read_is_refused_in_one_line(made: dict[str, Path], name: str) -> None:
    with pytest.raises(InputError) as caught:
        book.read(made[name])
    message = str(caught.value)
    assert TORMENTS[name].refused in message, message  # type: ignore[operator]
    assert "\n" not in message and message.startswith("expected ")
    assert not any(told in message for told in ("王伟", "张三", "1101051949", "买买提", "𠮷"))


@pytest.mark.parametrize("name", [name for name, torment in TORMENTS.items() if not torment.refused])
def test_what_can_be_read_is_read_whole(made: dict[str, Path], name: str) -> None:
    torment = TORMENTS[name]
    with book.read(made[name]) as opened:
        balance.check(opened.balance())
        rows = opened["benefits"].to_pyarrow().to_pylist()
        apart = opened.quarantine.order_by("line").to_pyarrow().to_pylist()
        read = sum(file.read for file in opened.files)
    assert sorted(row["record_id"] for row in rows) == sorted(torment.accepted)
    assert tuple(row["rule"] for row in apart) == torment.apart
    assert read == len(rows) + len(apart)
    for row in rows:
        assert row["monthly_amount"] == RIGHT[row["record_id"]][1]
        expected = CHANGED.get(name, "王伟") if row["record_id"] == "B1" else RIGHT[row["record_id"]][0]
        assert row["name"] == expected
    assert not any(told in str(apart) for told in ("王伟", "1101051949", "20170230"))
