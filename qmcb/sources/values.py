"""A value as it was sent becomes one of its column's type; what is written otherwise is set right and told.

Nearly every value is written as it should be, and a glance shows it: that is the quick way. The slow way
takes out full-width characters, blanks and the like, and is gone only for the others.
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from qmcb.sources.macros import macro
from qmcb.tables import Column

# A text that begins with anything but these is not blank: the first visible characters of ASCII, and all
# from U+3001 on.
_VISIBLE, _DELETE, _IDEOGRAPHIC = "!", "\x7f", "\u3001"
_BLANK = r"^[\s\pZ]*$"
_MARGIN = r"^[\s\pZ]+|(\.0)?[\s\pZ]*$"
_BLANKS_AROUND = r"^[\s\pZ]|[\s\pZ]$"
_FULL_WIDTH = r"[\x{FF01}-\x{FF5E}\x{3000}]"
_WIDE = "\u3000" + "".join(map(chr, range(0xFF01, 0xFF5F)))
_NARROW = " " + "".join(map(chr, range(0x21, 0x7F)))
# 202406 or 20240630; 2024-06-30, 2024/6/30, 2024年6月30日, with or without the day; a time may follow.
_COMPACT = r"^\d{6}(\d{2}(\d{6}|[ T][\d:.+]*)?)?$"
_PARTED = r"^(\d{4})[-/年](\d{1,2})(?:[-/月](\d{1,2}))?[月日]?(?:[ T][\d:.+]*)?$"
_DOTTED = r"^(\d{4})\.(\d{1,2})\.(\d{1,2})$"  # never without the day: 2024.10 may have been a number
_SHOWN = 20
_NOTHING = ibis.null("string")
_DATED = ("date", "month")
_WHOLE = ("integer", "fen")


@macro("string")
def _filled(text: ir.StringValue) -> ir.StringValue:
    odd = (text < _VISIBLE) | ((text >= _DELETE) & (text < _IDEOGRAPHIC))
    return ibis.ifelse(odd, ibis.ifelse(text.re_search(_BLANK), _NOTHING, text), text)


@macro("string")
def _place(text: ir.StringValue) -> ir.StringValue:
    return ibis.ifelse(text.re_search(r"^\d{6}$"), text, _NOTHING)


@macro("date")
def _plain_date(text: ir.StringValue) -> ir.DateValue:
    compact = text.left(4) + "-" + text.substr(4, 2) + "-" + text.right(2)
    return ibis.cases(
        (text.like("____-__-__") & (text >= "0"), text.try_cast("date")),
        (text.re_search(r"^\d{8}$"), compact.try_cast("date")),
        else_=ibis.null("date"),
    )


@macro("date")
def _plain_month(text: ir.StringValue) -> ir.DateValue:
    first = ibis.date(text.left(4).try_cast("int32"), text.right(2).try_cast("int32"), 1)
    return ibis.ifelse(text.re_search(r"^\d{4}(0[1-9]|1[0-2])$"), first, ibis.null("date"))


@macro("int64")
def _plain_whole(text: ir.StringValue) -> ir.IntegerValue:
    whole = text.try_cast("int64")
    return ibis.ifelse(whole.cast("string") == text, whole, ibis.null("int64"))


@macro("string")
def _tidy_text(text: ir.StringValue) -> ir.StringValue:
    narrow = ibis.ifelse(text.re_search(_FULL_WIDTH), text.translate(_WIDE, _NARROW), text)
    return narrow.re_replace(_MARGIN, "")


@macro("string")
def _parted(tidy: ir.StringValue) -> ir.StringValue:
    """Year, month and, where it is written, day, with hyphens between."""
    return ibis.cases(
        (tidy.re_search(_COMPACT), tidy.substr(0, 4) + "-" + tidy.substr(4, 2) + "-" + tidy.substr(6, 2)),
        (tidy.re_search(_PARTED), tidy.re_replace(_PARTED, r"\1-\2-\3")),
        (tidy.re_search(_DOTTED), tidy.re_replace(r"\.", "-")),
        else_=_NOTHING,
    )


@macro("int64")
def _any_whole(tidy: ir.StringValue) -> ir.IntegerValue:
    return ibis.ifelse(tidy.re_search(r"^[+-]?\d+$"), tidy.try_cast("int64"), ibis.null("int64"))


@macro("string")
def _written(text: ir.StringValue) -> ir.StringValue:
    """Of the repairs those that show in the text itself; else null."""
    return ibis.cases(
        (text.re_search(_FULL_WIDTH), "full_width"),
        (text.re_search(_BLANKS_AROUND), "spaces"),
        (text.re_search(r"\.0$"), "decimal"),
        else_=_NOTHING,
    )


@macro("string")
def shape(text: ir.StringValue) -> ir.StringValue:
    """What a value looks like, without the value: 9 a digit, A a letter, 文 a character, ? a control."""
    ascii_only = text.left(_SHOWN).re_replace(r"\pN", "9").re_replace(r"[A-Za-z]", "A")
    return ascii_only.re_replace(r"[\x00-\x1F\x7F]", "?").re_replace(r"[^\x00-\x7F]", "文")


def blank_as_null(value: ir.Value) -> ir.Value:
    """The value as sent, blank text as null; a float, in which numbers come, as text in full."""
    if isinstance(value, ir.FloatingValue):
        text = ibis.ifelse(value.isnan(), _NOTHING, value.cast("string"))
        whole = text.try_cast("decimal(38, 0)").cast("string")
        return ibis.ifelse(text.contains("e+"), whole, text.re_replace(r"\.0$", ""))
    if isinstance(value, ir.BooleanValue):
        return value.cast("int8")
    if isinstance(value, ir.StringValue):
        return _filled(value)
    return value


def quick(sent: ir.Value, column: Column, own: Mapping[str, str]) -> ir.Value:
    """The value of what is written as it should be, else null. `own`: code as sent → code."""
    if not isinstance(sent, ir.StringValue):
        return typed(sent, column, own)
    match column.kind:
        case "code" | "flag":
            ours = [*(column.codes or {}).keys() - own.keys(), *own]
            return ibis.ifelse(sent.isin(sorted(ours)), _recoded(sent, own), _NOTHING)
        case "region":
            return _recoded(_place(sent), own)
        case "date":
            return _plain_date(sent)
        case "month":
            return _plain_month(sent)
        case "integer" | "fen":
            return _plain_whole(sent)
        case _:
            return _recoded(sent, own)


def typed(sent: ir.Value, column: Column, own: Mapping[str, str]) -> ir.Value:
    """The value whatever way it is written; null where there is none."""
    match column.kind:
        case "date":
            return _date(sent)
        case "month":
            return _date(sent, "01").truncate("M")
        case "integer" | "fen":
            return _whole(sent)
        case "code" | "flag":
            known = {**{code: code for code in column.codes or ()}, **_by_label(column), **own}
            return _tidy(sent).substitute(known, else_=_NOTHING)
        case "region":
            return _place(_recoded(_tidy(sent), own))
        case _:
            return _recoded(sent, own) if isinstance(sent, ir.StringValue) else _trimmed(sent)


def _by_label(column: Column) -> dict[str, str]:
    return {label: code for code, label in (column.codes or {}).items()}


def _recoded(text: ir.StringValue, own: Mapping[str, str]) -> ir.StringValue:
    return text.substitute(dict(own)) if own else text


def _trimmed(value: ir.Value) -> ir.StringValue:
    """The value as text, without blanks around it and without the `.0` of a whole number in a float."""
    text = value.cast("string")
    return text if value.type().is_integer() else text.re_replace(_MARGIN, "")


def _tidy(value: ir.Value) -> ir.StringValue:
    if not isinstance(value, ir.StringValue):
        return _trimmed(value)
    return _tidy_text(value)


def _date(value: ir.Value, day: str = "") -> ir.DateValue:
    """The day; null where there is no such day. Where none is written it is `day`."""
    if value.type().is_date() or value.type().is_timestamp():
        return value.cast("date")
    parted = _parted(_tidy(value))
    whole = parted.try_cast("date")
    return ibis.coalesce((parted + day).try_cast("date"), whole) if day else whole


def _whole(value: ir.Value) -> ir.IntegerValue:
    """An integer; null where there is a fraction, which a cast would round away."""
    if value.type().is_integer():
        return value.try_cast("int64")
    return _any_whole(_tidy(value))


def repair(sent: ir.StringValue, column: Column) -> ir.StringValue:
    """How a value was written that only the slow way could read (codes.REPAIR)."""
    otherwise = _written(sent).fill_null("date_form" if column.kind in _DATED else "form")
    labels = sorted(_by_label(column))
    return ibis.ifelse(sent.isin(labels), "label", otherwise) if labels else otherwise
