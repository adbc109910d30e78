from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_vidcompress.errors import VidcompressError
from tests.models.convolutions.small import LABELS, NAMES, config, own


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_is_what_was_written(name: str) -> None:
    made = own(name).configuration(config(name))
    written = json.loads(json.dumps(made.to_dict()))
    assert own(name).configuration(written) == made
    assert (made.num_labels, made.model_type) == (len(LABELS), name)
    assert config(name).items() <= written.items()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_out_is_as_published(name: str) -> None:
    said = {key: config(name)[key] for key in ("id2label", "num_frames", "image_size")}
    made = own(name).configuration(said)
    assert made.depths == {"r2plus1d": (2, 2, 2, 2), "x3d": (3, 5, 11, 7), "i3d": (3, 4, 6, 3)}[name]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"widths": [8, 8]}, "widths: expected a list of 4"),
        ({"depths": [1, 1, 0, 1]}, "depths: expected a whole number of 1 to 256, found 0"),
        ({"depths": [1, 1, 1, 1 << 20]}, "depths: expected a whole number of 1 to 256"),
        ({"num_frames": 0}, "num_frames: expected a whole number of 1 to 65,536, found 0"),
        ({"expansion": -1}, "expansion: expected a number of"),
        ({"stem_width": "8"}, "stem_width: expected a whole number of 1 to 65,536, found '8'"),
        ({"id2label": {"1": "walking"}}, "id2label: expected a name for every label, numbered from 0"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        own("x3d").configuration(config("x3d", **changed))
    assert str(caught.value).startswith("config.json of a x3d model: ")
    assert words in str(caught.value)
