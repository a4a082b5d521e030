"""The command line: a province and what is found in it, reports of a plan, links, shares of a fund's gap."""

import argparse
import functools
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from qmcb import cli_cases, codes, memory, periods
from qmcb.errors import BalanceError, BusyError, InputError, RunError

if TYPE_CHECKING:
    from qmcb.linkage.links import Links

EXIT_RUN = 1
EXIT_INPUT = 2
EXIT_BUSY = 3
EXIT_STOPPED = 130
_TURN = 5e-4  # seconds; the thread that imports must not keep those that read waiting


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; README.md says what each code means."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except InputError as error:
        return _fail(str(error), EXIT_INPUT)
    except BusyError as error:
        return _fail(str(error), EXIT_BUSY)
    except (BalanceError, RunError) as error:
        return _fail(str(error), EXIT_RUN)
    except OSError as error:
        found = f"{error.strerror or type(error).__name__}{f' ({error.filename})' if error.filename else ''}"
        todo = "name another folder, or make room"
        return _fail(str(InputError("files to read and a folder to write", found, todo)), EXIT_INPUT)
    except KeyboardInterrupt:
        return _fail("stopped; nothing was written", EXIT_STOPPED)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line like every other error, instead of the usage."""
        self.exit(EXIT_INPUT, f"qmcb: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="qmcb", description="全民参保 workbench")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    sample = commands.add_parser("sample", help="make a synthetic province with known truth")
    sample.add_argument("folder", type=Path, metavar="DIR")
    sample.add_argument("--people", type=int, default=20_000, help="residents (default 20000)")
    sample.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes (default 1)")
    sample.add_argument(
        "--period", default="2024-06", help="month up to which histories reach (default 2024-06)"
    )
    sample.set_defaults(command=_sample)

    run = commands.add_parser("run", help="make the reports of a plan")
    run.add_argument("plan", type=Path, metavar="PLAN", help="for example params/sample.yaml")
    run.add_argument("--out", type=Path, default=Path("out"), help="folder for the runs (default out)")
    run.set_defaults(command=_run)

    _audit_parsers(commands)
    share = commands.add_parser("share", help="divide each county's pension fund gap under a scheme")
    share.add_argument("accounts", type=Path, metavar="ACCOUNTS", help="a source folder, or fund_accounts")
    share.add_argument(
        "--scheme", required=True, metavar="NAME", help="a file of params/schemes, e.g. notice"
    )
    share.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=".csv to read, .parquet to use"
    )
    share.add_argument("--year", type=int, action="append", metavar="YEAR", help="one or more (default: all)")
    share.add_argument("--as-of", metavar="DATE", help="rules of this day for all years, such as 2021-01-01")
    share.set_defaults(command=_share)

    link = commands.add_parser("link", help="say which records of two files, or of one, are one person")
    link.add_argument("left", type=Path, metavar="LEFT", help="records, .parquet or .csv")
    link.add_argument(
        "right", type=Path, nargs="?", metavar="RIGHT", help="records; none: LEFT against itself"
    )
    link.add_argument("--out", type=Path, required=True, metavar="LINKS", help="links, .parquet")
    link.add_argument("--spec", type=Path, metavar="YAML", help="default params/linkage/people.yaml")
    link.add_argument("--weights", type=Path, metavar="LINKS", help="take the weights of an earlier run")
    link.add_argument(
        "--persons", type=Path, metavar="PERSONS", help="keep each person's key from run to run in this file"
    )
    link.set_defaults(command=_link)

    check = commands.add_parser(
        "check", help="hold a file against its table, for the department that sent it"
    )
    check.add_argument("table", metavar="TABLE", help="for example enrolments; see qmcb tables")
    check.add_argument("file", type=Path, metavar="FILE", help="delimited text, Excel or Parquet")
    check.add_argument("--map", type=Path, metavar="YAML", help="the source's own headings and codes")
    check.add_argument("--out", type=Path, metavar="DIR", help="write a page and the list of rows there")
    check.set_defaults(command=_check)

    cli_cases.parsers(commands)

    sound = commands.add_parser("check-sample", help="hold what is found in a sample against its truth")
    sound.add_argument("folder", type=Path, metavar="DIR", help="a folder made by qmcb sample")
    sound.set_defaults(command=_check_sample)

    tables = commands.add_parser("tables", help="print the tables that a source may hold, column by column")
    tables.set_defaults(command=_tables)
    return parser


def _audit_parsers(commands: "argparse._SubParsersAction[_Parser]") -> None:
    verify = commands.add_parser("verify", help="see whether a finished run is what it was, and repeatable")
    verify.add_argument("run", type=Path, metavar="RUN", help="for example out/sample/20240630T010000Z")
    verify.add_argument("--hashes-only", action="store_true", help="do not make the reports again")
    verify.add_argument("--keys", type=Path, metavar="DIR", help="public keys (default $QMCB_SIGN_KEYS)")
    verify.set_defaults(command=_verify)

    diff = commands.add_parser("diff", help="say what two runs tell otherwise, and what may explain it")
    diff.add_argument("before", type=Path, metavar="RUN_A")
    diff.add_argument("after", type=Path, metavar="RUN_B")
    diff.set_defaults(command=_diff)

    sign = commands.add_parser("sign", help="sign a run as prepared, reviewed or approved")
    sign.add_argument("run", type=Path, metavar="RUN")
    sign.add_argument("--as", dest="role", required=True, choices=tuple(codes.SIGN_OFF))
    sign.add_argument("--key", type=Path, required=True, metavar="FILE", help="private Ed25519 key, PEM")
    sign.set_defaults(command=_sign)


def _verify(options: argparse.Namespace) -> int:
    from qmcb.reports import verify

    same = verify.verify(options.run, options.keys, again=not options.hashes_only, say=print)
    return 0 if same else EXIT_RUN


def _diff(options: argparse.Namespace) -> int:
    from qmcb.reports import verify

    return 0 if verify.diff(options.before, options.after, say=print) else EXIT_RUN


def _sign(options: argparse.Namespace) -> int:
    from qmcb.reports import verify

    print(f"signed: {verify.sign(options.run, options.role, options.key)}")
    return 0


def _sample(options: argparse.Namespace) -> int:
    from qmcb.sample import province

    province.make(options.folder, people=options.people, seed=options.seed, period=options.period)
    print(f"sample province of {options.people:,} residents in {options.folder}")
    return 0


def _run(options: argparse.Namespace) -> int:
    from qmcb.reports import plan

    wanted = plan.load(options.plan)  # what is wrong with it is said before anything heavy is imported
    from qmcb.reports import run
    from qmcb.studies import named

    say = functools.partial(print, flush=True)
    folder = run.run(wanted, options.out, say=say, people=named.of_source)
    print(f"first page: {folder / wanted.reports[0].name}.html")
    return 0


def _share(options: argparse.Namespace) -> int:
    from qmcb.fund import ledger, scheme, settle

    wanted = scheme.load(options.scheme)
    settle.writable(options.out, options.accounts)
    as_of = periods.day(options.as_of) if options.as_of else None
    made = settle.settle(ledger.read(options.accounts), wanted, years=options.year, as_of=as_of)
    settle.write(made.table(), options.out)
    print(
        f"{wanted.label}: {len(made.panel.regions)} regions × {len(made.panel.years)} years in {options.out}"
    )
    return 0


def _link(options: argparse.Namespace) -> int:
    memory.keep()
    sys.setswitchinterval(_TURN)
    from qmcb.linkage import spec, stored

    asked = spec.load(options.spec) if options.spec else spec.load()
    for path in filter(None, (options.out, options.persons)):
        stored.writable(path)
    weights = stored.weights(options.weights) if options.weights else None
    if options.right:
        from qmcb.linkage.link import link

        found = link(options.left, options.right, asked, weights=weights)
    else:
        from qmcb.linkage.dedupe import deduplicate

        found = deduplicate(options.left, asked, weights=weights)
    stored.write(found, options.out)
    print(found.summary())
    if options.persons:
        print(_persons(found, options.persons))
    gc.freeze()  # the end of the process need not look through all of it once more
    return 0


def _persons(found: "Links", path: Path) -> str:
    """Carry the persons' keys on; the events lie beside the file."""
    from qmcb.linkage import lineage, persons, stored
    from qmcb.reports import mask

    previous = lineage.read(path) if path.exists() else None
    kept = persons.persons(found, previous, key=mask.read_key(None, path.parent))
    stored.write_events(kept.events, path)
    lineage.write(kept, path)
    counts = {row["values"]: row["counts"] for row in kept.events["event"].value_counts().to_pylist()}
    events = ", ".join(f"{counts[name]:,} {name}" for name in sorted(counts)) or "no change"
    return f"persons: {len(kept.keys['key'].unique()):,}; {events}"


def _check(options: argparse.Namespace) -> int:
    from qmcb.studies import delivery

    found = delivery.check(options.table, options.file, options.map)
    print(found.text())
    if options.out:
        print(f"\npage: {found.write(options.out)}")
    return 0 if found.right else EXIT_RUN


def _check_sample(options: argparse.Namespace) -> int:
    from qmcb.studies import planted, planted_quality, truth
    from qmcb.studies.data_quality import DataQuality

    study = truth.opened(options.folder)
    with study.book:
        broken, checked = planted.broken(study.book), truth.confusion(study)
        quality = planted_quality.check(DataQuality(study, None))
    print(broken.to_string(index=False), checked.text(), quality.text(), sep="\n\n")
    right = checked.right and quality.right and bool((broken["planted"] == broken["found"]).all())
    return 0 if right else _fail("something planted was not found as it is", EXIT_RUN)


def _tables(options: argparse.Namespace) -> int:
    from qmcb.reports import contracts

    print(contracts.markdown(), end="")
    return 0


def _fail(message: str, code: int) -> int:
    print(f"qmcb: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
