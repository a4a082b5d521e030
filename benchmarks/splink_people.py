"""The peer: Splink 5 on two files of person records, set up with what resident numbers are known to be.

python -m benchmarks.splink_people DIR OUT reads local.parquet and national.parquet from DIR and writes
the links to OUT. It needs nothing of qmcb, so that any interpreter that has Splink can run it.
"""

import sys
import warnings
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_level_library import (
    CustomLevel,
    DamerauLevenshteinLevel,
    ElseLevel,
    ExactMatchLevel,
    NullLevel,
)
from splink.comparison_library import CustomComparison, ExactMatch

# A number counts where it has one of the two lawful lengths. Its core is what both have in common: the
# fifteen digits without century and check character; the county is its head.
_CLEAN = """
CREATE TABLE {side} AS
WITH tidied AS (
    SELECT record_id AS unique_id, sex, birth_date, phone,
        CASE WHEN regexp_full_match(id_number, '[0-9]{{17}}[0-9X]') THEN id_number
            ELSE upper(trim(translate(id_number, '０１２３４５６７８９Ｘｘ　', '0123456789XX ')))
            END AS typed,
        translate(name, ' ·•‧・.．', '') AS name
    FROM '{folder}/{side}.parquet'
)
SELECT unique_id, sex, birth_date, phone, name, left(name, 1) AS surname, left(typed, 6) AS county,
    CASE WHEN strlen(typed) IN (15, 18) THEN typed END AS number,
    CASE strlen(typed) WHEN 15 THEN typed WHEN 18 THEN left(typed, 6) || substr(typed, 9, 9) END AS core
FROM tidied
"""
# The two rows of a pair may stand either way round; of each record only the best pair stays, and only
# where it is the best of both.
_BEST = """
COPY (
    WITH pairs AS (
        SELECT match_probability AS probability, match_weight AS weight,
            CASE source_dataset_l WHEN 'local' THEN unique_id_l ELSE unique_id_r END AS left_id,
            CASE source_dataset_l WHEN 'local' THEN unique_id_r ELSE unique_id_l END AS right_id
        FROM {pairs}
    )
    SELECT left_id, right_id, probability, 'accept' AS decision FROM pairs
    QUALIFY row_number() OVER (PARTITION BY left_id ORDER BY weight DESC, right_id) = 1
        AND row_number() OVER (PARTITION BY right_id ORDER BY weight DESC, left_id) = 1
) TO '{out}' (FORMAT parquet)
"""
# DuckDB's string distances count bytes, of which a Chinese character has three; so names are compared
# place by place, two empty places past both ends being equal.
_SAME_PLACES = " + ".join(f"(substr(name_l, {at}, 1) = substr(name_r, {at}, 1))::INT" for at in (1, 2, 3, 4))
_TURNED = "left(birth_date_r, 4) || right(birth_date_r, 2) || substr(birth_date_r, 5, 2)"


def _seldom(level: Any, by_chance: float) -> Any:
    """A level that two people share so seldom by chance that no sample of pairs would tell how seldom."""
    return level.configure(u_probability=by_chance, fix_u_probability=True)


def _graded(column: str, *levels: Any) -> CustomComparison:
    return CustomComparison([NullLevel(column), *levels, ElseLevel()], output_column_name=column)


def _settings() -> SettingsCreator:
    comparisons = [
        _graded(
            "number",
            _seldom(ExactMatchLevel("number"), 1e-9),
            _seldom(CustomLevel("core_l = core_r", "same fifteen digits"), 1e-9),
            _seldom(DamerauLevenshteinLevel("number", 2), 1e-7),
            CustomLevel("county_l = county_r", "same county"),
        ),
        _graded(
            "name",
            ExactMatchLevel("name", term_frequency_adjustments=True),
            CustomLevel(f"length(name_l) = length(name_r) AND {_SAME_PLACES} = 3", "one character differs"),
            CustomLevel("surname_l = surname_r", "same surname"),
        ),
        _graded(
            "birth_date",
            ExactMatchLevel("birth_date"),
            CustomLevel(f"birth_date_l = {_TURNED}", "day and month exchanged"),
            DamerauLevenshteinLevel("birth_date", 1),
        ),
        _graded("phone", _seldom(ExactMatchLevel("phone"), 1e-9)),
        ExactMatch("sex"),
    ]
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="unique_id",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[
            block_on("core"),
            block_on("name", "birth_date"),
            block_on("phone"),
            block_on("birth_date", "county", "surname"),
            block_on("substr(core, 7, 9)", "name"),
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def _train(linker: Linker) -> None:
    training, by_name = linker.training, block_on("name", "birth_date")
    training.estimate_probability_two_random_records_match([block_on("number"), by_name], recall=0.97)
    training.estimate_u_using_random_sampling(max_pairs=2e5)
    for rule in (block_on("core"), by_name):
        training.estimate_parameters_using_expectation_maximisation(rule)


def main(folder: Path, out: Path) -> None:
    warnings.filterwarnings("ignore")
    connection = duckdb.connect()
    for side in ("local", "national"):
        connection.execute(_CLEAN.format(folder=folder, side=side))
    database = DuckDBAPI(connection=connection)
    sides = [database.register(side, dataset_display_name=side) for side in ("local", "national")]
    linker = Linker(sides, _settings(), log_level=40)
    _train(linker)
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    connection.execute(_BEST.format(pairs=pairs.physical_name, out=out))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
