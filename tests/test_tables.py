"""The contracts: every heading means one column, every rule can be asked, every label is there."""

import ibis
import pytest

from qmcb.tables import CONTRACTS, Contract, together

TYPES = {"date": "date", "month": "date", "integer": "int64", "fen": "int64"}


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_a_heading_means_one_column(contract: Contract) -> None:
    headings = [
        heading.lower()
        for column in contract.columns
        for heading in (column.name, column.label, column.indicator)
        if heading
    ]
    assert len(set(headings)) == len(headings)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_columns_are_told_by_kind(contract: Contract) -> None:
    for column in contract.columns:
        assert (column.codes is not None) == (column.kind in ("code", "flag")), column.name
        assert column.label.strip() and column.name.isidentifier()
        assert not (column.required and column.optional), column.name
        assert contract[column.name] is column


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_row_rule_asks_for_columns_that_are_there(contract: Contract) -> None:
    schema = {column.name: TYPES.get(column.kind, "string") for column in contract.columns}
    for rule in contract.rules:
        assert rule.broken(ibis.table(schema, name="rows")).type().is_boolean()
        assert rule.label and ":" not in rule.name
    assert contract.of_people == ("nobody" in {rule.name for rule in contract.rules})


def test_names_and_labels_of_files_are_distinct() -> None:
    names = [name for contract in CONTRACTS.values() for name in (contract.name, contract.label)]
    assert len(set(names)) == len(names)
    assert all(contract.name == name and contract.department for name, contract in CONTRACTS.items())


def test_together_keeps_every_row_also_equal_ones() -> None:
    con = ibis.duckdb.connect()
    parts = [ibis.memtable({"a": [1, 1]}), ibis.memtable({"a": [1, 2]}), ibis.memtable({"a": [3]})]
    assert sorted(con.to_pyarrow(together(parts))["a"].to_pylist()) == [1, 1, 1, 2, 3]
    assert together(parts[:1]).equals(parts[0])
    con.disconnect()
