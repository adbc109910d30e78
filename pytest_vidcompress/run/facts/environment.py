"""Where numbers come from: versions, CPU, machine class, threads; neither the name of the machine nor a path."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...measure.machine import Machine


def environment(machine: Machine) -> dict[str, str]:
    """By name.

    Args:
        machine: the class of what executed.
    """
    from ...artefacts.save import versions

    facts = {"cpu_model" if name == "model" else name: str(fact) for name, fact in machine.facts().items()}
    return {
        "python": platform.python_version(),
        "os": f"{platform.system()} {platform.machine()}",
        **versions(),
        **facts,
        "machine": machine.computer,
        "machine_class": machine.slug,
    }
