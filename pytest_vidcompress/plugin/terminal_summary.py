"""The summary at the end of the terminal's output, the page, and what GitHub's own files are told."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from ..present.printable import printable
from .refusals import usage_errors
from .stash import COMPARED, EXIT, SESSION
from .terminal import TERMINAL, hush
from .xdist.worker import is_worker

if TYPE_CHECKING:
    from ..present.outcome import Outcome
    from ..present.terminal.table import Line
    from ..run.session import Session

EXITS: dict[int | None, str] = {
    pytest.ExitCode.OK: "passed",
    pytest.ExitCode.TESTS_FAILED: "failed",
    pytest.ExitCode.INTERRUPTED: "interrupted",
    pytest.ExitCode.INTERNAL_ERROR: "internal error",
    pytest.ExitCode.USAGE_ERROR: "usage error",
    pytest.ExitCode.NO_TESTS_COLLECTED: "no tests",
}


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_compare_machine_info(config: pytest.Config, compared_benchmark: dict[str, Any]) -> None:
    config.stash.setdefault(COMPARED, []).append(compared_benchmark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    session = config.stash.get(SESSION, None)
    # Workers of xdist have a terminal of their own, which nobody reads; their page would be half of it.
    if session is None or is_worker(config) or session.options.export:
        return
    if not (session.ledger.planned or session.ledger.results or session.ledger.grids):
        return
    if session.shard:
        terminalreporter.section("compressed video models")
        for line in session.shard.lines():
            terminalreporter.write_line(printable(line))
        return
    hush(config)
    from ..present.report_files import write_reports
    from ..present.terminal.summary import MARKUP, summary
    from ..present.width import width
    from ..present.wording import failures_kept

    tests = _tests(terminalreporter)
    outcome = _outcome(config, session, tests)
    added = config.hook.pytest_vidcompress_tables(results=tuple(outcome.results))
    terminalreporter.section("compressed video models")
    whole, blocks = config.get_verbosity() > 0, _blocks(config)
    for line in [
        *summary(outcome, added, width(), whole, blocks),
        *_on_github(config, outcome, tests),
    ]:
        terminalreporter.write_line(line.text, **{MARKUP[line.status]: True} if line.status else {})
    with usage_errors():
        write_reports(outcome.reports, outcome)
    for file in outcome.reports:
        terminalreporter.write_line(printable(f"report: {file}"))
    failures = failures_kept(session.ledger.bundles.values())
    if failures:
        terminalreporter.write_line(printable(failures))


def _blocks(config: pytest.Config) -> str:
    """What bars are drawn of; nothing where no terminal shows them."""
    from ..present.terminal.progress.output import blocks, draws

    terminal = config.stash.get(TERMINAL, None)
    return blocks(terminal) if terminal and draws(terminal, os.environ) else ""


def _outcome(config: pytest.Config, session: Session, tests: Sequence[pytest.TestReport]) -> Outcome:
    from ..present.outcome import BaselineChanges, Outcome
    from ..run.facts.facts_of_run import facts_of_run
    from ..run.options.arguments import as_typed

    typed = ["pytest", *config.invocation_params.args]
    ledger, options = session.ledger, session.options
    return Outcome(
        results=ledger.results,
        grids=tuple(ledger.grids.values()),
        about=session.about,
        skipped=tuple(ledger.skipped.values()),
        absent=session.inputs.clip_set.absent,
        baselines=BaselineChanges(ledger.written, ledger.left, ledger.unused),
        complaints=ledger.complaints,
        predictions=tuple(ledger.reuse.values()),
        missing=tuple(ledger.missing_runtimes.values()),
        variants=ledger.variants,
        unmeasured=ledger.not_measured,
        compared=ledger.compared,
        facts=facts_of_run(session, typed, EXITS.get(config.stash.get(EXIT, None), ""))
        if options.files
        else None,
        reports=options.files,
        command=shlex.join(typed),
        options=as_typed(options),
        strict=options.strict,
        expected={r.nodeid for r in tests if hasattr(r, "wasxfail")},
    )


def _tests(terminalreporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    """What pytest reports of every test."""
    return [r for group in terminalreporter.stats.values() for r in group if isinstance(r, pytest.TestReport)]


def _on_github(config: pytest.Config, outcome: Outcome, tests: Sequence[pytest.TestReport]) -> Sequence[Line]:
    from ..present.formats.github import github
    from ..present.markdown.step import Place, Step

    places = {r.nodeid: Place.of(config.rootpath, *r.location[:2]) for r in tests}
    return github(os.environ, outcome.results, Step.of(outcome, places))
