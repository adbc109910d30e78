"""Objects of a test in a file, for processes of our own: an artefact, which is for others, holds no code."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import torch

from ...errors import first_line
from .failure import Cause, Failure, FreshProcessError


def write(file: Path | IO[bytes], payload: Any, by_value: Iterable[ModuleType] = ()) -> None:
    """Pickles `payload`, tensors as torch stores them.

    Args:
        by_value: modules that whoever reads it cannot import, such as the test's.

    Raises:
        FreshProcessError: something in it cannot be pickled.
    """
    import cloudpickle  # pyright: ignore[reportMissingTypeStubs]

    try:
        with _sent_along(by_value):
            torch.save(payload, file, pickle_module=cloudpickle)
    except Exception as error:
        failure = Failure(Cause.UNSENDABLE, first_line(error))
        raise FreshProcessError(
            failure,
            f"the measured model cannot be sent to another process ({failure.text}); latency is judged in a fresh"
            " process, so measure something that pickles",
        ) from error


@contextmanager
def _sent_along(modules: Iterable[ModuleType]) -> Generator[None]:
    """What is defined in these modules goes as it is, and not by its name."""
    import cloudpickle  # pyright: ignore[reportMissingTypeStubs]

    registered = [*dict.fromkeys(modules)]
    for module in registered:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in registered:
            cloudpickle.unregister_pickle_by_value(module)
