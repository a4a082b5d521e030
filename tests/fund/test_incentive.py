"""What stays of one more yuan: readable cases, and every fen of small accounts one by one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from funds import Case, accounts, cases, fen
from hypothesis import given, settings
from test_discipline import RULES, fund, terms, with_pool
from test_sharing import CODES, SCHEMES, build, counties, every_scheme, pools, regions

from qmcb import codes
from qmcb.fund import assessment, incentive, kink, scheme, sharing
from qmcb.fund.accounts import COLUMNS, UNKNOWN, Accounts, Panel
from qmcb.fund.kink import Points
from qmcb.fund.parameters import Tiers
from qmcb.fund.scheme import Terms

CASES = cases("incentive")
ENDS = (50, 150)
some = settings(max_examples=50, deadline=None)


def panel(made: Accounts) -> Panel:
    return Panel((2020,), made[None], np.full((1, len(made.regions)), UNKNOWN))


def case_terms(case: Case) -> Terms:
    made = scheme.load(case["scheme"]).at(2020)
    for step, values in case.get("with", {}).items():
        made = made.changed(step, **values)
    return made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: Case) -> None:
    made = accounts(case["accounts"], "万元")
    marks = case.get("coefficient")
    coefficient = None
    if marks is not None:
        coefficient = incentive.held(np.array([[marks[code] * 10_000 for code in made.regions]]))
    rows = incentive.curve(panel(made), case_terms(case), coefficient=coefficient, percents=ENDS)
    rows = rows[rows["region"] == case["region"]]
    told = rows[["contributions", "zone", "reason"]].to_numpy().tolist()
    assert told == [[fen(each["from"], "万元"), each["zone"], each["reason"]] for each in case["expected"]]
    assert rows["kept"].tolist() == pytest.approx([each["kept"] for each in case["expected"]], abs=1e-6)
    assert not rows["gain"].any()


def test_every_scheme_has_a_case() -> None:
    assert {case["scheme"] for case in CASES} == set(SCHEMES)


def test_every_reason_has_a_label() -> None:
    """Each bit of a course begun or ended alone, and the coefficient."""
    courses = [1 << bit for bit in range(6)]
    low = np.array([*courses, *[0] * 6, 7 << 6, 8 << 6])
    high = np.array([*[0] * 6, *courses, 8 << 6, 7 << 6])
    made = kink.reasons(*(Points(each, each, each, each) for each in (low, high)))
    assert set(made) - {""} == set(codes.KINK)
    assert made.count("") == 2  # a gap and what is missed of a target do not begin as contributions rise


# The assessment moves with what is collected


def test_a_better_mark_is_a_notch_where_the_assessment_follows() -> None:
    made = fund()
    follows = incentive.following(made, RULES)
    rows = incentive.curve(made["actual"], with_pool(terms()), coefficient=follows, percents=ENDS)
    own = rows[rows["region"] == "640104"]
    notches = own[own["gain"] != 0]
    # 3 points each per cent short of 1000: 60 points from 86.6667 %, 75 from 91.6667 %, 90 from 96.6667 %
    assert notches["contributions"].tolist() == [866_667_000, 916_667_000, 966_667_000]
    assert set(notches["reason"]) == {"coefficient_up"}
    # coefficient +20, +10, +10 points of half of the policy part 160 + 10 % of contributions
    gains = [0.1 * 246.6667, 0.05 * 251.6667, 0.05 * 256.6667]
    assert (notches["gain"] / 1e6).tolist() == pytest.approx(gains, abs=1e-5)
    # between them 90 % and half of 10 % times the coefficient
    assert own["kept"].tolist()[:4] == pytest.approx([0.93, 0.94, 0.945, 0.95], abs=1e-6)
    assert own["zone"].tolist()[4:6] == ["weak", "partial"]


def test_a_worse_mark_for_more_is_named_too() -> None:
    turned = replace(RULES, coefficient=Tiers((0, 900_000), (1_000_000, 600_000)))
    follows = incentive.following(fund(), turned)
    rows = incentive.curve(fund()["actual"], with_pool(terms()), coefficient=follows, percents=ENDS)
    notch = rows[rows["gain"] != 0].iloc[0]
    assert (notch["contributions"], notch["reason"]) == (966_667_000, "coefficient_down")
    assert notch["gain"] / 1e6 == pytest.approx(-0.2 * 256.6667, abs=1e-5)


def test_following_gives_what_the_assessment_gives() -> None:
    made = fund()
    levels = np.stack([made["actual"].accounts.contributions * each // 10 for each in (5, 9, 10)])
    expected = []
    for level in levels:
        changed = replace(made["actual"], accounts=made["actual"].accounts.changed(contributions=level))
        other = replace(made, panels={**made.panels, "actual": changed})
        expected.append(assessment.assess(other, RULES).coefficient.tolist())
    assert incentive.following(made, RULES)(levels).tolist() == expected


# Every fen


@some
@given(regions(3_000, 5), every_scheme)
def test_a_stretch_has_no_kink_inside(rows: list[dict[str, int]], name: str) -> None:
    """The cost at each fen by itself lies on the straight line of its stretch, but for rounding.

    Under the notice's form one region at a time: where several ask a pool that does not reach, the line
    bends.
    """
    made = build(rows if name != "notice" else rows[:1]).changed(retirees=1)
    coefficient = np.full((1, len(made.regions)), 700_000)
    at = SCHEMES[name].at(2020)
    table = incentive.curve(panel(made), at, coefficient=incentive.held(coefficient), percents=ENDS)
    for place, code in enumerate(made.regions):
        own = table[table["region"] == code]
        if made.contributions[place] < 2:
            continue
        levels = np.arange(own["contributions"].iloc[0], own["until"].iloc[-1] + 1)
        contributions = np.where(np.arange(len(made.regions)) == place, levels[:, None], made.contributions)
        columns = {column: getattr(made, column) for column in COLUMNS} | {"contributions": contributions}
        marks = np.full(contributions.shape, 700_000)
        cost = sharing.share(Accounts.build(made.regions, columns), at, coefficient=marks).cost[:, place]
        for each in own.itertuples():
            first, last = (int(edge - levels[0]) for edge in (each.contributions, each.until))
            line = cost[first] - each.kept * np.arange(last - first + 1)
            assert np.abs(cost[first : last + 1] - line).max() <= 6
            assert cost[last] == pytest.approx(line[-1])


@some
@given(counties, every_scheme, pools)
def test_no_scheme_here_makes_a_county_worse_off_for_collecting(
    rows: list[dict[str, int]], name: str, pool: int
) -> None:
    made = build([{**told, "contributions": told["contributions"] // 2} for told in rows]).changed(retirees=1)
    coefficient = np.full(made.shape, 700_000)
    stays = incentive.kept(made, SCHEMES[name].at(2020), coefficient=coefficient, pool=pool)
    assert stays.shape == made.shape and stays.min() >= -1e-5


def test_who_collects_more_has_a_smaller_claim_on_a_pool_that_does_not_reach() -> None:
    told = {"target": 0, "contributions": 100, "fiscal_revenue": 9_000, "insurable": 1}
    made = accounts({CODES[0]: {**told, "spending": 500}, CODES[1]: {**told, "spending": 300}}, "万元")
    at = with_pool(terms()).changed("pay_in_contributions", percent=0)
    at = at.changed("adjustment", tiers=[{"at_least": 0, "percent": 100}])
    stays = incentive.kept(made, at, coefficient=[1_000_000] * 2, pool=300_000_000)
    # 300 for claims of 400 and 200: one less of the first loses it 300 × (400/600 − 399/599), one less of the
    # second 300 × (200/600 − 199/599)
    assert stays.tolist() == pytest.approx([0.833055, 0.666110], abs=2e-6)


def test_kept_is_one_county_at_a_time_and_takes_any_axes() -> None:
    made = fund()["actual"].accounts
    marks = np.array([900_000, 1_000_000])
    once = incentive.kept(made[0], with_pool(terms()), coefficient=marks)
    assert once.tolist() == pytest.approx([0.945, 0.9], abs=1e-5)
    draws = Accounts.build(
        made.regions, {name: np.stack([getattr(made, name)] * 3) for name in COLUMNS}
    ).changed(spending=made.spending * np.array([1, 2, 3])[:, None, None])
    stacked = incentive.kept(draws, with_pool(terms()), coefficient=marks, pool=[[5], [6], [7]])
    alone = [
        incentive.kept(draws[place], with_pool(terms()), coefficient=marks, pool=5 + place)
        for place in range(3)
    ]
    assert stacked.tolist() == np.stack(alone).tolist()


@some
@given(counties, every_scheme, pools)
def test_kept_is_the_fall_of_cost_when_one_county_collects_more(
    rows: list[dict[str, int]], name: str, pool: int
) -> None:
    made = build([{**told, "contributions": told["contributions"] // 2} for told in rows]).changed(retirees=1)
    marks, at = np.full(made.shape, 700_000), SCHEMES[name].at(2020)
    stays = incentive.kept(made, at, coefficient=marks, pool=pool)
    before = sharing.share(made, at, coefficient=marks, pool=pool).cost
    for place in range(len(rows)):
        more = made.contributions + np.where(np.arange(len(rows)) == place, 1_000_000, 0)
        after = sharing.share(made.changed(contributions=more), at, coefficient=marks, pool=pool).cost
        assert stays[place] == (before[place] - after[place]) / 1_000_000


# Tables


def test_a_target_met_counts_in_a_gap_only() -> None:
    held = incentive.held(np.array([[900_000, 1_000_000]]))
    rows = incentive.curve(fund()["actual"], with_pool(terms()), coefficient=held, percents=ENDS)
    # 灵武 has its target of 1600 in the range, and a surplus from 1111 on
    assert rows.query("region == '640181'")["reason"].tolist() == ["", "gap_closed"]


def test_what_rounding_can_do_makes_no_zone() -> None:
    told = {"contributions": 1_000, "spending": 2_000, "fiscal_revenue": 100, "insurable": 1}
    at = SCHEMES["tiers"].at(2020).changed("grant", tiers=[{"at_least": 0, "percent": 99.9}])
    rows = incentive.curve(panel(accounts({CODES[0]: told})), at, percents=ENDS)
    # the county bears a thousandth of 1500, then of 500, whole fen: 2, then 1
    assert rows[["kept", "zone"]].to_numpy().tolist() == [[0.001, "indifferent"]]


def test_percents_cut_what_the_kinks_leave_whole_and_zones_join_it_again() -> None:
    made = fund()["actual"]
    held = incentive.held(np.array([[900_000, 1_000_000]]))
    fine, coarse = (
        incentive.curve(made, with_pool(terms()), coefficient=held, percents=percents)
        for percents in (range(50, 151), ENDS)
    )
    assert len(fine) > len(coarse)
    columns = ["region", "year", "zone", "contributions", "until"]
    pd.testing.assert_frame_equal(incentive.zones(fine)[columns], incentive.zones(coarse)[columns])
    own = incentive.zones(fine).query("region == '640104'")
    assert own["zone"].tolist() == ["partial", "weak", "partial"]
    assert own["reason"].tolist() == ["", "target_met", "gap_closed"]
    assert set(fine["zone"]) <= set(codes.ZONE)


def test_a_county_that_collects_nothing_has_no_range() -> None:
    made = accounts({CODES[0]: {"contributions": 0, "spending": 10}, CODES[1]: {"contributions": 9}})
    rows = incentive.curve(panel(made), SCHEMES["none"].at(2020))
    assert set(rows["region"]) == {CODES[1]}
