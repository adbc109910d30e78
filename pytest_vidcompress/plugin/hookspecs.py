"""Hooks that others implement, in a `conftest.py` or a package, to add to what can be named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from torch import nn

    from ..clips.clip import ClipSet
    from ..compress.technique import Technique
    from ..gate.verdict import Result
    from ..models.model import Model
    from ..runtimes.runtime import Executable, Runtime


@pytest.hookspec
def pytest_vidcompress_models() -> Mapping[str, Callable[[], Model]]:  # type: ignore[empty-body]
    """Adds reference models for `--vc-model`: name -> factory."""


@pytest.hookspec
def pytest_vidcompress_clip_sets() -> Mapping[str, Callable[[], ClipSet]]:  # type: ignore[empty-body]
    """Adds clip sets for `--vc-clips`: name -> factory."""


@pytest.hookspec
def pytest_vidcompress_techniques() -> Mapping[str, Technique]:  # type: ignore[empty-body]
    """Adds techniques for recipes, or replaces one of the same name."""


@pytest.hookspec
def pytest_vidcompress_runtimes() -> Mapping[str, Runtime | Callable[[nn.Module], Executable]]:  # type: ignore[empty-body]
    """Adds runtimes for `--vc-runtime`: name -> `Runtime`, or a function from the stored module to what runs."""


@pytest.hookspec
def pytest_vidcompress_tables(results: Sequence[Result]) -> Sequence[str]:  # type: ignore[empty-body]
    """Adds lines to the terminal summary, from everything that was measured."""
