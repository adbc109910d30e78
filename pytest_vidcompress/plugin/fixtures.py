"""The fixtures that tests use."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

from ..errors import VidcompressError
from ..present.printable import printable
from ..run.options.arguments import as_typed
from .items import budget, margins
from .refusals import failures
from .stash import CHECKER, MEASURER, OPTIONS, session_of

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from ..artefacts.variant import Variant
    from ..clips.loader import Clips
    from ..compress.recipe import Recipe
    from ..models.model import Model
    from ..run.measurer import Checker, Measurer
    from ..run.session import Session


@pytest.fixture
def vc_model(request: pytest.FixtureRequest) -> Model:
    """The uncompressed reference model: `.name`, `.module`, `.profile`, `.labels`. Yours to modify."""
    with failures():
        return session_of(request.config).model(request.param).copy()


@pytest.fixture
def vc_clips(request: pytest.FixtureRequest, vc_model: Model) -> Clips:
    """The sampled clips as `vc_model` wants them: a sequence of `Clip`, `.batches(n)`, `.skipped`."""
    with failures():
        return session_of(request.config).clips(vc_model.name)


@pytest.fixture
def vc_variant(request: pytest.FixtureRequest, vc_model: Model) -> Variant:
    """A compressed `vc_model`: `.name`, `.recipe`, `.module`, `.save(dir)`."""
    session = session_of(request.config)
    with failures():
        recipe = session.recipe(request.param)
        _leave_out_what_cannot_run(request.node.nodeid, session, recipe)
        return session.variant(recipe, vc_model.name)


def _leave_out_what_cannot_run(nodeid: str, session: Session, recipe: Recipe) -> None:
    """Skips a test whose runtime is not installed; under `--vc-strict` it fails, for it holds nothing."""
    lacking = session.lacks(recipe)
    if lacking:
        runtime = session.runtime(recipe)
        reason = f"runtime {runtime!r} cannot run here: {lacking}"
        if session.options.strict:
            raise VidcompressError(reason)
        session.ledger.lacking[nodeid] = runtime, lacking
        pytest.skip(printable(reason))


@pytest.fixture
def vc_measure(
    request: pytest.FixtureRequest, vc_model: Model, benchmark: BenchmarkFixture
) -> Generator[Measurer]:
    """Call it with a variant, a module, or any callable pixels -> logits; returns a `Report`."""
    from ..run.measurer import Measurer

    benchmark.group = vc_model.name
    measurer = request.node.stash[MEASURER] = Measurer(
        session=session_of(request.config),
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
    yield measurer
    measurer.release()


@pytest.fixture
def vc_baseline(request: pytest.FixtureRequest, vc_measure: Measurer) -> Checker:
    """`.check(report)` holds a report against what is stored, and against the test's `vc_budget`."""
    from ..run.measurer import Checker

    checker = request.node.stash[CHECKER] = Checker(
        vc_measure, as_typed(request.config.stash[OPTIONS]), properties=request.node.user_properties
    )
    return checker
