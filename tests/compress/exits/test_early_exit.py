from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.exits.exit_blocks import ExitBlock, block_names
from pytest_vidcompress.compress.exits.exit_parameters import EarlyExit
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.measure.cost.macs import Work, work
from pytest_vidcompress.measure.cost.weigh import weigh
from pytest_vidcompress.measure.exits import exit_counts_of
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.learn.school import lessons
from tests.models.convolutions import small as cnn
from tests.models.small import FAMILIES, NO_CLIPS, model, pixels

EXITS = "early-exit:exits=2,examples=24,clips=24"
BEFORE = ("", "fuse+")
NOISE = pixels(9)


@cache
def deep(family: str) -> Model:
    return model(family, num_hidden_layers=3)


@cache
def of(recipe: str, family: str) -> Model:
    given = deep(family)
    return parse(recipe, TECHNIQUES).apply(given, NO_CLIPS, lessons(given))


def with_threshold(recipe: str, family: str, threshold: float) -> Any:
    """The same where an answer must be as sure as that, with probes that are not so sure of noise."""
    module = copy.deepcopy(of(recipe, family).module)
    for part in module.modules():
        if isinstance(part, ExitBlock) and part.probe is not None:
            for tensor in part.probe.parameters():
                tensor.mul_(0.01)
    for name, buffer in module.named_buffers():
        if name.endswith("threshold"):
            buffer.fill_(threshold)
    return module


def answers(run: Any, clips: torch.Tensor = NOISE) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(run(clips))


