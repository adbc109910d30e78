"""A gated convolution in use: what it does not need it does not compute. Heavy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

import torch
from torch import nn
from torch.nn.functional import conv3d

from .decisions import by_axis, weights_of
from .learning_convolution import LearningConvolution, kernel_of
from .policy_network import PolicyNetwork
from .reconstruction import ChannelReconstruction, FrameReconstruction
from .search_space import SearchSpace

Extents = tuple[int, int, int]


class Options(NamedTuple):
    """What of a layer is computed for some clips."""

    ratios: tuple[int, ...]
    """Numbers of those that count, ascending: the first says how many filters run."""
    strides: tuple[int, ...]
    """Likewise of frames."""


class SkippingConvolution(nn.Module):
    """As `LearningConvolution`, of as few filters and frames as the options that count need.

    Its norm is part of it, and its first filters lie together in memory, so that fewer of them are a kernel like any
    other. Of clips of a batch those that take the same options are computed together.

    Args:
        convolution: whose geometry it takes; weights have to be put in.
        rectified: is what it gives cut at 0?
        space: what can be chosen.
    """

    shapes_depend_on_clip = True

    def __init__(self, convolution: nn.Conv3d, rectified: bool, space: SearchSpace) -> None:
        super().__init__()
        channels = convolution.out_channels
        self.weight = nn.Parameter(torch.empty_like(convolution.weight), convolution.weight.requires_grad)
        self.bias = nn.Parameter(self.weight.new_empty(channels), convolution.weight.requires_grad)
        self.stride, self.padding = (
            cast(Extents, each) for each in (convolution.stride, convolution.padding)
        )
        self.rectified, self.space = rectified, space
        self.policy = PolicyNetwork(convolution.in_channels, space)
        self.channels = ChannelReconstruction(space.widths(channels), kernel_of(convolution))
        self.frames = FrameReconstruction(space.strides, channels)
        self.forced: Options | None = None
        """Taken whatever a clip shows; None: what its policy says."""

    @classmethod
    @torch.no_grad()
    def of(cls, learned: LearningConvolution) -> SkippingConvolution:
        """What was learned, to be used."""
        convolution = learned.convolution
        with torch.device("meta"):  # what it is made with is replaced
            made = cls(convolution, learned.rectified, learned.space)
        made.weight, made.bias = (
            nn.Parameter(each, convolution.weight.requires_grad)
            for each in _with_norm(convolution, learned.norm)
        )
        made.policy, made.channels, made.frames = learned.policy, learned.channels, learned.frames
        return made

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        weights = weights_of(self.policy(clip), self.space)
        if self.forced is not None:
            return self._computed(clip, self.forced, weights)
        found = [*_groups(weights)]
        if len(found) == 1:
            return self._computed(clip, found[0][0], weights)
        made = [self._computed(clip[places], options, weights[places]) for options, places in found]
        order = torch.tensor([place for _, places in found for place in places], device=clip.device)
        return torch.cat(made)[order.argsort()]

    def _computed(self, clip: torch.Tensor, options: Options, weights: torch.Tensor) -> torch.Tensor:
        """Of clips that take the same options; one that is taken alone counts whole, whatever its weight."""
        known = self.channels.widths[options.ratios[0]]
        stride = self.space.strides[options.strides[0]]
        time, *places = self.stride
        made = conv3d(clip, self.weight[:known], self.bias[:known], (time * stride, *places), self.padding)
        if len(options.ratios) == 1:
            made = self.channels(made, options.ratios[0])
        else:
            made = self.channels.mixed(made, options.ratios, by_axis(weights)[0])
        if self.rectified:
            made = made.relu_()
        frames = (clip.shape[2] + 2 * self.padding[0] - self.weight.shape[2]) // time + 1
        if len(options.strides) == 1:
            return self.frames(made, options.strides[0], frames)
        return self.frames.mixed(made, options.strides, by_axis(weights)[1], frames)


def _groups(weights: torch.Tensor) -> Iterator[tuple[Options, list[int]]]:
    """Clips of a batch, by the options that count for them."""
    found: dict[Options, list[int]] = {}
    for place, options in enumerate(options_of(weights)):
        found.setdefault(options, []).append(place)
    yield from found.items()


def options_of(weights: torch.Tensor) -> list[Options]:
    """Of each clip those that count."""
    counted = (weights > 0).unflatten(1, (2, -1)).tolist()
    return [
        Options(*(tuple(option for option, counts in enumerate(axis) if counts) for axis in clip))
        for clip in counted
    ]


def _with_norm(convolution: nn.Conv3d, norm: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias of a convolution and the batch norm behind it, as one."""
    weight, bias = convolution.weight.double(), convolution.bias
    shift = (
        torch.zeros(len(weight), dtype=weight.dtype, device=weight.device) if bias is None else bias.double()
    )
    if isinstance(norm, nn.BatchNorm3d):
        mean, variance = (cast(torch.Tensor, each).double() for each in (norm.running_mean, norm.running_var))
        factor = norm.weight.double() / (variance + norm.eps).sqrt()
        weight, shift = weight * factor.reshape(-1, 1, 1, 1, 1), (shift - mean) * factor + norm.bias.double()
    return weight.to(convolution.weight.dtype), shift.to(convolution.weight.dtype)
