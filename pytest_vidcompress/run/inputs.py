"""What a run measures, by the names that were given: clips and models. Each is loaded when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from ..clips.clip import Clip, ClipSet
from ..clips.clip_set import resolve
from ..clips.sample import calibration, sample
from ..clips.shared_content import SharedContent
from ..errors import VidcompressError
from ..models.load import load, refuse_one_label
from ..models.model import Model
from .cache_folder import cache_folder, open_shelf
from .choices import Choices
from .options import Options
from .options.grid_spec import GRID_CLIPS
from .registries import Registries
from .shards.job import ClipRanges

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from ..clips.loader import Clips, Decoding
    from ..learn.lessons import Batches, Lessons
    from ..measure.accuracy.predict import Progress


class Inputs:
    """Shared by all tests of a run.

    Args:
        registries: what can be named.
        progress: called while clips are decoded.
    """

    def __init__(self, options: Options, registries: Registries, progress: Progress | None = None) -> None:
        self.choices = Choices(options, registries)
        self._loaded: dict[str, Model] = {}
        self._options = options
        self._registries = registries
        self._progress = progress
        self._clips: dict[str, Clips] = {}
        self._lessons: dict[str, Lessons] = {}

    @cached_property
    def device(self) -> torch.device:
        """What models and their pixels are on, and what trains them: the one that `--vc-device` names.

        Raises:
            VidcompressError: this torch has none such.
        """
        from ..models.device import find_device

        try:
            return find_device(self._options.device)
        except VidcompressError as error:
            raise VidcompressError(f"--vc-device={self._options.device}: {error}") from None

    @cached_property
    def clip_set(self) -> ClipSet:
        return resolve(self._options.clips, self._registries.clip_sets)

    @cached_property
    def sample(self) -> tuple[Clip, ...]:
        packaged = self._options.clips in self._registries.clip_set_names
        default = None if packaged else 1000
        if self._options.grid and not (packaged and self._options.weights == "trained"):
            default = GRID_CLIPS
        return sample(self.clip_set.clips, self._options.sample, self._options.seed, default)

    @cached_property
    def _calibration_clips(self) -> tuple[Clip, ...]:
        """Without any that is tested under another name, or refused where the set says that none is.

        Raises:
            VidcompressError: a spare clip of the set is tested too.
        """
        tested = SharedContent(self.sample, "tested")
        chosen = calibration(self.clip_set, self.sample, self._options.calibration, self._options.seed)
        for clip in self.clip_set.spare:
            tested.refuse(clip, "calibrated on")
        return tuple(clip for clip in chosen if tested.like(clip) is None)

    def model(self, name: str) -> Model:
        """The reference model on the run's device, shared: copy it before changing it."""
        if name not in self._loaded:
            clip_set = self.clip_set
            if self._progress:
                self._progress(f"loading {name}", 0, 0)
            model = load(name, clip_set.labels, clip_set.name, self._options.weights, self._registries.models)
            if not clip_set.several_labels:
                refuse_one_label(model, clip_set.name)
            self._loaded[name] = model.shown(self._options.views).on(self.device)
        return self._loaded[name]

    def published_views(self, model: str) -> str:
        """What the accuracy that was published of a model is of, where this run shows it other views and has it."""
        profile = self._loaded[model].profile if model in self._loaded else None
        return "" if profile is None or profile.views == profile.published else str(profile.published)

    def clips(self, name: str) -> Clips:
        """The sampled clips, or those of this shard, as the model `name` wants its pixels."""
        if name not in self._clips:
            whole = self._prepared(name, self.sample, self._options.max_skipped)
            own = ClipRanges.of(len(self.sample), self._options.share)
            # How many of all are unusable is for the run over all results to judge.
            self._clips[name] = whole.part(own.places, may_be_empty=False) if self._options.share else whole
        return self._clips[name]

    def only(self, name: str, clips: Sequence[Clip]) -> Clips:
        """Some clips of the set, as the model `name` wants its pixels."""
        return self._prepared(name, clips)

    def calibration(self, name: str) -> Clips:
        """Clips outside the sample, as the model `name` wants its pixels, where techniques work."""
        return self._prepared(name, self._calibration_clips, device=self._workbench)

    def lessons(self, name: str, folder: Path | None = None) -> Lessons:
        """What a recipe that learns is given to compress the model `name`, where techniques work.

        Args:
            folder: of checkpoints of this one recipe; None: what is interrupted begins anew.

        Raises:
            VidcompressError: the clip set has no clips to train on, or one that is tested or calibrated on.
        """
        from .training_inputs import Reserved, lessons

        if name not in self._lessons:
            reserved = Reserved(self.sample, self._calibration_clips)
            decoding = self._decoding(device=self._workbench)
            model, seed = self.workpiece(name), self._options.seed
            self._lessons[name] = lessons(model, self.clip_set, reserved, decoding, seed)
        return replace(self._lessons[name], folder=folder, cache=cache_folder(self._options.cache))

    def training(self, name: str) -> Batches | None:
        """The clips of `lessons`; None where the set has none to train on."""
        return self.lessons(name).training if self.clip_set.training_clips else None

    @property
    def _workbench(self) -> torch.device:
        """Where techniques work: on the run's device, unless that lacks the precision that they need."""
        from ..models.device import CPU, has_doubles

        return self.device if has_doubles(self.device) else CPU

    def workpiece(self, name: str) -> Model:
        """The reference model where techniques work, shared: copy it before changing it."""
        model = self.model(name)
        return model if self._workbench == self.device else model.copy().on(self._workbench)

    def _prepared(
        self,
        name: str,
        clips: Sequence[Clip],
        most_skipped: float = 1.0,
        device: torch.device | None = None,
    ) -> Clips:
        from ..clips.label_targets import targets_of
        from ..clips.loader import Clips

        model = self.model(name)
        targets = targets_of(self.clip_set, model.labels, name)
        decoding = self._decoding(most_skipped, device)
        return Clips(clips, self.clip_set.labels, targets, model.profile, decoding)

    def _decoding(self, most_skipped: float = 1.0, device: torch.device | None = None) -> Decoding:
        from ..clips.loader import Decoding

        shelf = open_shelf(cache_folder(self._options.cache), self._options.cache_size)
        return Decoding(shelf, self._progress, most_skipped, device or self.device)
