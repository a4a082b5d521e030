import datetime as dt
import hmac
import os
import re
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from qmcb import paths
from qmcb.errors import InputError
from qmcb.reports import mask

KEY = bytes(range(32))


def test_case_numbers_are_stable_and_opaque() -> None:
    numbers = mask.case_numbers(["640104199001011234|310", "640104199001011234|110"], key=KEY, prefix="CF")
    assert (
        numbers.to_pylist()
        == mask.case_numbers(
            pa.array(["640104199001011234|310", "640104199001011234|110"]), key=KEY, prefix="CF"
        ).to_pylist()
    )
    assert all(re.fullmatch(r"CF-[0-9A-HJKMNP-TV-Z]{12}", number) for number in numbers.to_pylist())
    digest = hmac.new(KEY, b"CF\x1f640104199001011234|310", "sm3").hexdigest()
    bits = f"{int(digest, 16):0256b}"
    letters = ("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[int(bits[at : at + 5], 2)] for at in range(0, 60, 5))
    assert numbers[0].as_py() == f"CF-{''.join(letters)}"


def test_case_numbers_depend_on_key_and_prefix() -> None:
    def tail(key: bytes, prefix: str) -> str:
        return str(mask.case_numbers(["x"], key=key, prefix=prefix)[0]).split("-")[1]

    assert len({tail(KEY, "CF"), tail(KEY, "LB"), tail(KEY[::-1], "CF")}) == 3
    assert mask.case_numbers([], key=KEY, prefix="CF").to_pylist() == []


def test_many_cases_do_not_collide() -> None:
    numbers = mask.case_numbers([str(at) for at in range(50_000)], key=KEY, prefix="CF")
    assert len(numbers.unique()) == 50_000


def private(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    file.chmod(0o600)


def test_key_from_the_source_else_a_private_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(mask.KEY_FILE, raising=False)
    monkeypatch.delenv("APPDATA", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    own = mask.read_key(None, tmp_path)
    file = tmp_path / "config" / "qmcb" / "case.key"
    assert len(own) == 32 and own == mask.read_key(None, tmp_path) == file.read_bytes()
    assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    (tmp_path / "case.key").write_bytes(KEY)
    assert mask.read_key(None, tmp_path) == KEY
    private(tmp_path / "office.key", KEY[::-1])
    monkeypatch.setenv(mask.KEY_FILE, str(tmp_path / "office.key"))
    assert mask.read_key(None, tmp_path) == KEY[::-1]
    assert mask.read_key(tmp_path / "case.key", tmp_path) == KEY
    file.chmod(0o640)
    (tmp_path / "case.key").unlink()
    monkeypatch.delenv(mask.KEY_FILE)
    with pytest.raises(InputError, match="only its owner can read"):
        mask.read_key(None, tmp_path)


def test_a_bad_key_file_is_one_line(tmp_path: Path) -> None:
    private(tmp_path / "short", b"secret")
    private(tmp_path / "open", b"a secret of many bytes")
    (tmp_path / "open").chmod(0o604)
    inside = paths.ROOT / "case.key"
    for file, found in (
        (tmp_path / "short", "found 6"),
        (tmp_path / "none", "No such file"),
        (tmp_path / "open", "only its owner can read"),
        (inside, "outside the project"),
    ):
        with pytest.raises(InputError, match=found) as raised:
            mask.read_key(file, tmp_path)
        assert "secret" not in str(raised.value) and "\n" not in str(raised.value)


def test_age_bands_turn_on_the_birthday() -> None:
    births = [dt.date(2001, 12, 31), dt.date(2002, 1, 1), dt.date(1957, 12, 31), None, dt.date(2018, 1, 2)]
    bands = mask.age_band(pa.array(births, pa.date32()), dt.date(2017, 12, 31))
    assert bands.to_pylist() == ["16–24岁", "0–15岁", "60–74岁", "不详", "不详"]


def test_counts_of_a_few_are_not_shown() -> None:
    assert [mask.suppress(count) for count in (0, 1, 4, 5, 7_202_654)] == ["0", "<5", "<5", "5", "7,202,654"]
    assert mask.suppress_all([100, 3, 0, 7]).tolist() == ["100", "<5", "0", "*"]
    assert mask.explanation(["100", "7"]) == ""
