"""What every page says of its sources, rules and balance."""

import pytest

from qmcb import policy
from qmcb.balance import Line
from qmcb.errors import BalanceError
from qmcb.periods import Period
from qmcb.studies import provenance
from qmcb.studies.cross_province import CrossProvince


def test_inputs_and_quarantine_count_every_row(linked: CrossProvince) -> None:
    book = linked.book
    told = provenance.inputs(book).texts
    kept_apart = provenance.quarantine(book).texts
    rows = sum(file.quarantined for file in book.files)
    assert told["文件"].tolist() == [file.file for file in book.files]
    assert kept_apart["行数"].map(int).sum() == rows > 0


def test_rules_are_those_asked_for_with_their_status() -> None:
    shown = provenance.rules(policy.load(), Period.parse("2024-06"), "missing/").texts
    assert "居民养老参保起始年龄" in shown["规则"].tolist()
    assert set(shown["状态"]) <= {"已核", "待核", "假定"}
    assert not any("医保" in rule for rule in shown["规则"])


def test_a_small_count_of_people_cannot_be_had_by_subtraction() -> None:
    people = Line("户籍人口", 1_000, (("参保", 990), ("死亡", 7), ("漏保", 3)), of_people=True)
    rows = Line("读入", 5, (("接收", 4), ("隔离", 1)))
    shown = provenance.closing([people, rows]).texts["构成"].tolist()
    assert shown == ["参保 990 + 死亡 * + 漏保 <5", "接收 4 + 隔离 1"]


def test_a_line_that_is_off_stops_the_page() -> None:
    with pytest.raises(BalanceError, match="户籍人口"):
        provenance.closing([Line("户籍人口", 3, (("参保", 2),))])
