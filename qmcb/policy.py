"""Dated rules: which value is in force in a month, and the article it comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from qmcb import codes, paths, schema, strict_yaml
from qmcb.errors import InputError
from qmcb.periods import Period

_FIRST = Period(1949, 1)
_STATE = "中华人民共和国"


@dataclass(frozen=True)
class Reference:
    """The document that gives a value; `number` is empty where it is not known."""

    title: str
    number: str | None
    article: str

    @property
    def document(self) -> str:
        """What people call it: a law by its name, another document by its number where it has one."""
        law = self.title.startswith(_STATE)
        return self.title.removeprefix(_STATE) if law else self.number or self.title


@dataclass(frozen=True)
class Outcome:
    """What a rule recommends: keys of codes.ACTION, KEEP, REFUND (refund, retain) and DECIDES."""

    action: str
    keep: str | None = None
    refund: tuple[str, ...] = ()
    retain: tuple[str, ...] = ()
    decides: str | None = None

    @property
    def text(self) -> str:
        parts = [codes.ACTION[self.action]]
        parts += [f"保留：{codes.KEEP[self.keep]}"] if self.keep else []
        parts += [f"退：{_money(self.refund)}"] if self.refund else []
        parts += [f"不退：{_money(self.retain)}"] if self.retain else []
        return "；".join(parts)


@dataclass(frozen=True)
class Order:
    """Whose word on a field counts first: keys of codes.GOLDEN_SOURCE, the first of them before the others.

    `newest`: the newest word before an older one, and the order only among those of one day.
    """

    sources: tuple[str, ...]
    newest: bool = False

    @property
    def text(self) -> str:
        told = "、".join(codes.GOLDEN_SOURCE[source] for source in self.sources)
        return f"取最新；同日依次：{told}" if self.newest else f"依次：{told}"


Value = int | float | Outcome | Order | None


@dataclass(frozen=True)
class Version:
    """A value from its effective date on; None means abolished from then on."""

    effective: date
    value: Value
    reference: Reference | None

    @property
    def governs_from(self) -> Period:
        """The first whole month under this version.

        Months are the unit: a value effective on the first day governs that month, a value
        effective later in a month governs from the following month.
        """
        month = Period(self.effective.year, self.effective.month)
        return month if self.effective.day == 1 else month.shift(1)


@dataclass(frozen=True)
class Rule:
    """One dated rule; `name` is its path below the policy folder, `versions` go by date.

    `scopes` are the keys of codes.SCOPE to which a duplicates rule applies, empty for other rules.
    A rule without versions says that none is known.
    """

    name: str
    label: str
    description: str
    unit: str
    versions: tuple[Version, ...]
    confirmed: date | None
    assumed: bool
    scopes: tuple[str, ...] = ()

    def at(self, when: date | Period) -> Version | None:
        """The version in force on a day or for a whole month (see Version.governs_from)."""
        day = when.first_day if isinstance(when, Period) else when
        past = [version for version in self.versions if version.effective <= day]
        return past[-1] if past and past[-1].value is not None else None

    @property
    def status(self) -> str:
        """A key of codes.RULE_STATUS."""
        return "assumed" if self.assumed else "confirmed" if self.confirmed else "unconfirmed"

    def spans(self, until: Period) -> Iterator[tuple[Period, Period, Version | None]]:
        """First month, last month and version in force, contiguous from 1949-01 to `until`."""
        changes = {version.governs_from for version in self.versions}
        starts = [_FIRST, *sorted(month for month in changes if _FIRST < month <= until)]
        ends = [start.shift(-1) for start in starts[1:]] + [until]
        for start, end in zip(starts, ends, strict=True):
            yield start, end, self.at(start)

    def value_text(self, version: Version) -> str:
        value = version.value
        return value.text if isinstance(value, Outcome | Order) else f"{value}{codes.UNIT[self.unit]}"


@dataclass(frozen=True)
class Rulebook:
    """All rules by name."""

    rules: Mapping[str, Rule]

    def __getitem__(self, name: str) -> Rule:
        if name not in self.rules:
            raise InputError("a rule of the policy folder", name, f"write {name}.yaml or correct the name")
        return self.rules[name]

    def number(self, name: str, period: Period) -> int | float:
        """The number in force in a month, in the rule's unit; InputError where there is none."""
        value = self.known(name, period)
        if value is None:
            raise InputError(f"a number in force in {period}", f"none in rule {name}", "add a dated value")
        return value

    def known(self, name: str, period: Period) -> int | float | None:
        """The number in force in a month, in the rule's unit; None where there is none."""
        version = self[name].at(period)
        return version.value if version and isinstance(version.value, int | float) else None

    def order(self, name: str, period: Period) -> Order:
        """The order of sources in force in a month; InputError where there is none."""
        version = self[name].at(period)
        if version is None or not isinstance(version.value, Order):
            raise InputError(f"an order of sources in force in {period}", f"none in rule {name}", "add one")
        return version.value

    def in_force(self, period: Period) -> list[dict[str, str]]:
        """Rows for the page: the rules in force in a month, in the order of their names.

        Columns: rule, label, value (short Chinese text), effective (ISO date), document, article and
        status (label of codes.RULE_STATUS), empty where not known or assumed.
        """
        return [
            {
                "rule": rule.name,
                "label": rule.label,
                "value": rule.value_text(version),
                "effective": "" if rule.assumed else version.effective.isoformat(),
                "document": version.reference.document if version.reference else "",
                "article": (version.reference and version.reference.article) or "",
                "status": codes.RULE_STATUS[rule.status],
            }
            for rule in self.rules.values()
            if (version := rule.at(period))
        ]

    def intervals(self, prefix: str, until: Period) -> list[dict[str, object]]:
        """Rows to join months with: what each recommending rule below `prefix` says, and when.

        The rows of one kind and scope cover every month from 1949-01 to `until` exactly once;
        where no rule is in force the action is "consult" and the fields after it are None.

        Columns: rule, kind (the first part of the name below `prefix`), scope (key of codes.SCOPE;
        None for a rule without scopes), first_month and last_month (first days of months), action,
        keep (keys of the lists in codes), refund and retain (Chinese text), decides (key),
        effective (date), document, article, confirmed (bool, None without a rule).
        """
        return [
            {
                "rule": rule.name,
                "kind": name.removeprefix(f"{prefix}/").split("/")[0],
                "scope": scope,
                "first_month": start.first_day,
                "last_month": end.first_day,
                **_recommendation(rule, version),
            }
            for name, rule in self.rules.items()
            if name.startswith(f"{prefix}/")
            for scope in rule.scopes or (None,)
            for start, end, version in rule.spans(until)
        ]


