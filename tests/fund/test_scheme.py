"""The scheme files themselves, and what the loader refuses."""

from datetime import date
from pathlib import Path

import pytest

from qmcb import codes
from qmcb.errors import InputError
from qmcb.fund import parameters, scheme
from qmcb.fund.steps import STEPS

ALL = {name: scheme.load(name) for name in scheme.names()}
GOOD = """\
label: 标签
description: A scheme.
values:
  2017-01-01:
    - {step: reserve, months: 3, assumed: true}
    - {step: county, cap: 5, assumed: true}
    - {step: advance}
references:
  2017-01-01: {title: 办法, number: 1号, article: 一, source_kind: seen}
confirmed: null
"""


def test_the_six_schemes_are_there() -> None:
    assert set(ALL) == {"none", "flat", "tiers", "notice", "central_2018", "full_pooling"}


@pytest.mark.parametrize("name", ALL)
def test_every_scheme_is_labelled_and_says_what_is_assumed(name: str) -> None:
    each = ALL[name]
    assert each.label.strip() and each.file.description.endswith(".")
    for day, terms in each.terms.items():
        if terms is not None:
            rows = each.parameters(day)
            given = [row for row in rows if row["status"] != codes.RULE_STATUS["assumed"]]
            assert all(row["document"] for row in given)
            assert all(row["value"] for row in rows)
    assert not each.file.assumed or {row["status"] for row in each.parameters(2020)} == {"假定"}


def test_every_ratio_of_the_notice_is_marked_assumed() -> None:
    assert {row["status"] for row in ALL["notice"].parameters(2020)} == {"假定"}


def test_the_central_form_is_what_the_document_gives() -> None:
    first = ALL["central_2018"].parameters(date(2018, 7, 1))
    assert [(row["parameter"], row["value"], row["document"], row["status"]) for row in first] == [
        ("平均工资的比例", "90%", "国发〔2018〕18号", "待核"),
        ("比例", "3%", "国发〔2018〕18号", "待核"),
        ("留足支付月数", "0个月", "", "假定"),
    ]
    rates = [ALL["central_2018"].parameters(year)[1]["value"] for year in (2019, 2020, 2021)]
    assert rates == ["3.5%", "4%", "4.5%"]


def test_labels_are_those_of_the_steps_and_parameters() -> None:
    assert set(codes.STEP) == set(STEPS)
    known = {name for step in STEPS.values() for name in parameters.of(step)}
    assert known <= set(codes.PARAMETER)


def test_tiers_and_shares_are_told_in_words() -> None:
    texts = [row["value"] for name in ("tiers", "flat") for row in ALL[name].parameters(2020)]
    assert "财力达均值0%：80%；财力达均值60%：60%；财力达均值100%：40%；财力达均值150%：20%" in texts
    assert "县级财政40%；市级财政20%；省级补助40%" in texts


# In force


def test_a_year_goes_by_its_first_day() -> None:
    notice = ALL["notice"]
    assert notice.at(2017).effective == date(2017, 1, 1) == notice.at(date(2017, 1, 1)).effective
    with pytest.raises(
        InputError, match="notice in force for the whole of 2016; found versions of 2017-01-01"
    ):
        notice.at(2016)


def test_what_ended_is_not_in_force() -> None:
    with pytest.raises(
        InputError, match=r"in force on 2023-05-01; found versions of .* 2022-01-01 \(ended\)"
    ):
        ALL["central_2018"].at(date(2023, 5, 1))


# The loader


def load(folder: Path, text: str) -> scheme.Scheme:
    (folder / "schemes").mkdir()
    (folder / "schemes" / "broken.yaml").write_text(text, "utf-8")
    return scheme.load("broken", folder / "schemes")


