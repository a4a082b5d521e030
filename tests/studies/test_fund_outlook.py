"""The study of notebook 07: what it draws is what was projected, for any parameters."""

import inspect
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pyarrow.parquet as pq
import pytest

from qmcb import balance, codes, paths
from qmcb.errors import InputError
from qmcb.fund import outlook
from qmcb.reports import leak, money
from qmcb.reports.picture import Picture
from qmcb.reports.tables import Table
from qmcb.studies import (
    fund_effects_view,
    fund_frontier_view,
    fund_outlook,
    fund_outlook_tables,
    fund_outlook_view,
    fund_people_view,
    fund_premises_view,
)
from qmcb.studies.fund_outlook import FundOutlook
from tests.fund import funds

NOTEBOOK = paths.NOTEBOOKS / "07_fund_outlook.ipynb"
MODULES = (fund_outlook_view, fund_people_view, fund_effects_view, fund_frontier_view, fund_premises_view)
VIEWS = {
    f"{name} {measure}".strip(): (function, *filter(None, (measure,)))
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
    for measure in (("deficit", "closing_balance") if name == "counties" else ("",))
}
YEARS = (2015, 2016, 2017, 2018, 2019)
# 惠农 has a deficit and nothing left, 兴庆 a surplus, 利通 a deficit that its balance bears for a while.
COUNTIES: dict[str, dict[str, int]] = {
    "640205": {"spending": 590_000_000, "opening_balance": 0},
    "640104": {"contributions": 900_000_000, "target": 900_000_000, "insured": 900, "insurable": 1000},
    "640302": {"target": 400_000_000, "opening_balance": 900_000_000},
}


def rows(counties: dict[str, dict[str, int]], years: tuple[int, ...] = YEARS) -> list[funds.Row]:
    made = []
    for code, told in counties.items():
        held = told.get("opening_balance", 500_000_000)
        for year in years:
            one = funds.row(code, year, **{**told, "opening_balance": held})
            made += [one, {**one, "basis": "budget"}]
            money_in = ("contributions", "interest", "transfers", "subsidy")
            held += sum(one[name] for name in money_in) - one["spending"]
    return made


def opened(folder: Path, **changed: Any) -> FundOutlook:
    asked = {"until": 2030, "draws": 20, "schemes": ["notice", "full_pooling"], "response": "pooling_points"}
    study = fund_outlook.open_study(str(folder), **{"province": "64", **asked, **changed})
    if not study.lacking:
        few = tuple(
            replace(lever, by=(lever.most - lever.least) or Decimal(1)) for lever in study.space.levers
        )
        kept = replace(study.space, levers=few[:1], budgets=1, kept=0)
        today = few[0].values.index(0)
        study.__dict__["space"] = kept
        kept.__dict__["today"] = (today,)
    return study


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return funds.table(tmp_path_factory.mktemp("ahead"), rows(COUNTIES))


@pytest.fixture(scope="module")
def study(source: Path) -> FundOutlook:
    return opened(source)


def shown(made: object) -> str:
    assert isinstance(made, Picture | Table)
    return made.plain()


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_answers_without_a_person(study: FundOutlook, view: str) -> None:
    function, *measure = VIEWS[view]
    told = shown(function(study, *measure))
    assert "无法回答" not in told and "nan" not in told.lower()
    assert leak.scan(told) == []


def test_years_before_are_the_accounts_and_years_ahead_the_outlook(study: FundOutlook) -> None:
    """惠农 takes in 480 万元 a year and spends 590, 兴庆 980 and 490, 利通 480 and 490: -370 together."""
    drawn = fund_outlook_view.deficit(study).table.set_index("year")
    assert drawn.loc[["2015", "2019"], "actual"].tolist() == [-370, -370]
    rows = outlook.fan(study.made, "deficit").query("name == '合计' and year == 2030")["amount"]
    ahead = drawn.loc["2030", ["p5", "p25", "p50", "p75", "p95"]].to_numpy(float)
    assert ahead == pytest.approx(rows.to_numpy() / money.WAN.fen, abs=1e-4)
    by_county = fund_outlook_view.counties(study, "closing_balance").table.query("year == '2019'")
    assert by_county["panel"].tolist() == ["惠农区", "兴庆区", "利通区"]
    assert by_county["actual"].tolist() == [-550, 2950, 850]


