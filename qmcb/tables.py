"""The contract of every table that departments send: columns, types, codes and labels."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from qmcb import codes
from qmcb.codes import Codes

Kind = Literal["text", "code", "region", "date", "month", "integer", "fen", "flag"]
Predicate = Callable[[ir.Table], ir.BooleanValue]


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    `kind` gives the type after reading: text, code, region and flag are strings, date is a date,
    month is the first day of a month, integer is int64 and fen is money in whole fen (int64).
    `required` forbids an empty value; `optional` lets the whole column be absent.
    """

    name: str
    kind: Kind
    label: str
    indicator: str | None = None
    required: bool = False
    optional: bool = False
    codes: Codes | None = None


@dataclass(frozen=True)
class RowRule:
    """A rule over several columns of one row; a row for which `broken` is true is quarantined."""

    name: str
    label: str
    broken: Predicate


@dataclass(frozen=True)
class Contract:
    """The contract of one table: who sends it and what its rows hold."""

    name: str
    label: str
    department: str
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...] = ()

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def of_people(self) -> bool:
        """Whether a row speaks of a person."""
        return "id_number" in self.names


def _record(label: str = "记录号") -> Column:
    return Column("record_id", "text", label, "AAZ000", optional=True)


def _person(*, contact: bool = True) -> tuple[Column, ...]:
    always = (
        Column("id_number", "text", "公民身份号码", "AAC002"),
        Column("name", "text", "姓名", "AAC003"),
        Column("sex", "code", "性别", "AAC004", optional=True, codes=codes.SEX),
        Column("birth_date", "date", "出生日期", "AAC006", optional=True),
    )
    return (*always, Column("phone", "text", "联系电话", "AAE005", optional=True)) if contact else always


def _insurance() -> Column:
    return Column("insurance", "code", "险种", "AAE140", required=True, codes=codes.INSURANCE)


NOBODY = RowRule(
    "nobody",
    "身份号码与姓名不能同时为空",
    lambda t: t.id_number.isnull() & t.name.isnull(),
)
MONTHS = RowRule(
    "months_order",
    "终止年月早于起始年月",
    lambda t: (t.last_month < t.first_month).fill_null(False),
)
MONTHS_OPEN = RowRule(
    "months_end",
    "已暂停或终止而无终止年月",
    lambda t: (t.status != codes.PAYING) & t.first_month.notnull() & t.last_month.isnull(),
)
AMOUNT = RowRule(
    "amount_negative",
    "金额为负",
    lambda t: (t.monthly_amount < 0).fill_null(False),
)


def _not_negative(name: str, label: str) -> RowRule:
    return RowRule(f"negative_{name}", f"{label}为负", lambda t: (t[name] < 0).fill_null(False))


_FUND_COLUMNS = (
    Column("region", "region", "统筹地区", "AAB301", required=True),
    Column("year", "integer", "年度", "AAE001", required=True),
    Column("basis", "code", "口径", required=True, codes=codes.ACCOUNT_BASIS),
    Column("contributions", "fen", "征缴收入", required=True),
    Column("target", "fen", "征缴任务"),
    Column("interest", "fen", "利息收入", required=True),
    Column("transfers", "fen", "转移净收入", required=True),
    Column("subsidy", "fen", "本级财政补助", required=True),
    Column("adjustment_received", "fen", "调剂补助收入", optional=True),
    Column("adjustment_paid", "fen", "调剂上解支出", optional=True),
    Column("spending", "fen", "待遇支出", required=True),
    Column("irregular_spending", "fen", "违规支出", required=True),
    Column("opening_balance", "fen", "上年结余", required=True),
    Column("closing_balance", "fen", "年末结余", optional=True),
    Column("insured", "integer", "参保缴费人数", required=True),
    Column("insurable", "integer", "应参保人数", required=True),
    Column("retirees", "integer", "领取待遇人数", required=True),
    Column("average_wage", "fen", "年平均工资", required=True),
    Column("fiscal_revenue", "fen", "一般公共预算收入", required=True),
)
# Transfers are net and a balance may be overdrawn; no other amount or number is below nothing.
_SIGNED = ("year", "transfers", "opening_balance", "closing_balance")
_FUND_RULES = (
    *(
        _not_negative(column.name, column.label)
        for column in _FUND_COLUMNS
        if column.kind in ("fen", "integer") and column.name not in _SIGNED
    ),
    RowRule(
        "irregular_above_spending",
        "违规支出大于待遇支出",
        lambda t: (t.irregular_spending > t.spending).fill_null(False),
    ),
    RowRule("no_retirees", "领取待遇人数为零", lambda t: (t.retirees == 0).fill_null(False)),
)

_ENROLMENT_COLUMNS = (
    _record(),
    *_person(),
    _insurance(),
    Column("region", "region", "参保地", "AAB301", required=True),
    Column("employer_id", "text", "单位编号", "AAB001"),
    Column("first_month", "month", "起始年月", "AAE041"),
    Column("last_month", "month", "终止年月", "AAE042"),
    Column("status", "code", "缴费状态", "AAC031", required=True, codes=codes.STATUS),
    Column("base", "fen", "缴费基数", "AAE180"),
)

