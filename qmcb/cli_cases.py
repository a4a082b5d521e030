"""The commands that need the store of cases: doubts to offices and back, and the logged golden record."""

import argparse
import getpass
from datetime import datetime
from pathlib import Path
from typing import Any

from qmcb import codes, periods
from qmcb.errors import InputError


def parsers(commands: "argparse._SubParsersAction[Any]") -> None:
    """The commands golden and cases."""
    _golden_parser(commands.add_parser("golden", help="write one record a person, in the registry's form"))
    _cases_parser(commands.add_parser("cases", help="send doubts to offices, and take their answers"))


def _golden_parser(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "One record and one social security number a person, from all tables of a source. The file holds "
        "people's numbers, names and phones: only you can read it, and the store's access log gets a line."
    )
    parser.add_argument("source", metavar="SOURCE", help="a folder, a database or a map, as for a run")
    parser.add_argument("--province", required=True, metavar="CODE", help="two digits, for example 64")
    parser.add_argument("--period", required=True, metavar="MONTH", help="for example 2024-06")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=".csv to read, .parquet to use"
    )
    parser.add_argument(
        "--store", type=Path, required=True, metavar="FILE", help="the store of cases, whose log gets a line"
    )
    parser.add_argument("--who", metavar="NAME", help="who does this, for the log (default: the login)")
    parser.set_defaults(command=_golden)


def _cases_parser(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="ACTION")

    update = commands.add_parser("update", help="take the doubts of a run")
    update.add_argument("run", type=Path, metavar="RUN", help="a folder that qmcb run has made")

    dispatch = commands.add_parser("dispatch", help="write a workbook for each office")
    dispatch.add_argument(
        "--source", type=Path, required=True, metavar="DIR", help="what the last run was made from"
    )
    dispatch.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the workbooks")

    answers = commands.add_parser("import", help="take the answers of a workbook")
    answers.add_argument("workbook", type=Path, metavar="WORKBOOK")

    listed = commands.add_parser("list", help="print the cases that are not closed, the most urgent first")
    listed.add_argument("--overdue", action="store_true", help="only those past their day")
    listed.add_argument("--day", metavar="DATE", help="as they stood on this day (default: today)")

    for each in (dispatch, answers):
        each.add_argument(
            "--password-file", type=Path, metavar="FILE", help="default: the variable QMCB_PASSWORD"
        )
    for each in (dispatch, listed):
        each.add_argument("--office", metavar="CODE", help="only this office's cases")
    for each in (update, dispatch, answers):
        each.add_argument("--who", metavar="NAME", help="who does this, for the store (default: the login)")
    for each, command in ((update, _update), (dispatch, _dispatch), (answers, _import), (listed, _list)):
        each.add_argument("--store", type=Path, required=True, metavar="FILE", help="the store of cases")
        each.set_defaults(command=command)


def _golden(options: argparse.Namespace) -> int:
    from qmcb.cases import store
    from qmcb.studies import golden_file, registry

    out, who, key = golden_file.checked(options.out), _who(options), _case_key(options)
    study = registry.open_study(options.source, province=options.province, period=options.period)
    with study.book:
        if not options.store.exists():
            store.create(options.store, study.province, key)
        with store.opened(options.store, key) as cases:
            rows = golden_file.write(study, out, cases, who=who, now=_now())
    print(f"golden record of {rows:,} people in {out}; keep it as you keep the tables it was made from")
    return 0


def _update(options: argparse.Namespace) -> int:
    from qmcb.cases import doubt, store, update

    run = doubt.read_run(options.run)
    key = _case_key(options)
    if not options.store.exists():
        store.create(options.store, run.province, key)
    with store.opened(options.store, key) as cases:
        taken = update.update(cases, run, who=_who(options), now=_now())
    print(taken.summary())
    return 0


def _dispatch(options: argparse.Namespace) -> int:
    from qmcb.cases import dispatch, encrypted, store

    password, key = encrypted.password(options.password_file), _case_key(options)
    with store.opened(options.store, key) as cases:
        sent = dispatch.dispatch(
            cases,
            options.source,
            options.out,
            password=password,
            key=key,
            who=_who(options),
            now=_now(),
            office=options.office,
        )
    print(sent.summary())
    return 0


def _import(options: argparse.Namespace) -> int:
    from qmcb.cases import answers, encrypted, store

    password, key = encrypted.password(options.password_file), _case_key(options)
    with store.opened(options.store, key) as cases:
        taken = answers.take(
            cases, options.workbook, password=password, key=key, who=_who(options), now=_now()
        )
    for sheet, row, rule in taken.quarantine:
        print(f"quarantined: {sheet}, row {row}: {codes.CASE_QUARANTINE[rule]}")
    print(taken.summary())
    return 0


def _list(options: argparse.Namespace) -> int:
    from qmcb.cases import store, views

    day = periods.day(options.day) if options.day else _now().date()
    with store.opened(options.store, _case_key(options), read_only=True) as cases:
        rows = views.listing(cases, day, office=options.office, overdue=options.overdue).to_pyarrow()
    print("office\tcase\tfinding\tstate\tsince\tdue\toverdue")
    for row in rows.to_pylist():
        told = (codes.FINDING[row["finding"]], codes.CASE_STATE[row["state"]], row["since"], row["due"] or "")
        print(row["office"], row["case"], *told, codes.FLAG[str(int(row["overdue"]))], sep="\t")
    return 0


def _case_key(options: argparse.Namespace) -> bytes:
    from qmcb.reports import mask

    return mask.read_key(None, options.store.parent)


def _who(options: argparse.Namespace) -> str:
    try:
        return options.who or getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise InputError("who does this", "a login without a name", "give it in --who") from error


def _now() -> datetime:
    from qmcb.cases.store import CHINA

    return datetime.now(CHINA)
