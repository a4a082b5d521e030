"""An auditor's questions: is it what it was, does it come out again, what changed, who stood for it."""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from qmcb import cli, paths
from qmcb.errors import InputError, RunError
from qmcb.reports import manifest, plan, run, signoff, verify
from qmcb.studies import named
from tests.reports import office


@pytest.fixture
def made(undisturbed: Path, tmp_path: Path) -> Path:
    """A run of one's own, to be changed."""
    return Path(shutil.copytree(undisturbed, tmp_path / "20240630T010000Z"))


def edit(run_: Path, change: Callable[[Any], object], file: str = "manifest.json") -> Path:
    told = json.loads((run_ / file).read_text("utf-8"))
    change(told)
    (run_ / file).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return run_


def looked(run_: Path, keys: Path | None = None) -> tuple[bool, list[str]]:
    lines: list[str] = []
    return verify.verify(run_, keys, again=False, say=lines.append), lines


def differs(before: Path, after: Path) -> tuple[bool, list[str]]:
    lines: list[str] = []
    return verify.diff(before, after, say=lines.append), lines


def key(folder: Path, name: str, password: bytes | None = None) -> Path:
    """A key pair: the private one in a file of its owner's, the public one in `folder`/keys."""
    private = Ed25519PrivateKey.generate()
    sealed = BestAvailableEncryption(password) if password else NoEncryption()
    file = folder / f"{name}.key"
    file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
    file.chmod(0o600)
    (folder / "keys").mkdir(exist_ok=True)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "keys" / f"{name}.pub").write_bytes(public)
    return file


def test_a_run_as_it_was(made: Path) -> None:
    assert looked(made) == (True, ["6 files, 0 sign-offs: as recorded"])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda run_: (run_ / "01_count.html").write_text("other"),
            "01_count.html: changed after the run was",
        ),
        (lambda run_: (run_ / "01_count.html").unlink(), "01_count.html: is gone after the run was made"),
        (lambda run_: (run_ / "more.html").write_text("x"), "more.html: was added after the run was made"),
        (
            lambda run_: edit(run_, lambda book: book["cells"][3]["outputs"].clear(), "01_count.ipynb"),
            "01_count: cell 3 shows something else (import csv)",
        ),
        (
            lambda run_: (run_ / "tables" / "02_save" / "regions.parquet").unlink(),
            "02_save: table regions.parquet differs, 2 rows before and none after",
        ),
        (lambda run_: (run_ / "02_save.ipynb").write_text("{"), "02_save: cannot be read"),
        (
            lambda run_: edit(run_, lambda told: told["predicate"].update(content="0")),
            "manifest.json: the content hash of the run is not that of its reports",
        ),
    ],
)
def test_whatever_was_changed_is_told(made: Path, change: Callable[[Path], object], says: str) -> None:
    change(made)
    same, lines = looked(made)
    assert not same and lines[0].endswith(": not as recorded")
    assert any(line.startswith(says) for line in lines), lines
    assert not any("\n" in line for line in lines)