def test_a_good_file_loads(tmp_path: Path) -> None:
    assert [step.name for step in load(tmp_path, GOOD).at(2017).steps] == ["reserve", "county", "advance"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("label: 标签\n", "", r"schemes/broken.yaml, field \$; found 'label' is a required"),
        ("confirmed: null", "confirmed: yesterday", r"field \$.confirmed"),
        ("2017-01-01:\n", "2017-13-01:\n", r"field \$.values"),
        ("  2017-01-01: {title", "  2018-01-01: {title", "found a difference at 2017-01-01, 2018-01-01"),
        ("source_kind: seen", "source_kind: heard", r"source_kind"),
        ("confirmed: null", "confirmed: null\nassumed: true", "'note' is a required"),
        ("label: 标签", "label: 标签\nlabel: 标签", "line 2; found key label twice"),
        ("step: reserve", "step: reserves", "step: one of .* 2017-01-01, step 1; found reserves"),
        ("{step: advance}", "{months: 3}", "step 3; found None"),
        ("months: 3", "months: -1", r"months as a whole number .* step 1 \(reserve\); found -1"),
        ("months: 3", "months: 2.5", "found 2.5"),
        ("months: 3, ", "", "the parameter months in .* step 1"),
        ("months: 3", "months: 3, years: 1", "only the parameters months in .*; found years"),
        ("cap: 5", "cap: 101", "cap as a per cent from 0 to 100 with at most .*; found 101"),
        ("cap: 5", "cap: 0.00001", "at most 4 decimals"),
        ("cap: 5", "cap: true", "found True"),
        ("cap: 5", "cap: .nan", "found nan"),
        ("cap: 5, assumed: true", "cap: 5, assumed: perhaps", "assumed: true or none"),
        ("    - {step: advance}\n", "", "a last step that bears all that is left in .*; found county"),
        ("{step: advance}", "{step: reserve, months: 1}", "each step once"),
        ("{step: advance}", "{step: adjustment}\n    - {step: per_retiree}", "one way in which the pool"),
        ("{step: advance}", "{step: managed_part}", "first what is paid in, then what kind of gap"),
        ("{step: advance}", "{step: split, shares: {county: 60, city: 50}}", "per cents that sum to 100"),
        ("{step: advance}", "{step: split, shares: {reserve: 100}}", "per cents by county, city"),
        ("{step: advance}", "{step: grant, tiers: [{at_least: 5, percent: 1}]}", "from at_least: 0"),
        ("{step: advance}", "{step: grant, tiers: [{percent: 1}]}", "at_least and percent in each tier"),
        ("{step: advance}", "{step: grant, tiers: 5}", "a list of {at_least, percent}"),
        ("{step: advance}", "{step: per_retiree, held: [540000]}", "region codes of six digits in quotes"),
        ("    - {step: reserve", "    a: 1\n    # {step: reserve", "line 7"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_its_place(tmp_path: Path, before: str, after: str, says: str) -> None:
    assert before in GOOD
    with pytest.raises(InputError, match=says) as caught:
        load(tmp_path, GOOD.replace(before, after, 1))
    message = str(caught.value)
    assert "broken.yaml" in message and "\n" not in message and str(tmp_path) not in message


def test_a_mapping_is_no_list_of_steps(tmp_path: Path) -> None:
    start, end = GOOD.index("    - {step: res"), GOOD.index("references")
    with pytest.raises(InputError, match=r"a list of steps in schemes/broken.yaml, 2017-01-01; found dict"):
        load(tmp_path, GOOD[:start] + "    reserve: 3\n" + GOOD[end:])


def test_an_unknown_scheme_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(
        InputError, match="one of central_2018, flat, full_pooling, none, notice, tiers; found x"
    ):
        scheme.load("x")


def test_a_scheme_that_ended_is_not_in_force() -> None:
    central = scheme.load("central_2018")
    told = [
        central.is_in_force(date(*day)) for day in ((2018, 6, 30), (2018, 7, 1), (2021, 12, 31), (2022, 1, 1))
    ]
    assert told == [False, True, True, False]
