"""The folder of a plan on disk: runs that can be seen, and beside them what is not finished yet.

Below `out`/<plan>:

- `<UTC time>/`: a finished run; it appears by one rename and is never written to by a run again
- `.run/`: the reports of the run under way that are finished; a report counts from the moment at
  which its record lies in `.run/.records/`, so that the next run can go on from there
- `.work-…/`: one attempt at one report, with everything its kernel puts on disk
- `.old-…/`: a run on its way out
"""

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from qmcb.reports import hashes
from qmcb.reports.execute import TABLES

MANIFEST = "manifest.json"
SIGN_OFF = "sign-off"  # the folder in a run to which whoever stands for it adds his record
_RECORDS = ".records"
_WORK, _OLD = ".work-", ".old-"
Record = dict[str, Any]


class Stage:
    """What a run of a plan has finished so far; whoever makes one holds the plan alone."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / ".run"
        (self.folder / _RECORDS).mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        for left in [*home.glob(f"{_WORK}*"), *home.glob(f"{_OLD}*")]:
            shutil.rmtree(left, ignore_errors=True)  # a kernel may still be ending in it; then the next time

    def finished(self, name: str, origin: str) -> Record | None:
        """The record of a report that an earlier run has finished from the same origin, whole as it was."""
        path = self._record(name)
        try:
            record: Record = json.loads(path.read_text("utf-8"))
            files = hashes.of_files(self._files(name), self.folder)
        except (OSError, ValueError):
            return None
        return record if record["origin"] == origin and record["files"] == files else None

    @contextmanager
    def attempt(self) -> Iterator[Path]:
        """A folder to make a report in, gone afterwards."""
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=self.home, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def keep(self, work: Path, name: str, record: Record) -> Record:
        """Take a report over from the folder in which it was made; its record comes last."""
        self._drop(name)
        (self.folder / TABLES).mkdir(exist_ok=True, mode=0o700)
        for path in [work / f"{name}.ipynb", work / f"{name}.html", work / TABLES / name]:
            path.rename(self.folder / path.relative_to(work))
        record = {**record, "files": hashes.of_files(self._files(name), self.folder)}
        write(self._record(name), json.dumps(record, ensure_ascii=False))
        return record

    def clear(self, names: Collection[str]) -> None:
        """Remove whatever does not belong to these reports, such as half of one."""
        wanted = {path for name in names for path in self._files(name)}
        wanted |= {self._record(name) for name in names}
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if path.is_dir():
                with suppress(OSError):
                    path.rmdir()
            elif path not in wanted:
                path.unlink()
        (self.folder / _RECORDS).mkdir(exist_ok=True, mode=0o700)

    def publish(self, started: datetime) -> Path:
        """Let the run be seen under the time at which it started, or the next second that is free."""
        shutil.rmtree(self.folder / _RECORDS)
        for path in [*hashes.visible(self.folder), self.folder]:
            _settle(path)
        self.folder.chmod(0o755)
        while (final := self.home / started.strftime("%Y%m%dT%H%M%SZ")).exists():
            started += timedelta(seconds=1)
        self.folder.rename(final)
        _settle(self.home)
        return final

    def _record(self, name: str) -> Path:
        return self.folder / _RECORDS / f"{name}.json"

    def _files(self, name: str) -> list[Path]:
        tables = [path for path in (self.folder / TABLES / name).rglob("*") if path.is_file()]
        return [self.folder / f"{name}.ipynb", self.folder / f"{name}.html", *tables]

    def _drop(self, name: str) -> None:
        """Half of a report may lie here; its record goes first."""
        for path in [self._record(name), *self._files(name)]:
            path.unlink(missing_ok=True)
        shutil.rmtree(self.folder / TABLES / name, ignore_errors=True)


def runs(home: Path) -> list[Path]:
    """The finished runs of a plan, the oldest first."""
    return sorted(path.parent for path in home.glob(f"[!.]*/{MANIFEST}"))


def retire(home: Path, keep: int) -> None:
    """Remove finished runs but the last `keep` and those that somebody has signed.

    Each is gone from sight at once or not at all.
    """
    for run in runs(home)[:-keep]:
        if (run / SIGN_OFF).exists():
            continue
        old = home / f"{_OLD}{run.name}"
        run.rename(old)
        shutil.rmtree(old, ignore_errors=True)


def write(path: Path, text: str) -> None:
    """Write a file that is seen whole or not at all, and outlasts a power cut."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, "utf-8")
    _settle(draft)
    draft.replace(path)


def now() -> datetime:
    return datetime.now(UTC)


def _settle(path: Path) -> None:
    """Wait until the disk has it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
