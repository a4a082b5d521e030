"""Holding a table against its contract: rename, type, and keep apart the rows that break it."""

from collections.abc import Iterable, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.sources import values
from qmcb.sources.headings import Headings
from qmcb.sources.raw import LINE, Raw
from qmcb.tables import Column, Contract

RULE, FOUND, REPAIRS = "_rule", "_found", "_repairs"
Own = Mapping[str, Mapping[str, str]]
_NOTHING = ibis.null("string")
_SENT, _QUICK = "_sent_{}", "_quick_{}"


def reason(contract: Contract, rule: str) -> str:
    """The Chinese reason of a rule such as `code:insurance` or `months_order`."""
    kind, _, name = rule.partition(":")
    if name:
        return f"{contract[name].label}：{codes.BROKEN[kind]}"
    return codes.BROKEN.get(kind) or next(row.label for row in contract.rules if row.name == rule)


def reasons(contract: Contract) -> dict[str, str]:
    """Every rule that a row of the table may break, with its reason."""
    named = [rule for column in contract.columns for rule in _rules(column)]
    return {rule: reason(contract, rule) for rule in (*named, *(row.name for row in contract.rules))}


def typed(
    raw: Raw, contract: Contract, headings: Headings, own: Own | None = None, above: int = 0
) -> ir.Table:
    """The rows under the contract's names and types, with `_line`, `_rule`, `_found` and `_repairs`.

    `_line` is counted on from `above`. `_rule` is the first rule that a row breaks, null where it breaks
    none; `_found` what stood there, as a shape and not as a value; `_repairs` what was set right, such as
    `full_width:status,date_form:birth_date`, null where nothing was. `own` holds a source's codes by
    column: as sent → code. Columns that the contract does not know are kept under their headings.

    Raises `InputError` for a missing or double column.
    """
    places = headings.places(raw.headings, raw.name)
    own = own or {}
    known = [column for column in contract.columns if column.name in places]
    sent = {column.name: raw.table[places[column.name]] for column in known}
    glanced = [column for column in known if _glanced(column, sent[column.name])]
    sent |= {
        column.name: values.blank_as_null(sent[column.name]) for column in known if column not in glanced
    }
    sight = raw.table.select(
        **{LINE: raw.table[LINE] + above if above else raw.table[LINE]},
        **{_SENT.format(name): value for name, value in sent.items()},
        **{
            _QUICK.format(column.name): values.quick(sent[column.name], column, own.get(column.name, {}))
            for column in known
            if column.kind != "text"
        },
        **{heading: raw.table[place] for heading, place in _others(raw, places, contract).items()},
    )
    first = sight.mutate(**{_SENT.format(column.name): _blank_as_null(sight, column) for column in glanced})
    second = first.mutate(
        **{
            column.name: _value(first, column, own.get(column.name, {}))
            if column in known
            else _absent(column)
            for column in contract.columns
        }
    )
    of_rows = [(rule.name, rule.broken(second).fill_null(False)) for rule in contract.rules]
    third = second.mutate(
        **{
            RULE: _first([*_broken(second, known), *of_rows]),
            REPAIRS: _repairs(second, known),
        }
    )
    return third.mutate(**{FOUND: _found(third, known)}).drop(
        *(name for name in first.columns if name.startswith(("_sent_", "_quick_")))
    )


def _others(raw: Raw, places: Mapping[str, str], contract: Contract) -> dict[str, str]:
    """The columns that the contract does not know: a name of their own, and their place."""
    taken = {*contract.names, LINE, RULE, FOUND, REPAIRS}
    others: dict[str, str] = {}
    for place, heading in enumerate(raw.headings):
        if str(place) not in places.values():
            name = heading.strip() or "column"
            clash = name.lower() in {each.lower() for each in (*taken, *others)} or name.startswith("_")
            others[f"{name} {place + 1}" if clash else name] = str(place)
    return others


def _glanced(column: Column, sent: ir.Value) -> bool:
    """Whether a glance at a value shows that it is written as it should be."""
    return column.kind != "text" and isinstance(sent, ir.StringValue)


def _blank_as_null(table: ir.Table, column: Column) -> ir.Value:
    """What was sent, blank as null; that is asked only where the glance did not show a value."""
    sent = table[_SENT.format(column.name)]
    return ibis.ifelse(table[_QUICK.format(column.name)].notnull(), sent, values.blank_as_null(sent))


def _value(table: ir.Table, column: Column, own: Mapping[str, str]) -> ir.Value:
    sent = table[_SENT.format(column.name)]
    if column.kind == "text":
        return values.quick(sent, column, own)
    found = table[_QUICK.format(column.name)]
    slow = sent.notnull() & found.isnull()  # asked first: unlike COALESCE, CASE computes only what it needs
    return ibis.ifelse(slow, values.typed(sent, column, own), found)


def _absent(column: Column) -> ir.Value:
    types = {"date": "date", "month": "date", "integer": "int64", "fen": "int64"}
    return ibis.null(types.get(column.kind, "string"))


def _rules(column: Column) -> Iterable[str]:
    if column.required:
        yield f"required:{column.name}"
    if column.codes is not None:
        yield f"code:{column.name}"
    elif column.kind != "text":
        yield f"type:{column.name}"


def _broken(table: ir.Table, known: Iterable[Column]) -> list[tuple[str, ir.BooleanValue]]:
    """The columns' rules, and where each is broken."""
    broken: list[tuple[str, ir.BooleanValue]] = []
    for column in known:
        sent, value = table[_SENT.format(column.name)], table[column.name]
        for rule in _rules(column):
            broken.append(
                (rule, sent.isnull() if rule.startswith("required") else sent.notnull() & value.isnull())
            )
    return broken


def _first(rules: Sequence[tuple[str, ir.BooleanValue]]) -> ir.StringValue:
    """The name of the first rule that is true, null where none is."""
    if not rules:
        return _NOTHING
    named = ibis.cases(*((broken, ibis.literal(rule)) for rule, broken in rules), else_=_NOTHING)
    return ibis.ifelse(ibis.or_(*(broken for _, broken in rules)), named, _NOTHING)


def _slow(table: ir.Table, known: Iterable[Column]) -> list[tuple[Column, ir.BooleanValue]]:
    """The columns sent as text, and where their value was read by the slow way."""
    return [
        (column, table[_QUICK.format(column.name)].isnull() & table[_SENT.format(column.name)].notnull())
        for column in known
        if _glanced(column, table[_SENT.format(column.name)])
    ]


def _repairs(table: ir.Table, known: Iterable[Column]) -> ir.StringValue:
    slow = _slow(table, known)
    if not slow:
        return _NOTHING
    told = [
        ibis.ifelse(
            where, values.repair(table[_SENT.format(column.name)], column) + f":{column.name}", _NOTHING
        )
        for column, where in slow
    ]
    return ibis.ifelse(
        ibis.or_(*(where for _, where in slow)), ibis.literal(",").join(told).nullif(""), _NOTHING
    )


def _found(table: ir.Table, known: Iterable[Column]) -> ir.StringValue:
    sent = [
        (table[RULE] == rule, table[_SENT.format(column.name)].cast("string"))
        for column in known
        for rule in _rules(column)
        if not rule.startswith("required")
    ]
    if not sent:
        return _NOTHING
    shape = values.shape(ibis.cases(*sent, else_=_NOTHING))
    return ibis.ifelse(table[RULE].isnull(), _NOTHING, shape)
