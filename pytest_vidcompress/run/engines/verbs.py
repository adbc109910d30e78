"""Verbs of the console that run each in a process of its own, side by side: here, or on the nodes of a cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE

from ...processes.child_process import end, single_threaded, start


@dataclass(frozen=True)
class Verbs:
    """What is to run."""

    module: str
    """Whose `main` runs a verb."""
    arguments: Sequence[tuple[str, ...]]
    """Of each, the verb first."""
    threads: int
    """Of each."""
    workers: int = 1
    """So many side by side, where no cluster says how many."""
    address: str = ""
    """Of the cluster."""
    paths: tuple[str, ...] = ()
    """What they can import from."""
    folder: str = ""
    """Where they run."""


@dataclass(frozen=True)
class Ended:
    """How one ended."""

    number: int
    """In `Verbs.arguments`."""
    exit_code: int
    errors: str
    """What it wrote to stderr."""


def side_by_side(verbs: Verbs) -> Iterator[Ended]:
    """Runs them here; yields each when it has ended."""
    with ThreadPoolExecutor(verbs.workers) as threads:
        futures = [threads.submit(run_verb, verbs, number) for number in range(len(verbs.arguments))]
        for future in as_completed(futures):
            yield future.result()


def run_verb(verbs: Verbs, number: int) -> Ended:
    """Runs one of them; what it computes with ends with this process."""
    threads = dict.fromkeys(single_threaded(), str(verbs.threads))
    process = start(
        verbs.module,
        *verbs.arguments[number],
        paths=verbs.paths,
        environment={**os.environ, **threads},
        cwd=verbs.folder if Path(verbs.folder).is_dir() else None,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
    )
    try:
        _, errors = process.communicate()
    finally:
        status = end(process)
    return Ended(number, status, errors.decode(errors="replace"))
