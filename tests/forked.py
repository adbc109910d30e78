"""Processes of tests, forked from one that has loaded torch and all of us already, which saves seconds each."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import select
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from textwrap import dedent
from unittest import mock

PRELOADED = "tests.preloaded"
"""The module that the process imports from which others are forked."""


def started(
    run: Callable[..., int | None],
    *arguments: str,
    folder: Path,
    output: str | Path,
    errors: str | Path = "",
    **variables: str,
) -> BaseProcess:
    """A process that ends with what `run(*arguments)` returns.

    Args:
        run: at the top of a module.
        folder: where it runs.
        output: a file or a terminal that it writes to; a terminal it reads, too.
        errors: likewise, of stderr; empty: `output`.
        variables: of its environment, besides those of this one.
    """
    # What is forked has the encoding of what it is forked from.
    forked = hasattr(os, "fork") and "LC_ALL" not in variables
    context = multiprocessing.get_context("forkserver" if forked else "spawn")
    with contextlib.suppress(AttributeError):
        context.set_forkserver_preload([PRELOADED])
    streams = str(output), str(errors or output)
    process = context.Process(
        target=_run, args=(run, arguments, str(folder), streams, {**os.environ, **variables})
    )
    with mock.patch.dict(os.environ, variables):
        process.start()
    return process


def console(*arguments: str) -> int:
    """`vidcompress *arguments`."""
    from pytest_vidcompress.console import main

    return main([*arguments])


def script(text: str, *arguments: str) -> None:
    """`python -c text *arguments`."""
    sys.argv = ["-c", *arguments]
    exec(compile(dedent(text), "<script>", "exec"), {"__name__": "__main__"})


def said(process: BaseProcess, output: Path, lines: int) -> list[str]:
    """The first lines of what it writes: so many, or fewer where it has ended before."""
    while True:
        alive = process.is_alive()
        found = output.read_text().splitlines(keepends=True) if output.exists() else []
        whole = [line.rstrip("\n") for line in found if line.endswith("\n")]
        if len(whole) >= lines or not alive:
            return whole[:lines]
        time.sleep(0.002)


def shown(process: BaseProcess, terminal: int) -> bytes:
    """What it writes to a terminal, read at the other end until it has ended."""
    found, alive = b"", True
    while alive:
        # What it showed last is there when it has ended.
        alive = process.sentinel not in select.select([terminal, process.sentinel], [], [])[0]
        while select.select([terminal], [], [], 0)[0]:
            found += os.read(terminal, 4096)
    process.join()
    return found


def _run(
    run: Callable[..., int | None],
    arguments: tuple[str, ...],
    folder: str,
    streams: tuple[str, str],
    environment: dict[str, str],
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    how = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOCTTY", 0)
    # One and the same is opened once: it has one place where is written.
    opened = {each: os.open(each, how) for each in dict.fromkeys(streams)}
    for descriptor, each in enumerate(streams, 1):
        os.dup2(opened[each], descriptor)
    # What was captured where this was forked from is nobody's output here.
    shown = opened[streams[0]]
    sys.stdin = os.fdopen(shown if os.isatty(shown) else os.open(os.devnull, os.O_RDONLY))
    sys.stdout, sys.stderr = (os.fdopen(descriptor, "w", closefd=False) for descriptor in (1, 2))
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
    # Whoever collects garbage, as pytest does several times: what is loaded already is none.
    gc.freeze()
    sys.exit(run(*arguments))
