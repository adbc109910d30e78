"""The uncompressed models measured on the clips, each once a run; and predictions that are kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import UnsharedError, VidcompressError
from .cache_folder import cache_folder
from .inputs import Inputs
from .ledger import Ledger
from .options import Options
from .shards.shared_run import shared_predictions

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from ..measure.accuracy.predict import Progress
    from ..measure.measurement import Reference
    from ..measure.resume.predictions import Keeper
    from .shards.measurement import Measured
    from .shards.predictions import RangePredictions, SharedPredictions


class References:
    """What every variant is compared with.

    Args:
        ledger: notes the clips that could not be used.
        progress: called after every clip.
    """

    def __init__(
        self, options: Options, inputs: Inputs, ledger: Ledger, progress: Progress | None = None
    ) -> None:
        self._options = options
        self._inputs = inputs
        self._ledger = ledger
        self._progress = progress
        self._measured: dict[str, Reference] = {}

    def of(self, model: str) -> Reference:
        """The model `model` measured on the clips, once."""
        if model not in self._measured:
            try:
                reference = self._measure(model)
            except VidcompressError:
                # Where too many clips cannot be used, that is the better reason.
                self._note_skipped(model)
                raise
            self._note_skipped(model)
            self._measured[model] = reference
        return self._measured[model]

    @cached_property
    def keeper(self) -> Keeper:
        """The predictions of this run and of earlier ones."""
        from ..measure.accelerator import accelerator
        from ..measure.machine import machine
        from ..measure.resume.predictions import Keeper
        from ..runtimes.torch_eager import version

        options = self._options
        here = machine(version(), accelerator=accelerator(self._inputs.device))
        return Keeper(self._predictions, options.resume, options.began, here, self._ledger.reuse)

    def elsewhere(self, measured: Measured, module: ModuleType | None = None) -> RangePredictions | None:
        """What runs something over the clips where the work is shared; None where this process does it alone.

        Args:
            module: the file of the test.

        Raises:
            UnsharedError: a shard cannot give its part of it to anybody.
        """
        found = self.shared.of(measured, module) if self.shared else None
        if found is None and self._options.share:
            raise UnsharedError(
                f"{measured.name!r} cannot be named by its content: the run over all results computes it by itself"
            )
        return found

    @cached_property
    def shared(self) -> SharedPredictions | None:
        """The predictions of this run and of all that share its work; None where nobody does."""
        return shared_predictions(self._options, self._inputs)

    @property
    def _shared_so_far(self) -> SharedPredictions | None:
        """The same, where anybody has asked for them."""
        return self.shared if "shared" in vars(self) else None

    def close(self) -> None:
        """Ends what computes for it."""
        if self._shared_so_far:
            self._shared_so_far.engine.close()

    def finish(self) -> None:
        """Drops what only the next run would want if this one had not ended by itself."""
        from ..measure.resume.reuse import finish

        if self._shared_so_far:
            self._shared_so_far.finish()
        finish(self._predictions, self._ledger.reuse)

    def _measure(self, name: str) -> Reference:
        from ..measure.measurement import measure_reference
        from .shards.measurement import Measured

        model, clips = self._inputs.model(name), self._inputs.clips(name)
        elsewhere = self.elsewhere(Measured(model.module, model)) if self.shared else None
        predictions = None if elsewhere else self.keeper.of_reference(model)
        remember = predictions and predictions.remembering
        return measure_reference(model, clips, self._of_reference, remember, elsewhere)

    def _of_reference(self, what: str, done: int, total: int) -> None:
        if self._progress:
            self._progress(f"reference, {what}", done, total)

    def _note_skipped(self, model: str) -> None:
        clips = self._inputs.clips(model)
        self._ledger.skipped.update({each.clip.id: each for each in clips.skipped})
        clips.refuse_spoiled()

    @property
    def _predictions(self) -> Path:
        return cache_folder(self._options.cache) / "predictions"
