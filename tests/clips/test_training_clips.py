"""Endless batches of clips to train on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.label_targets import Targets
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Profile, Views
from pytest_vidcompress.clips.training_clips import TrainingClips
from pytest_vidcompress.errors import VidcompressError

IDS = {"a": 2, "b": 5}
PROFILE = Profile(2, 1, 8)
BEFORE = "e9ba4f1a555c92e5"
"""Digest of four clips with one label each, before any could have several."""


def shade(value: int) -> np.ndarray:
    return np.full((3, 8, 8, 3), value, np.uint8)


def listed(number: int, broken: Sequence[int] = ()) -> tuple[Clip, ...]:
    def pixels(k: int) -> np.ndarray:
        if k in broken:
            raise OSError("gone")
        return shade(k)

    return tuple(Clip(f"clip{k}", "ab"[k % 2], Path(f"{k}.h5"), lambda k=k: pixels(k)) for k in range(number))


def numbers(clips: TrainingClips, steps: range, size: int) -> list[list[int]]:
    """Which clips the batches are of, told by their shade."""
    mean, std = torch.tensor(PROFILE.mean).view(3, 1, 1), torch.tensor(PROFILE.std).view(3, 1, 1)
    batches = [(pixels * std + mean) * 255 for pixels, _ in clips.batches(steps, size)]
    return [[round(float(clip.mean())) for clip in batch] for batch in batches]


def test_every_clip_comes_once_an_epoch_and_in_another_order_in_the_next() -> None:
    clips = TrainingClips(listed(12), IDS, PROFILE)
    first, second = numbers(clips, range(3), 4), numbers(clips, range(3, 6), 4)
    assert sorted(chain(*first)) == sorted(chain(*second)) == [*range(12)]
    assert first != second


def test_a_batch_hangs_on_its_step_and_the_seed_alone() -> None:
    clips = TrainingClips(listed(12), IDS, PROFILE)
    pixels, labels = clips.batch(4, 5)
    again = [*TrainingClips(listed(12), IDS, PROFILE).batches(range(2, 6), 5)][2]
    assert torch.equal(pixels, again[0])
    assert torch.equal(labels, again[1])
    assert numbers(clips, range(2), 5) != numbers(
        TrainingClips(listed(12), IDS, PROFILE, seed=1), range(2), 5
    )
    (shades,) = numbers(clips, range(4, 5), 5)
    assert labels.tolist() == [IDS["ab"[k % 2]] for k in shades]


def test_pixels_are_those_of_a_clip_that_is_tested_in_one_view() -> None:
    tested = Clips(listed(1), ("a",), IDS, PROFILE)
    clips = TrainingClips(listed(1), IDS, Profile(2, 1, 8, views=Views(2, 1)))
    assert torch.equal(clips.batch(0, 1)[0], next(iter(tested.batches(1)))[0])
    other = TrainingClips(listed(1), IDS, Profile(2, 1, 8, layout="BCTHW")).batch(0, 1)[0]
    assert other.shape == (1, 3, 2, 8, 8)


def test_in_the_place_of_what_cannot_be_decoded_stands_the_next() -> None:
    clips = TrainingClips(listed(6, broken=[2, 3]), IDS, PROFILE)
    assert sorted(numbers(clips, range(1), 6)[0]) == [0, 1, 4, 4, 4, 5]
    assert {*clips.skipped} == {"clip2", "clip3"}
    nothing = TrainingClips(listed(3, broken=[0, 1, 2]), IDS, PROFILE)
    with pytest.raises(
        VidcompressError, match=r"^16 clips to train on, one after another, cannot be used: the"
    ):
        nothing.batch(0, 1)


def test_a_clip_is_refused_before_it_is_decoded() -> None:
    def refuse(clip: Clip) -> None:
        raise VidcompressError(f"{clip.id} is tested")

    with pytest.raises(VidcompressError, match="clip0 is tested"):
        TrainingClips(listed(1, broken=[0]), IDS, PROFILE, refuse=refuse).batch(0, 1)
    with pytest.raises(VidcompressError, match="there are no clips to train on"):
        TrainingClips((), IDS, PROFILE)
    with pytest.raises(
        VidcompressError, match=r"clip 'clip0' is to be trained on and has label 'a', which is"
    ):
        TrainingClips(listed(1), {"b": 0}, PROFILE).batch(0, 1)


def several(number: int) -> tuple[Clip, ...]:
    """Each third of them has both labels."""
    return tuple(
        replace(clip, others=("ab"[(k + 1) % 2],)) if k % 3 == 0 else clip
        for k, clip in enumerate(listed(number))
    )


def test_of_clips_with_several_labels_batches_say_of_each_output_whether_it_is_right() -> None:
    clips = TrainingClips(several(6), Targets(IDS, 7), PROFILE)
    _, right = clips.batch(0, 6)
    assert (right.shape, right.dtype) == ((6, 7), torch.bool)
    (shades,) = numbers(clips, range(1), 6)
    found = [row.nonzero().flatten().tolist() for row in right]
    assert found == [[2, 5] if k % 3 == 0 else [IDS["ab"[k % 2]]] for k in shades]
    with pytest.raises(
        VidcompressError, match="'clip0' is to be trained on and has 2 labels, where each clip"
    ):
        TrainingClips(several(1), IDS, PROFILE).batch(0, 1)


def test_the_digest_is_of_all_labels_and_that_of_clips_with_one_is_as_it_was() -> None:
    assert TrainingClips(listed(4), IDS, PROFILE).digest == BEFORE
    digests = [TrainingClips(clips, Targets(IDS, 7), PROFILE).digest for clips in (listed(4), several(4))]
    assert len({*digests, BEFORE}) == 3


def test_the_digest_is_of_clips_seed_and_profile() -> None:
    digests = [
        TrainingClips(listed(4), IDS, PROFILE).digest,
        TrainingClips(listed(5), IDS, PROFILE).digest,
        TrainingClips(listed(4), IDS, PROFILE, seed=1).digest,
        TrainingClips(listed(4), IDS, Profile(2, 2, 8)).digest,
    ]
    assert len({*digests}) == 4
    assert TrainingClips(listed(4), IDS, PROFILE).digest == digests[0]


class Silent(Sequence[Clip]):
    """Makes clips one by one, and does not say of what."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: Any) -> Any:
        return listed(4)[index]


@dataclass(frozen=True)
class Told(Silent):
    seed: int = 0


@dataclass(frozen=True)
class Drawn(Silent):
    draw: Callable[[int], object] = shade


def test_a_sequence_of_somebody_s_own_is_known_by_its_text() -> None:
    digests = [TrainingClips(clips, IDS, PROFILE).digest for clips in (Told(), Told(1), Told())]
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.parametrize("clips", [Silent(), Drawn()], ids=["no text of its own", "an address in it"])
def test_a_sequence_whose_text_is_another_in_every_process_is_refused(clips: Silent) -> None:
    training, name = TrainingClips(clips, IDS, PROFILE), type(clips).__name__
    assert sorted(numbers(training, range(1), 4)[0]) == [0, 1, 2, 3]
    with pytest.raises(VidcompressError, match=rf"are a {name}, .*expected a __repr__ that says what makes"):
        _ = training.digest
