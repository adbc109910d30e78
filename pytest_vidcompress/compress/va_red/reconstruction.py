"""Cheap linear operations that make what was not computed of what was. Heavy.

Channels as in Han et al., "GhostNet", CVPR 2020: each that is missing is one that is there, filtered by itself.
Frames: between two that are there, each channel with a weight of its own. Both behind the batch norm, which can so
become part of the convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import conv2d, unfold


class ChannelReconstruction(nn.Module):
    """The first channels `(B, n, T, H, W)` -> all of them.

    What a quarter lacks of a half is made first, and of that what a half lacks of the whole.

    Args:
        widths: how many channels each option begins with, descending from all.
        kernel: height and width of the filters, 1 or 3.
    """

    def __init__(self, widths: Sequence[int], kernel: int) -> None:
        super().__init__()
        self.widths, self.kernel = tuple(widths), kernel
        lacking = [above - below for above, below in pairwise(self.widths)]
        self.filters = nn.ModuleList(
            nn.Conv3d(number, number, (1, kernel, kernel), groups=number) if number else nn.Identity()
            for number in lacking
        )

    def forward(self, clip: torch.Tensor, option: int) -> torch.Tensor:
        """Of what this option computes, which begins with the same channels as any other."""
        for place in range(option, 0, -1):
            clip = self._wider(clip, place)
        return clip

    def fill(self, made: torch.Tensor, images: torch.Tensor, option: int, rectified: bool) -> None:
        """The same of images `(N, n, H, W)`, into their place `(N, C, H, W)`, without gradients.

        Args:
            rectified: is it cut at 0 on its way there?
        """
        pieces = [images]
        for place in range(option, 0, -1):
            layer = self.filters[place - 1]
            if isinstance(layer, nn.Conv3d):
                sources = pieces[0] if pieces[0].shape[1] >= layer.in_channels else torch.cat(pieces, 1)
                pieces.append(_filtered(sources[:, : layer.in_channels], layer.weight, layer.bias))
        for piece, room in zip(pieces, made.split([each.shape[1] for each in pieces], 1), strict=True):
            if rectified:
                torch.clamp_min(piece, 0, out=room)
            else:
                room.copy_(piece)

    def mixed(self, clip: torch.Tensor, taken: Sequence[int], weights: torch.Tensor) -> torch.Tensor:
        """The weighted sum of what several options give, each filter applied once.

        Args:
            clip: what the first one that is taken computes.
            taken: options, ascending.
            weights: of all options, `(B, options, 1, 1, 1, 1)`; those of these sum up to 1.
        """
        first, last = taken[0], taken[-1]
        counted = weights[:, last]
        made = counted * clip[:, : self.widths[last]]
        for place in range(last - 1, first - 1, -1):
            made = self._wider(made, place + 1, counted)
            if place in taken:
                made = made + weights[:, place] * clip[:, : self.widths[place]]
                counted = counted + weights[:, place]
        return self(made, first)

    def _wider(self, clip: torch.Tensor, place: int, counted: torch.Tensor | None = None) -> torch.Tensor:
        """What an option begins with -> what the one before it does.

        Args:
            counted: that the clips were multiplied by.
        """
        layer = self.filters[place - 1]
        if not isinstance(layer, nn.Conv3d):
            return clip
        sources = clip[:, : layer.in_channels]
        if counted is None:
            return torch.cat((clip, of_images(sources, layer.weight, layer.bias)), 1)
        assert layer.bias is not None
        return torch.cat(
            (clip, of_images(sources, layer.weight) + counted * layer.bias.reshape(-1, 1, 1, 1)), 1
        )

    @torch.no_grad()
    def start(self, clip: torch.Tensor) -> None:
        """Fits the filters to all channels of some clips."""
        for place, made in enumerate(self.filters):
            if isinstance(made, nn.Conv3d):
                number, first = made.in_channels, self.widths[place + 1]
                fit(made, clip[:, :number], clip[:, first : first + number])


class FrameReconstruction(nn.Module):
    """Every R-th frame `(B, C, T / R, H, W)` -> all of them; behind the last one it stays as it was.

    Args:
        strides: R of each option, ascending from 1.
        channels: C.
    """

    def __init__(self, strides: Sequence[int], channels: int) -> None:
        super().__init__()
        self.strides = tuple(strides)
        self.ways = nn.ParameterList(
            torch.arange(1, stride).div(stride).unsqueeze(1).repeat(1, channels)
            for stride in self.strides[1:]
        )
        """How much of the way to the next frame, for each between two and each channel."""

    def forward(self, clip: torch.Tensor, option: int, frames: int) -> torch.Tensor:
        """All `frames` of what this option computes."""
        if not option:
            return clip
        ways = self.ways[option - 1].reshape(self.strides[option] - 1, -1, 1, 1, 1)
        made = _at_once if torch.is_grad_enabled() else _in_place
        return made(clip, ways, frames)

    def mixed(
        self, clip: torch.Tensor, taken: Sequence[int], weights: torch.Tensor, frames: int
    ) -> torch.Tensor:
        """The weighted sum of what several options give.

        Args:
            clip: what the first one that is taken computes.
            taken: options, ascending.
            weights: of all options, `(B, options, 1, 1, 1, 1)`.
            frames: all of them.
        """
        known = self.strides[taken[0]]
        first, *others = (
            self(weights[:, option] * clip[:, :, :: self.strides[option] // known], option, frames)
            for option in taken
        )
        for made in others:
            first = first + made
        return first


def _at_once(clip: torch.Tensor, ways: torch.Tensor, frames: int) -> torch.Tensor:
    """What gradients go through."""
    following = torch.cat((clip[:, :, 1:], clip[:, :, -1:]), 2)
    between = [torch.lerp(clip, following, way) for way in ways]
    return torch.stack((clip, *between), 3).flatten(2, 3)[:, :, :frames]


def _in_place(clip: torch.Tensor, ways: torch.Tensor, frames: int) -> torch.Tensor:
    """The same, each frame written once."""
    stride, known = len(ways) + 1, clip.shape[2]
    layout = torch.channels_last_3d if is_last(clip) else torch.contiguous_format
    shape = (*clip.shape[:2], frames, *clip.shape[3:])
    made = torch.empty(shape, dtype=clip.dtype, device=clip.device, memory_format=layout)
    made[:, :, ::stride] = clip
    for place, way in enumerate(ways, 1):
        number = len(range(place, frames, stride))
        inside = min(number, known - 1)
        if inside:
            taken = made[:, :, place : place + stride * (inside - 1) + 1 : stride]
            torch.lerp(clip[:, :, :inside], clip[:, :, 1 : inside + 1], way, out=taken)
        if number > inside:
            made[:, :, place + stride * inside] = clip[:, :, inside]
    return made


def of_images(clip: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None = None) -> torch.Tensor:
    """What a depthwise filter `(C, 1, 1, k, k)` makes of every frame: kernels of images are the faster ones."""
    return as_clips(_filtered(as_images(clip), weight, bias), len(clip))


def as_images(clip: torch.Tensor) -> torch.Tensor:
    """`(B, C, T, H, W)` -> `(B T, C, H, W)`: the same numbers where channels come last in memory, or of one clip."""
    return clip.transpose(1, 2).flatten(0, 1)


def as_clips(images: torch.Tensor, batch: int) -> torch.Tensor:
    """And back."""
    return images.unflatten(0, (batch, -1)).transpose(1, 2)


def is_last(clip: torch.Tensor) -> bool:
    """Do channels come last in memory?"""
    return clip.is_contiguous(memory_format=torch.channels_last_3d)


def _filtered(images: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    return conv2d(images, weight.squeeze(2), bias, padding=weight.shape[-1] // 2, groups=len(weight))


_IMAGES, _RIDGE = 64, 1e-3


def fit(layer: nn.Conv3d, sources: torch.Tensor, wanted: torch.Tensor) -> None:
    """Least squares of a depthwise convolution with a bias, in place.

    Args:
        sources: `(B, C, T, H, W)`; of some frames.
        wanted: likewise.
    """
    given, aims = as_images(sources), as_images(wanted)
    step = max(1, len(given) // _IMAGES)
    given, aims = given[::step], aims[::step]
    kernel = layer.kernel_size[-1]
    patches = unfold(given, kernel, padding=kernel // 2)  # (N, C k k, places)
    taps = patches.unflatten(1, (layer.in_channels, kernel * kernel)).permute(1, 2, 0, 3).flatten(2).double()
    taps = torch.cat((taps, torch.ones_like(taps[:, :1])), 1)
    squares = taps @ taps.mT
    ridge = _RIDGE * squares.diagonal(dim1=1, dim2=2).mean(1, keepdim=True).clamp_min(1e-12)
    squares = squares + torch.diag_embed(ridge.expand(-1, squares.shape[1]))
    found = torch.linalg.solve(squares, taps @ aims.transpose(0, 1).flatten(1).double().unsqueeze(2)).squeeze(
        2
    )
    layer.weight.copy_(found[:, :-1].reshape(layer.weight.shape))
    if layer.bias is not None:
        layer.bias.copy_(found[:, -1])
