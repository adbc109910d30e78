"""Linear probes on what blocks give, trained by labels. Heavy: imports torch.

Features are computed once of every clip, and all of them are in every step: the training is one of convex logistic
regressions, and takes seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from ...errors import VidcompressError
from ...learn.lessons import Lessons
from ...models.adapter import evaluating, logits_from
from ...models.learning_curve import CurvePoint, LearningCurve
from .confidence import confidence
from .exit_blocks import exit_labels, token_order
from .exit_parameters import EarlyExit
from .found_threshold import FoundThreshold, find_threshold, with_threshold
from .pooled import pooled
from .threshold_clips import BATCH, ThresholdClips, refuse_without_targets, right_answers

if TYPE_CHECKING:
    from ...clips.loader import Clips
    from ...models.model import Model

STEPS = 60
"""Of L-BFGS, which ends earlier where nothing is gained any more."""
DECAY = 1e-3
"""Of standardized features' weights."""
TEMPERATURES = [2 ** (step / 8) for step in range(-16, 25)]
"""That the logits of a probe may be divided by, for its probabilities to be those of being right."""


@dataclass(frozen=True)
class Probes:
    """By the name of the block that each follows."""

    layers: dict[str, nn.Linear]
    found: FoundThreshold
    note: str
    curve: LearningCurve


@dataclass(frozen=True)
class _Seen:
    """Of some clips."""

    features: list[torch.Tensor]
    """Of each exit, `(N, features)`."""
    logits: torch.Tensor
    """Of the model, `(N, labels)`."""
    targets: torch.Tensor


def learned_probes(
    model: Model, names: Sequence[str], parameters: EarlyExit, clips: Clips, lessons: Lessons
) -> Probes:
    """Probes after blocks of a model, which stays as it is, and how sure they must be.

    Args:
        names: of the blocks.
        clips: calibrate where there are no others.
    """
    training, batch = lessons.training, min(BATCH, parameters.examples)
    steps = -(-parameters.examples // batch)
    seen = _look(model, names, islice(training.batches(range(steps), batch), steps))
    if seen.targets.ndim > 1:
        raise VidcompressError("early-exit learns of clips with one label each, and these have several")
    began = time.perf_counter()
    targets = seen.targets if model.weights == "trained" else seen.logits.argmax(-1)
    fits = [_fit(features, targets, seen.logits.shape[1]) for features in seen.features]
    seconds = time.perf_counter() - began
    layers = dict(zip(names, (layer for layer, _ in fits), strict=True))
    found = _threshold(
        model, layers, parameters, ThresholdClips("early-exit", clips, training, parameters.clips)
    )
    losses = [sum(each) / len(fits) for each in zip(*(losses for _, losses in fits), strict=True)]
    points = (CurvePoint(1, losses[0], 0.0), CurvePoint(STEPS, losses[1], seconds))
    curve = LearningCurve(lessons.technique or "early-exit", len(targets), points)
    return Probes(layers, found, found.describe(exit_labels(model.module, names)), curve)


def _fit(features: torch.Tensor, targets: torch.Tensor, labels: int) -> tuple[nn.Linear, tuple[float, float]]:
    """Logistic regression on standardized features, written for them as they are, and its loss before and after."""
    mean, spread = features.mean(0), features.std(0).clamp_min(1e-6)
    given = (features - mean) / spread
    weight = torch.zeros(labels, features.shape[1], device=features.device, requires_grad=True)
    bias = torch.zeros(labels, device=features.device, requires_grad=True)
    optimizer = torch.optim.LBFGS((weight, bias), max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        return cross_entropy(given @ weight.T + bias, targets) + DECAY * weight.square().sum()

    def closure() -> float:
        optimizer.zero_grad()
        here = loss()
        here.backward()  # pyright: ignore[reportUnknownMemberType]
        return float(here.detach())

    with torch.enable_grad():
        before = closure()
        optimizer.step(closure)
        after = closure()
    layer = nn.Linear(features.shape[1], labels)
    with torch.no_grad():
        layer.weight.copy_(weight / spread)
        layer.bias.copy_(bias - (weight / spread) @ mean)
    return layer.to(features.device).requires_grad_(False), (before, after)


def _threshold(
    model: Model, layers: dict[str, nn.Linear], parameters: EarlyExit, clips: ThresholdClips
) -> FoundThreshold:
    """How sure the probes must be; their probabilities are made those of being right on the way."""
    seen = _look(model, [*layers], clips.batches())
    refuse_without_targets("early-exit", seen.targets)
    targets = seen.targets if model.weights == "trained" else seen.logits.argmax(-1)
    answers: list[torch.Tensor] = []
    for layer, features in zip(layers.values(), seen.features, strict=True):
        logits = layer(features)
        best = min(TEMPERATURES, key=lambda each, logits=logits: float(cross_entropy(logits / each, targets)))
        with torch.no_grad():
            layer.weight.div_(best)
            layer.bias.div_(best)
        answers.append(layer(features))
    right = torch.stack([right_answers(each, targets) for each in (*answers, seen.logits)])
    confidences = torch.stack([confidence(each) for each in answers])
    if parameters.threshold:
        return with_threshold(confidences, right, parameters.threshold)
    return find_threshold(confidences, right, parameters.drop)


@torch.no_grad()
def _look(model: Model, names: Sequence[str], batches: Iterable[tuple[torch.Tensor, torch.Tensor]]) -> _Seen:
    """What blocks of these names give of clips, pooled, and what the model answers."""
    features: list[list[torch.Tensor]] = [[] for _ in names]
    logits: list[torch.Tensor] = []
    targets: list[torch.Tensor] = []

    order = token_order(model.module)

    def keep(place: int) -> Any:
        return lambda _module, _given, output: features[place].append(pooled(output, order).float())

    hooks = [model.module.get_submodule(name).register_forward_hook(keep(k)) for k, name in enumerate(names)]
    try:
        with evaluating(model.module):
            for pixels, of_clips in batches:
                logits.append(logits_from(model.module(pixels)).float())
                targets.append(of_clips)
    finally:
        for hook in hooks:
            hook.remove()
    return _Seen([torch.cat(each) for each in features], torch.cat(logits), torch.cat(targets))
