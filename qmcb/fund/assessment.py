"""Budget discipline: deficit budgets, changes without a policy basis, completion, score and coefficient."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qmcb import codes, paths
from qmcb.errors import InputError
from qmcb.fund import dated, exact, parameters
from qmcb.fund.accounts import INCOME, Panel
from qmcb.fund.exact import PPM, Whole
from qmcb.fund.ledger import Fund
from qmcb.fund.parameters import Tiers, parameter
from qmcb.tables import CONTRACTS

_POINT = PPM // 100  # a point of 100, and a percentage point, in millionths
_CHANGEABLE = (*INCOME, "spending")
_ITEMS = {heading: name for name in _CHANGEABLE for heading in (name, CONTRACTS["fund_accounts"][name].label)}


@dataclass(frozen=True)
class Criteria:
    """What costs how many points (millionths of 100), and which score gives which coefficient."""

    contributions_short: int = parameter(parameters.points)
    spending_over: int = parameter(parameters.points)
    deficit_budget: int = parameter(parameters.points)
    change_without_basis: int = parameter(parameters.points)
    coefficient: Tiers = parameter(parameters.tiers_of_score)


@dataclass(frozen=True)
class Assessment:
    """The assessment of each year and region: arrays (years, regions), ratios and points in millionths.

    `contributions_completion` and `spending_completion` are actual against budget, the budget with its
    lawful changes; `deficit` says whether the budget planned one; `unfounded` counts changes without a
    policy basis; `score` is out of 100 points; `coefficient` multiplies what the adjustment fund pays.
    """

    contributions_completion: Whole
    spending_completion: Whole
    deficit: NDArray[np.bool_]
    unfounded: Whole
    score: Whole
    coefficient: Whole


def criteria(when: int | date, name: str = "completion", folder: Path = paths.ASSESSMENT) -> Criteria:
    """The criteria in force for the whole of a year, or on a day.

    Raises `InputError` where there are none, and with the field for one that is not as expected.
    """
    file = dated.load(name, folder)
    day = file.effective(when)
    return dated.build(Criteria, file, day, file.values[day], folder)


def in_force(
    when: int | date, name: str = "completion", folder: Path = paths.ASSESSMENT
) -> list[dict[str, str]]:
    """Every criterion in force, for a page, with the columns of `Scheme.parameters`."""
    file, rules = dated.load(name, folder), criteria(when, name, folder)
    told = None if file.assumed else file.references.get(file.effective(when))
    status = "assumed" if file.assumed else "confirmed" if file.confirmed else "unconfirmed"
    return [
        {
            "step": file.label,
            "parameter": codes.PARAMETER[each.name],
            "value": parameters.text(each, getattr(rules, each.name)),
            "document": told.document if told else "",
            "article": told.article if told else "",
            "status": codes.RULE_STATUS[status],
        }
        for each in parameters.of(Criteria).values()
    ]


def assess(fund: Fund, rules: Criteria) -> Assessment:
    """Assess every year of the actual accounts against its budget.

    A budget counts as first approved; its changes with a policy basis are added, others are not.
    Raises `InputError` where a year or region has no budget or a budget of nothing.
    """
    actual, budget = fund["actual"], _budget(fund)
    approved = {name: _approved(budget, fund.changes, name) for name in ("contributions", "spending")}
    for name, amount in approved.items():
        budget.accounts.require(amount > 0, f"a budget of {name} above 0", "0 or less", "correct the budget")
    completion = {
        name: _completion(getattr(actual.accounts, name), amount) for name, amount in approved.items()
    }
    deficit = budget.accounts.gap > 0
    unfounded = _counted(budget, fund.changes[fund.changes["policy_basis"].isna()])
    lost = (
        rules.contributions_short * np.maximum(PPM - completion["contributions"], 0) // _POINT
        + rules.spending_over * np.clip(completion["spending"] - PPM, 0, PPM) // _POINT
        + rules.deficit_budget * deficit
        + rules.change_without_basis * unfounded
    )
    score = np.maximum(PPM - lost, 0)
    return Assessment(
        completion["contributions"],
        completion["spending"],
        deficit,
        unfounded,
        score,
        rules.coefficient.at(score),
    )


def coefficients(fund: Fund, as_of: int | date | None = None) -> Whole:
    """The coefficient of each year and region under the criteria in force in it, or those of `as_of`."""
    years = fund["actual"].years
    rules = [criteria(year if as_of is None else as_of) for year in years]
    made = {each: assess(fund, each).coefficient for each in dict.fromkeys(rules)}
    return np.stack([made[each][place] for place, each in enumerate(rules)])


def frame(made: Assessment, panel: Panel) -> pd.DataFrame:
    """One row a region and year of the actual panel.

    Columns: region, name, year, contributions_completion and spending_completion (actual over budget),
    deficit (bool), unfounded (changes without a policy basis), score (of 100), coefficient.
    """
    return panel.frame(
        contributions_completion=made.contributions_completion / PPM,
        spending_completion=made.spending_completion / PPM,
        deficit=made.deficit,
        unfounded=made.unfounded,
        score=made.score / _POINT,
        coefficient=made.coefficient / PPM,
    )


def findings(fund: Fund) -> pd.DataFrame:
    """Every budget with a deficit and every change without a policy basis, a row each.

    Columns: region, name, year, finding (of codes.BUDGET_FINDING), item (text, empty for a deficit),
    amount (fen: the deficit, or the change). Source: clause 二(七) of the notice.
    """
    budget = fund["budget"]
    short = budget.frame(amount=budget.accounts.gap).query("amount > 0")
    without = fund.changes[fund.changes["policy_basis"].isna()]
    names = dict(zip(budget.regions, budget.frame()["name"], strict=False))
    rows = [
        short.assign(finding="deficit_budget", item=""),
        without.assign(finding="change_without_basis", name=without["region"].map(names)),
    ]
    columns = ["region", "name", "year", "finding", "item", "amount"]
    place = {finding: place for place, finding in enumerate(codes.BUDGET_FINDING)}
    made = pd.concat([part[columns] for part in rows])
    return made.sort_values(
        ["year", "region", "finding", "item"], key=lambda c: c.map(place) if c.name == "finding" else c,
        ignore_index=True,
    )  # fmt: skip


def _completion(actual: Whole, approved: Whole) -> Whole:
    """Actual over approved; a hundredfold counts as the most."""
    return exact.ratio(np.minimum(actual, approved * 100), approved)


def _budget(fund: Fund) -> Panel:
    """The budget of the actual accounts' years and regions."""
    actual, budget = fund["actual"], fund["budget"]
    if actual.regions != budget.regions:
        code = sorted(set(actual.regions) ^ set(budget.regions))[0]
        raise InputError(
            "budget and actual accounts of the same regions", f"only one of them for {code}", "add it"
        )
    absent = sorted(set(actual.years) - set(budget.years))
    if absent:
        raise InputError("a budget for each year of the accounts", f"none for {absent[0]}", "add its rows")
    return budget.only(actual.years)


def _approved(budget: Panel, changes: pd.DataFrame, name: str) -> Whole:
    """A column of the budget with the changes that have a policy basis."""
    lawful = changes[changes["policy_basis"].notna() & (changes["item"].map(_ITEMS) == name)]
    made: Whole = getattr(budget.accounts, name) + _summed(budget, lawful, lawful["amount"])
    return made


def _counted(budget: Panel, changes: pd.DataFrame) -> Whole:
    return _summed(budget, changes, pd.Series(1, changes.index))


def _summed(panel: Panel, rows: pd.DataFrame, amounts: pd.Series) -> Whole:
    """Amounts by year and region; rows of other years and regions are left out."""
    made = np.zeros(panel.accounts.shape, np.int64)
    year = pd.Index(panel.years).get_indexer(pd.Index(rows["year"]))
    region = pd.Index(panel.regions).get_indexer(pd.Index(rows["region"]))
    inside = (year >= 0) & (region >= 0)
    np.add.at(made, (year[inside], region[inside]), amounts.to_numpy(np.int64)[inside])
    return made
