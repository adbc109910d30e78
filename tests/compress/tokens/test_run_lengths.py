from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.layers.by_clip import refuse_by_clip
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.tokens.run_lengths import RunLengths, changes, run_lengths
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.clip_macs import macs_by_clip
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.compress.frames.test_fewer_frames import NOISE, answers, clip, long


@cache
def of(recipe: str) -> Model:
    return parse(recipe, TECHNIQUES).apply(long("videomae"), NOISE)


def half_still() -> torch.Tensor:
    """Two clips of four tubelets of two frames; the last two are as the frame before them."""
    pixels = clip()
    pixels[:, 4:] = pixels[:, 2:3]
    pixels[:, 3] = pixels[:, 2]
    return pixels


def test_a_patch_changes_by_its_last_frame_from_the_first_of_the_tubelet_before() -> None:
    pixels = clip()[:1]
    found = changes(pixels, 2, (16, 16))
    assert found.shape == (1, 3, 4)
    patch = (pixels[0, 5, :, 16:, :16] - pixels[0, 2, :, 16:, :16]).abs().mean()
    torch.testing.assert_close(found[0, 1, 2], patch)


def test_a_run_ends_where_the_next_begins() -> None:
    new = torch.tensor([[1, 1, 1], [0, 1, 0], [0, 0, 1], [1, 0, 1]]).bool()
    assert run_lengths(new)[new].tolist() == [3, 1, 2, 3, 1, 1, 1]
    assert run_lengths(new)[new].sum() == new.numel()


def test_all_tokens_of_the_first_tubelet_stay_and_the_lengths_are_those_of_the_clip() -> None:
    tokens = torch.arange(16.0).reshape(1, 16, 1)
    kept, lengths = RunLengths(0.1, 2, (16, 16), counted=True)(tokens, half_still()[:1])
    assert kept.flatten().tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert lengths.flatten().tolist() == [1, 1, 1, 1, 3, 3, 3, 3]
    still, runs = RunLengths(0.1, 2, (16, 16), counted=True)(tokens, torch.zeros(1, 8, 3, 32, 32))
    assert still.flatten().tolist() == [0, 1, 2, 3]
    assert runs.flatten().tolist() == [4, 4, 4, 4]


@pytest.mark.parametrize("before", ["fp32", "fuse"])
def test_where_all_changes_logits_are_the_same_bit_for_bit(before: str) -> None:
    made = of("fuse+run-length:weighted=false" if before == "fuse" else "run-length:weighted=false")
    one = clip()[:1]
    assert torch.equal(answers(made.module, one), answers(of(before).module, one))


@pytest.mark.parametrize("text", ["run-length", "run-length:proportional=true,weighted=false"])
def test_it_is_the_same_function_after_fuse_and_clip_by_clip(text: str) -> None:
    pixels = half_still()
    pixels[1] = clip()[1]
    plain, fused = (answers(of(f"{before}{text}").module, pixels) for before in ("", "fuse+"))
    torch.testing.assert_close(fused, plain, rtol=1e-4, atol=1e-4)
    alone = torch.cat([answers(of(text).module, each) for each in pixels.split(1)])
    torch.testing.assert_close(plain, alone, rtol=1e-5, atol=1e-5)


def test_still_clips_cost_less_and_macs_are_counted_clip_by_clip() -> None:
    made = executable(of("run-length").module)
    counted = work(made, clip()[:1])
    clips = [clip()[:1], half_still()[:1]]
    found = macs_by_clip(made, clip()[:1], counted, lambda: clips)
    assert found == (counted.macs, work(made, half_still()[:1]).macs)
    assert found[1] < found[0]


def test_an_artefact_answers_as_its_variant_and_integers_follow(tmp_path: Path) -> None:
    for number, recipe in enumerate(("frames:keep=4+run-length", "fuse+run-length+int8-static@torch")):
        variant = build(parse(recipe, TECHNIQUES), long("videomae"), NOISE, RUNTIMES)
        variant.save(tmp_path / str(number))
        loaded = load(tmp_path / str(number))
        assert torch.equal(answers(loaded.module, half_still()), answers(variant.module, half_still()))


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_a_runtime_of_one_shape_refuses_it(runtime: str) -> None:
    with pytest.raises(
        VidcompressError, match=f"runtime '{runtime}' cannot run .* depends on the clip.*@torch"
    ):
        refuse_by_clip(of("run-length"), runtime)
    refuse_by_clip(of("merge-tokens"), runtime)


def test_a_negative_threshold_is_refused() -> None:
    with pytest.raises(VidcompressError, match=r"threshold=-1 is out of range: expected 0 <= threshold"):
        parse("run-length:threshold=-1", TECHNIQUES)
