"""Counts of a page are held against each other: the relations hold, and no hidden count can be worked out."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb import codes
from qmcb.reports.suppress import FEWEST, Numbers
from qmcb.studies import cross_province_view, cuts, missing_view, provenance, registry_view
from qmcb.studies.cross_province import CrossProvince
from qmcb.studies.cuts import Cuts
from qmcb.studies.data_quality import DataQuality
from qmcb.studies.registry import Registry

pytestmark = pytest.mark.usefixtures("few_random_pairs")
ROWS = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from("pq")),
    min_size=1,
    max_size=20,
)


def people(frame: pd.DataFrame) -> cuts.Count:
    """Different people by columns, counted by pandas."""

    def count(columns: tuple[str, ...]) -> dict[cuts.Key, int]:
        if not columns:
            return {(): frame["person"].nunique()}
        told = frame.groupby(list(columns))["person"].nunique()
        return {at if isinstance(at, tuple) else (at,): int(value) for at, value in told.items()}

    return count


@given(ROWS)
@settings(max_examples=25)
def test_whatever_is_cut_holds_together_and_stays_hidden(rows: list[tuple[int, str, str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=["person", "kind", "place", "state"])
    held = Numbers()
    told = Cuts(held, people(frame))
    told.known("all")
    told.show("kind", "kind")
    told.show("place", "kind", "place")
    told.show("state", "kind", "state", state="p")
    told.sums("places", "place", "place")
    hidden = held.hidden()  # raises where a relation does not hold
    assert set(held.small()) <= hidden
    for key in held.small():
        assert held.interval(key, hidden) == held.at_best(key)
    assert {key[0] for key in held.shown()} <= {"all", "kind", "place", "state", "places"}
    assert ("state", "a", "q") not in held.shown()


def attacked(numbers: Numbers, hidden: cuts.Hidden) -> int:
    """How many small counts there are; of every fourth: it cannot be told from all that is shown."""
    small = numbers.small()
    assert hidden.issuperset(small)
    for key in small[::4]:
        found = numbers.interval(key, hidden)
        assert found == (1, FEWEST - 1) or found == numbers.at_best(key), key
    return len(small)


def test_no_hidden_count_of_residents_can_be_worked_out(linked: CrossProvince) -> None:
    numbers = linked.residents_numbers
    assert attacked(numbers, linked.residents_withheld) > 20
    assert numbers.values["cover", "pension"] == linked.facts.residents.count().to_pyarrow().as_py()


def test_no_hidden_count_of_the_registry_can_be_worked_out(of_registry: Registry) -> None:
    assert attacked(of_registry.numbers, of_registry.withheld) > 20


def test_no_hidden_count_of_data_quality_can_be_worked_out(of_quality: DataQuality) -> None:
    assert attacked(of_quality.numbers, of_quality.withheld) > 20


def test_the_fall_and_the_balance_line_hide_the_same(linked: CrossProvince) -> None:
    shown = provenance.closing(linked.balance(), linked.unseen).texts.set_index("勾稽关系")["构成"]
    for cover, label in codes.COVER.items():
        fall = cross_province_view.fall(linked, cover).table
        for name, count in zip(fall["label"], fall["count"], strict=True):
            if name not in ("户籍人口", "应保未保"):
                assert f"{name} {count}" in shown[f"户籍人口（{label}）"].split(" + ")


def test_a_county_s_share_is_hidden_with_its_count(linked: CrossProvince) -> None:
    counts = missing_view.places(linked).table.set_index("row")
    shares = cross_province_view.counties(linked, "medical").table.set_index("name")["value"]
    unseen = counts[codes.COVER["medical"]].isin(("*", f"<{FEWEST}"))
    assert unseen.any() and (shares[unseen[unseen].index] == "—").all()
    assert (shares[unseen[~unseen].index] != "—").all()


def test_registry_tells_the_same_in_picture_table_and_line(of_registry: Registry) -> None:
    study = of_registry
    line = provenance.closing(study.balance(), study.unseen).texts.set_index("勾稽关系")["构成"]
    fall = registry_view.fall(study).table.set_index("label")["count"]
    for label in codes.RECONCILED.values():
        assert f"{label} {fall[label]}" in line["登记库、生产库合计"].split(" + ")
    visits = registry_view.visit_kinds(study).texts.set_index("差异")["人数"]
    for label, text in visits.items():
        assert f"{label} {text}" in line["户籍或常住人口"].split(" + ")


def test_one_hidden_number_less_would_give_another_away() -> None:
    held = Numbers()
    told = Cuts(held, people(pd.DataFrame({"person": range(12), "kind": ["a"] * 3 + ["b"] * 9})))
    told.known("all")
    told.show("kind", "kind")
    assert held.hidden() == {("kind", "a"), ("kind", "b")}
    assert held.interval(("kind", "a"), {("kind", "a")}) == (3, 3)
