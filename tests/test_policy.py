"""Dated rules: the rule base itself, the loader's refusals, and time divided without gap or overlap."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qmcb import codes, paths, policy
from qmcb.errors import InputError
from qmcb.periods import Period
from qmcb.policy import Order, Outcome, Rule, Rulebook, Version

BOOK = policy.load()
MIDDLE = Period.parse("2017-06")
GOOD = """\
label: 标签
description: A rule.
unit: month
values:
  2014-07-01: 3
references:
  2014-07-01: {title: 办法, number: 1号, article: 一}
source_kind: seen
confirmed: null
"""

months = st.builds(Period, st.integers(1990, 2030), st.integers(1, 12))
days = st.dates(date(1980, 1, 1), date(2040, 12, 31))


def rule(
    *dated: tuple[date, int | Outcome | None], confirmed: date | None = None, assumed: bool = False
) -> Rule:
    versions = tuple(Version(day, value, None) for day, value in sorted(dated, key=lambda pair: pair[0]))
    return Rule("a/b", "标签", "A rule.", "month", versions, confirmed, assumed)


# The rule base


@pytest.mark.parametrize("each", BOOK.rules.values(), ids=BOOK.rules)
def test_rule_is_labelled_dated_and_documented(each: Rule) -> None:
    assert each.label.strip() and each.description.endswith(".") and each.unit in codes.UNIT
    assert [v.effective for v in each.versions] == sorted({v.effective for v in each.versions})
    assert each.assumed or all(v.reference for v in each.versions if v.value is not None)
    assert each.confirmed is None or each.confirmed >= date(2017, 1, 1)
    assert {type(v.value) for v in each.versions} - {type(None)} in (
        {int},
        {float},
        {Outcome},
        {Order},
        set(),
    )


def test_schema_lists_exactly_the_keys_of_the_code_lists() -> None:
    schema = yaml.safe_load((paths.POLICY / "schema.json").read_text("utf-8"))
    value = schema["$defs"]["value"]["properties"]
    assert schema["properties"]["unit"]["enum"] == list(codes.UNIT)
    assert schema["properties"]["scopes"]["items"]["enum"] == list(codes.SCOPE)
    assert value["sources"]["items"]["enum"] == list(codes.GOLDEN_SOURCE)
    assert ["consult", *value["action"]["enum"]] == list(codes.ACTION)
    assert value["keep"]["enum"] == list(codes.KEEP)
    assert value["refund"]["items"]["enum"] == value["retain"]["items"]["enum"] == list(codes.REFUND)
    assert value["decides"]["enum"] == list(codes.DECIDES)


def test_every_key_of_the_code_lists_is_used() -> None:
    outcomes = [v.value for r in BOOK.rules.values() for v in r.versions if isinstance(v.value, Outcome)]
    assert {o.action for o in outcomes} | {"consult"} == set(codes.ACTION)
    assert {o.keep for o in outcomes} - {None} == set(codes.KEEP)
    assert {key for o in outcomes for key in o.refund + o.retain} == set(codes.REFUND)
    assert {o.decides for o in outcomes} - {None} == set(codes.DECIDES)
    assert {r.unit for r in BOOK.rules.values()} == set(codes.UNIT)


def test_each_kind_and_scope_of_duplicate_has_exactly_one_rule() -> None:
    found = [
        (r.name.split("/")[1], s)
        for r in BOOK.rules.values()
        if r.name[:11] == "duplicates/"
        for s in r.scopes
    ]
    assert sorted(found) == sorted((kind, scope) for kind in codes.DUPLICATE for scope in codes.SCOPE)


def test_every_missing_or_excluded_standing_has_a_rule() -> None:
    for standing in codes.MISSING + codes.EXCLUDED:
        assert BOOK[f"missing/standing/{standing}"].at(MIDDLE) is not None


def test_every_difference_and_every_field_of_the_golden_record_has_a_rule() -> None:
    kinds = (*codes.REGISTRY_DIFFERENCE, *codes.HOLDER, *codes.VISIT)
    assert {name for name in BOOK.rules if name.startswith("registry/")} == {f"registry/{k}" for k in kinds}
    orders = {field: BOOK.order(f"golden/{field}", MIDDLE) for field in codes.GOLDEN}
    assert {f"golden/{field}" for field in orders} == {n for n in BOOK.rules if n.startswith("golden/")}
    assert {source for order in orders.values() for source in order.sources} == set(codes.GOLDEN_SOURCE)
    assert orders["hukou_region"].text == "依次：公安、登记库"
    assert orders["phone"].text.startswith("取最新；同日依次：登记库、")


def test_an_order_that_is_not_there_is_said_with_the_rule() -> None:
    for name in ("golden/hukou_region", "missing/lapse_grace"):
        with pytest.raises(InputError, match=name):
            BOOK.order(name, Period(1957, 12))


def test_nothing_is_ended_without_somebody_who_decides() -> None:
    for each in BOOK.rules.values():
        for version in each.versions:
            if isinstance(version.value, Outcome) and version.value.action != "exclude":
                assert version.value.decides, each.name


# A value at a date


def test_a_value_effective_inside_a_month_governs_from_the_next() -> None:
    inside = rule((date(2016, 11, 28), 1))
    assert inside.at(date(2016, 11, 27)) is None
    assert inside.at(date(2016, 11, 28)) is not None
    assert inside.at(Period(2016, 11)) is None
    assert inside.at(Period(2016, 12)) is not None
    assert rule((date(2014, 7, 1), 1)).at(Period(2014, 7)) is not None
    assert rule((date(2014, 12, 2), 1)).versions[0].governs_from == Period(2015, 1)


def test_an_abolished_value_is_not_in_force() -> None:
    staff = BOOK["missing/standing/civil_service"]
    assert staff.at(Period(2014, 9)) is not None
    assert staff.at(Period(2014, 10)) is None


def test_numbers() -> None:
    assert BOOK.number("missing/pension_age_from", MIDDLE) == 16
    assert BOOK.number("missing/lapse_grace", MIDDLE) == 3
    assert BOOK.number("contributions/late_fee", MIDDLE) == 0.05


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("missing/pension_age_from", "2014-02"),
        ("missing/standing/dead", "2017-06"),
        ("missing/no_such_rule", "2017-06"),
    ],
)
def test_no_number_in_force_is_said_with_the_rule(name: str, month: str) -> None:
    with pytest.raises(InputError, match=name):
        BOOK.number(name, Period.parse(month))


# Rows for pages and joins


def test_in_force_rows_are_ready_to_read() -> None:
    rows = {row["rule"]: row for row in BOOK.in_force(MIDDLE)}
    assert rows["duplicates/employee_resident_pension"] == {
        "rule": "duplicates/employee_resident_pension",
        "label": "职工与居民养老重复缴费：按月核定，清退居民一侧",
        "value": "按月核定，清退居民养老同期缴费；保留：职工养老；退：个人缴费、集体补助；不退：政府补贴",
        "effective": "2014-07-01",
        "document": "人社部发〔2014〕17号",
        "article": "第七条",
        "status": "待核",
    }
    assert (rows["missing/lapse_grace"]["value"], rows["missing/lapse_grace"]["status"]) == ("3个月", "假定")
    assert (rows["missing/lapse_grace"]["document"], rows["missing/lapse_grace"]["effective"]) == ("", "")
    assert "duplicates/employee_medical_twice" not in rows
    assert "duplicates/unemployment_twice" not in rows
    assert list(rows) == sorted(rows)


def test_status_follows_confirmation() -> None:
    dated = (date(2014, 7, 1), 1)
    assert rule(dated).status == "unconfirmed"
    assert rule(dated, confirmed=date(2024, 1, 1)).status == "confirmed"
    assert rule(dated, confirmed=date(2024, 1, 1), assumed=True).status == "assumed"


def test_intervals_hold_rule_and_document_or_consultation() -> None:
    before, after = (
        row
        for row in BOOK.intervals("duplicates", MIDDLE)
        if row["kind"] == "employee_resident_pension" and row["scope"] == "across"
    )
    assert before["action"] == "consult"
    assert all(before[column] is None for column in list(before)[list(before).index("action") + 1 :])
    assert (before["first_month"], before["last_month"]) == (date(1949, 1, 1), date(2014, 6, 1))
    assert (after["first_month"], after["last_month"]) == (date(2014, 7, 1), MIDDLE.first_day)
    assert (after["refund"], after["retain"]) == ("个人缴费、集体补助", "政府补贴")
    assert (after["effective"], after["document"], after["confirmed"]) == (
        date(2014, 7, 1), "人社部发〔2014〕17号", False,
    )  # fmt: skip


def test_intervals_of_missing_have_one_row_a_standing_and_month() -> None:
    rows = [
        row for row in BOOK.intervals("missing/standing", MIDDLE) if row["last_month"] == MIDDLE.first_day
    ]
    assert {"lapsed", "dead", "military"} <= {str(row["kind"]) for row in rows}
    assert len(rows) == len({row["kind"] for row in rows})
    assert {row["scope"] for row in rows} == {None}


@given(months, months)
def test_every_month_belongs_to_one_interval_of_each_kind_and_scope(month: Period, until: Period) -> None:
    month, until = min(month, until), max(month, until)
    held = [
        (row["kind"], row["scope"])
        for row in BOOK.intervals("duplicates", until)
        if row["first_month"] <= month.first_day <= row["last_month"]  # type: ignore[operator]
    ]
    assert sorted(held, key=str) == sorted(((k, s) for k in codes.DUPLICATE for s in codes.SCOPE), key=str)


@given(st.dictionaries(days, st.one_of(st.none(), st.integers(0, 9)), max_size=6), months)
def test_spans_divide_time_and_agree_with_the_value_of_each_month(
    values: dict[date, int | None], until: Period
) -> None:
    spans = list(rule(*values.items()).spans(until))
    assert (spans[0][0], spans[-1][1]) == (Period(1949, 1), until)
    for start, end, version in spans:
        assert start <= end
        assert version == rule(*values.items()).at(start) == rule(*values.items()).at(end)
    assert all(left[1].shift(1) == right[0] for left, right in pairwise(spans))


def test_a_version_that_begins_in_the_last_month_has_that_month() -> None:
    spans = list(rule((date(2014, 7, 1), 1)).spans(Period(2014, 7)))
    assert [(start, end, version is not None) for start, end, version in spans] == [
        (Period(1949, 1), Period(2014, 6), False),
        (Period(2014, 7), Period(2014, 7), True),
    ]


# The loader


def load(folder: Path, text: str) -> Rulebook:
    (folder / "sub").mkdir()
    (folder / "sub" / "broken.yaml").write_text(text, "utf-8")
    return policy.load(folder)


def test_a_good_file_loads(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).number("sub/broken", MIDDLE) == 3


def test_versions_go_by_date_in_whatever_order_a_file_has_them(tmp_path: Path) -> None:
    unsorted = GOOD.replace("2014-07-01: 3", "2014-07-01: 3\n  2010-01-01: null")
    assert load(tmp_path, unsorted).number("sub/broken", MIDDLE) == 3


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("unit: month\n", "unit: month\nunit: day\n", r"line 4; found key unit twice"),
        ("2014-07-01: 3\n", "2014-07-01: 3\n  '2014-07-01': 4\n", r"line 6; found key 2014-07-01 twice"),
        ("unit: month\n", "", r"'unit' is a required property"),
        ("unit: month", "unit: fortnight", r"field \$\.unit"),
        ("2014-07-01: 3", "2014-02-30: 3", r"field \$\.values.*2014-02-30"),
        ("2014-07-01: 3", "2014: 3", r"field \$\.values"),
        ("2014-07-01: 3", "2014-07-01: {action: cancel}", r"field \$\.values.*cancel"),
        ("2014-07-01: 3", "2014-07-01: {keep: employee_side}", r"'action' is a required"),
        ("2014-07-01: 3", "2014-07-01: 3\n  2015-01-01: 4", r"\$\.references.*differ at 2015-01-01"),
        ("2014-07-01: 3", "2015-01-01: null", r"\$\.references.*differ at 2014-07-01"),
        ("confirmed: null", "confirmed: yesterday", r"field \$\.confirmed"),
        ("source_kind: seen", "assumed: true", r"'note' is a required"),
        ("source_kind: seen\n", "", r"'source_kind' is a required"),
        ("label: 标签", "label: [", r"broken\.yaml, line \d"),
        (GOOD, "", r"found None is not of type 'object'"),
    ],
)
def test_a_broken_file_is_named_with_line_or_field(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    assert before in GOOD
    with pytest.raises(InputError, match=says) as caught:
        load(tmp_path, GOOD.replace(before, after, 1))
    message = str(caught.value)
    assert "sub/broken.yaml" in message and "\n" not in message and str(tmp_path) not in message


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(InputError, match=r"x\.yaml; found not YAML in UTF-8"):
        policy.load(tmp_path)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder of rule files"):
        policy.load(tmp_path)
