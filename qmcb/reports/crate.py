"""A run as an RO-Crate: the same files for archives and tools that do not know qmcb."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rocrate.rocrate import ROCrate

from qmcb.reports import hashes, stage

CRATE = "ro-crate-metadata.json"


def write(folder: Path, title: str, made: datetime, predicate: Mapping[str, Any]) -> None:
    """Write `ro-crate-metadata.json` (RO-Crate 1.3) about the files in the folder of a run."""
    crate = ROCrate()
    crate.name = title
    crate.description = f"qmcb: {', '.join(report['notebook']['name'] for report in predicate['reports'])}"
    crate.datePublished = made
    crate.license = "office use only"
    for path in hashes.visible(folder):
        place = path.relative_to(folder).as_posix()
        about = {"sha256": hashes.of_file(path), "contentSize": str(path.stat().st_size)}
        crate.add_file(path, place, properties=about)
    stage.write(folder / CRATE, json.dumps(crate.metadata.generate(), ensure_ascii=False, indent=1) + "\n")
