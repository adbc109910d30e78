from __future__ import annotations

import pickle
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.artefacts import save as artefact
from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.stages.cascade_model import StageModel, in_cascade
from pytest_vidcompress.artefacts.variant import Variant, build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.exits.confidence import confidence
from pytest_vidcompress.compress.exits.staged_module import TwoStages
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.measure.cost.weigh import weigh
from pytest_vidcompress.measure.report import Execution
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.load import load as load_model
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.openvino import Representation
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.artefacts.variants import calibrating
from tests.learn.school import lessons
from tests.models.small import LABELS, NO_CLIPS, checkpoint, model, pixels

HALF = "cascade:first=(shrink:mlp=0.5+fuse),then=(fuse+int8-static),threshold=0.5"
NOISE = pixels(24)


@cache
def half() -> Variant:
    """One that is sure of some clips of noise, and whose stages run in two runtimes."""
    if RUNTIMES["openvino"].missing:
        pytest.skip(RUNTIMES["openvino"].missing)
    made = build(parse(HALF, TECHNIQUES), model("videomae"), calibrating(), RUNTIMES)
    made.module.threshold = float(confidence(answers(made.module.first)).median())
    made.model.module.threshold.fill_(made.module.threshold)
    return made


def answers(run: Any, clips: torch.Tensor = NOISE) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(run(clips))


def stage(made: Model) -> Any:
    """What makes both stages: nothing is done to a model."""
    return lambda recipe, name: StageModel(made, recipe)


def test_each_stage_runs_where_its_own_recipe_prefers_and_answers_its_clips() -> None:
    made = half()
    assert made.runtime == "two-stages"
    assert made.name == HALF
    run = made.module
    assert isinstance(run.first, torch.nn.Module)
    assert type(run.then) is Representation
    leaves = confidence(answers(run.first)) >= run.threshold
    assert 0 < int(leaves.sum()) < len(NOISE)
    expected = torch.where(leaves.unsqueeze(1), answers(run.first), answers(run.then))
    torch.testing.assert_close(answers(run), expected, rtol=1e-5, atol=1e-5)
    one_by_one = torch.cat([answers(run, each) for each in NOISE.split(1)])
    torch.testing.assert_close(one_by_one, expected, rtol=1e-5, atol=1e-5)


def test_an_artefact_keeps_the_threshold_and_answers_as_its_variant(tmp_path: Path) -> None:
    made = half()
    made.save(tmp_path / "kept")
    loaded = load(tmp_path / "kept")
    assert torch.equal(answers(loaded.module), answers(made.module))
    assert (loaded.name, loaded.runtime) == (HALF, "two-stages")
    assert loaded.size_bytes() == made.size_bytes()
    assert loaded.module.threshold == made.module.threshold  # type: ignore[attr-defined]


def test_it_is_as_large_as_both_stages() -> None:
    module = half().model.module
    assert half().size().tensor_bytes == 4 + sum(
        artefact.size(stage).tensor_bytes or 0 for stage in (module.first, module.then)
    )


def test_macs_are_those_of_the_first_and_of_the_second_where_the_runtime_asks_it() -> None:
    made = half()
    clips = NOISE.split(1)
    cost = weigh(Subject.of(made), clips[0], lambda: clips)
    first, then = (
        work(executable(part), clips[0]).macs or 0
        for part in (made.model.module.first, made.model.module.then)
    )
    asked = (confidence(answers(made.module.first)) < made.module.threshold).tolist()
    assert cost.macs_by_clip == tuple(first + then * each for each in asked)


def test_it_goes_to_another_process_without_what_it_has_counted() -> None:
    run = half().module
    answers(run)
    assert sum(run.exit_counts.clips) > 0
    sent = pickle.loads(pickle.dumps(run))
    assert sum(sent.exit_counts.clips) == 0
    assert torch.equal(answers(sent), answers(run))


def test_in_torch_it_leaves_where_its_simulated_integers_say() -> None:
    made = half().model
    run = RUNTIMES["torch"].prepare(made)
    torch.testing.assert_close(answers(run), answers(half().module), rtol=0.05, atol=0.1)


def test_its_machine_class_is_that_of_what_executes_its_stages_and_of_nothing_else() -> None:
    made = half()
    names = dict.fromkeys(made.model.module.runtimes)
    assert len(names) < len(RUNTIMES) - 1
    version = "-".join(("two-stages", *(RUNTIMES[name].version() for name in names)))
    assert Subject.of(made).runtime_version == version
    assert Execution("two-stages", runtime_version=version).classed_by == ("two-stages", version, "")


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime", "torch-compile"])
def test_a_runtime_that_computes_the_same_of_every_clip_refuses_it(runtime: str) -> None:
    if RUNTIMES[runtime].missing:
        pytest.skip(RUNTIMES[runtime].missing)
    with pytest.raises(VidcompressError, match=rf"^runtime '{runtime}' cannot run .*depends on the clip"):
        RUNTIMES[runtime].prepare(half().model)


def test_two_stages_are_what_a_cascade_makes() -> None:
    with pytest.raises(VidcompressError, match=r"^runtime 'two-stages' runs what cascade makes, .*leave out"):
        RUNTIMES["two-stages"].prepare(model("videomae"))


