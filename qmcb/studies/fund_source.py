"""A province's fund accounts for a notebook: the fund, what it was read from, and its counties in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qmcb.errors import InputError
from qmcb.fund import ledger
from qmcb.fund.ledger import Fund
from qmcb.identity import region
from qmcb.sources.book import Book


@dataclass(frozen=True)
class FundSource:
    """The accounts of a province's counties.

    `counties` has region, name, city, column and row (of the tile, null where there is none), north to
    south by city.
    """

    book: Book
    fund: Fund
    province: str
    counties: pd.DataFrame

    def ordered(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows with a region in the order of the counties, with `label`, its name, and `group`, its city."""
        places = self.counties.rename(columns={"name": "label", "city": "group"})
        return places[["region", "group", "label"]].merge(rows, on="region", how="inner")


def read(source: str, province: str) -> FundSource:
    """The accounts in a folder or file; raises `InputError` with one line for whatever is wrong."""
    with ledger.open_accounts(source) as opened:
        fund = ledger.fund(opened)
    strangers = [code for code in fund["actual"].regions if code[:2] != province]
    if strangers:
        raise InputError(
            f"accounts of counties in province {province}", strangers[0], "correct province or source"
        )
    return FundSource(opened, fund, province, _counties(fund["actual"].regions))


def _counties(regions: Sequence[str]) -> pd.DataFrame:
    """The regions north to south by city, those without a place behind, by code."""
    known = region.counties(regions[0][:2]).to_pandas()
    told = pd.DataFrame({"region": list(regions)}).merge(known, on="region", how="left")
    told["name"] = told["name"].fillna(told["region"].map(region.label))
    told["city"] = told["city"].fillna((told["region"].str[:4] + "00").map(region.label))
    order = {code: place for place, code in enumerate(known["region"])}
    told = told.assign(place=told["region"].map(order).fillna(len(order))).sort_values(["place", "region"])
    city = told.groupby("city")["place"].transform("min")
    return told.assign(first=city).sort_values(["first", "city", "place"], ignore_index=True)[
        ["region", "name", "city", "column", "row"]
    ]
