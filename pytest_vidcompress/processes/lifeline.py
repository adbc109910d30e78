"""The beginning of every helping process: it ends with the one that it works for, and imports what that one would.

    python -P lifeline.py PARENT MODULE ARGUMENT ...

runs `main()` of a module whose parent is the process of that number; `child_process.start` types this. It knows the
standard library alone: it also begins processes that import another commit's package.

The order of what is imported: while a module is loaded, the standard library stands first in `sys.path`, so that a
`copy.py` or `json.py` in somebody's folder does not stand in for it; then the folders as the parent has them, so that
what is sent is found where it was.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

PATHS = "PYTEST_VIDCOMPRESS_PATHS"
"""The environment variable with the parent's `sys.path`."""
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def die_with_parent(parent: int, sent: signal.Signals = signal.Signals.SIGTERM) -> None:
    """Asks to be sent a signal when the parent has ended, on Linux at once, however it ends.

    Elsewhere a process sees when its next request cannot be read. Linux means the thread that started it.

    Args:
        parent: its process; the signal would come too late where that has ended by now.
    """
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, sent)
        if os.getppid() != parent:
            os.kill(os.getpid(), sent)


def adopt_orphans() -> None:
    """On Linux what this process's children leave behind becomes its own, for `end_children`."""
    if sys.platform == "linux":
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def children() -> frozenset[int]:
    """Processes of this one, those that it adopted and those that nobody has waited for included; none off Linux."""
    with suppress(ChildProcessError, OSError):
        # Nearly always there are none, and then nothing must be searched for them.
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        own = str(os.getpid())
        return frozenset(int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(path) == own)
    return frozenset()


def end_children(but: frozenset[int] = frozenset()) -> None:
    """Kills all of `children` but some, and whatever they leave."""
    while left := children() - but:
        for pid in left:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _parent(process: Path) -> str:
    """Of an entry of /proc; empty of one that has just gone."""
    try:
        # The name before it may hold blanks and brackets.
        return (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
    except OSError:
        return ""


def _prctl(option: int, value: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(option, value)


def _main() -> None:
    parent, name, *arguments = sys.argv[1:]
    die_with_parent(int(parent), signal.Signals.SIGKILL)
    # What is printed meanwhile must not look like an answer.
    answers = os.dup(1)
    os.dup2(2, 1)
    module = import_module(name)
    sys.stdout.flush()
    os.dup2(answers, 1)
    os.close(answers)
    paths = [*filter(None, os.environ.pop(PATHS, "").split(os.pathsep))]
    sys.path[:] = [*dict.fromkeys([*paths, *sys.path])]
    sys.argv[:] = [name, *arguments]
    sys.exit(module.main())


if __name__ == "__main__":
    _main()
