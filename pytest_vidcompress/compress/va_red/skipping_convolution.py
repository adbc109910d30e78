"""A gated convolution in use: what it does not need it does not compute. Heavy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

import torch
from torch import nn

from .decisions import by_axis, weights_of
from .learning_convolution import LearningConvolution, kernel_of
from .planar_convolution import Extents, convolved, sees_one_frame
from .policy_network import PolicyNetwork
from .reconstruction import ChannelReconstruction, FrameReconstruction, as_clips, as_images
from .search_space import SearchSpace

_LAST, _CLIPS_LAST = torch.channels_last, torch.channels_last_3d
_PART = 1 << 21
"""Numbers that a convolution takes at a time: 8 MB."""
LARGE = 1 << 15
"""Weights of a convolution whose channels come last in memory."""


class Options(NamedTuple):
    """What of a layer is computed for some clips."""

    ratios: tuple[int, ...]
    """Numbers of those that count, ascending: the first says how many filters run."""
    strides: tuple[int, ...]
    """Likewise of frames."""


class SkippingConvolution(nn.Module):
    """As `LearningConvolution`, of as few filters and frames as the options that count need.

    Its norm is part of it, and its first filters lie together in memory, so that fewer of them are a kernel like any
    other. Of clips of a batch those that take the same options are computed together. Where it is large, channels
    come last in memory, of its weights and of what it is given, which saves a fifth of the time and more.

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
        self.register_load_state_dict_post_hook(_lay)

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
        _lay(made)
        made.policy, made.channels, made.frames = learned.policy, learned.channels, learned.frames
        return made

    def forward(self, clip: torch.Tensor) -> torch.Tensor:
        if self.is_large:
            clip = clip.contiguous(memory_format=_CLIPS_LAST)
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
        stride = self.space.strides[options.strides[0]]
        ratios, strides = by_axis(weights)
        if len(options.ratios) == 1:
            made = self._all_channels(clip, options.ratios[0], stride)
        else:
            made = self._filters(clip, self.channels.widths[options.ratios[0]], stride)
            made = self._cut(self.channels.mixed(made, options.ratios, ratios))
        frames = self._frames(clip)
        if len(options.strides) == 1:
            return self.frames(made, options.strides[0], frames)
        return self.frames.mixed(made, options.strides, strides, frames)

    def _all_channels(self, clip: torch.Tensor, option: int, stride: int) -> torch.Tensor:
        """Of the frames that are computed, those that are made included."""
        if option and self.is_large and not torch.is_grad_enabled():
            return self._by_parts(clip, option, stride)
        made = self._filters(clip, self.channels.widths[option], stride)
        return self._cut(self.channels(made, option))

    @property
    def is_large(self) -> bool:
        """Does it compute so much that the order in memory matters more than the number of calls?"""
        return self.weight.numel() >= LARGE

    def _by_parts(self, clip: torch.Tensor, option: int, stride: int) -> torch.Tensor:
        """Some images at a time, each part written into its place while it is in a cache: to write and read what lies
        between takes long."""
        images, done = len(clip) * self._frames(clip, stride), 0
        made = clip.new_empty(0)
        for part in self._parts(clip, self.channels.widths[option], stride):
            if not done:
                shape = (images, self.channels.widths[0], *part.shape[2:])
                made = torch.empty(shape, dtype=part.dtype, device=part.device, memory_format=_LAST)
            self.channels.fill(made[done : done + len(part)], part, option, self.rectified)
            done += len(part)
        return as_clips(made, len(clip))

    def _parts(self, clip: torch.Tensor, known: int, stride: int) -> Iterator[torch.Tensor]:
        """So many filters of some images; where each is of one frame, they are computed when they are asked for."""
        if not sees_one_frame(self.weight, self.padding):
            yield from _split(as_images(self._filters(clip, known, stride)))
            return
        time, height, width = self.stride
        for part in _split(as_images(clip[:, :, :: time * stride])):
            yield as_images(self._filtered(as_clips(part, 1), known, (1, height, width)))

    def _filters(self, clip: torch.Tensor, known: int, stride: int) -> torch.Tensor:
        """So many of them, of every frame after such a stride."""
        time, height, width = self.stride
        return self._filtered(clip, known, (time * stride, height, width))

    def _filtered(self, clip: torch.Tensor, known: int, stride: Extents) -> torch.Tensor:
        return convolved(clip, self.weight[:known], self.bias[:known], stride, self.padding)

    def _frames(self, clip: torch.Tensor, stride: int = 1) -> int:
        """How many are computed."""
        return (clip.shape[2] + 2 * self.padding[0] - self.weight.shape[2]) // (self.stride[0] * stride) + 1

    def _cut(self, made: torch.Tensor) -> torch.Tensor:
        return made.relu_() if self.rectified else made


def _lay(part: nn.Module, *_: object) -> None:
    """Puts the weights in order, whichever they came in."""
    assert isinstance(part, SkippingConvolution)
    if part.is_large:
        part.weight.data = part.weight.data.contiguous(memory_format=_CLIPS_LAST)


def _split(images: torch.Tensor) -> Sequence[torch.Tensor]:
    """Some at a time."""
    return images.split(max(1, _PART // images[0].numel()))


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
