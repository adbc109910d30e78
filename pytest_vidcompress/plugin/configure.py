"""Before tests are collected: options and markers are declared and read, and what cannot be is refused."""

from __future__ import annotations

import pytest

from ..run.options import Options
from .markers import help_lines
from .option_parser import add_options, read_options
from .refusals import usage_errors
from .stash import OPTIONS, SESSION, session_of
from .terminal import open_terminal


def pytest_addoption(parser: pytest.Parser) -> None:
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from . import hooks

    pluginmanager.add_hookspecs(hooks)


def pytest_configure(config: pytest.Config) -> None:
    options = config.stash[OPTIONS] = read_options(config)
    if options.export:
        from ..other_commit.arms import ExportPlugin

        config.pluginmanager.register(ExportPlugin(options.export))
    open_terminal(config)
    for line in help_lines(whole=bool(config.getoption("markers"))):
        config.addinivalue_line("markers", line)


def pytest_sessionstart(session: pytest.Session) -> None:
    # What is typed on the command line is refused here, before xdist starts workers.
    options = session.config.stash[OPTIONS]
    with usage_errors():
        if options.explicit:
            session_of(session.config).inputs.choices.check_names()
        if options.typed.get(Options.against.name):
            session_of(session.config).check_against()
        if options.typed.get(Options.device.name):
            _ = session_of(session.config).inputs.device


def pytest_unconfigure(config: pytest.Config) -> None:
    if SESSION in config.stash:
        config.stash[SESSION].close()
