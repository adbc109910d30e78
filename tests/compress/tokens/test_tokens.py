from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.onnx import ONNXRUNTIME
from pytest_vidcompress.runtimes.openvino import OPENVINO
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.compress.frames.test_fewer_frames import NOISE, answers, clip, long
from tests.models.small import LABELS

FAMILIES = ("timesformer", "videomae")
CHOSEN = ("merge-tokens", "drop-tokens")
"""Techniques that take as many tokens by the same schedule."""


@cache
def of(recipe: str, family: str) -> Model:
    """Of eight frames of four patches."""
    return parse(recipe, TECHNIQUES).apply(long(family), NOISE)


@pytest.mark.parametrize("name", [*CHOSEN, "prune-tokens"])
@pytest.mark.parametrize("before", ["fp32", "fuse"])
@pytest.mark.parametrize("family", FAMILIES)
def test_where_no_token_goes_logits_are_the_same_bit_for_bit(family: str, before: str, name: str) -> None:
    recipe = f"fuse+{name}:ratio=0" if before == "fuse" else f"{name}:ratio=0"
    assert torch.equal(answers(of(recipe, family).module, clip()), answers(of(before, family).module, clip()))


@pytest.mark.parametrize(
    "text",
    [
        "merge-tokens",
        "merge-tokens:proportional=true,schedule=decreasing",
        "merge-tokens:places=own",
        "drop-tokens:schedule=stages,places=own",
        "drop-tokens:schedule=once",
        "prune-tokens",
    ],
)
@pytest.mark.parametrize("family", FAMILIES)
def test_it_is_the_same_function_after_fuse(family: str, text: str) -> None:
    plain, fused = (answers(of(f"{before}{text}", family).module, clip()) for before in ("", "fuse+"))
    torch.testing.assert_close(fused, plain, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(plain, answers(of("fp32", family).module, clip()), atol=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_clip_is_answered_alike_alone_and_beside_others(family: str) -> None:
    made = of("merge-tokens", family).module
    alone = torch.cat([answers(made, each) for each in clip().split(1)])
    torch.testing.assert_close(answers(made, clip()), alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_which_are_dropped_is_decided_by_the_seed_alone(family: str) -> None:
    first, again, other = (
        answers(parse(text, TECHNIQUES).apply(long(family), NOISE).module, clip())
        for text in ("drop-tokens", "drop-tokens", "drop-tokens:seed=1")
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("before", ["", "fuse+"])
@pytest.mark.parametrize("schedule", ["constant", "decreasing", "once", "stages"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_choice_and_its_control_are_left_as_many_tokens(family: str, schedule: str, before: str) -> None:
    whole = _macs(of(before.rstrip("+") or "fp32", family))
    merged, dropped = (_macs(of(f"{before}{name}:schedule={schedule}", family)) for name in CHOSEN)
    # Matching multiplies keys with keys, and adds tokens up by a product with ones and zeros.
    assert dropped < merged < whole
    notes = [of(f"{before}{name}:schedule={schedule}", family).notes[-1] for name in CHOSEN]
    assert notes[0].removeprefix("merges") == notes[1].removeprefix("drops")


def test_macs_are_those_of_the_tokens_that_are_left() -> None:
    """Of 16 tokens 5 go in the first block, and 5 of 11 in the second."""
    width, inner, heads = 24, 48, 2
    whole, dropped = (_macs(of(recipe, "videomae")) for recipe in ("fp32", "drop-tokens"))
    attention = {count: 4 * count * width * width + 2 * count * count * width for count in (16, 11)}
    dense = {count: 2 * count * width * inner for count in (16, 11, 6)}
    assert heads * (width // heads) == width
    saved = 2 * (attention[16] + dense[16]) - (attention[16] + dense[11] + attention[11] + dense[6])
    assert whole - dropped == saved


@pytest.mark.parametrize(
    "recipe", ["merge-tokens", "drop-tokens", "fuse+merge-tokens:proportional=true", "fuse+prune-tokens"]
)
@pytest.mark.parametrize("family", FAMILIES)
def test_an_artefact_answers_as_its_variant(family: str, recipe: str, tmp_path: Path) -> None:
    variant = build(parse(recipe, TECHNIQUES), long(family), NOISE, RUNTIMES)
    variant.save(tmp_path / "kept")
    loaded = load(tmp_path / "kept")
    assert torch.equal(answers(loaded.module, clip()), answers(variant.module, clip()))


@pytest.mark.parametrize("family", FAMILIES)
def test_integers_follow_it(family: str) -> None:
    floats = answers(of("fuse+merge-tokens:proportional=true", family).module, clip())
    for after in ("int8-static:attention=all", "int8-dynamic", "fp16"):
        made = of(f"fuse+merge-tokens:proportional=true+{after}", family)
        rounded = answers(executable(made.module), clip())
        assert (rounded - floats).norm() < 0.25 * floats.norm(), after


@pytest.mark.skipif(bool(OPENVINO.missing), reason=f"openvino: {OPENVINO.missing}")
@pytest.mark.parametrize(
    ("family", "text"),
    [
        pytest.param("videomae", "merge-tokens:proportional=true", marks=pytest.mark.slow),
        ("videomae", "drop-tokens"),
        pytest.param("timesformer", "merge-tokens:proportional=true", marks=pytest.mark.slow),
    ],
)
def test_openvino_agrees_with_torch(family: str, text: str) -> None:
    made = of(f"fuse+{text}", family)
    expected = answers(made.module, clip())
    assert (OPENVINO.prepare(made)(clip()) - expected).norm() < 1e-4 * expected.norm()


@pytest.mark.skipif(bool(ONNXRUNTIME.missing), reason=f"onnxruntime: {ONNXRUNTIME.missing}")
@pytest.mark.parametrize("text", ["merge-tokens", "prune-tokens"])
@pytest.mark.parametrize("family", FAMILIES)
def test_onnxruntime_agrees_with_torch(family: str, text: str) -> None:
    made = of(f"fuse+{text}", family)
    expected = answers(made.module, clip())
    assert (ONNXRUNTIME.prepare(made)(clip()) - expected).norm() < 1e-4 * expected.norm()


@pytest.mark.parametrize("family", FAMILIES)
def test_pruning_and_its_control_are_left_as_many_tokens(family: str) -> None:
    pruned, dropped = (of(text, family).notes[-1] for text in ("prune-tokens", "drop-tokens:schedule=stages"))
    assert pruned.removeprefix("prunes") == dropped.removeprefix("drops")
    assert _macs(of("prune-tokens", family)) < _macs(of("fp32", family))


@pytest.mark.parametrize("family", FAMILIES)
def test_it_follows_what_makes_a_model_smaller_or_shows_it_less(family: str) -> None:
    shorter = of("frames:keep=4+merge-tokens", family)
    assert "merges 8 tokens" in shorter.notes[-1] or family == "timesformer"
    assert answers(shorter.module, clip()).shape == (2, len(LABELS))
    narrow = "shrink:heads=0.5,mlp=0.5,choice=random,repair=none"
    plain, fused = (
        answers(of(f"{narrow}{text}", family).module, clip())
        for text in ("+merge-tokens", "+fuse+merge-tokens")
    )
    torch.testing.assert_close(fused, plain, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_reach_all_that_is_trained(family: str) -> None:
    made: Any = parse("merge-tokens", TECHNIQUES).apply(long(family), NOISE).module
    made(clip()).logits.sum().backward()
    without = [name for name, each in made.named_parameters() if each.requires_grad and each.grad is None]
    assert without == []


@pytest.mark.parametrize(
    ("recipe", "family", "words"),
    [
        ("merge-tokens", "vivit", "merge-tokens knows FusedTimesformer, FusedVideoMAE, Timesformer"),
        ("drop-tokens+merge-tokens", "videomae", "model 'videomae' loses tokens already: give one technique"),
        (
            "run-length",
            "timesformer",
            "run-length of model 'timesformer': it keeps another number of patches",
        ),
        (
            "merge-tokens:ratio=0.9",
            "timesformer",
            "merge-tokens of model 'timesformer': ratio=0.9 takes 3 of 4 tokens in block 0, where 2 can go at most",
        ),
    ],
)
def test_what_cannot_be_is_one_clear_line(recipe: str, family: str, words: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        parse(recipe, TECHNIQUES).apply(long(family), NOISE)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("later", ["fuse", "frames", "shrink"])
def test_what_knows_models_as_they_were_comes_before_it(later: str) -> None:
    with pytest.raises(VidcompressError, match=f"drop-tokens must come after {later}, which does not know"):
        parse(f"drop-tokens+{later}", TECHNIQUES)


def _macs(model: Model) -> int:
    return work(executable(model.module), clip()[:1]).macs or 0
