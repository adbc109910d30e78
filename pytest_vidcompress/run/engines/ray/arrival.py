"""What comes first in a process on a node: it finds what the driver would, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def arriving() -> Callable[[Sequence[str], Mapping[str, str]], None]:
    """What is called there with `sent_paths` and variables of the environment.

    It is made in a function, because what is found by its name is sent by that, and nothing of this package can be
    found there before.
    """

    def arrive(paths: Sequence[str], variables: Mapping[str, str]) -> None:
        import os
        import sys
        import sysconfig

        own = sysconfig.get_paths()["stdlib"]
        # As in `processes.lifeline`: nobody's folder stands in for the standard library.
        sys.path[:] = dict.fromkeys([own, f"{own}/lib-dynload", *paths, *sys.path])
        os.environ.update(variables)

    return arrive


def sent_paths(paths: Sequence[str]) -> list[str]:
    """As they mean the same wherever a process was started."""
    return [str(Path(path).absolute()) for path in paths]