def load(folder: Path = paths.POLICY) -> Rulebook:
    """The rule files (*.yaml) below a folder, in the order of their names.

    Raises InputError with file and line or field for a file that is not YAML, repeats a key,
    breaks params/policy/schema.json, or leaves a value without a document.
    """
    files = {file.relative_to(folder).with_suffix("").as_posix(): file for file in folder.rglob("*.yaml")}
    if not files:
        raise InputError("a folder of rule files", "no *.yaml in it", "point to the policy folder")
    return Rulebook(
        {name: _rule(name, strict_yaml.read(files[name], f"{name}.yaml")) for name in sorted(files)}
    )


def _money(keys: tuple[str, ...]) -> str:
    return "、".join(codes.REFUND[key] for key in keys)


def _recommendation(rule: Rule, version: Version | None) -> dict[str, object]:
    outcome = version.value if version and isinstance(version.value, Outcome) else Outcome("consult")
    reference = version.reference if version else None
    return {
        "action": outcome.action,
        "keep": outcome.keep,
        "refund": _money(outcome.refund) or None,
        "retain": _money(outcome.retain) or None,
        "decides": outcome.decides,
        "effective": version.effective if version else None,
        "document": reference.document if reference else None,
        "article": reference.article if reference else None,
        "confirmed": rule.confirmed is not None if version else None,
    }


def _rule(name: str, raw: Any) -> Rule:
    if fault := schema.fault(raw, paths.POLICY / "schema.json"):
        raise _broken(f"{name}.yaml, field {fault.path}", fault.message)
    references = {day: Reference(**reference) for day, reference in raw["references"].items()}
    assumed = raw.get("assumed", False)
    stray = references.keys() - raw["values"].keys()
    bare = {day for day, value in raw["values"].items() if value is not None} - references.keys()
    if stray or (bare and not assumed):
        dates = ", ".join(sorted(stray | bare))
        raise _broken(f"{name}.yaml, field $.references", f"values and references differ at {dates}")
    return Rule(
        name,
        raw["label"],
        raw["description"],
        raw["unit"],
        tuple(
            Version(date.fromisoformat(day), _value(value), references.get(day))
            for day, value in sorted(raw["values"].items())
        ),
        date.fromisoformat(raw["confirmed"]) if raw["confirmed"] else None,
        assumed,
        tuple(raw.get("scopes", ())),
    )


def _value(raw: int | float | dict[str, Any] | None) -> Value:
    if not isinstance(raw, dict):
        return raw
    if "sources" in raw:
        return Order(tuple(raw["sources"]), raw.get("newest", False))
    lists = {key: tuple(raw.get(key, ())) for key in ("refund", "retain")}
    return Outcome(raw["action"], raw.get("keep"), **lists, decides=raw.get("decides"))


def _broken(where: str, found: str) -> InputError:
    return InputError(f"a dated rule in {where}", found, "correct the file")
