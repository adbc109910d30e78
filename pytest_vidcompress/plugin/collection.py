"""Collection: which test runs with which models and variants, and what they will all need."""

from __future__ import annotations

from collections.abc import Sequence, Set

import pytest

from ..errors import VidcompressError
from . import markers
from .items import (
    FIXTURES,
    Refusal,
    check_markers,
    fixtures,
    is_empty,
    is_grid,
    is_ours,
    measures,
    parameter,
)
from .refusals import usage_errors
from .stash import BESIDE_GRIDS, DESELECTED, OPTIONS, TRAININGS, session_of
from .terminal import COLUMNS, wiped_after
from .xdist.worker import announce


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if FIXTURES.isdisjoint(metafunc.fixturenames):
        return
    session = session_of(metafunc.config)
    if "vc_variant" not in metafunc.fixturenames:
        metafunc.parametrize("vc_model", session.inputs.choices.models, indirect=True)
        return
    both = ("vc_model", "vc_variant")
    try:
        pairs = session.inputs.choices.pairs(
            [*map(markers.value, metafunc.definition.iter_markers("vc_variants"))]
        )
    except VidcompressError as error:
        # The test may yet be left out of the run, and then it is nobody's business.
        refusal = Refusal(f"{metafunc.definition.nodeid}: {error}")
        metafunc.parametrize(both, [(refusal, refusal)], indirect=True, ids=["refused"])
        return
    metafunc.parametrize(both, pairs, indirect=True, ids=["-".join(pair) for pair in pairs])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    leave_out(config, items, {item for item in items if is_empty(item)})
    for item in items:
        if _is_open_target(item):
            item.add_marker(pytest.mark.skip(reason="budgets are met with --vc-target"))
    if config.stash[OPTIONS].grid is None:
        for item in filter(is_grid, items):
            item.add_marker(pytest.mark.skip(reason="grids are measured with --vc-grid"))
        return
    others = {item for item in items if not is_grid(item)}
    config.stash[BESIDE_GRIDS] = len(others)
    leave_out(config, items, others)


def _is_open_target(item: pytest.Item) -> bool:
    """Is its variant a budget that only an option of the run could give?"""
    variant = parameter(item, "vc_variant")
    if not variant:
        return False
    from ..compress.target import NAME

    return variant == NAME


def leave_out(config: pytest.Config, items: list[pytest.Item], out: Set[pytest.Item]) -> None:
    """Deselects some of the items."""
    if out:
        left = [item for item in items if item in out]
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=left)


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    others = config.stash.get(BESIDE_GRIDS, 0)
    said = f"vidcompress: --vc-grid measures grids alone, {others} other tests are left out"
    return [*([said] if others else []), *_trainings(config)]


def _trainings(config: pytest.Config) -> list[str]:
    """What is going to be trained, before it is."""
    trainings = config.stash.get(TRAININGS, [])
    if not trainings:
        return []
    from ..present.printable import printable
    from ..present.variants.learned_lines import training_lines

    return [printable(line) for line in training_lines(trainings, config.stash[COLUMNS])]


def pytest_deselected(items: list[pytest.Item]) -> None:
    if items:
        items[0].config.stash[DESELECTED] = True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    config = session.config
    options = config.stash[OPTIONS]
    # A test of grids is skipped without one, and needs nothing.
    ours = [item for item in session.items if is_ours(item) and (options.grid or not is_grid(item))]
    others = bool(session.items) or config.stash.get(DESELECTED, False)
    asked = bool(ours) or (options.explicit and others)
    # Of files that cannot be collected pytest has more to say than we.
    if session.testsfailed or not asked:
        return
    with usage_errors(config):
        for item in ours:
            check_markers(item, options.latency_margin)
        if not config.getoption("collectonly"):
            _prepare(config, ours)


def _prepare(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Loads what the tests need, and notes what they are going to measure."""
    session, options = session_of(config), config.stash[OPTIONS]
    with wiped_after(config):
        session.prepare(
            sorted({parameter(item, "vc_model") or "" for item in items}),
            {parameter(item, "vc_model") or "" for item in items if "vc_baseline" in fixtures(item)},
            {text for item in items if (text := parameter(item, "vc_variant"))},
        )
        for model in {parameter(item, "vc_model") or "" for item in items if options.sensitivity}:
            session.builder.show_sensitivity(model)
        config.stash[TRAININGS] = session.builder.trainings(
            (model, session.inputs.choices.recipe(text))
            for item in items
            if (model := parameter(item, "vc_model")) and (text := parameter(item, "vc_variant"))
        )
    session.ledger.planned = frozenset(item.nodeid for item in items if measures(item))
    announce(config, session.ledger.planned)
    if session.shard:
        session.shard.begin(session.ledger.planned)
        if session.shard.is_empty:
            for item in items:
                item.add_marker(pytest.mark.skip(reason=f"shard {options.share} has no clips"))
    part = config.getoption("lf", False) or any("::" in arg for arg in config.args)
    chosen = options.variants or options.runtime or part
    if not (config.stash.get(DESELECTED, False) or chosen):
        session.ledger.complete = frozenset(item.nodeid.partition("::")[0] for item in items)
