"""Traditional characters and variants in names."""

import pyarrow as pa

from qmcb.identity import variant


def test_names_in_traditional_characters_become_standard_ones() -> None:
    names = pa.array(["劉國華", "馬麗", "昇堃", "王建国", None])
    assert variant.standard(names).to_pylist() == ["刘国华", "马丽", "升坤", "王建国", None]


def test_every_pair_is_two_characters_and_a_standard_form_stays() -> None:
    pairs = variant._PAIRS.split()
    left, right = ([pair[at] for pair in pairs] for at in (0, 1))
    assert {len(pair) for pair in pairs} == {2} and len(set(left)) == len(pairs)
    assert not set(left) & set(right)
    assert variant.standard(pa.array(right)).to_pylist() == right


def test_standard_forms_are_common_characters() -> None:
    """Each standard form stands in GB 2312, but for what was added since."""
    later = {pair[1] for pair in variant._PAIRS.split() if not _in_gb2312(pair[1])}
    assert len(later) < 10, later


def _in_gb2312(character: str) -> bool:
    return bool(character.encode("gb2312", "ignore"))
