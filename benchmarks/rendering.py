"""What a run costs beside its notebooks: pages, leak check, hashes, manifest, index.

`python -m benchmarks.rendering`: makes the reports of params/sample.yaml once and prints processor seconds:
of the kernels (the notebooks' own time) and of the process around them, which passes their outputs on,
renders, reads who stands in the source, looks for them, hashes and describes. Ends with 1 where all that
takes a third of the notebooks' own time or more.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from qmcb.paths import ROOT
from qmcb.reports import content, leak, origin, plan, render, run, site
from qmcb.studies import named

_PARTS: dict[str, tuple[Any, str]] = {
    "pages rendered": (render, "page"),
    "leaks looked for": (leak, "scan_folder"),
    "content hashed": (content, "of_report"),
    "origin hashed": (origin, "setting"),
    "index": (site, "write"),
}


def main() -> int:
    spent = dict.fromkeys(_PARTS, 0.0)
    for name, (module, function) in _PARTS.items():
        setattr(module, function, _timed(getattr(module, function), name, spent))
    spent["people of the source read"] = 0.0
    people = _timed(named.of_source, "people of the source read", spent)
    before = _seconds()
    with tempfile.TemporaryDirectory(prefix="qmcb-rendering-") as folder:
        run.run(plan.load(ROOT / "params" / "sample.yaml"), Path(folder), lambda _: None, people)
    around, kernels = (after - start for after, start in zip(_seconds(), before, strict=True))
    print(f"{kernels:7.1f} s processor time of the notebooks")
    print(f"{around:7.1f} s around them ({around / kernels:.1%}), of it:")
    for name, seconds in spent.items():
        print(f"{seconds:7.1f} s {name}")
    return int(around >= kernels / 3)


def _timed(function: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    @wraps(function)
    def timed(*arguments: Any, **named_: Any) -> Any:
        start = time.process_time()
        try:
            return function(*arguments, **named_)
        finally:
            spent[name] += time.process_time() - start

    return timed


def _seconds() -> tuple[float, float]:
    """Processor seconds of this process, and of its children that have ended."""
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    own, children = (used.ru_utime + used.ru_stime for used in each)
    return own, children


if __name__ == "__main__":
    sys.exit(main())
