import re

import pandas as pd
from bs4 import BeautifulSoup

from qmcb.reports.tables import table

FRAME = pd.DataFrame(
    {
        "name": ["兴庆区", "<b>灵武</b>", "利通区", "盐池县"],
        "people": [7_202_654, 812, 3, 40],
        "rate": [0.5, 0.0012, None, 0],
    }
)


def test_html_is_a_table_that_can_be_read_aloud() -> None:
    made = table(
        FRAME, caption="各县", labels={"name": "县", "people": "人数"}, people=["people"], shares=["rate"]
    )
    soup = BeautifulSoup(made.html(), "html.parser")
    assert soup.caption.get_text() == "各县"
    assert [th.get_text() for th in soup.thead("th", scope="col")] == ["县", "人数", "rate"]
    assert soup.tbody("th", scope="row")[1].get_text() == "<b>灵武</b>"
    cells = [[td.get_text() for td in row("td")] for row in soup.tbody("tr")]
    assert cells == [["7,202,654", "50.0%"], ["812", "0.12%"], ["<5", "—"], ["*", "0.0%"]]
    assert all("number" in td["class"] for td in soup("td"))
    assert "不足5" in soup.find(class_="note").get_text()


def test_what_nbval_compares_is_the_same_data() -> None:
    bundle = table(FRAME, caption="各县", people=["people"])._repr_mimebundle_()
    assert bundle["text/plain"].splitlines()[:2] == ["各县", "name\tpeople\trate"]
    assert "利通区\t<5\t—" in bundle["text/plain"] and "3" not in bundle["text/plain"].split()


def test_bars_in_cells_show_size_but_not_hidden_counts() -> None:
    soup = BeautifulSoup(table(FRAME, caption="各县", people=["people"], bar="people").html(), "html.parser")
    lengths = re.findall(r"em/([\d.]+)%", str(soup))
    assert lengths == ["60.0", "0.0", "0.0", "0.0"]


def test_bars_belong_to_their_rows_whatever_the_index() -> None:
    turned = FRAME.sort_values("people")
    assert table(turned, caption="各县", people=["people"], bar="people").shares["people"] == [
        *(0, 0),
        *(812 / 7_202_654, 1),
    ]


def test_a_sum_is_hidden_where_its_people_are() -> None:
    sums = pd.DataFrame(
        {"name": ["甲", "乙", "丙", "丁"], "months": [90, 81, 72, 63], "fen": [9.5, 8, None, 6]}
    )
    made = table(sums, caption="各县", sums={"months": [9, 3, 40, 12], "fen": [9, 0, 0, 4]}, bar="months")
    assert made.texts["months"].tolist() == ["*", "*", "72", "63"]
    assert made.texts["fen"].tolist() == ["*", "8", "—", "*"]
    assert made.shares["months"] == [0, 0, 1, 63 / 72] and "倒推" in made.note


def test_jupyterlab_is_told_which_way_texts_run() -> None:
    soup = BeautifulSoup(table(FRAME, caption="各县").html(), "html.parser")
    for cell in soup(["th", "td"]):
        side = "right" if "number" in cell["class"] else "left"
        assert cell["style"] == f"text-align:{side};white-space:nowrap"


def test_nothing_found_is_an_empty_table() -> None:
    made = table(FRAME[:0], caption="没有", people=["people"], bar="people")
    assert made.plain() == "没有\nname\tpeople\trate"


def test_numbers_have_as_many_decimals_as_asked_for_and_a_true_minus() -> None:
    frame = pd.DataFrame({"县区": ["甲"], "得分": [90.0], "金额": [-3], "比": [-0.25]})
    assert table(frame, caption="", decimals={"得分": 1}).texts.iloc[0].tolist() == [
        "甲",
        "90.0",
        "−3",
        "−0.25",
    ]
