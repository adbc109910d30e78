"""A classifier of long clips: features of single frames, one vector of all of them, logits. Heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from ...errors import VidcompressError, first_line
from .frame_settings import FrameSettings
from .mixture_of_experts import MixtureOfExperts
from .parts import aggregator_of, backbone_of

if TYPE_CHECKING:
    from ...clips.profile import Profile


class FrameClassifier(nn.Module):
    """Pixels `(B, T, C, H, W)` of any number of frames -> logits `(B, labels)`.

    Args:
        backbone: `(B T, C, H, W)` -> features `(B T, N)`. It is frozen: what trains, trains what comes behind it, on
            features that are computed once; `backbone.requires_grad_()` lets it learn.
        aggregator: `(B, T, N)` -> vectors `(B, E)`.
        classifier: vectors -> logits.
        config: what says how it is built; None where its parts are somebody's own, and nothing but their code does.
    """

    def __init__(
        self,
        backbone: nn.Module,
        aggregator: nn.Module,
        classifier: nn.Module,
        config: FrameSettings | None = None,
    ) -> None:
        super().__init__()
        self.backbone, self.aggregator, self.classifier = backbone, aggregator, classifier
        backbone.requires_grad_(False)
        self.config = config

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.answer(self.features(pixels))

    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        """Of every frame, `(B, T, N)`: what may be computed once and kept."""
        return self.backbone(pixels.flatten(0, 1)).unflatten(0, pixels.shape[:2])

    def answer(self, features: torch.Tensor) -> torch.Tensor:
        """The logits of clips whose frames have these features, `(B, T, N)`."""
        return self.classifier(self.aggregator(features))


def build(settings: FrameSettings) -> FrameClassifier:
    """The classifier of a configuration, of random weights, on torch's default device.

    Raises:
        VidcompressError: it names a part that there is not, or that cannot be built so.
    """
    backbone = backbone_of(settings.backbone)
    aggregator = aggregator_of(settings.aggregator, cast(Any, backbone).size)
    classifier = _classifier(cast(Any, aggregator).size, settings.num_labels, settings.mixtures)
    return FrameClassifier(backbone, aggregator, classifier, settings)


def frame_classifier(
    backbone: nn.Module | str,
    aggregator: nn.Module | str = "nextvlad",
    *,
    labels: tuple[str, ...],
    profile: Profile,
    mixtures: int = 0,
    **geometry: Any,
) -> FrameClassifier:
    """A classifier of frames, in eval mode; its aggregator and classifier have still to be trained.

    Args:
        backbone: any module of images, `(B, 3, size, size)` -> `(B, N)`, maps `(B, N, h, w)`, which are averaged, or
            an object with `pooler_output`; or a name: `conv`, or with the extra `[frames]` `efficientnet-lite0`,
            which has its ImageNet weights.
        aggregator: `hrnn`, `netvlad`, `nextvlad`, or any module `(B, T, N)` -> `(B, E)`.
        labels: of the logits.
        profile: the frames and the size of a clip.
        mixtures: experts of each label, as the paper has two; 0: one linear layer.
        geometry: of an aggregator that is named, such as `hidden=128`.

    Raises:
        VidcompressError: there is no such part, or one gives something else than these.
    """
    settings = None
    if isinstance(backbone, str) and isinstance(aggregator, str):
        named = {"name": backbone}, {"name": aggregator, **geometry}
        settings = FrameSettings(*named, dict(enumerate(labels)), profile.frames, profile.size, mixtures)
    images = _images(backbone)
    clip = torch.zeros(1, profile.frames, _width(images, _image(profile), "backbone", "features (B, N)"))
    if isinstance(aggregator, str):
        aggregator = aggregator_of({"name": aggregator, **geometry}, clip.shape[-1])
    vector = _width(aggregator, clip, "aggregator", "vectors (B, E)")
    classifier = _classifier(vector, len(labels), mixtures)
    return FrameClassifier(images, aggregator, classifier, settings).eval()


class ImageFeatures(nn.Module):
    """Somebody's module of images, whatever its features come in -> `(B, N)`."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        given: Any = self.module(frames)
        features: torch.Tensor = getattr(given, "pooler_output", given)
        return features.mean((2, 3)) if features.ndim == 4 else features


def _images(backbone: nn.Module | str) -> nn.Module:
    if not isinstance(backbone, str):
        return ImageFeatures(backbone)
    made = backbone_of({"name": backbone})
    if hasattr(made, "load_published"):
        cast(Any, made).load_published()
    return made


def _image(profile: Profile) -> torch.Tensor:
    return torch.zeros(1, 3, profile.size, profile.size)


def _classifier(inputs: int, labels: int, mixtures: int) -> nn.Module:
    return MixtureOfExperts(inputs, labels, mixtures) if mixtures else nn.Linear(inputs, labels)


@torch.inference_mode()
def _width(part: nn.Module, example: torch.Tensor, kind: str, expected: str) -> int:
    """The last axis of what a part gives."""
    inner = part.module if isinstance(part, ImageFeatures) else part
    what = f"{kind} {type(inner).__name__}, given {tuple(example.shape)},"
    try:
        given: Any = part.eval()(example)
    except Exception as error:  # a module raises whatever it likes
        raise VidcompressError(
            f"{what} raises {type(error).__name__}: {first_line(error)}; expected {expected}"
        ) from error
    if not isinstance(given, torch.Tensor) or given.ndim != 2 or given.shape[0] != 1:
        shape = tuple(given.shape) if isinstance(given, torch.Tensor) else type(given).__name__
        raise VidcompressError(f"{what} gives {shape}: expected {expected}")
    return given.shape[1]
