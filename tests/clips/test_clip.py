from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytest_vidcompress.clips.clip import Clip, ClipSet
from pytest_vidcompress.errors import VidcompressError

CLIPS = tuple(Clip(path.stem, path.parent.name, path) for path in map(Path, ("run/000.mp4", "walk/000.mp4")))


@pytest.mark.parametrize("spare", [False, True])
def test_two_clips_of_one_id_are_refused_by_name(spare: bool) -> None:
    first, second = CLIPS
    with pytest.raises(VidcompressError) as caught:
        ClipSet("ours", ("run", "walk"), (first,) if spare else CLIPS, spare=(second,) if spare else ())
    assert str(caught.value) == (
        "clip set 'ours' has two clips with id '000', run/000.mp4 and walk/000.mp4: an id tells a clip from all "
        "others, so put the folder into it, such as 'walk/000'"
    )
    apart = tuple(replace(clip, id=f"{clip.label}/{clip.id}") for clip in CLIPS)
    assert ClipSet("ours", ("run", "walk"), apart[:1], spare=apart[1:]).describe() == "1 clips"


def test_what_is_read_is_the_file_or_the_function() -> None:
    def pixels() -> object:
        return np.zeros((3, 8, 8, 3), np.uint8)

    clip = Clip("a", "run", Path("archive.h5"))
    assert clip.source == Path("archive.h5")
    assert replace(clip, pixels=pixels).source is pixels


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id": 7}, "clip 7 cannot have id=7: expected a text"),
        ({"label": ("run", "jump")}, "clip '000' cannot have label=('run', 'jump'): expected one text"),
        ({"path": "run/000.mp4"}, "clip '000' cannot have path='run/000.mp4': expected a pathlib.Path"),
        ({"pixels": 3}, "clip '000' cannot have pixels=3: expected a function that returns them"),
        ({"others": "jump"}, "clip '000' cannot have others='jump': expected a tuple of texts"),
        ({"others": (3,)}, "clip '000' cannot have others=(3,): expected a tuple of texts"),
        ({"others": ("run",)}, "clip '000' has label 'run' twice: give each of its labels once"),
        (
            {"others": ("leap", "Run")},
            "clip '000' has label 'Run' twice, as 'run' and as 'Run': give each of its labels once",
        ),
    ],
)
def test_fields_of_another_kind_are_refused_at_once(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        replace(CLIPS[0], **changed)
    assert str(caught.value) == said


def test_a_clip_with_several_labels_is_refused_in_a_set_that_does_not_say_so() -> None:
    both = replace(CLIPS[0], others=("jump",))
    assert (both.labels, CLIPS[1].labels) == (("run", "jump"), ("walk",))
    labels = ("jump", "run", "walk")
    for clips, spare in (((both,), ()), ((CLIPS[1],), (replace(both, id="001"),))):
        assert ClipSet("ours", labels, clips, spare=spare, several_labels=True).clips == clips
        with pytest.raises(VidcompressError) as caught:
            ClipSet("ours", labels, clips, spare=spare)
        assert str(caught.value) == (
            f"clip set 'ours': clip {(*spare, *clips)[0].id!r} has 2 labels, 'run', 'jump', where each clip has one: "
            "give the ClipSet several_labels=True, or the clip one label"
        )
