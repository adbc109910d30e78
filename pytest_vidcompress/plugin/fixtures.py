"""The fixtures that tests use."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from ..errors import UntrainedError, VidcompressError
from ..present.printable import printable
from ..run.options.arguments import as_typed
from .items import case
from .refusals import failures
from .stash import CHECKER, GRID, MEASUREMENTS, session_of
from .terminal import COLUMNS

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from ..artefacts.variant import Variant
    from ..clips.loader import Clips
    from ..compress.recipe import Recipe
    from ..models.model import Model
    from ..run.grid.grid_measurer import GridMeasurer
    from ..run.one_test.checker import Checker
    from ..run.one_test.measurer import Measurer
    from ..run.session import Session


@pytest.fixture
def vc_model(request: pytest.FixtureRequest) -> Model:
    """The uncompressed reference model: `.name`, `.module`, `.profile`, `.labels`. Yours to modify."""
    with failures():
        return session_of(request.config).inputs.model(request.param).copy()


@pytest.fixture
def vc_clips(request: pytest.FixtureRequest, vc_model: Model) -> Clips:
    """The sampled clips as `vc_model` wants them: a sequence of `Clip`, `.batches(n)`, `.skipped`."""
    with failures():
        return session_of(request.config).inputs.clips(vc_model.name)


@pytest.fixture
def vc_variant(request: pytest.FixtureRequest, vc_model: Model) -> Variant:
    """A compressed `vc_model`: `.name`, `.recipe`, `.module`, `.save(dir)`."""
    session = session_of(request.config)
    with failures():
        recipe = session.inputs.choices.recipe(request.param)
        _leave_out_what_cannot_run(request.node.nodeid, session, recipe)
        try:
            return session.builder.variant(recipe, vc_model.name)
        except UntrainedError as error:
            if session.options.strict:
                raise
            pytest.skip(printable(str(error)))


def _leave_out_what_cannot_run(nodeid: str, session: Session, recipe: Recipe) -> None:
    """Skips a test whose runtime is not installed; under `--vc-strict` it fails, for it holds nothing."""
    missing = session.inputs.choices.missing(recipe)
    if missing:
        runtime = session.inputs.choices.runtime(recipe)
        reason = f"runtime {runtime!r} cannot run here: {missing}"
        if session.options.strict:
            raise VidcompressError(reason)
        session.ledger.missing_runtimes[nodeid] = runtime, missing
        pytest.skip(printable(reason))


@pytest.fixture
def vc_measure(
    request: pytest.FixtureRequest, vc_model: Model, benchmark: BenchmarkFixture
) -> Generator[Measurer]:
    """Call it with a variant, a module, or any callable pixels -> logits; returns a `Report`."""
    from ..run.one_test.measurements import Measurements
    from ..run.one_test.measurer import Measurer

    with failures():
        _refuse_other_benchmark(benchmark)
    benchmark.group = vc_model.name
    session = session_of(request.config)
    own = case(request.node, vc_model.name, session.options.latency_margin)
    measurements = request.node.stash[MEASUREMENTS] = Measurements(own, session.ledger, benchmark.extra_info)
    # Others may compute on this machine, which the run over all results does not.
    timed = not (request.config.getoption("benchmark_disable", False) or session.options.share)
    yield Measurer(session, own, measurements, benchmark.pedantic, timed)
    measurements.release()


@pytest.fixture
def vc_grid(request: pytest.FixtureRequest, vc_model: Model) -> GridMeasurer:
    """Call it with nothing; returns a `GridChoice`: `vc_model` in every way that `--vc-grid` asks for."""
    from ..run.grid.grid_measurer import GridMeasurer

    session = session_of(request.config)
    own = case(request.node, vc_model.name, session.options.latency_margin)
    measurer = request.node.stash[GRID] = GridMeasurer(session, own)
    return measurer


def _refuse_other_benchmark(benchmark: object) -> None:
    """pytest-codspeed has a fixture of the same name, which would record an empty function of ours."""
    plugin = type(benchmark).__module__.partition(".")[0]
    if plugin != "pytest_benchmark":
        raise VidcompressError(
            f"{plugin} is not supported: vc_measure times a variant and its reference in turns, by pytest-benchmark's"
            " fixture; run these tests without it (no --codspeed, no CODSPEED_ENV)"
        )


@pytest.fixture
def vc_baseline(request: pytest.FixtureRequest, vc_measure: Measurer) -> Checker:
    """`.check(report)` holds a report against what is stored, and against the test's `vc_budget`."""
    from ..run.one_test.checker import Checker

    checker = request.node.stash[CHECKER] = Checker(
        vc_measure.session,
        vc_measure.case,
        vc_measure.measurements,
        as_typed(vc_measure.session.options),
        request.node.user_properties,
        request.config.stash[COLUMNS],
    )
    return checker
