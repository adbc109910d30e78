"""The engines by name; each is loaded when it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .engine import Engine, Setting


def _here(setting: Setting) -> Engine:
    from .here import Here

    return Here(setting)


def _processes(setting: Setting) -> Engine:
    from .processes import Processes

    return Processes(setting)


ENGINES: Mapping[str, Callable[[Setting], Engine]] = {"here": _here, "processes": _processes}
