"""One run: its inputs, references and baselines, what became of them, and what runs beside this process."""

from __future__ import annotations

import sys
from collections.abc import Collection
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..clips.clip_set import PACKAGED
from ..errors import VidcompressError
from ..gate.baseline.files import writable
from ..gate.budget import Margins
from ..gate.latency.error_budget import ErrorBudget
from ..other_commit.git import Head, find_commit, find_head
from ..present.outcome import Outcome
from ..present.report_files import write_reports
from ..runtimes.bf16_kernels import kernels_on
from .answering.embeddings import Embeddings
from .baselines import Baselines
from .bundle.bundle_folder import refuse_unwritable
from .inputs import Inputs
from .ledger import Ledger
from .options import Options
from .options.arguments import of_another_commit
from .references import References
from .refuse_other_clips import check_comparable
from .registries import Registries
from .shards.shard import Shard
from .shards.shared_run import refuse_in_a_shard
from .variants.variant_builder import VariantBuilder

if TYPE_CHECKING:
    from ..measure.accuracy.predict import Progress
    from ..measure.profile.profiler import Profiler
    from ..other_commit.build import OtherBuild
    from .confirmer import Confirmer
    from .starter import Starter


class Session:
    """What the tests of a run share."""

    def __init__(self, options: Options, registries: Registries, progress: Progress | None = None) -> None:
        self.options = options
        self.progress = progress
        self.ledger = Ledger()
        self.inputs = Inputs(options, registries, progress)
        self.references = References(options, self.inputs, self.ledger, progress)
        self.embeddings = Embeddings(self.references, registries, progress)
        self.baselines = Baselines(options, self.inputs, registries)
        self.builder = VariantBuilder(options, registries, self.inputs, self.ledger.variants, progress)
        self.shard: Shard | None = None
        """What this run is a part of, once it is prepared; None of a whole one."""
        self._registries = registries
        self._running = ExitStack()

    def check_against(self) -> None:
        """Refuses a commit that does not exist."""
        if self.options.against:
            find_commit(self.options.against, self.options.root)

    def prepare(
        self, models: Collection[str], held: Collection[str] = (), recipes: Collection[str] = ()
    ) -> None:
        """Loads what tests of these models will need, so that what cannot be is refused before any runs.

        Args:
            held: those of them that are held to a baseline.
            recipes: of the variants.
        """
        self.check_against()
        refuse_in_a_shard(self.options)
        self.inputs.choices.check_names()
        _ = self.inputs.device
        if not models:
            wanted = "vc_grid" if self.options.grid else "vc_measure"
            raise VidcompressError(
                f"nothing to measure: no selected test uses {wanted} with the models and variants asked for"
            )
        if self.options.mode != "check":
            writable(self.options.baselines)
        if not (self.options.export or self.options.share):
            write_reports(self.options.files, Outcome())
            if self.options.bundle:
                refuse_unwritable(self.options.bundle)
        _ = self.options.files and self.head
        _ = self.inputs.sample
        self._set_threads()
        for name in models:
            self._prepare(name, self.inputs.choices.runtimes(recipes), name in held)
        if not self.options.export:
            shared, share = self.references.shared, self.options.share
            self.shard = Shard(shared, share, self.inputs.sample) if shared and share else None

    @cached_property
    def head(self) -> Head | None:
        """What was checked out when the run began; None where nothing is."""
        return find_head(self.options.root)

    @cached_property
    def error_budget(self) -> ErrorBudget:
        """What the latency checks of this run may err."""
        return ErrorBudget(len(self.ledger.planned), Margins(latency=self.options.latency_margin))

    @cached_property
    def confirmer(self) -> Confirmer:
        """The fresh processes of this run; whoever asks for it is going to use them."""
        from .confirmer import Confirmer

        confirmer = Confirmer(self.options.confirm_s, tuple(sys.path), self.progress)
        return self._running.enter_context(closing(confirmer))

    @cached_property
    def starter(self) -> Starter:
        """Likewise, the processes that cold starts are forked from."""
        from .starter import Starter

        registries = self._registries
        starter = Starter(tuple(sys.path), registries.techniques, registries.runtimes, self.progress)
        return self._running.enter_context(closing(starter))

    @cached_property
    def profiler(self) -> Profiler:
        """What looks at where time goes; the peak only where somebody will read of it."""
        from ..measure.profile.profiler import Profiler

        options = self.options
        return Profiler(options.profile, options.profile or bool(options.files), self.progress)

    @cached_property
    def other_build(self) -> OtherBuild | None:
        """What `--vc-against` names, of use to a check; ask for it when all tests are collected."""
        options, models = self.options, self.inputs.choices.models
        if not options.against or options.mode not in ("check", "accept"):
            return None
        from ..other_commit.build import OtherBuild, Wanted

        wanted = Wanted(
            root=options.root,
            folder=options.folder,
            arguments=of_another_commit(options, models, self._registries.clip_set_names),
            nodeids=tuple(sorted(self.ledger.planned)),
            needs=tuple(map(Path, models)),
        )
        build = OtherBuild(find_commit(options.against, options.root), wanted, self.progress)
        return self._running.enter_context(closing(build))

    @property
    def against(self) -> str:
        """The name of `other_build`; empty without."""
        return self.other_build.name if self.other_build else ""

    @property
    def about(self) -> str:
        """What this run was measured on, in a line; empty for the packaged clips."""
        if self.options.clips in PACKAGED:
            return ""
        from ..present.terminal.clips_line import clips_line

        protocols = {
            result.report.identity.protocol: self.inputs.published_views(result.report.model)
            for result in self.ledger.results
        }
        inputs = self.inputs
        return clips_line(inputs.clip_set, len(inputs.sample), self.options.seed, protocols)

    def close(self) -> None:
        """Ends what runs beside this process."""
        self._running.close()
        self.references.close()

    def _prepare(self, model: str, runtimes: Collection[str], is_held: bool) -> None:
        profile = self.inputs.model(model).profile
        kernels = dict.fromkeys(("", kernels_on(self.inputs.device).kernels))
        stores = [self.baselines.of(model, (runtime, "", bf16)) for bf16 in kernels for runtime in runtimes]
        for store in stores:
            _ = store.entries, store.timings
        if is_held and self.options.mode == "check" and not self.options.export:
            check_comparable(stores[0], self.inputs.sample, profile)

    def _set_threads(self) -> None:
        """Of torch, and of every runtime that takes its number from there."""
        import torch

        if self.options.threads:
            torch.set_num_threads(self.options.threads)