def test_the_threshold_is_found_on_clips_to_train_on_and_said() -> None:
    of, recipe = model("videomae"), parse("cascade:first=(fp32),then=(fp32),clips=20", TECHNIQUES)
    made, complete = in_cascade(recipe, of, stage(of), NO_CLIPS, lessons(of).training, RUNTIMES)
    # What answers alike loses nothing: every clip leaves.
    assert made.notes[-1].endswith("of 20 clips 100 % leave at first, 0 % leave at then; 0 lost")
    assert complete == recipe
    assert 0 < float(made.module.threshold) < 1  # type: ignore[arg-type]


def test_without_clips_there_is_nothing_to_find_it_on() -> None:
    of, recipe = model("videomae"), parse("cascade:first=(fp32),then=(fp32)", TECHNIQUES)
    with pytest.raises(VidcompressError, match=r"^cascade calibrates on clips .*or give its threshold="):
        in_cascade(recipe, of, stage(of), NO_CLIPS, None, RUNTIMES)


def test_of_calibration_clips_that_have_other_labels_nothing_tells_what_is_lost() -> None:
    of, recipe = model("videomae"), parse("cascade:first=(fp32),then=(fp32)", TECHNIQUES)
    others = Clips(calibrating().sample, ("a",), dict.fromkeys(calibrating().labels, -1), of.profile)
    with pytest.raises(VidcompressError, match=r"these have others: name some with --clips"):
        in_cascade(recipe, of, stage(of), others, None, RUNTIMES)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"labels": ("a", "b", "c")}, r"first= is of model 'other', which has other labels than 'videomae'"),
        ({"profile": replace(NO_CLIPS.profile, size=48)}, r"takes clips of size 48, and 'videomae' of 32"),
    ],
)
def test_a_stage_of_another_model_answers_the_same_question(changed: dict[str, Any], message: str) -> None:
    of = model("videomae")
    recipe = parse("cascade:first=(fp32),then=(fp32),model=other,threshold=0.5", TECHNIQUES)
    with pytest.raises(VidcompressError, match=message):
        in_cascade(recipe, of, stage(replace(of, **changed)), NO_CLIPS, None, RUNTIMES)


def test_a_stage_of_another_model_is_built_and_loaded_as_that(tmp_path: Path) -> None:
    checkpoint(tmp_path / "other", "timesformer")
    text = f"cascade:first=(fuse),then=(fp32),model={tmp_path / 'other'},threshold=0.999"
    profile = replace(model("videomae").profile, **_pixels_of(tmp_path / "other"))
    made = build(parse(text, TECHNIQUES), replace(model("videomae"), profile=profile), NO_CLIPS, RUNTIMES)
    assert type(made.model.module.first).__name__ == "FusedTimesformer"
    made.save(tmp_path / "kept")
    loaded = load(tmp_path / "kept")
    assert torch.equal(answers(loaded.module), answers(made.module))
    with pytest.raises(VidcompressError, match=r"its first stage is of .*leave module= out"):
        load(tmp_path / "kept", module=lambda: model("videomae").module)


def _pixels_of(folder: Path) -> dict[str, Any]:
    """What decides the pixels of the checkpoint's model."""
    return load_model(str(folder), LABELS, "some clips").profile.pixels


def test_a_stage_that_learns_needs_lessons() -> None:
    recipe = parse("cascade:first=(distil:steps=1,batch=2),then=(fp32)", TECHNIQUES)
    with pytest.raises(
        VidcompressError, match=r"'distil:steps=1,batch=2' learns \(distil\), and there is nothing"
    ):
        build(recipe, model("videomae"), calibrating(), RUNTIMES)


def test_a_stage_may_begin_with_an_artefact_which_the_saved_cascade_does_not_need(tmp_path: Path) -> None:
    of = model("videomae")
    build(parse("fuse", TECHNIQUES), of, NO_CLIPS, RUNTIMES).save(tmp_path / "small")
    text = f"cascade:first=(artefact:path={tmp_path / 'small'}+fp16),then=(fp32),threshold=0.5"
    made = build(parse(text, TECHNIQUES), of, NO_CLIPS, RUNTIMES)
    assert str(made.complete_recipe) == "cascade:first=(fuse+fp16),then=(fp32),threshold=0.5"
    made.save(tmp_path / "kept")
    shutil.rmtree(tmp_path / "small")
    assert torch.equal(answers(load(tmp_path / "kept").module), answers(made.module))


@pytest.mark.slow
def test_operators_are_told_where_both_stages_tell_theirs() -> None:
    assert not hasattr(half().module, "profile")  # the first is torch's
    then = half().model.module.then
    both = replace(half().model, module=TwoStages(then, then, ("openvino", "openvino")))
    run: Any = RUNTIMES["two-stages"].prepare(both)
    assert {each.node.partition(".")[0] for each in run.profile(pixels(1))} == {"first", "then"}


class Own(torch.nn.Module):
    """No model that transformers knows."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4 * 3 * 32 * 32, 3)

    def forward(self, clips: torch.Tensor) -> torch.Tensor:
        return self.layer(clips.flatten(1))


@pytest.mark.filterwarnings("ignore:what was saved of")
def test_both_stages_of_a_model_of_one_s_own_are_built_by_its_function(tmp_path: Path) -> None:
    of = replace(model("videomae"), name="own", module=Own().eval())
    recipe = parse("cascade:first=(fp16),then=(fp32),threshold=0.5", TECHNIQUES)
    made = build(recipe, of, NO_CLIPS, RUNTIMES)
    made.save(tmp_path / "kept")
    loaded = load(tmp_path / "kept", module=lambda: Own().eval())
    assert torch.equal(answers(loaded.module), answers(made.module))
