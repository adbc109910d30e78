from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.frame_features.frame_settings import read_settings
from tests.models.frame_features.small import settings

SAID: dict[str, Any] = json.loads(json.dumps(settings("hrnn").to_dict()))


@pytest.mark.parametrize("mixtures", [0, 2])
def test_what_was_written_is_read(mixtures: int) -> None:
    own = settings("nextvlad", mixtures=mixtures)
    assert read_settings(json.loads(json.dumps(own.to_dict()))) == own
    assert own.num_labels == 3


def test_what_else_a_file_says_is_left_alone() -> None:
    assert read_settings({**SAID, "steps": 3, "architectures": ["FrameClassifier"]}) == settings("hrnn")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"backbone": None},
            "it names an aggregator and no backbone, which makes the features of frames: expected"
            ' "backbone": {"name": ...}',
        ),
        ({"backbone": "conv"}, "backbone: expected an object, found 'conv'"),
        ({"aggregator": {"hidden": 3}}, "name is missing"),
        ({"num_frames": 0}, "num_frames: expected a whole number of 1 to 65,536, found 0"),
        ({"image_size": "large"}, "image_size: expected a whole number of 1 to 65,536, found 'large'"),
        ({"mixtures": 65}, "mixtures: expected a whole number of 0 to 64, found 65"),
        ({"id2label": {}}, "id2label: expected a name for every label, numbered from 0"),
        ({"id2label": {"0": "a", "2": "b"}}, "id2label: expected a name for every label, numbered from 0"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], words: str) -> None:
    said = {key: value for key, value in {**SAID, **changed}.items() if value is not None}
    with pytest.raises(VidcompressError) as caught:
        read_settings(said)
    assert str(caught.value) == f"config.json of a frame-features model: {words}"
