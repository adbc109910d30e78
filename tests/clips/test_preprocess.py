from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from pytest_vidcompress.clips.preprocess import crop, normalize, preprocess
from pytest_vidcompress.clips.profile import Profile

SHAPES = [(48, 64), (64, 48), (32, 32), (100, 37), (20, 31)]
STATISTICS = [((0.45,) * 3, (0.225,) * 3), ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]


def noise(height: int, width: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(height * width).integers(0, 256, (2, height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize(("mean", "std"), STATISTICS)
def test_bit_equal_to_the_published_processor(
    height: int, width: int, mean: tuple[float, float, float], std: tuple[float, float, float]
) -> None:
    pytest.importorskip("torchvision", reason="the published processor needs torchvision")
    import transformers

    settings: dict[str, Any] = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
    processor: Any = transformers.VideoMAEImageProcessor(**settings, image_mean=mean, image_std=std)
    frames = noise(height, width)
    expected = processor(list(frames), return_tensors="pt")["pixel_values"][0]
    assert torch.equal(preprocess(frames, Profile(2, 1, 32, mean, std)), expected)


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize(("mean", "std"), STATISTICS)
def test_within_a_level_of_the_pillow_processor(
    height: int, width: int, mean: tuple[float, float, float], std: tuple[float, float, float]
) -> None:
    pytest.importorskip("PIL", reason="the Pillow processor needs Pillow")
    import transformers

    settings: dict[str, Any] = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
    processor: Any = transformers.VideoMAEImageProcessorPil(**settings, image_mean=mean, image_std=std)
    frames = noise(height, width)
    expected = torch.as_tensor(processor(list(frames), return_tensors="pt")["pixel_values"][0])
    levels = (
        (preprocess(frames, Profile(2, 1, 32, mean, std)) - expected) * torch.tensor(std).view(3, 1, 1) * 255
    )
    assert levels.abs().max() < (0.01 if height == width == 32 else 1.01)


def test_a_frame_of_the_right_size_is_not_touched() -> None:
    frames = noise(32, 32)
    assert np.array_equal(crop(frames, 32).permute(0, 2, 3, 1).numpy(), frames)


def test_the_crop_is_in_the_middle() -> None:
    frames = np.broadcast_to(np.arange(47, dtype=np.uint8)[None, None, :, None], (1, 32, 47, 3))
    assert crop(frames, 32)[0, 0, 0].tolist() == list(range(7, 39))
    tall = frames.transpose(0, 2, 1, 3)
    assert crop(tall, 32)[0, 0, :, 0].tolist() == list(range(7, 39))


def test_halving_averages_neighbours() -> None:
    # Antialiased: the triangle of half a step weighs 1, 3, 3, 1.
    frames = np.zeros((1, 8, 8, 3), np.uint8)
    frames[:, :, 4:] = 80
    assert crop(frames, 4)[0, 0, 1].tolist() == [0, 10, 70, 80]


def test_values_are_scaled_to_the_statistics() -> None:
    pixels = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 3, 1, 1)
    scaled = normalize(pixels, (0.5, 0.25, 0.0), (0.5, 0.25, 2.0)).view(2, 3)
    torch.testing.assert_close(scaled, torch.tensor([[-1.0, -1.0, 0.0], [1.0, 3.0, 0.5]]))


def test_constants_of_the_published_arithmetic() -> None:
    pixels = torch.tensor([0, 1, 127, 255], dtype=torch.uint8).view(4, 1, 1, 1).expand(4, 3, 1, 1)
    red = normalize(pixels, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))[:, 0].flatten()
    expected = [(v - np.float32(0.485) * 255) / (np.float32(0.229) * 255) for v in (0, 1, 127, 255)]
    assert red.dtype == torch.float32
    np.testing.assert_allclose(red.numpy(), expected, rtol=1e-6)
