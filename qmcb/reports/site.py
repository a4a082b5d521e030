"""The index of all runs in a folder: what ran, what its gates say, and who stands for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from qmcb import codes
from qmcb.errors import InputError, RunError
from qmcb.reports import differences, leak, manifest, signoff, stage

INDEX = "index.html"
_TEMPLATES = Path(__file__).with_name("templates")
_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class _Gate:
    """What one gate says of a run: a key of codes.GATE, whether it is open (nothing to do), and how much."""

    name: str
    passed: bool
    text: str


def write(out: Path) -> None:
    """Write `out`/index.html about every finished run below it, the newest of each plan first.

    The page asks nothing of any address and links only to the pages beside it. Raises `RunError`
    where it would show what may identify a person; then the old one stays.
    """
    homes = sorted({path.parents[1] for path in out.glob(f"*/[!.]*/{stage.MANIFEST}")})
    plans = [[_run(run, out) for run in reversed(stage.runs(home))] for home in homes]
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    style = "".join((_TEMPLATES / name).read_text("utf-8") for name in ("page.css", "site.css"))
    html = environment.get_template("site.html.j2").render(
        plans=plans, words=codes.SITE, gate=codes.GATE, style=Markup(style)
    )
    if leaks := leak.scan(html):
        raise RunError(f"{INDEX}: withheld, as it may identify a person ({leak.told(leaks)})")
    stage.write(out / INDEX, html)


def _run(run: Path, out: Path) -> dict[str, Any]:
    place = run.relative_to(out).as_posix()
    try:
        return _told(run, place)
    except (InputError, LookupError, TypeError, ValueError, AttributeError):
        return _unreadable(run, place)


def _told(run: Path, place: str) -> dict[str, Any]:
    told = manifest.read(run)
    wanted = told.predicate
    changed = differences.of_files(told)
    return {
        "title": wanted["plan"]["title"],
        "place": place,
        "time": datetime.fromisoformat(wanted["started"]).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M"),
        "reports": [
            {"name": name, "title": report["title"], "period": report["parameters"].get("period", "")}
            for name, report in told.reports.items()
        ],
        "content": wanted["content"][:12],
        "gates": [*_gates(wanted), _files(changed)],
        "signed": _signed(run, bool(changed)),
        "balance": [line for report in wanted["reports"] for line in report["balance"]],
    }


def _unreadable(run: Path, place: str) -> dict[str, Any]:
    """A run of an earlier version, or one whose manifest was damaged."""
    gate = _Gate("files", False, codes.SITE["unreadable"])
    return {
        **{name: [] for name in ("reports", "signed", "balance")},
        "title": run.parent.name,
        "place": place,
        "time": run.name,
        "content": "—",
        "gates": [gate],
    }


def _gates(wanted: Mapping[str, Any]) -> list[_Gate]:
    lines = [line for report in wanted["reports"] for line in report["balance"]]
    off = sum(line["difference"] != "0" for line in lines)
    apart = {
        each["file"]: each["quarantined"]
        for report in wanted["reports"]
        for each in report["inputs"]
        if each.get("quarantined")
    }
    unconfirmed = sum(rule.get("status") == "unconfirmed" for rule in wanted["rules"].values())
    rows = codes.SITE["rows"].format(sum(apart.values()), len(apart))
    return [
        _Gate("balance", not off and bool(lines), codes.SITE["lines"].format(len(lines), off)),
        _Gate("leak", True, codes.SITE["clean"]),
        _Gate("quarantine", not apart, rows if apart else codes.SITE["none"]),
        _Gate("rules", not unconfirmed, codes.SITE["unconfirmed"].format(unconfirmed)),
    ]


def _files(changed: Sequence[str]) -> _Gate:
    text = codes.SITE["changed"].format(len(changed)) if changed else codes.SITE["recorded"]
    return _Gate("files", not changed, text)


def _signed(run: Path, changed: bool) -> list[dict[str, Any]]:
    """Each role with who signed and when, in China's time, and whether a file was changed since."""
    states = {state.role: state for state in signoff.states(run)}
    told = []
    for role, label in codes.SIGN_OFF.items():
        state = states.get(role)
        if state is None:
            told.append({"label": label, "passed": False, "text": codes.SITE["unsigned"]})
        elif state.problem:
            told.append({"label": label, "passed": False, "text": codes.SITE["broken"]})
        else:
            at = datetime.fromisoformat(state.at).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")
            by = state.by or codes.SITE["unknown"].format(state.key[:8])
            text = codes.SITE["signed_before"].format(f"{by} {at}") if changed else f"{by} {at}"
            told.append({"label": label, "passed": state.by is not None and not changed, "text": text})
    return told
