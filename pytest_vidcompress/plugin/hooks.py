"""Hooks that others implement, in a `conftest.py` or a package, to add to what can be named; and what they gave,
checked: a hook may raise, or return anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from torch import nn

    from ..clips.clip import ClipSet
    from ..compress.technique import Technique
    from ..gate.verdict import Result
    from ..models.model import Model
    from ..run.registries import Registries
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


KINDS = ("models", "clip_sets", "techniques", "runtimes")
"""`pytest_vidcompress_KIND` adds to `Registries.KIND`."""


def registries(config: pytest.Config) -> Registries:
    """Everything that can be named; why some of it cannot be used is in its `refused`."""
    from dataclasses import replace

    from ..run.registries import Registries

    refused = list[str]()
    given = {kind: [*_mappings(config, f"pytest_vidcompress_{kind}", refused)] for kind in KINDS}
    merged = Registries.merge(**given)
    return replace(merged, refused=(*refused, *merged.refused))


def _mappings(config: pytest.Config, name: str, refused: list[str]) -> Iterator[Mapping[str, Any]]:
    try:
        results: list[object] = getattr(config.hook, name)()
    except Exception as error:
        refused.append(f"hook {name} raised {_in_a_line(error)}")
        return
    for result in results:
        if not isinstance(result, Mapping):
            refused.append(f"hook {name}: expected a mapping of names to what they name, not {result!r:.80}")
            continue
        named: dict[str, Any] = {}
        for key, value in result.items():
            if isinstance(key, str) and (callable(value) or name.endswith(("techniques", "runtimes"))):
                named[key] = value
            else:
                refused.append(f"hook {name}: {key!r:.80}: expected a name and a function, not {value!r:.80}")
        yield named


def _in_a_line(error: Exception) -> str:
    """`ValueError: broken (conftest.py:3)`."""
    import traceback
    from pathlib import Path

    last = traceback.extract_tb(error.__traceback__)[-1]
    what = "".join(traceback.format_exception_only(error)).strip().replace("\n", " ")
    return f"{what} ({Path(last.filename).name}:{last.lineno})"
