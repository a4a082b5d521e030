"""A workbook in another program than ours: it opens, keeps text as text, and comes back with its seals."""

import shutil
import subprocess
from pathlib import Path

import pytest

from qmcb.cases.store import Store

from . import office_programs, town

TWICE, CLEARED = "重复参保", "排除：不是同一人"
needs_libreoffice = pytest.mark.skipif(
    not office_programs.SOFFICE, reason="LibreOffice (soffice) is not installed"
)


@needs_libreoffice
def test_libreoffice_fills_a_workbook_in_and_it_is_taken(sent: Path, waiting: Store, tmp_path: Path) -> None:
    back, printed = office_programs.fill(sent, town.PASSWORD, TWICE, CLEARED, tmp_path)
    assert printed.read_bytes().startswith(b"%PDF")
    names = [town.opened(back)[TWICE].cell(row, 3) for row in range(2, 8)]
    assert [cell.value for cell in names] == [*town.NAMES[:5], "欧阳〓修"]
    assert {cell.data_type for cell in names} == {"s"}
    taken = town.answer(waiting, back)
    assert (taken.counts["accepted"], taken.counts["unanswered"]) == (1, 6)


@needs_libreoffice
def test_libreoffice_does_not_open_it_without_the_password(sent: Path, tmp_path: Path) -> None:
    office_programs.run(tmp_path, "--convert-to", "csv", "--outdir", str(tmp_path), str(sent))
    assert not list(tmp_path.glob("*.csv"))


NODE = shutil.which("node")
# What of a browser the page's script asks for; prints what the page shows after the password is given.
_BROWSER = """
const fields = { input: { value: process.argv[2] }, "[role=alert]": { textContent: "" } };
let submit;
globalThis.crypto ??= require("crypto").webcrypto;
globalThis.document = {
  forms: [{ addEventListener: (_, listener) => { submit = listener; } }],
  querySelector: name => fields[name],
  documentElement: { innerHTML: "" },
};
(0, eval)(require("fs").readFileSync(process.argv[1], "utf-8"));
submit({ preventDefault() {} }).then(() =>
  console.log(document.documentElement.innerHTML || fields["[role=alert]"].textContent));
"""


@pytest.mark.skipif(not NODE, reason="node, which runs the page's script, is not installed")
@pytest.mark.parametrize(("word", "opens"), [(town.PASSWORD, True), ("another password", False)])
def test_the_letters_open_with_the_password_alone(sent: Path, tmp_path: Path, word: str, opens: bool) -> None:
    page = next(sent.parent.glob("*.html")).read_text("utf-8")
    (tmp_path / "page.js").write_text(page.split("<script>")[1].split("</script>")[0], "utf-8")
    command = [str(NODE), "-e", _BROWSER, str(tmp_path / "page.js"), word]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert ("+李四：" in told) is opens and (told == "口令不对，或者浏览器过旧。\n") is not opens
