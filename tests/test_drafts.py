"""Files appear together and whole, or what was there before stays."""

from pathlib import Path

import pytest

from qmcb.drafts import drafts


def test_all_appear_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("old")
    with pytest.raises(ZeroDivisionError), drafts(first, second) as written:
        for draft in written:
            draft.write_text("new")
        assert first.read_text() == "old" and not second.exists()
        raise ZeroDivisionError
    assert first.read_text() == "old" and list(tmp_path.iterdir()) == [first]
    with drafts(first, second) as written:
        for draft in written:
            draft.write_text("new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert first.read_text() == second.read_text() == "new"


def test_the_first_is_there_last(tmp_path: Path) -> None:
    """Where one cannot be put in place, the first has not been."""
    first, second = tmp_path / "a", tmp_path / "b"
    (second / "in the way").mkdir(parents=True)
    with pytest.raises(OSError), drafts(first, second) as written:
        for draft in written:
            draft.write_text("new")
    assert not first.exists()
