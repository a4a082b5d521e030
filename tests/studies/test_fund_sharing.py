"""The study of notebook 06: who bears what in pictures and tables, to the fen and for any parameters."""

import inspect
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pyarrow.parquet as pq
import pytest

from qmcb import balance, codes, paths
from qmcb.errors import InputError
from qmcb.fund import fairness, settle
from qmcb.reports import leak, money
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table
from qmcb.studies import (
    fund_budget_view,
    fund_compare_view,
    fund_conduct_view,
    fund_sharing,
    fund_sharing_view,
)
from qmcb.studies.fund_sharing import FundSharing
from tests.fund import funds

NOTEBOOK = paths.NOTEBOOKS / "06_fund_sharing.ipynb"
MODULES = (fund_sharing_view, fund_compare_view, fund_conduct_view, fund_budget_view)
HELPERS = {"labels", "payers", "gini", "source", "unanswered", "pieces"}
VIEWS = {
    f"{name} {measure}".strip(): (function, *filter(None, (measure,)))
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_") and name not in HELPERS
    for measure in (("gini", "cost") if "measure" in inspect.signature(function).parameters else ("",))
}
# 惠农 has a large gap, 兴庆 a surplus, 利通 a gap that its balance bears; 海原 missed its target.
COUNTIES: dict[str, dict[str, int]] = {
    "640205": {"spending": 590_000_000, "opening_balance": 0},
    "640104": {"contributions": 900_000_000, "target": 900_000_000, "insured": 900, "insurable": 1000},
    "640302": {"target": 400_000_000, "opening_balance": 400_000_000},
    "640522": {"target": 460_000_000, "opening_balance": 0, "fiscal_revenue": 300_000_000},
}


def rows(counties: dict[str, dict[str, int]]) -> list[funds.Row]:
    made = []
    for code, told in counties.items():
        balance = told.get("opening_balance", 500_000_000)
        for year in (2017, 2018):
            one = funds.row(code, year, **{**told, "opening_balance": balance})
            made += [one, {**one, "basis": "budget"}]
            money_in = ("contributions", "interest", "transfers", "subsidy")
            balance += sum(one[name] for name in money_in) - one["spending"]
    return made


def opened(folder: Path, **changed: Any) -> FundSharing:
    asked = {"years": [2017, 2018], "scheme_name": "notice", "against": ["none", "full_pooling", "flat"]}
    return fund_sharing.open_study(str(folder), **{"province": "64", **asked, **changed})


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    change = {"region": "640522", "year": 2018, "item": "spending", "amount": 2_000_000, "policy_basis": None}
    return funds.table(tmp_path_factory.mktemp("fund"), rows(COUNTIES), [change])


@pytest.fixture(scope="module")
def study(source: Path) -> FundSharing:
    return opened(source)


def shown(made: object) -> str:
    assert isinstance(made, Picture | Table)
    return made.plain()


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_answers_without_a_person(study: FundSharing, view: str) -> None:
    function, *measure = VIEWS[view]
    told = shown(function(study, *measure))
    assert "无法回答" not in told and "nan" not in told.lower()
    assert leak.scan(told) == []


def test_counties_stand_north_to_south_by_city(study: FundSharing) -> None:
    assert study.counties["name"].tolist() == ["惠农区", "兴庆区", "利通区", "海原县"]
    assert fund_sharing_view.waterfalls(study).table["label"].tolist() == study.counties["name"].tolist()


def test_what_is_drawn_is_what_was_settled(study: FundSharing) -> None:
    settled = study.ordered(study.last[0].table())
    drawn = fund_sharing_view.waterfalls(study).table
    assert drawn["当期缺口"].tolist() == settled["gap"].tolist()
    for payer, label in codes.PAYER.items():
        assert (
            drawn[label].tolist() == settled[payer].tolist() if label in drawn else not settled[payer].any()
        )
    assert fund_sharing_view.flows(study).table["amount"].sum() == settled["gap"].sum()


