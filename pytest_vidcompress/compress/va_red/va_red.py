"""`va-red`: which filters and which frames of a convolution are computed is decided clip by clip, and what is not is
made of what is by cheap linear operations.

Pan et al., "VA-RED^2: Video Adaptive Redundancy Reduction", ICLR 2021. The policy learns together with the weights,
by the labels and from the reference. Its formulas are as we remember them; docs/adaptive.md says what is the paper's
and what is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ..parameters import in_range, one_of, positive
from ..technique import Technique
from ..train.training_parameters import TrainingParameters
from .search_space import HALVINGS, SearchSpace

if TYPE_CHECKING:
    import torch
    from torch import nn

    from ...clips.loader import Clips
    from ...learn.lessons import Lessons
    from ...models.model import Model
    from .adaptive_loss import AdaptiveLoss
    from .policy import Policy


@dataclass(frozen=True)
class VaRed(TrainingParameters):
    """What can be chosen, how much it is to save, and the training's settings."""

    rate: float = 1e-3
    gate: str = "hard"
    """`soft`: options are mixed by weights, as in the paper; `hard`: one of them is taken."""
    options: int = 3
    """2: all or half of the filters, and of the frames; 3: or a quarter."""
    efficiency: float = 0.8
    """Weight of the work that is done for clips that are answered rightly."""
    target: float = 0.0
    """Share of the gated convolutions' work at which that ends."""
    labels: float = 1.0
    """Weight of the labels' cross entropy."""
    prediction: float = 1.0
    """Weight of the distance from the reference's classes, as in `distil`."""
    temperature: float = 2.0
    """That the logits of both are divided by."""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of(self, "gate", ("soft", "hard"))
        in_range(self, "options", HALVINGS[0], HALVINGS[-1] + 1)
        in_range(self, "efficiency", 0, 1e6)
        in_range(self, "target", 0, 1)
        in_range(self, "labels", 0, 1e6)
        in_range(self, "prediction", 0, 1e6)
        positive(self, "temperature", 100)
        if not (self.labels or self.prediction):
            raise VidcompressError(
                "there is nothing to learn: expected a weight of labels or prediction above 0"
            )

    @property
    def space(self) -> SearchSpace:
        return SearchSpace(self.options, self.gate == "soft")


_CLIPS = 32
"""That the beginning is fitted to, and whose policy is told."""


def learn(model: Model, parameters: VaRed, clips: Clips, lessons: Lessons) -> Model:
    from ...learn.loop import train
    from .adaptive_loss import Pupil
    from .gated_network import in_use

    pupil = Pupil(_beginning(model, parameters.space, lessons))
    training = parameters.training(_objective(parameters, lessons))

    def note_progress(done: int, steps: int) -> None:
        pupil.progress.fill_(done / steps)

    curve = train(pupil, replace(training, after_step=note_progress), lessons)
    module = in_use(pupil.network).eval()
    notes = (*model.notes, curve.describe(), _policy(module, clips, lessons).summary())
    return replace(model, module=module, notes=notes, curves=(*model.curves, curve))


def _beginning(model: Model, space: SearchSpace, lessons: Lessons) -> nn.Module:
    """The network that learns, gated and nothing skipped yet."""
    import torch

    from .channel_order import order_channels
    from .gated_network import begin, learning
    from .gated_sites import refuse_ungated, sites_of

    refuse_ungated(model)
    sites, pixels = sites_of(model.module), lessons.training.batch(0, _CLIPS)[0]
    order_channels(model.module, sites, space, pixels)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(lessons.seed)
        network = learning(model.module, sites, space)
        begin(network, pixels)
    return network


def _objective(parameters: VaRed, lessons: Lessons) -> AdaptiveLoss:
    from ...learn.distillation import Distillation
    from .adaptive_loss import AdaptiveLoss

    answering = Distillation(
        lessons.teacher.module,
        parameters.temperature,
        label_weight=parameters.labels,
        prediction_weight=parameters.prediction,
    )
    return AdaptiveLoss(answering, parameters.efficiency, parameters.target)


def _policy(module: nn.Module, clips: Clips, lessons: Lessons) -> Policy:
    """Of clips that calibrate; where there are none, of some that were learned of."""
    from .policy import policy_of

    def batches() -> Iterator[torch.Tensor]:
        if clips.expected:
            yield from (pixels for pixels, _ in clips.batches(1))
        else:
            yield lessons.training.batch(0, _CLIPS)[0]

    return policy_of(module, batches())


def rebuild(module: nn.Module, parameters: VaRed) -> nn.Module:
    from .gated_network import skipping

    return skipping(module, parameters.space)


VA_RED = Technique(
    "how much of a convolution is computed is decided clip by clip; its work depends on the clip",
    parameters=VaRed,
    last=True,
    rebuild=rebuild,
    learn=learn,
    of_some_models=True,
)
TECHNIQUES = {"va-red": VA_RED}
