"""pytest hooks and fixtures. Loaded by every pytest run, so nothing heavy is imported before a test needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import pytest

from ..errors import SpoiledRunError, VidcompressError
from ..other_commit.arms import Exported, ExportPlugin
from .markers import FIXTURES, budget, fixtures, is_ours, margins, parameter
from .options import Options, add_options, as_typed, read_options

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from ..artefacts.variant import Variant
    from ..clips.loader import Clips
    from ..models.model import Model
    from ..present.terminal.table import Line
    from ..run.measurer import Checker, Measurer
    from ..run.session import Session

OPTIONS = pytest.StashKey[Options]()
SESSION = pytest.StashKey["Session"]()
MEASURER = pytest.StashKey["Measurer"]()
CHECKER = pytest.StashKey["Checker"]()
COMPARED = pytest.StashKey[list[dict[str, Any]]]()
DESELECTED = pytest.StashKey[bool]()
TERMINAL = pytest.StashKey[IO[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    options = config.stash[OPTIONS] = read_options(config)
    if options.export:
        config.pluginmanager.register(ExportPlugin(options.export))
    if sys.stdout.isatty():
        # Capturing redirects the descriptor itself while tests run: a duplicate still leads to the terminal.
        config.stash[TERMINAL] = os.fdopen(os.dup(sys.stdout.fileno()), "w")
        config.add_cleanup(config.stash[TERMINAL].close)
    config.addinivalue_line(
        "markers",
        "vc_variants(*recipes, model='*'): the recipes that vc_variant is parametrized over, for models whose"
        " name matches the pattern",
    )
    config.addinivalue_line(
        "markers",
        "vc_budget(top1_drop=, top1_ratio=, top5_drop=, agreement=, kl=, size_bytes=, size_ratio=, parameters=,"
        " sparsity=, macs_ratio=, latency_ratio=, peak_memory_ratio=): limits that vc_baseline.check() holds too",
    )
    config.addinivalue_line(
        "markers",
        "vc_margin(latency=, top1=, floor=, memory=): how much worse than the baseline vc_baseline.check() lets"
        " a variant be, as shares; floor is the least share of the reference's top-1",
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    if SESSION in config.stash:
        config.stash[SESSION].close()


def pytest_sessionstart(session: pytest.Session) -> None:
    # What is typed on the command line is refused here, before xdist starts workers.
    if session.config.stash[OPTIONS].explicit:
        with _usage_errors():
            _session(session.config).check_names()
    if session.config.getoption("vc_against"):
        with _usage_errors():
            _session(session.config).check_against()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if FIXTURES.isdisjoint(metafunc.fixturenames):
        return
    session = _session(metafunc.config)
    if "vc_variant" not in metafunc.fixturenames:
        metafunc.parametrize("vc_model", session.models, indirect=True)
        return
    markers = [(mark.args, mark.kwargs) for mark in metafunc.definition.iter_markers("vc_variants")]
    try:
        pairs = session.pairs(markers)
    except VidcompressError as error:
        session.refuse(f"{metafunc.definition.nodeid}: {error}")
        pairs = []
    metafunc.parametrize(
        ("vc_model", "vc_variant"), pairs, indirect=True, ids=["-".join(pair) for pair in pairs]
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # A test none of whose recipes is asked for is collected with an empty parameter set.
    empty = [item for item in items if is_ours(item) and parameter(item, "vc_model") is None]
    if empty:
        items[:] = [item for item in items if item not in empty]
        config.hook.pytest_deselected(items=empty)


def pytest_deselected(items: list[pytest.Item]) -> None:
    if items:
        items[0].config.stash[DESELECTED] = True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    config, options = session.config, session.config.stash[OPTIONS]
    deselected = config.stash.get(DESELECTED, False)
    ours = [item for item in session.items if is_ours(item)]
    asked = bool(ours) or (options.explicit and (deselected or bool(session.items)))
    # Of files that cannot be collected pytest has more to say than we.
    if config.option.collectonly or session.testsfailed or not asked:
        return
    from ..run.variants_of_a_test import check_marker_names

    with _usage_errors(config):
        for item in ours:
            check_marker_names((mark.name for mark in item.iter_markers()), item.nodeid)
            budget(item)
            margins(item, options.latency_margin)
        vidcompress = _session(config)
        vidcompress.prepare(
            sorted({parameter(item, "vc_model") or "" for item in ours}),
            {parameter(item, "vc_model") or "" for item in ours if "vc_baseline" in fixtures(item)},
            {text for item in ours if (text := parameter(item, "vc_variant"))},
        )
        ledger = vidcompress.ledger
        ledger.planned = frozenset(item.nodeid for item in ours if "vc_measure" in fixtures(item))
        chosen = options.variants or options.runtime or any("::" in arg for arg in config.args)
        if not (deselected or chosen):
            ledger.complete = frozenset(item.nodeid.partition("::")[0] for item in ours)


@pytest.fixture
def vc_model(request: pytest.FixtureRequest) -> Model:
    """The uncompressed reference model: `.name`, `.module`, `.profile`, `.labels`. Yours to modify."""
    with _failures():
        return _session(request.config).model(request.param).copy()


@pytest.fixture
def vc_clips(request: pytest.FixtureRequest, vc_model: Model) -> Clips:
    """The sampled clips as `vc_model` wants them: a sequence of `Clip`, `.batches(n)`, `.skipped`."""
    with _failures():
        return _session(request.config).clips(vc_model.name)


@pytest.fixture
def vc_variant(request: pytest.FixtureRequest, vc_model: Model) -> Variant:
    """A compressed `vc_model`: `.name`, `.recipe`, `.module`, `.save(dir)`."""
    session = _session(request.config)
    with _failures():
        recipe = session.recipe(request.param)
        lacking = session.lacks(recipe)
        if lacking:
            runtime = session.runtime(recipe)
            session.ledger.lacking[request.node.nodeid] = runtime, lacking
            pytest.skip(f"runtime {runtime!r} cannot run here: {lacking}")
        return session.variant(recipe, vc_model.name)


@pytest.fixture
def vc_measure(
    request: pytest.FixtureRequest, vc_model: Model, benchmark: BenchmarkFixture
) -> Generator[Measurer]:
    """Call it with a variant, a module, or any callable pixels -> logits; returns a `Report`."""
    from ..run.measurer import Measurer

    benchmark.group = vc_model.name
    measurer = Measurer(
        session=_session(request.config),
        model=vc_model.name,
        nodeid=request.node.nodeid,
        driver=benchmark.pedantic,
        timed=not request.config.getoption("benchmark_disable", False),
        extra_info=benchmark.extra_info,
        budget=budget(request.node),
        checks="vc_baseline" in request.fixturenames,
        margins=margins(request.node, request.config.stash[OPTIONS].latency_margin),
        module=request.module,
    )
    request.node.stash[MEASURER] = measurer
    yield measurer
    measurer.release()


@pytest.fixture
def vc_baseline(request: pytest.FixtureRequest, vc_measure: Measurer) -> Checker:
    """`.check(report)` holds a report against what is stored, and against the test's `vc_budget`."""
    from ..run.measurer import Checker

    request.node.stash[CHECKER] = Checker(
        vc_measure, as_typed(request.config), properties=request.node.user_properties
    )
    return request.node.stash[CHECKER]


