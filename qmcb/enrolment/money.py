"""What duplicate months are worth, in whole fen, as far as the tables tell."""

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.enrolment import spells
from qmcb.enrolment.facts import Facts

COLUMNS = ["amount_a", "amount_b", "refunded", "recovered", "no_amount"]
_ACCOUNT = "contributions/personal_account"
# Actions after which a benefit that was drawn besides another is returned whole.
_RETURNED = ("keep_one_pension", "keep_first_pension", "stop_benefit")


def reckoned(facts: Facts, rows: ir.Table) -> ir.Table:
    """The settled rows with what their months are worth.

    amount_a, amount_b: a benefit's months × monthly amount; of an employee pension what was paid into the
    person's account, months × base on record × the rate of those months (`contributions/personal_account`);
    null for other contributions, of which the tables carry no amount. refunded: to the person, from the side
    that ends; recovered: from the person, of the benefit that ends. no_amount (of codes.NO_AMOUNT): why
    neither has one.
    """
    amounts = {f"amount_{side}": _amount(facts, rows, side) for side in "ab"}
    told = rows.mutate(**amounts)
    ended = ibis.cases((told.stays == "a", told.amount_b), (told.stays == "b", told.amount_a))
    account = told.refund == codes.REFUND["personal_account"]
    returned = told.action.isin(_RETURNED)
    told = told.mutate(
        refunded=ibis.ifelse(account.fill_null(False), ended, ibis.null("int64")),
        recovered=ibis.ifelse(returned, ended, ibis.null("int64")),
    )
    why = ibis.cases(
        (told.refunded.notnull() | told.recovered.notnull(), ibis.null("string")),
        (told.rule.notnull() & told.effective.isnull(), "no_rule"),
        (told.stays.isnull(), "undecided"),
        (told.action == "end_resident_pension", "basic_part"),
        (account.fill_null(False) | returned, "no_figure"),
        (told.action == "clear_resident_months", "resident_paid"),
        else_="no_refund",
    )
    return told.mutate(no_amount=why)


def _amount(facts: Facts, rows: ir.Table, side: str) -> ir.IntegerValue:
    drawn = rows[f"source_{side}"] == "benefits"
    employee = rows[f"insurance_{side}"].isin(codes.EMPLOYEE_PENSION)
    amount = rows[f"amount_{side}"]
    return ibis.cases((drawn, rows.months * amount), (employee, _account(facts, rows, amount)))


def _account(facts: Facts, rows: ir.Table, base: ir.IntegerValue) -> ir.IntegerValue:
    """Months × base × the account's share, each month rounded to the fen; null where none was in force."""
    parts, known = [], []
    for first, last, version in facts.rules[_ACCOUNT].spans(facts.period):
        if version is None or not isinstance(version.value, int | float):
            continue
        of_span = spells.months(
            ibis.greatest(rows.first_month, ibis.literal(first.first_day)),
            ibis.least(rows.last_month, ibis.literal(last.first_day)),
        )
        count = ibis.greatest(of_span, 0)
        monthly = (base * round(100 * version.value) + 5_000) // 10_000
        parts.append(count * monthly)
        known.append(count)
    whole = sum(known[1:], known[0]) == rows.months
    return ibis.ifelse(whole, sum(parts[1:], parts[0]), ibis.null("int64"))
