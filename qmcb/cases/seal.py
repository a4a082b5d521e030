"""Seals of a workbook: what an office must not change cannot be changed unseen."""

import hmac
import json
from collections.abc import Iterable
from datetime import date, datetime

from openpyxl.worksheet.worksheet import Worksheet

_CHARACTERS = 32


def seal(key: bytes, *parts: object) -> str:
    """A seal over texts and numbers: the first half of their HMAC-SM3 under the office's case key."""
    told = json.dumps(["cases", *parts], ensure_ascii=False).encode()
    return hmac.digest(key, told, "sm3").hex()[:_CHARACTERS]


def contents(sheet: Worksheet, leave: Iterable[int] = (), below: int = 1) -> list[list[object]]:
    """Row, column and value of every filled cell, without the columns to `leave` in rows after `below`."""
    left = set(leave)
    return [
        [cell.row, cell.column, plain(cell.value)]
        for row in sheet.iter_rows()
        for cell in row
        if plain(cell.value) and not (cell.column in left and cell.row > below)
    ]


def plain(value: object) -> str:
    """A cell's value as every spreadsheet program gives it back: numbers to the cent, one line end."""
    if value is None:
        return ""
    if isinstance(value, bool | date | datetime):
        return f"{type(value).__name__} {value}"
    if isinstance(value, int | float):
        return f"{value:.2f}"
    return str(value).replace("\r\n", "\n").replace("_x000D_", "").rstrip()
