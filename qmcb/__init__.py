"""全民参保 workbench: who is enrolled twice, who nowhere, and who bears the fund's gap."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qmcb.linkage.links import Links


def link(*files: Any, spec: Any = None, weights: Any = None) -> "Links":
    """Say which records of two tables or files, or of one, are one person; `spec` is a Spec or a YAML file.

    See `qmcb.linkage.link.link` and `qmcb.linkage.dedupe.deduplicate`, which this calls. Importing
    `qmcb` stays light: what linkage needs is imported here.
    """
    from qmcb.linkage.dedupe import deduplicate
    from qmcb.linkage.link import link as link_two
    from qmcb.linkage.spec import Spec, load

    asked = spec if spec is None or isinstance(spec, Spec) else load(spec)
    if len(files) == 1:
        return deduplicate(files[0], asked, weights=weights)
    left, right = files
    return link_two(left, right, asked, weights=weights)