def test_the_payers_are_those_of_the_scheme(study: FundOutlook) -> None:
    drawn = fund_outlook_view.payers(study).table.query("year == '2030'").set_index("panel")["p50"]
    for payer, label in codes.PAYER.items():
        amount = study.made.amounts[payer][-1, 2, -1] / money.WAN.fen
        assert (drawn[label] == pytest.approx(amount, abs=1e-4)) if label in drawn else amount == 0


def test_how_many_counties_have_used_up_their_balances(study: FundOutlook) -> None:
    drawn = fund_outlook_view.used_up(study).table.set_index("year")
    for name, each in study.schemes.items():
        share = study.outlooks[name, False].exhausted[:, :-1]
        assert drawn.loc["2030", each.label] == pytest.approx(share[-1].sum(), abs=1e-4)


def test_in_which_year(study: FundOutlook) -> None:
    """A share of 0.05 in 2020, 0.5 in 2022 and no more: the median is 2022, three quarters never come."""
    share = np.zeros((11, 4))
    share[0:, 0], share[2:, 0], share[:, 1] = 0.05, 0.5, 1.0
    made = replace(study.made, exhausted=share)
    years = fund_outlook_view._years_used_up(made)
    assert years[0].tolist()[:3] == [2020, 2022, 2022] and np.isnan(years[0, 3:]).all()
    assert (years[1] == 2020).all() and np.isnan(years[2:]).all()
    drawn = fund_outlook_view.when_used_up(replace(study, outlooks={("notice", False): made}))
    assert drawn.table.set_index("label")["text"].to_dict() == {
        "惠农区": "2020年", "兴庆区": "2022年", "利通区": "2030年前不会",
    }  # fmt: skip


def test_a_response_is_told_with_its_source_and_status(study: FundOutlook) -> None:
    picture = fund_effects_view.responses(study)
    told = fund_effects_view.response_table(study).texts.set_index("情景")
    assert len(told) == 5 and set(told["状态"]) == {"待核", "假定"}
    assert told.loc["调剂资金直达县级时征缴率下降", "出处"] == "没有文件或文献给出数值"
    assert told.loc["调剂资金逐级下拨时征缴率不变"].tolist()[:3] == ["+0%", "0", "0"]
    median = {key: np.median(made.sums["cost"]) / money.YI.fen for key, made in study.outlooks.items()}
    own = picture.table.query("panel == '各县负担累计'").set_index(["label", "series"])["p50"]
    label = study.scheme.label
    assert own[label, "征缴有反应"] == pytest.approx(median["notice", True], abs=0.05)
    assert own[label, "征缴有反应"] > own[label, "征缴不受影响"]


def test_people_and_what_later_retirement_changes(study: FundOutlook, source: Path) -> None:
    assert (study.as_of, study.other_day) == (date(2020, 1, 1), date(2025, 1, 1))
    assert "延迟退休多" in fund_people_view.dependency(study).alt
    after = opened(source, as_of="2025-06-01")
    assert after.other_day == date(2024, 12, 31) and "不延迟退休少" in fund_people_view.dependency(after).alt
    assert "未计入" in shown(fund_premises_view.rules(study))
    assert "未计入" not in shown(fund_premises_view.rules(after))
    drawn = fund_people_view.generations(study).table.query("year == '2019'")
    assert drawn["amount"].sum() == pytest.approx((400 + 900 + 400 + 200 * 3) / 10_000)


def test_the_back_test_holds_the_accounts_against_what_was_said_before(study: FundOutlook) -> None:
    assert study.hindcast is not None and study.hindcast.years == (2018, 2019)
    drawn = fund_premises_view.hindcast(study).table.query("year == '2019' and panel == '待遇支出'")
    assert drawn["actual"].tolist() == [590 + 490 + 490]
    told = fund_premises_view.hindcast_table(study).texts.set_index("指标")
    accounts, made = study.whole.accounts[-2:], study.hindcast.amounts["spending"]
    inside = ((made[:, 0, :-1] <= accounts.spending) & (accounts.spending <= made[:, 4, :-1])).mean()
    assert told.loc["待遇支出", "在九成区间内"] == f"{inside:.0%}"