def test_made_again_it_is_the_same_and_another_input_is_the_reason_where_not(
    undisturbed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.main(["verify", str(undisturbed)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "6 files, 0 sign-offs: as recorded",
        "01_count: made again, 2 cells and 0 tables: the same",
        "02_save: made again, 3 cells and 1 tables: the same",
    ]
    home = undisturbed.parents[2]
    deaths = home / "source" / "deaths.csv"
    try:
        deaths.write_text(office.ROWS + ",甲乙丙,640106,2024-03-01\n", "utf-8")
        assert cli.main(["verify", str(undisturbed)]) == cli.EXIT_RUN
        lines = capsys.readouterr().out.splitlines()
        assert "01_count: cell 3 shows something else (import csv)" in lines
        assert "02_save: table regions.parquet differs, 2 rows before and 3 rows after" in lines
        assert lines[-1] == "why: input deaths.csv: changed"

        monkeypatch.setattr(paths, "NOTEBOOKS", home / "notebooks")
        after = run.run(plan.load(home / "plan.yaml"), tmp_path / "out", lambda _: None, named.of_source)
        assert cli.main(["diff", str(undisturbed), str(after)]) == cli.EXIT_RUN
        assert capsys.readouterr().out.splitlines() == lines[3:]
    finally:
        deaths.write_text(office.ROWS, "utf-8")


def test_without_its_inputs_a_run_is_not_made_again(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def move(told: Any) -> None:
        for report in told["predicate"]["reports"]:
            report["parameters"]["source"] = "/nowhere/source"

    edit(made, move)
    assert cli.main(["verify", str(made)]) == cli.EXIT_RUN
    told = capsys.readouterr().out
    assert "not made again: expected the folder of tables; found no folder /nowhere/source" in told


def test_a_notebook_that_is_not_repeatable_is_called_so(
    undisturbed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qmcb.reports import content, execute

    monkeypatch.setattr(execute, "execute", lambda *_: None)
    told = manifest.read(undisturbed).reports["01_count"]["content"]
    monkeypatch.setattr(verify, "_content", lambda _: [])
    monkeypatch.setattr(content, "of_report", lambda *_: {**told, "cells": {**told["cells"], "3": "0"}})
    lines: list[str] = []
    assert not verify.verify(undisturbed, None, again=True, say=lines.append)
    assert lines[-1] == "why: same inputs, rules, code and packages: the notebook itself is not repeatable"


def _first(told: Any) -> Any:
    return told["predicate"]["reports"][0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda told: _first(told)["inputs"][0].update(sha256="0"), "input deaths.csv: changed"),
        (lambda told: _first(told)["inputs"].clear(), "input deaths.csv: gone"),
        (
            lambda told: _first(told)["parameters"].update(period="2024-07"),
            "01_count: parameter period: 2024-06 before and 2024-07 after",
        ),
        (lambda told: _first(told)["notebook"].update(sha256="0"), "notebook 01_count: another one"),
        (
            lambda told: _first(told).update(case_key="KEY-0"),
            "case key: another one, so that all case numbers",
        ),
        (
            lambda told: told["predicate"]["rules"]["policy/duplicates/maternity_twice.yaml"].update(
                sha256="0"
            ),
            "rule policy/duplicates/maternity_twice.yaml: changed",
        ),
        (lambda told: told["predicate"]["code"]["files"].update({"cli.py": "0"}), "code cli.py: changed"),
        (
            lambda told: told["predicate"]["reference"].pop("counties_64.csv"),
            "reference data counties_64.csv: gone",
        ),
        (
            lambda told: told["predicate"]["environment"]["packages"].update(papermill="9.9"),
            "package papermill: ",
        ),
        (lambda told: told["predicate"]["environment"].update(python="3.99"), "python: "),
    ],
)
def test_what_may_explain_a_difference_is_named(
    undisturbed: Path, made: Path, change: Callable[[Any], object], says: str
) -> None:
    same, lines = differs(undisturbed, edit(made, change))
    assert not same and lines[0] == "the reports say the same"
    assert len(lines) == 2 and lines[1].startswith(f"though: {says}"), lines


def test_an_output_changed_by_hand_is_no_period_s_news(undisturbed: Path, made: Path) -> None:
    edit(made, lambda book: book["cells"][3]["outputs"].clear(), "01_count.ipynb")
    same, lines = differs(undisturbed, made)
    assert not same and lines == [
        "20240630T010000Z/01_count.ipynb: changed after the run was made",
        "01_count: cell 3 shows something else (import csv)",
        "why: same inputs, rules, code and packages; one of them was changed, or is not repeatable",
    ]


def test_two_equal_runs(undisturbed: Path, made: Path) -> None:
    assert differs(undisturbed, made) == (True, ["the reports say the same"])


@pytest.mark.parametrize("found", ["", "{", "{}", "[]", '{"_type": 1, "predicateType": 2}'])
def test_a_folder_that_is_no_run(tmp_path: Path, found: str, capsys: pytest.CaptureFixture[str]) -> None:
    if found:
        (tmp_path / "manifest.json").write_text(found)
    for command in (["verify", str(tmp_path)], ["diff", str(tmp_path), str(tmp_path)]):
        assert cli.main(command) == cli.EXIT_INPUT
        error = capsys.readouterr().err
        assert error.startswith("qmcb: expected the folder of a run; found") and error.count("\n") == 1


def test_three_people_sign_and_a_page_changed_later_is_told(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for role, name in zip(("prepared", "reviewed", "approved"), ("a", "b", "c"), strict=True):
        assert cli.main(["sign", str(made), "--as", role, "--key", str(key(tmp_path, name))]) == 0
    monkeypatch.setenv(signoff.KEYS, str(tmp_path / "keys"))
    assert [(state.role, state.by, state.problem) for state in signoff.states(made)] == [
        ("prepared", "a", None),
        ("reviewed", "b", None),
        ("approved", "c", None),
    ]
    assert looked(made) == (True, ["6 files, 3 sign-offs: as recorded"])
    (made / "01_count.html").write_text("other", "utf-8")
    says = "01_count.html: changed after the run was made and was signed as prepared, reviewed, approved"
    assert looked(made) == (False, ["6 files, 3 sign-offs: not as recorded", says])
    with pytest.raises(RunError, match="not signed: 01_count"):
        verify.sign(made, "approved", tmp_path / "c.key")
    assert list(made.glob("sign-off/.*")) == []


def test_a_signature_that_does_not_hold_is_told(undisturbed: Path, made: Path, tmp_path: Path) -> None:
    signoff.sign(made, "prepared", key(tmp_path, "a"))
    same, lines = differs(undisturbed, made)
    assert not same and lines == ["the reports say the same", "sign-off prepared: new"]
    keys = tmp_path / "keys"
    record = made / "sign-off" / "prepared.json"
    whole = record.read_text("utf-8")

    (made / "sign-off" / "reviewed.json").write_text(whole, "utf-8")
    assert "sign-off/reviewed.json: signed for another role" in looked(made, keys)[1]
    (made / "sign-off" / "reviewed.json").unlink()

    edit(made, lambda told: told.update(more=1))
    assert "manifest.json changed after it was signed as prepared" in looked(made)[1]
    shutil.copy(undisturbed / "manifest.json", made / "manifest.json")
    assert looked(made, keys)[0]

    def forge(told: Any) -> None:
        payload = base64.b64decode(told["payload"]).replace(b"20", b"19", 1)
        told["payload"] = base64.b64encode(payload).decode()

    for change in (forge, lambda told: told["signatures"][0].update(sig="AAAA"), lambda told: told.clear()):
        record.write_text(whole, "utf-8")
        edit(made, change, "sign-off/prepared.json")
        assert "sign-off/prepared.json: the signature does not hold" in looked(made, keys)[1]

    record.write_text(whole, "utf-8")
    (keys / "a.pub").unlink()
    key(tmp_path, "b")
    says = "sign-off/prepared.json: signed with a key that is not registered"
    assert says in looked(made, keys)[1] and looked(made)[0]


def test_who_may_not_sign(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = key(tmp_path, "a")
    with pytest.raises(InputError, match="a run that is signed as prepared; found none"):
        signoff.sign(made, "reviewed", first)
    signoff.sign(made, "prepared", first)
    with pytest.raises(InputError, match="a run not yet signed as prepared"):
        signoff.sign(made, "prepared", key(tmp_path, "b"))
    with pytest.raises(InputError, match="another key for each role; found the key that signed as prepared"):
        signoff.sign(made, "reviewed", first)
    (made / "sign-off" / "prepared.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="sign-offs that hold"):
        signoff.sign(made, "reviewed", key(tmp_path, "c"))
    assert signoff.roles(made) == ["prepared"]


def test_keys_that_cannot_be_used(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(file: Path) -> str:
        with pytest.raises(InputError) as caught:
            signoff.sign(made, "prepared", file)
        assert not (made / "sign-off").exists()
        return str(caught.value)

    good = key(tmp_path, "a")
    assert "No such file" in refused(tmp_path / "none")
    good.chmod(0o640)
    assert "a key that only its owner can read" in refused(good)
    assert "outside the project and its runs" in refused(Path(shutil.copy(good, made / "a.key")))
    (made / "a.key").unlink()
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert "outside the project and its runs" in refused(good)
    monkeypatch.undo()
    other = tmp_path / "other"
    other.write_text("not a key")
    other.chmod(0o600)
    assert "something else in" in refused(other)
    sealed = key(tmp_path, "s", b"right")
    monkeypatch.setattr("getpass.getpass", lambda _: "wrong")
    assert "or another password" in refused(sealed)
    monkeypatch.setattr("getpass.getpass", lambda _: "right")
    signoff.sign(made, "prepared", sealed)
    (tmp_path / "keys" / "x.pub").write_text("no key")
    with pytest.raises(InputError, match=r"a public Ed25519 key in PEM in x\.pub"):
        signoff.states(made, tmp_path / "keys")
    with pytest.raises(InputError, match="none in"):
        signoff.states(made, made)
