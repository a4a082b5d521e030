"""One undisturbed run of the light notebooks, for whatever looks at a finished run."""

from pathlib import Path

import pytest

from qmcb import paths
from qmcb.reports import plan, run
from qmcb.studies import named
from tests.reports import office


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run; to be copied by whoever changes it."""
    folder = office.make(tmp_path_factory.mktemp("office"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "NOTEBOOKS", folder / "notebooks")
        return run.run(plan.load(folder / "plan.yaml"), folder / "out", lambda _: None, named.of_source)
