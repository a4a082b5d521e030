"""The project is declared once: lock, conda environment and project file say the same."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from qmcb.paths import ROOT
from qmcb.reports import contracts

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def locked() -> dict[str, Version]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ \\;]+)", LOCK, re.MULTILINE)
    return {name.lower().replace("_", "-"): Version(version) for name, version in pins}


def declared() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"]
    return [Requirement(line) for line in (*PROJECT["dependencies"], *extras["lab"], *extras["dev"])]


def test_every_declared_package_is_locked_at_a_version_that_is_allowed() -> None:
    pins = locked()
    wrong = [
        str(wanted)
        for wanted in declared()
        if not wanted.specifier.contains(pins[wanted.name.lower().replace("_", "-")], prereleases=True)
    ]
    assert wrong == []


def test_every_locked_package_has_hashes() -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", LOCK.strip())
    assert [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_address() -> None:
    assert re.findall(r"https?://|file://|--index-url|--find-links", LOCK) == []


def test_conda_installs_the_same_lock_for_the_same_pythons() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, _, pip = environment["dependencies"]
    assert python == f"python{PROJECT['requires-python']}"
    assert pip == {"pip": ["--require-hashes", "-r requirements.lock"]}


def test_the_page_of_tables_is_what_the_contracts_say() -> None:
    assert (ROOT / "data" / "README.md").read_text("utf-8") == contracts.markdown()