def middle(recipe: str, family: str) -> float:
    """A threshold at which some clips leave at the first exit and some do not, and that none is near to."""
    every = answers(with_threshold(recipe, family, 0.0)).softmax(-1).amax(-1).sort().values
    half = len(every) // 2
    return float(every[half - 1 : half + 1].mean())


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("family", FAMILIES)
def test_where_no_clip_leaves_it_is_the_model_itself_bit_for_bit(family: str, before: str) -> None:
    never = with_threshold(before + EXITS, family, 2.0)
    plain = of(before.rstrip("+") or "fp32", family).module
    assert torch.equal(answers(never), answers(plain))
    assert exit_counts_of(never).by_name() == {"block 1": 0, "block 2": 0, "the end": 9}  # type: ignore[union-attr]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_clip_leaves_where_it_would_alone_and_says_the_same(family: str, before: str) -> None:
    made = with_threshold(before + EXITS, family, middle(before + EXITS, family))
    counts = exit_counts_of(made)
    assert counts is not None
    together = answers(made)
    left = [*counts.clips]
    counts.clear()
    alone = torch.cat([answers(made, each) for each in NOISE.split(1)])
    assert counts.clips == left
    assert 0 < left[0] < 9
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)
    first = answers(with_threshold(before + EXITS, family, 0.0))
    leaves = first.softmax(-1).amax(-1) >= middle(before + EXITS, family)
    torch.testing.assert_close(together[leaves], first[leaves], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("family", FAMILIES)
def test_blocks_behind_the_exit_of_a_clip_are_not_computed(family: str, before: str) -> None:
    plain = of(before.rstrip("+") or "fp32", family).module
    whole = work(plain, pixels(1))
    early, late = (work(with_threshold(before + EXITS, family, each), pixels(1)) for each in (0.0, 2.0))
    first, *others = block_names(plain)
    probes = _in(late, f"{first}.probe")
    assert late.total == whole.total + 2 * probes
    skipped = sum(_in(whole, name) for name in (*others, "classifier"))
    assert early.total == whole.total - skipped + probes


def _in(counted: Work, name: str) -> int:
    """What happens in a part."""
    own = (done for part, done in counted.by_module.items() if f"{part}.".startswith(f"{name}."))
    return sum(sum(done.values()) for done in own)


@pytest.mark.parametrize("family", FAMILIES)
def test_probes_learn_what_labels_say_and_the_report_says_where_clips_left(family: str) -> None:
    made = of(EXITS, family)
    (curve,) = made.curves
    assert curve.points[-1].loss < 0.5 * curve.points[0].loss
    assert made.notes[-1].startswith("threshold ")
    assert "of 24 clips" in made.notes[-1]
    assert "leave at block 1" in made.notes[-1]


def test_the_model_itself_stays_as_it_is() -> None:
    made, given = of(EXITS, "videomae").module.state_dict(), deep("videomae").module.state_dict()
    stripped = {name.replace(".block.", ".").replace("classifier.head", "classifier"): name for name in made}
    assert all(torch.equal(made[stripped[name]], value) for name, value in given.items())


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("family", FAMILIES)
def test_an_artefact_answers_as_its_variant(family: str, before: str, tmp_path: Path) -> None:
    given = deep(family)
    variant = build(parse(before + EXITS, TECHNIQUES), given, NO_CLIPS, RUNTIMES, lessons=lessons(given))
    variant.save(tmp_path / "kept")
    loaded = load(tmp_path / "kept")
    assert torch.equal(answers(loaded.module), answers(variant.module))
    sent = pickle.loads(pickle.dumps(variant.module))
    assert torch.equal(answers(sent), answers(variant.module))


def test_its_work_is_counted_clip_by_clip() -> None:
    made = with_threshold(EXITS, "videomae", middle(EXITS, "videomae"))
    clips = NOISE.split(1)
    cost = weigh(Subject.of(made), clips[0], lambda: clips)
    assert len(set(cost.macs_by_clip)) > 1
    assert len(cost.macs_by_clip) == len(clips)


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime", "torch-compile"])
def test_other_runtimes_refuse_it_in_one_line(runtime: str) -> None:
    if RUNTIMES[runtime].missing:
        pytest.skip(RUNTIMES[runtime].missing)
    with pytest.raises(
        VidcompressError, match=rf"^runtime '{runtime}' cannot run .*depends on the clip.*@torch"
    ) as said:
        RUNTIMES[runtime].prepare(of(EXITS, "videomae"))
    assert "\n" not in str(said.value)


@pytest.mark.parametrize(
    ("given", "blocks", "places"),
    [
        (EarlyExit(), 12, (3, 6, 9)),
        (EarlyExit(exits=2), 4, (1, 2)),
        (EarlyExit(exits=11), 12, tuple(range(1, 12))),
        (EarlyExit(exits=9), 4, (1, 2, 3)),
        (EarlyExit(blocks="8|2|8"), 12, (2, 8)),
    ],
)
def test_exits_lie_evenly_or_where_they_are_asked_for(
    given: EarlyExit, blocks: int, places: tuple[int, ...]
) -> None:
    assert given.places(blocks) == places


@pytest.mark.parametrize(("given", "number"), [("3", 3), ("1|9", 9), ("0", 0)])
def test_a_block_that_is_not_there_is_named(given: str, number: int) -> None:
    recipe = parse(f"early-exit:blocks={given}", TECHNIQUES)
    with pytest.raises(
        VidcompressError, match=rf"^there is no block {number} to leave after: expected 1 to 2, of the 3"
    ):
        recipe.apply(deep("videomae"), NO_CLIPS, lessons(deep("videomae")))


def test_a_model_of_another_kind_is_refused_with_those_that_are_known() -> None:
    given = model("vivit")
    with pytest.raises(
        VidcompressError, match=r"^early-exit knows FusedTimesformer, .*, and model 'vivit' is a Vivit"
    ):
        parse(EXITS, TECHNIQUES).apply(given, NO_CLIPS, lessons(given))


def test_random_weights_answer_as_the_end_does() -> None:
    given = replace(deep("videomae"), weights="random")
    made = parse(EXITS, TECHNIQUES).apply(given, NO_CLIPS, lessons(given))
    assert made.notes[-1].startswith("threshold ")


class Taught:
    """The same few clips of noise in every step."""

    digest = "noise"

    def batch(self, step: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        return cnn.noise(4, step), torch.arange(4) % len(cnn.LABELS)

    def batches(self, steps: range, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return (self.batch(step, size) for step in steps)


@pytest.mark.parametrize("name", ["r2plus1d", "x3d"])
def test_a_cnn_is_left_after_a_stage(name: str, tmp_path: Path) -> None:
    given = cnn.model(name)
    recipe = parse("early-exit:blocks=2,examples=8,clips=2", TECHNIQUES)
    made = build(recipe, given, cnn.NOISE, RUNTIMES, lessons=Lessons(given, Taught()))
    for part in made.model.module.modules():
        if isinstance(part, ExitBlock) and part.probe is not None:
            part.threshold.fill_(0.0)
    answered = answers(made.module, cnn.noise(4))
    counts = exit_counts_of(made.module)
    assert counts is not None
    assert (answered.shape, counts.by_name()["block 2"]) == ((4, len(given.labels)), 4)
    made.save(tmp_path / "kept")
    assert torch.equal(answers(load(tmp_path / "kept").module, cnn.noise(4)), answered)
