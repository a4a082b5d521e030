"""The truth beside the sample, recomputed from the written rows in another way."""

import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stdnum.cn import ric

from qmcb import codes
from qmcb.sample.province import make

PENSION, MEDICAL = ["110", "120", "170"], ["310", "390"]


class Written:
    """The rows that hold, with person and months counted from year 0."""

    def __init__(self, folder: Path, period: str) -> None:
        self.folder = folder
        self.period = int(period[:4]) * 12 + int(period[5:]) - 1
        self.last_day = pd.Period(period).end_time.normalize()

    def raw(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / f"{name}.parquet")

    def sound(self, name: str) -> pd.DataFrame:
        records, broken = self.raw("truth/records"), self.raw("truth/broken")
        rows = self.raw(name).merge(records[records.table == name], on="record_id", validate="1:1")
        return rows[~rows.record_id.isin(broken.record_id)]

    def spells(self, *names: str) -> pd.DataFrame:
        rows = pd.concat([self.sound(name).assign(source=name) for name in names], ignore_index=True)
        rows["never"] = rows.first_month.isna()
        for column in ("first_month", "last_month"):
            rows[column] = rows[column] // 100 * 12 + rows[column] % 100 - 1
        rows["last_month"] = rows.last_month.fillna(self.period)
        return rows


@pytest.fixture(scope="module", params=["2024-06", "2017-02"])
def written(
    request: pytest.FixtureRequest, province: Path, tmp_path_factory: pytest.TempPathFactory
) -> Written:
    if request.param == "2024-06":
        return Written(province, request.param)
    folder = tmp_path_factory.mktemp("early") / "sample"
    make(folder, people=6_000, seed=11, period=request.param)
    return Written(folder, request.param)


