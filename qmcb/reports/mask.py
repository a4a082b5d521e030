"""What stands in a page for a person: case numbers, age bands, and counts too small to show."""

import datetime as dt
import hmac
import os
import secrets
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from qmcb import paths
from qmcb.errors import InputError
from qmcb.reports import suppress as suppress_

FEWEST = suppress_.FEWEST
"""Counts of people below this, other than none, are not shown."""
KEY_FILE = "QMCB_CASE_KEY_FILE"

_SHORTEST_KEY = 16
_CROCKFORD = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", dtype="S1")
_CHARACTERS = 12
_AGE_FROM = (0, 16, 25, 35, 45, 55, 60, 75)
_AGE_LABELS = ("0–15岁", "16–24岁", "25–34岁", "35–44岁", "45–54岁", "55–59岁", "60–74岁", "75岁及以上")
_AGE_UNKNOWN = "不详"
_MARK_FEW = f"“<{FEWEST}”为不足{FEWEST}的计数。"
_MARK_OTHER = "“*”为防止倒推而不显示的计数。"


def case_numbers(keys: pa.Array | Sequence[str], *, key: bytes, prefix: str) -> pa.Array:
    """Case numbers such as ``CF-7KQ2M9XA3FGH``: the same key and row give the same number for ever.

    The first 60 bits of HMAC-SM3 in Crockford's base 32; without `key` nobody finds the person
    by trying numbers. Two of a million cases collide once in two million runs.

    Parameters
    ----------
    keys
        What makes a case unique, such as number and insurance; not null.
    key
        The office's secret, from `read_key`.
    prefix
        The kind of case; the same person has unrelated numbers under two prefixes.
    """
    rows: Sequence[str] = keys.to_pylist() if isinstance(keys, pa.Array) else keys
    start = f"{prefix}\x1f"
    digests = b"".join(hmac.digest(key, (start + row).encode(), "sm3")[:8] for row in rows)
    bits = np.frombuffer(digests, dtype=">u8").astype(np.uint64) >> np.uint64(4)
    places = np.arange(_CHARACTERS - 1, -1, -1, dtype=np.uint64) * np.uint64(5)
    letters = _CROCKFORD[(bits[:, None] >> places) & np.uint64(31)]
    codes = np.ascontiguousarray(letters).view(f"S{_CHARACTERS}").ravel().astype(str)
    return pc.binary_join_element_wise(prefix, pa.array(codes, pa.string()), "-")


def read_key(path: Path | None, source: Path) -> bytes:
    """The office's secret for case numbers, which nobody but its owner may read.

    From `path`, else the file that the environment variable QMCB_CASE_KEY_FILE names, else
    ``case.key`` in the source (the sample carries one), else a private file of this user, made
    at the first use with mode 0600.

    Raises
    ------
    InputError
        The file cannot be read, lies within the project, can be read by others (but the one in
        the source), or holds fewer than 16 bytes.
    """
    named = path or (Path(os.environ[KEY_FILE]) if os.environ.get(KEY_FILE) else None)
    demonstration = source / "case.key"
    file = named or (demonstration if demonstration.exists() else _own_key())
    if named and named.resolve().is_relative_to(paths.ROOT):
        raise InputError("a case key outside the project", str(file), f"move it, and set {KEY_FILE}")
    try:
        if file != demonstration and os.name == "posix" and file.stat().st_mode & 0o077:
            raise InputError("a case key that only its owner can read", str(file), f"chmod 600 {file}")
        key = file.read_bytes()
    except OSError as error:
        found = f"{file}: {error.strerror}"
        raise InputError("a readable key file for case numbers", found, f"set {KEY_FILE}") from None
    if len(key) < _SHORTEST_KEY:
        expected = f"a case key of at least {_SHORTEST_KEY} bytes"
        raise InputError(expected, f"{len(key)} in {file}", "give a file of 32 random bytes")
    return key


def _own_key() -> Path:
    base = os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    file = Path(base) / "qmcb" / "case.key"
    if not file.exists():
        _write_private(file, secrets.token_bytes(32))
    return file


def _write_private(file: Path, content: bytes) -> None:
    """Whole or not at all; where two start at once, the first one's stays."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=file.parent)  # mode 0600
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
            os.link(draft, file)
        finally:
            os.unlink(draft)
    except FileExistsError:
        pass
    except OSError as error:
        found = f"{file.parent}: {error.strerror}"
        raise InputError("a folder for the case key", found, f"set {KEY_FILE} to a key file") from None


def age_band(births: pa.Array | pa.ChunkedArray, on: dt.date) -> pa.Array:
    """Age bands of birth dates (date32) at a date; 不详 where the birth is unknown or later."""
    later = pc.or_(
        pc.greater(pc.month(births), on.month),
        pc.and_(pc.equal(pc.month(births), on.month), pc.greater(pc.day(births), on.day)),
    )
    ages = pc.subtract(pc.subtract(on.year, pc.year(births)), pc.cast(later, pa.int64()))
    years = np.asarray(pc.fill_null(ages, -1), dtype=np.int64)
    labels = np.array([_AGE_UNKNOWN, *_AGE_LABELS], dtype=object)
    return pa.array(labels[np.searchsorted(_AGE_FROM, years, side="right")], pa.string())


def suppress(count: int) -> str:
    """A count of people as text, thousands separated; ``<5`` for one to four."""
    return f"<{FEWEST}" if 0 < count < FEWEST else f"{count:,}"


def text(count: int, unseen: bool) -> str:
    """A count of people as text where the page decides on what is not shown; see `marked`."""
    return "*" if unseen and count >= FEWEST else suppress(count)


def hidden(counts: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which cells not to show: those of one to four, and what else would give these away.

    The total of a list, and of each row and column of a matrix, is thought to be known from elsewhere.
    """
    return suppress_.table(counts)["cells"]


def explanation(texts: Iterable[str]) -> str:
    """What ``<5`` and ``*`` among `texts` mean, for the note of a picture or table; else empty."""
    marks = {text[:1] for text in texts}
    return _MARK_FEW * ("<" in marks) + _MARK_OTHER * ("*" in marks)


def suppress_all(counts: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Texts of the counts: ``<5`` for one to four, ``*`` for others that would give those away."""
    return marked(counts, hidden(counts))


def marked(counts: npt.ArrayLike, hide: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Texts of the counts, where `hide` says which of five and more are not shown."""
    cells = np.asarray(counts)
    texts = np.array([suppress(int(count)) for count in cells.ravel()], dtype=object).reshape(cells.shape)
    texts[np.asarray(hide, bool) & (cells >= FEWEST)] = "*"
    return texts
