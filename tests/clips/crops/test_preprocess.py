from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch

from pytest_vidcompress.clips.crops.preprocess import cut, normalize, resize
from tests.clips.crops.centre import crop


def noise(height: int, width: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(height * width).integers(0, 256, (2, height, width, 3), dtype=np.uint8)


def test_a_frame_of_the_right_size_is_not_touched() -> None:
    frames = noise(32, 32)
    assert np.array_equal(crop(frames, 32).permute(0, 2, 3, 1).numpy(), frames)


def test_the_crop_is_in_the_middle() -> None:
    frames = np.broadcast_to(np.arange(47, dtype=np.uint8)[None, None, :, None], (1, 32, 47, 3))
    assert crop(frames, 32)[0, 0, 0].tolist() == list(range(7, 39))
    tall = frames.transpose(0, 2, 1, 3)
    assert crop(tall, 32)[0, 0, :, 0].tolist() == list(range(7, 39))


def test_resizing_keeps_the_long_side_in_proportion_rounded_down() -> None:
    assert resize(noise(48, 100), 32).shape == (2, 3, 32, 66)
    assert resize(noise(100, 48), 32).shape == (2, 3, 66, 32)
    assert resize(noise(20, 31), 32).shape == (2, 3, 32, 49)


def test_frames_are_resized_each_by_itself() -> None:
    many = np.random.default_rng(0).integers(0, 256, (37, 40, 60, 3), dtype=np.uint8)
    together = resize(many, 32)
    assert together.shape == (37, 3, 32, 48)
    assert torch.equal(together, torch.cat([resize(frame[None], 32) for frame in many]))


def ramp(height: int, width: int) -> torch.Tensor:
    """Pixels that tell where they are along the long side."""
    along = torch.arange(max(height, width), dtype=torch.uint8)
    return (along[:, None] if height > width else along[None]).expand(2, 3, height, width)


def starts(crops: tuple[torch.Tensor, ...]) -> list[int]:
    return [int(crop[0, 0, 0, 0]) for crop in crops]


# 47 - 32 = 15: VideoMAE's int(7.5) and TimeSformer's ceil(7.5); one crop is where the processors put it.
@pytest.mark.parametrize(("height", "width"), [(32, 47), (47, 32)])
def test_crops_lie_where_the_published_code_puts_them(height: int, width: int) -> None:
    pixels = ramp(height, width)
    assert starts(cut(pixels, 32)) == starts(cut(pixels, 32, 1, "ceil")) == [7]
    assert starts(cut(pixels, 32, 3, "floor")) == [0, 7, 15]
    assert starts(cut(pixels, 32, 3, "ceil")) == [0, 8, 15]
    assert all(crop.shape == (2, 3, 32, 32) for crop in cut(pixels, 32, 3))
    last = cut(pixels, 32, 3)[2]
    assert int(last[..., -1, -1].max()) == 46


@pytest.mark.parametrize("crops", [1, 3])
def test_of_a_short_side_beyond_the_crop_the_middle_is_taken(crops: int) -> None:
    wide = torch.arange(37 * 50).reshape(1, 1, 37, 50)
    for pixels, turned in ((wide, False), (wide.transpose(-1, -2), True)):
        views = cut(pixels, 32, crops)
        assert [view.shape[-2:] for view in views] == [(32, 32)] * crops
        corners = [divmod(int(view[..., 0, 0]), 50) for view in views]
        assert [row for row, _ in corners] == [2] * crops
        assert [column for _, column in corners] == ([9] if crops == 1 else [0, 9, 18]), turned


def test_the_middle_of_three_is_the_only_one_where_it_is_even() -> None:
    pixels = ramp(32, 48)
    for middle in ("floor", "ceil"):
        assert starts(cut(pixels, 32, 3, middle)) == [0, 8, 16]
    assert starts(cut(pixels, 32)) == [8]


def test_three_crops_of_a_square_are_equal() -> None:
    pixels = resize(noise(32, 32), 32)
    assert all(torch.equal(crop, pixels) for crop in cut(pixels, 32, 3, "ceil"))


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
