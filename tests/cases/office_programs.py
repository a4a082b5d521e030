"""LibreOffice as an office uses it: it opens a workbook with the password, fills in a cell, and saves."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

SOFFICE = shutil.which("soffice")
_SECONDS = 60
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false">{elements}</library:library>
"""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Fill"
 script:language="StarBasic">{code}</script:module>
"""
_CODE = """
Sub Main(source As String, word As String, sheet As String, answer As String)
  On Error GoTo Over
  Dim opening(1) As New com.sun.star.beans.PropertyValue
  opening(0).Name = "Hidden" : opening(0).Value = True
  opening(1).Name = "Password" : opening(1).Value = word
  document = StarDesktop.loadComponentFromURL(source, "_blank", 0, opening())
  Dim saving(0) As New com.sun.star.beans.PropertyValue
  saving(0).Name = "FilterName" : saving(0).Value = "calc_pdf_Export"
  document.storeToURL(source &amp; ".pdf", saving())
  document.Sheets.getByName(sheet).getCellByPosition(16, 1).String = answer
  document.store()
  document.close(True)
Over:
  StarDesktop.terminate()
End Sub
"""


def fill(file: Path, password: str, sheet: str, answer: str, folder: Path) -> tuple[Path, Path]:
    """Open with a password, print, answer the first row and save: where the workbook and the print lie.

    There is no print where the workbook could not be opened.
    """
    run(folder, "--terminate_after_init")  # the first start fills the profile
    basic = folder / "profile" / "user" / "basic" / "Standard"
    element = '<library:element library:name="Fill"/>'
    (basic / "script.xlb").write_text(_LIBRARY.format(elements=element), "utf-8")
    (basic / "dialog.xlb").write_text(_LIBRARY.format(elements=""), "utf-8")
    (basic / "Fill.xba").write_text(_MODULE.format(code=_CODE), "utf-8")
    back = folder / "back.xlsx"
    shutil.copy(file, back)
    told = (back.as_uri(), password, sheet, answer)
    quoted = ",".join(f'"{text}"' for text in told)
    run(folder, f"macro:///Standard.Fill.Main({quoted})")
    return back, folder / "back.xlsx.pdf"


def run(folder: Path, *arguments: str) -> None:
    """LibreOffice with a profile of its own in `folder`; ended where it waits for somebody."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--nologo", "--norestore", *arguments]
    quiet = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
    with subprocess.Popen(command, start_new_session=True, **quiet) as own:
        try:
            own.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(own.pid, signal.SIGKILL)
