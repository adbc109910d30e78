from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pytest_vidcompress.clips.crops.preprocess import cut, normalize, resize
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.catalog import family_of
from pytest_vidcompress.models.checkpoint.processor import pixels_of, processor_of

SQUARE = {"height": 32, "width": 32}


def said(held: dict[str, Any], family: str = "videomae") -> dict[str, Any]:
    return pixels_of("mine", held, family_of(family), 32)


def test_without_a_file_nothing_is_said() -> None:
    assert said({}, "vivit") == {}


def test_statistics_are_taken_as_they_are_written() -> None:
    held = {
        "image_mean": [0.45, 0.4, 0.3],
        "image_std": [0.2, 0.3, 0.225],
        "rescale_factor": 0.00392156862745098,
    }
    assert said(held) == {"mean": (0.45, 0.4, 0.3), "std": (0.2, 0.3, 0.225)}
    assert said({"image_mean": 0.5, "image_std": 0.25}) == {"mean": (0.5,) * 3, "std": (0.25,) * 3}
    assert said({"image_mean": [0.5] * 3}) == {"mean": (0.5,) * 3}


def test_what_is_not_normalized_is_between_zero_and_one() -> None:
    held = {"do_normalize": False, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    assert said(held) == {"mean": (0.0,) * 3, "std": (1.0,) * 3}
    assert said({"do_normalize": False, "do_rescale": False})["std"] == (1 / 255,) * 3


def test_vivits_shift_is_part_of_the_mean() -> None:
    family = family_of("vivit")
    assert family is not None
    written = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3, "rescale_factor": 0.00784313725490196}
    for held in (written, {"resample": 2}, {**written, "offset": True}):
        assert said(held, "vivit") == {"mean": family.profile.mean, "std": family.profile.std}
    assert said({**written, "offset": False}, "vivit")["mean"] == (0.25,) * 3


SIZES = [
    ({"crop_size": SQUARE, "size": {"shortest_edge": 36}}, {"resize": 36}),
    ({"crop_size": 32, "size": 36}, {"resize": 36}),
    ({"crop_size": SQUARE, "size": {"shortest_edge": 32}}, {"resize": 0}),
    ({"crop_size": SQUARE, "size": {"height": 36, "width": 36}}, {"resize": 36}),
    ({"crop_size": SQUARE, "size": {"height": 36, "width": 40}}, {}),
    ({"size": {"shortest_edge": 999}}, {}),
    ({"crop_size": {"height": 224, "width": 224}, "size": {"shortest_edge": 256}}, {}),
    ({"crop_size": SQUARE, "size": {"shortest_edge": 36}, "do_center_crop": False}, {}),
]


@pytest.mark.parametrize(("held", "expected"), SIZES, ids=str)
def test_the_short_side_is_the_processors_where_its_crop_is_the_weights(
    held: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert said(held) == expected


@pytest.mark.parametrize(
    ("held", "why"),
    [
        ({"image_mean": [0.5, 0.5]}, "image_mean: expected a list of 3"),
        ({"image_mean": "half"}, "image_mean: expected a number"),
        ({"image_std": [0.5, 0.5, 0]}, "image_std: expected a number of at least"),
        ({"image_std": True}, "image_std: expected a number"),
        ({"do_normalize": "no"}, "do_normalize: expected true or false"),
        ({"rescale_factor": 0}, "rescale_factor: expected a number"),
        ({"crop_size": [32, 32]}, "crop_size: expected an object"),
        ({"crop_size": {"height": 32, "width": -1}}, "width: expected a whole number"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_its_key(held: dict[str, Any], why: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        said(held)
    assert str(caught.value).startswith(f"model 'mine': its processor's configuration cannot be ({why}")
    assert "\n" not in str(caught.value)


def test_the_file_that_transformers_takes_is_taken(tmp_path: Path) -> None:
    assert processor_of(tmp_path) == {}
    for number, (name, held) in enumerate(
        [
            ("preprocessor_config.json", {"image_mean": 1}),
            ("video_preprocessor_config.json", {"image_mean": 2}),
            ("processor_config.json", {"video_processor": {"image_mean": 3}}),
        ],
        start=1,
    ):
        (tmp_path / name).write_text(json.dumps(held))
        assert processor_of(tmp_path) == {"image_mean": number}


def processed(processor: Any, frames: np.ndarray) -> torch.Tensor:
    """As transformers' processor of saved settings does it, `(T, C, H, W)`."""
    return torch.from_numpy(np.asarray(processor([*frames], return_tensors="np")["pixel_values"][0]))


@pytest.mark.parametrize("short", [32, 36])
def test_pixels_are_those_of_vivits_own_processor(short: int) -> None:
    pytest.importorskip("PIL", reason="Pillow is not installed")
    from transformers.models.vivit.image_processing_vivit import VivitImageProcessor

    processor = VivitImageProcessor(size={"shortest_edge": short}, crop_size=SQUARE)
    frames = np.random.default_rng(0).integers(0, 256, (2, 48, 64, 3), dtype=np.uint8)
    found = said(json.loads(processor.to_json_string()), "vivit")
    pixels = cut(resize(frames, found.get("resize") or 32), 32)[0]
    ours = normalize(pixels, found["mean"], found["std"])
    theirs = processed(processor, frames)
    assert (theirs.min(), theirs.max()) == (pytest.approx(-3, abs=0.7), pytest.approx(1, abs=0.7))
    # It resizes by another library, whose last step of rounding differs.
    assert (ours - theirs).abs().max() <= 2 / 63