def test_the_front_and_every_scheme_in_force_are_drawn(study: FundOutlook) -> None:
    drawn = fund_frontier_view.front(study).table
    assert drawn.loc[~drawn["front"], "label"].tolist() == [each.label for each in study.in_force]
    later = replace(study, as_of=date(2022, 1, 1))
    assert {each.name for each in study.in_force} - {each.name for each in later.in_force} == {"central_2018"}
    found = study.frontier.front()
    assert fund_frontier_view.points(study).texts["方案"].tolist() == found["point"].astype(str).tolist()
    assert "上解比例" in shown(fund_premises_view.limits(study))


def test_what_is_tried_moves_scheme_and_assumptions(study: FundOutlook) -> None:
    assert study.tried(**{name: choice.today for name, choice in study.choices.items()}) is study.made
    better = study.tried(collection=10.0)
    assert better.amounts["contributions"][-1, 2, -1] > study.made.amounts["contributions"][-1, 2, -1]
    assert not study.tried(pay_in=0.0).amounts["adjustment"].any()
    assert study.choices["wage_growth"].options[3:5] == [("-0.5个百分点", -0.5), ("如假定", 0)]


def test_every_line_balances(study: FundOutlook) -> None:
    lines = study.balance()
    balance.check(lines)
    assert sum("全部路径" in line.label for line in lines) == 4


def test_what_is_assumed_and_why(study: FundOutlook) -> None:
    told = fund_premises_view.assumptions(study).texts
    assert len(told) == len(codes.ASSUMPTION) and set(told["状态"]) == {"假定"}
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in told["理由"])


def test_what_is_saved(study: FundOutlook, tmp_path: Path) -> None:
    fund_outlook_tables.save(study, "")
    fund_outlook_tables.save(study, str(tmp_path / "tables"))
    saved = {file.stem: pq.read_table(file).to_pandas() for file in (tmp_path / "tables").iterdir()}
    assert set(saved) == {
        "fans", "exhaustion", "sums", "kept", "generations", "inputs", "front", "bounds", "schemes",
    }  # fmt: skip
    assert len(saved["sums"]) == 4 * 20 and len(saved["kept"]) == 4 * 11


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"schemes": ["notice", "unheard"]}, "expected one of .*notice.*; found unheard"),
        ({"schemes": []}, "expected one scheme or more; found none"),
        ({"schemes": ["central_2018"], "as_of": "2022-06-01"}, "central_2018 in force on 2022-06-01"),
        ({"response": "unheard"}, "expected one of .*pooling_points.*; found unheard"),
        ({"base": 2031}, "expected a base year from 2015 to 2019; found 2031"),
        ({"until": 2019}, "expected a last year after 2019 and up to 2100; found 2019"),
        ({"draws": 0}, "expected 1 path or more"),
        ({"as_of": "soon"}, "expected a day such as 2021-01-01"),
        ({"province": "61"}, "expected accounts of counties in province 61; found 640104"),
    ],
)
def test_a_wrong_parameter_is_one_line(source: Path, changed: dict[str, Any], line: str) -> None:
    with pytest.raises(InputError, match=line) as error:
        opened(source, **changed)
    assert "\n" not in str(error.value)


def test_one_county_without_budget_under_one_scheme(tmp_path: Path) -> None:
    """It has two years and nobody to compare with: no back-test, no frontier."""
    told = rows({"640205": COUNTIES["640205"]}, (2018, 2019))
    study = opened(funds.table(tmp_path, [row for row in told if row["basis"] == "actual"]), schemes=["flat"])
    texts = [shown(function(study, *measure)) for function, *measure in VIEWS.values()]
    assert sum("无法回答" in text for text in texts) == 4 and not any("nan" in text for text in texts)
    balance.check(study.balance())


def test_the_notebook_runs_with_other_parameters(tmp_path: Path) -> None:
    told = rows({"640205": COUNTIES["640205"]})
    asked = {"source": str(funds.table(tmp_path, told)), "schemes": ["flat"], "draws": 5, "base": 2018}
    names: dict[str, Any] = {}
    cells = nbformat.read(NOTEBOOK, as_version=4).cells  # type: ignore[no-untyped-call]
    for cell in (cell for cell in cells if cell.cell_type == "code"):
        exec(cell.source, names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= {**asked, "until": 2025, "behaviour": "passed_down", "out": str(tmp_path / "out")}
    assert names["study"].base == 2018 and (tmp_path / "out" / "fans.parquet").is_file()
