"""A run holds its plan alone and for a limited time; what holds it ends with the process."""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qmcb.errors import BusyError, RunError

_AGAIN = 60  # seconds after which a limit that was swallowed on its way up is told again


class _OutOfTime(BaseException):
    """Not to be caught by a library that goes on after any ordinary error."""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the folder of a plan; raises `BusyError` at once where another process does.

    The system lets the lock go when the process ends, however it ends. A kernel does not inherit it.
    """
    with (home / ".lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            told = f"another run of {home.name} is under way (process {holder})"
            raise BusyError(f"{told}; let it end, or name another --out") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raise `RunError` where what is done inside takes longer; SIGTERM ends it as Ctrl-C does.

    For the main thread of a process only.
    """

    def out_of_time(*_: object) -> None:
        raise _OutOfTime

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = {
        signal.SIGALRM: signal.signal(signal.SIGALRM, out_of_time),
        signal.SIGTERM: signal.signal(signal.SIGTERM, stop),
    }
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    except _OutOfTime:
        raise RunError(
            f"the run took longer than {seconds} s; raise seconds_a_run, or start it again: it goes on"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