_CONTRACTS = (
    Contract(
        "residents",
        "户籍人口",
        "公安",
        (
            _record(),
            *_person(contact=False),
            Column("hukou_region", "region", "户籍地", "AAC301", required=True),
            Column("alive", "flag", "是否健在", required=True, codes=codes.FLAG),
        ),
        (NOBODY,),
    ),
    Contract(
        "population",
        "常住人口",
        "卫生健康",
        (_record(), *_person(), Column("residence_region", "region", "常住地", "AAC302", required=True)),
        (NOBODY,),
    ),
    Contract(
        "registry",
        "全民参保登记库",
        "人力资源社会保障",
        (
            _record(),
            *_person(),
            Column("hukou_region", "region", "户籍地", "AAC301"),
            Column("residence_region", "region", "常住地", "AAC302"),
            Column("employment", "code", "就业状态", "AAC016", codes=codes.EMPLOYMENT),
            Column("employer_id", "text", "单位编号", "AAB001"),
            Column("registered_on", "date", "登记日期", "AAE043"),
            Column("surveyed_on", "date", "入户调查日期", "AAE044"),
        ),
        (NOBODY,),
    ),
    Contract("enrolments", "参保缴费", "人力资源社会保障", _ENROLMENT_COLUMNS, (NOBODY, MONTHS, MONTHS_OPEN)),
    Contract(
        "enrolments_elsewhere", "外省参保缴费", "国家库", _ENROLMENT_COLUMNS, (NOBODY, MONTHS, MONTHS_OPEN)
    ),
    Contract(
        "benefits",
        "待遇发放",
        "人力资源社会保障、国家库",
        (
            _record(),
            *_person(),
            _insurance(),
            Column("region", "region", "发放地", "AAB301", required=True),
            Column("first_month", "month", "起始年月", "AAE041", required=True),
            Column("last_month", "month", "终止年月", "AAE042"),
            Column("monthly_amount", "fen", "月待遇", "AAE019"),
        ),
        (NOBODY, MONTHS, AMOUNT),
    ),
    Contract(
        "employers",
        "市场主体",
        "市场监管",
        (
            Column("uscc", "text", "统一社会信用代码", "AAB003", required=True),
            Column("name", "text", "单位名称", "AAB004", required=True),
            Column("region", "region", "登记地", "AAB301", required=True),
            Column("industry", "code", "行业门类", "AAB022", codes=codes.INDUSTRY),
            Column("size", "code", "规模", "AAB056", codes=codes.EMPLOYER_SIZE),
            Column("established_on", "date", "成立日期", "AAE047"),
            Column("status", "code", "登记状态", codes=codes.EMPLOYER_STATUS),
            Column("honours", "text", "所获荣誉"),
        ),
    ),
    Contract(
        "payroll",
        "扣缴个税工资",
        "税务",
        (
            _record(),
            Column("uscc", "text", "统一社会信用代码", "AAB003", required=True),
            Column("month", "month", "所属年月", "AAE002", required=True),
            *_person(contact=False),
            Column("wage", "fen", "工资薪金", required=True),
        ),
        (NOBODY,),
    ),
    Contract(
        "deaths",
        "死亡火化",
        "民政",
        (_record(), *_person(contact=False), Column("died_on", "date", "死亡日期", "AAE138", required=True)),
        (NOBODY,),
    ),
    Contract(
        "low_income",
        "低保",
        "民政",
        (_record(), *_person(contact=False), Column("since", "date", "起始日期", required=True)),
        (NOBODY,),
    ),
    Contract(
        "students",
        "在校学生",
        "教育",
        (
            _record(),
            *_person(contact=False),
            Column("school_region", "region", "学校所在地", required=True),
            Column("enrolled_from", "date", "入学日期", required=True),
            Column("enrolled_to", "date", "离校日期"),
        ),
        (NOBODY,),
    ),
    Contract(
        "cards",
        "社会保障卡",
        "人力资源社会保障",
        (
            _record(),
            *_person(),
            Column("region", "region", "发卡地", "AAB301", required=True),
            Column("issued_on", "date", "发卡日期"),
        ),
        (NOBODY,),
    ),
    Contract(
        "medical_filings",
        "异地就医备案",
        "医疗保障",
        (
            _record(),
            *_person(),
            Column("region", "region", "参保地", "AAB301", required=True),
            Column("filed_region", "region", "就医地", required=True),
            Column("filed_on", "date", "备案日期", required=True),
            Column("ends_on", "date", "终止日期"),
        ),
        (NOBODY,),
    ),
    Contract("fund_accounts", "基金收支", "财务", _FUND_COLUMNS, _FUND_RULES),
    Contract(
        "budget_changes",
        "预算调整",
        "财务",
        (
            Column("region", "region", "统筹地区", "AAB301", required=True),
            Column("year", "integer", "年度", "AAE001", required=True),
            Column("item", "text", "调整项目", required=True),
            Column("amount", "fen", "调整金额", required=True),
            Column("policy_basis", "text", "政策依据"),
        ),
    ),
)

CONTRACTS: Mapping[str, Contract] = {contract.name: contract for contract in _CONTRACTS}


def together(tables: Iterable[ir.Table]) -> ir.Table:
    """All rows of one or more tables with the same columns."""
    first, *others = tables
    return ibis.union(first, *others, distinct=False) if others else first
