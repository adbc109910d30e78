"""The summary at the end of the terminal's output, the page, and what GitHub's own files are told."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from ..present.printable import printable
from .refusals import usage_errors
from .stash import COMPARED, SESSION
from .xdist_worker import is_worker

if TYPE_CHECKING:
    from ..present.terminal.table import Line
    from ..run.session import Session


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_compare_machine_info(config: pytest.Config, compared_benchmark: dict[str, Any]) -> None:
    config.stash.setdefault(COMPARED, []).append(compared_benchmark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    session = config.stash.get(SESSION, None)
    # Workers of xdist have a terminal of their own, which nobody reads; their page would be half of it.
    if session is None or is_worker(config) or session.options.export:
        return
    if not (session.ledger.planned or session.ledger.results):
        return
    from ..present.terminal.summary import MARKUP, summary

    ledger, files = session.ledger, session.options.reports
    added = config.hook.pytest_vidcompress_tables(results=tuple(ledger.results))
    terminalreporter.section("compressed video models")
    lines = summary(ledger, session.clip_set.absent, added, session.about, files[0] if files else None)
    closing = lines[-1].text
    for line in [*lines, *_on_github(terminalreporter, session, closing)]:
        terminalreporter.write_line(line.text, **{MARKUP[line.status]: True} if line.status else {})
    for file in files:
        from ..present.html.page import write_page

        with usage_errors():
            write_page(file, ledger.results, closing, session.about, tuple(ledger.skipped.values()))
        terminalreporter.write_line(printable(f"report: {file}"))


def _on_github(terminalreporter: pytest.TerminalReporter, session: Session, closing: str) -> Sequence[Line]:
    from ..present.formats.github import github
    from ..present.formats.step import Place, Step
    from ..run.command_line import as_typed

    config = terminalreporter.config
    reports = [
        r for group in terminalreporter.stats.values() for r in group if isinstance(r, pytest.TestReport)
    ]
    step = Step(
        options=as_typed(session.options),
        strict=session.options.strict,
        closing=closing,
        places={r.nodeid.partition("[")[0]: Place.of(config.rootpath, *r.location[:2]) for r in reports},
        expected={r.nodeid for r in reports if hasattr(r, "wasxfail")},
    )
    return github(os.environ, session.ledger.results, step)
