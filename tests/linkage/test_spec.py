"""A linkage spec: read from YAML, and refused in one line that names the place."""

from pathlib import Path

import pytest

from qmcb.errors import InputError
from qmcb.linkage import spec
from qmcb.linkage.spec import Thresholds

PLAIN = """
label: 测试
record_id: record_id
fields:
  number: {label: 号码, kind: resident_number, column: id_number}
  birth: {label: 出生日期, kind: date, column: birth_date, instead: number}
passes:
  生日: {same: [birth], lacking: number.sure}
certain: {number: number, birth: birth}
ways:
  号码: [号码一致]
doubts:
  - {why: 无号码, when: {number: [missing]}, below: 0.995}
assignment: many_to_one
thresholds: {accept: 0.9, review: 0.4}
"""


def loaded(folder: Path, told: str) -> spec.Spec:
    file = folder / "mine.yaml"
    file.write_text(told, "utf-8")
    return spec.load(file)


def test_all_that_is_told_is_read(tmp_path: Path) -> None:
    found = loaded(tmp_path, PLAIN)
    assert list(found.fields) == ["number", "birth"] and found.fields["birth"].instead == "number"
    assert found.passes["生日"] == spec.Pass(("birth",), "number.sure", ())
    assert found.ways == {"号码": ("号码一致",)} and found.columns == ["id_number", "birth_date"]
    assert (found.doubts[0].below, found.doubts[0].unless) == (0.995, ())
    assert (found.assignment, found.thresholds) == ("many_to_one", Thresholds(0.9, 0.4))


def test_what_need_not_be_told(tmp_path: Path) -> None:
    found = loaded(tmp_path, PLAIN.partition("certain:")[0])
    assert (found.assignment, found.thresholds, found.doubts) == ("one_to_one", Thresholds(), ())
    assert (found.certain, found.ways) == ({}, {})


@pytest.mark.parametrize("file", sorted(spec.PEOPLE.parent.glob("*.yaml")), ids=lambda file: file.name)
def test_the_specs_of_the_project_are_specs(file: Path) -> None:
    assert spec.load(file).passes


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: date", "kind: dates", r"kind among resident_number.* in field birth .*found dates"),
        ("instead: number", "instead: phone", r"in field birth, instead .*found phone"),
        ("instead: number", "instead: birth", r"in field birth, instead .*found birth"),
        ("same: [birth]", "same: [sex]", r"field among number, birth in pass 生日 .*found sex"),
        ("same: [birth]", "same: [birth], any: [phone]", r"in pass 生日 .*found phone"),
        ("lacking: number.sure", "lacking: nummer.sure", r"in pass 生日 .*found nummer"),
        ("same: [birth]", "sam: [birth]", r"mine.yaml .*'sam'"),
        (
            "certain: {number: number",
            "certain: {numbers: number",
            r"role among .* in certain .*found numbers",
        ),
        ("birth: birth}", "birth: born}", r"in certain birth .*found born"),
        ("[号码一致]", "[号码不一致]", r"pass among 号码一致, 生日 in way 号码 .*found 号码不一致"),
        ("many_to_one", "many_to_many", r"assignment among .*found many_to_many"),
        ("accept: 0.9", "accept: 0.3", r"0 < review ≤ accept < 1.*review 0.4, accept 0.3"),
        ("accept: 0.9", "accept: high", r"mine.yaml"),
        ("accept: 0.9", "agree: 0.9", r"mine.yaml .*found got an unexpected keyword argument 'agree'"),
        ("column: id_number", "colum: id_number", r"mine.yaml .*found got an unexpected .*'colum'"),
        ("below: 0.995", "below: much", r"mine.yaml .*'much'"),
        ("why: 无号码, ", "", r"mine.yaml .*found missing 1 required .*'why'"),
        ("label: 测试", "", r"mine.yaml .*found missing 1 required .*'label'"),
        ("label: 测试", "label: 测试\nfurther: 1", r"mine.yaml .*found got an unexpected .*'further'"),
        ("fields:", "felder:", r"mine.yaml .*found no 'fields'"),
        ("  - {why", "  {why", r"mine.yaml"),
        ("record_id: record_id", "label: 又", r"mine.yaml, line 3; found key label twice"),
        ("  birth:", "  number:", r"mine.yaml, line 6; found key number twice"),
        ("label: 测试", "label: [测试", r"one YAML document in mine.yaml"),
        (PLAIN, "", r"mine.yaml to be a linkage spec"),
        (PLAIN, "- 1", r"mine.yaml to be a linkage spec"),
        (PLAIN, "text", r"mine.yaml to be a linkage spec"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert PLAIN.count(old) == 1 or old == "label: 测试" or old == PLAIN or old == "  birth:"
    with pytest.raises(InputError, match=told) as error:
        loaded(tmp_path, PLAIN.replace(old, new, 1))
    assert "\n" not in str(error.value) and "__init__" not in str(error.value)


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file nowhere\.yaml"):
        spec.load(tmp_path / "nowhere.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"label: \xff\xfe\n")
    with pytest.raises(InputError, match=r"bytes\.yaml; found not YAML in UTF-8"):
        spec.load(tmp_path / "bytes.yaml")


@pytest.mark.parametrize("accept, review", [(0.5, 0.9), (1.0, 0.5), (0.9, 0.0), (float("nan"), 0.5)])
def test_thresholds_are_checked(accept: float, review: float) -> None:
    with pytest.raises(InputError, match="0 < review ≤ accept < 1"):
        Thresholds(accept, review)
