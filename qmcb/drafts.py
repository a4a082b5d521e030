"""Files that appear whole or not at all: written beside their places, and then put there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def drafts(*places: Path) -> Iterator[tuple[Path, ...]]:
    """A path to write for each of some files of one folder; they are put in place when the block ends well.

    The first file is put there last, so that it tells that the others are there. What was there before
    stays where the block fails, and nobody but the owner can read a draft.
    """
    first = places[0]
    with tempfile.TemporaryDirectory(prefix=f".{first.name}-", dir=first.parent) as staging:
        written = tuple(Path(staging) / place.name for place in places)
        yield written
        for draft, place in reversed(list(zip(written, places, strict=True))):
            os.replace(draft, place)
