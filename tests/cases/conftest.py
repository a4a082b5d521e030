"""The town's source, and a store that has taken nothing yet."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from qmcb.cases import store
from qmcb.cases.store import Store

from . import town


@pytest.fixture(scope="session")
def place(source: Callable[[Mapping[str, Any]], Path], number: Callable[..., str]) -> Path:
    """The folder that the town's runs are made from."""
    return source(town.tables(number))


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[Store]:
    with store.opened(town.new_store(tmp_path / "cases.duckdb"), town.KEY) as opened:
        yield opened
