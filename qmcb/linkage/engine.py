"""recordlinkage's base classes, without what its package imports besides.

The package's own import brings in scikit-learn and SciPy's statistics, of which linking uses nothing
and which take longer than linking a million records. Its `base` module is loaded by itself instead; an
ordinary `import recordlinkage` still works before and after. Delete this once the package imports lightly.
"""

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

import pandas as pd

from qmcb.linkage.keys import Pairs

_PACKAGE = "recordlinkage"


def _base() -> ModuleType:
    if _PACKAGE in sys.modules:
        return import_module(f"{_PACKAGE}.base")
    spec = find_spec(_PACKAGE)
    if spec is None:
        raise ModuleNotFoundError(_PACKAGE)
    sys.modules[_PACKAGE] = module_from_spec(spec)
    try:
        import_module(f"{_PACKAGE}.config_init")  # the options that its classes ask for
        return import_module(f"{_PACKAGE}.base")
    finally:
        del sys.modules[_PACKAGE]


base = _base()
BaseIndexAlgorithm = base.BaseIndexAlgorithm
BaseCompare = base.BaseCompare
BaseCompareFeature = base.BaseCompareFeature
BaseClassifier = base.BaseClassifier


def pair_index(records: tuple[pd.Index, pd.Index], places: Pairs) -> pd.MultiIndex:
    """Pairs as recordlinkage takes them, by their places among the records of each side.

    `MultiIndex.from_arrays` would look for the distinct ones first, which takes longer than comparing them.
    """
    told: dict[str, Any] = {"levels": records, "codes": places}  # pandas' types know no arrays here
    return pd.MultiIndex(**told, verify_integrity=False)
