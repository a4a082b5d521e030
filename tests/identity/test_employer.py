from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from qmcb.codes import EMPLOYER_PROBLEM
from qmcb.identity import employer

Shapes = Callable[[list[str | None]], list[pa.Array]]

RIGHT = "91110000600037341L"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def random_codes(count: int) -> list[str]:
    """Half of them right; the others with a random check character, some with a letter out of place."""
    draw = np.random.default_rng(20170801)
    letters = draw.choice(list(ALPHABET), (count, 10))
    digits = draw.integers(10**7, 10**8, count)
    stems = [f"{number}{''.join(rest[:9])}" for number, rest in zip(digits, letters, strict=True)]
    wrong = draw.random(count)
    return [
        (stem[:7] + last + stem[8:] if far < 0.1 else stem)
        + (last if far < 0.5 else uscc.calc_check_digit(stem))
        for stem, last, far in zip(stems, letters[:, 9], wrong, strict=True)
    ]


def test_stdnum_agrees_on_30_000_codes() -> None:
    codes = random_codes(30_000)
    ours = employer.clean(pa.array(codes))["problem"].to_numpy() == "ok"
    theirs = np.array([uscc.is_valid(code) for code in codes])
    assert 12_000 < theirs.sum() < 18_000
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (RIGHT, "ok"),
        ("９１１１００００６０００３７３４１Ｌ", "full_width"),
        (" 91110000-60003734-1L", "spaces"),
        (RIGHT.lower(), "lower_case"),
    ],
)
def test_certain(code: str, problem: str) -> None:
    assert employer.clean(pa.array([code])).to_pylist() == [{"uscc": RIGHT, "problem": problem}]


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("60003734-1", "organisation_code"),
        ("600037341", "organisation_code"),
        ("600037342", "check"),
        (RIGHT[:-1] + "M", "check"),
        (RIGHT[:-1] + "I", "characters"),
        ("91A10000600037341L", "characters"),
        ("单位", "characters"),
        ("110000600037341", "length"),
        (" ", "absent"),
        (None, "absent"),
    ],
)
def test_not_certain(code: str | None, problem: str) -> None:
    assert employer.clean(pa.array([code], pa.string())).to_pylist() == [{"uscc": None, "problem": problem}]


def test_a_check_of_ten_is_x_and_of_eleven_is_0() -> None:
    assert (
        employer.clean(pa.array(["00000030X", "000000000"]))["problem"].to_pylist()
        == ["organisation_code"] * 2
    )


messy = st.text(st.sampled_from("0159AILaiＡ１ -中"), min_size=8, max_size=19)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.none() | st.text() | messy | st.sampled_from([RIGHT, RIGHT.lower(), "600037341"])))
def test_any_text_in_any_shape(shapes: Shapes, codes: list[str | None]) -> None:
    plain, *others = (employer.clean(shape).combine_chunks() for shape in shapes(codes))
    assert plain.num_rows == len(codes)
    assert all(other == plain for other in others)
    assert set(plain["problem"].to_pylist()) <= set(EMPLOYER_PROBLEM)
    assert employer.clean(plain["uscc"])["uscc"].to_pylist() == plain["uscc"].to_pylist()
