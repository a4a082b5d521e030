"""Sample provinces that several tests look at."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from qmcb.sample.province import make

Read = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("default") / "sample"
    make(folder)
    return folder


@pytest.fixture(scope="session")
def read(province: Path) -> Read:
    return lambda name: pd.read_parquet(province / f"{name}.parquet")
