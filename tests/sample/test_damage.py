"""What offices do to identities, at about the rates asked for."""

import numpy as np
import pandas as pd
import pytest
from stdnum.cn import ric, uscc

from qmcb.sample import identities, names, numbers
from qmcb.sample.rates import Rates


@pytest.fixture(scope="module")
def pairs(read) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """The cards, beside what is true of their people."""
    records = read("truth/records")
    cards = read("cards").merge(records[records.table == "cards"], on="record_id")
    return cards.merge(read("truth/people"), on="person", suffixes=("", "_true"))


def test_true_numbers_are_valid_and_given_once(read) -> None:  # type: ignore[no-untyped-def]
    people = read("truth/people")
    assert people.id_number.is_unique
    assert people.id_number.map(ric.is_valid).all()
    assert (people.id_number.str[16].astype(int) % 2 == people.sex.map({"1": 1, "2": 0})).all()
    assert (people.id_number.str[6:14] == pd.to_datetime(people.birth_date).dt.strftime("%Y%m%d")).all()
    assert {"642221", "642126", "640120"} <= set(people.id_number.str[:6])


def test_employer_codes_are_valid(read) -> None:  # type: ignore[no-untyped-def]
    codes = pd.concat([read("employers").uscc, read("enrolments_elsewhere").employer_id.dropna()])
    assert codes.drop_duplicates().map(uscc.is_valid).all()
    assert read("employers").uscc.is_unique


def _near(found: float, asked: float, count: int) -> bool:
    return abs(found - asked) < 4 * np.sqrt(asked / count) + 0.05 * asked


def test_numbers_are_damaged_at_their_rates(pairs: pd.DataFrame) -> None:
    rates, typed, true = Rates(), pairs.id_number, pairs.id_number_true
    old, ends_x = true.str[6] == "1", true.str[17] == "X"
    count, width = len(pairs), typed.str.len()
    plain = typed.str.fullmatch(r"[0-9]{17}[0-9X]", na=False) & (typed != true)
    zeros = plain & typed.str.endswith("000", na=False) & (typed.str[:15] == true.str[:15])
    another = plain & typed.map(lambda number: number is not None and ric.is_valid(number))
    found = {
        "absent": typed.isna().mean(),
        "spreadsheet": zeros.mean(),
        "spaces": typed.str.contains(r"\s", regex=True, na=False).mean(),
        "full_width": typed.str.contains("[０-９]", regex=True, na=False).mean(),
        "of_another": (another & ~zeros).mean(),
    }
    for kind, share in found.items():
        assert _near(share, getattr(rates, f"number_{kind}"), count), kind
    assert _near((width == 15)[old].mean(), rates.number_fifteen, old.sum())
    assert _near(typed.str.endswith("x", na=False)[ends_x].mean(), rates.number_lower_x, ends_x.sum())
    rest = (plain & ~zeros & ~another).mean()
    assert _near(rest, rates.number_digit + rates.number_swapped, count)


def test_names_and_births_are_damaged_at_their_rates(pairs: pd.DataFrame) -> None:
    rates = Rates()
    minority, count = pairs.name_true.str.contains("·"), len(pairs)
    changed = pairs.name != pairs.name_true
    assert _near(changed[minority].mean(), rates.name_separator * 6 / 7 + 0.05, minority.sum())
    plain = pairs.name_true.str.fullmatch("[\u4e00-\u9fff]+")
    assert _near(changed[plain].mean(), rates.name_homophone + rates.name_look_alike, count)
    births = pd.to_datetime(pairs.birth_date)
    true = pd.to_datetime(pairs.birth_date_true)
    assert _near(births.isna().mean(), rates.birth_absent, count)
    wrong = births.notna() & (births != true)
    assert (births[wrong].dt.day == true[wrong].dt.month).all()
    assert 0 < wrong.mean() < rates.birth_swapped


def test_public_security_has_the_right_numbers(read) -> None:  # type: ignore[no-untyped-def]
    records, broken = read("truth/records"), read("truth/broken")
    rows = read("residents").merge(records[records.table == "residents"], on="record_id")
    rows = rows[~rows.record_id.isin(broken.record_id)].merge(
        read("truth/people"), on="person", suffixes=("", "_true")
    )
    assert (rows.id_number == rows.id_number_true).all()
    assert (rows.name == rows.name_true).mean() > 0.999
    assert 0 < rows.person.duplicated().sum() < 40


def test_homonyms_rare_characters_and_separators_occur(read) -> None:  # type: ignore[no-untyped-def]
    people = read("truth/people")
    assert people.name.duplicated(keep=False).mean() > 0.3
    assert people.name.str.contains("𠮷").any()
    assert people.duplicated(["name", "birth_date", "sex"]).sum() > 50
    assert read("enrolments").name.str.contains("[•．・.‧]", regex=True).any()


def test_two_identities_hold_spells_of_one_person(read) -> None:  # type: ignore[no-untyped-def]
    records = read("truth/records")
    rows = read("enrolments").merge(records[records.table == "enrolments"], on="record_id")
    assert (rows.groupby("person").id_number.nunique() == 2).sum() > 20


def test_damage_always_damages() -> None:
    rng = np.random.default_rng(3)
    digits = np.tile(np.frombuffer(b"640104199912101007", np.uint8), (500, 1))
    for kind in ("digit", "swapped"):
        rates = Rates(
            **{field: 0.0 for field in vars(Rates()) if field.startswith("number_")} | {f"number_{kind}": 1.0}
        )
        typed, own = numbers.damage(rng, digits, digits, rates)
        assert not own.any()
        assert {len(number) for number in typed.to_pylist()} == {18}
        assert "640104199912101007" not in typed.to_pylist()


def test_births_swap_only_where_that_is_a_date() -> None:
    births = np.array(["1999-03-12", "1999-02-11", "1999-03-25", "2000-05-05"], "datetime64[D]")
    swapped = np.array(["1999-12-03", "1999-11-02", "1999-03-25", "2000-05-05"], "datetime64[D]")
    assert (identities.swap_day_and_month(births) == swapped).all()


def test_homophones_sound_alike() -> None:
    rng = np.random.default_rng(5)
    given = np.array(["王伟", "马秀英"] * 200, f"<U{names.WIDTH}")
    typed = names.homophones().replace(rng, given)
    assert (typed != given).all()
    assert "王维" in typed or "王卫" in typed