class _Spoiled(pytest.exit.Exception):
    """Ends the run from within a test, which is not to blame."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    try:
        return (yield)
    except _Spoiled as spoiled:
        with _usage_errors(item.config):
            raise VidcompressError(str(spoiled)) from None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    with _failures():
        result = yield
    measurer, checker = item.stash.get(MEASURER, None), item.stash.get(CHECKER, None)
    if measurer is not None and not measurer.reports:
        pytest.fail(
            "the test asked for vc_measure and measured nothing: call vc_measure(variant)", pytrace=False
        )
    if item.get_closest_marker("vc_budget") and not (checker and checker.checked):
        pytest.fail(
            "the test has a vc_budget that nothing was held to: call vc_baseline.check(report)", pytrace=False
        )
    return result


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    ours = session.config.stash.get(SESSION, None)
    if ours is None:
        return
    ledger, config = ours.ledger, session.config
    output = getattr(config, "workeroutput", None)
    if output is not None:
        import pickle

        output["vidcompress"] = pickle.dumps(ledger)
        return
    if ledger.kept and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        ours.finish()
    if exitstatus == pytest.ExitCode.OK and not config.option.collectonly:
        # A run that failed writes no baseline, and one that measured nothing has not passed.
        mode = ours.options.mode
        with _usage_errors():
            ledger.settle(
                None if mode == "check" else mode, ours.store, lambda file: (config.rootpath / file).exists()
            )
        if ledger.planned and not ledger.results:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Takes over what an xdist worker measured, or refused."""
    output = getattr(node, "workeroutput", {})
    if "vidcompress" in output:
        import pickle

        _session(node.config).ledger.merge(pickle.loads(output["vidcompress"]))
    if "vidcompress_refusal" in output:
        raise pytest.UsageError(output["vidcompress_refusal"])


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_compare_machine_info(config: pytest.Config, compared_benchmark: dict[str, Any]) -> None:
    config.stash.setdefault(COMPARED, []).append(compared_benchmark)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    session = config.stash.get(SESSION, None)
    # Workers of xdist have a terminal of their own, which nobody reads; their page would be half of it.
    if session is None or hasattr(config, "workeroutput") or session.options.export:
        return
    if not (session.ledger.planned or session.ledger.results):
        return
    from ..present.html.page import write_page
    from ..present.terminal.summary import MARKUP, summary

    added = config.hook.pytest_vidcompress_tables(results=tuple(session.ledger.results))
    terminalreporter.section("compressed video models")
    about, options = session.about, session.options
    lines = summary(session.ledger, session.clip_set.absent, added, about, options.report)
    closing = lines[-1].text
    for line in [*lines, *_on_github(terminalreporter, session, closing)]:
        terminalreporter.write_line(line.text, **{MARKUP[line.status]: True} if line.status else {})
    if options.report:
        ledger = session.ledger
        with _usage_errors():
            write_page(options.report, ledger.results, closing, about, tuple(ledger.skipped.values()))
        terminalreporter.write_line(f"report: {options.report}")


