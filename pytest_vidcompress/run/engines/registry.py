"""The engines by name; each is loaded when it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .engine import Engine, Setting
    from .verbs import Ended, Verbs


def _here(setting: Setting) -> Engine:
    from .here import Here

    return Here(setting)


def _processes(setting: Setting) -> Engine:
    from .processes import Processes

    return Processes(setting)


def _ray(setting: Setting) -> Engine:
    from .ray.ray_engine import RayEngine

    return RayEngine(setting)


ENGINES: Mapping[str, Callable[[Setting], Engine]] = {"here": _here, "processes": _processes, "ray": _ray}
WITH_ADDRESS = ("ray",)
"""Those that compute elsewhere."""


def _side_by_side(verbs: Verbs) -> Iterator[Ended]:
    from .verbs import side_by_side

    return side_by_side(verbs)


def _on_nodes(verbs: Verbs) -> Iterator[Ended]:
    from .ray.verbs_on_nodes import on_nodes

    return on_nodes(verbs)


VERBS: Mapping[str, Callable[[Verbs], Iterator[Ended]]] = {"processes": _side_by_side, "ray": _on_nodes}
"""What runs verbs of the console in processes of their own."""
