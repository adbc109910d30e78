"""What hooks of conftests and packages add to what can be named, checked: a hook may raise, or return anything."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..run.registries import Registries

KINDS = ("models", "clip_sets", "techniques", "runtimes")
"""`pytest_vidcompress_KIND` adds to `Registries.KIND`."""


def registries(config: pytest.Config) -> Registries:
    """Everything that can be named; why some of it cannot be used is in its `refused`."""
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
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = "".join(traceback.format_exception_only(error)).strip().replace("\n", " ")
    return f"{what} ({Path(last.filename).name}:{last.lineno})"