def _on_github(terminalreporter: pytest.TerminalReporter, session: Session, closing: str) -> Sequence[Line]:
    from ..present.formats.github import Place, github

    config = terminalreporter.config
    reports = [
        r for group in terminalreporter.stats.values() for r in group if isinstance(r, pytest.TestReport)
    ]
    return github(
        os.environ,
        session.ledger.results,
        {r.nodeid.partition("[")[0]: Place.of(config.rootpath, *r.location[:2]) for r in reports},
        expected={r.nodeid for r in reports if hasattr(r, "wasxfail")},
        options=as_typed(config),
        strict=session.options.strict,
        closing=closing,
    )


def _session(config: pytest.Config) -> Session:
    if SESSION not in config.stash:
        from ..run.registries import Registries
        from ..run.session import Session

        registries = Registries.merge(
            models=config.hook.pytest_vidcompress_models(),
            clip_sets=config.hook.pytest_vidcompress_clip_sets(),
            techniques=config.hook.pytest_vidcompress_techniques(),
            runtimes=config.hook.pytest_vidcompress_runtimes(),
        )
        config.stash[SESSION] = Session(config.stash[OPTIONS], registries, _progress(config))
        config.stash[SESSION].ledger.compared = config.stash.get(COMPARED, [])
    return config.stash[SESSION]


def _progress(config: pytest.Config) -> Any:
    if TERMINAL not in config.stash or not config.get_terminal_writer().hasmarkup:
        return None
    from ..present.terminal.progress import Progress

    return Progress(config.stash[TERMINAL])


@contextmanager
def _usage_errors(config: pytest.Config | None = None) -> Generator[None]:
    """Bad input ends the run with exit code 4 and one line."""
    try:
        yield
    except VidcompressError as error:
        output = getattr(config, "workeroutput", None)
        if output is not None:
            output["vidcompress_refusal"] = str(error)
        raise pytest.UsageError(str(error)) from None


@contextmanager
def _failures() -> Generator[None]:
    """Bad input that shows only while a test runs fails that test, without a traceback of ours."""
    try:
        yield
    except SpoiledRunError as error:
        raise _Spoiled(str(error)) from None
    except VidcompressError as error:
        pytest.fail(str(error), pytrace=False)
    except Exported as done:
        pytest.skip(f"exported as {done}")