def test_gaps_by_hand(study: FundSharing) -> None:
    """惠农 spends 590 and takes in 480: a gap of 110, and 3% of 400 paid in makes 122 (万元 ×1)."""
    told = fund_sharing_view.shares(study).texts.set_index("县区")
    assert told.loc["惠农区", ["上解前缺口", "上解调剂金", "当期缺口"]].tolist() == ["110", "12", "122"]
    assert told.loc["兴庆区", "当期缺口"] == "0"
    assert told.loc["海原县", ["上解前缺口", "当期缺口"]].tolist() == ["10", "22"]


def test_what_counties_win_others_lose(study: FundSharing) -> None:
    change = fund_compare_view.who_would_pay(study).table
    wanted = fairness.who_would_pay(study.last, "notice").set_index(["scheme", "name"])["change"]
    names = {made.scheme.label: made.scheme.name for made in study.last}
    assert len(change) == 3 * 4
    for row in change.itertuples():
        assert row.change == row.after - row.before == wanted[names[row.panel], row.label]
    drawn = fund_compare_view.purses(study).table.set_index("label")
    assert (drawn.sum(axis=1) == study.last[0].shares.deficit.sum()).all()
    balance.check(study.balance())


def test_todays_place_is_the_settlement_itself(study: FundSharing) -> None:
    found = fairness.inequality(study.last[0]).query("measure == 'of_revenue'")["gini"].iloc[0]
    for measure, value in (("gini", found), ("cost", study.last[0].shares.cost.sum() / money.YI.fen)):
        cells = fund_sharing_view.surfaces(study, measure).table
        today = cells[cells["chosen"]]
        assert today[["column", "row"]].to_numpy().tolist() == [["80%", "3个月"]]
        assert today["value"].tolist() == [pytest.approx(value, abs=1e-12)]


def test_levers_move_all_tiers_alike(study: FundSharing) -> None:
    alpha = study.levers["alpha"]
    assert alpha.text(alpha.today) == "80%"
    assert [tier["percent"] for tier in alpha.write(40)["tiers"]] == [40, 30, 20]
    assert all(lever.today in lever.values for lever in study.levers.values())
    assert (study.tried(alpha=80).shares.cost == study.last[0].shares.cost).all()
    moved = study.tried(pay_in=0, months=0)
    assert not moved.shares.paid_in.any() and moved.shares.borne["reserve"].sum() > 0


def test_under_the_same_terms_nothing_changes(study: FundSharing) -> None:
    again = settle.under(study.last[0], study.terms)
    assert (again.shares.gap == study.last[0].shares.gap).all()
    other = study.terms.changed("reserve", months=6)
    assert settle.under(study.last[0], other).terms == (other,)


def test_stretches_leave_no_hole_and_hold_what_was_collected(study: FundSharing) -> None:
    for _, cuts in fund_conduct_view.pieces(study).groupby("region"):
        assert cuts["start"].iloc[0] == pytest.approx(50) and cuts["end"].iloc[-1] == pytest.approx(150)
        assert np.allclose(cuts["start"].iloc[1:], cuts["end"].iloc[:-1], atol=1e-4)
        assert cuts["here"].sum() == 1


def test_a_stretch_is_cut_where_less_stays(study: FundSharing) -> None:
    """惠农 collects 5% less than its target: beyond it the pool takes back part of what it gives."""
    cuts = fund_conduct_view.pieces(study).query("label == '惠农区'")
    assert cuts["reason"].tolist() == ["", *["coefficient_up"] * 3, "target_met", "policy_ends"]
    assert cuts["start"].round(2).tolist() == [50, 90, 95, 100, 105, 131.19]
    assert cuts["kept"].round(2).tolist() == [0.98, 0.98, 0.98, 0.98, 0.58, 0.97]


def test_pooling_all_surpluses_leaves_nothing_of_one_more_yuan(source: Path) -> None:
    study = opened(source, scheme_name="full_pooling", against=[])
    cuts = fund_conduct_view.pieces(study)
    here = cuts[cuts["here"]].set_index("label")
    assert here.loc["兴庆区", "zone"] == "indifferent"
    assert "兴庆区" in fund_conduct_view.incentives(study).texts["多征分文不留的县区"].iloc[0]


