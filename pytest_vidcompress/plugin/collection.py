"""Collection: which test runs with which models and variants, and what they will all need."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ..errors import VidcompressError
from .markers import FIXTURES, budget, fixtures, is_ours, margins, parameter
from .refusals import usage_errors
from .stash import DESELECTED, OPTIONS, session_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if FIXTURES.isdisjoint(metafunc.fixturenames):
        return
    session = session_of(metafunc.config)
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
    config = session.config
    ours = [item for item in session.items if is_ours(item)]
    others = bool(session.items) or config.stash.get(DESELECTED, False)
    asked = bool(ours) or (config.stash[OPTIONS].explicit and others)
    # Of files that cannot be collected pytest has more to say than we.
    if config.getoption("collectonly") or session.testsfailed or not asked:
        return
    with usage_errors(config):
        _check_markers(ours, config.stash[OPTIONS].latency_margin)
        _prepare(config, ours)


def _check_markers(items: Sequence[pytest.Item], latency_margin: float) -> None:
    from ..run.variants_of_a_test import check_marker_names

    for item in items:
        check_marker_names((mark.name for mark in item.iter_markers()), item.nodeid)
        budget(item)
        margins(item, latency_margin)


def _prepare(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Loads what the tests need, and notes what they are going to measure."""
    session, options = session_of(config), config.stash[OPTIONS]
    session.prepare(
        sorted({parameter(item, "vc_model") or "" for item in items}),
        {parameter(item, "vc_model") or "" for item in items if "vc_baseline" in fixtures(item)},
        {text for item in items if (text := parameter(item, "vc_variant"))},
    )
    session.ledger.planned = frozenset(item.nodeid for item in items if "vc_measure" in fixtures(item))
    chosen = options.variants or options.runtime or any("::" in arg for arg in config.args)
    if not (config.stash.get(DESELECTED, False) or chosen):
        session.ledger.complete = frozenset(item.nodeid.partition("::")[0] for item in items)
