"""The stored baselines of a run: one store for each model and the machine class of each runtime."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from ..gate.baseline.slowdown import OtherBaseline
from ..gate.baseline.store import Store
from ..measure.report import IN_TORCH
from ..other_commit.git import content_in, find_commit
from .inputs import Inputs
from .options import Options
from .registries import Registries

if TYPE_CHECKING:
    from ..measure.machine import Machine
    from ..measure.report import Execution


class Baselines:
    """Read when first asked for."""

    def __init__(self, options: Options, inputs: Inputs, registries: Registries) -> None:
        self._options = options
        self._inputs = inputs
        self._registries = registries
        self._stores: dict[tuple[str, tuple[str, str, str]], Store] = {}

    def of(self, model: str, classed_by: tuple[str, str, str] = IN_TORCH) -> Store:
        """What is stored of a model on these clips and a machine class.

        Args:
            classed_by: what executes, as `Execution` has it.
        """
        key = model, classed_by
        if key not in self._stores:
            machine = self._machine(classed_by)
            self._stores[key] = Store(
                self._options.baselines,
                self._inputs.clip_set.name,
                model,
                self._options.weights,
                machine.slug,
                machine.facts(),
                classed_by,
                self._other,
            )
        return self._stores[key]

    def of_execution(self, model: str, executed: Execution) -> Store:
        """The same of the machine class on which a report's variant was executed."""
        return self.of(model, executed.classed_by)

    @cached_property
    def _other(self) -> OtherBaseline | None:
        """Those of the commit that `--vc-against` names."""
        if not self._options.against:
            return None
        commit = find_commit(self._options.against, self._options.root)
        return OtherBaseline(commit.sha, partial(content_in, commit))

    def machine_of(self, executed: Execution) -> Machine:
        """The class on which a report's variant was executed."""
        return self._machine(executed.classed_by)

    def _machine(self, classed_by: tuple[str, str, str]) -> Machine:
        """The class of this machine, and of the run's device, for what a runtime executes, with the threads set."""
        from ..measure.accelerator import accelerator
        from ..measure.machine import machine

        runtime, version, bf16_kernels = classed_by
        if not version:
            known = self._registries.runtimes.get(runtime)
            version = known.version() if known else runtime
        return machine(version, bf16=bf16_kernels, accelerator=accelerator(self._inputs.device))
