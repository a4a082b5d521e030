"""The readable cases of cases/quality.yaml against the real reading and linkage; how names differ."""

from collections import defaultdict
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from town import Case, Number, Row, Source, cases

from qmcb import codes, policy
from qmcb.enrolment import names_differ, quality
from qmcb.enrolment.facts import Facts
from qmcb.linkage.people import people
from qmcb.linkage.spec import Thresholds
from qmcb.periods import Period
from qmcb.sources import book as books

CASES = cases("quality")
NOW = Period(2024, 6)
pytestmark = pytest.mark.usefixtures("few_random_pairs")


def born(place: int) -> str:
    return f"{1955 + place}-0{1 + place % 9}-1{place % 9}"


def own(place: int, number: Number) -> str:
    return number(2 * place + 101, born(place).replace("-", ""), CASES[place].get("prefix", "640104"))


def sent(place: int, number: Number) -> str | None:
    right = own(place, number)
    wrong = str((int(right[16]) + 4) % 10)
    return {
        "right": right,
        "spaces": f" {right} ",
        "fifteen": right[:6] + right[8:17],
        "digit": right[:16] + wrong + right[17:],
        "eaten": right[:15] + "000",
        "none": None,
        "of_other": own(0, number),
    }[CASES[place].get("number", "right")]


def rows(place: int, number: Number) -> Iterator[tuple[str, Row]]:
    case = CASES[place]
    person = {"id_number": own(place, number), "name": case["person"], "birth_date": born(place), "sex": "1"}
    if case.get("resident", True):
        alive = "0" if case.get("cancelled") else "1"
        yield "residents", person | {"hukou_region": "640104", "alive": alive}
    contact = person | {"phone": f"139{place:08}"}
    yield "cards", contact | {"region": "640104"}
    asked = {"id_number": sent(place, number), "name": case.get("written", case["person"])}
    told = {} if case.get("bare") else contact
    yield "registry", told | asked | {"hukou_region": case.get("hukou")}
    paid = contact | {"insurance": "110", "region": "640104", "status": "1", "first_month": "2020-01"}
    match case.get("state"):
        case "paying":
            yield "enrolments", paid
        case "lapsed":
            yield "enrolments", paid | {"last_month": "2021-12", "status": "2"}
        case "retired":
            yield "benefits", contact | {"insurance": "110", "region": "640104", "first_month": "2016-01"}
    if "died" in case:
        yield "deaths", person | {"died_on": str(case["died"])}


@pytest.fixture(scope="module")
def told(source: Source, number: Number) -> dict[str, list[Row]]:
    written: defaultdict[str, list[Row]] = defaultdict(list)
    for place in range(len(CASES)):
        for table, row in rows(place, number):
            written[table].append(row | {"record_id": f"{place:03}-{table}"})
    return written


@pytest.fixture(scope="module")
def facts(source: Source, told: dict[str, list[Row]]) -> Iterator[Facts]:
    with books.read(source(told)) as book:
        yield Facts(book, people(book, Thresholds(accept=0.9, review=0.00001)), policy.load(), "64", NOW)


def findings(facts: Facts) -> pd.DataFrame:
    judged = facts.kept("judged", quality.judged(facts))
    rows: pd.DataFrame = quality.findings(facts, judged, quality.records(facts, judged)).to_pandas()
    return rows.assign(case=pd.to_numeric(rows["record_id"].str[:3], errors="coerce")).astype(object)


