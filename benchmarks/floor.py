"""The floor: a bare join of the numbers as they stand. python -m benchmarks.floor DIR OUT"""

import sys

import duckdb

_JOIN = """
COPY (
    SELECT l.record_id AS left_id, n.record_id AS right_id, 'accept' AS decision
    FROM '{folder}/local.parquet' l JOIN '{folder}/national.parquet' n USING (id_number)
) TO '{out}' (FORMAT parquet)
"""

if __name__ == "__main__":
    duckdb.execute(_JOIN.format(folder=sys.argv[1], out=sys.argv[2]))
