"""What a gated model computes of which clip: its policy, to be looked at. Heavy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import fmean

import torch
from torch import nn

from ...errors import VidcompressError
from ...learn.seen import inputs_of, outputs_of
from .decisions import weights_of
from .layer_cost import layer_cost
from .skipping_convolution import SkippingConvolution, options_of


@dataclass(frozen=True)
class LayerChoice:
    """What was computed of one convolution for one clip."""

    ratio: float
    """Of its filters."""
    stride: int
    """Of its frames every such one."""
    macs: int
    """For both, what makes the other channels included."""
    all_macs: int
    """Of all its filters and frames."""


@dataclass(frozen=True)
class Policy:
    """Of some clips."""

    layers: tuple[str, ...]
    """Names of the gated convolutions."""
    choices: tuple[tuple[LayerChoice, ...], ...]
    """Of each clip those of all layers."""

    def share(self, clip: int) -> float:
        """Of the gated convolutions' multiply-accumulates those that are left for a clip."""
        return _share(self.choices[clip])

    @property
    def mean_share(self) -> float:
        """In the mean of the clips."""
        return fmean(map(_share, self.choices))

    def of_layer(self, layer: str) -> tuple[LayerChoice, ...]:
        """Those of all clips."""
        place = self.layers.index(layer)
        return tuple(clip[place] for clip in self.choices)

    def lines(self) -> list[str]:
        """`layer1.0.conv1.0.0: 41 % of its MACs; filters 1/2 of 80 % of clips; frames 1/2 of 60 %, 1/4 of 25 %`."""
        return [f"{layer}: {_in_words(self.of_layer(layer))}" for layer in self.layers]

    def summary(self) -> str:
        """In one line."""
        shares = sorted((_share(self.of_layer(layer)), layer) for layer in self.layers)
        clips = sorted(map(_share, self.choices))
        return (
            f"va-red computes {self.mean_share:.0%} of {len(self.layers)} gated convolutions in the mean of"
            f" {len(clips)} clips ({clips[0]:.0%} to {clips[-1]:.0%}); least of {shares[0][1]} ({shares[0][0]:.0%}),"
            f" most of {shares[-1][1]} ({shares[-1][0]:.0%})"
        )


def policy_of(module: nn.Module, batches: Iterable[torch.Tensor]) -> Policy:
    """Runs a gated model.

    Args:
        module: as `va-red` leaves it, or an artefact of it loads.
        batches: pixels of some clips, as the model takes them.

    Raises:
        VidcompressError: it has no gated convolution.
    """
    layers = {name: part for name, part in module.named_modules() if isinstance(part, SkippingConvolution)}
    if not layers:
        raise VidcompressError(
            f"a {type(module).__name__} without gated convolutions has no policy: expected what va-red makes"
        )
    choices = [clip for pixels in batches for clip in _chosen(module, layers, pixels)]
    return Policy(tuple(layers), tuple(choices))


@torch.no_grad()
def _chosen(
    module: nn.Module, layers: dict[str, SkippingConvolution], pixels: torch.Tensor
) -> Iterator[tuple[LayerChoice, ...]]:
    with inputs_of(module, layers) as given, outputs_of(module, layers) as made:
        module(pixels)
    by_layer = [
        [*_of_layer(part, part.policy(given[name]), tuple(made[name].shape[2:]))]
        for name, part in layers.items()
    ]
    yield from zip(*by_layer, strict=True)


def _of_layer(
    part: SkippingConvolution, scores: torch.Tensor, places: tuple[int, ...]
) -> Iterator[LayerChoice]:
    space, weight = part.space, part.weight
    filter_ = weight[0].numel()
    cost = layer_cost(filter_, part.channels.widths, part.channels.kernel**2, space.strides, places)
    for ratios, strides in options_of(weights_of(scores, space)):
        # The first that counts is the largest: that is what is computed.
        ratio, stride = space.ratios[ratios[0]], space.strides[strides[0]]
        yield LayerChoice(ratio, stride, cost.macs_of(ratios, strides), cost.macs)


def _share(choices: tuple[LayerChoice, ...]) -> float:
    return sum(each.macs for each in choices) / sum(each.all_macs for each in choices)


def _in_words(choices: tuple[LayerChoice, ...]) -> str:
    said = [f"{_share(choices):.0%} of its MACs"]
    for what, shares in (
        ("filters", [each.ratio for each in choices]),
        ("frames", [1 / each.stride for each in choices]),
    ):
        fewer = [
            f"1/{round(1 / share)} of {shares.count(share) / len(shares):.0%}"
            for share in sorted({*shares} - {1.0}, reverse=True)
        ]
        said += [f"{what} {', '.join(fewer)} of clips"] if fewer else []
    return "; ".join(said)