def _overlapping(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    pairs = one.merge(other, on="person", suffixes=("_a", "_b"))
    pairs["first"] = pairs[["first_month_a", "first_month_b"]].max(axis=1)
    pairs["last"] = pairs[["last_month_a", "last_month_b"]].min(axis=1)
    return pairs[(pairs["first"] <= pairs["last"]) & (pairs.record_id_a < pairs.record_id_b)]


def _name(pair: frozenset[str]) -> str:
    pension = {"110": "employee", "120": "employee", "170": "resident"}
    medical = {"310": "employee", "390": "resident"}
    for kind, of in (("pension", pension), ("medical", medical)):
        if pair <= of.keys():
            sides = {of[code] for code in pair}
            return f"employee_resident_{kind}" if len(sides) == 2 else f"{sides.pop()}_{kind}_twice"
    alone = {"210": "unemployment_twice", "510": "maternity_twice", "410": "work_injury_same_employer"}
    return alone[next(iter(pair))] if len(pair) == 1 and pair <= alone.keys() else ""


def _kinds(pairs: pd.DataFrame) -> list[str]:
    return [_name(frozenset(pair)) for pair in zip(pairs.insurance_a, pairs.insurance_b, strict=True)]


def _brute_force(written: Written) -> pd.DataFrame:
    paid = written.spells("enrolments", "enrolments_elsewhere")
    paid = paid[~paid.never]
    paid["home"] = paid.source == "enrolments"
    drawn = written.spells("benefits")
    drawn["home"] = drawn.region.str.startswith("64")
    pensions = drawn[drawn.insurance.isin(PENSION)]
    twice = _overlapping(paid, paid)
    twice["kind"] = _kinds(twice)
    other = (
        (twice.insurance_a == "410")
        & (twice.insurance_b == "410")
        & (twice.employer_id_a != twice.employer_id_b)
    )
    both = _overlapping(pensions, pensions)
    both["kind"] = [
        kind.replace("pension_twice", "pension_drawn_twice").replace(
            "resident_pension", "resident_pension_drawn"
        )
        if kind == "employee_resident_pension"
        else kind.replace("twice", "drawn_twice")
        for kind in _kinds(both)
    ]
    work = paid[paid.insurance.isin(["110", "120"]) & paid.employer_id.notna()]
    idle = drawn[drawn.insurance == "210"]
    at_work = pd.concat([_overlapping(work, idle), _overlapping(idle, work)])
    at_work["kind"] = "unemployment_benefit_while_employed"
    found = pd.concat([twice[~other & (twice.kind != "")], both, at_work])
    found["scope"] = [
        "within" if a and b else "across" for a, b in zip(found.home_a, found.home_b, strict=True)
    ]
    for end in ("first", "last"):
        found[f"{end}_month"] = found[end] // 12 * 100 + found[end] % 12 + 1
    found["months"] = found["last"] - found["first"] + 1
    return found


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    columns = ["person", "kind", "scope", "record_id_a", "record_id_b", "first_month", "last_month", "months"]
    table = table.rename(columns={"record_a": "record_id_a", "record_b": "record_id_b"})[columns]
    numbers = dict.fromkeys(("person", "first_month", "last_month", "months"), "int64")
    return table.astype(numbers).sort_values(columns).reset_index(drop=True)


def test_duplicates_are_those_planted_and_no_others(written: Written) -> None:
    told = written.raw("truth/duplicates")
    pd.testing.assert_frame_equal(_in_order(_brute_force(written)), _in_order(told), check_dtype=False)
    assert not told.duplicated(["person", "kind"]).any()


def test_every_kind_of_duplicate_and_scope(read) -> None:  # type: ignore[no-untyped-def]
    found = read("truth/duplicates").groupby(["kind", "scope"]).size()
    assert set(found.index) == {(kind, scope) for kind in codes.DUPLICATE for scope in codes.SCOPE}
    assert found.min() >= 3


@pytest.mark.parametrize(
    ("kind", "since"),
    [
        ("employee_pension_twice", 201001),
        ("employee_resident_pension", 201407),
        ("employee_pension_drawn_twice", 201611),
        ("employee_medical_twice", 202001),
        ("resident_pension_drawn_twice", 202101),
    ],
)
def test_overlaps_lie_before_and_after_the_rules_began(read, kind: str, since: int) -> None:  # type: ignore[no-untyped-def]
    found = read("truth/duplicates").query("kind == @kind")
    assert (found.first_month < since).any()
    assert (found.last_month >= since).any()


def test_lawful_pairs_are_lawful(written: Written) -> None:
    paid = written.spells("enrolments", "enrolments_elsewhere").query("not never").set_index("record_id")
    told = written.raw("truth/lawful")
    a, b = (paid.loc[told[f"record_{side}"]].reset_index() for side in "ab")
    assert ((a.person == b.person) & (a.person == told.person) & (a.insurance == b.insurance)).all()
    apart = (a.last_month < b.first_month) | (b.last_month < a.first_month)
    move = told.kind == "move"
    assert apart[move].all() and (a.source != b.source)[move].all()
    assert (~apart & (a.employer_id != b.employer_id) & (a.insurance == "410"))[~move].all()
    pairs = _overlapping(*[paid[paid.insurance == "410"].reset_index()] * 2)
    assert (pairs.employer_id_a != pairs.employer_id_b).sum() == (~move).sum()
    assert move.sum() > 10 and (~move).sum() > 10


def _rewritten(number: str | None) -> str | None:
    if number is None:
        return None
    plain = "".join(unicodedata.normalize("NFKC", number).split()).upper()
    if len(plain) == 15:
        plain = f"{plain[:6]}19{plain[6:]}?"
        plain = plain[:17] + ric.calc_check_digit(plain)
    return plain


def _standing(written: Written) -> pd.DataFrame:
    """The definition, asked in the order of codes.STANDING."""
    people = written.raw("truth/people").set_index("person")
    residents = written.sound("residents")
    residents = residents.sort_values("record_id")
    paid = written.spells("enrolments", "enrolments_elsewhere")
    paid["current"] = ~paid.never & (paid.last_month >= written.period - 3)
    drawn = written.spells("benefits")
    drawn = drawn[drawn.insurance.isin(PENSION) & (drawn.last_month >= written.period)]
    students = written.sound("students")
    leaving = pd.to_datetime(students.enrolled_to)
    students = students[leaving.isna() | (leaving >= written.last_day)]
    outside = written.sound("enrolments_elsewhere")
    own = {
        _p
        for _p, _n in zip(outside.person, outside.id_number, strict=True)
        if _rewritten(_n) == people.id_number[_p]
    }
    died = set(written.sound("deaths").person) | set(residents.person[residents.alive == "0"])
    adult = pd.to_datetime(people.birth_date) + pd.DateOffset(years=16) <= written.last_day
    staff = _staff(written)
    tables = []
    maternity = ["510", "310"] if written.period >= 2019 * 12 + 3 else ["510"]
    covers = {"pension": PENSION, "medical": MEDICAL, "unemployment": ["210"], "injury": ["410"]}
    for cover, of in (covers | {"maternity": maternity}).items():
        unlike_medical = cover != "medical"
        everyone = residents.person.unique()
        if cover not in codes.COVER:
            everyone = everyone[pd.Series(everyone).isin(staff)]
        mine, rest = paid[paid.insurance.isin(of)], paid[~paid.insurance.isin(of)]
        here = mine[mine.current & (mine.source == "enrolments")]
        away = set(mine[mine.current & (mine.source != "enrolments")].person)
        asked = {
            "dead": died,
            "under_age": set(adult.index[~adult]) if unlike_medical else set(),
            "drawing": set(drawn.person) if unlike_medical else set(),
            "enrolled_here": set(here.person),
            "elsewhere_by_number": away & own,
            "elsewhere_by_linkage": away,
            "student": set(students.person) if unlike_medical else set(),
            "lapsed": set(mine[~mine.never].person),
            "never_paid": set(mine.person),
            "partial": set(rest.person),
            "registered": set(written.sound("registry").person),
            "no_database": set(everyone),
        }
        assert list(asked) == list(codes.STANDING)
        found = [next(reason for reason, those in asked.items() if person in those) for person in everyone]
        last = mine[~mine.never].groupby("person").last_month.max().reindex(everyone)
        tables.append(
            pd.DataFrame({"person": everyone, "cover": cover, "standing": found, "last": last.to_numpy()})
        )
    return pd.concat(tables)


def _staff(written: Written) -> set[int]:
    """Whom one employer has paid at the period and before, or the registry has as staff."""
    paid = written.sound("payroll")
    now = paid.month == paid.month.max()
    again = paid[now].merge(paid[~now], on=["person", "uscc"])
    registry = written.sound("registry")
    return set(again.person) | set(registry.person[registry.employment == "10"])


def test_standing_follows_from_the_written_rows(written: Written) -> None:
    told = written.raw("truth/standing")
    keys, defined = ["person", "cover"], _standing(written)
    merged = told.merge(defined, on=keys, how="outer", suffixes=("", "_found"), validate="1:1")
    assert (merged.standing == merged.standing_found).all(), merged[
        merged.standing != merged.standing_found
    ].head(20)
    told_last = told.set_index(keys).last_month
    last = defined.set_index(keys)["last"].reindex(told_last.index)
    assert (told_last.fillna(0) == (last // 12 * 100 + last % 12 + 1).fillna(0)).all()
    first = written.sound("residents").drop_duplicates("person")
    assert set(told.record_id) == set(first.record_id)


def _doubtful(written: Written) -> pd.DataFrame:
    """Benefits in doubt by the definition: person, kind, low, high, first, last."""
    people = written.raw("truth/people").set_index("person")
    drawn = written.spells("benefits")
    born = pd.to_datetime(people.birth_date.reindex(drawn.person)).reset_index(drop=True)
    drawn["born"] = born.dt.year * 12 + born.dt.month - 1
    drawn["male"] = (people.sex.reindex(drawn.person) == "1").to_numpy()
    pension = drawn.insurance.isin(PENSION)
    deaths = written.sound("deaths").groupby("person").died_on.max()
    died = pd.to_datetime(drawn.person.map(deaths))
    month = died.dt.year * 12 + died.dt.month - 1
    after = drawn[drawn.last_month > month]
    parts = [
        after.assign(
            kind=pension[after.index].map({True: "pension_after_death", False: "unemployment_after_death"}),
            first=np.maximum(after.first_month, month[after.index] + 1),
            last=after.last_month,
        )
    ]
    residents = written.sound("residents")
    cancelled = set(residents.person[residents.alive == "0"]) - set(deaths.index)
    still = drawn[drawn.person.isin(cancelled) & (drawn.last_month >= written.period)]
    parts.append(still.assign(kind="drawn_while_cancelled", first=written.period, last=written.period))
    years = drawn.male.map({True: 55, False: 45}).where(drawn.insurance != "170", 60)
    lawful = drawn.born + 12 * years
    begun = drawn.first_month >= (2009 * 12 + 8) * (drawn.insurance == "170")
    young = drawn[pension & begun & (drawn.first_month < lawful)]
    last = np.minimum(young.last_month, lawful[young.index] - 1)
    parts.append(young.assign(kind="pension_under_age", first=young.first_month, last=last))
    single = pd.concat(parts).assign(low=lambda rows: rows.record_id, high=None)
    idle, old = drawn[drawn.insurance == "210"], drawn[pension]
    both = pd.concat([_overlapping(idle, old), _overlapping(old, idle)])
    paid = written.spells("enrolments", "enrolments_elsewhere").query("not never and insurance == '390'")
    pairs = pd.concat(
        [
            both.assign(kind="unemployment_while_retired"),
            _overlapping(paid, paid).assign(kind="resident_medical_subsidy_twice"),
        ]
    ).rename(columns={"record_id_a": "low", "record_id_b": "high"})
    return pd.concat([single, pairs])[["person", "kind", "low", "high", "first", "last"]]


def test_benefits_in_doubt_are_those_told_and_no_others(written: Written) -> None:
    found = _doubtful(written)
    for end in ("first", "last"):
        found[f"{end}_month"] = found[end].astype(int) // 12 * 100 + found[end].astype(int) % 12 + 1
    found["months"] = found["last"] - found["first"] + 1
    told = written.raw("truth/benefits").rename(columns={"record_a": "low", "record_b": "high"})
    columns = ["person", "kind", "low", "high", "first_month", "last_month", "months"]
    rows = [
        table[columns].fillna("").astype(str).sort_values(columns, ignore_index=True)
        for table in (found.assign(months=found.months.astype(int)), told)
    ]
    pd.testing.assert_frame_equal(*rows)


def test_every_kind_of_benefit_in_doubt(read) -> None:  # type: ignore[no-untyped-def]
    found = read("truth/benefits").groupby("kind").size()
    assert set(found.index) == set(codes.BENEFIT) and found.min() >= 3


def test_all_standings_occur(read) -> None:  # type: ignore[no-untyped-def]
    counts = read("truth/standing").groupby("standing").size()
    assert set(counts.index) == set(codes.STANDING)
    assert counts.min() >= 20


def test_no_case_sits_on_the_grace(written: Written) -> None:
    paid = written.spells("enrolments", "enrolments_elsewhere").query("not never")
    dead = set(written.sound("deaths").person) | set(written.sound("residents").query("alive == '0'").person)
    settled = {"pension": dead | set(written.spells("benefits").person), "medical": dead}
    for of, done in ((PENSION, settled["pension"]), (MEDICAL, settled["medical"])):
        latest = paid[paid.insurance.isin(of) & ~paid.person.isin(done)].groupby("person").last_month.max()
        assert not latest.between(written.period - 5, written.period - 3).any()


def test_broken_rows_break_their_rule_and_stand_beside_sound_ones(read) -> None:  # type: ignore[no-untyped-def]
    broken, records = read("truth/broken"), read("truth/records")
    of = broken.merge(records, on=["table", "record_id"], validate="1:1")
    rest = records[~records.record_id.isin(broken.record_id)]
    assert of.merge(rest[["table", "person"]].drop_duplicates(), on=["table", "person"]).shape[0] == len(of)
    rows = read("enrolments").merge(broken, on="record_id")
    assert (rows.query("rule == 'months_order'").eval("last_month < first_month")).all()
    assert rows.query("rule == 'code:insurance'").insurance.eq("999").all()
    assert rows.query("rule == 'nobody'")[["id_number", "name"]].isna().all(axis=None)
    known = rows.query("rule == 'months_end'")
    assert known.last_month.isna().all() and known.status.eq("2").all() and len(known)


def test_status_and_months_agree(written: Written) -> None:
    rows = pd.concat([written.sound(name) for name in ("enrolments", "enrolments_elsewhere")])
    assert rows.last_month.isna()[rows.first_month.isna()].all()
    assert rows[rows.last_month.isna()].status.eq("1").all()
    assert rows.last_month[rows.status != "1"].notna().all()
    assert (rows.first_month <= rows.last_month)[rows.last_month.notna()].all()


def test_employers_declare_as_told(read) -> None:  # type: ignore[no-untyped-def]
    told = read("truth/employers").set_index("uscc")
    assert set(told.kind) == {"honest", "heads", "bases", "both", "unregistered"}
    records, broken = read("truth/records"), read("truth/broken")
    payroll = read("payroll").merge(records[records.table == "payroll"], on="record_id")
    now = payroll[(payroll.month == 202406) & ~payroll.record_id.isin(broken.record_id)]
    heads = now.groupby("uscc").person.nunique().reindex(told.index, fill_value=0)
    assert (heads == told.heads_true).all()
    hides = told.kind.isin(["heads", "both", "unregistered"])
    assert (told.heads_true > told.heads_declared)[hides].all()
    assert (told.heads_true == told.heads_declared)[~hides].all()
    assert ((told.base_ratio < 1) == told.kind.isin(["bases", "both"])).all()


def test_accounts_reconcile(read) -> None:  # type: ignore[no-untyped-def]
    actual = read("fund_accounts").query("basis == 'actual'").sort_values(["region", "year"])
    closing = actual.eval("opening_balance + contributions + interest + transfers + subsidy - spending")
    assert (closing == actual.closing_balance).all()
    next_opening = actual.groupby("region").opening_balance.shift(-1)
    assert (closing == next_opening)[next_opening.notna()].all()
    gap = actual.eval("spending - contributions - interest - transfers - subsidy")
    assert 0.05 < (gap > 0).mean() < 0.8
    assert set(actual.region) == set(read("employers").region)
    assert read("budget_changes").policy_basis.isna().mean() not in (0, 1)


def test_registry_and_production_differ_as_told(written: Written) -> None:
    """From the written rows with sets of persons, where the sample counts in arrays."""
    registry, records = written.sound("registry"), written.raw("truth/records")
    spells = written.spells("enrolments", "enrolments_elsewhere")
    drawn = written.spells("benefits")
    here = set(spells[spells.source == "enrolments"].person)
    here |= set(drawn[drawn.region.str.startswith("64")].person)
    everywhere = set(spells.person) | set(drawn.person)
    now = spells[~spells.never & (spells.last_month >= written.period - 3)]
    current = set(now.person) | set(drawn[drawn.last_month >= written.period].person)
    residents = written.sound("residents")
    dead = set(residents[residents.alive == "0"].person) | set(written.sound("deaths").person)
    own = set(registry.person)

    def differing(column: str, others: pd.DataFrame) -> set[int]:
        pairs = registry[["person", column]].merge(others.dropna(), on="person", suffixes=("", "_other"))
        pairs = pairs.dropna()
        agrees = pairs[column] == pairs[f"{column}_other"]
        return (set(pairs.person) - set(pairs.person[agrees])) & here

    wanted = {
        "hukou_region": differing("hukou_region", residents[["person", "hukou_region"]]),
        "residence_region": differing(
            "residence_region", written.sound("population")[["person", "residence_region"]]
        ),
        "employer": differing("employer_id", now[["person", "employer_id"]]),
        "dead": own & dead,
        "enrolled_elsewhere": (own - here - dead) & everywhere,
        "never_enrolled": own - everywhere - dead,
        "unregistered": ((here - own) & current) - dead,
        "unregistered_before": here - own - current - dead,
    }
    told = written.raw("truth/registry").groupby("kind")["person"].agg(set).to_dict()
    assert told == {kind: people for kind, people in wanted.items() if people}
    assert set(told) == set(wanted) and set(records.person) >= own
