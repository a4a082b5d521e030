"""The tables behind notebook 07, as files."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from qmcb.fund import outlook
from qmcb.fund.outlook import Outlook
from qmcb.studies.fund_outlook import FundOutlook


def save(study: FundOutlook, folder: str) -> None:
    """Write every table behind the pictures as Parquet; nothing where `folder` is empty.

    fans and exhaustion of every outlook (see `outlook.fan`, `outlook.exhaustion`), sums (path by path, fen),
    kept (see `mean_path.kept`), generations by the day whose rules they follow, inputs; where a frontier
    can be drawn, front, bounds and schemes (see `frontier.Frontier`).
    """
    if not folder:
        return
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    schemes, responds = zip(*study.kept["plan"], strict=True)
    tables = {
        "fans": _all(study, _fans),
        "exhaustion": _all(study, outlook.exhaustion),
        "sums": _all(study, lambda made: pd.DataFrame(made.sums).rename_axis("path").reset_index()),
        "kept": study.kept.drop(columns="plan").assign(scheme=schemes, responds=responds),
        "generations": pd.concat([rows.assign(as_of=day) for day, rows in study.generations.items()]),
        "inputs": pd.DataFrame([asdict(file) for file in study.source.book.files]),
    }
    if not study.lacking:
        tables["front"] = study.front
        tables["bounds"] = study.frontier.bounds()
        tables["schemes"] = study.standing
    for name, rows in tables.items():
        rows.to_parquet(place / f"{name}.parquet", index=False)


def _fans(made: Outlook) -> pd.DataFrame:
    return pd.concat([outlook.fan(made, what).assign(measure=what) for what in outlook.MEASURES])


def _all(study: FundOutlook, rows: Callable[[Outlook], pd.DataFrame]) -> pd.DataFrame:
    """Rows of every outlook, with its scheme and whether collection responds."""
    parts = [
        rows(made).assign(scheme=name, responds=responds) for (name, responds), made in study.outlooks.items()
    ]
    return pd.concat(parts, ignore_index=True)
