"""The sample's own README: what it is, what it was drawn from, what is assumed."""

from dataclasses import asdict

from qmcb.sample.calibration import figures
from qmcb.sample.rates import Rates

_TEXT = """# A synthetic province

Nobody in these tables exists. `{people:,}` residents with hukou, incomers who work here and strangers of
whom only the national library knows were drawn with seed {seed} as of {period}; the same arguments give the
same bytes. One Parquet file a table, as offices would send them: codes as text, dates as dates, months as
whole numbers (202406), money in whole fen. `truth/` holds what really is so; `case.key` is the key for case
numbers of this demonstration and keeps nothing secret.

## truth/

| file | columns |
| --- | --- |
| people | person, kind, id_number, name, sex, birth_date: who is who, undamaged |
| records | table, record_id, person: of whom each row speaks, broken rows included |
| duplicates | person, kind, scope, record_a < record_b, first_month, last_month, months |
| lawful | person, kind, insurance, record_a, record_b: successive moves, work injury with several employers |
| benefits | person, kind, record_a, record_b (null: by itself), first_month, last_month, months |
| standing | person, record_id in residents, cover, standing, last_month (last paid of the cover) |
| registry | person, kind: in what registry and production differ, but for names and employment |
| employers | uscc, heads_true, heads_declared, base_ratio, kind: who hides heads or bases |
| broken | table, record_id, rule: rows that break their contract, beside good rows of the same people |

A person stands `partial` for a cover who has no record of it and one of another insurance. Work cover
(unemployment, work injury, maternity) is told of residents whom an employer pays or the registry has as
staff; since April 2019 employee medical is maternity cover too. A move is two spells of one insurance that
follow each other, in and outside the province.

## Calibrated

- Resident population by county: 2020 census; year-end figures in 万 for 红寺堡, 盐池, 同心, 青铜峡,
  固原's counties, 沙坡头 and 中宁. Registered population of 海原 (45.47万), 同心 (38.77万) and
  利通 (41.70万): 2021. The region's 7,202,654 people: 2020 census.
- Enrolled in Ningxia in 2016, 万, as shares of that population: {enrolled}.
- Region codes at birth: the list of codes with years that python-stdnum carries.

## Assumed

- Registered population of the other counties, people by age, where people work elsewhere, courses of life,
  wages, terms of spells: see `calibration.yaml` and the tables in the code.
- Every rate below, all assumed:

{rates}

## Made up

Fund accounts and budget changes by county and year (no figures were found; at the scale of the real
counties, not of this sample), average wage (5,350 yuan a month in 2016, 7 % more a year), employers, wages,
benefits, flows between provinces, phones and names.
"""


def text(people: int, seed: int, period: str, rates: Rates) -> str:
    """The README of one sample."""
    enrolled = ", ".join(f"{name} {value}" for name, value in figures()["enrolled_2016"].items())
    lines = ["| rate | value | |", "| --- | --- | --- |"]
    lines += [f"| {name} | {value:g} | assumed |" for name, value in asdict(rates).items()]
    return _TEXT.format(people=people, seed=seed, period=period, enrolled=enrolled, rates="\n".join(lines))
