"""Samples that several files look at, read and linked once a session.

They are only looked at: whoever deletes rows, closes the book or reads another month opens an own one.
The files that share one run on one worker (see tests/conftest.py).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from qmcb.studies import cross_province, truth
from qmcb.studies.cross_province import CrossProvince
from qmcb.studies.data_quality import DataQuality
from qmcb.studies.registry import Registry
from tests.conftest import few_pairs


def _opened(folder: Path) -> Iterator[CrossProvince]:
    with few_pairs():
        study = cross_province.open_study(str(folder), province="64", period="2024-06")
    yield study
    study.book.close()


@pytest.fixture(scope="session")
def linked(small: Path) -> Iterator[CrossProvince]:
    """The small sample up to June 2024."""
    yield from _opened(small)


@pytest.fixture(scope="session")
def of_registry(linked: CrossProvince) -> Registry:
    """What notebook 03 asks of it."""
    return Registry(linked.facts)


@pytest.fixture(scope="session")
def of_quality(linked: CrossProvince) -> DataQuality:
    """What notebook 01 asks of it."""
    return DataQuality(linked, None)


@pytest.fixture(scope="session")
def linked_again(small: Path) -> Iterator[CrossProvince]:
    """The same, read and linked anew."""
    yield from _opened(small)


@pytest.fixture(scope="session")
def default_study(default_sample: Path) -> Iterator[CrossProvince]:
    """The default sample, linked as well as it can be."""
    study = truth.opened(default_sample)
    yield study
    study.book.close()