@pytest.fixture(scope="module")
def found(facts: Facts) -> pd.DataFrame:
    return findings(facts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cases(found: pd.DataFrame, case: Case) -> None:
    mine = found[(found["case"] == CASES.index(case)) & found["table"].isin(("registry",))]
    dead = found[(found["case"] == CASES.index(case)) & (found["rule"] == "dead")]
    columns = ["rule", "kind", "action", "evidence", "repair"]
    both = pd.concat([mine, dead])[columns].astype(object)
    rows = both.where(both.notna(), None).to_numpy().tolist()
    assert sorted(rows, key=repr) == sorted(case["expected"], key=repr)


def test_what_is_proposed_points_to_the_record_of_public_security(found: pd.DataFrame) -> None:
    certain = found["evidence"].isin(("public_security", "linked", "registered_name"))
    expected = found["case"].map("{:03}-residents".format)
    assert (found["found_in"] == expected)[certain].all() and certain.sum() > 5
    assert found.loc[~certain, "found_in"].isna().all()


def test_where_several_numbers_fit_none_is_proposed(source: Source, number: Number) -> None:
    """Two residents of one name and day, whose numbers a spreadsheet has made the same one."""
    twins = [number(serial, "19800203") for serial in (201, 203)]
    known = {"name": "欧阳建国", "birth_date": "1980-02-03", "hukou_region": "640104", "alive": "1"}
    eaten = {"id_number": twins[0][:15] + "000", "name": "欧阳建国", "record_id": "R1"}
    paid = {"insurance": "110", "region": "640104", "status": "1", "first_month": "2020-01"}
    other = {"id_number": number(900), "name": "李四海"}
    told = {
        "residents": [known | {"id_number": one} for one in twins],
        "registry": [eaten],
        "enrolments": [other | paid],
    }
    with books.read(source(told)) as book:
        rows = findings(Facts(book, people(book), policy.load(), "64", NOW))
        (row,) = rows[rows["rule"] == "number"].to_dict("records")
    assert (row["kind"], row["evidence"], row["found_in"]) == ("spreadsheet", "several", None)


def test_no_number_and_no_name_is_in_a_finding(found: pd.DataFrame, told: dict[str, list[Row]]) -> None:
    personal = {row[name] for table in told.values() for row in table for name in ("id_number", "name")}
    texts = {str(value) for column in quality.COLUMNS for value in found[column]}
    assert not texts & (personal - {None})


def test_before_the_notice_there_is_nothing_to_order(facts: Facts) -> None:
    early = Facts(facts.book, facts.people, facts.rules, "64", Period(2016, 12))
    rows = findings(early)
    assert set(rows.loc[rows["rule"].isin(("number", "name")), "action"]) == {"consult"}


def test_without_residents_nobody_is_said_to_be_unknown(source: Source, told: dict[str, list[Row]]) -> None:
    with books.read(source({name: rows for name, rows in told.items() if name != "residents"})) as book:
        facts = Facts(book, people(book, Thresholds(0.9, 0.00001)), policy.load(), "64", NOW)
        answers = quality.judged(facts).to_pandas()
        assert not {"own", "not_found", "elsewhere"} & set(answers["holder"])
        assert set(answers["name"]) == {"uncompared"}
        assert set(findings(facts)["rule"]) == {"number", "holder", "dead"}


def test_a_number_with_several_people_in_one_table_is_counted(facts: Facts) -> None:
    records = quality.records(facts, quality.judged(facts))
    several = quality.several(records, facts.people.profiles).to_pandas().set_index("table")
    assert several.loc["registry"].to_dict() == {"people": 2, "records": 2}  # 马建国 and who uses his number
    assert list(several.index) == ["registry"]


@pytest.mark.parametrize(
    ("written", "registered", "kind"),
    [
        ("王五", "王五", "equal"),
        ("马 建国", "马建国", "form"),
        ("买买提吐尔逊", "买买提·吐尔逊", "separator"),
        ("赵BEN", "赵犇", "rare"),
        ("李JI", "李𠮷", "rare"),
        ("张？民", "张爱民", "rare"),
        ("王小?", "王晓𬭎", "other"),
        ("陳偉", "陈伟", "variant"),
        ("赵喆", "赵哲", "variant"),
        ("李建国", "国建李", "order"),
        ("张伟", "张玮", "homophone"),
        ("马晴", "马睛", "look_alike"),
        ("张三丰", "张三", "cut"),
        ("王建国", "王建军", "one_character"),
        ("马芳", "马丽", "one_character"),
        ("王五", "李四", "other"),
        ("　", "王五", "absent"),
    ],
)
def test_how_names_differ(written: str, registered: str, kind: str) -> None:
    assert names_differ.kinds(pa.array([written]), pa.array([registered])).to_pylist() == [kind]


names = st.text(st.sampled_from("王玉马建国華华晴睛·•?AJ"), min_size=1, max_size=4)


@settings(max_examples=40)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=6))
def test_each_pair_of_names_is_told_by_itself(pairs: list[tuple[str, str]]) -> None:
    sides = [pa.array(side, pa.string()) for side in zip(*pairs, strict=True)]
    together = names_differ.kinds(*sides).to_pylist()
    alone = [names_differ.kinds(pa.array([a]), pa.array([b])).to_pylist()[0] for a, b in pairs]
    assert together == alone and set(together) <= set(codes.NAME_DIFFERENCE) - {"uncompared"}
    assert [kind == "equal" for kind in together] == [a == b for a, b in pairs]


def test_every_question_and_way_of_correction_has_a_case() -> None:
    rows = [row for case in CASES for row in case["expected"]]
    assert {row[0] for row in rows} == set(codes.QUALITY)
    ordered = policy.load().intervals("quality", NOW)
    assert {row[2] for row in rows} >= {row["action"] for row in ordered if row["decides"]}
