"""Beside the processors of transformers, where Pillow or torchvision are installed: the project needs neither."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.models.catalog import CATALOG
from tests.clips.crops.centre import crop, preprocess

Frames = npt.NDArray[np.uint8]

KINETICS = (
    *("5JzkrOVhPOw_000027_000037", "BdMiTo_OtnU_000024_000034", "C4lCVBZ3ux0_000028_000038"),
    *("TUvSX0pYu4o_000002_000012", "b6yQZjPE26c_000023_000033", "dAeUFSdYG1I_000010_000020"),
    *("ehLnj7pXnYE_000027_000037", "zkXOcxGnUhs_000025_000035"),
)
SHAPES = {
    "landscape": (240, 320),
    "portrait": (320, 240),
    "square": (256, 256),
    "as large as the crop": (224, 224),
    "as high as the crop": (224, 341),
    "smaller than the crop": (90, 121),
    "odd": (361, 487),
    "very wide": (230, 1001),
    "very high": (777, 225),
}
KEPT = ("as large as the crop", "as high as the crop")
"""Shapes that need no resizing."""
PROFILES = {name: CATALOG[name].profile for name in ("timesformer", "videomae")}


def noise(height: int, width: int) -> Frames:
    return np.random.default_rng(height * width).integers(0, 256, (2, height, width, 3), dtype=np.uint8)


@pytest.fixture(params=[*KINETICS, *SHAPES])
def frames(request: pytest.FixtureRequest) -> Frames:
    if request.param in SHAPES:
        return noise(*SHAPES[request.param])
    path = request.getfixturevalue("media") / "kinetics400" / "val" / f"{request.param}.mp4"
    return _decoded(path)


@cache
def _decoded(path: Path) -> Frames:
    return decode(path, lambda count, fps: (0, count // 2)).pixels


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> Profile:
    return PROFILES[request.param]


@cache
def _missing(library: str) -> str:
    """Why there is nothing to compare with; empty when there is."""
    try:
        __import__(library)
    except ImportError:
        return f"{library} is not installed"
    except RuntimeError as error:
        # As from PyPI beside a torch that was built for CPUs.
        return f"{library} does not load: {error}"
    return ""


def made(kind: str, profile: Profile, **settings: Any) -> Any:
    """A processor, configured as the published checkpoints configure it."""
    # Those that use torch's pixels cannot be imported without Pillow either.
    missing = _missing("PIL") or ("" if kind.endswith("Pil") else _missing("torchvision"))
    if missing:
        pytest.skip(f"nothing to compare with: {missing}")
    import transformers

    return getattr(transformers, kind)(
        size={"shortest_edge": profile.size},
        crop_size={"height": profile.size, "width": profile.size},
        image_mean=profile.mean,
        image_std=profile.std,
        **settings,
    )


def processed(processor: Any, frames: Frames) -> torch.Tensor:
    """What the processor makes of one video, `(T, 3, size, size)`."""
    return torch.as_tensor(np.asarray(processor(list(frames), return_tensors="np")["pixel_values"][0]))


@pytest.mark.parametrize(
    "kind", ["VideoMAEImageProcessor", "VideoMAEVideoProcessor", "TimesformerVideoProcessor"]
)
def test_bit_equal_to_the_published_processors(kind: str, frames: Frames, profile: Profile) -> None:
    expected = processed(made(kind, profile), frames)
    assert expected.shape == (2, 3, 224, 224)
    assert torch.equal(preprocess(frames, profile), expected)


def test_pillow_resizes_to_within_a_level(frames: Frames, profile: Profile) -> None:
    processor = made("VideoMAEImageProcessorPil", profile, do_rescale=False, do_normalize=False)
    off = crop(frames, profile.size).int() - processed(processor, frames).int()
    assert off.abs().max() <= 1


@pytest.mark.parametrize("shape", KEPT)
def test_pillow_cuts_the_same_pixels(shape: str, profile: Profile) -> None:
    frames = noise(*SHAPES[shape])
    processor = made("VideoMAEImageProcessorPil", profile, do_rescale=False, do_normalize=False)
    assert torch.equal(crop(frames, profile.size), processed(processor, frames))


@pytest.mark.parametrize("shape", KEPT)
def test_beside_pillow_values_are_scaled_the_same_but_for_rounding(shape: str, profile: Profile) -> None:
    frames = noise(*SHAPES[shape])
    expected = processed(made("VideoMAEImageProcessorPil", profile), frames)
    # NumPy divides by 255 before it shifts; float32 steps by 2.4e-7 between 2 and 4.
    torch.testing.assert_close(preprocess(frames, profile), expected, rtol=0, atol=3e-7)
