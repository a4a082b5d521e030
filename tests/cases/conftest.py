"""The town's source, a store that has taken nothing yet, and one that waits for an office's answers."""

import shutil
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


@pytest.fixture(scope="session")
def made(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that has sent six pairs and one missing person to an office, and the folder sent to."""
    folder = tmp_path_factory.mktemp("made")
    doubts = [*(town.pair(at) for at in range(6)), town.lack(0, office="640104")]
    with store.opened(town.new_store(folder / "cases.duckdb"), town.KEY) as cases:
        town.take(cases, town.run(doubts, place))
        town.send(cases, place, folder / "out")
    return folder


@pytest.fixture
def waiting(made: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of that store, to be changed."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with store.opened(tmp_path / "cases.duckdb", town.KEY) as cases:
        yield cases


@pytest.fixture
def sent(waiting: Store, tmp_path: Path) -> Path:
    """The workbook that was sent, its letters beside it."""
    (file,) = (tmp_path / "out").glob("*.xlsx")
    return file


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[Store]:
    with store.opened(town.new_store(tmp_path / "cases.duckdb"), town.KEY) as opened:
        yield opened
