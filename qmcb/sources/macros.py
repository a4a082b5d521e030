"""Expressions that the engine keeps under a name: written and compiled once, called in every statement."""

from collections.abc import Callable
from functools import cache, wraps

import ibis
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.duckdb import Backend

Made = Callable[[ir.StringValue], ir.Value]
_KNOWN: dict[str, Made] = {}


def macro(returns: str) -> Callable[[Made], Made]:
    """Decorates an expression of one text: where it is used, only its name stands. `returns`: its type.

    A connection on which it shall be used has to `define` it first; one may use those written above it.
    """

    def decorate(make: Made) -> Made:
        name = f"qmcb_{make.__name__.strip('_')}"
        _KNOWN[name] = make
        call = ibis.udf.scalar.builtin(make, name=name, signature=(("string",), returns))

        @wraps(make)
        def called(text: ir.StringValue) -> ir.Value:
            value: ir.Value = call(text)
            return value

        return called

    return decorate


def define(con: Backend) -> None:
    """Make every macro known to a connection."""
    for statement in _statements():
        con.con.execute(statement)


@cache
def _statements() -> tuple[str, ...]:
    con = ibis.duckdb.connect()
    text = ibis.table({"text": "string"}, name="sent").text
    statements = []
    for name, make in _KNOWN.items():
        [value] = con.compiler.to_sqlglot(make(text).name("value").as_table()).expressions
        for column in value.find_all(sge.Column):
            column.set("table", None)
        statements.append(f"CREATE MACRO {name}(text) AS ({value.unalias().sql('duckdb')})")
    con.disconnect()
    return tuple(statements)
