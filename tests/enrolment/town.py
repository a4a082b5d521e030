"""The readable cases as one source: a person a case."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from qmcb import policy
from qmcb.enrolment.facts import Facts
from qmcb.linkage.people import People, people
from qmcb.linkage.spec import Thresholds
from qmcb.periods import Period
from qmcb.sources import book as books
from qmcb.sources.book import Book

Case = Mapping[str, Any]
Source = Callable[[Mapping[str, Any]], Path]
Number = Callable[..., str]
Row = dict[str, str | None]

_CASES = Path(__file__).parent / "cases"
# So few people teach the model little: what it would accept or leave open among many lies here.
_FEW = Thresholds(accept=0.9, review=0.00001)
_FAMILY_NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"


def cases(name: str) -> list[Case]:
    """The cases of one file of tests/enrolment/cases."""
    told: list[Case] = yaml.safe_load((_CASES / f"{name}.yaml").read_text("utf-8"))
    return told


class Town:
    """The people of the cases, linked; each found again by the name of the case."""

    def __init__(self, told: list[Case], source: Source, number: Number) -> None:
        written: defaultdict[str, list[Row]] = defaultdict(list)
        for place, case in enumerate(told):
            for table, row in _rows(case, number(place, _birth(case), "640104"), _name(place)):
                written[table].append(row | {"record_id": f"{place:03}-{len(written[table])}"})
        self.book: Book = books.read(source(written))
        self.people: People = people(self.book, _FEW)

    def facts(self, period: Period) -> Facts:
        """What the source says up to a month."""
        return Facts(self.book, self.people, policy.load(), "64", period)

    @property
    def persons(self) -> dict[int, int]:
        """Case by person: whoever has the right number of a case."""
        rows = self.people.persons.filter(self.people.persons.number.notnull())
        found = rows.select("person", place=rows.number.substr(14, 3).cast("int64")).to_pandas()
        return dict(zip(found["person"], found["place"], strict=True))


def _name(place: int) -> str:
    return _FAMILY_NAMES[place % len(_FAMILY_NAMES)] + chr(0x5200 + 37 * place) + chr(0x6700 + 53 * place)


def _birth(case: Case) -> str:
    return str(case.get("born", "1980-01-01")).replace("-", "")


def _rows(case: Case, number: str, name: str) -> Iterator[tuple[str, Row]]:
    """Every row of a case, in short words; see the case files."""
    born, phone = str(case.get("born", "1980-01-01")), "139" + number[-8:-1] + "0"
    own: Row = {"id_number": number, "name": name, "birth_date": born, "sex": case.get("sex")}
    if case.get("resident", True):
        yield (
            "residents",
            own
            | {
                "hukou_region": str(case.get("hukou", "640104")),
                "alive": "0" if case.get("cancelled") else "1",
            },
        )
    yield "cards", own | {"region": "640104", "phone": phone}
    wrong = number[:8] + str((int(number[8]) + 3) % 10) + number[9:]
    told: dict[str, Row] = {
        "own": own,
        "wrong_digit": own | {"id_number": wrong, "phone": phone},
        "no_number": own | {"id_number": None},
    }
    for table in ("enrolments", "enrolments_elsewhere", "benefits"):
        for words in case.get(table, ()):
            insurance, region, months, *more = str(words).split()
            known = told[case.get("elsewhere_written", "own") if table.endswith("elsewhere") else "own"]
            first, last = ("", "") if months == "never" else months.split("..")
            spell: Row = {"insurance": insurance, "region": region, "first_month": first, "last_month": last}
            drawn: Row = {"monthly_amount": more[0] if more else None}
            paid: Row = {"status": "1", "employer_id": more[0] if more and more[0] != "-" else ""}
            paid["base"] = more[1] if len(more) > 1 else None
            yield table, known | spell | (drawn if table == "benefits" else paid)
    if "died" in case:
        yield "deaths", own | {"died_on": str(case["died"])}
    for span in case.get("students", ()):
        start, end = span.split("..")
        school = str(case.get("school", "640104"))
        yield "students", own | {"school_region": school, "enrolled_from": start, "enrolled_to": end}
    if case.get("registered"):
        yield "registry", own
    if "staff" in case:
        yield (
            "registry",
            own | {"employment": "10", "employer_id": case["staff"], "registered_on": "2020-01-01"},
        )
    if "residence" in case:
        yield "population", own | {"residence_region": str(case["residence"])}
    for words in case.get("wages", ()):
        employer, month, wage = words.split()
        yield "payroll", own | {"uscc": employer, "month": month, "wage": wage}
    if "low_income" in case:
        yield "low_income", own | {"since": str(case["low_income"])}


def periods(told: list[Case]) -> set[Period]:
    return {period(case) for case in told}


def period(case: Case) -> Period:
    return Period.parse(case.get("period", "2024-06"))
