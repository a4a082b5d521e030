"""Pages of a region and of its part: what a reader can subtract is found, and the later page is withheld."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmcb.errors import RunError
from qmcb.reports import between, shown, stage
from qmcb.reports.shown import Shown
from qmcb.reports.suppress import FEWEST, Numbers

COUNTS = st.dictionaries(st.sampled_from(["paid", "lapsed", "never", "dead"]), st.integers(1, 12), min_size=2)


def numbers(counts: Mapping[str, int], *, place: str = "", of_place: int = 0) -> Numbers:
    """People by standing, with their sum, which readers know; and those missing in a county."""
    held = Numbers()
    for name, count in counts.items():
        held.show(("standing", name), count)
    held.known(("all",), sum(counts.values()))
    held.total(("all",), [("standing", name) for name in counts])
    if place:
        held.show(("place", place), of_place)
        held.within(("place", place), ("all",))
    return held


def page(region: str, held: Numbers) -> Shown:
    return Shown("residents", region, "2024-06", held, held.hidden())


def test_the_few_of_the_region_who_are_not_of_its_county_are_found() -> None:
    region = page("64", numbers({"paid": 60, "lapsed": 12}))
    county = page("640104", numbers({"paid": 30, "lapsed": 10}))
    assert between.given_away(region, county) == {("rest", ("standing", "lapsed"))}
    assert between.given_away(region, page("640104", numbers({"paid": 30, "lapsed": 5}))) == set()


def test_a_count_hidden_here_and_shown_there_is_found() -> None:
    """The region's page hides that three of a county are missing; a careless page of the county tells it."""
    region = numbers({"paid": 200, "lapsed": 300}, place="640104", of_place=3)
    county = numbers({"paid": 40, "lapsed": 9}, place="640104", of_place=3)
    careless = Shown("residents", "640104", "2024-06", county, frozenset())
    assert between.given_away(page("64", region), careless) == {("whole", ("place", "640104"))}
    assert between.given_away(page("64", region), page("640104", county)) == set()


@given(COUNTS, COUNTS)
@settings(max_examples=40)
def test_what_is_found_is_what_can_be_computed(one: dict[str, int], other: dict[str, int]) -> None:
    """By hand: where both pages show a count, the rest is their difference."""
    whole_counts = {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}
    whole, part = page("64", numbers(whole_counts)), page("6401", numbers(one))
    found = between.given_away(whole, part)
    for name, count in other.items():
        key = ("standing", name)
        both_shown = name in one and not {key} & (whole.hidden | part.hidden)
        if both_shown and count < FEWEST:
            assert ("rest", key) in found
        if both_shown and count >= FEWEST:
            assert ("rest", key) not in found


@given(COUNTS)
@settings(max_examples=30)
def test_a_page_is_read_back_as_its_reader_has_it(
    tmp_path_factory: pytest.TempPathFactory, one: dict
) -> None:
    place, held = tmp_path_factory.mktemp("page"), numbers(one)
    hidden = held.hidden()
    shown.save(place, "64", "2024-06", {"residents": (held, hidden)})
    text = (place / shown.FILE).read_text("utf-8")
    [again] = shown.load(place / shown.FILE)
    assert (again.question, again.region, again.period, again.hidden) == (
        "residents",
        "64",
        "2024-06",
        hidden,
    )
    assert {key: again.numbers.values[key] for key in held.values if key not in hidden} == {
        key: value for key, value in held.values.items() if key not in hidden
    }
    told = json.loads(text)["questions"]["residents"]["numbers"]
    assert {value for key, _, value in told if tuple(key) in hidden} <= {"<", "*"}
    for key in held.small():
        assert again.numbers.interval(key, hidden) == held.interval(key, hidden)


def stored(folder: Path, region: str, counts: Mapping[str, int]) -> Path:
    place = folder / "tables" / "02_cross_province"
    place.mkdir(parents=True)
    held = numbers(counts)
    shown.save(place, region, "2024-06", {"residents": (held, held.hidden())})
    return folder


def test_the_later_page_is_withheld(tmp_path: Path) -> None:
    finished = stored(tmp_path / "out" / "ningxia" / "20240701T000000Z", "64", {"paid": 60, "lapsed": 12})
    (finished / stage.MANIFEST).write_text("{}")
    safe = stored(tmp_path / "safe", "640104", {"paid": 30, "lapsed": 5})
    between.require_apart(safe, tmp_path / "out")
    made = stored(tmp_path / "made", "640104", {"paid": 30, "lapsed": 10})
    wanted = (
        r"^02_cross_province: withheld, as 1 counts? of a few people .* ningxia/20240701T000000Z/02_cross"
    )
    with pytest.raises(RunError, match=wanted):
        between.require_apart(made, tmp_path / "out")
    of_the_same_region = stored(tmp_path / "same", "64", {"paid": 60, "lapsed": 10})
    between.require_apart(of_the_same_region, tmp_path / "out")


def test_a_page_of_another_program_is_one_line(tmp_path: Path) -> None:
    finished = stored(tmp_path / "out" / "ningxia" / "20240701T000000Z", "64", {"paid": 60, "lapsed": 12})
    (finished / stage.MANIFEST).write_text("{}")
    made = stored(tmp_path / "made", "640104", {"paid": 30, "lapsed": 5})
    for content in ("", "[]", '{"region": "64"}', '{"region": "64", "period": "", "questions": {"a": 1}}'):
        (finished / "tables" / "02_cross_province" / shown.FILE).write_text(content)
        with pytest.raises(
            RunError, match=r"^20240701T000000Z/tables/02_cross_province/shown.json: expected"
        ):
            between.require_apart(made, tmp_path / "out")


def test_pages_that_count_a_place_differently_are_not_taken_for_the_same() -> None:
    """A county's residents are not those with its hukou: where both tell a count, the rest lies between."""
    region = page("64", numbers({"paid": 200, "lapsed": 300}, place="640104", of_place=40))
    county = page("640104", numbers({"paid": 60, "lapsed": 90}, place="640104", of_place=38))
    assert between.given_away(region, county) == {("rest", ("place", "640104"))}
