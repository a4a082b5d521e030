"""What is shown for a clock is what systemd, cron and the command line accept."""

import re
import shutil
import subprocess

import pytest

from qmcb import cli
from qmcb.paths import ROOT

FOLDER = ROOT / "docs" / "schedule"


@pytest.mark.parametrize(("file", "line"), [("qmcb.service", r"^ExecStart=.*"), ("qmcb.cron", r"^\d.*")])
def test_the_command_of_a_schedule_is_one(file: str, line: str) -> None:
    found = re.search(line, (FOLDER / file).read_text("utf-8"), re.MULTILINE)
    assert found
    words = found[0].split("bin/qmcb ")[1].split(" >>")[0].split()
    options = cli._parser().parse_args(words)
    assert options.command is cli._run and (ROOT / "params" / options.plan.name).is_file()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_accepts_the_units() -> None:
    units = [str(FOLDER / f"qmcb.{kind}") for kind in ("service", "timer")]
    told = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    ours = [text for text in told.stderr.splitlines() if "qmcb." in text]
    assert (told.returncode, ours) == (0, [])


def test_every_exit_code_is_explained() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert told == {0, *(value for name, value in vars(cli).items() if name.startswith("EXIT_"))}
