"""What devices other than the CPU can execute: anything else is refused by name, and never runs on the CPU. Light."""

from __future__ import annotations

from ..compress.recipe import Recipe
from ..errors import VidcompressError
from .runtime import Runtime

CPU = "cpu"


def refuse_recipe(recipe: Recipe, device: str) -> None:
    """Refuses techniques whose results compute on the CPU alone.

    Args:
        device: as torch calls it.

    Raises:
        VidcompressError: the device is another, and there is one.
    """
    if device == CPU:
        return
    for step in recipe.all_steps:
        if step.technique.on_cpu_alone:
            raise VidcompressError(
                f"variant {str(recipe)!r} cannot run on {device}: the kernels of {step.name} are of the CPU alone;"
                " measure it without --vc-device"
            )


def refuse_runtime(runtime: str, executes: Runtime, device: str, what: str = "") -> None:
    """The same of a runtime.

    Args:
        runtime: its name.
        what: cannot run there, in words; the runtime itself unless given.
    """
    if device != CPU and not executes.torch_kernels:
        whose = f"{what} cannot run on {device}: " if what else ""
        raise VidcompressError(
            f"{whose}runtime {runtime!r} computes on the CPU alone, and --vc-device={device} is another: leave that"
            " option out, or run in torch with --vc-runtime=torch"
        )


def refuse_unsupported(recipe: Recipe, runtime: str, executes: Runtime, device: str) -> None:
    """Both of a variant."""
    refuse_recipe(recipe.on(runtime), device)
    refuse_runtime(runtime, executes, device, f"variant {str(recipe.on(runtime))!r}")
