"""The town's source, and a store that has taken nothing yet."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.method.ecma376_agile import ECMA376Agile

from qmcb.cases import store
from qmcb.cases.store import Store

from . import town


@pytest.fixture(scope="session")
def place(source: Callable[[Mapping[str, Any]], Path], number: Callable[..., str]) -> Path:
    """The folder that the town's runs are made from."""
    return source(town.tables(number))


@pytest.fixture(scope="session", autouse=True)
def passwords_once() -> Iterator[None]:
    """The 100,000 hashes of one password and salt are computed once, not for each reading."""
    with pytest.MonkeyPatch.context() as patch:
        name = "_derive_iterated_hash_from_password"
        patch.setattr(ECMA376Agile, name, staticmethod(cache(getattr(ECMA376Agile, name))))
        yield


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[Store]:
    with store.opened(town.new_store(tmp_path / "cases.duckdb"), town.KEY) as opened:
        yield opened