def test_causes_sum_to_the_change_of_the_gap(study: FundSharing) -> None:
    drawn = fund_conduct_view.causes(study).table
    gap = study.fund["actual"].accounts.gap.sum(axis=-1)
    assert drawn["amount"].iloc[[0, -1]].tolist() == gap.tolist()


def test_discipline_by_hand(study: FundSharing) -> None:
    """Every budget is what was done: full completion; three plan a deficit (−10), 海原 changes one (−5)."""
    told = fund_budget_view.discipline(study).texts.set_index("县区")
    assert told["得分"].tolist() == ["90.0", "100.0", "90.0", "85.0"]
    assert told["系数"].tolist() == ["1.00", "1.00", "1.00", "0.90"]
    assert fund_budget_view.findings(study).texts["项目"].tolist()[-1] == "待遇支出"


def test_every_parameter_has_its_status(study: FundSharing) -> None:
    told = fund_budget_view.parameters(study).texts
    assert set(told["状态"]) <= {"假定", "待核", "已核"}
    assert told.loc[told["参数"] == "考核系数（按得分）", "内容"].tolist() == [
        "0分起60%；60分起80%；75分起90%；90分起100%"
    ]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"scheme_name": "unheard"}, "expected one of .*notice.*; found unheard"),
        ({"against": ["unheard"]}, "found unheard"),
        ({"years": [2018, 2031]}, "expected a year from 2017 to 2018; found 2031"),
        ({"years": []}, "expected one year or more; found none"),
        ({"province": "61"}, "expected accounts of counties in province 61; found 640104"),
        ({"scheme_name": "central_2018"}, "expected central_2018 in force for the whole of 2017"),
        ({"as_of": "yesterday"}, "expected a day such as 2021-01-01"),
    ],
)
def test_a_wrong_parameter_is_one_line(source: Path, changed: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line) as error:
        opened(source, **changed)
    assert "\n" not in str(error.value)


def test_a_folder_without_accounts_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="fund_accounts"):
        opened(tmp_path)


def test_one_county_of_a_province_without_tiles(tmp_path: Path) -> None:
    """It has neither budget nor gap, there is one year, and nothing to compare with."""
    told = {"650102": {"spending": 480_000_000}}
    accounts = funds.table(tmp_path, [row for row in rows(told) if row["basis"] == "actual"])
    study = opened(accounts, province="65", years=[2017], scheme_name="flat", against=[])
    assert isinstance(fund_sharing_view.burdens(study), Table)
    texts = [shown(function(study, *measure)) for function, *measure in VIEWS.values()]
    assert sum("无法回答" in text for text in texts) == 7
    balance.check(study.balance())


def test_what_is_saved(study: FundSharing, tmp_path: Path) -> None:
    study.save("")
    study.save(str(tmp_path / "tables"))
    saved = {file.stem: pq.read_table(file).to_pandas() for file in (tmp_path / "tables").iterdir()}
    assert set(saved) == {
        "settlements", "burdens", "inequality", "who_would_pay", "purses", "incentive", "inputs", "causes",
        "discipline", "findings",
    }  # fmt: skip
    payers = saved["settlements"][list(codes.PAYER)].sum(axis=1)
    assert (payers == saved["settlements"]["gap"]).all() and len(payers) == 4 * 4 * 2


@pytest.mark.parametrize(
    "parameters",
    [
        {"years": [2018], "scheme": "none", "against": []},
        {"years": [2017], "scheme": "central_2018", "against": ["notice"], "as_of": "2021-01-01"},
    ],
)
def test_the_notebook_runs_with_other_parameters(source: Path, parameters: dict[str, Any]) -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells  # type: ignore[no-untyped-call]
    names: dict[str, Any] = {}
    for cell in (cell for cell in cells if cell.cell_type == "code"):
        exec(cell.source, names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= {"source": str(source), **parameters}
    assert names["study"].years == tuple(parameters["years"])
