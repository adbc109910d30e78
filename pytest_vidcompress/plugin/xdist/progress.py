"""Progress under xdist: workers say what they do in files, and the controller, which has the terminal, shows it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..terminal import TERMINAL, bar_or_lines
from .worker import FOLDER

if TYPE_CHECKING:
    from ...present.terminal.progress.joined import Joined

PLACE = pytest.StashKey[Path]()
"""The folder of these files."""


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker where to say what it does."""
    config: pytest.Config = node.config
    if TERMINAL not in config.stash:
        return
    if PLACE not in config.stash:
        config.stash[PLACE] = _begun(config)
    node.workerinput[FOLDER] = str(config.stash[PLACE])


def _begun(config: pytest.Config) -> Path:
    from ...present.terminal.progress.joined import Joined

    folder = Path(tempfile.mkdtemp(prefix="vidcompress-progress-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    joined = Joined(folder, lambda: bar_or_lines(config))
    config.pluginmanager.register(Shown(joined), "vidcompress-progress")
    joined.begin()
    return folder


class Shown:
    """What is shown is gone while pytest writes."""

    def __init__(self, joined: Joined) -> None:
        self._joined = joined

    @pytest.hookimpl(wrapper=True, tryfirst=True, optionalhook=True)
    def pytest_xdist_node_collection_finished(self) -> Generator[None, None, None]:
        with self._joined.wiped():
            yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logstart(self) -> Generator[None, None, None]:
        with self._joined.wiped():
            yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self) -> Generator[None, None, None]:
        with self._joined.wiped():
            yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logfinish(self, nodeid: str) -> Generator[None, None, None]:
        self._joined.over(nodeid)
        with self._joined.wiped():
            yield

    @pytest.hookimpl(wrapper=True, tryfirst=True, optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> Generator[None, None, None]:
        self._joined.forget(node.gateway.id)
        with self._joined.wiped():
            yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        self._joined.end()
