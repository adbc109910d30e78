"""A module that looks at fewer frames of a clip: one of a family known here, or one that takes any number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from ...errors import VidcompressError, first_line
from ...models.adapter import example_pixels, logits_from
from ...models.frame_count import frames_of
from ...models.frame_features.frame_classifier import FrameClassifier
from ..layers.frame_choice import FrameChoice, GivenFewer
from .frame_axis import FrameAxis, frame_axes
from .frame_blocks import shorten_blocks
from .frame_numbers import Frames, frame_numbers

if TYPE_CHECKING:
    from ...models.model import Model
    from ..technique import Stored

KEY = "vidcompress_frames"
"""Under which a configuration says which frames its model looks at, and of how many."""
_AXES = {"BTCHW": 1, "BCTHW": 2}


class AnyFrames(nn.Module):
    """A module that takes any number of frames, given some of them.

    Its configuration is the module's, where that has one: it says how the module was built, for all frames.

    Args:
        module: pixels -> logits.
        choice: in front of it.
    """

    seen: torch.Tensor
    """`(1, T, 1, 1, 1)`, or `(1, 1, T, 1, 1)`: 1 for the frames that are looked at. Files know by its shape what
    the module is shown."""

    def __init__(self, module: nn.Module, choice: FrameChoice) -> None:
        super().__init__()
        self.module, self.choice = module, choice
        self.num_frames, self.frame_axis = choice.total, choice.axis
        config = getattr(module, "config", None)
        if config is not None:
            self.config = config
        shape = [1] * 5
        shape[choice.axis] = choice.total
        seen = torch.zeros(choice.total, dtype=torch.uint8)
        seen[list(choice.places)] = 1
        self.register_buffer("seen", seen.reshape(shape))

    def forward(self, pixels: torch.Tensor) -> Any:
        return self.module(self.choice(pixels))


class FewerFeatures(AnyFrames):
    """A model of frame features, given some of its frames; their features may have been kept."""

    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        """Of the frames that it looks at, `(B, K, N)`."""
        return cast(FrameClassifier, self.module).features(self.choice(pixels))

    def answer(self, features: torch.Tensor) -> torch.Tensor:
        """The logits, of the features of all frames `(B, T, N)`, or of those that it looks at `(B, K, N)`."""
        return cast(FrameClassifier, self.module).answer(self.choice(features))


def given_fewer(module: nn.Module, choice: FrameChoice) -> AnyFrames:
    """A module that takes any number of frames, with a choice of them in front of it."""
    kind = FewerFeatures if isinstance(module, FrameClassifier) else AnyFrames
    return kind(module, choice)


def look_at_fewer(model: Model, parameters: Frames) -> tuple[nn.Module, tuple[int, ...]]:
    """The module of a model, which may be changed in place, and the frames that it looks at.

    Raises:
        VidcompressError: there are not so many frames, or it knows its number and no other.
    """
    module, total = model.module, model.profile.frames
    _refuse_twice(model)
    axis = frame_axes().get(type(module).__name__)
    chosen = _places(module, parameters, total, axis)
    if axis is not None:
        _refuse_block(model, parameters)
        return _narrowed(module, axis, chosen, total), chosen
    if not shorten_blocks(module, len(chosen), total, parameters.block):
        _refuse_block(model, parameters)
    made = given_fewer(module, FrameChoice(chosen, total, _AXES[model.profile.layout]))
    _refuse_others(model, made)
    return made, chosen


def rebuilt(module: nn.Module, parameters: Frames, stored: Stored) -> nn.Module:
    """The structure that `look_at_fewer` leaves, of a module of whatever weights; one that has it stays as it is.

    Args:
        module: the uncompressed one, or one that is built of a configuration that says the frames.
    """
    axis = frame_axes().get(type(module).__name__)
    if axis is None:
        return module if isinstance(module, AnyFrames) else _any_rebuilt(module, parameters, stored)
    if isinstance(module.get_submodule(f"{axis.embeddings}.patch_embeddings"), GivenFewer):
        return module
    said = getattr(cast(Any, module).config, KEY, None)
    if said is None:
        total = frames_of(module) or 0
        return _narrowed(module, axis, _places(module, parameters, total, axis), total)
    return _narrowed(module, axis, *_read(said))


def _narrowed(module: nn.Module, axis: FrameAxis, chosen: Sequence[int], total: int) -> nn.Module:
    """Of a family; in place."""
    axis.narrow(module, chosen, total)
    embeddings: Any = module.get_submodule(axis.embeddings)
    embeddings.patch_embeddings = GivenFewer(embeddings.patch_embeddings, FrameChoice(chosen, total))
    for part in module.modules():
        # Blocks fold their tokens by this number, and transformers reads it in every one of them.
        if hasattr(part, "config"):
            cast(Any, part).config.num_frames = len(chosen)
    setattr(cast(Any, module).config, KEY, {"of": total, "places": [*chosen]})
    cast(Any, module).num_frames = total
    return module


def _places(module: nn.Module, parameters: Frames, total: int, axis: FrameAxis | None) -> tuple[int, ...]:
    together = axis.together(module) if axis else 1
    return frame_numbers(total, parameters.keep, parameters.choice, parameters.seed, together)


def _any_rebuilt(module: nn.Module, parameters: Frames, stored: Stored) -> nn.Module:
    shape = stored.get("seen", ())
    if len(shape) != 5:
        raise VidcompressError(
            "its files do not say of how many frames it takes some: save the variant again"
        )
    axis = 2 if shape[2] > 1 else 1
    total = shape[axis]
    chosen = _places(module, parameters, total, None)
    shorten_blocks(module, len(chosen), total, parameters.block)
    return given_fewer(module, FrameChoice(chosen, total, axis))


def _read(said: Any) -> tuple[tuple[int, ...], int]:
    """The places and the total that a configuration says."""
    try:
        total, chosen = int(said["of"]), tuple(map(int, said["places"]))
    except (TypeError, KeyError, ValueError):
        total, chosen = 0, ()
    if not chosen or [*chosen] != sorted({*chosen}) or not 0 <= chosen[0] <= chosen[-1] < total:
        raise VidcompressError(
            f"config.json says under {KEY} what is no choice of frames: save the variant again"
        )
    return chosen, total


def _refuse_block(model: Model, parameters: Frames) -> None:
    if parameters.block:
        raise VidcompressError(
            f"model {model.name!r} is a {type(model.module).__name__}, which reads frames in no blocks: leave"
            f" block={parameters.block} out of frames, which is of an H-RNN"
        )


def _refuse_twice(model: Model) -> None:
    if model.profile.chosen:
        raise VidcompressError(
            f"model {model.name!r} looks at some of its frames already: give frames once in a recipe"
        )


@torch.inference_mode()
def _refuse_others(model: Model, made: AnyFrames) -> None:
    """Refuses a module that knows its number of frames and no other."""
    keep, total = len(made.choice.places), made.choice.total
    known = ", ".join(frame_axes())
    refusal = (
        f"model {model.name!r} is a {type(made.module).__name__}, which takes {total} frames and no {keep}: frames"
        f" knows {known} before fuse, and models that take any number; leave it out of its recipes"
    )
    own = frames_of(made.module)
    if own is not None and own != keep:
        raise VidcompressError(refusal)
    try:
        logits_from(made(example_pixels(model.profile).to(model.device)))
    except Exception as error:  # a module raises whatever it likes
        raise VidcompressError(f"{refusal} ({first_line(error)})") from error
