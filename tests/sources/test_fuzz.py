"""Readers and identity under damaged bytes: read, or refused in one line; what guides them is chance alone.

`python -m benchmarks.fuzz` holds the same with a fuzzer that looks for new ways through the code.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import fuzz

SEEDS = fuzz.seeds()
Damage = tuple[int, int, bytes]
DAMAGES = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 9), st.binary(max_size=9)), max_size=4)


def damaged(content: bytes, damages: list[Damage]) -> bytes:
    """Some bytes at some places cut out and others put there."""
    for place, cut, put in damages:
        at = place % (len(content) + 1)
        content = content[:at] + put + content[at + cut :]
    return content


@pytest.mark.parametrize(
    ("target", "examples"), [("text", 150), ("workbook", 25), ("parquet", 25), ("number", 60), ("name", 60)]
)
def test_damaged_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, target: str, examples: int
) -> None:
    folder = tmp_path_factory.mktemp(target)

    @settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])
    @given(seed=st.sampled_from(SEEDS[target]), damages=DAMAGES)
    def hold(seed: bytes, damages: list[Damage]) -> None:
        fuzz.TARGETS[target](folder, damaged(seed, damages))

    hold()


def test_a_row_lost_is_seen(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = fuzz.delimited._batches
    monkeypatch.setattr(fuzz.delimited, "_batches", lambda *told: (batch[1:] for batch in read(*told)))
    with pytest.raises(AssertionError, match="a row lost"):
        fuzz.TARGETS["text"](tmp_path_factory.mktemp("lost"), SEEDS["text"][0])
