from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_vidcompress.clips.profile import Profile, Views
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.checkpoint.checkpoint_profile import profile_of

PUBLISHED = CATALOG["timesformer"].profile


def of(
    own: dict[str, Any] | None = None, processor: dict[str, Any] | None = None, frames: int = 8
) -> Profile:
    config = SimpleNamespace(model_type="timesformer", num_frames=frames, image_size=224)
    return profile_of("mine", config, processor or {}, own or {})


def test_it_is_the_familys_until_the_checkpoint_says_otherwise() -> None:
    assert of() == PUBLISHED
    assert of(frames=4) == replace(PUBLISHED, frames=4)


def test_statistics_are_the_processors_and_its_size_is_not() -> None:
    # The crop is what the weights know; a processor's size may be of other tools' making.
    told = of(
        processor={"image_mean": [0.1, 0.2, 0.3], "image_std": [1, 2, 3], "size": {"shortest_edge": 999}}
    )
    assert told == replace(PUBLISHED, mean=(0.1, 0.2, 0.3), std=(1, 2, 3))


def test_everything_that_a_folder_may_say() -> None:
    own = {
        "rate": 7,
        "sampling": "even",
        "layout": "BCTHW",
        "views": "2x1",
        "published": "10x3",
        "merge": "softmax",
        "middle": "floor",
        "frames": 8,
        "comment": "ignored",
    }
    assert of(own) == replace(
        PUBLISHED,
        rate=7,
        sampling="even",
        layout="BCTHW",
        views=Views(2, 1),
        published=Views(10, 3),
        merge="softmax",
        middle="floor",
    )


def test_another_number_of_frames_is_refused() -> None:
    with pytest.raises(VidcompressError) as caught:
        of({"frames": 16})
    assert str(caught.value) == (
        "model 'mine' has weights for 8 frames (num_frames in its config.json), and its profile.json says 16:"
        " correct the one that is wrong"
    )


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("rate", 0, "a whole number of at least 1"),
        ("rate", "4", "a whole number of at least 1"),
        ("sampling", "random", "one of span, stride, uniform, even, segments"),
        ("layout", "BHWTC", "one of BTCHW, BCTHW"),
        ("merge", "vote", "one of logits, softmax"),
        ("merge", ["logits"], "one of logits, softmax"),
        ("middle", 1, "one of floor, ceil"),
        ("views", "5x2", "CLIPSxCROPS with 1 or 3 crops, such as 5x3"),
        ("views", [5, 3], "CLIPSxCROPS with 1 or 3 crops, such as 5x3"),
        ("published", "published", "CLIPSxCROPS with 1 or 3 crops, such as 5x3"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(key: str, value: Any, expected: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        of({key: value})
    assert str(caught.value) == f"model 'mine': profile.json says {key}={value!r}, expected {expected}"


def test_a_family_that_nobody_knows_is_looked_at_like_videomae() -> None:
    config = SimpleNamespace(model_type="newcomer", num_frames=32, image_size=112)
    with pytest.warns(UserWarning, match=r"'mine' is a 'newcomer' model.*looked at as 16 frames uniform"):
        assert profile_of("mine", config, {}, {}) == Profile(32, 4, 112)


def test_a_geometry_of_its_own_is_resized_in_proportion() -> None:
    config = SimpleNamespace(model_type="vjepa2", frames_per_clip=4, crop_size=32)
    found = profile_of("mine", config, {}, {})
    assert (found.frames, found.size, found.resize) == (4, 32, 36)
    assert profile_of("mine", config, {"crop_size": 32, "size": {"shortest_edge": 32}}, {}).resize == 0


@pytest.mark.parametrize(("frames", "size", "field"), [(-4, 224, "frames=-4"), (8, -224, "size=-224")])
def test_extents_that_cannot_be_name_the_model(frames: int, size: int, field: str) -> None:
    config = SimpleNamespace(model_type="timesformer", num_frames=frames, image_size=size)
    with pytest.raises(
        VidcompressError, match=f"'mine': its config.json cannot be: a profile cannot have {field}"
    ):
        profile_of("mine", config, {}, {})


@pytest.mark.parametrize("size", [[224, 224], (224, 224), 224])
def test_a_square_may_be_a_pair(size: Any) -> None:
    config = SimpleNamespace(model_type="timesformer", num_frames=8, image_size=size)
    assert profile_of("mine", config, {}, {}) == PUBLISHED


@pytest.mark.parametrize("size", [[32, 48], [32.5, 32.5], [], {"height": 32}])
def test_a_crop_that_is_no_square_is_refused(size: Any) -> None:
    config = SimpleNamespace(model_type="timesformer", num_frames=8, image_size=size)
    with pytest.raises(VidcompressError, match=r"'mine' takes crops of .* expected a square"):
        profile_of("mine", config, {}, {})
