"""What a hook registered -> a model that is known to run: a mistake shows before the run, with what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..clips.profile import Profile
from ..errors import VidcompressError, first_line
from .frame_count import refuse_other_frames
from .model import Model

if TYPE_CHECKING:
    import torch

Factory = Callable[[], Model]
"""What `pytest_vidcompress_models()` maps a name to."""
_FRAMES = (1, 2, 4, 8, 16, 32, 64)
_SIZES = (32, 64, 112, 128, 160, 172, 182, 192, 224, 256, 288, 312, 320, 384, 448)
"""What models of the field take: tried where one does not take what its profile says."""


def from_factory(name: str, factory: Factory) -> Model:
    """The model of a registered factory, in eval mode and under the name that it is registered by.

    Raises:
        VidcompressError: the factory raises or returns something else, or its model does not take what its profile
            says, or does not answer with a logit a label.
    """
    expected = "expected a pytest_vidcompress.Model(name, module, profile, labels)"
    where = f"the function that pytest_vidcompress_models() has for {name!r}"
    if not callable(factory):
        raise VidcompressError(f"{where} is a {type(factory).__name__}; {expected} from a function")
    try:
        made: Any = factory()
    except VidcompressError:
        raise
    except Exception as error:  # a user's function raises what it likes
        raise VidcompressError(f"{where} raised {type(error).__name__}: {first_line(error)}") from error
    if not isinstance(made, Model):
        raise VidcompressError(f"{where} returned {_described(made)}; {expected}")
    _refuse_fields(name, made)
    made.module.eval()
    refuse_other_frames(f"model {name!r}", made.module, made.profile.frames)
    _refuse_call(name, made)
    return replace(made, name=name)


def _refuse_fields(name: str, model: Model) -> None:
    from torch import nn

    module: Any = model.module
    profile: Any = model.profile
    labels: Any = model.labels
    for field, value, right, expected in (
        ("module", module, isinstance(module, nn.Module), "a torch.nn.Module"),
        ("profile", profile, isinstance(profile, Profile), "a pytest_vidcompress.Profile"),
        (
            "labels",
            labels,
            isinstance(labels, tuple | list) and labels and all(isinstance(each, str) for each in labels),
            "the name of every logit, a tuple of texts",
        ),
    ):
        if not right:
            raise VidcompressError(
                f"model {name!r} has {_described(value)} for its {field}; expected {expected}"
            )


def _refuse_call(name: str, model: Model) -> None:
    """Calls a model once on what its profile says, and names the line of the profile that is wrong."""
    try:
        logits = _called(model, model.profile)
    except VidcompressError as error:
        raise VidcompressError(f"model {name!r}: {error}") from None
    except Exception as error:  # a user's module raises what it likes
        takes = next(_taken(model), "")
        hint = f"it takes {takes}: say so in its profile" if takes else "correct its profile, or the module"
        raise VidcompressError(
            f"model {name!r} does not take the pixels {_shape(model.profile)} that its profile asks for"
            f" ({type(error).__name__}: {first_line(error)}); {hint}"
        ) from error
    if logits.shape != (1, len(model.labels)):
        raise VidcompressError(
            f"model {name!r} answers one clip with logits of shape {tuple(logits.shape)}, and it has"
            f" {len(model.labels)} labels: expected (1, {len(model.labels)})"
        )


def _taken(model: Model) -> Iterator[str]:
    """Lines of a profile with which the model runs: another layout, number of frames, or size."""
    profile = model.profile
    other = "BTCHW" if profile.layout == "BCTHW" else "BCTHW"
    for field, values in (("layout", (other,)), ("frames", _FRAMES), ("size", _SIZES)):
        for value in values:
            changed: dict[str, Any] = {field: value, "resize": 0}
            try:
                logits = _called(model, replace(profile, **changed))
            except Exception:  # whatever does not run is not it
                continue
            if logits.shape == (1, len(model.labels)):
                yield f"{field}={value!r}"


def _called(model: Model, profile: Profile) -> torch.Tensor:
    import torch

    from .adapter import example_pixels, logits_from

    with torch.inference_mode():
        return logits_from(model.module(example_pixels(profile)))


def _shape(profile: Profile) -> str:
    frames, size = profile.frames, profile.size
    axes = (3, frames) if profile.layout == "BCTHW" else (frames, 3)
    return f"(1, {axes[0]}, {axes[1]}, {size}, {size})"


def _described(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
