"""`vidcompress` as it is installed: the console, which knows what hooks of a conftest or a package add."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from .. import console
from ..errors import VidcompressError
from ..run.registries import Registries
from .hooks import registries


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb; returns its exit code."""
    return console.main(arguments, _named)


class _Reader:
    """A plugin that asks the hooks, and ends pytest before it collects anything."""

    def __init__(self) -> None:
        self.read: Registries | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int:
        known = config.pluginmanager.has_plugin("vidcompress")
        self.read = registries(config) if known else console.packaged()
        return 0


def _named() -> Registries:
    """As pytest, started in this folder, knows it.

    Raises:
        VidcompressError: pytest does not start here, for example because a conftest cannot be imported.
    """
    reader, said = _Reader(), StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        pytest.main(["-pno:cacheprovider"], plugins=[reader])
    if reader.read is None:
        lines = [line.strip() for line in said.getvalue().splitlines() if line.strip()]
        raise VidcompressError(
            f"pytest does not start in this folder, so that what its hooks add is not known: {lines[-1:]}"
        )
    return reader.read


if __name__ == "__main__":
    sys.exit(main())
