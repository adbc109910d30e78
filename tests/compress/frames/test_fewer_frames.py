from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.frame_count import frames_of
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.models.small import LABELS, model, network

FAMILIES = ("timesformer", "videomae", "vivit")
LONG = 8
"""Frames of the models here: of four, every choice of half is two of a tubelet."""


def clip(frames: int = LONG, seed: int = 0) -> torch.Tensor:
    return torch.randn(2, frames, 3, 32, 32, generator=torch.Generator().manual_seed(seed))


class Noise:
    """Calibration clips without files."""

    expected = 4

    def batches(self, _: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return ((clip(seed=each)[:1], torch.zeros(1, dtype=torch.long)) for each in range(self.expected))


NOISE = cast(Clips, Noise())


def long(family: str) -> Model:
    made = model(family, num_frames=LONG)
    return Model(made.name, made.module, Profile(LONG, 1, 32, modules=made.profile.modules), LABELS)


def answers(run: Any, pixels: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(run(pixels))


def of(recipe: str, family: str) -> Model:
    return parse(recipe, TECHNIQUES).apply(long(family), NOISE)


def short_by_hand(family: str, chosen: tuple[int, ...]) -> nn.Module:
    """Transformers' own model of fewer frames, with the weights of the long one and its rows for these frames."""
    whole, short = long(family).module, network(family, num_frames=len(chosen))
    state: dict[str, torch.Tensor] = whole.state_dict()
    size = {"timesformer": 1, "videomae": 2, "vivit": 2}[family]
    groups = [place // size for place in chosen[::size]]
    if family == "timesformer":
        name = "timesformer.embeddings.time_embeddings"
        state[name] = state[name][:, groups]
    each = 4  # patches of 16 pixels, of 32
    rows = torch.cat([torch.arange(group * each, (group + 1) * each) for group in groups])
    if family == "vivit":
        name = "vivit.embeddings.position_embeddings"
        state[name] = state[name][:, torch.cat((torch.zeros(1, dtype=torch.long), 1 + rows))]
    short.load_state_dict(state)
    if family == "videomae":
        table = cast(Any, whole).videomae.embeddings.position_embeddings
        cast(Any, short).videomae.embeddings.position_embeddings = table[:, rows]
    return short


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("recipe", "chosen"),
    [
        ("frames:keep=4,choice=first", (0, 1, 2, 3)),
        ("frames:keep=4,choice=last", (4, 5, 6, 7)),
        ("frames:keep=8", (0, 1, 2, 3, 4, 5, 6, 7)),
    ],
)
def test_it_is_transformers_own_model_of_these_frames(
    family: str, recipe: str, chosen: tuple[int, ...]
) -> None:
    made, pixels = of(recipe, family), clip()
    expected = answers(short_by_hand(family, chosen), pixels[:, list(chosen)])
    assert torch.equal(answers(made.module, pixels), expected)
    assert torch.equal(answers(made.module, pixels[:, list(chosen)]), expected), "decoded for it alone"
    assert f"looks at {len(chosen)} of {LONG} frames: {', '.join(map(str, chosen))}" in made.notes
    assert frames_of(made.module) == LONG, "what it is shown"


@pytest.mark.parametrize(
    ("family", "chosen"),
    [("timesformer", (0, 2, 4, 6)), ("videomae", (0, 1, 4, 5)), ("vivit", (0, 1, 4, 5))],
)
def test_uniform_takes_every_other_frame_or_tubelet(family: str, chosen: tuple[int, ...]) -> None:
    pixels = clip()
    expected = answers(short_by_hand(family, chosen), pixels[:, list(chosen)])
    assert torch.equal(answers(of("frames", family).module, pixels), expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_not_looked_at_does_not_matter(family: str) -> None:
    made, pixels = of("frames:keep=2,choice=middle", family).module, clip()
    other = pixels.clone()
    seen = [place for place in range(LONG) if place in (2, 3)] if family != "timesformer" else [3, 4]
    unseen = [place for place in range(LONG) if place not in seen]
    other[:, unseen] = 7.0
    assert torch.equal(answers(made, pixels), answers(made, other))


@pytest.mark.parametrize("family", FAMILIES)
def test_it_composes_with_what_rewrites_rounds_and_removes(family: str) -> None:
    pixels = clip()
    expected = answers(of("frames:keep=4", family).module, pixels)
    fused = answers(of("frames:keep=4+fuse", family).module, pixels)
    torch.testing.assert_close(fused, expected, rtol=1e-4, atol=1e-4)
    rounded = answers(executable(of("frames:keep=4+fuse+int8-static", family).module), pixels)
    assert (rounded - expected).norm() < 0.25 * expected.norm()
    smaller = of("frames:keep=4+shrink:mlp=0.5,choice=random,repair=none", family)
    assert answers(smaller.module, pixels).shape == (2, len(LABELS))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "recipe", ["frames:keep=4", "frames:keep=4,choice=random,seed=3+fuse", "frames+fp16"]
)
def test_an_artefact_answers_as_its_variant(family: str, recipe: str, tmp_path: Path) -> None:
    variant = build(parse(recipe, TECHNIQUES), long(family), NOISE, RUNTIMES)
    variant.save(tmp_path / "kept")
    loaded = load(tmp_path / "kept")
    assert torch.equal(answers(loaded.module, clip()), answers(variant.module, clip()))


@pytest.mark.parametrize("family", FAMILIES)
def test_an_ordinary_checkpoint_is_left(family: str, tmp_path: Path) -> None:
    """Transformers loads it without us; only which frames it wants it must be told."""
    from transformers import AutoModelForVideoClassification

    made: Any = of("frames:keep=4,choice=first", family).module
    made.save_pretrained(tmp_path)
    loaded = AutoModelForVideoClassification.from_pretrained(tmp_path).eval()
    pixels = clip()
    assert torch.equal(answers(loaded, pixels[:, :4]), answers(made, pixels))


class AnyNumber(nn.Module):
    """A classifier of however many frames."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, len(LABELS))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        channels = 2 if pixels.shape[2] == 3 else 1
        return self.layer(pixels.mean([axis for axis in range(1, 5) if axis != channels]))


@pytest.mark.parametrize("layout", ["BTCHW", "BCTHW"])
def test_a_model_of_any_number_of_frames_is_given_fewer(layout: Any, tmp_path: Path) -> None:
    torch.manual_seed(0)
    own = Model("own", AnyNumber(), Profile(LONG, 1, 32, layout=layout), LABELS)
    variant = build(parse("frames:keep=3,choice=last", TECHNIQUES), own, NOISE, RUNTIMES)
    pixels = clip()
    given, last = (each.transpose(1, 2) if layout == "BCTHW" else each for each in (pixels, pixels[:, 5:]))
    assert torch.equal(answers(variant.module, given), answers(own.module, last))
    variant.save(tmp_path / "kept")
    loaded = load(tmp_path / "kept", module=AnyNumber)
    assert torch.equal(answers(loaded.module, given), answers(variant.module, given))


class EightAlone(AnyNumber):
    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return super().forward(pixels.reshape(-1, LONG, 3, 32, 32))


@pytest.mark.parametrize(
    ("recipe", "of_model", "words"),
    [
        ("frames:keep=9", long("timesformer"), "keep=9 of 8 frames: expected at most 8"),
        (
            "frames:keep=3",
            long("videomae"),
            "keep=3 is no whole number of the model's tubelets, which are of 2 frames: expected 2 or 4",
        ),
        (
            "frames+frames",
            long("videomae"),
            "model 'videomae' looks at some of its frames already: give frames once in a recipe",
        ),
        (
            "frames:keep=3",
            Model("own", EightAlone(), Profile(LONG, 1, 32), LABELS),
            "model 'own' is a EightAlone, which takes 8 frames and no 3: frames knows",
        ),
    ],
)
def test_what_cannot_be_is_one_clear_line(recipe: str, of_model: Model, words: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        parse(recipe, TECHNIQUES).apply(of_model, NOISE)
    assert str(caught.value).startswith(words)
