from qmcb import tables
from qmcb.sample import broken


def test_rules_are_named_after_the_contracts() -> None:
    for name, breaks in broken.BREAKS.items():
        contract = tables.CONTRACTS[name]
        rows = {rule.name for rule in contract.rules}
        for rule, values in breaks.items():
            kind, _, column = rule.partition(":")
            assert rule in rows or (kind in ("code", "required", "type") and column in values), rule
            assert set(values) <= set(contract.names)
