"""What is held back from being accepted by weight."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from qmcb.errors import InputError
from qmcb.linkage import side, spec
from qmcb.linkage.compare import Comparison, Patterns
from qmcb.linkage.doubts import needed
from qmcb.linkage.remainder import Weighed
from qmcb.linkage.spec import Doubt, Spec

PEOPLE = spec.load()
COMPARISON = Comparison(side.fields(PEOPLE))
KINDS = {one.name: one.kinds for one in COMPARISON.fields}
AGREED = {
    "number": "one_edit",
    "name": "equal",
    "birth": "equal",
    "sex": "equal",
    "region": "missing",
    "phone": "equal",
}


def weighed(*pairs: dict[str, str]) -> Weighed:
    """The agreement of some pairs, by the names of levels."""
    rows = [[int(KINDS[field][level.upper()]) for field, level in (AGREED | pair).items()] for pair in pairs]
    codes = np.ravel_multi_index(tuple(np.array(rows).T), COMPARISON.sizes)
    patterns = Patterns.of(codes, COMPARISON.sizes)
    return cast(Weighed, SimpleNamespace(patterns=patterns, comparison=COMPARISON))


def asked(*doubts: Doubt) -> Spec:
    return replace(PEOPLE, doubts=doubts)


def least(told: Spec, **levels: str) -> float:
    return float(needed(told, weighed(levels))[0])


NEVER, HIGH = 2.0, 0.995


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({}, 0.0),
        ({"name": "other"}, 0.0),  # number, birth date and phone are the person's own
        ({"name": "other", "birth": "implied"}, 0.0),
        ({"name": "other", "phone": "other"}, NEVER),
        ({"name": "other", "phone": "missing"}, NEVER),
        ({"name": "other", "birth": "one_digit"}, NEVER),
        ({"name": "other", "number": "two_edits"}, NEVER),
        ({"name": "missing", "phone": "missing"}, NEVER),
        ({"name": "family_name", "phone": "missing"}, NEVER),
        ({"name": "family_name", "phone": "missing", "number": "shared"}, 0.0),
        ({"name": "other", "phone": "missing", "number": "shared"}, NEVER),
        ({"name": "one_character", "birth": "one_digit"}, NEVER),
        ({"name": "one_character"}, 0.0),  # the number tells twins apart
        ({"name": "one_character", "number": "missing"}, NEVER),
        ({"name": "one_character", "number": "tail_lost"}, NEVER),
        ({"name": "sound", "number": "tail_lost"}, 0.0),
        ({"name": "part", "number": "two_edits", "phone": "missing"}, 0.0),
        ({"number": "foreign"}, 0.0),  # the phone speaks for
        ({"number": "foreign", "phone": "other"}, HIGH),
        ({"number": "other", "phone": "missing"}, HIGH),
        ({"number": "region", "phone": "missing"}, 0.0),  # damage may explain it
        ({"number": "missing", "phone": "missing"}, 0.0),
        ({"number": "missing", "phone": "other"}, HIGH),
        ({"number": "foreign", "phone": "other", "name": "other"}, NEVER),  # of two doubts, the greater
    ],
)
def test_what_the_project_doubts(levels: dict[str, str], expected: float) -> None:
    assert least(PEOPLE, **levels) == expected


def test_without_doubts_nothing_is_held_back() -> None:
    assert least(asked(), name="other", number="foreign", phone="other") == 0.0


def test_each_pair_has_what_its_pattern_needs() -> None:
    told = needed(
        PEOPLE, weighed({"name": "other", "phone": "other"}, {}, {"number": "missing", "phone": "other"}, {})
    )
    assert told.tolist() == [NEVER, 0.0, HIGH, 0.0]
    nobody = SimpleNamespace(
        patterns=Patterns.of(np.zeros(0, np.int64), COMPARISON.sizes), comparison=COMPARISON
    )
    assert needed(PEOPLE, cast(Weighed, nobody)).tolist() == []


def test_all_fields_named_must_fit_and_any_exception_is_enough() -> None:
    one = Doubt(
        "", {"name": ["other", "sound"], "sex": ["other"]}, ({"phone": ["equal"]}, {"region": ["city"]}), 0.9
    )
    apart = {"name": "sound", "sex": "other", "phone": "other"}
    assert least(asked(one), **apart) == 0.9
    assert least(asked(one), **apart | {"sex": "equal"}) == 0.0
    assert least(asked(one), **apart | {"name": "equal"}) == 0.0
    assert least(asked(one), **apart | {"phone": "equal"}) == 0.0
    assert least(asked(one), **apart | {"region": "city"}) == 0.0


def test_the_greatest_of_several_counts() -> None:
    doubts = [Doubt("", {"sex": ["other"]}, (), below) for below in (0.9, 0.7)]
    for told in (doubts, doubts[::-1]):
        assert least(asked(*told), sex="other") == 0.9
    assert least(asked(*doubts, Doubt("", {"sex": ["other"]})), sex="other") == NEVER


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        ({"surname": ["other"]}, r"a field among number, name, .*; found surname; "),
        ({"name": ["close"]}, r"levels of name among missing, other, .*; found close; "),
        ({"name": ["other", "Equal"]}, r"levels of name among .*; found Equal; "),
    ],
)
@pytest.mark.parametrize("where", ["when", "unless"])
def test_unknown_fields_and_levels_are_told_in_one_line(
    levels: dict[str, list[str]], told: str, where: str
) -> None:
    one = Doubt("", levels) if where == "when" else Doubt("", {"name": ["other"]}, (levels,))
    with pytest.raises(InputError, match=told) as error:
        least(asked(one))
    assert "\n" not in str(error.value)
