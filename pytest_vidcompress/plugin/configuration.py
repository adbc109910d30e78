"""Before tests are collected: options and markers are declared and read, and what cannot be is refused."""

from __future__ import annotations

import pytest

from ..run.options import Options
from .option_parser import add_options, read_options
from .refusals import usage_errors
from .stash import OPTIONS, SESSION, session_of
from .terminal import open_terminal


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from . import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    options = config.stash[OPTIONS] = read_options(config)
    if options.export:
        from ..other_commit.arms import ExportPlugin

        config.pluginmanager.register(ExportPlugin(options.export))
    open_terminal(config)
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


def pytest_sessionstart(session: pytest.Session) -> None:
    # What is typed on the command line is refused here, before xdist starts workers.
    options = session.config.stash[OPTIONS]
    with usage_errors():
        if options.explicit:
            session_of(session.config).check_names()
        if options.typed.get(Options.against.name):
            session_of(session.config).check_against()


def pytest_unconfigure(config: pytest.Config) -> None:
    if SESSION in config.stash:
        config.stash[SESSION].close()
