"""How right accepted links are against the truth. python -m benchmarks.rightness LINKS TRUTH prints JSON."""

import json
import sys

import duckdb

_COUNT = """
WITH links AS (SELECT DISTINCT left_id, right_id FROM '{links}' WHERE decision = 'accept')
SELECT (SELECT count(*) FROM links), (SELECT count(*) FROM '{truth}'),
    (SELECT count(*) FROM links JOIN '{truth}' ON left_id = record_id_l AND right_id = record_id_n)
"""


def rightness(links: str, truth: str) -> dict[str, float]:
    """F1, precision and recall of the distinct pairs whose decision is accept."""
    found, true, right = duckdb.execute(_COUNT.format(links=links, truth=truth)).fetchall()[0]
    return {
        "f1": 2 * right / (found + true) if found + true else 0.0,
        "precision": right / found if found else 0.0,
        "recall": right / true if true else 0.0,
    }


if __name__ == "__main__":
    print(json.dumps(rightness(*sys.argv[1:3])))
