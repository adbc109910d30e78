"""Bad input -> pytest's ways to say so: a usage error, or a failed test, each in a line of ours."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from ..errors import SpoiledRunError, UnsharedError, VidcompressError
from ..present.printable import printable
from .xdist.hand_over import hand_over_refusal


class SpoiledRun(pytest.exit.Exception):
    """Ends the run from within a test, which is not to blame."""


@contextmanager
def usage_errors(config: pytest.Config | None = None) -> Generator[None]:
    """Bad input ends the run with exit code 4 and one line.

    Args:
        config: of a process that may be a worker of xdist, whose controller is to say it.
    """
    try:
        yield
    except VidcompressError as error:
        if config is not None:
            hand_over_refusal(config, printable(error))
        raise pytest.UsageError(printable(error)) from None


@contextmanager
def failures() -> Generator[None]:
    """Bad input that shows only while a test runs fails that test, without a traceback of ours."""
    from ..other_commit.arms import Exported

    try:
        yield
    except SpoiledRunError as error:
        raise SpoiledRun(str(error)) from None
    except UnsharedError as error:
        pytest.skip(printable(error))
    except VidcompressError as error:
        raise pytest.fail.Exception(printable(error), pytrace=False) from None  # or both are shown
    except Exported as done:
        pytest.skip(f"exported as {done}")
