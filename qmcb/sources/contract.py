"""Holding a file against its contract: rename, type, and keep apart the rows that break it."""

import re
from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from qmcb.errors import InputError
from qmcb.sources.files import LINE, Raw
from qmcb.tables import Column, Contract

RULE = "_rule"
_REASONS = {
    "required": "不能为空",
    "code": "编码不在目录内",
    "type": "格式不符",
    "torn": "列数与表头不符",
}
_BLANK = r"^[\s\pZ]*$"
_PLAIN = r"^[\w/-]*$"  # a search costs a third of a replacement
_MARGIN = r"^[\s\pZ]+|(\.0)?[\s\pZ]*$"
# 202406 or 20240630; 2024-06-30, 2024/6/30, 2024年6月30日, with or without the day; a time may follow.
_COMPACT = r"^\d{6}(\d{2}(\d{6}|[ T][\d:.+]*)?)?$"
_PARTED = r"^(\d{4})[-/年](\d{1,2})(?:[-/月](\d{1,2}))?[月日]?(?:[ T][\d:.+]*)?$"


def reason(contract: Contract, rule: str) -> str:
    """The Chinese reason of a rule such as `code:insurance` or `months_order`."""
    kind, _, name = rule.partition(":")
    if name:
        return f"{contract[name].label}：{_REASONS[kind]}"
    return _REASONS.get(kind) or next(row.label for row in contract.rules if row.name == rule)


def reasons(contract: Contract) -> dict[str, str]:
    """Every rule that a row of the table may break, with its reason."""
    nothing = ibis.null("string")
    named = [rule for column in contract.columns for rule, _ in _column_rules(column, nothing, nothing)]
    return {rule: reason(contract, rule) for rule in (*named, *(row.name for row in contract.rules))}


def typed(raw: Raw, contract: Contract) -> ir.Table:
    """The rows under the contract's names and types, with `_line` and `_rule`.

    `_rule` is the first rule that a row breaks, null where it breaks none. Headings are English
    names, Chinese labels or indicator codes. Raises `InputError` for a missing or double column.
    """
    places = _places(raw, contract)
    sent = {column.name: _sent(raw.table, places.get(column.name)) for column in contract.columns}
    values = {column.name: _typed(sent[column.name], column) for column in contract.columns}
    broken = (
        rule
        for column in contract.columns
        for rule in _column_rules(column, sent[column.name], values[column.name])
    )
    table = raw.table.select(**{LINE: raw.table[LINE]}, **values, **{RULE: _first(broken)})
    row_rule = _first((rule.name, rule.broken(table)) for rule in contract.rules)
    return table.mutate(**{RULE: ibis.coalesce(table[RULE], row_rule)})


def _places(raw: Raw, contract: Contract) -> dict[str, str]:
    """The contract's columns by name and where they stand in the file.

    An error tells of the headings only what the contract knows: a file without its first line
    would have a person there.
    """
    known = {
        _bare(heading): column.name
        for column in contract.columns
        for heading in (column.name, column.label, column.indicator)
        if heading
    }
    found: dict[str, str] = {}
    for place, heading in enumerate(map(_bare, raw.headings)):
        name = known.get(heading)
        if name in found:
            first = _bare(raw.headings[int(found[name])])
            raise InputError(
                f"one column {contract[name].label} ({name}) in {raw.path.name}",
                f"{first} and {heading}",
                "remove one of them",
            )
        if name:
            found[name] = str(place)
    lacking = [column for column in contract.columns if not column.optional and column.name not in found]
    if lacking:
        names = "、".join(
            f"{column.label} ({' / '.join(filter(None, (column.name, column.indicator)))})"
            for column in lacking
        )
        raise InputError(
            f"column {names} in {raw.path.name}",
            f"only {', '.join(found) or 'none'} among {len(raw.headings)} headings",
            "rename the heading or have the table sent again",
        )
    return found


def _bare(heading: str) -> str:
    return re.sub(r"[\s\ufeff]", "", heading).lower()


def _sent(table: ir.Table, place: str | None) -> ir.Value:
    """The value as sent, blank text as null; a float, in which numbers come, as text in full."""
    if place is None:
        return ibis.null("string")
    value = table[place]
    if isinstance(value, ir.FloatingValue):
        text = ibis.ifelse(value.isnan(), ibis.null("string"), value.cast("string"))
        whole = text.try_cast("decimal(38, 0)").cast("string")
        return ibis.ifelse(text.contains("e+"), whole, text.re_replace(r"\.0$", ""))
    if isinstance(value, ir.BooleanValue):
        return value.cast("int8")
    if isinstance(value, ir.StringValue):
        return ibis.ifelse(value.re_search(_BLANK), ibis.null("string"), value)
    return value


def _typed(value: ir.Value, column: Column) -> ir.Value:
    match column.kind:
        case "date":
            return _date(value)
        case "month":
            return _date(value, "01").truncate("M")
        case "integer" | "fen":
            return _whole(value)
        case "text" if isinstance(value, ir.StringValue):
            return value
        case _:
            return _trimmed(value)


def _trimmed(value: ir.Value) -> ir.StringValue:
    """The value as text, without blanks around it and without the `.0` of a whole number in a float."""
    text = value.cast("string")
    if value.type().is_integer():
        return text
    return ibis.ifelse(text.re_search(_PLAIN), text, text.re_replace(_MARGIN, ""))


def _date(value: ir.Value, day: str = "") -> ir.DateValue:
    """The day; null where there is no such day. Where none is written it is `day`."""
    if value.type().is_date() or value.type().is_timestamp():
        return value.cast("date")
    text = _trimmed(value)
    parted = ibis.cases(
        (text.re_search(_COMPACT), text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2)),
        (text.re_search(_PARTED), text.re_replace(_PARTED, r"\1-\2-\3")),
        else_=ibis.null("string"),
    )
    whole = parted.try_cast("date")
    return ibis.coalesce((parted + day).try_cast("date"), whole) if day else whole


def _whole(value: ir.Value) -> ir.IntegerValue:
    """An integer; null where there is a fraction, which a cast would round away."""
    if value.type().is_integer():
        return value.try_cast("int64")
    text = _trimmed(value)
    return ibis.ifelse(text.re_search(r"^[+-]?\d+$"), text.try_cast("int64"), ibis.null("int64"))


def _column_rules(column: Column, sent: ir.Value, value: ir.Value) -> Iterable[tuple[str, ir.BooleanValue]]:
    if column.required:
        yield f"required:{column.name}", sent.isnull()
    if column.kind in ("date", "month", "integer", "fen"):
        yield f"type:{column.name}", sent.notnull() & value.isnull()
    if column.kind == "region":
        yield f"type:{column.name}", ~value.re_search(r"^\d{6}$")
    if column.codes is not None:
        yield f"code:{column.name}", value.notin(list(column.codes))


def _first(rules: Iterable[tuple[str, ir.BooleanValue]]) -> ir.StringValue:
    """The name of the first rule that is true, null where none is."""
    branches = [(broken.fill_null(False), ibis.literal(rule)) for rule, broken in rules]
    return ibis.cases(*branches, else_=ibis.null("string")) if branches else ibis.null("string")
