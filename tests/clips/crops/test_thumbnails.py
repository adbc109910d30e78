from __future__ import annotations

import io
from base64 import b64decode
from pathlib import Path

import av
import numpy as np
import pytest

from pytest_vidcompress.clips.crops.thumbnails import PICTURES, SIDE, thumbnails
from pytest_vidcompress.clips.decode.picture import jpeg
from pytest_vidcompress.clips.faults import Undecodable
from pytest_vidcompress.clips.profile import Profile, Views

PREFIX = "data:image/jpeg;base64,"
SPEC = Profile(8, 4, 32, sampling="uniform").crop_spec


def decoded(picture: bytes) -> np.ndarray:
    with av.open(io.BytesIO(picture), format="jpeg_pipe") as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def moving() -> np.ndarray:
    """Ever lighter frames, wider than high."""
    return np.stack([np.full((48, 64, 3), 10 * k, np.uint8) for k in range(24)])


def test_pictures_are_of_what_the_model_is_shown_first_to_last() -> None:
    found = thumbnails(moving, SPEC)
    assert len(found) == PICTURES
    pictures = [decoded(b64decode(each.removeprefix(PREFIX), validate=True)) for each in found]
    assert {each.shape for each in pictures} == {(32, 32, 3)}
    # Frames 0, 12 and 21 of 24: the first of each of eight parts.
    assert [round(float(each.mean()) / 10) for each in pictures] == [0, 12, 21]


def test_of_several_views_one_is_shown_and_of_one_frame_one_picture() -> None:
    assert thumbnails(moving, Profile(8, 4, 32, sampling="uniform", views=Views(2, 3)).crop_spec)
    assert len(thumbnails(moving, Profile(1, 1, 32, sampling="uniform").crop_spec)) == 1


def test_a_large_frame_is_a_small_picture_of_its_shape() -> None:
    frame = np.random.default_rng(0).integers(0, 255, (540, 960, 3), np.uint8)
    picture = jpeg(frame, SIDE)
    assert decoded(picture).shape == (44, 80, 3)
    assert len(picture) < 4000
    assert decoded(jpeg(frame[:3, :5], SIDE)).shape[2] == 3


def test_what_does_not_decode_is_said_to() -> None:
    with pytest.raises(Undecodable):
        thumbnails(Path("none.mp4"), SPEC)
