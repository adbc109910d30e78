"""`two-stages`: what `cascade` makes, each of its two variants in the runtime that its own recipe prefers.

It ships as tensors, as what torch executes does, and both are prepared of them where it is loaded.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import VidcompressError
from .operator_time import OperatorTime
from .runtime import Executable, Runtime

if TYPE_CHECKING:
    import torch

    from ..models.model import Model

NAME = "two-stages"


class StagesRun:
    """Two executables, the second of which is asked where the first is not sure.

    Args:
        first: pixels -> logits; so does the next.
        runtimes: what executes each.
        threshold: how sure the first must be.
    """

    def __init__(
        self, first: Executable, then: Executable, runtimes: tuple[Runtime, Runtime], threshold: float
    ) -> None:
        from ..compress.exits.exit_counts import ExitCounts
        from ..compress.exits.staged_module import STAGES

        self.first, self.then, self.threshold = first, then, threshold
        self.builds = tuple(runtime.build for runtime in runtimes)
        self.in_torch = tuple(runtime.torch_kernels for runtime in runtimes)
        self.runtime_version = "-".join((NAME, *dict.fromkeys(runtime.version() for runtime in runtimes)))
        self.exit_counts = ExitCounts(STAGES)

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """Pixels `(B, T, C, H, W)` -> logits `(B, labels)`."""
        from ..compress.exits.staged_module import in_stages, sure

        def decide(_: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
            return sure(logits, self.threshold)

        return in_stages(pixels, self.first, self.then, decide, self.exit_counts)

    def visible(self, module: torch.nn.Module) -> torch.nn.Module:
        """What torch makes of the same, for its operators to be seen: a clip leaves there where it leaves here.

        Args:
            module: as `torch_eager.executable` gives it.
        """
        from ..compress.exits.staged_module import TwoStages, sure
        from ..models.adapter import logits_from

        if not isinstance(module, TwoStages):
            return module

        def decide(pixels: torch.Tensor, _: torch.Tensor) -> torch.Tensor:
            # On what was a stranger's to count: none of its operators are torch's, or they would count twice.
            return sure(logits_from(self.first(pixels)), self.threshold)

        shown = copy.copy(module)
        if not self.in_torch[0]:
            shown.decide = decide
        return shown

    def isa(self) -> str:
        """Of both; one that is torch's goes by what torch found in this CPU."""
        import torch

        told = [
            torch.backends.cpu.get_cpu_capability().lower() if in_torch else getattr(run, "isa", str)()
            for run, in_torch in zip((self.first, self.then), self.in_torch, strict=True)
        ]
        return " and ".join(dict.fromkeys(filter(None, told)))

    def precisions(self) -> Mapping[str, str]:
        """What the products of modules compute in; torch's show their operators instead."""
        return {
            f"{place}.{name}": precision
            for place, run in self._parts()
            for name, precision in getattr(run, "precisions", dict)().items()
        }

    def _parts(self) -> Sequence[tuple[str, Any]]:
        return ("first", self.first), ("then", self.then)


class ProfiledStagesRun(StagesRun):
    """Two executables that tell the time of their operators."""

    def profile(self, pixels: torch.Tensor) -> Sequence[OperatorTime]:
        """Of both stages, as if the clip came to the second."""
        return [
            replace(each, node=f"{place}.{each.node}", module=each.module and f"{place}.{each.module}")
            for place, run in self._parts()
            for each in run.profile(pixels)
        ]


def _prepare(model: Model) -> StagesRun:
    from ..compress.exits.staged_module import TwoStages
    from .registry import usable_runtime

    module = model.module
    if not isinstance(module, TwoStages):
        raise VidcompressError(
            f"runtime {NAME!r} runs what cascade makes, and model {model.name!r} has no stages: leave out"
            f" --vc-runtime={NAME}"
        )
    runtimes = (usable_runtime(module.runtimes[0]), usable_runtime(module.runtimes[1]))
    first, then = (
        runtime.prepare(replace(model, module=stage.eval()))
        for runtime, stage in zip(runtimes, (module.first, module.then), strict=True)
    )
    # Where one says nothing, what it takes would be missing.
    kind = ProfiledStagesRun if hasattr(first, "profile") and hasattr(then, "profile") else StagesRun
    return kind(first, then, runtimes, float(module.threshold))


def _build(made: Any) -> None:
    for build, run in zip(made.builds, (made.first, made.then), strict=True):
        if build is not None:
            build(run)


TWO_STAGES = Runtime(_prepare, lambda: NAME, build=_build)
RUNTIMES = {NAME: TWO_STAGES}
