"""Hashes of files and of plain values, the same on every machine."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def of_file(path: Path) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def of_files(files: Iterable[Path], below: Path) -> dict[str, str]:
    """SHA-256 by path below a folder, in the order of the paths."""
    return {path.relative_to(below).as_posix(): of_file(path) for path in sorted(files)}


def of_value(value: object) -> str:
    """SHA-256 of what JSON can hold: mappings by the order of their keys, no spaces."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def visible(folder: Path) -> list[Path]:
    """The files below a folder that are not hidden nor in a hidden folder, sorted."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
