"""`frames` on models of frame features: any number of frames, and blocks of an H-RNN that shrink with them."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from pytest_vidcompress.compress.frames.fewer_frames import FewerFeatures
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.frame_count import frames_of
from tests.models.frame_features.small import FRAMES, NAMES, classifier, logits, model, pixels
from tests.models.small import NO_CLIPS
from tests.models.small import model as transformer


def fewer(recipe: str, name: str) -> Any:
    return parse(recipe, TECHNIQUES).apply(model(name), NO_CLIPS).module


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("recipe", "chosen"),
    [("frames:keep=4", [0, 2, 4, 6]), ("frames:keep=3,choice=last", [5, 6, 7]), ("frames:keep=8", range(8))],
)
def test_it_is_the_same_model_of_these_frames(name: str, recipe: str, chosen: list[int]) -> None:
    own: Any = classifier(name)
    if name == "hrnn":
        own.aggregator.block = 4 * len(chosen) // FRAMES
    expected = logits(own, pixels()[:, [*chosen]])
    made = fewer(recipe, name)
    assert torch.equal(logits(made), expected)
    assert torch.equal(logits(made, pixels()[:, [*chosen]]), expected), "decoded for it alone"
    assert frames_of(made) == FRAMES


@pytest.mark.parametrize("name", NAMES)
def test_features_of_all_frames_that_were_kept_are_enough(name: str) -> None:
    made, whole = fewer("frames:keep=4", name), classifier(name)
    assert isinstance(made, FewerFeatures)
    with torch.inference_mode():
        kept = whole.features(pixels())
        assert torch.equal(made.answer(kept), made(pixels()))
        assert torch.equal(made.answer(made.features(pixels())), made(pixels()))
        assert made.features(pixels()).shape == (2, 4, 6)


@pytest.mark.parametrize(
    ("recipe", "block"),
    [
        ("frames:keep=4", 2),
        ("frames:keep=1", 1),
        ("frames:keep=3,block=3", 3),
        ("frames:keep=8", 4),
        ("frames:keep=7", 3),
    ],
)
def test_blocks_shrink_with_the_frames_unless_said(recipe: str, block: int) -> None:
    assert fewer(recipe, "hrnn").module.aggregator.block == block


@pytest.mark.parametrize(
    ("recipe", "of", "words"),
    [
        ("frames:keep=9", model("hrnn"), "keep=9 of 8 frames: expected at most 8"),
        (
            "frames:keep=4,block=2",
            model("netvlad"),
            "model 'netvlad' is a FrameClassifier, which reads frames in no blocks: leave block=2 out of frames",
        ),
        (
            "frames:keep=2,block=2",
            transformer("videomae"),
            "model 'videomae' is a VideoMAEForVideoClassification, which reads frames in no blocks",
        ),
    ],
)
def test_what_cannot_be_is_one_clear_line(recipe: str, of: Any, words: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        parse(recipe, TECHNIQUES).apply(of, NO_CLIPS)
    assert str(caught.value).startswith(words)


def test_less_than_no_frames_in_a_block_are_refused() -> None:
    with pytest.raises(VidcompressError, match="block=-1 is out of range: expected a number of frames, or 0"):
        parse("frames:block=-1", TECHNIQUES)
