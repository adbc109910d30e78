"""A gated convolution that learns: all of it is computed once, and every option is a slice of that. Heavy."""

from __future__ import annotations

import math

import torch
from torch import nn

from .decisions import Draw, by_axis, weights_of
from .layer_cost import LayerCost, cheap_kernel, layer_cost
from .policy_network import PolicyNetwork
from .reconstruction import ChannelReconstruction, FrameReconstruction
from .search_space import SearchSpace


class LearningConvolution(nn.Module):
    """`(B, C, T, H, W)` -> what its convolution, norm and activation would give, of several options the weighted sum.

    Channels are mixed first, and of that frames. The big kernel runs once whatever the search space is, so that
    training costs two to three times that of the plain network.

    Args:
        convolution: of one group; it becomes a part of this one, and so does the norm.
        norm: a batch norm, or the identity.
        rectified: is the sum cut at 0 behind it?
        space: what can be chosen.
    """

    def __init__(self, convolution: nn.Conv3d, norm: nn.Module, rectified: bool, space: SearchSpace) -> None:
        super().__init__()
        channels = convolution.out_channels
        self.convolution, self.norm, self.rectified, self.space = convolution, norm, rectified, space
        self.policy = PolicyNetwork(convolution.in_channels, space)
        self.channels = ChannelReconstruction(space.widths(channels), kernel_of(convolution))
        self.frames = FrameReconstruction(space.strides, channels)
        self.draw = Draw()
        """How options are taken now."""
        self.weights: torch.Tensor | None = None
        """Of the options, `(B, 2 options)`, in the call before."""
        self.cost: LayerCost | None = None
        """Known as soon as it has seen clips."""

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        whole = self.norm(self.convolution(clip))
        self.weights = weights_of(self.policy(clip), self.space, self.draw)
        ratios, strides = by_axis(self.weights)
        every = range(self.space.options)
        mixed = self.channels.mixed(whole, every, ratios)
        mixed = mixed.relu() if self.rectified else mixed
        return self.frames.mixed(mixed, every, strides, whole.shape[2])

    @torch.no_grad()
    def start(self, clip: torch.Tensor) -> None:
        """Sets what it begins with: all is computed, and what is made of less is as near to that as can be."""
        whole = self.norm(self.convolution(clip))
        self.policy.start(clip)
        self.channels.start(whole)
        self.cost = cost_of(self.convolution, self.space, tuple(whole.shape[2:]))


def kernel_of(convolution: nn.Conv3d) -> int:
    """Height and width of what makes a missing channel of another."""
    return cheap_kernel(filter_macs(convolution))


def filter_macs(convolution: nn.Conv3d) -> int:
    """Multiply-accumulates of one filter at one place."""
    return convolution.in_channels * math.prod(convolution.kernel_size)


def cost_of(convolution: nn.Conv3d, space: SearchSpace, places: tuple[int, ...]) -> LayerCost:
    """Of a gated convolution that gives so many frames, rows and columns."""
    cheap = kernel_of(convolution) ** 2
    return layer_cost(
        filter_macs(convolution), space.widths(convolution.out_channels), cheap, space.strides, places
    )
