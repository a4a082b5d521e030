"""Memory that a process has touched once and goes on using, instead of giving it back and asking anew."""

import ctypes
import os

# glibc's numbers for its options (malloc.h), and what they are set to.
_OPTIONS = {
    -8: 1,  # one arena, so that what one thread frees another takes
    -1: 1 << 30,  # the heap is given back from this size on
    -3: 32 << 20,  # larger pieces are mapped by themselves
    -2: 64 << 20,  # the heap grows by so much
}
_THP_DISABLE = 41  # Linux's number (prctl.h)


def keep() -> None:
    """Let freed memory be used again within this process; to be called before Arrow is imported.

    Touching a page for the first time costs more than working on it; so do huge pages, of which all is
    made zero where a part is used. Other systems than Linux with glibc are left as they are.
    """
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", "-1")  # Arrow's allocator reads it when it is loaded
    try:
        system = ctypes.CDLL(None)
        option, process = system.mallopt, system.prctl
    except (AttributeError, OSError, TypeError):
        return
    for name, value in _OPTIONS.items():
        option(name, value)
    process(_THP_DISABLE, 1, 0, 0, 0)
