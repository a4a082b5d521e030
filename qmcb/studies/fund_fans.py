"""What the pictures of notebook 07 have in common: units, names, and an outlook as rows for a fan."""

import numpy as np
import pandas as pd

from qmcb import codes
from qmcb.fund.accounts import UNKNOWN, Panel
from qmcb.fund.exact import Whole
from qmcb.fund.outlook import Outlook
from qmcb.reports import fan
from qmcb.reports.money import WAN, YI, Unit
from qmcb.studies.fund_outlook import FundOutlook

NOMINAL = "金额为当年价，不折现。"


def unit(study: FundOutlook, *measures: str) -> Unit:
    """万元 or 亿元, whichever suits the amounts of all together under every scheme."""
    most = max(
        float(np.abs(made.amounts[what][:, 2, -1]).max())
        for made in study.outlooks.values()
        for what in measures
    )
    return YI if most >= YI.fen else WAN


def source(study: FundOutlook) -> str:
    """Where the figures of a picture come from."""
    return f"来源：{study.source.book.folder.name}，{study.draws}条路径，种子{study.seed}。"


def whole(study: FundOutlook) -> str:
    return f"{codes.PROVINCE[study.source.province]}{len(study.made.regions) - 1}县"


def purse(what: str) -> str:
    return {"cost": "各县负担", "given": "县级以上"}[what]


def last(made: Outlook, what: str, quantile: int) -> float:
    """An amount of all together in the last year."""
    return float(made.amounts[what][-1, quantile, -1])


def actual(panel: Panel, what: str, region: str | None = None) -> Whole:
    """What was, year by year: of a county, or of all together."""
    accounts, closed = panel.accounts, panel.closed
    name = {"deficit": "gap"}.get(what, what)
    values = closed if what == "closing_balance" else getattr(accounts, name)
    values = np.where(values == UNKNOWN, accounts.closing_balance, values)
    made: Whole = values.sum(axis=1) if region is None else values[:, accounts.regions.index(region)]
    return made


def rows(
    study: FundOutlook, made: Outlook, what: str, money: Unit, region: str | None = None, *, past: bool = True
) -> pd.DataFrame:
    """Rows for a fan of one measure, in the unit: actual years first."""
    place = -1 if region is None else made.regions.index(region)
    ahead = made.amounts[what][:, :, place] / money.fen
    columns = dict(zip(fan.QUANTILES, ahead.T, strict=True))
    rows = pd.DataFrame({"year": made.years, "actual": np.nan, **columns})
    if past:
        before = pd.DataFrame(
            {"year": study.panel.years, "actual": actual(study.panel, what, region) / money.fen}
        )
        rows = pd.concat([before, rows])
    return rows.assign(panel=codes.OUTLOOK.get(what, codes.PAYER.get(what, what)))
