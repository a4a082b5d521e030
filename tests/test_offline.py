"""What an office without a network installs: the locked packages of its platform, and nothing else."""

import re

import pytest

from deploy import offline

HASH = re.compile(r" --hash=sha256:[0-9a-f]{64}")


@pytest.mark.parametrize("platform", offline.PLATFORMS)
def test_every_line_of_the_lock_that_a_platform_needs(platform: str) -> None:
    lines = list(offline.locked(offline.PLATFORMS[platform][0]))
    names = {line.split("==")[0] for line in lines}
    assert len(names) == len(lines) and {"pandas", "duckdb", "flit-core", "jupyterlab"} <= names
    assert ("colorama" in names) == (platform == "windows")
    assert ("ptyprocess" in names) == (platform != "windows")
    assert all(HASH.search(line) and ";" not in line and "://" not in line for line in lines)


def test_an_unknown_platform_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["offline", "somewhere", "amiga"])
    assert offline.main() == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "linux-aarch64" in err and "found amiga" in err
