"""What the tests of identity have in common."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import pytest

Shapes = Callable[[Sequence[str | None]], list[pa.Array | pa.ChunkedArray]]


@pytest.fixture(scope="session")
def shapes() -> Shapes:
    """The same values in every Arrow form in which a column may come."""

    def of(values: Sequence[str | None]) -> list[pa.Array | pa.ChunkedArray]:
        plain = pa.array(values, pa.string())
        padded = pa.array(["垫", None, *values, "x", "64"], pa.string()).slice(2, len(values))
        half = len(values) // 2
        chunks = [plain.slice(0, half), padded.slice(half), plain.slice(0, 0)]
        return [
            plain,
            padded,
            padded.cast(pa.large_string()),
            padded.dictionary_encode(),
            pa.chunked_array(chunks, pa.string()),
            pa.chunked_array([plain.dictionary_encode()]),
        ]

    return of
