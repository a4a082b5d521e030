"""Whole processes on the clock: seconds and peak memory as the operating system counts them."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """Wall and processor seconds, and peak resident memory in GB, of one finished process."""

    wall: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return f"{self.wall:8.1f} s wall {self.cpu:8.1f} s cpu {self.peak:6.2f} GB"


def run(command: Sequence[str], *, loud: bool = False) -> Measure:
    """Run a command and wait, heard only where it is `loud`; raises where it fails. Linux and macOS only.

    The memory is that of the largest of its processes. Linux counts to a new process what the one that
    started it had at its peak: so the caller has to be small and leaves heavy work to other processes.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=None if loud else subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"exit code {process.returncode} of {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Measure(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e9)
